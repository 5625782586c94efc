//! Sample settings and taps.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use machitap_domain::{
    attendance::{Direction, Via},
    credential::CredentialKind,
    fact::{Draft, FactBody, FactId},
    ids::{FacilityId, KioskId},
    points::{Award, AwardReason},
    pseudonym::Pseudonym,
    time::{BootId, ClockSource, Quality, Stamp},
};
use machitap_store::{Journal, Opened, Settings};
use machitap_wire::receipt::Receipt;
use tempfile::TempDir;
use uuid::Uuid;

/// 2026-04-01T09:00:00+09:00.
pub(crate) const MORNING_MS: i64 = 1_775_001_600_000;

pub(crate) fn settings() -> Settings {
    Settings {
        kiosk: KioskId::new("kiosk-1").unwrap(),
        facility: FacilityId::new("hall").unwrap(),
        zone: TimeZone::get("Asia/Tokyo").unwrap(),
        max_bytes: 1 << 30,
        min_free_bytes: 0,
        keep_after_receipt_ms: 60_000,
    }
}

/// A journal's path in a directory of its own.
pub(crate) struct Place {
    _dir: TempDir,
    pub(crate) path: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Self {
        let dir = TempDir::new().unwrap();
        Self {
            path: dir.path().join("journal.db"),
            _dir: dir,
        }
    }

    pub(crate) fn open(&self) -> Opened {
        Journal::open(&self.path, settings()).unwrap()
    }

    pub(crate) fn journal(&self) -> Journal {
        self.open().journal
    }

    pub(crate) fn dir(&self) -> &Path {
        self.path.parent().unwrap()
    }
}

pub(crate) fn subject(n: u8) -> Pseudonym {
    Pseudonym::try_from(format!("{n:032x}")).unwrap()
}

pub(crate) fn id(n: u64) -> FactId {
    FactId(Uuid::from_u128(u128::from(n)))
}

pub(crate) fn at(mono_ms: u64, source: ClockSource) -> Stamp {
    Stamp {
        wall_ms: MORNING_MS + mono_ms as i64,
        boot: BootId(Uuid::from_u128(7)),
        mono_ms,
        quality: Quality {
            source,
            uncertainty_ms: Some(50),
        },
    }
}

pub(crate) fn draft(n: u64, who: Option<Pseudonym>, body: FactBody) -> Draft {
    Draft {
        id: id(n),
        subject: who,
        at: at(n * 1_000, ClockSource::Ntp),
        caused_by: None,
        body,
    }
}

/// A visit with its points: the two facts `2n` and `2n + 1`.
pub(crate) fn visit(n: u64, who: u8) -> Vec<Draft> {
    let made = draft(
        2 * n,
        Some(subject(who)),
        FactBody::visit(CredentialKind::Citizen),
    );
    let award = Draft {
        caused_by: Some(made.id),
        ..draft(
            2 * n + 1,
            Some(subject(who)),
            FactBody::Award(Award {
                points: 5,
                reason: AwardReason::Visit,
            }),
        )
    };
    vec![made, award]
}

pub(crate) fn attendance(n: u64, child: u8, direction: Direction) -> Draft {
    draft(
        n,
        Some(subject(child)),
        FactBody::Attendance {
            direction,
            by: None,
            via: Via::Card(CredentialKind::Citizen),
            role: None,
            card: None,
            staff: None,
        },
    )
}

pub(crate) fn receipt(journal: &Journal, contiguous_seq: u64) -> Receipt {
    Receipt {
        incarnation: journal.incarnation(),
        contiguous_seq,
        missing: vec![],
        forked: false,
    }
}
