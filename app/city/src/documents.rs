//! The city's documents as people write them: a directory of TOML files.

mod absences;
mod fares;
mod groups;
mod look;
mod nursery;
mod people;

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use machitap_domain::{
    CitizenId, CityId, FacilityId, Pii,
    catalogue::{Catalogue, InvalidCatalogue, Text},
    notices::{Notice, Notices},
    nursery::absence::Absences,
    roster::Roster,
};
use serde::Deserialize;

use crate::flaw::{Flaw, Toml};
use look::Drawings;

pub use fares::{Holder, Holders};
pub use groups::{GROUP_NAME_MAX, Group, Groups};

/// A nickname has at most so many characters: it stands on a kiosk's screen.
pub const NICKNAME_MAX: usize = 12;

/// A notice has at most so many characters.
pub const NOTICE_MAX: usize = 120;

/// All documents, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Documents {
    /// `catalogue.toml`, with `crest.svg` and `mascot.svg` where they are there.
    pub catalogue: Catalogue,
    /// `notices.toml`; empty without it.
    pub notices: Notices,
    /// `rosters/{facility}.toml`.
    pub rosters: BTreeMap<FacilityId, Roster>,
    /// `absences/{facility}.toml`, of those nurseries that have one.
    pub absences: BTreeMap<FacilityId, Absences>,
    /// `fares.toml`, where the town has one.
    pub fares: Option<Holders>,
    /// `nicknames.toml`; empty without it.
    pub nicknames: BTreeMap<CitizenId, Pii<String>>,
    /// `groups.toml`; empty without it.
    pub groups: Groups,
}

