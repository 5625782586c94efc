//! Claims of two kiosks that do not hear of each other, in any order, each more than once.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::sample::*;
use crate::{
    fact::FactKey,
    register::{Answer, Claim, Known, Registry, Said, judge},
};

/// Two kiosks lease different numbers; cards and days are few, so that they meet.
fn said() -> impl Strategy<Value = (u8, i64, Said)> {
    let of = |kiosk: u8| 100 * u32::from(kiosk)..100 * u32::from(kiosk) + 4;
    (1..3u8, 0..20i64).prop_flat_map(move |(kiosk, at_ms)| {
        let what = prop_oneof![
            4 => (of(kiosk), 1..5u8).prop_map(|(n, card)| register(n, card)),
            2 => (of(1), 1..7u8).prop_map(|(n, card)| relink(n, card)),
            1 => (of(2), 1..7u8).prop_map(|(n, card)| relink(n, card)),
            2 => (of(1), 1..5u8).prop_map(|(n, card)| release(n, card)),
        ];
        what.prop_map(move |said| (kiosk, at_ms, said))
    })
}

fn claims() -> impl Strategy<Value = Vec<(FactKey, Claim)>> {
    prop::collection::vec(said(), 1..24).prop_map(|said| {
        let claims = (1..).zip(said).map(|(seq, (kiosk, at_ms, said))| {
            let made = Claim {
                at_ms,
                ..claim(i64::try_from(seq).unwrap(), said)
            };
            (fact_key(kiosk, seq), made)
        });
        claims.collect()
    })
}

fn known() -> Known {
    Known {
        cards: [(uid(4), id(999))].into(),
        citizens: [id(999)].into(),
        released: BTreeSet::new(),
    }
}

/// What holds of whatever stands.
fn sound(registry: &Registry, claims: &BTreeMap<FactKey, Claim>) {
    assert_eq!(
        registry.answers.len(),
        claims.len(),
        "each claim has one answer"
    );
    let mut cards = BTreeSet::new();
    for (citizen, resident) in &registry.residents {
        if let Some(card) = &resident.card {
            assert!(cards.insert(card), "one card, one resident");
            assert!(!registry.released.contains(card), "{citizen:?}");
            assert!(!resident.released);
        }
    }
    let accepted = |key: &&FactKey| registry.answers[*key] == Answer::Accepted;
    let mut ids = BTreeSet::new();
    for key in claims.keys().filter(accepted) {
        if let Said::Register { citizen, .. } = &claims[key].said {
            assert!(ids.insert(citizen), "one id, one registration");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_stands_hangs_on_the_claims_and_on_no_order(
        (claims, shuffled, cut) in claims().prop_flat_map(|c| {
            let len = c.len();
            (Just(c.clone()), Just(c).prop_shuffle(), 0..=len)
        })
    ) {
        let all: BTreeMap<_, _> = claims.into_iter().collect();
        let stands = judge(&all, &known());
        sound(&stands, &all);
        // In another order, a part of it twice, judged on the way.
        let mut heard = BTreeMap::new();
        for (key, claim) in shuffled.iter().take(cut).chain(&shuffled) {
            heard.insert(key.clone(), claim.clone());
            sound(&judge(&heard, &known()), &heard);
        }
        prop_assert_eq!(judge(&heard, &known()), stands);
    }

    #[test]
    fn of_two_registrations_of_one_card_the_earlier_stands(
        first in 1..10i64, later in 10..20i64, swapped: bool
    ) {
        let (a, b) = (claim(first, register(100, 1)), claim(later, register(200, 1)));
        let (at_a, at_b) = if swapped { (2, 1) } else { (1, 2) };
        let all = BTreeMap::from([(fact_key(at_a, 1), a), (fact_key(at_b, 1), b)]);
        let stands = judge(&all, &known());
        prop_assert_eq!(stands.answers[&fact_key(at_a, 1)], Answer::Accepted);
        prop_assert!(stands.answers[&fact_key(at_b, 1)].is_refused());
        prop_assert_eq!(stands.residents.len(), 1);
    }
}
