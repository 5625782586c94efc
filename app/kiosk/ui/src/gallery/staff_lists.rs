//! Long lists for the staff's pages, made from a few plainly invented names.

use machitap_domain::{nursery::absence::AbsenceKind, roster::ClassMark};
use machitap_kiosk_core::view::{
    Board, BoardChild, ClassRow, Counts, DataAge, Emergency, EmergencyRow, PaperRow, Papers, Place,
    Stick, View, WallTime, YearMonth,
};

use super::EVENING;

pub(super) const LONG_NAME: (&str, &str) = (
    "アレクサンドリーナ・ビクトリア 長宗我部",
    "あれくさんどりーな・びくとりあ ちょうそかべ",
);

const CLASSES: [(&str, ClassMark); 13] = [
    ("さくら組", ClassMark::Cherry),
    ("ひまわり組", ClassMark::Sunflower),
    ("くま組", ClassMark::Bear),
    ("うさぎ組", ClassMark::Rabbit),
    ("ほし組", ClassMark::Star),
    ("さかな組", ClassMark::Fish),
    ("たんぽぽ組（1歳児）", ClassMark::Sunflower),
    ("もも組", ClassMark::Cherry),
    ("りす組", ClassMark::Bear),
    ("ぞう組", ClassMark::Bear),
    ("つき組", ClassMark::Star),
    ("いるか組", ClassMark::Fish),
    ("ことり組", ClassMark::Rabbit),
];

const FAMILIES: [(&str, &str); 6] = [
    ("山田", "やまだ"),
    ("髙橋", "たかはし"),
    ("渡邉", "わたなべ"),
    ("齋藤", "さいとう"),
    ("小鳥遊", "たかなし"),
    ("長宗我部", "ちょうそかべ"),
];

const GIVEN: [(&str, &str); 5] = [
    ("花子", "はなこ"),
    ("太郎", "たろう"),
    ("結衣", "ゆい"),
    ("蓮", "れん"),
    ("さくら", "さくら"),
];

pub(super) const fn at(hour: u8, minute: u8) -> WallTime {
    WallTime {
        hour,
        minute,
        ..EVENING
    }
}

/// Thirty names, no two alike.
pub(super) fn names() -> Vec<(&'static str, &'static str)> {
    static ALL: std::sync::LazyLock<Vec<(String, String)>> = std::sync::LazyLock::new(|| {
        let pairs = FAMILIES
            .iter()
            .flat_map(|f| GIVEN.iter().map(move |g| (f, g)));
        pairs
            .map(|(f, g)| (format!("{} {}", f.0, g.0), format!("{} {}", f.1, g.1)))
            .collect()
    });
    ALL.iter().map(|(n, k)| (n.as_str(), k.as_str())).collect()
}

pub(super) fn child((name, kana): (&str, &str), mark: ClassMark, place: Place) -> BoardChild {
    BoardChild {
        name: name.to_owned().into(),
        kana: kana.to_owned().into(),
        mark,
        place,
        attention: false,
    }
}

/// A class of which each place holds someone.
pub(super) fn few() -> Vec<BoardChild> {
    let places = [
        Place::Here(Some(at(7, 58))),
        Place::Here(Some(at(8, 12))),
        Place::Expected,
        Place::Absent(AbsenceKind::Sick),
        Place::Later(Some(at(10, 30))),
        Place::Gone(Some(at(12, 5))),
        Place::Unknown,
        Place::Here(None),
        Place::Absent(AbsenceKind::Suspended),
        Place::Later(None),
        Place::NotToday,
    ];
    let mut children: Vec<_> = names()
        .into_iter()
        .zip(places)
        .map(|(name, place)| child(name, ClassMark::Cherry, place))
        .collect();
    children[1].attention = true;
    children
}

/// Thirty, every other name long, most with something to know.
pub(super) fn many() -> Vec<BoardChild> {
    let places = [
        Place::Here(Some(at(7, 58))),
        Place::Gone(Some(at(17, 32))),
        Place::Absent(AbsenceKind::Bereavement),
        Place::Unknown,
    ];
    names()
        .into_iter()
        .zip(places.into_iter().cycle())
        .enumerate()
        .map(|(i, (name, place))| {
            // Told apart by a number, as no two real names would be.
            let long = (format!("{}{}", LONG_NAME.0, i + 1), LONG_NAME.1);
            let name = if i % 2 == 0 {
                (long.0.as_str(), long.1)
            } else {
                name
            };
            let mut child = child(name, ClassMark::Sunflower, place);
            child.attention = i % 3 == 0;
            child
        })
        .collect()
}

