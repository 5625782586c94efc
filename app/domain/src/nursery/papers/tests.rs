mod house;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::{
    attendance::{Direction, Via},
    credential::CredentialKind,
    fact::{FactBody, FactId},
    nursery::{
        absence::{AbsenceKind, AbsenceNotice, Excused},
        correction::{Correction, CorrectionReason, TruePassage},
        fee::{Fee, Unsettled},
    },
    time::{Quality, Stamp},
};
use house::*;

#[test]
fn a_day_in_the_house_is_its_first_coming_and_its_last_going() {
    let mut house = House::one();
    house.comes(HANA, day(24), "08:31:59");
    house.leaves(HANA, day(24), "11:00");
    house.comes(HANA, day(24), "13:30");
    house.leaves(HANA, day(24), "18:04:01");
    assert_eq!(
        house.mark(day(24)),
        DayMark::Present(Attended {
            comings: 2,
            ..attended("08:31", "18:04")
        })
    );
    assert_eq!(house.child().totals.present, 1);
}

#[test]
fn a_day_left_open_is_unknown_once_it_is_over_and_only_then() {
    let mut house = House::one();
    house.comes(HANA, day(24), "08:31");
    house.span.today = Some(day(24));
    assert_eq!(house.mark(day(24)), DayMark::Present(attended("08:31", "")));
    house.span.today = Some(day(25));
    assert_eq!(house.mark(day(24)), DayMark::Unknown(attended("08:31", "")));
    assert_eq!(house.child().totals.unknown, 1);
    // Where no clock says what day it is, the record that closed it does.
    house.span.today = None;
    assert!(matches!(house.mark(day(24)), DayMark::Present(_)));
    let closed = FactBody::DayClosed {
        day: DayKey::Date(day(24)),
    };
    house.tell(HANA, stamp(day(25), "07:00"), None, closed);
    assert!(matches!(house.mark(day(24)), DayMark::Unknown(_)));
}

#[test]
fn a_correction_replaces_what_it_corrects_and_shows() {
    let mut house = House::one();
    house.comes(HANA, day(24), "08:31");
    let correction = Correction {
        replaces: None,
        truly: Some(TruePassage {
            direction: Direction::Out,
            at_ms: wall(day(24), "17:45"),
        }),
        why: CorrectionReason::ForgotToTap,
    };
    let body = FactBody::Corrected {
        correction,
        staff: None,
    };
    house.tell(HANA, stamp(day(25), "09:00"), None, body);
    assert_eq!(
        house.mark(day(24)),
        DayMark::Present(Attended {
            corrected: true,
            ..attended("08:31", "17:45")
        })
    );
}

#[test]
fn what_was_taken_back_is_not_there() {
    let mut house = House::one();
    let came = house.comes(HANA, day(24), "08:31");
    house.costs(HANA, came, day(24), settled(29, 0, 100));
    let body = FactBody::Undone { fact: came };
    house.tell(HANA, stamp(day(24), "08:32"), Some(came), body);
    assert_eq!(house.mark(day(24)), DayMark::Unreported);
    assert_eq!(house.child().lines, []);
}

