//! `rosters/{facility}.toml`: the people of one facility.

use std::collections::{BTreeMap, BTreeSet};

use machitap_domain::{
    FacilityId,
    attendance::Role,
    catalogue::Catalogue,
    ids::SystemId,
    points::caps::Age,
    roster::{Child, Guardian, Household, InvalidRoster, Roster},
};

use super::{NOTICE_MAX, one_line};
use crate::{
    flaw::{Flaw, Toml},
    pin,
};

pub(super) fn roster(toml: &Toml, stem: &str) -> Result<Roster, Flaw> {
    let roster: Roster = toml.parse()?;
    if roster.facility.as_str() != stem {
        return Err(toml.flaw(
            "facility",
            format_args!("the file is named after another facility: {stem}"),
        ));
    }
    roster.check().map_err(|why| match &why {
        InvalidRoster::CardTwice { second, .. } => toml.flaw_near(&place(second), why),
        InvalidRoster::NoChildren(id) | InvalidRoster::PersonTwice(id) => {
            toml.flaw_near(&format!("\"{id}\""), why)
        }
        InvalidRoster::BirthMonth(n) => toml.flaw(&format!("residents#{n}.birth_month"), why),
        InvalidRoster::LinkTwice { system, second, .. } => {
            toml.flaw(&format!("residents#{second}.links.{system}"), why)
        }
    })?;
    for (n, staff) in roster.staff.iter().enumerate() {
        pin::check(&staff.pin_hash)
            .map_err(|why| toml.flaw(&format!("staff#{}.pin_hash", n + 1), why))?;
    }
    for (n, household) in roster.households.iter().enumerate() {
        self::household(household)
            .map_err(|(key, what)| toml.flaw(&format!("households#{}.{key}", n + 1), what))?;
    }
    Ok(roster)
}

/// What a roster names and the catalogue must know: the events of its facility, and the systems
/// that residents have numbers in. A number that serves nothing is not kept, and one under a
/// misspelt name would turn a patient away.
pub(super) fn known(toml: &Toml, roster: &Roster, catalogue: &Catalogue) -> Result<(), Flaw> {
    let facilities = &catalogue.facilities;
    let events = facilities
        .get(&roster.facility)
        .and_then(|f| f.service.as_event());
    for (n, attending) in (1..).zip(&roster.attending) {
        if events.is_none_or(|e| e.event(&attending.event).is_none()) {
            let why = format_args!("{} has no event {}", roster.facility, attending.event);
            return Err(toml.flaw(&format!("attending#{n}.event"), why));
        }
    }
    let systems: BTreeSet<&SystemId> = facilities
        .values()
        .filter_map(|f| f.service.linked_system())
        .collect();
    for (n, resident) in (1..).zip(&roster.residents) {
        if let Some(system) = resident.links.keys().find(|s| !systems.contains(s)) {
            let why = format_args!("no facility of the catalogue names the system {system}");
            return Err(toml.flaw(&format!("residents#{n}.links.{system}"), why));
        }
    }
    Ok(())
}

/// The first resident of whom another roster says another age or month: caps that several
/// facilities share need one word on each.
pub(super) fn gainsaid(
    toml: &Toml,
    roster: &Roster,
    others: &BTreeMap<FacilityId, Roster>,
) -> Option<Flaw> {
    let differ =
        |here: Option<u8>, there: Option<u8>| here.is_some() && there.is_some() && here != there;
    for (n, resident) in roster.residents.iter().enumerate() {
        for (facility, other) in others {
            let there = other.for_points(&resident.citizen);
            let age = |age: Option<Age>| age.map(|a| a as u8);
            let key = if differ(age(resident.age), age(there.age)) {
                "age"
            } else if differ(resident.birth_month, there.birth_month) {
                "birth_month"
            } else {
                continue;
            };
            let key = format!("residents#{}.{key}", n + 1);
            return Some(toml.flaw(&key, format_args!("the roster of {facility} says another")));
        }
    }
    None
}

/// What to look for in the text for a place as [`InvalidRoster::CardTwice`] names it.
fn place(named: &str) -> String {
    match named.strip_prefix("household ") {
        Some(id) => format!("\"{id}\""),
        None => format!("[[{}", named.split(' ').next().unwrap_or_default()),
    }
}

/// The key below the household, and what is wrong.
type Slip = (String, String);

fn household(household: &Household) -> Result<(), Slip> {
    for (n, c) in household.children.iter().enumerate() {
        child(c).map_err(|(key, what)| (format!("children#{}.{key}", n + 1), what.to_owned()))?;
    }
    for (n, p) in household.people.iter().enumerate() {
        person(p).map_err(|(key, what)| (format!("people#{}.{key}", n + 1), what.to_owned()))?;
    }
    for (n, notice) in household.notices.iter().enumerate() {
        let key = |name: &str| format!("notices#{}.{name}", n + 1);
        if household.notices[..n].iter().any(|m| m.id == notice.id) {
            return Err((
                key("id"),
                "two notices of one household share this id".into(),
            ));
        }
        let text = notice.text.reveal();
        if ![Some(&text.ja), text.en.as_ref()]
            .into_iter()
            .flatten()
            .all(|t| one_line(t, NOTICE_MAX))
        {
            let what = format!("a notice has 1 to {NOTICE_MAX} characters on one line");
            return Err((key("text"), what));
        }
    }
    Ok(())
}

fn child(child: &Child) -> Result<(), (&'static str, &'static str)> {
    if let (Some(from), Some(until)) = (child.from, child.until)
        && until < from
    {
        return Err(("until", "the last day comes before the first"));
    }
    let mut days: Vec<_> = child.care.iter().map(|c| c.from).collect();
    days.sort_unstable();
    if days.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(("care", "two certificates begin on the same day"));
    }
    Ok(())
}

fn person(person: &Guardian) -> Result<(), (&'static str, &'static str)> {
    if !matches!(person.role, Role::Guardian | Role::Collector) {
        return Err(("role", "is guardian or collector"));
    }
    if person.barred && !person.when.is_empty() {
        return Err((
            "when",
            "a barred person is barred every day; take out either when or barred",
        ));
    }
    let backwards = |w: &machitap_domain::roster::When| matches!((w.from, w.until), (Some(from), Some(until)) if until < from);
    if person.when.iter().any(backwards) {
        return Err(("when", "the last day comes before the first"));
    }
    Ok(())
}
