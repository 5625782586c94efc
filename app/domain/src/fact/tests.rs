use super::*;
use crate::catalogue::Language;
use crate::points::{AwardReason, spend::SpendFor};
use crate::preferences::{Preferences, TextSize};
use crate::time::ClockSource;

pub(crate) fn stamp(mono_ms: u64, wall_ms: i64) -> Stamp {
    Stamp {
        wall_ms,
        boot: BootId(Uuid::from_u128(7)),
        mono_ms,
        quality: Quality {
            source: ClockSource::Ntp,
            uncertainty_ms: Some(50),
        },
    }
}

fn fact(body: FactBody) -> Fact {
    Fact::place(
        Draft {
            id: FactId(Uuid::from_u128(1)),
            subject: None,
            at: stamp(10, 1_775_000_000_000),
            caused_by: None,
            body,
        },
        FactKey {
            kiosk: KioskId::new("kiosk-1").unwrap(),
            incarnation: Incarnation(Uuid::from_u128(2)),
            seq: 1,
        },
        FacilityId::new("hall").unwrap(),
        Hash::GENESIS,
    )
}

/// The contract of the wire: a change here breaks every journal in the field.
#[test]
fn the_bytes_of_a_fact_are_fixed() {
    let bytes = fact(FactBody::Attendance {
        direction: Direction::In,
        by: None,
        via: Via::Card(CredentialKind::Citizen),
        role: None,
        card: None,
        staff: None,
    })
    .to_bytes();
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        concat!(
            r#"{"v":1,"kiosk":"kiosk-1","inc":"00000000-0000-0000-0000-000000000002","seq":1,"#,
            r#""id":"00000000-0000-0000-0000-000000000001","facility":"hall","#,
            r#""at":{"wall":1775000000000,"boot":"00000000-0000-0000-0000-000000000007","mono":10,"#,
            r#""quality":{"source":"ntp","uncertainty_ms":50}},"#,
            r#""body":{"kind":"attendance","direction":"in","by":null,"via":{"card":"citizen"}},"#,
            r#""prev":"0000000000000000000000000000000000000000000000000000000000000000"}"#
        )
    );
}

#[test]
fn the_bytes_of_a_visit_and_its_award_are_fixed() {
    for (body, bytes) in [
        (
            FactBody::visit(CredentialKind::Citizen),
            r#"{"kind":"visit","credential":"citizen"}"#,
        ),
        (
            FactBody::Award(Award {
                points: 10,
                reason: AwardReason::Visit,
            }),
            r#"{"kind":"award","points":10,"reason":"visit"}"#,
        ),
        (
            FactBody::Award(Award {
                points: 5,
                reason: AwardReason::Campaign("spring".parse().unwrap()),
            }),
            r#"{"kind":"award","points":5,"reason":{"campaign":"spring"}}"#,
        ),
        (
            FactBody::Spend(Spend {
                what: SpendFor::Donation("tower".parse().unwrap()),
                points: 200,
            }),
            r#"{"kind":"spend","for":{"donation":"tower"},"points":200}"#,
        ),
        (
            FactBody::SpendAnswered {
                verdict: SpendVerdict::Settled,
            },
            r#"{"kind":"spend-answered","verdict":"settled"}"#,
        ),
        (
            FactBody::Preferred(Preferred {
                preferences: Preferences::default(),
                after_ms: None,
            }),
            r#"{"kind":"preferred","preferences":{}}"#,
        ),
        (
            FactBody::Preferred(Preferred {
                preferences: Preferences {
                    language: Some(Language::En),
                    text: TextSize::Largest,
                    voice: Some(false),
                    still: true,
                },
                after_ms: Some(7),
            }),
            concat!(
                r#"{"kind":"preferred","preferences":{"language":"en","text":"largest","#,
                r#""voice":false,"still":true},"after_ms":7}"#
            ),
        ),
        (
            FactBody::Paired {
                code: Hash::GENESIS,
                until_ms: 1_775_000_000_000,
            },
            concat!(
                r#"{"kind":"paired","code":""#,
                r#"0000000000000000000000000000000000000000000000000000000000000000"#,
                r#"","until_ms":1775000000000}"#
            ),
        ),
    ] {
        assert_eq!(serde_json::to_string(&body).unwrap(), bytes);
        assert_eq!(serde_json::from_str::<FactBody>(bytes).unwrap(), body);
    }
}

#[test]
fn a_kind_from_the_future_is_read_as_unknown() {
    let text = String::from_utf8(
        fact(FactBody::Refused {
            why: Refusal::UnknownCard,
        })
        .to_bytes(),
    )
    .unwrap()
    .replace("refused", "teleported");
    let read: Fact = serde_json::from_str(&text).unwrap();
    assert_eq!(read.body, FactBody::Unknown);
}

#[test]
fn a_known_kind_in_a_form_from_the_future_is_read_as_unknown_out_of_ones_own_journal_only() {
    let refused = fact(FactBody::Refused {
        why: Refusal::UnknownCard,
    });
    let text = String::from_utf8(refused.to_bytes()).unwrap();
    assert_eq!(Fact::read(text.as_bytes()).unwrap(), refused);
    let with = |body: &str| {
        let known = serde_json::to_string(&refused.body).unwrap();
        text.replace(&known, body)
    };
    for body in [
        r#"{"kind":"refused","why":"a-reason-of-tomorrow"}"#,
        r#"{"kind":"refused"}"#,
    ] {
        let text = with(body);
        let read = Fact::read(text.as_bytes()).unwrap();
        assert_eq!((&read.body, read.id), (&FactBody::Unknown, refused.id));
        assert!(serde_json::from_str::<Fact>(&text).is_err(), "{body}");
    }
    for body in ["{}", "7", r#""refused""#, "[]", r#"{"kind":7}"#] {
        assert!(Fact::read(with(body).as_bytes()).is_err(), "{body}");
    }
    let lacks = text.replace(r#""prev":"#, r#""before":"#);
    assert!(Fact::read(lacks.as_bytes()).is_err());
}

#[test]
fn a_source_of_time_from_the_future_vouches_for_nothing() {
    let read: ClockSource = serde_json::from_str(r#""gps""#).unwrap();
    assert_eq!(read, ClockSource::Unknown);
}

#[test]
fn a_fact_survives_its_bytes() {
    for body in [
        FactBody::Started {
            software: "0.1.0".into(),
        },
        FactBody::visit(CredentialKind::Citizen),
        FactBody::VisitEnded,
        FactBody::Undone {
            fact: FactId(Uuid::from_u128(9)),
        },
        FactBody::Health {
            component: Component::Reader,
            trouble: Some(Class::Retry),
        },
        FactBody::Staff {
            outcome: StaffOutcome::LockedOut,
        },
        FactBody::JournalReplaced { old: None },
    ] {
        let fact = fact(body);
        assert_eq!(
            serde_json::from_slice::<Fact>(&fact.to_bytes()).unwrap(),
            fact
        );
    }
}
