//! Names of views and documents as the control socket, the traces and the log use them.

use machitap_kiosk_core::view::{
    Draw, DrawStage, EnrolStep, MessageKind, OutReason, OwnPage, PreferenceSheet, View,
};

/// A view's name. It holds nothing of whom the view is about.
pub const fn view(view: &View) -> &'static str {
    match view {
        View::Starting => "starting",
        View::Idle(_) => "idle",
        View::Languages => "languages",
        View::Reading => "reading",
        View::Household(_) => "household",
        View::Notice(_) => "notice",
        View::Question(_) => "question",
        View::NurseryDone(_) => "nursery-done",
        View::VisitChoice(_) => "visit-choice",
        View::VisitDone(_) => "visit-done",
        View::VisitEnded(_) => "visit-ended",
        View::Draw(_) => "draw",
        View::Own(own) => own_page(&own.page),
        View::Fare(_) => "fare",
        View::EventDone(_) => "event-done",
        View::EventLeft(_) => "event-left",
        View::Announced(_) => "announced",
        View::Undone => "undone",
        View::Message(message) => match message.kind {
            MessageKind::UnknownCard => "message:unknown-card",
            MessageKind::HoldStill => "message:hold-still",
            MessageKind::RemovedEarly => "message:removed-early",
            MessageKind::TwoCards => "message:two-cards",
            MessageKind::NotGenuine => "message:not-genuine",
            MessageKind::StaffLocked { .. } => "message:staff-locked",
            MessageKind::NotOfThisPlace => "message:not-of-this-place",
            MessageKind::Released => "message:released",
            MessageKind::NoChildToday => "message:no-child-today",
            MessageKind::PleaseWait => "message:please-wait",
            MessageKind::ComeBackAt { .. } => "message:come-back-at",
            MessageKind::HelpedToday => "message:helped-today",
            MessageKind::NoEvent => "message:no-event",
            MessageKind::EventFull => "message:event-full",
            MessageKind::NotListed => "message:not-listed",
            MessageKind::NotLinked => "message:not-linked",
        },
        View::StaffPin(_) => "staff-pin",
        View::StaffPanel(_) => "staff-panel",
        View::Board(_) => "staff:board",
        View::ClassList(_) => "staff:class",
        View::ChildSheet(_) => "staff:child",
        View::People(_) => "staff:people",
        View::Correcting(_) => "staff:correcting",
        View::Excusing(_) => "staff:excusing",
        View::Alarms(_) => "staff:alarms",
        View::AlarmSheet(_) => "staff:alarm",
        View::Tasks(_) => "staff:tasks",
        View::Emergency(_) => "staff:emergency",
        View::Papers(_) => "staff:papers",
        View::Helping(_) => "staff:helping",
        View::PrizeCounter(_) => "staff:prizes",
        View::OutOfService(out) => match out.why {
            OutReason::ReaderGone => "out-of-service:reader-gone",
            OutReason::DiskFull => "out-of-service:disk-full",
            OutReason::DiskBroken => "out-of-service:disk-broken",
            OutReason::NoCatalogue => "out-of-service:no-catalogue",
            OutReason::UnknownFacility => "out-of-service:unknown-facility",
            OutReason::NoRoster => "out-of-service:no-roster",
            OutReason::Renewing => "out-of-service:renewing",
        },
        View::Enrol(enrol) => match enrol.step {
            EnrolStep::Code { .. } => "enrol:code",
            EnrolStep::Asking => "enrol:asking",
            EnrolStep::Done { .. } => "enrol:done",
        },
        View::Desk(_) => "staff:desk",
        View::Registered(_) => "registered",
    }
}

const fn own_page(page: &OwnPage) -> &'static str {
    match page {
        OwnPage::Overview(_) => "own:overview",
        OwnPage::History(_) => "own:history",
        OwnPage::Prizes(_) => "own:prizes",
        OwnPage::Prize(_) => "own:prize",
        OwnPage::Projects(_) => "own:projects",
        OwnPage::Gift(_) => "own:gift",
        OwnPage::Spent(_) => "own:spent",
        OwnPage::OfferGone => "own:offer-gone",
        OwnPage::Held(_) => "own:held",
        OwnPage::Phone(_) => "own:phone",
        OwnPage::Code(_) => "own:code",
        OwnPage::Preferences(_) => "own:preferences",
        OwnPage::Languages => "own:languages",
    }
}

/// True for a screen that says something was done, or taken back.
pub const fn confirms(view: &View) -> bool {
    matches!(
        view,
        View::Notice(_)
            | View::Question(_)
            | View::NurseryDone(_)
            | View::VisitDone(_)
            | View::VisitEnded(_)
            | View::Draw(Draw {
                stage: DrawStage::Capsule(_) | DrawStage::Opened(_),
                ..
            })
            | View::Fare(_)
            | View::EventDone(_)
            | View::EventLeft(_)
            | View::Announced(_)
            | View::Registered(_)
            | View::Undone
    ) || matches!(view, View::Own(own) if matches!(own.page, OwnPage::Spent(_)
        | OwnPage::Code(_)
        | OwnPage::Preferences(PreferenceSheet { undo: Some(_), .. })))
}

/// True for a screen that answers a tap.
pub const fn answers(view: &View) -> bool {
    !matches!(
        view,
        View::Starting | View::Idle(_) | View::Reading | View::OutOfService(_)
    )
}

/// True for a screen that waits for people.
pub const fn waits(view: &View) -> bool {
    matches!(view, View::Idle(_) | View::OutOfService(_))
}
