use machitap_kiosk_core::view::{Badge, Header, WallTime};
use slint::ComponentHandle;

use super::int;
use crate::screens::{App, BadgeItem, BadgeKind, HeaderApi, TimeItem};

pub(super) fn show(app: &App, header: &Header) {
    let api = app.global::<HeaderApi>();
    api.set_facility(header.facility.as_str().into());
    api.set_city(header.city.as_str().into());
    api.set_now(time(header.clock.time));
    api.set_trusted(header.clock.trusted && !header.badges.contains(&Badge::ClockUnsure));
}

pub(super) fn time(time: Option<WallTime>) -> TimeItem {
    time.map_or_else(TimeItem::default, |t| TimeItem {
        known: true,
        month: t.month.into(),
        day: t.day.into(),
        weekday: t.weekday.into(),
        hour: t.hour.into(),
        minute: t.minute.into(),
    })
}

/// The badge, but for the clock's: the clock says it itself.
pub(super) fn badge(badge: &Badge) -> Option<BadgeItem> {
    let (kind, number) = match *badge {
        Badge::Offline { pending } => (BadgeKind::Offline, int(pending)),
        Badge::Sending { pending } => (BadgeKind::Sending, int(pending)),
        Badge::OldRoster { days } => (BadgeKind::OldRoster, int(days)),
        Badge::ClockUnsure => return None,
        Badge::Forked => (BadgeKind::Forked, 0),
        Badge::ForStaff { alarms } => (BadgeKind::ForStaff, int(alarms)),
        Badge::Emergency => (BadgeKind::Emergency, 0),
        Badge::OldFares { days } => (BadgeKind::OldFares, int(days)),
        Badge::NoFares => (BadgeKind::NoFares, 0),
    };
    Some(BadgeItem { kind, number })
}
