use machitap_kiosk_core::view::{Announced, EventDone, EventDoor, EventLeft, EventSign, NextEvent};
use slint::{ComponentHandle, SharedString};

use super::{grouped, header::time, int};
use crate::screens::{App, DoorItem, EventApi};

pub(super) fn sign(app: &App, sign: Option<&EventSign>) {
    let api = app.global::<EventApi>();
    api.set_name(sign.map_or_else(SharedString::new, |s| s.name.as_str().into()));
    let Some(sign) = sign else { return };
    api.set_from(time(Some(sign.from)));
    api.set_until(time(Some(sign.until)));
    api.set_door(match sign.door {
        EventDoor::Open => DoorItem::Open,
        EventDoor::OpensAt(at) => {
            api.set_opens(time(Some(at)));
            DoorItem::OpensAt
        }
        EventDoor::Full => DoorItem::Full,
    });
    api.set_places_left(sign.places_left.map_or(-1, int));
    api.set_listed_only(sign.listed_only);
}

/// The next event, for a message.
pub(super) fn next(app: &App, next: Option<&NextEvent>) {
    let api = app.global::<EventApi>();
    api.set_name(next.map_or_else(SharedString::new, |n| n.name.as_str().into()));
    api.set_from(time(next.map(|n| n.from)));
}

pub(super) fn done(app: &App, done: &EventDone) {
    let api = app.global::<EventApi>();
    api.set_name(done.name.as_str().into());
    api.set_at(time(done.at));
    api.set_points(grouped(done.points));
    api.set_earned(done.points > 0);
    api.set_provisional(done.provisional);
    api.set_balance_known(done.balance.is_some());
    api.set_balance(done.balance.map(grouped).unwrap_or_default());
    api.set_tap_to_leave(done.tap_to_leave);
    api.set_already(done.already);
}

pub(super) fn left(app: &App, left: &EventLeft) {
    let api = app.global::<EventApi>();
    api.set_name(left.name.as_str().into());
    api.set_minutes(left.minutes.map_or(-1, int));
    api.set_already(left.already);
}

pub(super) fn announced(app: &App, announced: Announced) {
    let api = app.global::<EventApi>();
    api.set_queue(int(announced.queue));
    api.set_already(announced.already);
}
