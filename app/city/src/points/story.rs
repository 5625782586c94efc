//! A resident's points in plain lines: what was given, what was cut and by what, what was spent,
//! and what ended.

use std::collections::BTreeMap;

use jiff::civil::Date;
use machitap_domain::{
    FactKey, Pseudonym,
    points::{
        award::AwardReason,
        caps::{CapHit, Period, Scope},
        ledger::{SpendMade, Why},
        merge::{AwardMade, Cut, Verdict},
        spend::{SpendFor, SpendVerdict},
    },
    time::DayKey,
};

use super::{Resident, Town};

/// The lines, oldest first; what nobody knows the day of stands first of all.
pub fn lines(town: &Town, who: &Pseudonym, resident: &Resident, today: Date) -> Vec<String> {
    let verdicts = resident.awards.judge(&town.catalogue, town.person(who));
    let mut lines: Vec<(Option<Date>, u8, String)> = Vec::new();
    for award in resident.awards.iter() {
        let day = match award.day {
            DayKey::Date(day) => Some(day),
            DayKey::Boot(_) => None,
        };
        lines.push((day, 0, given(award, verdicts.get(&award.key))));
    }
    let mut lent: BTreeMap<FactKey, u64> = BTreeMap::new();
    for entry in resident.ledger(town, who, today).entries() {
        match (&entry.about, entry.why) {
            (Some(spend), Why::Loan) => {
                lent.insert(spend.clone(), entry.points);
            }
            (Some(_), Why::Repayment) => {
                let said = format!("{} points pay back what the town lent", entry.points);
                lines.push((entry.day, 1, said));
            }
            (None, Why::Expiry) => {
                lines.push((entry.day, 3, format!("{} points ended", entry.points)));
            }
            _ => {}
        }
    }
    for spend in resident.spends.in_order() {
        let undone = resident.awards.is_undone(&spend.fact);
        let said = spent(spend, undone, lent.get(&spend.key).copied());
        lines.push((Some(spend.day), 2, said));
    }
    lines.sort();
    let dated = |(day, _, said): (Option<Date>, u8, String)| {
        let day = day.map_or_else(|| "unknown day".to_owned(), |d| d.to_string());
        format!("{day}: {said}")
    };
    lines.into_iter().map(dated).collect()
}

fn given(award: &AwardMade, verdict: Option<&Verdict>) -> String {
    let (points, at) = (award.points, &award.facility);
    let what = reason(&award.reason);
    let stands = verdict.map_or(0, |v| v.stands);
    let cut = match verdict.and_then(|v| v.cut) {
        None => return format!("{points} points for {what} at {at}"),
        Some(Cut::Undone) => "it was taken back".to_owned(),
        Some(Cut::Given) => "the rules give it no more often".to_owned(),
        Some(Cut::Capped(hit)) => capped(hit),
    };
    format!("{stands} of {points} points for {what} at {at}: {cut}")
}

fn reason(reason: &AwardReason) -> String {
    match reason {
        AwardReason::Visit => "a visit".to_owned(),
        AwardReason::FirstVisit => "the first visit".to_owned(),
        AwardReason::Streak => "days in a row".to_owned(),
        AwardReason::Stamps => "a full stamp card".to_owned(),
        AwardReason::Window => "the day or the hour".to_owned(),
        AwardReason::Birthday => "the month of birth".to_owned(),
        AwardReason::Campaign(id) => format!("the campaign {id}"),
        AwardReason::Volunteering(id) => format!("help with {id}"),
        AwardReason::Event(id) => format!("the event {id}"),
    }
}

fn capped(hit: CapHit) -> String {
    let period = match hit.period {
        Period::Day => "day",
        Period::Month => "month",
        Period::Year => "year",
    };
    let scope = match hit.scope {
        Scope::Facility => "there",
        Scope::Person => "in the whole town",
    };
    format!("at most {} a {period} {scope}", hit.cap)
}

fn spent(made: &SpendMade, undone: bool, lent: Option<u64>) -> String {
    let points = made.spend.points;
    let what = match &made.spend.what {
        SpendFor::PrizeEntry(id) => format!("an entry for {id}"),
        SpendFor::Donation(id) => format!("a gift to {id}"),
    };
    let answer = match (made.verdict, undone) {
        (Some(SpendVerdict::Settled), _) => "settled",
        (Some(SpendVerdict::Declined), true) => "declined, it was taken back",
        (Some(SpendVerdict::Declined), false) => "declined",
        (None, true) => "taken back",
        (None, false) => "waits for its answer",
    };
    let lent = lent.map_or_else(String::new, |l| format!("; the town lent {l} of them"));
    format!(
        "{points} points for {what} at {}: {answer}{lent}",
        made.key.kiosk
    )
}
