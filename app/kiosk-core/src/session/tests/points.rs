//! What the hall's screen says of points: lines, zeros in words' reach, what comes next,
//! purposes, groups and leaving.

use machitap_domain::{
    FactBody, Quality,
    catalogue::{Service, Text},
    fact::StaffOutcome,
    points::{
        PointRule,
        caps::{Age, CapHit, CapSet, Caps, CapsFrom, Period, Scope},
        visit::VisitPurpose,
    },
};

use super::town::{Kiosk, card, citizen, felica, purposes};
use crate::{
    input::{Input, StaffAct, StoreTrouble, Touch},
    output::Tone,
    session::CHOICE_MS,
    view::{
        Card, Coming, Gained, GainedFor, MessageKind, PointsFrom, View, VisitChoice, VisitDone,
        VisitEnded,
    },
};

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

fn rule(parts: &str) -> PointRule {
    let json = format!(
        r#"{{"base":10,"visits_per_day":1,"rules":[{{"from":"2026-01-01","base":10{parts}}}]}}"#
    );
    serde_json::from_str(&json).unwrap()
}

fn purpose(id: &str, ja: &str) -> VisitPurpose {
    VisitPurpose {
        id: id.parse().unwrap(),
        name: Text {
            ja: ja.into(),
            ..Text::default()
        },
    }
}

pub(super) fn hall(parts: &str, asked: usize, groups: bool, stay: bool) -> Service {
    let all = [purpose("study", "自習室"), purpose("gym", "体育館")];
    let service = Service::Visit {
        points: rule(parts),
        purposes: all[..asked].to_vec(),
        groups,
        stay,
    };
    super::town::catalogue(service.clone()).check().unwrap();
    service
}

fn done(kiosk: &Kiosk) -> &VisitDone {
    match kiosk.view() {
        View::VisitDone(done) => done,
        other => panic!("a visit expected, found {other:?}"),
    }
}

fn choice(kiosk: &Kiosk) -> &VisitChoice {
    match kiosk.view() {
        View::VisitChoice(choice) => choice,
        other => panic!("a choice expected, found {other:?}"),
    }
}

fn ended(kiosk: &Kiosk) -> VisitEnded {
    match kiosk.view() {
        View::VisitEnded(ended) => *ended,
        other => panic!("an end expected, found {other:?}"),
    }
}

fn lines(kiosk: &Kiosk) -> Vec<(GainedFor, u32)> {
    done(kiosk)
        .lines
        .iter()
        .map(|l| (l.why.clone(), l.points))
        .collect()
}

fn balance(kiosk: &Kiosk, n: u32) -> i64 {
    let subject = purposes().visit.unwrap().pseudonym(&citizen(n));
    kiosk.folds.account(&subject).balance()
}

fn visits(kiosk: &Kiosk) -> usize {
    kiosk.count(|b| matches!(b, FactBody::Visit(_)))
}

#[test]
fn each_line_is_a_fact_and_the_screen_says_what_for() {
    let mut kiosk = Kiosk::new(hall(
        r#","first_visit":50,"campaigns":[{"id":"spring","name":{"ja":"はるまつり"},
        "from":"2026-04-01","until":"2026-04-30","times":2}]"#,
        0,
        false,
        false,
    ));
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).gained, Gained::Points(70));
    let said = [
        (GainedFor::Visit, 10),
        (GainedFor::FirstVisit, 50),
        (GainedFor::Campaign("はるまつり".into()), 10),
    ];
    assert_eq!(lines(&kiosk), said);
    assert_eq!(kiosk.count(|b| matches!(b, FactBody::Award(_))), 3);
    kiosk.wait(3_000);
    kiosk.tap(card(1));
    assert!(done(&kiosk).already);
    assert_eq!(lines(&kiosk), said, "the same again");
    kiosk.touch(Touch::Undo);
    assert_eq!(balance(&kiosk, 1), 0, "all lines are taken back");
    kiosk.wait(10_000);
    kiosk.tap(card(1));
    assert_eq!(lines(&kiosk), said, "and it is the first visit again");
}

