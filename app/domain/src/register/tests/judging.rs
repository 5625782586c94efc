//! The city's rules, one by one.

use std::collections::BTreeMap;

use jiff::civil::date;

use super::sample::*;
use crate::{
    credential::Credential,
    fact::FactKey,
    register::{Answer, Claim, Known, Registry, Said, WhyNot, judge},
};

/// Judges claims made one after the other, and says the answers in that order.
fn answers(known: &Known, said: &[Said]) -> (Vec<Option<WhyNot>>, Registry) {
    let claims: BTreeMap<FactKey, Claim> = (1..)
        .zip(said)
        .map(|(n, said)| {
            let seq = u64::try_from(n).unwrap();
            (fact_key(1, seq), claim(n, said.clone()))
        })
        .collect();
    let registry = judge(&claims, known);
    let why = |a: &Answer| match a {
        Answer::Accepted => None,
        Answer::Refused { why } => Some(*why),
    };
    (registry.answers.values().map(why).collect(), registry)
}

#[test]
fn each_bad_claim_has_its_answer() {
    use WhyNot::*;
    let none = Known::default();
    let not_leased = Said::Register {
        citizen: id(3),
        credential: uid(3),
        form: born(None),
        consent: None,
        leased: false,
    };
    let somebody_else = Said::Relink {
        citizen: id(1),
        credential: uid(9),
        birth: Some(date(1950, 1, 3)),
    };
    let (said, registry) = answers(
        &none,
        &[
            register(1, 1),
            register(1, 2),
            register(2, 1),
            not_leased,
            relink(8, 8),
            somebody_else,
            relink(1, 4),
            release(1, 1),
            release(1, 4),
            relink(1, 5),
            register(7, 4),
            Said::Unreadable,
            release(9, 9),
        ],
    );
    assert_eq!(
        said,
        [
            None,
            Some(IdTaken),
            Some(CardTaken),
            Some(OutsideLease),
            Some(UnknownId),
            Some(NotThePerson),
            None,
            Some(CardReleased),
            None,
            Some(IdReleased),
            Some(CardTaken),
            Some(Unreadable),
            Some(UnknownId),
        ]
    );
    let one = &registry.residents[&id(1)];
    assert!(one.released && one.card.is_none() && one.form.is_some());
    for card in [uid(1), uid(4), Credential::Citizen(id(1))] {
        assert!(registry.released.contains(&card));
    }
}

#[test]
fn the_towns_own_residents_are_relinked_and_released_too() {
    let known = Known {
        cards: [(uid(50), id(50))].into(),
        citizens: [id(50)].into(),
        released: [uid(66)].into(),
    };
    let (said, registry) = answers(&known, &[register(1, 50), register(1, 66), relink(50, 51)]);
    let taken = Some(WhyNot::CardTaken);
    assert_eq!(said, [taken, taken, None]);
    assert_eq!(registry.residents[&id(50)].card, Some(uid(51)));
    assert!(registry.released.contains(&uid(50)));
    let proven = Said::Release {
        citizen: id(77),
        credential: Credential::Citizen(id(77)),
    };
    let (said, registry) = answers(&known, &[proven, relink(77, 7)]);
    assert_eq!(said, [None, Some(WhyNot::IdReleased)]);
    assert!(registry.residents[&id(77)].released);
}

#[test]
fn a_card_with_the_citizen_ap_is_linked_to_its_own_id_only() {
    let own = Said::Relink {
        citizen: id(1),
        credential: Credential::Citizen(id(1)),
        birth: Some(date(1950, 1, 2)),
    };
    let other = Said::Relink {
        citizen: id(1),
        credential: Credential::Citizen(id(2)),
        birth: Some(date(1950, 1, 2)),
    };
    let (said, _) = answers(&Known::default(), &[register(1, 1), own, other]);
    assert_eq!(said, [None, None, Some(WhyNot::CardTaken)]);
}
