//! `machitap-kiosk papers`, beside a kiosk that runs and without one.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use crate::common::{Kiosk, Place};
use jiff::{civil::date, tz::TimeZone};
use machitap_domain::{
    BootId, ClockSource, DayKey, Draft, Fact, FactBody, FactId, PurposeKey, Quality, Stamp,
    attendance::{Direction, Via},
    credential::CredentialKind,
    nursery::fee::{DayFee, Fee},
};
use machitap_store::{Journal, Settings};
use machitap_wire::DocumentName;
use uuid::Uuid;

const CATALOGUE: &str = r#"{"city":"town","name":{"ja":"みほん町"},"contact":"0",
 "facilities":{"hall":{"name":{"ja":"みなみ保育園"},"time_zone":"Asia/Tokyo",
 "service":{"kind":"nursery"}}}}"#;
const ROSTER: &str = r#"{"facility":"hall","households":[{"id":"H-1","children":[
 {"citizen":"SKM-200001","name":"見本野 はな","kana":"みほんの はな","class":"さくら組","mark":"cherry"}]}]}"#;
const ROW: &str =
    "さくら組,見本野 はな,みほんの はな,2026-10-05,月,標準時間,08:31,17:12,,,29,12,300,\r\n";

fn journal(place: &Place) -> Journal {
    fs::create_dir_all(place.path("state")).unwrap();
    let settings = Settings {
        kiosk: "kiosk-1".parse().unwrap(),
        facility: "hall".parse().unwrap(),
        zone: TimeZone::get("Asia/Tokyo").unwrap(),
        max_bytes: 1 << 30,
        min_free_bytes: 0,
        keep_after_receipt_ms: u64::MAX,
    };
    Journal::open(&place.path("state/journal.db"), settings)
        .unwrap()
        .journal
}

fn draft(n: u128, at: &str, caused_by: Option<FactId>, body: FactBody) -> Draft {
    let day = date(2026, 10, 5).to_datetime(at.parse().unwrap());
    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    Draft {
        id: FactId(Uuid::from_u128(n)),
        subject: Some(PurposeKey::new([5; 32]).pseudonym(&"SKM-200001".parse().unwrap())),
        at: Stamp {
            wall_ms: zone.to_timestamp(day).unwrap().as_millisecond(),
            boot: BootId(Uuid::from_u128(1)),
            mono_ms: 1,
            quality: Quality {
                source: ClockSource::Ntp,
                uncertainty_ms: Some(20),
            },
        },
        caused_by,
        body,
    }
}

/// A nursery with one child that was there on one day of October 2026.
pub(crate) fn nursery() -> Place {
    let place = Place::nursery();
    let mut journal = journal(&place);
    let goes = |direction| FactBody::Attendance {
        direction,
        by: None,
        via: Via::Card(CredentialKind::Citizen),
        role: None,
        card: None,
        staff: None,
    };
    let cost = FactBody::Fee(DayFee {
        day: DayKey::Date(date(2026, 10, 5)),
        fee: Fee::Settled {
            yen: 300,
            before_min: 29,
            after_min: 12,
            tariff: date(2026, 4, 1),
        },
    });
    let left = FactId(Uuid::from_u128(2));
    let drafts = vec![
        draft(1, "08:31", None, goes(Direction::In)),
        draft(2, "17:12:59", None, goes(Direction::Out)),
        draft(3, "17:12:59", Some(left), cost),
    ];
    journal.append(drafts).unwrap();
    let catalogue = DocumentName::Catalogue;
    journal
        .put_document(&catalogue, 1, CATALOGUE.as_bytes(), 1)
        .unwrap();
    put_roster(&place, &mut journal);
    place
}

fn put_roster(place: &Place, journal: &mut Journal) {
    let name = DocumentName::Roster("kiosk-1".parse().unwrap());
    let sealed = place
        .opener()
        .public()
        .seal(ROSTER.as_bytes(), &name.aad(1));
    journal.put_document(&name, 1, &sealed, 1).unwrap();
}

fn written(place: &Place) -> usize {
    let facts = journal(place).read(1, usize::MAX, usize::MAX).unwrap();
    let is =
        |fact: &Fact| matches!(&fact.body, FactBody::PapersWritten { month } if month == "2026-10");
    facts
        .iter()
        .filter(|f| is(&serde_json::from_str(&f.text).unwrap()))
        .count()
}

/// Code, stdout, stderr.
fn papers(place: &Place, args: &[&str]) -> (i32, String, String) {
    let said = Command::new(crate::common::PROGRAM)
        .arg("papers")
        .arg("--config")
        .arg(place.path("kiosk.toml"))
        .args(args)
        .output()
        .unwrap();
    (
        said.status.code().unwrap(),
        String::from_utf8(said.stdout).unwrap(),
        String::from_utf8(said.stderr).unwrap(),
    )
}

