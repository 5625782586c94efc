//! A kiosk and its taps, as plain as the journal allows.

use machitap_domain::{
    attendance::{Direction, Via},
    credential::CredentialKind,
    fact::{Class, Component, Draft, FactBody, FactId},
    ids::{FacilityId, KioskId},
    points::{Award, AwardReason},
    pseudonym::Pseudonym,
    time::{BootId, ClockSource, Quality, Stamp},
};
use machitap_store::Settings;
use uuid::Uuid;

/// 2026-04-01T09:00:00+09:00.
pub(super) const MORNING_MS: i64 = 1_775_001_600_000;

/// The settings of the kiosk under test.
pub fn settings() -> Settings {
    Settings {
        kiosk: KioskId::new("kiosk-1").expect("a kiosk id"),
        facility: FacilityId::new("hall").expect("a facility id"),
        zone: jiff::tz::TimeZone::get("Asia/Tokyo").expect("bundled with jiff"),
        max_bytes: 1 << 26,
        min_free_bytes: 0,
        keep_after_receipt_ms: 0,
    }
}

fn draft(n: u64, subject: Option<u64>, caused_by: Option<u64>, body: FactBody) -> Draft {
    let id = |n| FactId(Uuid::from_u128(u128::from(n)));
    Draft {
        id: id(n),
        subject: subject
            .map(|s| Pseudonym::try_from(format!("{s:032x}")).expect("32 hexadecimal digits")),
        at: Stamp {
            wall_ms: MORNING_MS + n as i64 * 1_000,
            boot: BootId(Uuid::from_u128(7)),
            mono_ms: n * 1_000,
            quality: Quality {
                source: ClockSource::Ntp,
                uncertainty_ms: Some(50),
            },
        },
        caused_by: caused_by.map(id),
        body,
    }
}

/// A visit and its points, with the names `n` and `n + 1`.
pub fn visit(n: u64, who: u64) -> Vec<Draft> {
    let made = FactBody::visit(CredentialKind::Citizen);
    let award = FactBody::Award(Award {
        points: 5,
        reason: AwardReason::Visit,
    });
    vec![
        draft(n, Some(who), None, made),
        draft(n + 1, Some(who), Some(n), award),
    ]
}

/// Children of one household coming or going.
pub(super) fn household(n: u64, children: u64, direction: Direction) -> Vec<Draft> {
    let body = |_| FactBody::Attendance {
        direction,
        by: None,
        via: Via::Card(CredentialKind::Citizen),
        role: None,
        card: None,
        staff: None,
    };
    (0..children)
        .map(|i| draft(n + i, Some(1_000 + i), None, body(i)))
        .collect()
}

/// A part that failed.
pub(super) fn trouble(n: u64) -> Vec<Draft> {
    let body = FactBody::Health {
        component: Component::Reader,
        trouble: Some(Class::Retry),
    };
    vec![draft(n, None, None, body)]
}
