use machitap_kiosk_core::view::{Gained, VisitDone};
use slint::ComponentHandle;

use super::grouped;
use crate::screens::{App, GainedItem, VisitApi};

pub(super) fn show(app: &App, done: &VisitDone) {
    let api = app.global::<VisitApi>();
    let (gained, points) = match done.gained {
        Gained::Points(points) => (GainedItem::Points, points),
        Gained::AlreadyToday => (GainedItem::AlreadyToday, 0),
        Gained::NotHere => (GainedItem::NotHere, 0),
    };
    api.set_gained(gained);
    api.set_points(grouped(points));
    api.set_balance_known(done.balance.is_some());
    api.set_balance(grouped(done.balance.unwrap_or(0)));
    api.set_visits_known(done.visits.is_some());
    api.set_visits(grouped(done.visits.unwrap_or(0)));
    api.set_already(done.already);
}