#[test]
fn what_comes_next_is_said_also_after_nothing() {
    let mut kiosk = Kiosk::new(hall(
        r#","streak":{"every":2,"points":20},"stamps":{"every":10,"points":50}"#,
        0,
        false,
        false,
    ));
    let coming = |streak, stamps| Coming {
        streak: Some(Card {
            have: streak,
            of: 2,
            points: 20,
        }),
        stamps: Some(Card {
            have: stamps,
            of: 10,
            points: 50,
        }),
        points_from: Some(PointsFrom::Tomorrow),
    };
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).next, coming(1, 1));
    kiosk.wait(1_000);
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).next, coming(1, 1), "held again");
    kiosk.wait(HOUR);
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).gained, Gained::AlreadyToday);
    assert_eq!(done(&kiosk).next, coming(1, 1));
    kiosk.wait(DAY);
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).gained, Gained::Points(30));
    assert_eq!(done(&kiosk).next, coming(0, 2));
}

#[test]
fn zero_is_explained_and_the_visit_recorded_all_the_same() {
    let hit = CapHit {
        scope: Scope::Facility,
        period: Period::Month,
        cap: 10,
    };
    for (parts, gained, from) in [
        (
            r#","open":[{"hours":{"from":"10:00:00","until":"17:00:00"}}]"#,
            Gained::Closed,
            Some(PointsFrom::Today),
        ),
        (
            r#","open":[{"hours":{"from":"07:00:00","until":"08:00:00"}}]"#,
            Gained::Closed,
            Some(PointsFrom::Tomorrow),
        ),
        (r#","visits_per_day":0"#, Gained::NotHere, None),
    ] {
        let mut kiosk = Kiosk::new(hall(parts, 0, false, false));
        kiosk.tap(card(1));
        assert_eq!(
            (done(&kiosk).gained, done(&kiosk).next.points_from),
            (gained, from)
        );
        assert_eq!((visits(&kiosk), balance(&kiosk, 1)), (1, 0));
        kiosk.wait(1_000);
        kiosk.tap(card(1));
        assert!(done(&kiosk).already);
        assert_eq!(done(&kiosk).gained, gained, "the same reason again");
    }
    let mut kiosk = Kiosk::new(hall(r#","caps":{"all":{"month":10}}"#, 0, false, false));
    kiosk.tap(card(1));
    kiosk.wait(DAY);
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).gained, Gained::Capped(hit));
    let Some(PointsFrom::Day(day)) = done(&kiosk).next.points_from else {
        panic!("a day expected");
    };
    assert_eq!((day.month, day.day), (5, 1));
}

#[test]
fn a_cap_by_age_and_a_birthday_come_from_the_roster() {
    let mut kiosk = Kiosk::new(hall(
        r#","birthday":30,"caps":{"all":{},"ages":{"child":{"day":25}}}"#,
        0,
        false,
        false,
    ));
    kiosk.roster(|r| {
        r.residents[0].age = Some(Age::Child);
        r.residents[0].birth_month = Some(4);
    });
    kiosk.tap(card(50));
    assert_eq!(
        lines(&kiosk),
        [(GainedFor::Visit, 10), (GainedFor::Birthday, 15)]
    );
    assert_eq!(done(&kiosk).cut.map(|c| c.cap), Some(25));
    kiosk.wait(10_000);
    kiosk.tap(card(1));
    assert_eq!(lines(&kiosk), [(GainedFor::Visit, 10)]);
}

#[test]
fn a_copied_number_is_told_no_reason() {
    let mut kiosk = Kiosk::new(hall(
        r#","first_visit":50,"birthday":30,"streak":{"every":2,"points":20}"#,
        0,
        false,
        false,
    ));
    kiosk.roster(|r| r.residents[0].birth_month = Some(4));
    kiosk.tap(felica(50));
    let shown = done(&kiosk);
    assert_eq!(shown.gained, Gained::Points(90));
    assert!(shown.lines.is_empty() && shown.next == Coming::default());
    assert_eq!((shown.balance, shown.visits), (None, None));
}

#[test]
fn one_touch_chooses_the_purpose_and_records() {
    let mut kiosk = Kiosk::new(hall(r#","purposes":{"gym":5}"#, 2, false, false));
    kiosk.tap(card(1));
    let rows: Vec<(&str, u32)> = choice(&kiosk)
        .purposes
        .iter()
        .map(|p| (p.name.as_str(), p.points))
        .collect();
    assert_eq!(rows, [("自習室", 10), ("体育館", 5)]);
    assert_eq!(choice(&kiosk).heads, None);
    assert_eq!(visits(&kiosk), 0);
    kiosk.touch(Touch::Pick(7));
    assert_eq!(visits(&kiosk), 0, "no such key");
    kiosk.touch(Touch::Pick(1));
    assert_eq!(done(&kiosk).purpose.as_deref(), Some("体育館"));
    assert_eq!(done(&kiosk).gained, Gained::Points(5));
    assert_eq!(kiosk.tones.last(), Some(&Tone::Done));
    let fact = kiosk.last(|b| matches!(b, FactBody::Visit(_)));
    assert!(
        matches!(&fact.body, FactBody::Visit(v) if v.purpose.as_ref().unwrap().as_str() == "gym")
    );
}

#[test]
fn who_walks_on_without_choosing_has_visited_all_the_same() {
    let mut kiosk = Kiosk::new(hall("", 2, false, false));
    kiosk.tap(card(1));
    kiosk.wait(CHOICE_MS);
    assert_eq!(done(&kiosk).gained, Gained::Points(10));
    assert_eq!(done(&kiosk).purpose, None);
    kiosk.wait(10_000);
    // The next card says that the one before is done.
    kiosk.tap(card(2));
    kiosk.tap(card(3));
    assert_eq!(visits(&kiosk), 2);
    assert_eq!(choice(&kiosk).purposes.len(), 2, "for the next");
    kiosk.tap(card(3));
    assert_eq!(visits(&kiosk), 2, "held twice by chance is no answer");
    kiosk.touch(Touch::Cancel);
    assert!(matches!(kiosk.view(), View::Idle(_)));
    assert_eq!(visits(&kiosk), 2, "called off");
}

#[test]
fn a_strangers_card_leaves_the_choice_alone() {
    let mut kiosk = Kiosk::new(hall("", 2, false, false));
    kiosk.tap(card(1));
    kiosk.bad_tap(crate::input::CardProblem::HoldStill);
    kiosk.give(Input::TwoCards);
    assert_eq!(choice(&kiosk).purposes.len(), 2);
}

#[test]
fn a_group_is_counted_by_touch_and_one_card_earns() {
    let heads = |kiosk: &Kiosk| match &kiosk.last(|b| matches!(b, FactBody::Visit(_))).body {
        FactBody::Visit(visit) => visit.heads,
        _ => unreachable!("asked for a visit"),
    };
    let mut kiosk = Kiosk::new(hall("", 2, true, false));
    kiosk.tap(card(1));
    kiosk.touch(Touch::Heads(-5));
    assert_eq!(choice(&kiosk).heads, Some(1), "somebody came");
    kiosk.touch(Touch::Heads(4));
    kiosk.touch(Touch::Pick(0));
    assert!(choice(&kiosk).purposes[0].selected, "chosen, not recorded");
    assert_eq!((choice(&kiosk).heads, visits(&kiosk)), (Some(5), 0));
    kiosk.touch(Touch::Confirm);
    assert_eq!(
        (done(&kiosk).heads, done(&kiosk).gained),
        (Some(5), Gained::Points(10))
    );
    assert_eq!(heads(&kiosk), Some(5));
    kiosk.wait(10_000);
    // A count nobody looked at is none.
    kiosk.tap(card(2));
    kiosk.wait(CHOICE_MS);
    assert_eq!(heads(&kiosk), None);
    kiosk.wait(10_000);
    kiosk.tap(card(3));
    kiosk.touch(Touch::Heads(i16::MAX));
    assert_eq!(choice(&kiosk).heads, Some(200));
    kiosk.touch(Touch::Confirm);
    assert_eq!(heads(&kiosk), Some(200));
}

#[test]
fn the_only_purpose_is_not_asked() {
    let mut kiosk = Kiosk::new(hall("", 1, false, false));
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).purpose.as_deref(), Some("自習室"));
}

#[test]
fn a_second_tap_leaves_and_can_be_taken_back() {
    let mut kiosk = Kiosk::new(hall("", 0, false, true));
    kiosk.tap(card(1));
    assert!(done(&kiosk).tap_to_leave);
    kiosk.wait(30_000);
    kiosk.tap(card(1));
    assert!(done(&kiosk).already, "too soon to leave");
    kiosk.wait(90 * 60_000);
    kiosk.tap(card(1));
    assert_eq!(
        (ended(&kiosk).minutes, ended(&kiosk).already),
        (Some(90), false)
    );
    assert_eq!((visits(&kiosk), balance(&kiosk, 1)), (1, 10));
    kiosk.wait(5_000);
    kiosk.tap(card(1));
    assert_eq!(
        (ended(&kiosk).minutes, ended(&kiosk).already),
        (Some(90), true)
    );
    kiosk.touch(Touch::Undo);
    assert!(matches!(kiosk.view(), View::Undone));
    kiosk.wait(70_000);
    kiosk.tap(card(1));
    assert_eq!(ended(&kiosk).minutes, Some(91), "it went on, and ends now");
    kiosk.wait(HOUR);
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).gained, Gained::AlreadyToday, "another visit");
    assert_eq!(balance(&kiosk, 1), 10);
}

