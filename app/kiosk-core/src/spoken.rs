//! What the kiosk says aloud: one line for each state somebody is served in.
//!
//! Everybody in the hall hears it. So a line holds no name, no number of a person, no balance, no
//! prize and no class of fares; and where the screen gives a reason that is nobody else's business
//! (the card was given up, this person is on no list), the line only says whom to turn to. No line
//! needs a name, so no facility can have names spoken.

use crate::view::{DrawStage, Gained, MessageKind, NurseryDone, Own, OwnPage, View};
use machitap_domain::{Millis, attendance::Direction};

macro_rules! lines {
    ($($(#[$doc:meta])+ $name:ident = $key:literal;)+) => {
        /// A line.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Line {
            $($(#[$doc])+ $name,)+
        }

        impl Line {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name: of its text in `assets/voice`, of its file, in traces.
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$name => $key,)+
                }
            }
        }
    };
}

lines! {
    /// Keep the card there. Only where reading takes long: see [`Line::lead_ms`].
    Reading = "reading";
    /// A household is asked to look and confirm.
    Household = "household";
    /// There is something to read.
    Notice = "notice";
    /// There is a question.
    Question = "question";
    /// Children were dropped off.
    CheckedIn = "checked-in";
    /// Children were picked up.
    CheckedOut = "checked-out";
    /// Some were dropped off, some picked up.
    Passed = "passed";
    /// An earlier tap did this.
    Already = "already";
    /// Something is to be chosen.
    VisitChoice = "visit-choice";
    /// Recorded, with points.
    VisitPoints = "visit-points";
    /// Recorded; no points are given here.
    VisitDone = "visit-done";
    /// Recorded; today's points were given.
    PointsToday = "points-today";
    /// Recorded; no points at this hour.
    PointsClosed = "points-closed";
    /// Recorded; of the points, the screen says more.
    PointsOnScreen = "points-on-screen";
    /// Somebody leaves.
    Goodbye = "goodbye";
    /// The capsule machine can be turned.
    DrawReady = "draw-ready";
    /// The capsule is open.
    DrawOpened = "draw-opened";
    /// The resident's own page.
    OwnPage = "own-page";
    /// Points were set aside.
    Spent = "spent";
    /// The offer is gone.
    OfferGone = "offer-gone";
    /// A code for a phone.
    PhoneCode = "phone-code";
    /// A choice of how to be served was taken.
    Chosen = "chosen";
    /// On a bus, whatever the class.
    Fare = "fare";
    /// In at an event.
    EventIn = "event-in";
    /// Announced: the number is on the screen.
    Announced = "announced";
    /// Taken back.
    Undone = "undone";
    /// The card is not registered.
    UnknownCard = "unknown-card";
    /// Hold the card still.
    HoldStill = "hold-still";
    /// The card left too early.
    RemovedEarly = "removed-early";
    /// One card at a time.
    TwoCards = "two-cards";
    /// Please ask. Says nothing of why.
    PleaseAsk = "please-ask";
    /// Please wait; someone is coming.
    PleaseWait = "please-wait";
    /// Nothing was recorded: when to come again is on the screen.
    ComeBack = "come-back";
    /// There is no event now.
    NoEvent = "no-event";
    /// No place is left.
    EventFull = "event-full";
    /// Please go to the desk.
    ToTheDesk = "to-the-desk";
    /// A registration, re-link or release is done.
    Registered = "registered";
    /// The kiosk cannot serve.
    OutOfService = "out-of-service";
}

impl Line {
    /// So long it waits before it is said, milliseconds; whatever comes in between takes its
    /// place. A card is mostly read before "keep it there" could be begun.
    pub const fn lead_ms(self) -> Millis {
        match self {
            Self::Reading => 800,
            _ => 0,
        }
    }
}

