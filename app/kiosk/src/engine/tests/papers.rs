use std::{
    fs,
    path::Path,
    sync::mpsc::sync_channel,
    time::{Duration, Instant},
};

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version, password_hash::SaltString};
use machitap_domain::{
    Draft, FactBody, FactId, Pseudonym, PurposeKey, Stamp,
    attendance::{Direction, Via},
    credential::CredentialKind,
    fact::Class,
    nursery::{
        fee::{DayFee, Fee},
        papers::Month,
    },
    time::{BootId, ClockSource, DayKey, Quality},
};
use machitap_kiosk_core::{
    Touch, View,
    input::StaffAct,
    view::{PaperRow, Stick as OnScreen},
};
use machitap_wire::DocumentName;
use rustix::time::{ClockId, clock_gettime};
use uuid::Uuid;

use super::{
    super::Msg,
    rig::{Kiosk, MORNING_MS, Place, citizen, opener},
};
use crate::{desk::Answer, papers::shelf::tests::Stick};

const CATALOGUE: &str = r#"{"city":"town","name":{"ja":"みほん町"},"contact":"0",
 "facilities":{"hall":{"name":{"ja":"みなみ保育園"},"time_zone":"Asia/Tokyo",
 "service":{"kind":"nursery"}}}}"#;
const DAY_MS: i64 = 86_400_000;
const CHILDREN: usize = 120;

fn child_id(n: usize) -> String {
    format!("SKM-2{n:05}")
}

fn subject(n: usize) -> Pseudonym {
    PurposeKey::new([5; 32]).pseudonym(&child_id(n).parse().unwrap())
}

/// So many children in six classes, and a member of staff whose PIN is 246810.
fn roster(children: usize) -> String {
    let hash = Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(8, 1, 1, None).unwrap(),
    )
    .hash_password(b"246810", &SaltString::from_b64("c2FsdHNhbHQ").unwrap())
    .unwrap()
    .to_string();
    let households: Vec<String> = (0..children)
        .map(|n| {
            format!(
                r#"{{"id":"H-{n}","children":[{{"citizen":"{}","name":"見本 {n}","kana":"みほん {n:03}","class":"組{}","mark":"star"}}]}}"#,
                child_id(n),
                n % 6
            )
        })
        .collect();
    format!(
        r#"{{"facility":"hall","households":[{}],"staff":[{{"citizen":"SKM-900001","name":"例野 園長","pin_hash":"{hash}"}}]}}"#,
        households.join(",")
    )
}

fn nursery(place: &Place, children: usize) -> Kiosk {
    let mut kiosk = place.kiosk();
    kiosk.engine.start();
    kiosk.publish(DocumentName::Catalogue, 1, CATALOGUE.as_bytes());
    let name = DocumentName::Roster("kiosk-1".parse().unwrap());
    let sealed = opener()
        .public()
        .seal(roster(children).as_bytes(), &name.aad(1));
    kiosk.publish(name, 1, &sealed);
    kiosk.settle();
    kiosk
}

/// A passage of that child so many days ago, with what it cost.
fn passage(n: u128, child: usize, days_ago: i64, direction: Direction, yen: u32) -> [Draft; 2] {
    let wall_ms = MORNING_MS - days_ago * DAY_MS - 60_000;
    let at = Stamp {
        wall_ms,
        boot: BootId(Uuid::from_u128(9)),
        mono_ms: 1,
        quality: Quality {
            source: ClockSource::Ntp,
            uncertainty_ms: Some(20),
        },
    };
    let came = Draft {
        id: FactId(Uuid::from_u128(2 * n + 1)),
        subject: Some(subject(child)),
        at,
        caused_by: None,
        body: FactBody::Attendance {
            direction,
            by: None,
            via: Via::Card(CredentialKind::Citizen),
            role: None,
            card: None,
            staff: None,
        },
    };
    let zone = jiff::tz::TimeZone::get("Asia/Tokyo").unwrap();
    let cost = Draft {
        id: FactId(Uuid::from_u128(2 * n + 2)),
        caused_by: Some(came.id),
        body: FactBody::Fee(DayFee {
            day: DayKey::of_wall(wall_ms, &zone).unwrap(),
            fee: Fee::Settled {
                yen,
                before_min: 10,
                after_min: 0,
                tariff: jiff::civil::date(2025, 4, 1),
            },
        }),
        ..came.clone()
    };
    [came, cost]
}

