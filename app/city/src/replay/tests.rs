use jiff::civil::{Time, date};
use machitap_domain::{
    BootId, ClockSource, Draft, Fact, FactBody, FactId, FactKey, Hash, Incarnation, Quality, Stamp,
    attendance::{Direction, Role, Via},
    credential::CredentialKind,
    nursery::{
        fee::DayFee,
        tariff::{Band, CareTariff, Span},
    },
    roster::{CareFrom, ClassMark, Guardian, Household},
};
use uuid::Uuid;

use super::{
    report::{Names, csv, text},
    *,
};

fn tokyo() -> TimeZone {
    TimeZone::get("Asia/Tokyo").unwrap()
}

fn key() -> PurposeKey {
    PurposeKey::new([7; 32])
}

fn time(text: &str) -> Time {
    text.parse().unwrap()
}

/// A nursery's facts as they are written down, one after the other.
#[derive(Default)]
struct Book {
    children: Children,
    written: u128,
}

impl Book {
    fn write(
        &mut self,
        child: &str,
        at: Stamp,
        caused_by: Option<FactId>,
        body: FactBody,
    ) -> FactId {
        self.written += 1;
        let id = FactId(Uuid::from_u128(self.written));
        let fact = Fact::place(
            Draft {
                id,
                subject: Some(key().pseudonym(&child.parse().unwrap())),
                at,
                caused_by,
                body,
            },
            FactKey {
                kiosk: "door-1".parse().unwrap(),
                incarnation: Incarnation(Uuid::from_u128(1)),
                seq: u64::try_from(self.written).unwrap(),
            },
            "nursery-1".parse().unwrap(),
            Hash::GENESIS,
        );
        self.children.take(&fact, &tokyo());
        id
    }

    fn passage(&mut self, child: &str, direction: Direction, at: Stamp) -> FactId {
        let body = FactBody::Attendance {
            direction,
            by: None,
            via: Via::Card(CredentialKind::Citizen),
            role: None,
            card: None,
            staff: None,
        };
        self.write(child, at, None, body)
    }

    /// A whole day with the fee the kiosk recorded; gives back the going.
    fn day(&mut self, child: &str, day: Date, from: &str, until: &str, fee: Fee) -> FactId {
        self.passage(child, Direction::In, stamp(day, from, 20));
        let out = self.passage(child, Direction::Out, stamp(day, until, 20));
        self.fee(child, day, out, fee);
        out
    }

    fn fee(&mut self, child: &str, day: Date, cause: FactId, fee: Fee) {
        let made = DayFee {
            day: DayKey::Date(day),
            fee,
        };
        let at = stamp(day.min(date(2026, 12, 31)), "20:00", 20);
        self.write(child, at, Some(cause), FactBody::Fee(made));
    }
}

fn stamp(day: Date, at: &str, uncertainty_ms: u64) -> Stamp {
    Stamp {
        wall_ms: tokyo()
            .to_timestamp(day.to_datetime(time(at)))
            .unwrap()
            .as_millisecond(),
        boot: BootId(Uuid::from_u128(1)),
        mono_ms: 5,
        quality: Quality {
            source: ClockSource::Ntp,
            uncertainty_ms: Some(uncertainty_ms),
        },
    }
}

fn yen(yen: u32) -> Fee {
    Fee::Settled {
        yen,
        before_min: 0,
        after_min: 0,
        tariff: date(2026, 4, 1),
    }
}

fn child(citizen: &str, name: &str, care: Vec<CareFrom>) -> Child {
    Child {
        citizen: citizen.parse().unwrap(),
        name: name.to_owned().into(),
        kana: "かな".to_owned().into(),
        class: "さくら".into(),
        mark: ClassMark::Cherry,
        card: None,
        care,
        from: None,
        until: None,
    }
}

fn roster() -> Roster {
    let household = |id: &str, children: Vec<Child>| Household {
        id: id.parse().unwrap(),
        children,
        people: vec![Guardian {
            citizen: format!("P-{id}").parse().unwrap(),
            name: "保護者".to_owned().into(),
            cards: Vec::new(),
            role: Role::Guardian,
            when: Vec::new(),
            barred: false,
        }],
        notices: Vec::new(),
    };
    let certified = |from, care| CareFrom { from, care };
    Roster {
        households: vec![
            household(
                "H-001",
                vec![
                    child("CHILD-A1", "一番 あお", Vec::new()),
                    child(
                        "CHILD-A2",
                        "一番 あか",
                        vec![
                            certified(date(2026, 4, 1), Care::Short),
                            certified(date(2026, 11, 10), Care::Standard),
                        ],
                    ),
                ],
            ),
            household("H-002", vec![child("CHILD-B1", "二番 うみ", Vec::new())]),
            household("H-003", vec![child("CHILD-C1", "三番 そら", Vec::new())]),
        ],
        ..Roster::empty("nursery-1".parse().unwrap())
    }
}

