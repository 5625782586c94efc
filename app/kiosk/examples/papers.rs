//! Prints an invented class's month into a directory, to be looked at:
//! `cargo run -p machitap-kiosk --example papers -- DIR`.

use std::{env, fs, path::PathBuf};

use jiff::civil::{Time, Weekday, date, time};
use machitap_domain::{
    nursery::{
        absence::AbsenceKind,
        fee::Unsettled,
        papers::{
            Attended, Charge, ChildPapers, ClassPapers, DayMark, Line, Month, NotKept, OffRoster,
            Papers, Sum, Totals,
        },
        tariff::Care,
    },
    roster::CareFrom,
};
use machitap_kiosk::papers::{Sheet, files};

const CHILDREN: u32 = 26;

fn main() -> std::io::Result<()> {
    let dir = PathBuf::from(env::args_os().nth(1).expect("a directory"));
    fs::create_dir_all(&dir)?;
    let month: Month = "2026-10".parse().expect("a month");
    let papers = Papers {
        month,
        not_kept: Some(NotKept::Before(date(2026, 10, 2))),
        classes: vec![ClassPapers {
            name: "さくら組".to_owned(),
            children: (0..CHILDREN).map(|n| child(month, n)).collect(),
        }],
        off_roster: OffRoster::default(),
    };
    let sheet = Sheet {
        papers: &papers,
        facility: "みほん町立 みなみ保育園",
        kiosk: "nursery-door-1",
        made: Some(date(2026, 11, 2).at(9, 30, 0, 0)),
    };
    for file in files(&sheet) {
        fs::write(dir.join(file.name), file.text)?;
    }
    Ok(())
}

fn child(month: Month, n: u32) -> ChildPapers {
    let long = n % 9 == 4;
    let days: Vec<DayMark> = month
        .days()
        .map(|d| match (d.weekday(), d.day()) {
            (Weekday::Sunday, _) => DayMark::Closed,
            (_, 1) => DayMark::NotKept,
            (_, day) => mark(n, day.unsigned_abs().into()),
        })
        .collect();
    let lines: Vec<Line> = month
        .days()
        .zip(&days)
        .filter_map(|(date, mark)| line(n, date, mark))
        .collect();
    ChildPapers {
        name: if long {
            "勅使河原見本 龍之介左衛門".to_owned().into()
        } else {
            format!("見本野 みらい{n}").into()
        },
        kana: if long {
            "てしがわらみほん りゅうのすけざえもん".to_owned().into()
        } else {
            format!("みほんの みらい{n}").into()
        },
        care: vec![CareFrom {
            from: month.first(),
            care: if n.is_multiple_of(3) {
                Care::Short
            } else {
                Care::Standard
            },
        }],
        totals: Totals::of(&days),
        days,
        sum: Sum::of(&lines),
        lines,
        cap: None,
        undated: u32::from(n == 7),
    }
}

fn mark(n: u32, day: u32) -> DayMark {
    let at = |h: i8, m: u32| Time::new(h, i8::try_from(m % 60).unwrap_or(0), 0, 0).ok();
    let stay = Attended {
        first: at(7 + i8::from(n.is_multiple_of(2)), n * 7 + day * 3),
        last: at(16 + i8::from(n.is_multiple_of(3)), n * 5 + day * 11),
        comings: 1,
        late: (n + day).is_multiple_of(29),
        corrected: (n + day).is_multiple_of(23),
    };
    match (n * 31 + day * 17) % 97 {
        0 => DayMark::Unknown(Attended { last: None, ..stay }),
        1 => DayMark::Unreported,
        2..6 => DayMark::Absent(AbsenceKind::Sick),
        6 => DayMark::Absent(AbsenceKind::Family),
        7 => DayMark::Absent(AbsenceKind::Bereavement),
        8 => DayMark::NotEnrolled,
        _ => DayMark::Present(stay),
    }
}

fn line(n: u32, date: jiff::civil::Date, mark: &DayMark) -> Option<Line> {
    let DayMark::Present(attended) = mark else {
        return None;
    };
    let late = attended.last? >= time(17, 30, 0, 0);
    late.then(|| Line {
        date,
        care: Care::Standard,
        attended: *attended,
        handed_in: None,
        handed_out: (n == 3).then_some(attended.last).flatten(),
        open: false,
        charge: if date.day() == 7 {
            Charge::Waiting(Unsettled::Clock)
        } else {
            Charge::Settled {
                before_min: 0,
                after_min: 30,
                yen: 1_150,
                tariff: date.first_of_month(),
            }
        },
    })
}