/// Why the documents are not taken.
#[derive(Debug, thiserror::Error)]
pub enum Rejected {
    /// Slips, one for each file that has any.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Flaws(Vec<Flaw>),
    /// A file that could not be read.
    #[error("{}: {why}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoticesFile {
    #[serde(default)]
    items: Vec<NoticeItem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoticeItem {
    text: Text,
    #[serde(default)]
    until: Option<toml::value::Datetime>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct NicknamesFile {
    #[serde(default)]
    nicknames: BTreeMap<String, Pii<String>>,
}

/// Reads and checks the documents of that city.
///
/// # Errors
/// [`Rejected`], with a slip of every file that has one.
pub fn read(dir: &Path, city: &CityId) -> Result<Documents, Rejected> {
    let mut flaws = Vec::new();
    let path = dir.join("catalogue.toml");
    let drawings = Drawings::beside(&path)?;
    let catalogue = keep(&mut flaws, catalogue(&load(&path)?, drawings, city));
    let notices = match optional(&dir.join("notices.toml"))? {
        Some(toml) => keep(&mut flaws, notices(&toml)),
        None => Some(Notices::default()),
    };
    let nicknames = match optional(&dir.join("nicknames.toml"))? {
        Some(toml) => keep(&mut flaws, nicknames(&toml)),
        None => Some(BTreeMap::new()),
    };
    let groups = match optional(&dir.join("groups.toml"))? {
        Some(toml) => keep(&mut flaws, groups::groups(&toml)),
        None => Some(Groups::default()),
    };
    let mut rosters = BTreeMap::new();
    for (stem, path) in toml_files(&dir.join("rosters"))? {
        let toml = load(&path)?;
        let known = catalogue.as_ref().map(|c| &c.facilities);
        if let Some(roster) = keep(&mut flaws, people::roster(&toml, &stem)) {
            if known.is_some_and(|k| !k.contains_key(&roster.facility)) {
                flaws.push(toml.flaw(
                    "facility",
                    format_args!("the catalogue has no facility {}", roster.facility),
                ));
            }
            let named = catalogue.as_ref().map(|c| people::known(&toml, &roster, c));
            flaws.extend(named.and_then(Result::err));
            flaws.extend(people::gainsaid(&toml, &roster, &rosters));
            rosters.insert(roster.facility.clone(), roster);
        }
    }
    let mut absences = BTreeMap::new();
    for (stem, path) in toml_files(&dir.join("absences"))? {
        let toml = load(&path)?;
        let roster = roster_for(&stem, &rosters, dir);
        if let Some(of) = keep(
            &mut flaws,
            absences::absences(&toml, &stem, roster.as_ref()),
        ) {
            let service = catalogue.as_ref().map(|c| c.facilities.get(&of.facility));
            if service.is_some_and(|f| f.is_none_or(|f| f.service.as_nursery().is_none())) {
                flaws.push(toml.flaw(
                    "facility",
                    format_args!("the catalogue has no nursery {}", of.facility),
                ));
            }
            absences.insert(of.facility.clone(), of);
        }
    }
    let fares = match optional(&dir.join("fares.toml"))? {
        Some(toml) => keep(&mut flaws, fares::holders(&toml, catalogue.as_ref())),
        None => None,
    };
    match (catalogue, notices, nicknames, groups) {
        (Some(catalogue), Some(notices), Some(nicknames), Some(groups)) if flaws.is_empty() => {
            Ok(Documents {
                catalogue,
                notices,
                rosters,
                absences,
                fares,
                nicknames,
                groups,
            })
        }
        _ => Err(Rejected::Flaws(flaws)),
    }
}

/// The roster the notices of a facility are checked against: an empty one where there is
/// no file, none where the file has a slip.
fn roster_for(stem: &str, rosters: &BTreeMap<FacilityId, Roster>, dir: &Path) -> Option<Roster> {
    let facility = FacilityId::new(stem).ok()?;
    match rosters.get(&facility) {
        Some(roster) => Some(roster.clone()),
        None if dir.join("rosters").join(format!("{stem}.toml")).exists() => None,
        None => Some(Roster::empty(facility)),
    }
}

/// Reads and checks a catalogue of that city.
///
/// # Errors
/// [`Rejected`].
pub fn read_catalogue(path: &Path, city: &CityId) -> Result<Catalogue, Rejected> {
    let drawings = Drawings::beside(path)?;
    catalogue(&load(path)?, drawings, city).map_err(|flaw| Rejected::Flaws(vec![flaw]))
}

/// Reads and checks the roster of one facility; an empty one where it has no file.
///
/// # Errors
/// [`Rejected`].
pub fn read_roster(dir: &Path, facility: &FacilityId) -> Result<Roster, Rejected> {
    match optional(&dir.join("rosters").join(format!("{facility}.toml")))? {
        Some(toml) => {
            people::roster(&toml, facility.as_str()).map_err(|flaw| Rejected::Flaws(vec![flaw]))
        }
        None => Ok(Roster::empty(facility.clone())),
    }
}

/// Reads and checks the absence notices of one nursery; none where it has no file.
///
/// # Errors
/// [`Rejected`].
pub fn read_absences(dir: &Path, roster: &Roster) -> Result<Absences, Rejected> {
    let facility = &roster.facility;
    match optional(&dir.join("absences").join(format!("{facility}.toml")))? {
        Some(toml) => absences::absences(&toml, facility.as_str(), Some(roster))
            .map_err(|flaw| Rejected::Flaws(vec![flaw])),
        None => Ok(Absences::none(facility.clone())),
    }
}

fn keep<T>(flaws: &mut Vec<Flaw>, read: Result<T, Flaw>) -> Option<T> {
    read.map_err(|flaw| flaws.push(flaw)).ok()
}

fn load(path: &Path) -> Result<Toml, Rejected> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Toml::new(path, text)),
        Err(why) => Err(Rejected::File {
            path: path.to_owned(),
            why,
        }),
    }
}

fn optional(path: &Path) -> Result<Option<Toml>, Rejected> {
    match load(path) {
        Err(Rejected::File { why, .. }) if why.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}

fn toml_files(dir: &Path) -> Result<Vec<(String, PathBuf)>, Rejected> {
    let failed = |why| Rejected::File {
        path: dir.to_owned(),
        why,
    };
    let entries = match fs::read_dir(dir) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(failed)?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|e| e == "toml")
            && let Some(stem) = path.file_stem().and_then(|s| s.to_str())
        {
            files.push((stem.to_owned(), path));
        }
    }
    files.sort();
    Ok(files)
}

