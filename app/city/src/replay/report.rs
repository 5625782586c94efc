//! A replayed month for whoever decides: on the terminal, and for a spreadsheet.

use std::fmt::Write;

use jiff::civil::Date;
use machitap_domain::nursery::fee::Unsettled;

use super::{Family, Open, Replay, Who};

/// Days left to staff that are listed on the terminal; the file has all of a roster's.
const OPEN_LISTED: usize = 100;

/// Days left to staff that stand in one cell of the file.
const OPEN_IN_CELL: usize = 40;

/// Whether names are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Each family by its children's names.
    Told,
    /// Totals only; in the file, families by number in the order of their difference.
    Kept,
}

/// The report for the terminal.
pub fn text(replay: &Replay, names: Names) -> String {
    let mut out = String::new();
    let tariff = match replay.tariff {
        Some(from) => format!("the tariff from {from}"),
        None => "no tariff at all".to_owned(),
    };
    // A String takes everything.
    let _ = writeln!(
        out,
        "{}: charged → under {tariff}, as if in force the whole month, yen",
        replay.month
    );
    let mut nothing = 0;
    for family in &replay.families {
        if family.paid == 0 && family.would == 0 && family.unsettled.is_empty() {
            nothing += 1;
        } else if names == Names::Told {
            let _ = writeln!(out, "  {}: {}", named(&family.who), sums(family));
        }
    }
    if nothing > 0 {
        let _ = writeln!(out, "  {nothing} families: nothing either way");
    }
    let count = |f: fn(i64) -> bool| {
        let differences = replay.families.iter().map(Family::difference);
        differences.filter(|d| f(*d)).count()
    };
    let _ = writeln!(
        out,
        "in all: {} → {} ({:+}); {} pay more, {} less, {} the same",
        replay.paid(),
        replay.would(),
        replay.difference(),
        count(|d| d > 0),
        count(|d| d < 0),
        count(|d| d == 0),
    );
    unsettled(&mut out, replay, names);
    out
}

fn unsettled(out: &mut String, replay: &Replay, names: Names) {
    let open: Vec<(&Family, &Open)> = replay
        .families
        .iter()
        .flat_map(|f| f.unsettled.iter().map(move |o| (f, o)))
        .collect();
    if open.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "{} days left to staff; such a day counts as 0 on that side",
        open.len()
    );
    if names == Names::Kept {
        return;
    }
    for (family, open) in open.iter().take(OPEN_LISTED) {
        let child = match (&open.child, &family.who) {
            (Some(name), Who::Household { id, .. }) => {
                format!("{} {}", id.reveal(), line(name.reveal()))
            }
            _ => "not on the roster".to_owned(),
        };
        let side = |why: Option<Unsettled>| match why {
            None => "settled",
            Some(Unsettled::Clock) => "the time is not sure enough",
            Some(Unsettled::Handover) => "no handover recorded",
        };
        let _ = writeln!(
            out,
            "  {child}, {}: charged: {}; new: {}",
            open.day
                .map_or_else(|| "day unknown".to_owned(), |d| d.to_string()),
            side(open.recorded),
            side(open.anew)
        );
    }
    if open.len() > OPEN_LISTED {
        let _ = writeln!(out, "  … and {} more", open.len() - OPEN_LISTED);
    }
}

fn named(who: &Who) -> String {
    match who {
        Who::Household { id, children } => {
            let names: Vec<String> = children.iter().map(|n| line(n.reveal())).collect();
            format!("{} {}", id.reveal(), names.join("・"))
        }
        Who::Unlisted { children } => {
            format!("{children} children not on the roster, as for standard hours")
        }
    }
}

fn sums(family: &Family) -> String {
    let open = match family.unsettled.len() {
        0 => String::new(),
        n => format!(", {n} days left to staff"),
    };
    format!(
        "{} → {} ({:+}){open}",
        family.paid,
        family.would,
        family.difference()
    )
}

/// A name on one line of a terminal.
fn line(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).collect()
}

/// The report as CSV (RFC 4180) in UTF-8 with a byte order mark, which is how a Japanese
/// spreadsheet opens it without a question.
pub fn csv(replay: &Replay, names: Names) -> String {
    let mut out = String::from("\u{feff}");
    row(
        &mut out,
        [
            "世帯",
            "園児",
            "請求（円）",
            "新しい料金（円）",
            "差（円）",
            "職員が決める日",
        ],
    );
    let mut families: Vec<&Family> = replay.families.iter().collect();
    if names == Names::Kept {
        // In the roster's order a number would be a name.
        families.sort_by_key(|f| std::cmp::Reverse((f.difference(), f.paid, f.unsettled.len())));
    }
    for (n, family) in families.iter().enumerate() {
        let (household, children) = match (&family.who, names) {
            (_, Names::Kept) => (format!("{}", n + 1), String::new()),
            (Who::Household { id, children }, Names::Told) => {
                let names: Vec<&str> = children.iter().map(|c| c.reveal().as_str()).collect();
                (id.reveal().to_owned(), names.join("・"))
            }
            (Who::Unlisted { children }, Names::Told) => (
                "名簿にない".to_owned(),
                format!("{children}人（標準時間として計算）"),
            ),
        };
        row(
            &mut out,
            [
                household.as_str(),
                &children,
                &family.paid.to_string(),
                &family.would.to_string(),
                &family.difference().to_string(),
                &open_cell(family, names),
            ],
        );
    }
    let open: usize = families.iter().map(|f| f.unsettled.len()).sum();
    row(
        &mut out,
        [
            "合計",
            "",
            &replay.paid().to_string(),
            &replay.would().to_string(),
            &replay.difference().to_string(),
            &format!("{open}日"),
        ],
    );
    out
}

fn open_cell(family: &Family, names: Names) -> String {
    if names == Names::Kept {
        return format!("{}日", family.unsettled.len());
    }
    let mut parts: Vec<String> = family
        .unsettled
        .iter()
        .take(OPEN_IN_CELL)
        .map(|open| {
            let day = open
                .day
                .map_or_else(|| "日付不明".to_owned(), |d: Date| d.to_string());
            let child = open.child.as_ref().map_or("", |c| c.reveal().as_str());
            let why = match open.recorded.or(open.anew) {
                Some(Unsettled::Handover) => "引き渡しの記録なし",
                _ => "時刻が不確か",
            };
            format!("{day} {child} {why}")
        })
        .collect();
    if family.unsettled.len() > OPEN_IN_CELL {
        parts.push(format!("ほか{}日", family.unsettled.len() - OPEN_IN_CELL));
    }
    parts.join("; ")
}

fn row<'a>(out: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (n, cell) in cells.into_iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        out.push_str(&quoted(cell));
    }
    out.push_str("\r\n");
}

/// A cell. One that a spreadsheet would take for a formula is made text; a number is none.
fn quoted(cell: &str) -> String {
    let formula =
        cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<i64>().is_err();
    let guard = if formula { "'" } else { "" };
    if formula || cell.contains([',', '"', '\r', '\n']) {
        format!("\"{guard}{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_text_whatever_it_holds() {
        for (cell, written) in [
            ("山田 花", "山田 花"),
            ("-300", "-300"),
            ("a,b", "\"a,b\""),
            ("say \"ah\"", "\"say \"\"ah\"\"\""),
            ("=1+1", "\"'=1+1\""),
            ("@x", "\"'@x\""),
            ("two\nlines", "\"two\nlines\""),
        ] {
            assert_eq!(quoted(cell), written, "{cell}");
        }
    }
}