#[test]
fn each_day_without_a_record_says_why() {
    let mut house = House::one();
    house.roster.households[0].children[0].from = Some(day(4));
    house.span = Span {
        from: Some(day(6)),
        today: Some(day(24)),
    };
    let notice = |id: &str, why, from| AbsenceNotice {
        id: id.parse().unwrap(),
        child: HANA.parse().unwrap(),
        why,
        from,
        until: None,
        at: None,
        note: None,
    };
    house.absences.items = vec![
        notice("n-1", AbsenceKind::Sick, day(9)),
        notice("n-2", AbsenceKind::Late, day(10)),
        notice("n-3", AbsenceKind::Sick, day(15)),
        notice("n-4", AbsenceKind::Sick, day(25)),
    ];
    let excused = Excused {
        why: AbsenceKind::Bereavement,
        from: day(11),
        until: day(12),
        at: None,
    };
    let body = FactBody::Excused {
        excused,
        staff: None,
    };
    house.tell(HANA, stamp(day(10), "09:00"), None, body);
    for (date, mark) in [
        (day(2), DayMark::NotEnrolled),
        // A holiday of the catalogue, before the first day.
        (day(3), DayMark::NotEnrolled),
        (day(4), DayMark::NotKept),
        (day(6), DayMark::Unreported),
        // A Sunday.
        (day(8), DayMark::Closed),
        (day(9), DayMark::Absent(AbsenceKind::Sick)),
        // Said to be late, and never came.
        (day(10), DayMark::Unreported),
        (day(11), DayMark::Absent(AbsenceKind::Bereavement)),
        (day(12), DayMark::Absent(AbsenceKind::Bereavement)),
        // A Sunday is no day to be absent from.
        (day(15), DayMark::Closed),
        // Today may still bring the child, and tomorrow is not yet.
        (day(24), DayMark::Blank),
        (day(25), DayMark::Blank),
    ] {
        assert_eq!(house.mark(date), mark, "{date}");
    }
    let child = house.child();
    assert_eq!(
        (
            child.totals.sick,
            child.totals.suspended,
            child.totals.absent(),
            child.totals.not_kept
        ),
        (1, 2, 3, 2)
    );
    assert_eq!(house.papers().not_kept, Some(NotKept::Before(day(6))));
    // Today's absence is known today.
    house.span.today = Some(day(9));
    assert_eq!(house.mark(day(9)), DayMark::Absent(AbsenceKind::Sick));
}

#[test]
fn a_child_that_came_came_whatever_the_calendar_says() {
    let mut house = House::one();
    house.roster.households[0].children[0].until = Some(day(20));
    house.absences.items = vec![AbsenceNotice {
        id: "n-1".parse().unwrap(),
        child: HANA.parse().unwrap(),
        why: AbsenceKind::Late,
        from: day(24),
        until: None,
        at: None,
        note: None,
    }];
    for date in [day(8), day(24)] {
        house.comes(HANA, date, "10:00");
        house.leaves(HANA, date, "16:00");
    }
    assert!(matches!(house.mark(day(8)), DayMark::Present(a) if !a.late));
    assert!(matches!(house.mark(day(24)), DayMark::Present(a) if a.late));
    assert_eq!(house.child().totals.late, 1);
}

#[test]
fn yen_are_those_of_the_facts_and_a_later_fee_replaces_the_one_before() {
    let mut house = House::one();
    house.roster.households[0].children[0].care = vec![CareFrom {
        from: day(16),
        care: Care::Short,
    }];
    let came = house.comes(HANA, day(10), "08:31");
    house.costs(HANA, came, day(10), settled(29, 0, 100));
    let left = house.leaves(HANA, day(10), "18:04");
    house.costs(HANA, left, day(10), settled(29, 64, 550));
    let came = house.comes(HANA, day(11), "09:10");
    house.costs(HANA, came, day(11), settled(0, 0, 0));
    let came = house.comes(HANA, day(24), "09:10");
    let body = FactBody::HandedOver { staff: None };
    house.tell(HANA, stamp(day(24), "09:14:30"), Some(came), body);
    let left = house.leaves(HANA, day(24), "17:20");
    house.costs(HANA, left, day(24), Fee::Unsettled(Unsettled::Handover));
    let child = house.child();
    let line = |n: i8, care, first, last, charge| Line {
        date: day(n),
        care,
        attended: attended(first, last),
        handed_in: None,
        handed_out: None,
        open: false,
        charge,
    };
    assert_eq!(
        child.lines,
        [
            line(
                10,
                Care::Standard,
                "08:31",
                "18:04",
                Charge::Settled {
                    before_min: 29,
                    after_min: 64,
                    yen: 550,
                    tariff: date(2026, 4, 1)
                }
            ),
            // Left open, so that it is looked at although it costs nothing so far.
            Line {
                open: true,
                ..line(
                    11,
                    Care::Standard,
                    "09:10",
                    "",
                    Charge::Settled {
                        before_min: 0,
                        after_min: 0,
                        yen: 0,
                        tariff: date(2026, 4, 1)
                    }
                )
            },
            Line {
                handed_in: Some(time("09:14")),
                ..line(
                    24,
                    Care::Short,
                    "09:10",
                    "17:20",
                    Charge::Waiting(Unsettled::Handover)
                )
            },
        ]
    );
    assert_eq!(
        child.sum,
        Sum {
            before_min: 29,
            after_min: 64,
            yen: 550,
            waiting: 1
        }
    );
    let changes: Vec<(Date, Care)> = child.care.iter().map(|c| (c.from, c.care)).collect();
    assert_eq!(changes, [(day(1), Care::Standard), (day(16), Care::Short)]);
    // No tariff of today can change it.
    house.nursery.tariffs.clear();
    assert_eq!(house.child().lines, child.lines);
}