/// The papers of October into `out`; the folder.
fn october(place: &Place) -> PathBuf {
    let out = place.path("out");
    let (code, said, err) = papers(
        place,
        &["--month", "2026-10", "--out", out.to_str().unwrap()],
    );
    assert_eq!(code, 0, "{err}");
    let folder = said.trim().strip_suffix(": 4 files").expect("what it did");
    assert!(Path::new(folder).starts_with(&out), "{folder}");
    PathBuf::from(folder)
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn beside_a_kiosk_that_runs_it_asks_and_the_kiosk_keeps_that_it_did() {
    let place = nursery();
    let kiosk = Kiosk::start(&place, &["--headless"]).wait_ready();
    let socket = place.path("state/kiosk.sock");
    let mode = fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let first = october(&place);
    assert!(first.ends_with("machitap-2026-10"), "{}", first.display());
    assert!(read(&first, "statement.csv").contains(ROW));
    assert!(read(&first, "register-1.html").contains("08:31<br>17:12"));
    assert!(read(&first, "statement.html").contains("見本野 はな さん"));
    let second = october(&place);
    assert!(second.ends_with("machitap-2026-10-2"));
    kiosk.stop();
    assert!(!socket.exists());
    assert_eq!(written(&place), 2);
}

#[test]
fn without_a_kiosk_it_opens_the_journal_and_makes_the_same() {
    let place = nursery();
    let kiosk = Kiosk::start(&place, &["--headless"]).wait_ready();
    let asked = october(&place);
    // Killed: its socket stays and nobody answers.
    drop(kiosk);
    assert!(place.path("state/kiosk.sock").exists());
    let alone = october(&place);
    for name in ["register.csv", "statement.csv"] {
        assert_eq!(read(&asked, name), read(&alone, name), "{name}");
    }
    assert_eq!(written(&place), 2);
}

#[test]
fn each_reason_has_its_code_and_says_what_to_do() {
    let place = nursery();
    let out = place.path("out");
    let out = out.to_str().unwrap();
    fs::write(place.path("file"), "").unwrap();
    let file = place.path("file");
    for (args, code, said) in [
        (&["--month", "2026-13", "--out", out][..], 64, "YYYY-MM"),
        (&["--month", "2026-10"], 64, "--out"),
        (
            &["--month", "2026-10", "--out", file.to_str().unwrap()],
            73,
            "--out",
        ),
    ] {
        let (found, _, err) = papers(&place, args);
        assert_eq!(found, code, "{args:?}: {err}");
        assert!(err.contains(said), "{args:?}: {err}");
    }
    assert_eq!(written(&place), 0);

    let empty = Place::nursery();
    let october = ["--month", "2026-10", "--out", out];
    let (code, _, err) = papers(&empty, &october);
    assert_eq!(
        (code, err.contains("there is no journal")),
        (66, true),
        "{err}"
    );
    assert!(!empty.path("state/journal.db").exists());

    let no_roster = Place::nursery();
    journal(&no_roster)
        .put_document(&DocumentName::Catalogue, 1, CATALOGUE.as_bytes(), 1)
        .unwrap();
    let (code, _, err) = papers(&no_roster, &october);
    assert_eq!((code, err.contains("roster")), (69, true), "{err}");

    let hall = Place::new();
    let visits = CATALOGUE.replace(
        r#"{"kind":"nursery"}"#,
        r#"{"kind":"visit","points":{"base":5,"visits_per_day":1}}"#,
    );
    journal(&hall)
        .put_document(&DocumentName::Catalogue, 1, visits.as_bytes(), 1)
        .unwrap();
    let (code, _, err) = papers(&hall, &october);
    assert_eq!((code, err.contains("no nursery")), (78, true), "{err}");
    let kiosk = Kiosk::start(&hall, &["--headless"]).wait_ready();
    let asked = papers(&hall, &october);
    assert_eq!((asked.0, asked.2), (78, err));
    kiosk.stop();
}

#[test]
fn a_journal_another_program_holds_is_69() {
    let place = nursery();
    let _held = journal(&place);
    let out = place.path("out");
    let (code, _, err) = papers(&place, &["--out", out.to_str().unwrap()]);
    assert_eq!((code, err.contains("try again")), (69, true), "{err}");
}

#[test]
fn a_nursery_that_forgets_too_soon_does_not_start() {
    let place = Place::nursery();
    place.config(|text| text + "[journal]\nkeep_days = 40\n");
    let (code, _, err) = place.check();
    assert_eq!(code, 78);
    assert!(err.contains("journal.keep_days: 40 is too short"), "{err}");
    // A hall has no papers to make.
    let hall = Place::new();
    hall.config(|text| text + "[journal]\nkeep_days = 40\n");
    assert_eq!(hall.check().0, 0);
}

#[test]
fn the_help_says_what_it_does() {
    let said = Command::new(crate::common::PROGRAM)
        .args(["papers", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8(said.stdout).unwrap();
    for word in ["--month", "--out", "kiosk.sock", "  73 "] {
        assert!(help.contains(word), "{word} in {help}");
    }
    let said = Command::new(crate::common::PROGRAM)
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(said.stdout).unwrap();
    assert!(
        help.contains("papers") && help.contains("--config <FILE>"),
        "{help}"
    );
}
