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
        merge::{AwardMade, Cut},
        spend::{SpendFor, SpendVerdict},
    },
    time::DayKey,
};

use super::{Resident, Town};

/// One line of a resident's story.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    /// The day; `None` where nobody knows it.
    pub(crate) day: Option<Date>,
    /// What happened.
    pub(crate) what: What<'a>,
}

/// What happened.
#[derive(Debug)]
pub(crate) enum What<'a> {
    /// Points were given, and so many of them stand.
    Given {
        award: &'a AwardMade,
        stands: u32,
        cut: Option<Cut>,
    },
    /// So many points paid back what the town had lent.
    Repaid(u64),
    /// Points were set aside for something.
    Spent {
        made: &'a SpendMade,
        /// The resident took it back.
        undone: bool,
        /// The town lent so many of them.
        lent: Option<u64>,
    },
    /// So many points ended.
    Ended(u64),
}

impl What<'_> {
    /// Its place among the lines of one day.
    pub(crate) const fn rank(&self) -> u8 {
        match self {
            Self::Given { .. } => 0,
            Self::Repaid(_) => 1,
            Self::Spent { .. } => 2,
            Self::Ended(_) => 3,
        }
    }

    /// Its place among the lines of one day and rank.
    pub(crate) const fn order(&self) -> i64 {
        match self {
            Self::Given { award, .. } => award.at.wall_ms,
            Self::Spent { made, .. } => made.nth.cast_signed(),
            Self::Repaid(_) | Self::Ended(_) => 0,
        }
    }

    /// True for a spend that waits for the city's answer.
    pub(crate) const fn waits(&self) -> bool {
        matches!(self, Self::Spent { made, undone: false, .. } if made.verdict.is_none())
    }
}

/// All that happened, in no order.
pub(crate) fn story<'a>(
    town: &Town,
    who: &Pseudonym,
    resident: &'a Resident,
    today: Date,
) -> Vec<Line<'a>> {
    let verdicts = resident.awards.judge(&town.catalogue, town.person(who));
    let mut lines = Vec::new();
    for award in resident.awards.iter() {
        let day = match award.day {
            DayKey::Date(day) => Some(day),
            DayKey::Boot(_) => None,
        };
        let verdict = verdicts.get(&award.key);
        let what = What::Given {
            award,
            stands: verdict.map_or(0, |v| v.stands),
            cut: verdict.and_then(|v| v.cut),
        };
        lines.push(Line { day, what });
    }
    let mut lent: BTreeMap<FactKey, u64> = BTreeMap::new();
    for entry in resident.ledger(town, who, today).entries() {
        let what = match (&entry.about, entry.why) {
            (Some(spend), Why::Loan) => {
                lent.insert(spend.clone(), entry.points);
                continue;
            }
            (Some(_), Why::Repayment) => What::Repaid(entry.points),
            (None, Why::Expiry) => What::Ended(entry.points),
            _ => continue,
        };
        lines.push(Line {
            day: entry.day,
            what,
        });
    }
    for made in resident.spends.in_order() {
        let what = What::Spent {
            made,
            undone: resident.awards.is_undone(&made.fact),
            lent: lent.get(&made.key).copied(),
        };
        lines.push(Line {
            day: Some(made.day),
            what,
        });
    }
    lines
}

/// The lines, oldest first; what nobody knows the day of stands first of all.
pub fn lines(town: &Town, who: &Pseudonym, resident: &Resident, today: Date) -> Vec<String> {
    let story = story(town, who, resident, today);
    let mut lines: Vec<(Option<Date>, u8, String)> = story
        .iter()
        .map(|line| (line.day, line.what.rank(), said(&line.what)))
        .collect();
    lines.sort();
    let dated = |(day, _, said): (Option<Date>, u8, String)| {
        let day = day.map_or_else(|| "unknown day".to_owned(), |d| d.to_string());
        format!("{day}: {said}")
    };
    lines.into_iter().map(dated).collect()
}

fn said(what: &What<'_>) -> String {
    match *what {
        What::Given { award, stands, cut } => given(award, stands, cut),
        What::Repaid(points) => format!("{points} points pay back what the town lent"),
        What::Spent { made, undone, lent } => spent(made, undone, lent),
        What::Ended(points) => format!("{points} points ended"),
    }
}

fn given(award: &AwardMade, stands: u32, cut: Option<Cut>) -> String {
    let (points, at) = (award.points, &award.facility);
    let what = reason(&award.reason);
    let cut = match cut {
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
