use std::collections::BTreeSet;

use machitap_domain::{
    attendance::Role,
    draw::{record::How, table::Picture},
    fare::rules::{Chime, Colour, Shape},
    roster::ClassMark,
};
use proptest::prelude::*;

use super::*;
use crate::view::{
    Announced, ChildRow, DeskDeed, Draw, FareTold, Household, Message, NextEvent, Notice, Overview,
    OwnTab, Question, Registered, Remaining, RowReason, StaffPin, VisitDone, VisitEnded, WallTime,
    Won,
};

const RING: Remaining = Remaining {
    left_ms: 1,
    total_ms: 2,
};

const NOON: WallTime = WallTime {
    month: 4,
    day: 1,
    weekday: 3,
    hour: 12,
    minute: 0,
};

fn child(name: &str, direction: Direction) -> ChildRow {
    ChildRow {
        name: name.to_owned().into(),
        kana: name.to_owned().into(),
        class: name.to_owned(),
        mark: ClassMark::Cherry,
        direction,
        reason: RowReason::NotHereYet,
        selected: true,
        yen: 0,
    }
}

fn done(name: &str, ways: &[Direction]) -> View {
    View::NurseryDone(NurseryDone {
        children: ways.iter().map(|way| child(name, *way)).collect(),
        already: false,
        undo: None,
    })
}

fn drawn(name: &str, blank: bool) -> View {
    View::Draw(Draw {
        name: name.to_owned(),
        stage: DrawStage::Opened(Won {
            name: name.to_owned(),
            picture: Picture::Star,
            blank,
            how: How::Ticket,
            again: false,
        }),
        left: None,
        spin: false,
        later: None,
        ceiling: None,
        odds: None,
        remaining: RING,
    })
}

fn fare(name: &str, colour: Colour) -> View {
    View::Fare(FareTold {
        name: name.to_owned(),
        colour,
        shape: Shape::Circle,
        chime: Chime::One,
        again: false,
    })
}

fn message(kind: MessageKind, name: &str) -> View {
    View::Message(Message {
        kind,
        contact: name.to_owned(),
        next_event: Some(NextEvent {
            name: name.to_owned(),
            opens: NOON,
            from: NOON,
        }),
    })
}

/// Views that show names and numbers.
fn about(name: &str, n: u32) -> Vec<View> {
    let text = || name.to_owned().into();
    let visit = VisitDone {
        purpose: Some(name.to_owned()),
        balance: Some(n.into()),
        visits: Some(n.into()),
        ..VisitDone::of(Gained::Points(n))
    };
    vec![
        View::Household(Household {
            who: Some(text()),
            role: Role::Guardian,
            children: vec![child(name, Direction::In)],
            confirms_in: None,
            quote: None,
        }),
        View::Notice(Notice {
            text: text(),
            nth: 1,
            of: 1,
        }),
        View::Question(Question {
            name: text(),
            kana: text(),
            mark: ClassMark::Cherry,
            text: name.to_owned(),
            answers: vec![name.to_owned()],
            nth: 1,
            of: 1,
            remaining: RING,
        }),
        done(name, &[Direction::In]),
        View::VisitDone(visit),
        View::VisitEnded(VisitEnded {
            minutes: Some(n.into()),
            already: false,
            own: true,
            undo: None,
        }),
        drawn(name, false),
        fare(name, Colour::Blue),
        View::Announced(Announced {
            queue: n,
            already: false,
            undo: None,
        }),
        View::Registered(Registered {
            deed: DeskDeed::Register,
            number: Some(text()),
            provisional: true,
            undo: None,
        }),
        View::Own(Box::new(Own {
            tabs: Vec::new(),
            tab: OwnTab::Overview,
            balance: n.into(),
            reserved: n.into(),
            elsewhere: None,
            page: OwnPage::Overview(Overview {
                week: Some(n.into()),
                month: None,
                place: None,
                spins: Some(n),
                visits: n.into(),
            }),
            remaining: RING,
        })),
        message(MessageKind::EventFull, name),
    ]
}

fn lines(views: &[View]) -> Vec<Option<Line>> {
    views.iter().map(line).collect()
}

proptest! {
    /// Whoever it is about, the same is said.
    #[test]
    fn a_line_knows_no_name_and_no_number(name in "\\PC{0,12}", n in any::<u32>()) {
        let said = lines(&about(&name, n));
        prop_assert!(said.iter().all(Option::is_some));
        prop_assert_eq!(said, lines(&about("花子", 1)));
    }
}

#[test]
fn nothing_is_said_that_would_shame() {
    // A prize and a blank, a class and another, a card given up and one that is on no list.
    assert_eq!(line(&drawn("a", true)), line(&drawn("b", false)));
    let fares = [Colour::Blue, Colour::Grey].map(|c| line(&fare("free", c)));
    assert_eq!(fares[0], fares[1]);
    for kind in [
        MessageKind::NotGenuine,
        MessageKind::NotOfThisPlace,
        MessageKind::Released,
        MessageKind::NoChildToday,
        MessageKind::NotListed,
    ] {
        assert_eq!(line(&message(kind, "")), Some(Line::PleaseAsk), "{kind:?}");
    }
}

#[test]
fn each_way_has_its_line() {
    use Direction::{In, Out};
    for (ways, said) in [
        (&[In, In][..], Line::CheckedIn),
        (&[Out], Line::CheckedOut),
        (&[In, Out], Line::Passed),
    ] {
        assert_eq!(line(&done("a", ways)), Some(said));
    }
}

#[test]
fn nobody_there_and_staff_are_not_spoken_to() {
    let pin = StaffPin {
        entered: 1,
        length: 6,
        wrong: Some(1),
    };
    let locked = message(MessageKind::StaffLocked { minutes: 5 }, "");
    for view in [View::Starting, View::StaffPin(pin), locked] {
        assert_eq!(line(&view), None, "{view:?}");
    }
}

#[test]
fn only_reading_waits_before_it_is_said() {
    for line in Line::ALL {
        assert_eq!(line.lead_ms() > 0, *line == Line::Reading);
    }
}

#[test]
fn no_two_lines_have_one_name_and_each_can_be_a_files() {
    let keys: BTreeSet<_> = Line::ALL.iter().map(|l| l.key()).collect();
    assert_eq!(keys.len(), Line::ALL.len());
    for key in keys {
        assert!(key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
    }
}
