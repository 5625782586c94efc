//! `absences/{facility}.toml`: who said that a child does not come, or comes later.

use machitap_domain::{
    nursery::absence::{AbsenceKind, Absences, InvalidAbsences},
    roster::Roster,
};

use super::one_line;
use crate::flaw::{Flaw, Toml};

/// A guardian's line has at most so many characters.
const NOTE_MAX: usize = 80;

/// Reads and checks the notices of the facility the file is named after. Without a roster
/// (it has a slip of its own) children are not looked for.
pub(super) fn absences(toml: &Toml, stem: &str, roster: Option<&Roster>) -> Result<Absences, Flaw> {
    let absences: Absences = toml.parse()?;
    if absences.facility.as_str() != stem {
        return Err(toml.flaw(
            "facility",
            format_args!("the file is named after another facility: {stem}"),
        ));
    }
    absences.check().map_err(|why| {
        let (InvalidAbsences::Twice(id) | InvalidAbsences::Ends(id)) = &why;
        let n = absences.items.iter().rposition(|i| i.id == *id);
        let name = match why {
            InvalidAbsences::Twice(_) => "id",
            InvalidAbsences::Ends(_) => "until",
        };
        toml.flaw(&key(n.unwrap_or(0), name), why)
    })?;
    for (n, item) in absences.items.iter().enumerate() {
        let enrolled = |roster: &Roster| {
            roster
                .households
                .iter()
                .flat_map(|h| &h.children)
                .any(|c| c.citizen == item.child)
        };
        if roster.is_some_and(|r| !enrolled(r)) {
            return Err(toml.flaw(
                &key(n, "child"),
                format_args!("no child of this id stands in rosters/{stem}.toml"),
            ));
        }
        if item.at.is_some() && item.why != AbsenceKind::Late {
            return Err(toml.flaw(
                &key(n, "at"),
                "only a child that comes late has a time; why = \"late\"",
            ));
        }
        if item
            .note
            .as_ref()
            .is_some_and(|t| !one_line(t.reveal(), NOTE_MAX))
        {
            return Err(toml.flaw(
                &key(n, "note"),
                format_args!("a note has 1 to {NOTE_MAX} characters on one line"),
            ));
        }
    }
    Ok(absences)
}

fn key(n: usize, name: &str) -> String {
    format!("items#{}.{name}", n + 1)
}
