use jiff::{
    ToSpan as _,
    civil::{Date, date},
};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    ids::Incarnation,
    points::{
        caps::{CapSet, Caps, CapsFrom, Period, Scope, TownPoints},
        sample::{Kiosk, at, rule, tokyo, town},
    },
    time::Quality,
};

const NOBODY: Person = Person {
    age: None,
    birth_month: None,
};

/// Two facilities with caps of their own, and caps of a person over both.
fn shared() -> Catalogue {
    let hall = rule(
        r#"{"base":0,"visits_per_day":1,"rules":[{"from":"2026-01-01","base":10,"visits_per_day":2,
        "first_visit":15,"streak":{"every":2,"points":20},"stamps":{"every":3,"points":30},
        "campaigns":[{"id":"more","name":{"ja":"もっと"},"from":"2026-04-01","until":"2026-04-20","extra":7}],
        "caps":{"all":{"day":30,"month":140}}}]}"#,
    );
    let points = TownPoints {
        caps: vec![CapsFrom {
            from: date(2026, 1, 1),
            caps: CapSet {
                all: Caps {
                    day: Some(40),
                    month: Some(200),
                    year: Some(450),
                },
                ..CapSet::default()
            },
        }],
        ..TownPoints::default()
    };
    town(&[("hall", &hall), ("gym", &hall)], points)
}

fn day(n: i32) -> Date {
    date(2026, 4, 1).checked_add(n.days()).unwrap()
}

fn heard(kiosks: &[&Kiosk]) -> Awards {
    let mut awards = Awards::default();
    for fact in kiosks.iter().flat_map(|k| &k.facts) {
        awards.take(fact, &tokyo());
    }
    awards
}

fn said(awards: &Awards, town: &Catalogue) -> Vec<(u32, u32, Option<Cut>)> {
    let verdicts = awards.judge(town, NOBODY);
    awards
        .iter()
        .map(|a| {
            let v = verdicts[&a.key];
            (a.points, v.stands, v.cut)
        })
        .collect()
}

