//! Commit, then show: over any order of taps, touches, waits, restarts, clock jumps and
//! failing disks.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use machitap_domain::{
    Fact, FactBody, Folds, Quality,
    attendance::{ChildDays, Direction},
    catalogue::{Language, Service},
    fact::Class,
    nursery::settings::{Counts, Nursery},
    points::offers::Picture,
    preferences::{Preference, Preferences, TextSize},
};
use proptest::prelude::*;

use super::{
    door::asking,
    draw, event, fare, offers, own, phone, points,
    prices::{self, CAP_YEN},
    reception, register,
    town::{City, Kiosk, NTP, VISIT, card, citizen, felica, purposes},
};
use crate::{
    input::{CardProblem, Input, NoteOf, StaffAct, StoreTrouble, Touch},
    session::EMERGENCY_IDLE_MS,
    view::{
        DrawStage, Gained, Own, OwnPage, OwnTab, Pages, SpendState, Spent, SpentFor, View,
        VisitDone,
    },
};

#[derive(Debug, Clone)]
enum Op {
    Tap(u32),
    Uid(u8),
    Bad(CardProblem),
    TwoCards,
    Touch(Touch),
    Wait(u64),
    ClockJump(i64),
    ClockLost(bool),
    Restart {
        reboot: bool,
        down_ms: u64,
    },
    Disk(Option<StoreTrouble>),
    Reader(bool),
    Renewing(bool),
    Panel,
    Act(StaffAct),
    /// The shell's word on the n-th latest note.
    Note {
        back: usize,
        taken: bool,
    },
    /// Staff do that with a card from beginning to end, as far as they get.
    Desk {
        deed: u8,
        card: u8,
    },
    /// The city's word on the n-th latest claim.
    Seal {
        back: usize,
        accepted: bool,
    },
}

fn act() -> impl Strategy<Value = StaffAct> {
    prop_oneof![
        Just(StaffAct::Alarms),
        Just(StaffAct::Tasks),
        Just(StaffAct::Emergency),
        Just(StaffAct::EndEmergency),
        Just(StaffAct::Papers),
        Just(StaffAct::In),
        Just(StaffAct::Out),
        Just(StaffAct::HandOver),
        Just(StaffAct::Excuse),
        Just(StaffAct::Pass),
        (0usize..3).prop_map(StaffAct::Correct),
        Just(StaffAct::Add),
        Just(StaffAct::Turn),
        Just(StaffAct::Strike),
        Just(StaffAct::Help),
        Just(StaffAct::Register),
        Just(StaffAct::Relink),
        Just(StaffAct::Release),
    ]
}

