use machitap_domain::ranking::Period;
use machitap_kiosk_core::view::{BoardOf, BoardRows, Idle, IdleBoard, ServiceKind};
use slint::{ComponentHandle, ModelRc, SharedString, VecModel};

use super::{grouped, int, own};
use crate::screens::{App, BoardItem, BoardOfItem, BoardSpan, IdleApi, RankItem, ServiceItem};

pub(super) fn show(app: &App, idle: &Idle) {
    let api = app.global::<IdleApi>();
    api.set_service(match idle.service {
        ServiceKind::Nursery => ServiceItem::Nursery,
        ServiceKind::Visit => ServiceItem::Visit,
        ServiceKind::Fare => ServiceItem::Fare,
        ServiceKind::Event => ServiceItem::Event,
        ServiceKind::Reception => ServiceItem::Reception,
    });
    api.set_points(int(idle.points));
    api.set_boards_age(own::age(idle.boards_as_of));
    let draw = idle.draw.as_ref();
    api.set_draw(draw.map_or_else(SharedString::new, |d| d.name.as_str().into()));
    api.set_spins(draw.map_or(0, |d| int(d.spins)));
}

/// So many places fit the smallest panel; the others stand on the town's web page.
const PLACES: usize = 5;

pub(super) fn board(board: &IdleBoard) -> BoardItem {
    let rows: Vec<RankItem> = match &board.rows {
        BoardRows::Residents(rows) => rows
            .iter()
            .take(PLACES)
            .map(|row| RankItem {
                place: int(row.place),
                nickname: row
                    .nickname
                    .as_ref()
                    .map(|name| name.reveal().into())
                    .unwrap_or_default(),
                points: grouped(row.points),
            })
            .collect(),
        BoardRows::Groups(rows) => rows
            .iter()
            .take(PLACES)
            .map(|row| RankItem {
                place: int(row.place),
                nickname: SharedString::from(row.name.as_str()),
                points: grouped(row.points),
            })
            .collect(),
    };
    BoardItem {
        of: match board.title.of {
            BoardOf::Town => BoardOfItem::Town,
            BoardOf::Facility => BoardOfItem::Facility,
            BoardOf::Areas => BoardOfItem::Areas,
            BoardOf::Teams => BoardOfItem::Teams,
        },
        span: match (board.title.period, board.title.last) {
            (Period::Week, false) => BoardSpan::Week,
            (Period::Week, true) => BoardSpan::LastWeek,
            (Period::Month, false) => BoardSpan::Month,
            (Period::Month, true) => BoardSpan::LastMonth,
        },
        rows: ModelRc::new(VecModel::from(rows)),
    }
}
