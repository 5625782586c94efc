//! The boards of the idle screen: what the last ranking says of days that are not long past.

use jiff::{ToSpan as _, civil::Date};
use machitap_domain::{
    Now,
    ranking::{Group, GroupBoard, GroupKind, Period, Ranking, Row, Scope, Span},
};

use super::Session;
use crate::view::{AsOf, BoardOf, BoardRows, BoardTitle, GroupRow, IdleBoard, RankRow};

impl Session {
    /// The boards in turn: the town and this facility this week, the town this month, areas and
    /// teams. Empty boards are left out, and so is every board while no day is known: nobody
    /// could say of which week it is.
    pub(super) fn boards(&self, now: &Now) -> Vec<IdleBoard> {
        let (Some(ranking), Some(today)) = (&self.ranking, self.today(now)) else {
            return Vec::new();
        };
        let here = Scope::Facility(self.facility_id.clone());
        [
            of_residents(ranking, &Scope::Town, Period::Week, today),
            of_residents(ranking, &here, Period::Week, today),
            of_residents(ranking, &Scope::Town, Period::Month, today),
            self.of_groups(ranking, GroupKind::Area, today),
            self.of_groups(ranking, GroupKind::Team, today),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// How old the boards are, where that is more than an hour or nobody knows.
    pub(super) fn boards_as_of(&self, now: &Now) -> Option<AsOf> {
        let age = self.age(now, self.ranking.as_ref()?.as_of_ms);
        (!matches!(age, AsOf::Minutes(_))).then_some(age)
    }

    fn of_groups(&self, ranking: &Ranking, kind: GroupKind, today: Date) -> Option<IdleBoard> {
        let of_kind = |period| {
            let mut boards = ranking.groups.iter();
            boards.find(|b| b.kind == kind && b.span.period == period)
        };
        // A week says more of what is going on than a month.
        [Period::Week, Period::Month]
            .into_iter()
            .filter_map(of_kind)
            .find_map(|board| self.group_board(board, today))
    }

    fn group_board(&self, board: &GroupBoard, today: Date) -> Option<IdleBoard> {
        let of = match board.kind {
            GroupKind::Area => BoardOf::Areas,
            GroupKind::Team => BoardOf::Teams,
        };
        let row = |group: &Group| GroupRow {
            place: group.place,
            name: group.name.in_language(self.language).to_owned(),
            members: group.members,
            points: group.points,
        };
        let rows: Vec<_> = board.rows.iter().map(row).collect();
        (!rows.is_empty()).then_some(IdleBoard {
            title: title(of, board.span, today)?,
            rows: BoardRows::Groups(rows),
        })
    }
}

fn of_residents(
    ranking: &Ranking,
    scope: &Scope,
    period: Period,
    today: Date,
) -> Option<IdleBoard> {
    let board = ranking.board(scope, period)?;
    let of = match scope {
        Scope::Town => BoardOf::Town,
        Scope::Facility(_) => BoardOf::Facility,
    };
    let row = |row: &Row| RankRow {
        place: row.place,
        nickname: row.nickname.clone(),
        points: row.points,
    };
    let rows: Vec<_> = board.rows.iter().map(row).collect();
    (!rows.is_empty()).then_some(IdleBoard {
        title: title(of, board.span, today)?,
        rows: BoardRows::Residents(rows),
    })
}

/// `None` for a period that is neither this one nor the last: its places say nothing any more.
fn title(of: BoardOf, span: Span, today: Date) -> Option<BoardTitle> {
    let this = Span::of(span.period, today);
    let before = this.from.checked_sub(1.day()).ok()?;
    let last = span == Span::of(span.period, before);
    (last || span == this).then_some(BoardTitle {
        of,
        period: span.period,
        last,
    })
}
