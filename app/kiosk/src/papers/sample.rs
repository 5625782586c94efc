//! A small invented month: February 2027 of a nursery with two classes, made on the 25th.

use jiff::civil::{Date, DateTime, Time, Weekday, date, time};
use machitap_domain::{
    nursery::{
        absence::AbsenceKind,
        fee::Unsettled,
        papers::{
            Attended, Cap, Charge, ChildPapers, ClassPapers, DayMark, Line, Month, NotKept,
            OffRoster, Papers, Sum, Totals,
        },
        tariff::Care,
    },
    roster::CareFrom,
};

use super::Sheet;

pub(super) fn month() -> Month {
    "2027-02".parse().unwrap()
}

pub(super) fn day(n: i8) -> Date {
    date(2027, 2, n)
}

fn at(text: &str) -> Option<Time> {
    (!text.is_empty()).then(|| text.parse().unwrap())
}

pub(super) fn stay(first: &str, last: &str) -> Attended {
    Attended {
        first: at(first),
        last: at(last),
        comings: 1,
        ..Attended::default()
    }
}

/// An open month without a record: Sundays closed, blank from the 25th on.
fn empty() -> Vec<DayMark> {
    month()
        .days()
        .map(|d| match d {
            d if d.weekday() == Weekday::Sunday => DayMark::Closed,
            d if d.day() >= 25 => DayMark::Blank,
            _ => DayMark::Unreported,
        })
        .collect()
}

pub(super) fn child(
    name: &str,
    kana: &str,
    marks: &[(i8, DayMark)],
    lines: Vec<Line>,
) -> ChildPapers {
    let mut days = empty();
    for (n, mark) in marks {
        days[usize::from(n.unsigned_abs()) - 1] = *mark;
    }
    ChildPapers {
        name: name.to_owned().into(),
        kana: kana.to_owned().into(),
        care: vec![CareFrom {
            from: day(1),
            care: Care::Standard,
        }],
        totals: Totals::of(&days),
        days,
        sum: Sum::of(&lines),
        lines,
        cap: None,
        undated: 0,
    }
}

pub(super) fn line(n: i8, attended: Attended, before_min: u32, after_min: u32, yen: u32) -> Line {
    Line {
        date: day(n),
        care: Care::Standard,
        attended,
        handed_in: None,
        handed_out: None,
        open: false,
        charge: Charge::Settled {
            before_min,
            after_min,
            yen,
            tariff: date(2026, 4, 1),
        },
    }
}

pub(super) fn papers() -> Papers {
    let early = stay("07:31", "18:04");
    let late = Attended {
        late: true,
        ..stay("10:05", "17:00")
    };
    let mended = Attended {
        corrected: true,
        ..stay("08:45", "17:45")
    };
    let open = stay("08:50", "");
    let hana = ChildPapers {
        care: vec![
            CareFrom {
                from: day(1),
                care: Care::Standard,
            },
            CareFrom {
                from: day(16),
                care: Care::Short,
            },
        ],
        cap: Some(Cap {
            yen: 3_000,
            reached: false,
        }),
        ..child(
            "見本野 はな",
            "みほんの はな",
            &[
                (1, DayMark::NotKept),
                (2, DayMark::Present(early)),
                (3, DayMark::Present(late)),
                (4, DayMark::Absent(AbsenceKind::Sick)),
                (5, DayMark::Absent(AbsenceKind::Suspended)),
                (16, DayMark::Present(mended)),
                (17, DayMark::Unknown(open)),
            ],
            vec![
                line(2, early, 29, 64, 1_250),
                Line {
                    care: Care::Short,
                    charge: Charge::Waiting(Unsettled::Handover),
                    handed_in: at("08:52"),
                    ..line(16, mended, 0, 0, 0)
                },
                Line {
                    care: Care::Short,
                    open: true,
                    ..line(17, open, 10, 0, 100)
                },
            ],
        )
    };
    let hostile = ChildPapers {
        undated: 2,
        ..child(
            "=SUM(A1) <script>太郎</script>",
            "-たろう\u{202e}",
            &[
                (1, DayMark::NotEnrolled),
                (2, DayMark::Absent(AbsenceKind::Family)),
                (3, DayMark::Absent(AbsenceKind::Bereavement)),
                (4, DayMark::Present(stay("", "16:30"))),
            ],
            Vec::new(),
        )
    };
    let class = |name: &str, children| ClassPapers {
        name: name.to_owned(),
        children,
    };
    Papers {
        month: month(),
        not_kept: Some(NotKept::Before(day(2))),
        classes: vec![
            class("さくら組", vec![hana]),
            class("@ほし, \"組\"", vec![hostile]),
        ],
        off_roster: OffRoster {
            children: 1,
            yen: 1_200,
        },
    }
}

pub(super) fn made() -> Option<DateTime> {
    Some(day(25).to_datetime(time(9, 30, 0, 0)))
}

pub(super) fn sheet(papers: &Papers) -> Sheet<'_> {
    Sheet {
        papers,
        facility: "みほん & 保育園",
        kiosk: "nursery-door-1",
        made: made(),
    }
}
