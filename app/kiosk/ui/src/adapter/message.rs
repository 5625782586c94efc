use machitap_kiosk_core::view::{Message, MessageKind, OutOfService, OutReason};
use slint::ComponentHandle;

use super::{event, header::time, int};
use crate::screens::{App, MessageApi, MessageItem, OutItem};

pub(super) fn show(app: &App, message: &Message) {
    let api = app.global::<MessageApi>();
    api.set_contact(message.contact.as_str().into());
    event::next(app, message.next_event.as_ref());
    api.set_kind(match message.kind {
        MessageKind::UnknownCard => MessageItem::UnknownCard,
        MessageKind::HoldStill => MessageItem::HoldStill,
        MessageKind::RemovedEarly => MessageItem::RemovedEarly,
        MessageKind::TwoCards => MessageItem::TwoCards,
        MessageKind::NotGenuine => MessageItem::NotGenuine,
        MessageKind::StaffLocked { minutes } => {
            api.set_minutes(int(minutes));
            MessageItem::StaffLocked
        }
        MessageKind::NotOfThisPlace => MessageItem::NotOfThisPlace,
        MessageKind::Released => MessageItem::Released,
        MessageKind::NoChildToday => MessageItem::NoChildToday,
        MessageKind::PleaseWait => MessageItem::PleaseWait,
        MessageKind::HelpedToday => MessageItem::HelpedToday,
        MessageKind::NoEvent => MessageItem::NoEvent,
        MessageKind::EventFull => MessageItem::EventFull,
        MessageKind::NotListed => MessageItem::NotListed,
        MessageKind::NotLinked => MessageItem::NotLinked,
        MessageKind::ComeBackAt { at } => {
            api.set_at(time(Some(at)));
            MessageItem::ComeBackAt
        }
    });
}

pub(super) fn out(app: &App, out: &OutOfService) {
    let api = app.global::<MessageApi>();
    api.set_contact(out.contact.as_str().into());
    api.set_out(match out.why {
        OutReason::ReaderGone => OutItem::ReaderGone,
        OutReason::DiskFull => OutItem::DiskFull,
        OutReason::DiskBroken => OutItem::DiskBroken,
        OutReason::NoCatalogue => OutItem::NoCatalogue,
        OutReason::UnknownFacility => OutItem::UnknownFacility,
        OutReason::NoRoster => OutItem::NoRoster,
        OutReason::Renewing => OutItem::Renewing,
    });
}