#[test]
fn of_two_kiosks_in_one_hall_the_earlier_award_stands() {
    let plain = rule(r#"{"base":10,"visits_per_day":1}"#);
    let town = town(&[("hall", &plain)], TownPoints::default());
    let (mut one, mut two) = (Kiosk::new(1, "hall"), Kiosk::new(2, "hall"));
    one.visit(&town, at(day(0).at(12, 0, 0, 0)), NOBODY);
    let early = two.visit(&town, at(day(0).at(9, 0, 0, 0)), NOBODY);
    assert_eq!(
        said(&heard(&[&one, &two]), &town),
        [(10, 0, Some(Cut::Given)), (10, 10, None)]
    );
    // What is taken back makes room.
    two.undo(at(day(0).at(9, 1, 0, 0)), early);
    assert_eq!(
        said(&heard(&[&one, &two]), &town),
        [(10, 10, None), (10, 0, Some(Cut::Undone))]
    );
}

#[test]
fn a_cap_of_the_person_is_shared_by_all_facilities() {
    let plain = rule(r#"{"base":30,"visits_per_day":1}"#);
    let mut town = town(&[("hall", &plain), ("gym", &plain)], TownPoints::default());
    town.points = shared().points;
    let (mut one, mut two) = (Kiosk::new(1, "hall"), Kiosk::new(2, "gym"));
    one.visit(&town, at(day(0).at(9, 0, 0, 0)), NOBODY);
    two.visit(&town, at(day(0).at(10, 0, 0, 0)), NOBODY);
    let hit = CapHit {
        scope: Scope::Person,
        period: Period::Day,
        cap: 40,
    };
    assert_eq!(
        said(&heard(&[&two, &one]), &town),
        [(30, 30, None), (30, 10, Some(Cut::Capped(hit)))]
    );
}

#[test]
fn the_first_visit_is_one_over_all_kiosks_and_days() {
    let rule = rule(
        r#"{"base":0,"visits_per_day":1,"rules":[{"from":"2026-01-01","base":10,"first_visit":50}]}"#,
    );
    let town = town(&[("hall", &rule), ("gym", &rule)], TownPoints::default());
    let mut kiosks = [
        Kiosk::new(1, "hall"),
        Kiosk::new(2, "hall"),
        Kiosk::new(3, "gym"),
    ];
    for (n, kiosk) in (0..).zip(&mut kiosks) {
        kiosk.visit(&town, at(day(n).at(12, 0, 0, 0)), NOBODY);
    }
    let [one, two, gym] = &kiosks;
    let stands: Vec<u32> = said(&heard(&[gym, two, one]), &town)
        .iter()
        .map(|s| s.1)
        .collect();
    assert_eq!(stands, [10, 50, 10, 0, 10, 50], "each facility has its own");
}

#[test]
fn a_year_of_caps_begins_in_the_towns_month() {
    let plain = rule(r#"{"base":10,"visits_per_day":1}"#);
    let mut town = town(&[("hall", &plain), ("gym", &plain)], TownPoints::default());
    town.points.caps = vec![CapsFrom {
        from: date(2025, 1, 1),
        caps: CapSet {
            all: Caps {
                year: Some(10),
                ..Caps::default()
            },
            ..CapSet::default()
        },
    }];
    let (mut one, mut two) = (Kiosk::new(1, "hall"), Kiosk::new(2, "gym"));
    for kiosk in [&mut one, &mut two] {
        for (month, on) in [(1, 31), (3, 31), (4, 1), (12, 31)] {
            kiosk.visit(&town, at(date(2026, month, on).at(12, 0, 0, 0)), NOBODY);
        }
    }
    let stands: Vec<(u32, u32)> = said(&heard(&[&one, &two]), &town)
        .iter()
        .map(|s| (s.0, s.1))
        .collect();
    assert_eq!(stands, [(10, 10), (10, 10), (10, 0), (10, 0)]);
}

#[test]
fn a_corrected_clock_is_judged_on_its_true_day() {
    let plain = rule(r#"{"base":10,"visits_per_day":1}"#);
    let town = town(&[("hall", &plain)], TownPoints::default());
    // Dark clocks wake up in the past; what is true then reads larger than what was said.
    let mut dark = at(day(-30).at(12, 0, 0, 0));
    dark.quality = Quality::UNKNOWN;
    dark.boot = BootId(Uuid::from_u128(99));
    let (mut one, mut two) = (Kiosk::new(1, "hall"), Kiosk::new(2, "hall"));
    one.visit(&town, dark, NOBODY);
    two.visit(&town, at(day(0).at(13, 0, 0, 0)), NOBODY);
    let mut awards = heard(&[&one, &two]);
    let stale = awards.clone();
    let stands = |a: &Awards| said(a, &town).iter().map(|s| s.1).collect::<Vec<_>>();
    assert_eq!(stands(&awards), [10, 10]);
    let zone = tokyo();
    let noon = at(day(0).at(12, 0, 0, 0)).wall_ms;
    awards.correct(dark.boot, noon, two.facts[0].at.quality, |_| &zone);
    assert_eq!(stands(&awards), [10, 0]);
    // Who has not heard of the correction learns of it by uniting, in either direction.
    let mut left = stale.clone();
    left.unite(&awards);
    let mut right = awards.clone();
    right.unite(&stale);
    assert_eq!(left, awards);
    assert_eq!(right, awards);
}

fn reason() -> impl Strategy<Value = AwardReason> {
    prop_oneof![
        4 => Just(AwardReason::Visit),
        1 => Just(AwardReason::FirstVisit),
        1 => Just(AwardReason::Streak),
        1 => Just(AwardReason::Campaign("more".parse().unwrap())),
        1 => Just(AwardReason::Volunteering("beach".parse().unwrap())),
    ]
}

prop_compose! {
    /// Any award of any kiosk, honest or not. Few keys, so that some bear the same.
    fn made()(
        kiosk in 1u128..4, seq in 1u64..9, on in 0i32..40, ms in 0i64..5,
        hall in any::<bool>(), reason in reason(), points in 1u32..60, sure in prop::bool::weighted(0.8),
    ) -> AwardMade {
        let mut stamp = at(day(on).at(12, 0, 0, 0));
        stamp.wall_ms += ms;
        if !sure {
            stamp.quality = Quality::UNKNOWN;
        }
        AwardMade {
            key: FactKey {
                kiosk: format!("kiosk-{kiosk}").parse().unwrap(),
                incarnation: Incarnation(Uuid::from_u128(kiosk)),
                seq,
            },
            cause: FactId(Uuid::from_u128(u128::from(seq))),
            at: stamp,
            day: stamp.day(&tokyo()),
            facility: if hall { "hall" } else { "gym" }.parse().unwrap(),
            reason,
            points,
        }
    }
}

fn set() -> impl Strategy<Value = Awards> {
    (
        prop::collection::vec(made(), 0..14),
        prop::collection::vec(1u128..9, 0..2),
    )
        .prop_map(|(made, undone)| {
            let mut awards = Awards::default();
            made.into_iter().for_each(|a| awards.add(a));
            for cause in undone {
                awards.undo(FactId(Uuid::from_u128(cause)));
            }
            awards
        })
}

fn united(a: &Awards, b: &Awards) -> Awards {
    let mut both = a.clone();
    both.unite(b);
    both
}

/// Points that stand, in each bucket a cap counts.
fn over_a_cap(awards: &Awards, town: &Catalogue) -> Option<String> {
    let verdicts = awards.judge(town, NOBODY);
    let mut sums = BTreeMap::<(String, String, u64), u64>::new();
    for award in awards.iter().filter(|a| a.reason.is_capped()) {
        let stands = u64::from(verdicts[&award.key].stands);
        let place = award.facility.to_string();
        let mut count = |place: &str, period: String, cap| {
            *sums.entry((place.to_owned(), period, cap)).or_default() += stands;
        };
        count(&place, format!("{:?}", award.day), 30);
        count("", format!("{:?}", award.day), 40);
        if let DayKey::Date(date) = award.day {
            count(&place, format!("{}-{}", date.year(), date.month()), 140);
            count("", format!("{}-{}", date.year(), date.month()), 200);
            count("", "the year from April".into(), 450);
        }
    }
    sums.into_iter()
        .find(|((_, _, cap), sum)| sum > cap)
        .map(|found| format!("{found:?}"))
}

#[derive(Debug, Clone)]
enum Op {
    Visit(i32),
    Undo,
}

proptest! {
    #[test]
    fn uniting_is_commutative_associative_idempotent(a in set(), b in set(), c in set()) {
        let ab = united(&a, &b);
        prop_assert_eq!(&ab, &united(&b, &a));
        prop_assert_eq!(united(&ab, &c), united(&a, &united(&b, &c)));
        prop_assert_eq!(&united(&ab, &ab), &ab);
        prop_assert_eq!(&united(&ab, &a), &ab);
        let town = shared();
        prop_assert_eq!(ab.judge(&town, NOBODY), united(&b, &a).judge(&town, NOBODY));
    }

    #[test]
    fn the_order_of_arrival_does_not_matter(
        (made, shuffled) in prop::collection::vec(made(), 0..20)
            .prop_flat_map(|v| (Just(v.clone()), Just(v).prop_shuffle()))
    ) {
        let (mut one, mut two) = (Awards::default(), Awards::default());
        made.into_iter().for_each(|a| one.add(a));
        for award in shuffled {
            two.add(award.clone());
            two.add(award);
        }
        prop_assert_eq!(&one, &two);
        let town = shared();
        prop_assert_eq!(one.judge(&town, NOBODY), two.judge(&town, NOBODY));
    }

    #[test]
    fn no_total_is_over_a_cap(a in set(), b in set()) {
        let both = united(&a, &b);
        prop_assert_eq!(over_a_cap(&both, &shared()), None);
        let verdicts = both.judge(&shared(), NOBODY);
        for award in both.iter() {
            let verdict = verdicts[&award.key];
            prop_assert!(verdict.stands <= award.points);
            prop_assert_eq!(verdict.cut.is_some(), verdict.stands < award.points);
        }
    }

    /// What a kiosk gives by the rules is what the verdict leaves it, as long as it is alone.
    #[test]
    fn a_kiosk_alone_is_never_reversed(
        ops in prop::collection::vec(
            prop_oneof![5 => (0i32..3).prop_map(Op::Visit), 1 => Just(Op::Undo)], 0..80)
    ) {
        let town = shared();
        let mut kiosk = Kiosk::new(1, "hall");
        let mut today = 0;
        let mut last = None;
        for op in ops {
            match op {
                Op::Visit(after) => {
                    today += after;
                    last = Some(kiosk.visit(&town, at(day(today).at(12, 0, 0, 0)), NOBODY));
                }
                Op::Undo => {
                    if let Some(visit) = last.take() {
                        kiosk.undo(at(day(today).at(12, 1, 0, 0)), visit);
                    }
                }
            }
        }
        let awards = heard(&[&kiosk]);
        let mut stands = 0;
        for (key, verdict) in awards.judge(&town, NOBODY) {
            prop_assert!(matches!(verdict.cut, None | Some(Cut::Undone)), "{key:?} {verdict:?}");
            stands += i64::from(verdict.stands);
        }
        prop_assert_eq!(stands, kiosk.account().balance());
    }
}