#[test]
fn the_cap_is_that_of_the_tariff_charged_by_and_says_whether_it_was_reached() {
    for (yen, cap) in [(250, false), (300, true)] {
        let mut house = House::one();
        let came = house.comes(HANA, day(24), "08:00");
        let fee = Fee::Settled {
            yen,
            before_min: 60,
            after_min: 0,
            tariff: day(16),
        };
        house.costs(HANA, came, day(24), fee);
        assert_eq!(
            house.child().cap,
            Some(Cap {
                yen: 300,
                reached: cap
            })
        );
    }
    let mut house = House::one();
    let came = house.comes(HANA, day(10), "08:00");
    house.costs(HANA, came, day(10), settled(60, 0, 5_000));
    assert_eq!(house.child().cap, None);
}

#[test]
fn what_a_day_before_the_kept_ones_left_behind_is_not_told_by_halves() {
    let mut house = House::one();
    let came = house.comes(HANA, day(5), "08:00");
    house.costs(HANA, came, day(5), settled(60, 0, 200));
    house.span.from = Some(day(6));
    assert_eq!(house.mark(day(5)), DayMark::NotKept);
    assert_eq!(house.child().lines, []);
    house.span.from = None;
    assert_eq!(house.papers().not_kept, Some(NotKept::All));
    house.span.from = Some(day(1));
    assert_eq!(house.papers().not_kept, None);
    assert_eq!(house.child().sum.yen, 200);
}

#[test]
fn classes_stand_as_in_the_roster_and_children_by_kana() {
    let mut children = vec![
        child(HANA, "はな", "ほし"),
        child(SORA, "そら", "うさぎ"),
        child(UMI, "うみ", "ほし"),
    ];
    // Left before the month, and nothing recorded since.
    children.push(Child {
        until: Some(date(2026, 10, 31)),
        ..child("SKM-000004", "あき", "うさぎ")
    });
    // Left before the month, but came all the same.
    children.push(Child {
        until: Some(date(2026, 10, 31)),
        ..child("SKM-000005", "いと", "うさぎ")
    });
    let mut house = House::new(children);
    house.comes("SKM-000005", day(2), "09:00");
    // Not on the roster any more.
    let came = house.comes("SKM-000009", day(2), "08:00");
    house.costs("SKM-000009", came, day(2), settled(60, 0, 200));
    let papers = house.papers();
    let names: Vec<(&str, Vec<&str>)> = papers
        .classes
        .iter()
        .map(|c| {
            let children = c.children.iter().map(|c| c.kana.reveal().as_str());
            (c.name.as_str(), children.collect())
        })
        .collect();
    assert_eq!(
        names,
        [
            ("ほし", vec!["うみ", "はな"]),
            ("うさぎ", vec!["いと", "そら"])
        ]
    );
    assert_eq!(
        papers.off_roster,
        OffRoster {
            children: 1,
            yen: 200
        }
    );
}