pub(super) fn class_of(name: &str, mark: ClassMark, children: &[BoardChild]) -> ClassRow {
    let mut counts = Counts::default();
    for child in children {
        counts.enrolled += 1;
        match child.place {
            Place::Here(_) => counts.here += 1,
            Place::Gone(_) => counts.gone += 1,
            Place::Expected | Place::Later(_) => counts.expected += 1,
            Place::Absent(_) => counts.absent += 1,
            Place::Unknown => counts.unknown += 1,
            Place::NotToday => {}
        }
    }
    ClassRow {
        name: name.into(),
        mark,
        counts,
    }
}

const fn age(old: bool) -> DataAge {
    if old {
        DataAge {
            roster_days: Some(9),
            absences_days: None,
            connected: false,
            pending: 128,
            clock_trusted: false,
        }
    } else {
        DataAge {
            roster_days: Some(0),
            absences_days: Some(0),
            connected: true,
            pending: 0,
            clock_trusted: true,
        }
    }
}

pub(super) fn board(classes: usize, old: bool) -> View {
    let mut total = Counts::default();
    let mut classes: Vec<_> = CLASSES.into_iter().take(classes).collect();
    let classes = classes
        .drain(..)
        .zip(1u32..)
        .map(|((name, mark), n)| {
            let counts = Counts {
                enrolled: 12 + n,
                here: 7 + n - n % 3 * 2,
                gone: n % 3 * 2,
                expected: 2,
                absent: u32::from(n > 2),
                unknown: u32::from(n % 4 == 2),
            };
            total.enrolled += counts.enrolled;
            total.here += counts.here;
            total.gone += counts.gone;
            total.expected += counts.expected;
            total.absent += counts.absent;
            total.unknown += counts.unknown;
            ClassRow {
                name: name.into(),
                mark,
                counts,
            }
        })
        .collect();
    View::Board(Board {
        who: "佐藤 みどり".to_owned().into(),
        classes,
        total,
        alarms: if old { 12 } else { 0 },
        tasks: if old { 28 } else { 3 },
        emergency: old,
        age: age(old),
    })
}

pub(super) fn emergency(classes: usize, old: bool) -> View {
    let each = if old { 30 } else { 9 };
    let all = names();
    let mut rows = Vec::new();
    for (c, (class, mark)) in CLASSES.into_iter().take(classes).enumerate() {
        for i in 0..each {
            // In a full house names are told apart by a number, as no two real ones would be.
            let (name, kana) = all[(c * each + i) % all.len()];
            let (name, kana) = match (old, i % 2) {
                (false, _) => (name.to_owned(), kana),
                (true, 0) => (format!("{}{}", LONG_NAME.0, c * each + i + 1), LONG_NAME.1),
                (true, _) => (format!("{name} {}", c * each + i + 1), kana),
            };
            rows.push(EmergencyRow {
                name: name.into(),
                kana: kana.to_owned().into(),
                class: class.into(),
                mark,
                found: match i {
                    0..4 => Some((!old).then(|| at(10, 3))),
                    _ if c == 1 => Some(Some(at(10, 4))),
                    _ => None,
                },
            });
        }
    }
    let found = rows.iter().filter(|row| row.found.is_some()).count();
    View::Emergency(Emergency {
        since: (!old).then(|| at(10, 2)),
        rows,
        found: found.try_into().unwrap_or(u32::MAX),
        age: age(old),
        sure: old,
    })
}

/// So many rows; `None` while they are made.
pub(super) fn papers(count: Option<usize>, stick: Stick) -> View {
    let rows: Vec<_> = names()
        .into_iter()
        .cycle()
        .take(count.unwrap_or(0))
        .zip(CLASSES.into_iter().cycle())
        .zip(0u32..)
        .map(|(((name, _), (class, _)), n)| {
            let name = if n % 7 == 6 { LONG_NAME.0 } else { name };
            PaperRow {
                name: name.to_owned().into(),
                class: class.into(),
                present: 21 - n % 4,
                absent: n % 4,
                unknown: u32::from(n % 5 == 4),
                minutes: n % 9 * 145,
                yen: n % 9 * 500,
            }
        })
        .collect();
    View::Papers(Papers {
        month: YearMonth {
            year: 2026,
            month: 10,
        },
        rows: count.map(|_| rows),
        stick,
    })
}
