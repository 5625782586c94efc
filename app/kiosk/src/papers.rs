//! The month's papers: made from the journal's facts, written as CSV and as HTML to print,
//! to a stick at the door or by `machitap-kiosk papers`.

pub mod command;
pub mod ground;
mod pages;
pub mod shelf;
mod tables;
mod words;
pub(crate) mod work;

use std::fmt;

use jiff::civil::DateTime;
use machitap_domain::nursery::papers::{Month, Papers};
use machitap_kiosk_core::view::{PaperRow, YearMonth};
use serde::{Deserialize, Serialize};

/// Papers and what stands at their head.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'a> {
    /// The papers.
    pub papers: &'a Papers,
    /// The facility's name.
    pub facility: &'a str,
    /// The kiosk whose facts they are made from.
    pub kiosk: &'a str,
    /// When they were made, wall time of the facility; `None` without a trusted clock.
    pub made: Option<DateTime>,
}

/// A file of the papers. It holds names; `Debug` does not show them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperFile {
    /// Its name, of a-z, 0-9, '-' and '.': any file system of a stick takes it.
    pub name: String,
    /// Its content.
    pub text: String,
}

impl fmt::Debug for PaperFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PaperFile")
            .field("name", &self.name)
            .field("bytes", &self.text.len())
            .finish()
    }
}

/// The folder a month's papers are put into.
pub fn folder(month: Month) -> String {
    format!("machitap-{month}")
}

/// All files of a month: two tables, a register for each class, and the statements.
pub fn files(sheet: &Sheet<'_>) -> Vec<PaperFile> {
    let file = |name: String, text: String| PaperFile { name, text };
    let mut files = vec![
        file("register.csv".to_owned(), tables::register(sheet.papers)),
        file("statement.csv".to_owned(), tables::statement(sheet.papers)),
    ];
    for (n, class) in sheet.papers.classes.iter().enumerate() {
        let name = format!("register-{}.html", n + 1);
        files.push(file(name, pages::register(sheet, class)));
    }
    files.push(file("statement.html".to_owned(), pages::statement(sheet)));
    files
}

/// What the staff panel shows of them.
pub fn rows(papers: &Papers) -> Vec<PaperRow> {
    papers
        .classes
        .iter()
        .flat_map(|class| {
            class.children.iter().map(|child| PaperRow {
                name: child.name.clone(),
                class: class.name.clone(),
                present: child.totals.present,
                absent: child.totals.absent(),
                unknown: child.totals.unknown,
                minutes: child.sum.minutes(),
                yen: child.sum.yen,
            })
        })
        .collect()
}

/// The month as the domain has it; `None` for one that is none.
pub(crate) fn month_of(month: YearMonth) -> Option<Month> {
    Month::new(month.year, month.month)
}

/// The month as the screens have it.
pub(crate) fn shown(month: Month) -> YearMonth {
    YearMonth {
        year: month.year(),
        month: month.month(),
    }
}

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