fn catalogue(toml: &Toml, drawings: Drawings, city: &CityId) -> Result<Catalogue, Flaw> {
    let mut catalogue: Catalogue = toml
        .parse()
        .map_err(|flaw| nursery::better_placed(toml, flaw))?;
    if catalogue.city != *city {
        return Err(toml.flaw("city", format_args!("this city is {city}")));
    }
    drawings.hang(toml, &mut catalogue.look)?;
    for (id, facility) in &catalogue.facilities {
        if facility.zone().is_err() {
            return Err(toml.flaw(
                &format!("facilities.{id}.time_zone"),
                InvalidCatalogue::TimeZone(facility.time_zone.clone()),
            ));
        }
    }
    nursery::check(toml, &catalogue)?;
    catalogue.check().map_err(|why| {
        let key = match &why {
            InvalidCatalogue::Timing { facility, key, .. } => {
                format!("facilities.{facility}.timing.{key}")
            }
            InvalidCatalogue::Points(facility)
            | InvalidCatalogue::Rules { facility, .. }
            | InvalidCatalogue::Fare { facility, .. }
            | InvalidCatalogue::Event { facility, .. }
            | InvalidCatalogue::Reception { facility, .. }
            | InvalidCatalogue::Nursery { facility, .. } => {
                format!("facilities.{facility}.service")
            }
            InvalidCatalogue::Sound { facility, why } => {
                format!("facilities.{facility}.sound.{}", why.key())
            }
            InvalidCatalogue::TownPoints(_) => "points".to_owned(),
            InvalidCatalogue::Look(why) => {
                return toml.flaw(&format!("look.{}", why.key()), why);
            }
            InvalidCatalogue::Draw(_) => "draws".to_owned(),
            InvalidCatalogue::Offers(_) => "offers".to_owned(),
            InvalidCatalogue::Pairing(_) => "pairing".to_owned(),
            InvalidCatalogue::Registration(_) => "registration".to_owned(),
            InvalidCatalogue::TimeZone(_) | InvalidCatalogue::Empty => "facilities".to_owned(),
        };
        toml.flaw(&key, why)
    })?;
    for table in &catalogue.draws {
        if table.kiosks.values().any(|a| a.commitment.is_some()) {
            let why = format_args!("{}: commitments are written by `publish`", table.id);
            return Err(toml.flaw("draws", why));
        }
    }
    Ok(catalogue)
}

fn notices(toml: &Toml) -> Result<Notices, Flaw> {
    let file: NoticesFile = toml.parse()?;
    let mut items = Vec::new();
    for (n, item) in file.items.into_iter().enumerate() {
        let key = |name: &str| format!("items#{}.{name}", n + 1);
        if item.text.ja.trim().is_empty() {
            return Err(toml.flaw(&key("text"), "a notice says something in Japanese"));
        }
        let longest = [Some(&item.text.ja), item.text.en.as_ref()]
            .into_iter()
            .flatten()
            .map(|t| t.chars().count())
            .max();
        if longest > Some(NOTICE_MAX) {
            return Err(toml.flaw(
                &key("text"),
                format_args!("a notice has at most {NOTICE_MAX} characters"),
            ));
        }
        let until_ms = item
            .until
            .map(|at| {
                at.to_string()
                    .parse::<Timestamp>()
                    .map(Timestamp::as_millisecond)
                    .map_err(|_| {
                        toml.flaw(
                            &key("until"),
                            "is a moment with its offset, as in 2027-03-31T17:00:00+09:00",
                        )
                    })
            })
            .transpose()?;
        items.push(Notice {
            text: item.text,
            until_ms,
        });
    }
    Ok(Notices { items })
}

fn nicknames(toml: &Toml) -> Result<BTreeMap<CitizenId, Pii<String>>, Flaw> {
    let file: NicknamesFile = toml.parse()?;
    let mut out = BTreeMap::new();
    for (id, nickname) in file.nicknames {
        let key = format!("nicknames.{id}");
        let citizen = CitizenId::new(&id).map_err(|why| toml.flaw(&key, why))?;
        let text = nickname.reveal();
        if text.trim().is_empty()
            || text.chars().count() > NICKNAME_MAX
            || text.chars().any(char::is_control)
        {
            return Err(toml.flaw(
                &key,
                format_args!("a nickname has 1 to {NICKNAME_MAX} characters on one line"),
            ));
        }
        out.insert(citizen, nickname);
    }
    Ok(out)
}

/// True for a text of 1 to `max` characters that stands on one line.
fn one_line(text: &str, max: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= max && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests;