/// The line of a view; none where nobody is spoken to: while nobody is there, and on every page
/// of the staff.
pub fn line(view: &View) -> Option<Line> {
    Some(match view {
        // Whoever looks for their language may not know this one.
        View::Starting | View::Idle(_) | View::Languages => return None,
        View::Reading => Line::Reading,
        View::Household(_) => Line::Household,
        View::Notice(_) => Line::Notice,
        View::Question(_) => Line::Question,
        View::NurseryDone(done) => passage(done),
        View::VisitChoice(_) => Line::VisitChoice,
        View::VisitDone(done) if done.already => Line::Already,
        View::VisitDone(done) => gained(done.gained),
        View::VisitEnded(_) | View::EventLeft(_) => Line::Goodbye,
        View::Draw(draw) => match draw.stage {
            DrawStage::Ready if draw.spin => Line::DrawReady,
            DrawStage::Ready | DrawStage::Capsule(_) => return None,
            // A blank is opened with the same line as a prize.
            DrawStage::Opened(_) => Line::DrawOpened,
        },
        View::Own(own) => return own_page(own),
        View::Fare(_) => Line::Fare,
        View::EventDone(done) if done.already => Line::Already,
        View::EventDone(_) => Line::EventIn,
        View::Announced(_) => Line::Announced,
        View::Undone => Line::Undone,
        View::Message(message) => return said(message.kind),
        View::Registered(_) => Line::Registered,
        View::OutOfService(_) => Line::OutOfService,
        View::StaffPin(_)
        | View::StaffPanel(_)
        | View::Board(_)
        | View::ClassList(_)
        | View::ChildSheet(_)
        | View::People(_)
        | View::Correcting(_)
        | View::Excusing(_)
        | View::Alarms(_)
        | View::AlarmSheet(_)
        | View::Tasks(_)
        | View::Emergency(_)
        | View::Papers(_)
        | View::Helping(_)
        | View::PrizeCounter(_)
        | View::Desk(_)
        | View::Enrol(_) => return None,
    })
}

fn passage(done: &NurseryDone) -> Line {
    let went = |way| done.children.iter().any(|c| c.direction == way);
    match (done.already, went(Direction::In), went(Direction::Out)) {
        (true, _, _) => Line::Already,
        (false, true, false) => Line::CheckedIn,
        (false, false, true) => Line::CheckedOut,
        (false, _, _) => Line::Passed,
    }
}

const fn gained(gained: Gained) -> Line {
    match gained {
        Gained::Points(_) => Line::VisitPoints,
        Gained::AlreadyToday => Line::PointsToday,
        Gained::NotHere => Line::VisitDone,
        Gained::Closed => Line::PointsClosed,
        // How much somebody has earned is theirs to know.
        Gained::Capped(_) => Line::PointsOnScreen,
    }
}

fn own_page(own: &Own) -> Option<Line> {
    Some(match &own.page {
        OwnPage::Overview(_)
        | OwnPage::History(_)
        | OwnPage::Prizes(_)
        | OwnPage::Prize(_)
        | OwnPage::Projects(_)
        | OwnPage::Gift(_)
        | OwnPage::Phone(_)
        | OwnPage::Held(_) => Line::OwnPage,
        OwnPage::Spent(_) => Line::Spent,
        OwnPage::OfferGone => Line::OfferGone,
        OwnPage::Code(_) => Line::PhoneCode,
        OwnPage::Preferences(sheet) if sheet.undo.is_some() => Line::Chosen,
        // The ring that runs out must not say anything.
        OwnPage::Preferences(_) | OwnPage::Languages => return None,
    })
}

const fn said(kind: MessageKind) -> Option<Line> {
    Some(match kind {
        MessageKind::UnknownCard => Line::UnknownCard,
        MessageKind::HoldStill => Line::HoldStill,
        MessageKind::RemovedEarly => Line::RemovedEarly,
        MessageKind::TwoCards => Line::TwoCards,
        MessageKind::NotGenuine
        | MessageKind::NotOfThisPlace
        | MessageKind::Released
        | MessageKind::NoChildToday
        | MessageKind::NotListed => Line::PleaseAsk,
        MessageKind::PleaseWait => Line::PleaseWait,
        MessageKind::ComeBackAt { .. } => Line::ComeBack,
        MessageKind::HelpedToday => Line::PointsToday,
        MessageKind::NoEvent => Line::NoEvent,
        MessageKind::EventFull => Line::EventFull,
        MessageKind::NotLinked => Line::ToTheDesk,
        MessageKind::StaffLocked { .. } => return None,
    })
}

/// Which of several like it a view is: each is said, though the line is the same.
pub(crate) const fn step(view: &View) -> usize {
    match view {
        View::Notice(notice) => notice.nth,
        View::Question(question) => question.nth,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