fn rates(core: (&str, &str), grace_min: u32, bands: &[(&str, &str, u32)]) -> CareTariff {
    CareTariff {
        core: Span {
            from: time(core.0),
            until: time(core.1),
        },
        grace_min,
        bands: bands
            .iter()
            .map(|(from, until, yen)| Band {
                from: time(from),
                until: time(until),
                unit_min: 30,
                yen: *yen,
            })
            .collect(),
    }
}

/// Standard: 7:30–18:30, then ¥200 a started half hour. Short: 9:00–17:00, ¥100 a started
/// half hour on both sides, ten minutes of grace. At most ¥500 a month.
fn settings() -> Nursery {
    let new = Tariff {
        from: date(2027, 4, 1),
        standard: rates(("07:30", "18:30"), 0, &[("18:30", "19:30", 200)]),
        short: rates(
            ("09:00", "17:00"),
            10,
            &[("07:30", "09:00", 100), ("17:00", "18:30", 100)],
        ),
        cap_yen: Some(500),
    };
    let old = Tariff {
        from: date(2026, 4, 1),
        cap_yen: None,
        ..new.clone()
    };
    Nursery {
        tariffs: vec![old, new],
        ..Nursery::default()
    }
}

/// One November, with what each line comes to beside it.
fn november() -> Children {
    let mut book = Book::default();
    let on = |day| date(2026, 11, day);
    // 15 minutes over: 200.
    book.day("CHILD-A1", on(2), "08:00", "18:45", yen(100));
    // 35 minutes over: 400, of which the cap leaves 300.
    book.day("CHILD-A1", on(4), "08:00", "19:05", yen(200));
    book.day("CHILD-A1", on(5), "08:00", "18:30", yen(0));
    // Certified for short hours: 15 minutes before cost 100, 10 after are grace.
    book.day("CHILD-A2", on(9), "08:45", "17:10", yen(150));
    // The same hours, certified for standard hours since that day: nothing.
    book.day("CHILD-A2", on(10), "08:45", "17:10", yen(0));
    // Another month is another month's.
    book.day("CHILD-B1", date(2026, 10, 30), "08:00", "19:00", yen(999));
    book.day("CHILD-B1", date(2026, 12, 1), "08:00", "19:00", yen(999));
    // 19:00, give or take 40 minutes: nobody can say what it costs.
    book.passage("CHILD-B1", Direction::In, stamp(on(2), "08:00", 20));
    let out = book.passage("CHILD-B1", Direction::Out, stamp(on(2), "19:00", 2_400_000));
    book.fee("CHILD-B1", on(2), out, Fee::Unsettled(Unsettled::Clock));
    // A going that was taken back takes its fee with it.
    let out = book.day("CHILD-B1", on(6), "08:00", "18:50", yen(100));
    book.write(
        "CHILD-B1",
        stamp(on(6), "18:51", 20),
        None,
        FactBody::Undone { fact: out },
    );
    // A child that has left the roster: one minute over, 200.
    book.day("CHILD-Z1", on(2), "08:00", "18:31:30", yen(100));
    book.children
}

fn replayed(facts: &Children, nursery: &Nursery) -> Replay {
    let (roster, zone, key) = (roster(), tokyo(), key());
    replay(
        facts,
        &Terms {
            month: "2026-11".parse().unwrap(),
            nursery,
            zone: &zone,
            roster: &roster,
            key: &key,
        },
    )
}

#[test]
fn each_family_by_hand() {
    let replay = replayed(&november(), &settings());
    assert_eq!(replay.tariff, Some(date(2027, 4, 1)));
    let sums: Vec<(u64, u64, i64, usize)> = replay
        .families
        .iter()
        .map(|f| (f.paid, f.would, f.difference(), f.unsettled.len()))
        .collect();
    assert_eq!(
        sums,
        [
            (450, 600, 150, 0), // 100+200+150; 200+300+100
            (0, 0, 0, 1),
            (0, 0, 0, 0),
            (100, 200, 100, 0), // on no roster
        ]
    );
    assert_eq!(
        (replay.paid(), replay.would(), replay.difference()),
        (550, 800, 250)
    );
    let open = &replay.families[1].unsettled[0];
    assert_eq!(
        (open.day, open.recorded, open.anew),
        (
            Some(date(2026, 11, 2)),
            Some(Unsettled::Clock),
            Some(Unsettled::Clock)
        )
    );
    assert_eq!(replay.families[3].who, Who::Unlisted { children: 1 });
}

#[test]
fn the_recorded_fees_neither_fill_the_cap_nor_change() {
    let mut settings = settings();
    // The recorded 300 of CHILD-A1 would leave 100 of this cap; reckoned anew it is whole.
    settings.tariffs[1].cap_yen = Some(400);
    let replay = replayed(&november(), &settings);
    assert_eq!(
        (replay.families[0].paid, replay.families[0].would),
        (450, 500)
    );
    settings.tariffs.clear();
    let free = replayed(&november(), &settings);
    assert_eq!((free.paid(), free.would()), (550, 0));
    assert_eq!(free.tariff, None);
}