fn preference() -> impl Strategy<Value = Preference> {
    prop_oneof![
        any::<bool>().prop_map(|en| Preference::Language(en.then_some(Language::En))),
        any::<bool>().prop_map(Preference::Still),
        any::<Option<bool>>().prop_map(Preference::Voice),
        Just(Preference::Text(TextSize::Largest)),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let touch = prop_oneof![
        Just(Touch::Confirm),
        Just(Touch::Cancel),
        Just(Touch::Undo),
        Just(Touch::Erase),
        (0usize..3).prop_map(Touch::ToggleChild),
        (0usize..3).prop_map(Touch::TurnChild),
        (0u8..12).prop_map(Touch::Digit),
        Just(Touch::Languages),
        Just(Touch::Language(Language::En)),
        Just(Touch::TurnAll),
        Just(Touch::Spin),
        Just(Touch::Spin),
        Just(Touch::Odds),
        Just(Touch::Own),
        prop_oneof![
            Just(OwnTab::Overview),
            Just(OwnTab::History),
            Just(OwnTab::Prizes),
            Just(OwnTab::Projects),
            Just(OwnTab::Phone),
            Just(OwnTab::Held),
            Just(OwnTab::Preferences),
            Just(OwnTab::Preferences),
        ]
        .prop_map(Touch::Tab),
        (-1i32..2).prop_map(Touch::Pages),
        preference().prop_map(Touch::Prefer),
        Just(Touch::Wait),
        (0usize..4).prop_map(Touch::Pick),
        (0usize..4).prop_map(Touch::Pick),
        (-700i32..700).prop_map(Touch::Minutes),
        (-2i32..3).prop_map(Touch::Days),
        (-3i16..30).prop_map(Touch::Heads),
    ];
    prop_oneof![
        5 => prop_oneof![Just(1), 11u32..14, Just(77), Just(90)].prop_map(Op::Tap),
        1 => prop_oneof![Just(1u8), Just(50), Just(77)].prop_map(Op::Uid),
        1 => prop_oneof![Just(CardProblem::HoldStill), Just(CardProblem::Unknown)].prop_map(Op::Bad),
        1 => Just(Op::TwoCards),
        5 => touch.prop_map(Op::Touch),
        4 => prop_oneof![1u64..7_000, 50_000u64..70_000, Just(40_000_000u64)].prop_map(Op::Wait),
        1 => (-90_000_000i64..90_000_000).prop_map(Op::ClockJump),
        1 => any::<bool>().prop_map(Op::ClockLost),
        1 => (any::<bool>(), 0u64..100_000).prop_map(|(reboot, down_ms)| Op::Restart { reboot, down_ms }),
        1 => prop_oneof![Just(None), Just(Some(StoreTrouble::Full))].prop_map(Op::Disk),
        1 => any::<bool>().prop_map(Op::Reader),
        1 => any::<bool>().prop_map(Op::Renewing),
        2 => Just(Op::Panel),
        6 => act().prop_map(Op::Act),
        3 => (0usize..3, any::<bool>()).prop_map(|(back, taken)| Op::Note { back, taken }),
        3 => (0u8..3, 75u8..79).prop_map(|(deed, card)| Op::Desk { deed, card }),
        2 => (0usize..3, any::<bool>()).prop_map(|(back, accepted)| Op::Seal { back, accepted }),
    ]
}

/// What must hold after every step.
fn invariants(kiosk: &Kiosk, drawn_before: usize) {
    for (on_disk, screen) in &kiosk.screens[drawn_before..] {
        let facts = &kiosk.journal[..*on_disk];
        let rests_on = |is: fn(&FactBody) -> bool| facts.iter().any(|f| is(&f.body));
        let as_everybody = screen.text == TextSize::Normal && !screen.voice && screen.motion;
        assert!(as_everybody || rests_on(|b| matches!(b, FactBody::Preferred(_))));
        match &screen.view {
            View::Idle(_) | View::OutOfService(_) => {
                assert!(as_everybody, "nobody is here");
            }
            View::VisitDone(done) => {
                assert!(rests_on(|b| matches!(
                    b,
                    FactBody::Visit(_) | FactBody::Volunteered { .. }
                )));
                visit_is_sound(done);
            }
            View::VisitEnded(_) => {
                assert!(rests_on(|b| matches!(b, FactBody::VisitEnded)));
            }
            View::NurseryDone(done) => {
                assert!(!done.children.is_empty());
                assert!(rests_on(|b| matches!(b, FactBody::Attendance { .. })));
            }
            View::Fare(_) => assert!(rests_on(|b| matches!(b, FactBody::Ride(_)))),
            View::EventDone(done) => {
                assert!(rests_on(|b| matches!(b, FactBody::EventEntered { .. })));
                assert!(done.balance.is_none_or(|b| b >= u64::from(done.points)));
            }
            View::EventLeft(_) => assert!(rests_on(|b| matches!(b, FactBody::EventLeft))),
            View::Announced(shown) => {
                let is_it = |f: &Fact| matches!(f.body, FactBody::Announced { queue, .. } if queue == shown.queue);
                assert!(facts.iter().any(is_it), "rests_on");
            }
            View::Notice(_) | View::Question(_) => {
                assert!(rests_on(|b| matches!(b, FactBody::Attendance { .. })));
            }
            View::Emergency(_) => {
                assert!(rests_on(|b| matches!(b, FactBody::EmergencyOpened)));
            }
            View::Draw(draw) => {
                let turned = !matches!(draw.stage, DrawStage::Ready);
                assert!(!turned || rests_on(|b| matches!(b, FactBody::Drawn(_))));
            }
            View::Own(own) => own_is_sound(own, rests_on),
            View::Registered(_) => assert!(rests_on(|b| matches!(
                b,
                FactBody::Registered(_) | FactBody::Relinked(_) | FactBody::ReleasedId(_)
            ))),
            View::Undone => assert!(rests_on(|b| matches!(b, FactBody::Undone { .. }))),
            // The staff panel claims nothing: it opens on a full disk too, because whoever
            // must count children needs its lists.
            _ => {}
        }
    }
    for (_, account) in kiosk.folds.accounts() {
        assert!(account.balance() >= 0);
    }
    for count in kiosk.folds.events().iter() {
        assert!(count.inside <= count.came, "{count:?}");
        assert!(
            count.event.as_str() != "drill" || count.came <= 2,
            "{count:?}"
        );
    }
    notes_are_sound(kiosk);
    register::is_sound(kiosk);
    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    for (_, days) in kiosk.folds.children() {
        children_are_sound(days);
    }
    let mut rebuilt = Folds::default();
    for fact in &kiosk.journal {
        rebuilt.apply(fact, &zone);
    }
    assert_eq!(rebuilt, kiosk.folds, "rebuild = live");
}

/// A note is given after its fact is on disk, and is journalled as taken at most once; the
/// numbers of a day are distinct.
fn notes_are_sound(kiosk: &Kiosk) {
    for (on_disk, note, _) in &kiosk.notes {
        let cause = |f: &&Fact| match f.body {
            FactBody::Announced { .. } => !note.withdrawn && f.id == note.id,
            FactBody::Undone { fact } => note.withdrawn && fact == note.id,
            _ => false,
        };
        assert!(kiosk.journal[..*on_disk].iter().any(|f| cause(&f)));
    }
    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    let (mut taken, mut given) = (BTreeSet::new(), BTreeSet::new());
    for fact in &kiosk.journal {
        match fact.body {
            FactBody::HandedOff { withdrawn } => {
                assert!(taken.insert((fact.caused_by, withdrawn)), "taken twice");
            }
            FactBody::Announced { queue, .. } => {
                assert!(given.insert((fact.at.day(&zone), queue)), "given twice");
            }
            _ => {}
        }
    }
}

/// What is said to be gained is the sum of what it is said to be for.
fn visit_is_sound(done: &VisitDone) {
    let sum: u32 = done.lines.iter().map(|l| l.points).sum();
    match done.gained {
        Gained::Points(points) => assert!(done.lines.is_empty() || sum == points, "{done:?}"),
        _ => assert!(done.lines.is_empty(), "{done:?}"),
    }
    for card in [done.next.streak, done.next.stamps].into_iter().flatten() {
        assert!(card.have <= card.of, "{done:?}");
    }
}

/// A page of one's own rests on a visit, and what it says was spent or taken back was.
fn own_is_sound(own: &Own, rests_on: impl Fn(fn(&FactBody) -> bool) -> bool) {
    assert!(rests_on(|b| matches!(
        b,
        FactBody::Visit(_) | FactBody::Volunteered { .. }
    )));
    assert!(own.tabs.contains(&own.tab), "{own:?}");
    match &own.page {
        OwnPage::Spent(spent) => {
            assert!(rests_on(|b| matches!(b, FactBody::Spend(_))));
            let back = spent.state == SpendState::TakenBack;
            assert!(!back || rests_on(|b| matches!(b, FactBody::Undone { .. })));
            assert!(spent.undo.is_none() || spent.state == SpendState::OnItsWay);
        }
        OwnPage::Code(_) => assert!(rests_on(|b| matches!(b, FactBody::Paired { .. }))),
        OwnPage::Preferences(sheet) => {
            let none = sheet.chosen == Preferences::default() && sheet.undo.is_none();
            assert!(none || rests_on(|b| matches!(b, FactBody::Preferred(_))));
        }
        OwnPage::Prize(sheet) => {
            assert_eq!(sheet.after.is_some(), sheet.card.cannot.is_none());
        }
        OwnPage::History(Pages { page, of, .. }) => assert!((1..=*of).contains(page)),
        _ => {}
    }
}

/// No child is here on a day it has left, and no month costs more than its cap.
fn children_are_sound(days: &ChildDays) {
    for passage in days.passages() {
        let last = days.last_on(passage.day);
        assert_eq!(
            days.is_here(passage.day),
            last.is_some_and(|p| p.direction == Direction::In)
        );
        assert_eq!(
            days.standing_on(passage.day).next_back(),
            last,
            "one last passage a day"
        );
    }
    for month in 1..=12 {
        assert!(days.month_yen(2026, month, None) <= CAP_YEN);
    }
}

fn play(service: Service, ops: Vec<Op>) {
    play_at(Kiosk::new(service), ops);
}

fn play_at(mut kiosk: Kiosk, ops: Vec<Op>) {
    kiosk.fares(fare::list());
    let mut boot = 1;
    for op in ops {
        let drawn = kiosk.screens.len();
        match op {
            Op::Tap(n) => kiosk.tap(card(n)),
            Op::Uid(n) => kiosk.tap(felica(n)),
            Op::Bad(problem) => kiosk.bad_tap(problem),
            Op::TwoCards => kiosk.give(Input::TwoCards),
            Op::Touch(touch) => kiosk.touch(touch),
            Op::Wait(ms) => kiosk.wait(ms),
            Op::ClockJump(ms) => kiosk.now.clock.wall_ms += ms,
            Op::ClockLost(lost) => {
                kiosk.now.clock.quality = if lost { Quality::UNKNOWN } else { NTP };
            }
            Op::Restart { reboot, down_ms } => {
                boot += u128::from(reboot);
                let now = kiosk.now;
                let mono = if reboot {
                    down_ms
                } else {
                    now.mono_ms + down_ms
                };
                kiosk.restart(boot, mono, now.clock.wall_ms, now.clock.quality);
            }
            Op::Disk(trouble) => kiosk.disk = trouble,
            Op::Reader(ready) => kiosk.give(Input::Reader { ready }),
            Op::Renewing(renewing) => kiosk.give(Input::Renewing(renewing)),
            Op::Panel => kiosk.open_panel(),
            Op::Act(act) => kiosk.act(act),
            Op::Note { back, taken } => {
                let Some((_, note, _)) = kiosk.notes.iter().rev().nth(back) else {
                    continue;
                };
                let note = NoteOf {
                    announcement: note.id,
                    withdrawn: note.withdrawn,
                };
                let class = Class::Retry;
                kiosk.give(if taken {
                    Input::HandedOff(note)
                } else {
                    Input::HandOffFailed { note, class }
                });
            }
            Op::Desk { deed, card } => register::at_the_desk(&mut kiosk, deed, card),
            Op::Seal { back, accepted } => register::answer(&mut kiosk, back, accepted),
        }
        invariants(&kiosk, drawn);
    }
    // Whatever came, it ends by itself: every screen has a time-out and a way back.
    kiosk.disk = None;
    kiosk.give(Input::Store(None));
    kiosk.give(Input::Reader { ready: true });
    kiosk.give(Input::Renewing(false));
    kiosk.wait(EMERGENCY_IDLE_MS);
    let drawn = kiosk.screens.len();
    kiosk.tap(card(13));
    kiosk.wait(1_200_000);
    invariants(&kiosk, drawn);
    assert!(matches!(kiosk.view(), View::Idle(_)), "{:?}", kiosk.view());
}

/// A nursery that sets everything there is to set.
fn everything() -> Service {
    let (Service::Nursery(prices), Service::Nursery(asking)) =
        (prices::nursery(Counts::Tap), asking())
    else {
        unreachable!("both are nurseries")
    };
    Service::Nursery(Box::new(Nursery {
        cutoff: Some(jiff::civil::time(9, 30, 0, 0)),
        questions: asking.questions,
        ..*prices
    }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn the_law_holds_at_the_nursery(ops in prop::collection::vec(op(), 0..60)) {
        play(everything(), ops);
    }

    #[test]
    fn the_law_holds_where_everything_is_asked(ops in prop::collection::vec(op(), 0..60)) {
        play(points::hall(
            r#","visits_per_day":2,"first_visit":5,"streak":{"every":2,"points":20},
            "stamps":{"every":3,"points":30},"purposes":{"gym":4},
            "volunteering":[{"id":"beach","name":{"ja":"海の掃除"},"points":100}],
            "caps":{"all":{"day":30,"month":90}}"#, 2, true, true), ops);
    }

    #[test]
    fn the_law_holds_at_the_capsule_machine(ops in prop::collection::vec(op(), 0..60)) {
        play_at(Kiosk::in_city(VISIT, draw::city()), ops);
    }

    #[test]
    fn the_law_holds_where_points_are_spent(ops in prop::collection::vec(op(), 0..60)) {
        let city = City { pairing: Some(phone::pairing()), ..offers::city() };
        let mut kiosk = Kiosk::in_city(VISIT, city);
        kiosk.give(Input::Accounts(Box::new(own::elsewhere(450))));
        play_at(kiosk, ops);
    }

    #[test]
    fn the_law_holds_on_the_bus(ops in prop::collection::vec(op(), 0..60)) {
        play(fare::bus(), ops);
    }

    #[test]
    fn the_law_holds_at_an_events_door(ops in prop::collection::vec(op(), 0..60)) {
        play(event::door(), ops);
    }

    #[test]
    fn the_law_holds_at_the_reception(ops in prop::collection::vec(op(), 0..60)) {
        let mut kiosk = Kiosk::new(reception::clinic());
        reception::with_patients(&mut kiosk);
        play_at(kiosk, ops);
    }

    #[test]
    fn the_law_holds_at_the_desk(ops in prop::collection::vec(op(), 0..60)) {
        play_at(Kiosk::in_city(VISIT, register::city()), ops);
    }

    #[test]
    fn the_law_holds_in_the_hall(ops in prop::collection::vec(op(), 0..60)) {
        play(VISIT, ops);
    }
}

/// The sabotage test of this law: a shell that reports a commit before there was one is
/// caught by the invariant above.
#[test]
#[should_panic(expected = "rests_on")]
fn a_screen_shown_before_the_commit_is_caught() {
    lying(Kiosk::new(VISIT));
}

#[test]
#[should_panic(expected = "rests_on")]
fn an_entry_shown_before_the_commit_is_caught() {
    lying(Kiosk::new(event::door()));
}

#[test]
#[should_panic(expected = "rests_on")]
fn a_number_shown_before_the_commit_is_caught() {
    let mut kiosk = Kiosk::new(reception::clinic());
    reception::with_patients(&mut kiosk);
    lying(kiosk);
}

fn lying(mut kiosk: Kiosk) {
    kiosk.disk = Some(StoreTrouble::Full);
    let drawn = kiosk.screens.len();
    kiosk.lying_tap(card(1));
    invariants(&kiosk, drawn);
}

/// The same for points that were never spent.
#[test]
#[should_panic(expected = "rests_on")]
fn a_spend_shown_before_the_commit_is_caught() {
    let mut kiosk = Kiosk::in_city(VISIT, offers::city());
    kiosk.tap(card(1));
    kiosk.touch(Touch::Own);
    let (on_disk, mut screen) = kiosk.screens.last().unwrap().clone();
    let View::Own(own) = &mut screen.view else {
        panic!("an own page expected");
    };
    own.page = OwnPage::Spent(Spent {
        what: SpentFor::Prize,
        name: "お米".into(),
        picture: Picture::Rice,
        points: 200,
        state: SpendState::OnItsWay,
        entries: Some(1),
        goal: None,
        undo: None,
    });
    let drawn = kiosk.screens.len();
    kiosk.screens.push((on_disk, screen));
    invariants(&kiosk, drawn);
}

#[test]
fn a_child_is_never_here_twice() {
    let mut kiosk = Kiosk::new(Service::nursery());
    for _ in 0..6 {
        kiosk.tap(card(13));
        kiosk.touch(Touch::Confirm);
        kiosk.wait(61_000);
    }
    let child = purposes().nursery.unwrap().pseudonym(&citizen(3));
    assert!(
        !kiosk
            .folds
            .child(&child)
            .is_here(kiosk.now.stamp().day(&TimeZone::get("Asia/Tokyo").unwrap()))
    );
    let ways = kiosk.passages();
    assert!(ways.windows(2).all(|w| w[0] != w[1]), "{ways:?}");
    assert_eq!(ways[0], Direction::In);
}