#[test]
fn a_tap_out_that_was_forgotten_is_no_tap_in_missed() {
    let mut kiosk = Kiosk::new(hall("", 0, false, true));
    kiosk.tap(card(1));
    kiosk.wait(DAY);
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).gained, Gained::Points(10));
    assert_eq!(visits(&kiosk), 2);
}

#[test]
fn points_under_a_cap_of_the_whole_town_are_for_now() {
    let mut kiosk = Kiosk::new(hall("", 0, false, false));
    kiosk.tap(card(1));
    assert!(!done(&kiosk).provisional);
    let mut catalogue = super::town::catalogue(hall("", 0, false, false));
    catalogue.points.caps = vec![CapsFrom {
        from: jiff::civil::date(2026, 4, 1),
        caps: CapSet {
            all: Caps {
                day: Some(7),
                ..Caps::default()
            },
            ..CapSet::default()
        },
    }];
    catalogue.check().unwrap();
    kiosk.give(Input::Catalogue(Box::new(catalogue)));
    kiosk.wait(10_000);
    kiosk.tap(card(2));
    let shown = done(&kiosk).clone();
    assert_eq!(shown.gained, Gained::Points(7));
    assert_eq!(shown.cut.map(|c| c.scope), Some(Scope::Person));
    assert!(shown.provisional);
    kiosk.wait(1_000);
    kiosk.tap(card(2));
    assert!(done(&kiosk).already && done(&kiosk).provisional);
}