/// What was recorded before the kiosk of the test was switched on.
fn earlier(place: &Place, passages: impl Iterator<Item = [Draft; 2]>) {
    let opened = machitap_store::Journal::open(&place.path(), place.settings.clone()).unwrap();
    let mut journal = opened.journal;
    let drafts: Vec<Draft> = passages.flatten().collect();
    for some in drafts.chunks(1_000) {
        journal.append(some.to_vec()).unwrap();
    }
}

fn open_panel(kiosk: &mut Kiosk) {
    kiosk.tap(citizen("SKM-900001"));
    for digit in [2, 4, 6, 8, 1, 0] {
        kiosk.say(Msg::Touch(Touch::Digit(digit)));
    }
    assert!(matches!(kiosk.view(), View::Board(_)), "{:?}", kiosk.view());
}

fn act(kiosk: &mut Kiosk, act: StaffAct) {
    kiosk.engine.take(Msg::Touch(Touch::Act(act)));
}

fn papers(kiosk: &Kiosk) -> machitap_kiosk_core::view::Papers {
    match kiosk.view() {
        View::Papers(papers) => papers,
        other => panic!("{other:?}"),
    }
}

fn rows(kiosk: &mut Kiosk) -> Vec<PaperRow> {
    kiosk.run_until(|k| papers(k).rows.is_some());
    papers(kiosk).rows.unwrap()
}