#[test]
fn where_the_handover_counts_days_without_one_are_listed() {
    let mut settings = settings();
    settings.counts = machitap_domain::nursery::settings::Counts::Handover;
    let replay = replayed(&november(), &settings);
    assert_eq!(replay.would(), 0);
    let family = &replay.families[0];
    assert_eq!(family.unsettled.len(), 5);
    assert!(
        family
            .unsettled
            .iter()
            .all(|o| o.recorded.is_none() && o.anew == Some(Unsettled::Handover))
    );
}

#[test]
fn a_day_without_a_clock_is_listed_until_the_clock_is_known() {
    let mut book = Book::default();
    let unsure = Stamp {
        wall_ms: 0,
        quality: Quality::UNKNOWN,
        ..stamp(date(2026, 11, 2), "08:00", 0)
    };
    let came = book.passage("CHILD-C1", Direction::In, unsure);
    let replay = replayed(&book.children, &settings());
    let open = &replay.families[2].unsettled;
    assert_eq!(open.len(), 1);
    assert_eq!((open[0].day, open[0].anew), (None, Some(Unsettled::Clock)));
    let made = DayFee {
        day: DayKey::Boot(unsure.boot),
        fee: yen(70),
    };
    book.write("CHILD-C1", unsure, Some(came), FactBody::Fee(made));
    assert_eq!(book.children.fees_yen().len(), 0);
    let known = FactBody::ClockCorrected {
        boot: unsure.boot,
        boot_wall_ms: stamp(date(2026, 11, 2), "08:00", 0).wall_ms,
        quality: stamp(date(2026, 11, 2), "08:00", 20).quality,
    };
    book.write("CHILD-C1", unsure, None, known);
    let replay = replayed(&book.children, &settings());
    assert_eq!(replay.families[2].unsettled, []);
    // The fee has followed its passage into the month.
    assert_eq!(replay.families[2].paid, 70);
    let month: Month = "2026-11".parse().unwrap();
    assert_eq!(book.children.fees_yen(), BTreeMap::from([(month, 70)]));
}

#[test]
fn absurd_facts_stay_one_line() {
    let mut book = Book::default();
    let never = Date::MAX;
    for n in 0..10_000u32 {
        let stranger = format!("CHILD-{n:05}");
        let at = Stamp {
            wall_ms: if n % 2 == 0 { i64::MAX } else { i64::MIN },
            mono_ms: u64::MAX,
            boot: BootId(Uuid::from_u128(u128::from(n))),
            ..stamp(date(2026, 11, 2), "08:00", u64::MAX)
        };
        let out = book.passage(&stranger, Direction::Out, at);
        book.fee(&stranger, date(2026, 11, 2), out, yen(u32::MAX));
        book.fee(&stranger, never, out, yen(u32::MAX));
    }
    let replay = replayed(&book.children, &settings());
    assert_eq!(replay.families.len(), 4);
    assert_eq!(replay.paid(), 10_000 * u64::from(u32::MAX));
    assert_eq!(replay.difference(), -10_000 * i64::from(u32::MAX));
    for names in [Names::Told, Names::Kept] {
        assert!(text(&replay, names).len() < 12_000);
        assert!(csv(&replay, names).len() < 4_000);
    }
    let months = book.children.fees_yen();
    assert_eq!(months[&Month::of(never)], 10_000 * u64::from(u32::MAX));
}

#[test]
fn the_report_tells_names_only_when_asked() {
    let replay = replayed(&november(), &settings());
    let told = text(&replay, Names::Told);
    for said in [
        "2026-11: charged → under the tariff from 2027-04-01",
        "H-001 一番 あお・一番 あか: 450 → 600 (+150)",
        "1 children not on the roster, as for standard hours: 100 → 200 (+100)",
        "1 families: nothing either way",
        "in all: 550 → 800 (+250); 2 pay more, 0 less, 2 the same",
        "H-002 二番 うみ, 2026-11-02: charged: the time is not sure enough; new: the time",
    ] {
        assert!(told.contains(said), "{said} in:\n{told}");
    }
    let kept = text(&replay, Names::Kept);
    assert!(kept.contains("in all: 550 → 800 (+250)"));
    let table = csv(&replay, Names::Told);
    assert_eq!(
        table,
        "\u{feff}世帯,園児,請求（円）,新しい料金（円）,差（円）,職員が決める日\r\n\
         H-001,一番 あお・一番 あか,450,600,150,\r\n\
         H-002,二番 うみ,0,0,0,2026-11-02 二番 うみ 時刻が不確か\r\n\
         H-003,三番 そら,0,0,0,\r\n\
         名簿にない,1人（標準時間として計算）,100,200,100,\r\n\
         合計,,550,800,250,1日\r\n"
    );
    let numbered = csv(&replay, Names::Kept);
    for name in ["H-00", "一番", "二番", "あお", "名簿"] {
        assert!(!kept.contains(name) && !numbered.contains(name), "{name}");
    }
    assert!(numbered.contains("\r\n1,,450,600,150,0日\r\n2,,100,200,100,0日\r\n"));
}
