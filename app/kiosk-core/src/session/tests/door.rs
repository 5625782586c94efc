//! Who may come, what they must have seen, and cards that open nothing.

use jiff::civil::date;
use machitap_domain::{
    FactBody,
    attendance::{Direction::In, Role, Via},
    catalogue::{Service, Text},
    fact::Refusal,
    nursery::{
        absence::{AbsenceKind, AbsenceNotice},
        alarm::AlarmKind,
        note::{Choice, Question},
        settings::{Day, Nursery},
    },
    roster::{HouseholdNotice, Roster, When},
    sound::VoiceRule,
};

use super::town::{Kiosk, card, citizen, felica, purposes};
use crate::{
    input::{StaffAct, Touch},
    output::Tone,
    session::STEP_MS,
    spoken::Line,
    view::{Household, MessageKind, RowReason, View},
};

fn household(kiosk: &Kiosk) -> &Household {
    match kiosk.view() {
        View::Household(household) => household,
        other => panic!("a household expected, found {other:?}"),
    }
}

fn text(ja: &str) -> Text {
    Text {
        ja: ja.into(),
        ..Text::default()
    }
}

fn barred(roster: &mut Roster) {
    roster.households[0].people[1].barred = true;
}

/// A collector on Thursdays; the first day of the tests is a Wednesday.
fn on_thursdays(roster: &mut Roster) {
    let person = &mut roster.households[0].people[1];
    person.role = Role::Collector;
    person.when = vec![When {
        days: vec![Day::Thu],
        ..When::default()
    }];
}

#[test]
fn the_fact_says_who_as_whom_and_by_which_card() {
    let mut kiosk = Kiosk::new(Service::nursery());
    let key = purposes().nursery.unwrap();
    kiosk.tap(felica(1));
    kiosk.touch(Touch::Confirm);
    let fact = kiosk.last(|b| matches!(b, FactBody::Attendance { .. }));
    let FactBody::Attendance {
        by,
        role,
        card: held,
        via: Via::Card(_),
        ..
    } = fact.body
    else {
        panic!("{:?}", fact.body)
    };
    assert_eq!(by, Some(key.pseudonym(&citizen(11))));
    assert_eq!(role, Some(Role::Guardian));
    assert_eq!(held, Some(key.card(&felica(1))));
    assert_ne!(
        held,
        Some(key.card(&card(11))),
        "another card of the same person"
    );
}

#[test]
fn the_barred_and_those_whose_day_it_is_not_see_the_same_calm_screen() {
    let mut shown = Vec::new();
    for (change, alarm) in [
        (barred as fn(&mut Roster), AlarmKind::Barred),
        (on_thursdays, AlarmKind::NotToday),
    ] {
        for child_is_here in [false, true] {
            let mut kiosk = Kiosk::new(Service::nursery());
            kiosk.roster(change);
            kiosk.catalogue(|c| {
                let here = c.facilities.values_mut().next().unwrap();
                here.sound.voice = VoiceRule::On;
            });
            if child_is_here {
                kiosk.tap(card(11));
                kiosk.touch(Touch::Confirm);
                kiosk.wait(70_000);
            }
            let before = kiosk.passages().len();
            let tones = kiosk.tones.len();
            kiosk.said.clear();
            kiosk.tap(card(12));
            assert_eq!(kiosk.message(), MessageKind::PleaseWait);
            assert_eq!(kiosk.said.last(), Some(&Some(Line::PleaseWait)));
            let (tones, said) = (kiosk.tones[tones..].to_vec(), kiosk.said.clone());
            shown.push((kiosk.view().clone(), tones, said));
            assert_eq!(kiosk.passages().len(), before);
            let raised = kiosk.last(|b| matches!(b, FactBody::Alarm { .. }));
            assert!(matches!(raised.body, FactBody::Alarm { alarm: a, .. } if a == alarm));
            let person = purposes().nursery.unwrap().pseudonym(&citizen(12));
            assert_eq!(raised.subject, Some(person), "of no child");
            kiosk.wait(10_000);
            kiosk.tap(card(12));
            assert_eq!(
                kiosk.count(|b| matches!(b, FactBody::Alarm { .. })),
                1,
                "once, while nobody has seen to it"
            );
        }
    }
    assert!(shown.iter().all(|s| *s == shown[0]), "{shown:?}");
    assert_eq!(
        shown[0].1,
        [Tone::Read],
        "nothing sounds out of the ordinary"
    );
}

