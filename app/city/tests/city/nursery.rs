//! The nursery's door as the city sees it: tariffs, replay, the page, absurd facts.

use std::fs;

use jiff::civil::{Date, date};
use machitap_city::{
    config::Config,
    db::Db,
    ingest::{Ingest, Taken},
    web::Page,
};
use machitap_domain::{
    BootId, DayKey, FactBody, FactId, Pseudonym, Quality, Stamp,
    attendance::{Direction, Via},
    credential::CredentialKind,
    nursery::{
        absence::{AbsenceKind, Excused},
        alarm::{AlarmKind, AlarmReason},
        correction::{Correction, CorrectionReason},
        fee::{DayFee, Fee},
    },
};
use uuid::Uuid;

use crate::support::{City, Kiosk, at};

/// The samples' tariff has begun whenever this runs.
fn begun_long_ago(city: &City) {
    edit(
        city,
        "from = \"2026-04-01\"\ncap_yen",
        "from = \"2020-04-01\"\ncap_yen",
    );
}

fn edit(city: &City, from: &str, to: &str) {
    let path = city.path("documents/catalogue.toml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// Publishes without a broker: 69 says that the documents were taken and wait.
fn publish(city: &City, more: &[&str]) -> (Option<i32>, String) {
    let mut args = vec!["publish", "--timeout", "1"];
    args.extend(more);
    let out = city.run(&args);
    (out.status.code(), String::from_utf8(out.stderr).unwrap())
}

fn child(city: &City, citizen: &str) -> Option<Pseudonym> {
    let config = Config::load(&city.path("city.toml")).unwrap();
    let key = config.purposes().unwrap().nursery.unwrap();
    Some(key.pseudonym(&citizen.parse().unwrap()))
}

/// Milliseconds of that time in Japan on 30 November 2026, a Monday.
fn monday(hour: i64, minute: i64) -> i64 {
    const MIDNIGHT: i64 = 1_795_964_400_000;
    MIDNIGHT + (hour * 60 + minute) * 60_000
}

fn passed(kiosk: &mut Kiosk, child: Option<Pseudonym>, direction: Direction, when: i64) -> FactId {
    let body = FactBody::Attendance {
        direction,
        by: None,
        via: Via::Card(CredentialKind::Citizen),
        role: None,
        card: None,
        staff: None,
    };
    kiosk.write(child, at(when), None, body)
}

fn charged(
    kiosk: &mut Kiosk,
    child: Option<Pseudonym>,
    cause: FactId,
    day: Date,
    yen: u32,
    when: i64,
) {
    let fee = Fee::Settled {
        yen,
        before_min: 0,
        after_min: 10,
        tariff: date(2020, 4, 1),
    };
    let day = DayKey::Date(day);
    kiosk.write(
        child,
        at(when),
        Some(cause),
        FactBody::Fee(DayFee { day, fee }),
    );
}

fn alarm(kiosk: &mut Kiosk, subject: Option<Pseudonym>, alarm: AlarmKind, when: i64) -> FactId {
    let day = DayKey::Date(date(2026, 11, 30));
    kiosk.write(subject, at(when), None, FactBody::Alarm { alarm, day })
}

/// Counts everything of these kiosks, as if it had come at that moment.
fn count(city: &City, kiosks: &[&Kiosk], received_ms: i64) {
    let db = Db::open(&city.path("city.db")).unwrap();
    let mut ingest = Ingest::new(db, city.id.clone()).unwrap();
    for kiosk in kiosks {
        for batch in kiosk.batches(0) {
            let taken = ingest.take(&kiosk.id(), &batch, received_ms).unwrap();
            assert!(
                matches!(taken, Taken::Counted(c) if c.dead == 0),
                "{taken:?}"
            );
        }
    }
}

fn page(city: &City, now_ms: i64) -> String {
    let config = Config::load(&city.path("city.toml")).unwrap();
    Page::open(&config).unwrap().render(None, now_ms).unwrap()
}

/// The cells of that row of the table.
fn cells(page: &str, head: &str) -> Vec<String> {
    let row = format!("<tr><th scope=\"row\">{head}</th>");
    let start = page
        .find(&row)
        .unwrap_or_else(|| panic!("{head} in {page}"))
        + row.len();
    let end = start + page[start..].find("</tr>").unwrap();
    page[start..end]
        .split("</td>")
        .filter_map(|c| c.split_once('>').map(|(_, text)| text.to_owned()))
        .collect()
}

#[test]
fn a_tariff_that_has_begun_is_not_changed_in_passing() {
    let city = City::new();
    begun_long_ago(&city);
    assert_eq!(publish(&city, &[]).0, Some(69));
    assert_eq!(
        publish(&city, &[]).0,
        Some(69),
        "the same again is no change"
    );

    // A later one is how prices change.
    let text = fs::read_to_string(city.path("documents/catalogue.toml")).unwrap();
    let begin = text
        .find("[[facilities.nursery-1.service.tariffs]]")
        .unwrap();
    let end = text.find("# Asked at drop-off").unwrap();
    let later = text[begin..end]
        .replace("2020-04-01", "2999-04-01")
        .replace("yen = 150", "yen = 200");
    edit(
        &city,
        "# Asked at drop-off",
        &format!("{later}# Asked at drop-off"),
    );
    assert_eq!(publish(&city, &[]).0, Some(69));

    edit(&city, "yen = 150", "yen = 160");
    for args in [&[][..], &["--check"]] {
        let (code, said) = publish(&city, args);
        assert_eq!(code, Some(65), "{said}");
        for part in [
            "catalogue.toml:",
            "facilities.nursery-1.service.tariffs#1: nursery-1: the tariff from 2020-04-01 has begun",
            "add a new tariff from a later day",
            "--correct-tariff",
        ] {
            assert!(said.contains(part), "{part} in {said}");
        }
    }
    let db = Db::reader(&city.path("city.db")).unwrap();
    let version = || {
        let name = machitap_wire::DocumentName::Catalogue;
        db.document(&name).unwrap().unwrap().version
    };
    assert_eq!(version(), 2, "nothing of it was published");

    // The slip of a first day goes through, with a warning.
    let (code, said) = publish(&city, &["--correct-tariff"]);
    assert_eq!(code, Some(69), "{said}");
    assert!(
        said.contains(
            "warning: nursery-1: the tariff from 2020-04-01, which has begun, is changed"
        ),
        "{said}"
    );
    assert_eq!(version(), 3);

    // Not once a day was charged by it.
    let mut kiosk = city.enrol("door-1", "nursery-1");
    let hana = child(&city, "NGS-000101");
    let out = passed(&mut kiosk, hana, Direction::Out, monday(18, 30));
    charged(&mut kiosk, hana, out, date(2021, 5, 6), 100, monday(18, 30));
    count(&city, &[&kiosk], monday(18, 31));
    edit(&city, "yen = 160", "yen = 170");
    let (code, said) = publish(&city, &["--correct-tariff"]);
    assert_eq!(code, Some(65), "{said}");
    assert!(said.contains("1 fees of days before today"), "{said}");
    edit(&city, "yen = 170", "yen = 160");
    assert_eq!(publish(&city, &[]).0, Some(69));

    // Gone is changed, too; so is one that claims to have begun.
    edit(
        &city,
        "from = \"2020-04-01\"\ncap_yen",
        "from = \"2021-04-01\"\ncap_yen",
    );
    let (code, said) = publish(&city, &[]);
    assert_eq!(code, Some(65));
    assert!(
        said.contains("the tariff from 2020-04-01 has begun and is no longer there"),
        "{said}"
    );
    assert!(
        said.contains("a tariff from 2021-04-01 was not published before that day"),
        "{said}"
    );
}

#[test]
fn a_month_is_replayed_over_two_doors_and_adds_up_in_the_ledger() {
    let city = City::new();
    assert_eq!(publish(&city, &[]).0, Some(69));
    let (mut east, mut west) = (
        city.enrol("door-east", "nursery-1"),
        city.enrol("door-west", "nursery-1"),
    );
    let hana = child(&city, "NGS-000101");
    // In by one door, out by the other, and a clock that once ran far ahead in between.
    passed(&mut east, hana, Direction::In, monday(8, 0));
    east.write(None, at(i64::MAX), None, FactBody::EmergencyOpened);
    count(&city, &[&east], monday(8, 1));
    let sora = child(&city, "NGS-000102");
    passed(&mut east, sora, Direction::In, monday(8, 2));
    let wrong = passed(&mut east, sora, Direction::Out, monday(18, 40));
    let out = passed(&mut west, hana, Direction::Out, monday(18, 36));
    charged(
        &mut west,
        hana,
        out,
        date(2026, 11, 30),
        200,
        monday(18, 36),
    );
    // Staff at the other door strike out the going of a child that is still here.
    let correction = Correction {
        replaces: Some(wrong),
        truly: None,
        why: CorrectionReason::WrongChild,
    };
    let struck = FactBody::Corrected {
        correction,
        staff: None,
    };
    west.write(sora, at(monday(18, 50)), None, struck);
    // What came first is not what happened first.
    count(&city, &[&west, &east], monday(19, 0));

    let shown = page(&city, monday(19, 5));
    assert_eq!(cells(&shown, "さくら組")[..2], ["0", "1"]);
    assert_eq!(cells(&shown, "くま組")[..2], ["1", "0"]);

    let ledger = city.ledger();
    assert_eq!(
        ledger["fees_yen"],
        serde_json::json!({"nursery-1": {"2026-11": 200}})
    );

    // 18:15 to 18:36 are two started quarters; a new tariff takes 130 for each.
    let new = city.path("new.toml");
    let text = fs::read_to_string(city.path("documents/catalogue.toml")).unwrap();
    fs::write(
        &new,
        text.replace("unit_min = 15, yen = 100", "unit_min = 15, yen = 130"),
    )
    .unwrap();
    let csv = city.path("replay.csv");
    let (new, csv_text) = (new.to_str().unwrap(), csv.to_str().unwrap());
    let args = [
        "replay",
        "--facility",
        "nursery-1",
        "--month",
        "2026-11",
        "--catalogue",
        new,
    ];
    let said = city.done(&[&args[..], &["--csv", csv_text]].concat());
    for part in [
        "H-001 山田 花・山田 空: 200 → 260 (+60)",
        "1 families: nothing either way",
        "in all: 200 → 260 (+60); 1 pay more, 0 less, 1 the same",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let table = fs::read_to_string(&csv).unwrap();
    assert!(table.starts_with('\u{feff}') && table.contains("H-001,山田 花・山田 空,200,260,60,"));
    let said = city.done(&[&args[..], &["--no-names", "--csv", csv_text]].concat());
    let table = fs::read_to_string(&csv).unwrap();
    assert!(said.contains("in all: 200 → 260 (+60)"), "{said}");
    for name in ["山田", "H-001"] {
        assert!(!said.contains(name) && !table.contains(name), "{name}");
    }
    let wrong = |month: &str, facility: &str| {
        let args = [
            "replay",
            "--facility",
            facility,
            "--month",
            month,
            "--catalogue",
            new,
        ];
        city.run(&args).status.code()
    };
    assert_eq!(wrong("2026-13", "nursery-1"), Some(64));
    assert_eq!(wrong("2026-11", "hall"), Some(65));
}

#[test]
fn the_page_counts_children_by_class_and_puts_alarms_first() {
    let city = City::new();
    assert_eq!(publish(&city, &[]).0, Some(69));
    let mut kiosk = city.enrol("door-1", "nursery-1");
    let (hana, sora, umi) = (
        child(&city, "NGS-000101"),
        child(&city, "NGS-000102"),
        child(&city, "NGS-000103"),
    );
    let stranger = Pseudonym::try_from("77".repeat(16)).ok();
    passed(&mut kiosk, sora, Direction::In, monday(8, 3));
    passed(&mut kiosk, stranger, Direction::In, monday(8, 4));
    let slip = passed(&mut kiosk, hana, Direction::In, monday(8, 5));
    kiosk.write(
        hana,
        at(monday(8, 6)),
        None,
        FactBody::Undone { fact: slip },
    );
    let seen = alarm(&mut kiosk, umi, AlarmKind::NotReported, monday(10, 31));
    alarm(&mut kiosk, stranger, AlarmKind::Barred, monday(10, 40));
    let found = FactBody::AlarmSeen {
        found: AlarmReason::ComesLater,
        staff: None,
    };
    kiosk.write(None, at(monday(10, 45)), Some(seen), found);
    count(&city, &[&kiosk], monday(10, 46));

    let shown = page(&city, monday(11, 0));
    // Here, gone, to come, late, absent, unknown.
    assert_eq!(cells(&shown, "くま組"), ["1", "0", "0", "0", "0", "0"]);
    assert_eq!(cells(&shown, "さくら組"), ["0", "0", "0", "0", "1", "0"]);
    assert_eq!(cells(&shown, "ひまわり組"), ["0", "0", "0", "0", "0", "1"]);
    assert_eq!(
        cells(&shown, "名簿にない子"),
        ["1", "0", "0", "0", "0", "0"]
    );
    assert_eq!(cells(&shown, "合計"), ["2", "0", "0", "0", "1", "1"]);
    // The kiosk has never said that it is there: the numbers are old.
    assert!(shown.contains("古い数"));

    let (top, rest) = shown.split_once("<nav").unwrap();
    for said in [
        "【警報 1】",
        "未対応 1 件",
        "引き渡せない人がカードをかざした",
        "10:40",
        "なぎさ保育園",
        "対応済み",
        "家庭に確認、あとから登園",
    ] {
        assert!(top.contains(said), "{said} in {top}");
    }
    assert!(rest.contains("警報：登園も連絡もない子がいる"));
    for secret in [
        "山田",
        "鈴木",
        "NGS-",
        "H-00",
        "bring-towels",
        "n-2026",
        "熱",
    ] {
        assert!(!shown.contains(secret), "{secret}");
    }
    // No line about the barred person can be joined with another.
    assert_eq!(shown.matches("777777").count(), 1);

    // Tomorrow it is still open, with its day; the one that was seen to is not.
    let shown = page(&city, monday(24 + 9, 0));
    assert!(shown.contains("2026-11-30 10:40"));
    assert!(!shown.contains("家庭に確認"));

    // An absence staff entered, and a roster with a slip.
    let excused = Excused {
        why: AbsenceKind::Family,
        from: date(2026, 11, 30),
        until: date(2026, 11, 30),
        at: None,
    };
    let body = FactBody::Excused {
        excused,
        staff: None,
    };
    kiosk.write(umi, at(monday(-20, 0)), None, body);
    count(&city, &[&kiosk], monday(10, 50));
    let shown = page(&city, monday(11, 0));
    assert_eq!(cells(&shown, "ひまわり組"), ["0", "0", "0", "0", "1", "0"]);
    fs::write(
        city.path("documents/rosters/nursery-1.toml"),
        "facility = 5\n",
    )
    .unwrap();
    let shown = page(&city, monday(11, 0));
    assert!(shown.contains("名簿がないか読めない"));
    assert_eq!(cells(&shown, "合計"), ["2", "0", "0", "0", "0", "0"]);
}

#[test]
fn absurd_facts_neither_break_nor_bloat() {
    let city = City::new();
    assert_eq!(publish(&city, &[]).0, Some(69));
    let mut honest = city.enrol("door-1", "nursery-1");
    let sora = child(&city, "NGS-000102");
    passed(&mut honest, sora, Direction::In, monday(8, 3));
    alarm(&mut honest, sora, AlarmKind::StillHere, monday(10, 40));

    let mut rogue = city.enrol("hall-1", "hall");
    let who = |n: u32| Pseudonym::try_from(format!("{n:032x}")).ok();
    for n in 0..10_000 {
        alarm(&mut rogue, who(n), AlarmKind::Barred, monday(10, 50));
    }
    for n in 0..2_000i64 {
        let walls = [i64::MAX, i64::MIN, 253_402_300_799_000, monday(9, 0)];
        let when = walls[usize::try_from(n).unwrap() % walls.len()];
        let cause = FactId(Uuid::nil());
        let never = if n % 2 == 0 { Date::MAX } else { Date::MIN };
        let id = u32::try_from(n).unwrap();
        charged(&mut rogue, who(id), cause, never, u32::MAX, when);
        let facility = format!("barn-{n}").parse().unwrap();
        let day = DayKey::Date(never);
        let alarm = FactBody::Alarm {
            alarm: AlarmKind::StillHere,
            day,
        };
        rogue.write_for(facility, who(id), at(when), None, alarm);
        let month = "<script>".repeat(200);
        rogue.write(
            None,
            at(monday(10, 51)),
            None,
            FactBody::PapersWritten { month },
        );
    }
    // A clock nobody vouches for, and a correction beyond every calendar.
    let unsure = Stamp {
        mono_ms: u64::MAX,
        boot: BootId(Uuid::from_u128(9)),
        quality: Quality::UNKNOWN,
        ..at(5)
    };
    rogue.write(
        who(1),
        unsure,
        None,
        FactBody::visit(CredentialKind::Citizen),
    );
    let corrected = FactBody::ClockCorrected {
        boot: unsure.boot,
        boot_wall_ms: i64::MAX,
        quality: at(0).quality,
    };
    rogue.write(None, at(monday(10, 52)), None, corrected);
    count(&city, &[&honest, &rogue], monday(10, 55));

    let begun = std::time::Instant::now();
    let shown = page(&city, monday(11, 0));
    let took = begun.elapsed();
    eprintln!("{} bytes in {took:?}", shown.len());
    assert!(shown.len() < 400_000, "{}", shown.len());
    assert!(!shown.contains("<script"));
    // The nursery's own alarm is not pushed off, nor its count.
    let (top, _) = shown.split_once("<nav").unwrap();
    assert!(top.contains("閉園後も園にいる子がいる") && top.contains("なぎさ保育園"));
    assert!(top.contains("未対応 12001 件"), "{top}");
    assert!(!shown.contains("barn-"));
    assert_eq!(cells(&shown, "くま組")[0], "1");

    let ledger = city.ledger();
    assert_eq!(
        ledger["fees_yen"]["hall"]["9999-12"],
        1_000 * u64::from(u32::MAX)
    );
    let catalogue = city.path("documents/catalogue.toml");
    let catalogue = catalogue.to_str().unwrap();
    let said = city.done(&[
        "replay",
        "--facility",
        "nursery-1",
        "--month",
        "9999-12",
        "--catalogue",
        catalogue,
    ]);
    assert!(
        said.contains("in all: 0 → 0 (+0)") && said.len() < 2_000,
        "{said}"
    );
}