#[test]
fn a_full_disk_while_choosing_claims_nothing() {
    let mut kiosk = Kiosk::new(hall("", 2, false, false));
    kiosk.tap(card(1));
    kiosk.disk = Some(StoreTrouble::Full);
    kiosk.touch(Touch::Pick(0));
    assert!(matches!(kiosk.view(), View::OutOfService(_)));
    assert_eq!((visits(&kiosk), balance(&kiosk, 1)), (0, 0));
}

#[test]
fn without_a_clock_points_are_for_now() {
    let mut kiosk = Kiosk::new(hall("", 0, false, true));
    kiosk.restart(2, 200_000, 0, Quality::UNKNOWN);
    kiosk.tap(card(1));
    let shown = done(&kiosk);
    assert!(shown.provisional);
    assert_eq!(
        (shown.gained, shown.next.points_from),
        (Gained::Points(10), None)
    );
    kiosk.wait(HOUR);
    kiosk.tap(card(1));
    assert_eq!(
        ended(&kiosk).minutes,
        Some(60),
        "the same boot knows how long"
    );
}

const HELP: &str = r#","volunteering":[{"id":"beach","name":{"ja":"海の掃除"},"points":100},
    {"id":"forest","name":{"ja":"森の手入れ"},"points":80}],"caps":{"all":{"day":10}}"#;