#[test]
fn a_collector_fetches_on_their_day_and_is_asked_when_bringing() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.roster(on_thursdays);
    kiosk.wait(24 * 3_600_000);
    kiosk.tap(card(12));
    assert_eq!(household(&kiosk).role, Role::Collector);
    assert_eq!(
        household(&kiosk).confirms_in,
        None,
        "a collector brings nobody"
    );
    kiosk.touch(Touch::Confirm);
    kiosk.wait(8 * 3_600_000);
    kiosk.tap(card(12));
    assert!(household(&kiosk).confirms_in.is_some(), "fetching is clear");
}

#[test]
fn siblings_who_would_go_two_ways_are_asked() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(11));
    kiosk.touch(Touch::ToggleChild(1));
    kiosk.touch(Touch::Confirm);
    kiosk.wait(3_600_000);
    kiosk.tap(card(11));
    assert_eq!(household(&kiosk).confirms_in, None);
    kiosk.touch(Touch::TurnAll);
    assert!(
        household(&kiosk)
            .children
            .iter()
            .all(|c| c.reason == RowReason::ByHand)
    );
}

#[test]
fn a_child_said_to_be_absent_stays_out_of_its_siblings_act() {
    let notice = |id: &str, n| AbsenceNotice {
        id: id.parse().unwrap(),
        child: citizen(n),
        why: AbsenceKind::Sick,
        from: date(2026, 4, 1),
        until: None,
        at: None,
        note: None,
    };
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.absences(vec![notice("n-1", 2)]);
    kiosk.tap(card(11));
    let chosen: Vec<bool> = household(&kiosk)
        .children
        .iter()
        .map(|c| c.selected)
        .collect();
    assert_eq!(chosen, [true, false]);
    assert_eq!(household(&kiosk).children[1].reason, RowReason::SaidAbsent);
    kiosk.touch(Touch::Confirm);
    assert_eq!(kiosk.passages(), [In]);
    // All said to be absent: whoever stands there came all the same.
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.absences(vec![notice("n-1", 3)]);
    kiosk.tap(card(13));
    assert!(household(&kiosk).children[0].selected);
}

#[test]
fn a_card_that_was_released_opens_nothing() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.roster(|r| r.released = vec![felica(1), card(13)]);
    for released in [felica(1), card(13)] {
        kiosk.tap(released);
        assert_eq!(kiosk.message(), MessageKind::Released);
        let last = kiosk.journal.last().unwrap();
        assert_eq!(
            last.body,
            FactBody::Refused {
                why: Refusal::Released
            }
        );
        assert_eq!(last.subject, None);
    }
    kiosk.tap(card(11));
    assert!(
        matches!(kiosk.view(), View::Household(_)),
        "the person's other card"
    );
}

#[test]
fn children_who_left_and_days_off_leave_nobody_to_bring() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.roster(|r| {
        r.households[0].children[1].until = Some(date(2026, 3, 31));
        r.households[1].children[0].from = Some(date(2026, 4, 2));
    });
    kiosk.tap(card(11));
    assert_eq!(household(&kiosk).children.len(), 1);
    kiosk.touch(Touch::Cancel);
    kiosk.tap(card(13));
    assert_eq!(kiosk.message(), MessageKind::NoChildToday);
    kiosk.wait(24 * 3_600_000);
    kiosk.tap(card(13));
    assert!(matches!(kiosk.view(), View::Household(_)));
    let closed = Service::Nursery(Box::new(Nursery {
        closed: vec![date(2026, 4, 1)],
        ..Nursery::default()
    }));
    let mut kiosk = Kiosk::new(closed);
    kiosk.tap(card(11));
    assert_eq!(kiosk.message(), MessageKind::NoChildToday);
}

#[test]
fn a_line_must_be_seen_once_by_each_household() {
    let mut kiosk = Kiosk::new(Service::nursery());
    let with_notices = |r: &mut Roster| {
        let notice = |id: &str, until| HouseholdNotice {
            id: id.parse().unwrap(),
            text: text("あしたは 遠足です。").into(),
            until,
        };
        r.households[0].notices = vec![
            notice("trip", None),
            notice("over", Some(date(2026, 3, 31))),
            notice("vaccine", Some(date(2026, 4, 1))),
        ];
    };
    kiosk.roster(with_notices);
    kiosk.tap(card(11));
    kiosk.touch(Touch::Confirm);
    assert_eq!(kiosk.passages().len(), 2, "the record comes first");
    let View::Notice(notice) = kiosk.view() else {
        panic!("{:?}", kiosk.view())
    };
    assert_eq!((notice.nth, notice.of), (1, 2));
    kiosk.touch(Touch::Confirm);
    // The second is left alone: it is not seen, and the day goes on.
    kiosk.wait(STEP_MS);
    assert!(matches!(kiosk.view(), View::NurseryDone(_)));
    assert_eq!(kiosk.count(|b| matches!(b, FactBody::NoticeSeen { .. })), 1);
    kiosk.wait(8 * 3_600_000);
    kiosk.tap(card(12));
    kiosk.touch(Touch::Confirm);
    let View::Notice(notice) = kiosk.view() else {
        panic!("{:?}", kiosk.view())
    };
    assert_eq!((notice.nth, notice.of), (1, 1), "only what nobody has seen");
    kiosk.touch(Touch::Confirm);
    let View::NurseryDone(done) = kiosk.view() else {
        panic!("{:?}", kiosk.view())
    };
    assert!(done.undo.is_some());
}

