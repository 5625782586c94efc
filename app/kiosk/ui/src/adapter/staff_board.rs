use machitap_domain::nursery::absence::AbsenceKind;
use machitap_kiosk_core::view::{
    Board, BoardChild, ClassList, ClassRow, Counts, DataAge, Emergency, EmergencyRow, Place,
};
use slint::ComponentHandle;

use super::{header::time, int, nursery::mark};
use crate::screens::{
    AbsenceItem, AgeItem, App, BoardApi, ClassItem, CountsItem, PlaceItem, PlaceKind,
    StaffChildItem, TickClassItem, TickItem,
};

pub(super) fn board(app: &App, board: &Board) {
    let api = app.global::<BoardApi>();
    api.set_who(board.who.reveal().into());
    api.set_total(counts(board.total));
    api.set_alarms(int(board.alarms));
    api.set_tasks(int(board.tasks));
    api.set_emergency(board.emergency);
    api.set_age(age(board.age));
}

pub(super) fn class_list(app: &App, list: &ClassList) {
    app.global::<BoardApi>().set_class(class(&list.class));
}

pub(super) fn emergency(app: &App, emergency: &Emergency) {
    let api = app.global::<BoardApi>();
    api.set_since(time(emergency.since));
    api.set_found(int(emergency.found));
    api.set_sure(emergency.sure);
    api.set_age(age(emergency.age));
}

pub(super) fn class(class: &ClassRow) -> ClassItem {
    ClassItem {
        name: class.name.as_str().into(),
        mark: mark(class.mark),
        counts: counts(class.counts),
    }
}

pub(super) fn child(child: &BoardChild) -> StaffChildItem {
    StaffChildItem {
        name: child.name.reveal().into(),
        kana: child.kana.reveal().into(),
        mark: mark(child.mark),
        place: place(child.place),
        attention: child.attention,
    }
}

pub(super) fn tick(row: &EmergencyRow) -> TickItem {
    TickItem {
        name: row.name.reveal().into(),
        kana: row.kana.reveal().into(),
        found: row.found.is_some(),
        at: time(row.found.flatten()),
    }
}

/// The runs of one class, in the order of the rows.
pub(super) fn tick_classes(rows: &[EmergencyRow]) -> Vec<TickClassItem> {
    let mut first = 0;
    rows.chunk_by(|a, b| a.class == b.class)
        .map(|run| {
            let class = TickClassItem {
                name: run[0].class.as_str().into(),
                mark: mark(run[0].mark),
                first: int(first),
                count: int(run.len()),
                found: int(run.iter().filter(|row| row.found.is_some()).count()),
            };
            first += run.len();
            class
        })
        .collect()
}

pub(super) const fn absence(kind: AbsenceKind) -> AbsenceItem {
    match kind {
        AbsenceKind::Sick => AbsenceItem::Sick,
        AbsenceKind::Family => AbsenceItem::Family,
        AbsenceKind::Suspended => AbsenceItem::Suspended,
        AbsenceKind::Bereavement => AbsenceItem::Bereavement,
        AbsenceKind::Other => AbsenceItem::Other,
        AbsenceKind::Late => AbsenceItem::Late,
    }
}

fn place(place: Place) -> PlaceItem {
    let (kind, at, why) = match place {
        Place::Expected => (PlaceKind::Expected, None, None),
        Place::Later(at) => (PlaceKind::Later, at, None),
        Place::Here(since) => (PlaceKind::Here, since, None),
        Place::Gone(at) => (PlaceKind::Gone, at, None),
        Place::Absent(why) => (PlaceKind::Absent, None, Some(why)),
        Place::Unknown => (PlaceKind::Unknown, None, None),
        Place::NotToday => (PlaceKind::NotToday, None, None),
    };
    PlaceItem {
        kind,
        at: time(at),
        why: absence(why.unwrap_or(AbsenceKind::Other)),
    }
}

fn counts(counts: Counts) -> CountsItem {
    CountsItem {
        enrolled: int(counts.enrolled),
        here: int(counts.here),
        gone: int(counts.gone),
        expected: int(counts.expected),
        absent: int(counts.absent),
        unknown: int(counts.unknown),
    }
}

fn age(age: DataAge) -> AgeItem {
    AgeItem {
        roster_known: age.roster_days.is_some(),
        roster_days: int(age.roster_days.unwrap_or(0)),
        absences_known: age.absences_days.is_some(),
        absences_days: int(age.absences_days.unwrap_or(0)),
        connected: age.connected,
        pending: int(age.pending),
        clock_trusted: age.clock_trusted,
    }
}

#[cfg(test)]
mod tests {
    use machitap_domain::roster::ClassMark;

    use super::*;

    fn row(class: &str, found: bool) -> EmergencyRow {
        EmergencyRow {
            name: "山田 花子".to_owned().into(),
            kana: "やまだ はなこ".to_owned().into(),
            class: class.into(),
            mark: ClassMark::Cherry,
            found: found.then_some(None),
        }
    }

    #[test]
    fn the_rows_of_a_class_are_one_run() {
        let rows = [
            row("さくら組", true),
            row("さくら組", false),
            row("くま組", true),
        ];
        let runs: Vec<_> = tick_classes(&rows)
            .into_iter()
            .map(|c| (c.name.to_string(), c.first, c.count, c.found))
            .collect();
        assert_eq!(
            runs,
            [
                ("さくら組".to_owned(), 0, 2, 1),
                ("くま組".to_owned(), 2, 1, 1)
            ]
        );
        assert!(tick_classes(&[]).is_empty());
    }
}
