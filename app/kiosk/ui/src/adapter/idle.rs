use machitap_kiosk_core::view::{Idle, RankRow, ServiceKind};
use slint::ComponentHandle;

use super::{grouped, int};
use crate::screens::{App, IdleApi, RankItem, ServiceItem};

pub(super) fn show(app: &App, idle: &Idle) {
    let api = app.global::<IdleApi>();
    api.set_service(match idle.service {
        ServiceKind::Nursery => ServiceItem::Nursery,
        ServiceKind::Visit => ServiceItem::Visit,
        ServiceKind::Fare => ServiceItem::Fare,
    });
    api.set_points(int(idle.points));
}

/// So many places fit the smallest panel; the others stand on the town's web page.
const PLACES: usize = 5;

pub(super) fn top(idle: &Idle) -> impl Iterator<Item = &RankRow> {
    idle.ranking.iter().take(PLACES)
}

pub(super) fn rank(row: &RankRow) -> RankItem {
    RankItem {
        place: int(row.place),
        nickname: row
            .nickname
            .as_ref()
            .map(|name| name.reveal().into())
            .unwrap_or_default(),
        points: grouped(row.points),
    }
}
