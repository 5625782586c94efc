//! The tables written by hand, and the same tables as the journal has them.

use std::fmt::Write as _;

use anyhow::{Result, ensure};
use jiff::{Timestamp, civil::Date};
use machitap_domain::{
    DayKey,
    attendance::{ChildDays, Depth, Direction, Passage},
    fold::Folds,
    nursery::{absence::AbsenceKind, fee::Fee, tariff::Care},
    pseudonym::PurposeKey,
    roster::Child,
};

use super::Monday;
use crate::{journal::Local, ledger};

/// In, out and mark of each child, by class.
pub const REGISTER: &str = include_str!("../../town/monday/expected-register.csv");
/// Each charged day.
pub const STATEMENT: &str = include_str!("../../town/monday/expected-statement.csv");

/// What the journal says of a day: the register and the statement, as CSV.
///
/// # Errors
/// When a time is none.
pub fn of_journal(
    monday: &Monday,
    journal: &Local,
    key: &PurposeKey,
    day: Date,
) -> Result<(String, String)> {
    let zone = ledger::zone();
    let mut folds = Folds::with_depth(Depth::PAPERS);
    for stored in &journal.facts {
        folds.apply(&stored.fact, &zone);
    }
    let mut register = String::from("class,name,stays,mark\n");
    let mut statement = String::from("class,name,care,day,before_min,after_min,yen\n");
    for child in monday.by_class() {
        let days = folds.child(&key.pseudonym(&child.citizen));
        let (class, name) = (&child.class, child.name.reveal());
        let stays = stays(&days, day)?;
        let mark = if stays.is_empty() {
            mark(monday, child, &days, day)
        } else {
            ""
        };
        writeln!(register, "{class},{name},{stays},{mark}")?;
        if let Some(Fee::Settled {
            yen,
            before_min,
            after_min,
            ..
        }) = days.fee_on(DayKey::Date(day)).map(|made| made.fee)
            && yen > 0
        {
            let care = match child.care(day) {
                Care::Standard => "standard",
                Care::Short => "short",
            };
            writeln!(
                statement,
                "{class},{name},{care},{day},{before_min},{after_min},{yen}"
            )?;
        }
    }
    Ok((register, statement))
}

fn stays(days: &ChildDays, day: Date) -> Result<String> {
    let mut text = String::new();
    for passage in days.standing_on(DayKey::Date(day)) {
        if passage.direction == Direction::In && !text.is_empty() {
            text.push(' ');
        }
        if passage.direction == Direction::Out {
            text.push('-');
        }
        text.push_str(&minute(passage)?);
    }
    Ok(text)
}

fn minute(passage: &Passage) -> Result<String> {
    let at = Timestamp::from_millisecond(passage.at.wall_ms)?;
    Ok(ledger::zone().to_datetime(at).strftime("%H:%M").to_string())
}

fn mark(monday: &Monday, child: &Child, days: &ChildDays, day: Date) -> &'static str {
    if !child.is_enrolled(day) {
        return "left";
    }
    let said = monday.absences.of(&child.citizen, day).map(|n| n.why);
    let entered = days.excused_on(day).map(|e| e.why);
    match said.chain(entered).find(|why| *why != AbsenceKind::Late) {
        None => "unknown",
        Some(AbsenceKind::Sick) => "sick",
        Some(AbsenceKind::Family) => "family",
        Some(AbsenceKind::Suspended) => "suspended",
        Some(AbsenceKind::Bereavement) => "bereavement",
        Some(AbsenceKind::Other) => "other",
        Some(AbsenceKind::Late) => "late",
    }
}

/// Compares two tables line by line.
///
/// # Errors
/// With every line that only one of them has.
pub fn compare(what: &str, by_hand: &str, found: &str) -> Result<()> {
    let only = |these: &str, those: &str| -> Vec<String> {
        let those: Vec<&str> = those.lines().collect();
        let lines = these.lines().filter(|line| !those.contains(line));
        lines.map(str::to_owned).collect()
    };
    let (missing, added) = (only(by_hand, found), only(found, by_hand));
    ensure!(
        missing.is_empty() && added.is_empty(),
        "the {what}:\nonly in the table written by hand:\n  {}\nonly in what was found:\n  {}",
        missing.join("\n  "),
        added.join("\n  ")
    );
    ensure!(
        by_hand.lines().eq(found.lines()),
        "the {what} has the right lines in another order, or one of them twice"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_of_one_line_is_found() {
        assert!(compare("t", "a\nb\n", "a\nb\n").is_ok());
        for other in ["a\n", "a\nc\n", "b\na\n", "a\nb\nb\n", "a\nb\nc\n"] {
            assert!(compare("t", "a\nb\n", other).is_err(), "{other:?}");
        }
    }
}