#[test]
fn what_no_clock_dated_is_counted_and_not_guessed() {
    let mut house = House::one();
    let unsure = Stamp {
        quality: Quality::UNKNOWN,
        ..stamp(day(24), "08:31")
    };
    let body = FactBody::Attendance {
        direction: Direction::In,
        by: None,
        via: Via::Card(CredentialKind::Citizen),
        role: None,
        card: None,
        staff: None,
    };
    house.tell(HANA, unsure, None, body);
    assert_eq!(house.mark(day(24)), DayMark::Unreported);
    assert_eq!(house.child().undated, 1);
}

proptest! {
    /// Whatever happened: each child stands once, each day has one mark and is counted
    /// at most once, sums are those of the lines, and of the fold.
    #[test]
    fn the_papers_add_up(
        steps in prop::collection::vec(
            (0usize..4, 1i8..=30, 0u8..5, 0u32..2_000, 0usize..40),
            0..80,
        ),
        enrolled in prop::collection::vec((1i8..=30, 1i8..=30), 3),
        from in prop::option::of(1i8..=30),
        today in prop::option::of(1i8..=30),
    ) {
        let ids = [HANA, SORA, UMI, "SKM-000009"];
        let children: Vec<Child> = enrolled.iter().zip(ids).enumerate().map(|(n, ((a, b), id))| Child {
            from: Some(day(*a)),
            until: Some(day(*b)),
            ..child(id, id, if n == 0 { "ほし" } else { "うさぎ" })
        }).collect();
        let mut house = House::new(children);
        house.span = Span { from: from.map(day), today: today.map(day) };
        let mut told: Vec<(usize, FactId)> = Vec::new();
        for (who, on, step, yen, pick) in steps {
            let (of, date) = (ids[who], day(on));
            match step {
                0 => told.push((who, house.comes(of, date, "08:00"))),
                1 => {
                    let left = house.leaves(of, date, "18:00");
                    house.costs(of, left, date, settled(yen, 1, yen));
                    told.push((who, left));
                }
                2 => {
                    let left = house.leaves(of, date, "18:00");
                    house.costs(of, left, date, Fee::Unsettled(Unsettled::Clock));
                }
                3 => {
                    let excused = Excused { why: AbsenceKind::Sick, from: date, until: date, at: None };
                    house.tell(of, stamp(date, "07:00"), None, FactBody::Excused { excused, staff: None });
                }
                _ if told.is_empty() => {}
                _ => {
                    let (who, fact) = told[pick % told.len()];
                    house.tell(ids[who], stamp(date, "19:00"), Some(fact), FactBody::Undone { fact });
                }
            }
        }
        let papers = house.papers();
        let listed: Vec<&ChildPapers> = papers.classes.iter().flat_map(|c| &c.children).collect();
        for (n, (a, b)) in enrolled.iter().enumerate() {
            let times = listed.iter().filter(|c| c.kana.reveal() == ids[n]).count();
            prop_assert!(times <= 1);
            if a <= b {
                prop_assert_eq!(times, 1);
            }
        }
        for child in &listed {
            prop_assert_eq!(child.days.len(), 30);
            let t = child.totals;
            prop_assert!(t.present + t.unknown + t.absent() + t.unreported + t.not_kept <= 30);
            let minutes: u32 = child.lines.iter().map(|l| l.charge.minutes()).sum();
            let yen: u32 = child.lines.iter().map(|l| l.charge.yen()).sum();
            prop_assert_eq!((child.sum.minutes(), child.sum.yen), (minutes, yen));
            prop_assert!(child.lines.windows(2).all(|w| w[0].date < w[1].date));
            if from == Some(1) {
                let days = house.folds.child(&subject(child.kana.reveal()));
                prop_assert_eq!(child.sum.yen, days.month_yen(2026, 11, None));
            }
        }
        for class in &papers.classes {
            let per_day = class.per_day();
            prop_assert_eq!(per_day.len(), 30);
            let by_day: u32 = per_day.iter().map(|d| d.present).sum();
            let by_child: u32 = class.children.iter().map(|c| c.totals.present + c.totals.unknown).sum();
            prop_assert_eq!(by_day, by_child);
        }
    }
}