pub(super) fn asking() -> Service {
    let choice = |id: &str, attention| Choice {
        id: id.into(),
        text: text(id),
        attention,
    };
    Service::Nursery(Box::new(Nursery {
        questions: vec![
            Question {
                id: "fever".into(),
                text: text("ねつは ありますか？"),
                answers: vec![choice("none", false), choice("37.5", true)],
            },
            Question {
                id: "medicine".into(),
                text: text("くすりは ありますか？"),
                answers: vec![choice("none", false), choice("yes", true)],
            },
        ],
        ..Nursery::default()
    }))
}

#[test]
fn each_child_that_comes_is_asked_about_and_staff_see_what_matters() {
    let mut kiosk = Kiosk::new(asking());
    kiosk.tap(card(11));
    kiosk.touch(Touch::Confirm);
    for nth in 1..=4 {
        let View::Question(question) = kiosk.view() else {
            panic!("{:?}", kiosk.view())
        };
        assert_eq!((question.nth, question.of), (nth, 4));
        kiosk.touch(Touch::Pick(9));
        kiosk.touch(match nth {
            1 => Touch::Pick(1),
            2 => Touch::Cancel,
            _ => Touch::Pick(0),
        });
    }
    assert!(matches!(kiosk.view(), View::NurseryDone(_)));
    let said = &kiosk.days(1).latest().unwrap().answers.clone();
    assert_eq!(said.len(), 1);
    assert_eq!(
        (said[0].question.as_str(), said[0].answer.as_str()),
        ("fever", "37.5")
    );
    assert_eq!(kiosk.days(2).latest().unwrap().answers.len(), 2);
    kiosk.open_panel();
    kiosk.touch(Touch::Pick(0));
    let View::ClassList(list) = kiosk.view() else {
        panic!("{:?}", kiosk.view())
    };
    let attention: Vec<bool> = list.children.iter().map(|c| c.attention).collect();
    assert_eq!(attention, [true, false, false]);
}

#[test]
fn nobody_is_asked_when_they_leave_or_while_the_next_family_waits() {
    let mut kiosk = Kiosk::new(asking());
    kiosk.tap(card(11));
    kiosk.tap(card(13));
    let View::Household(next) = kiosk.view() else {
        panic!("{:?}", kiosk.view())
    };
    assert_eq!(next.children.len(), 1);
    kiosk.touch(Touch::Cancel);
    kiosk.wait(3_600_000);
    kiosk.tap(card(11));
    kiosk.touch(Touch::Confirm);
    assert!(matches!(kiosk.view(), View::NurseryDone(_)), "they left");
}

#[test]
fn whoever_forgot_the_card_is_let_in_once_by_staff() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.open_panel();
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Pick(0));
    kiosk.act(StaffAct::Pass);
    let View::People(people) = kiosk.view() else {
        panic!("{:?}", kiosk.view())
    };
    assert_eq!(people.people.len(), 2);
    kiosk.touch(Touch::Pick(1));
    assert_eq!(household(&kiosk).children.len(), 2);
    let pass = kiosk
        .last(|b| matches!(b, FactBody::PassGiven { .. }))
        .clone();
    kiosk.touch(Touch::Confirm);
    let came = kiosk.last(|b| matches!(b, FactBody::Attendance { .. }));
    assert_eq!(came.caused_by, Some(pass.id));
    let key = purposes().nursery.unwrap();
    assert!(matches!(
        came.body,
        FactBody::Attendance { via: Via::Pass, by, staff, .. }
            if by == Some(key.pseudonym(&citizen(12))) && staff == Some(key.pseudonym(&citizen(90)))
    ));
    // The panel is closed behind it: the next touch reaches nothing of it.
    kiosk.wait(20_000);
    assert!(matches!(kiosk.view(), View::Idle(_)));
    kiosk.touch(Touch::Pick(0));
    assert!(matches!(kiosk.view(), View::Idle(_)));
}

#[test]
fn staff_cannot_let_in_whoever_may_not_come() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.roster(barred);
    kiosk.open_panel();
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Pick(0));
    kiosk.act(StaffAct::Pass);
    let View::People(people) = kiosk.view() else {
        panic!("{:?}", kiosk.view())
    };
    assert_eq!(people.people.len(), 1);
}
