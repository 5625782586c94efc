//! The tables written by hand, and the columns of the kiosk's papers they speak of.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::journal::Local;

/// Each child's Monday, and each class's.
pub const REGISTER: &str = include_str!("../../town/monday/expected-register.csv");
/// Each charged day, and each class's sum.
pub const STATEMENT: &str = include_str!("../../town/monday/expected-statement.csv");
/// How many facts of each kind the script makes.
pub const FACTS: &str = include_str!("../../town/monday/expected-facts.csv");
/// The day after, under the new tariff.
pub const DECEMBER: &str = include_str!("../../town/monday/expected-december.csv");

/// The columns of a table of the papers that another one names, of the rows that tell of
/// a day (in the statement, a child's sum is none).
///
/// # Errors
/// When the file cannot be read, or has no such column.
pub fn columns(papers: &Path, like: &str) -> Result<String> {
    let text = fs::read_to_string(papers).with_context(|| papers.display().to_string())?;
    let text = text
        .strip_prefix('\u{feff}')
        .context("no byte order mark: a spreadsheet would guess")?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>()?;
    let head = rows.first().context("an empty table")?;
    let wanted: Vec<usize> = like
        .lines()
        .next()
        .into_iter()
        .flat_map(|line| line.split(','))
        .map(|name| {
            let place = head.iter().position(|cell| cell == name);
            place.with_context(|| format!("no column {name:?} in {head:?}"))
        })
        .collect::<Result<_>>()?;
    let day = head.iter().position(|cell| cell == "日付");
    let told = rows
        .iter()
        // The notes stand below an empty row.
        .take_while(|row| row.len() > 1)
        .filter(|row| day.is_none_or(|day| row.get(day) != Some("合計")));
    let mut found = String::new();
    for row in told {
        let cells: Vec<&str> = wanted
            .iter()
            .map(|n| row.get(*n).unwrap_or_default())
            .collect();
        found.push_str(&cells.join(","));
        found.push('\n');
    }
    Ok(found)
}

/// How often each kind of fact stands in the journal, of the kinds another table names. A
/// kind is its name; where there are several of one, with which after a colon.
///
/// # Errors
/// When a fact has no JSON form.
pub fn facts(journal: &Local, like: &str) -> Result<String> {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for stored in &journal.facts {
        let body = serde_json::to_value(&stored.fact.body)?;
        let word = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
        let kind = word("kind").context("a fact without a kind")?;
        let which = match kind.as_str() {
            "alarm" => word("alarm"),
            "alarm-seen" => word("found"),
            "refused" => word("why"),
            "attendance" => word("direction"),
            "emergency-closed" => Some(format!("{}/{}", body["found"], body["here"])),
            _ => None,
        };
        let name = which.map_or_else(|| kind.clone(), |which| format!("{kind}:{which}"));
        *counts.entry(name).or_default() += 1;
    }
    let mut found = String::new();
    for line in like.lines() {
        let kind = line.split(',').next().unwrap_or_default();
        match counts.get(kind) {
            _ if kind == "kind" => found.push_str(line),
            count => write!(found, "{kind},{}", count.copied().unwrap_or(0))?,
        }
        found.push('\n');
    }
    Ok(found)
}

/// Compares a table written by hand with the papers, line by line.
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
        "the {what}:\nonly in the table written by hand:\n  {}\nonly in what the kiosk wrote:\n  {}",
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

    #[test]
    fn only_the_named_columns_are_compared_and_sums_of_children_are_none() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("statement.csv");
        let text = "\u{feff}クラス,日付,金額(円)\r\nさくら組,2026-11-30,150\r\n\
                    さくら組,合計,\"1,150\"\r\nさくら組,クラス計,150\r\n\"\"\r\n注,さようなら\r\n";
        fs::write(&file, text).unwrap();
        let found = columns(&file, "日付,金額(円)\n…").unwrap();
        assert_eq!(found, "日付,金額(円)\n2026-11-30,150\nクラス計,150\n");
        assert!(columns(&file, "なまえ").is_err());
    }
}
