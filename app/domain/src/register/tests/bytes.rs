//! The contract of the wire: a change here breaks every journal in the field.

use super::sample::*;
use crate::{
    fact::FactBody,
    fold::{FoldKey, FoldValue},
    register::{Answer, Leases, Registered, ReleasedId, Relinked, SealedLetter, WhyNot},
};

#[test]
fn the_bytes_of_claims_and_answers_are_fixed() {
    let card = "ab".repeat(16).try_into().unwrap();
    let letter = || SealedLetter::new(&[1, 255]);
    let why = WhyNot::CardTaken;
    let abab = "ab".repeat(16);
    for (body, bytes) in [
        (
            FactBody::Registered(Registered {
                card,
                lease: "l-1".parse().unwrap(),
                nth: 3,
                letter: letter(),
                staff: None,
            }),
            format!(
                r#"{{"kind":"registered","card":"{abab}","lease":"l-1","nth":3,"letter":"01ff","staff":null}}"#
            ),
        ),
        (
            FactBody::Relinked(Relinked {
                card,
                letter: letter(),
                staff: Some(card),
            }),
            format!(r#"{{"kind":"relinked","card":"{abab}","letter":"01ff","staff":"{abab}"}}"#),
        ),
        (
            FactBody::ReleasedId(ReleasedId {
                card,
                letter: letter(),
                staff: None,
            }),
            format!(r#"{{"kind":"released-id","card":"{abab}","letter":"01ff","staff":null}}"#),
        ),
        (
            FactBody::RegistrationAnswered {
                answer: Answer::Accepted,
            },
            r#"{"kind":"registration-answered","answer":"accepted"}"#.to_owned(),
        ),
        (
            FactBody::RegistrationAnswered {
                answer: Answer::Refused { why },
            },
            r#"{"kind":"registration-answered","answer":"refused","why":"card-taken"}"#.to_owned(),
        ),
    ] {
        assert_eq!(serde_json::to_string(&body).unwrap(), bytes);
        assert_eq!(serde_json::from_str::<FactBody>(&bytes).unwrap(), body);
    }
}

#[test]
fn what_the_store_and_the_city_keep_reads_back() {
    let town = leases(vec![lease("l-1", 1, 9, TODAY)]);
    let text = serde_json::to_string(&town).unwrap();
    assert_eq!(serde_json::from_str::<Leases>(&text).unwrap(), town);
    let mut desk = Desk::default();
    assert_eq!(desk.folds.get(FoldKey::Numbers), None);
    let (_, citizen) = desk.register(&town, 1).unwrap();
    for key in [FoldKey::Numbers, FoldKey::Holder(key().pseudonym(&citizen))] {
        let value = desk.folds.get(key).unwrap();
        let text = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<FoldValue>(&text).unwrap(), value);
    }
}