/// The panel, with the first activity chosen.
fn helping() -> Kiosk {
    let mut kiosk = Kiosk::new(hall(HELP, 0, false, false));
    choose_help(&mut kiosk);
    kiosk
}

fn choose_help(kiosk: &mut Kiosk) {
    kiosk.open_panel();
    kiosk.act(StaffAct::Help);
    kiosk.touch(Touch::Pick(0));
}

fn chosen(kiosk: &Kiosk) -> Vec<bool> {
    match kiosk.view() {
        View::Helping(helping) => helping.activities.iter().map(|a| a.selected).collect(),
        other => panic!("the list expected, found {other:?}"),
    }
}

fn helped(kiosk: &Kiosk) -> usize {
    kiosk.count(|b| matches!(b, FactBody::Volunteered { .. }))
}

#[test]
fn staff_choose_and_the_helpers_card_gets_the_points() {
    let mut kiosk = helping();
    assert_eq!(chosen(&kiosk), [true, false]);
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).gained, Gained::Points(100));
    assert_eq!(
        lines(&kiosk),
        [(GainedFor::Volunteering("海の掃除".into()), 100)]
    );
    assert_eq!((balance(&kiosk, 1), visits(&kiosk)), (100, 0));
    let fact = kiosk.last(|b| matches!(b, FactBody::Volunteered { .. }));
    assert!(matches!(
        &fact.body,
        FactBody::Volunteered { staff: Some(_), .. }
    ));
    // The panel is closed, and says so.
    assert_eq!(
        kiosk.count(|b| matches!(
            b,
            FactBody::Staff {
                outcome: StaffOutcome::Closed
            }
        )),
        1
    );
    // It is no visit: the tap on the way in still earns, under its own cap.
    kiosk.wait(10_000);
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).gained, Gained::Points(10));
    kiosk.wait(10_000);
    choose_help(&mut kiosk);
    kiosk.tap(card(1));
    assert_eq!(kiosk.message(), MessageKind::HelpedToday);
    assert_eq!((helped(&kiosk), balance(&kiosk, 1)), (1, 110));
}

#[test]
fn points_for_help_are_taken_back_whole() {
    let mut kiosk = helping();
    kiosk.tap(card(1));
    kiosk.touch(Touch::Undo);
    assert!(matches!(kiosk.view(), View::Undone));
    assert_eq!(balance(&kiosk, 1), 0);
}

#[test]
fn a_card_that_cannot_get_them_leaves_the_panel_alone() {
    let mut kiosk = helping();
    kiosk.tap(felica(90));
    kiosk.tap(card(90));
    kiosk.tap(felica(51));
    kiosk.bad_tap(crate::input::CardProblem::HoldStill);
    assert_eq!(chosen(&kiosk), [true, false]);
    assert_eq!(kiosk.tones.last(), Some(&Tone::Ask));
    assert_eq!(helped(&kiosk), 0);
    kiosk.roster(|r| r.released.push(card(1)));
    kiosk.tap(card(1));
    assert_eq!(helped(&kiosk), 0);
    // Nobody comes: the panel locks itself as ever.
    kiosk.wait(60_000);
    assert!(matches!(kiosk.view(), View::Idle(_)));
}

#[test]
fn before_one_is_chosen_a_card_means_what_it_always_does() {
    let mut kiosk = Kiosk::new(hall(HELP, 0, false, false));
    kiosk.open_panel();
    kiosk.act(StaffAct::Help);
    assert_eq!(chosen(&kiosk), [false, false]);
    kiosk.tap(card(1));
    assert_eq!((helped(&kiosk), visits(&kiosk)), (0, 1));
    let mut none = Kiosk::new(hall("", 0, false, false));
    none.open_panel();
    none.act(StaffAct::Help);
    assert!(matches!(none.view(), View::StaffPanel(panel) if !panel.helping));
}