fn written(place: &Place) -> Vec<(String, Option<Pseudonym>)> {
    let facts = place.facts().into_iter();
    facts
        .filter_map(|f| match f.body {
            FactBody::PapersWritten { month } => Some((month, f.subject)),
            _ => None,
        })
        .collect()
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The head opens the papers, leafs to last month, and takes them along.
#[test]
fn the_panel_shows_a_month_and_writes_it_to_the_stick() {
    let stick = Stick::mount("size=4m");
    let mut place = Place::new();
    place.stick = Some(stick.path());
    let two = [
        passage(1, 0, 2, Direction::In, 100),
        passage(2, 0, 2, Direction::Out, 250),
        passage(3, 1, 2, Direction::In, 0),
    ];
    earlier(&place, two.into_iter());
    let mut kiosk = nursery(&place, 2);
    open_panel(&mut kiosk);
    act(&mut kiosk, StaffAct::Papers);
    // April, in which nothing was recorded yet.
    assert!(
        rows(&mut kiosk)
            .iter()
            .all(|r| (r.present, r.yen) == (0, 0))
    );
    kiosk.engine.take(Msg::Touch(Touch::Months(-1)));
    let march: Vec<_> = rows(&mut kiosk)
        .into_iter()
        .map(|r| (r.name.reveal().clone(), r.present, r.unknown, r.yen))
        .collect();
    assert_eq!(
        march,
        [
            ("見本 0".to_owned(), 1, 0, 250),
            ("見本 1".to_owned(), 0, 1, 0)
        ]
    );
    act(&mut kiosk, StaffAct::Write);
    kiosk.run_until(|k| papers(k).stick != OnScreen::Writing);
    assert_eq!(
        papers(&kiosk).stick,
        OnScreen::Written {
            files: 5,
            folder: "machitap-2026-03".to_owned()
        }
    );
    assert_eq!(kiosk.seen.take().last().unwrap(), "staff:papers");
    let folder = stick.path().join("machitap-2026-03");
    assert_eq!(
        names(&folder),
        [
            "register-1.html",
            "register-2.html",
            "register.csv",
            "statement.csv",
            "statement.html"
        ]
    );
    let statement = fs::read_to_string(folder.join("statement.csv")).unwrap();
    assert!(
        statement
            .contains("組0,見本 0,みほん 000,2026-03-30,月,標準時間,08:59,08:59,,,10,0,250,\r\n"),
        "{statement}"
    );
    drop(kiosk);
    let head = PurposeKey::new([5; 32]).pseudonym(&"SKM-900001".parse().unwrap());
    assert_eq!(written(&place), [("2026-03".to_owned(), Some(head))]);
}

#[test]
fn without_a_stick_the_screen_says_so_and_nothing_is_recorded() {
    let mut place = Place::new();
    place.stick = Some(place.path().with_file_name("no-stick"));
    let mut kiosk = nursery(&place, 1);
    open_panel(&mut kiosk);
    act(&mut kiosk, StaffAct::Papers);
    rows(&mut kiosk);
    act(&mut kiosk, StaffAct::Write);
    kiosk.run_until(|k| papers(k).stick != OnScreen::Writing);
    assert_eq!(papers(&kiosk).stick, OnScreen::None);
    drop(kiosk);
    assert_eq!(written(&place), []);
}

#[test]
fn a_stick_that_is_full_failed_and_the_kiosk_goes_on() {
    let stick = Stick::mount("size=8k");
    let mut place = Place::new();
    place.stick = Some(stick.path());
    let mut kiosk = nursery(&place, 20);
    open_panel(&mut kiosk);
    act(&mut kiosk, StaffAct::Papers);
    act(&mut kiosk, StaffAct::Write);
    kiosk.run_until(|k| papers(k).stick != OnScreen::Writing);
    assert_eq!(papers(&kiosk).stick, OnScreen::Failed);
    assert_eq!(names(&stick.path()), Vec::<String>::new());
    // The next wish has its turn.
    kiosk.engine.take(Msg::Touch(Touch::Months(-1)));
    assert_eq!(rows(&mut kiosk).len(), 20);
}

#[test]
fn a_kiosk_that_is_no_nurserys_refuses_and_one_without_its_roster_waits() {
    let month: Month = "2026-03".parse().unwrap();
    let ask = |kiosk: &mut Kiosk| {
        let (answer, said) = sync_channel(1);
        kiosk.say(Msg::PapersAsked { month, answer });
        said.recv_timeout(Duration::from_secs(10)).unwrap()
    };
    let class = |answer| match answer {
        Answer::No { class, .. } => class,
        other => panic!("{other:?}"),
    };
    let place = Place::new();
    assert_eq!(class(ask(&mut place.hall())), Class::Refuse);
    let place = Place::new();
    let mut kiosk = place.kiosk();
    kiosk.engine.start();
    kiosk.publish(DocumentName::Catalogue, 1, CATALOGUE.as_bytes());
    assert_eq!(class(ask(&mut kiosk)), Class::Retry);
}

/// Processor time of this thread: what others do on this machine holds up no tap.
fn own_time() -> Duration {
    let at = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(at.tv_sec.unsigned_abs(), u32::try_from(at.tv_nsec).unwrap())
}

/// 120 children, two months, some 20,000 facts: what a tap may have to wait for, and that
/// one in the middle of it all is served.
#[test]
fn a_tap_waits_for_one_slice_at_most() {
    let place = Place::new();
    let mut n = 0;
    earlier(
        &place,
        (1..=60).flat_map(|ago| {
            let passages: Vec<[Draft; 2]> = (0..CHILDREN)
                .filter(|child| (*child as i64 + ago) % 7 < 5)
                .flat_map(|child| {
                    [Direction::In, Direction::Out].map(|way| {
                        n += 1;
                        passage(n, child, 61 - ago, way, 50)
                    })
                })
                .collect();
            passages
        }),
    );
    let mut kiosk = nursery(&place, CHILDREN);
    let facts = kiosk.engine.status().last_seq;
    assert!(facts > 20_000, "{facts}");

    let begun = Instant::now();
    let (answer, said) = sync_channel(1);
    let month: Month = "2026-03".parse().unwrap();
    let from = own_time();
    kiosk.engine.take(Msg::PapersAsked { month, answer });
    let first = own_time() - from;
    let (mut longest, mut stood, mut tap) = (Duration::ZERO, begun.elapsed(), None);
    while kiosk.engine.papers.is_reading() {
        let (from, at) = (own_time(), Instant::now());
        kiosk.engine.papers_step();
        longest = longest.max(own_time() - from);
        stood = stood.max(at.elapsed());
        if tap.is_none() {
            let begun = Instant::now();
            kiosk.tap(citizen("SKM-999999"));
            tap = Some(begun.elapsed());
        }
    }
    let read = begun.elapsed();
    let answer = said.recv_timeout(Duration::from_secs(60)).unwrap();
    let made = begun.elapsed();
    let Answer::Files(files) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(files.len(), 2 + 6 + 1);
    let tap = tap.unwrap();
    println!(
        "{facts} facts: to begin {first:.1?}, the longest slice {longest:.1?}; all read {read:.1?}, papers made {made:.1?}; a tap in the middle {tap:.1?}"
    );
    // For an unoptimised build; the figures are printed.
    for held_up in [first, longest] {
        assert!(held_up < Duration::from_millis(250), "{held_up:?}");
    }
    // The disk's time is in this; a busy machine's too.
    assert!(stood < Duration::from_secs(2), "{stood:?}");
    assert!(tap < Duration::from_secs(1), "{tap:?}");
}
