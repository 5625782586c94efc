//! The state of the town as one journal knows it: a fold over its facts.

mod draws;
mod entry;
mod events;
mod fares;
mod preferences;
mod reception;
mod register;

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

pub use entry::{FoldKey, FoldValue};

use crate::{
    attendance::{ChildDays, Depth, ExcusedMade, Passage},
    draw::{Machines, Spins},
    event::Counts,
    fact::{Fact, FactBody, FactId},
    fare::Rides,
    ids::NoticeId,
    nursery::{alarm::Alarm, correction::Correction, fee::FeeMade, house::House},
    points::{Account, VisitMade, account::Ended},
    preferences::Chosen,
    pseudonym::Pseudonym,
    reception::{Patient, Receptions},
    register::{Holder, Numbers},
    time::{BootId, DayKey, Quality, Stamp},
};

/// Notices a household has seen are remembered so many.
pub const NOTICES_SEEN_KEPT: usize = 64;

/// The notices a household has seen, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen(Vec<NoticeId>);

impl Seen {
    /// True when the household has seen it.
    pub fn has(&self, notice: &NoticeId) -> bool {
        self.0.contains(notice)
    }
}

/// Attendance and accounts, by pseudonym, and the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folds {
    depth: Depth,
    children: BTreeMap<Pseudonym, ChildDays>,
    accounts: BTreeMap<Pseudonym, Account>,
    households: BTreeMap<Pseudonym, Seen>,
    house: House,
    spins: BTreeMap<Pseudonym, Spins>,
    machines: Machines,
    rides: BTreeMap<Pseudonym, Rides>,
    events: Counts,
    patients: BTreeMap<Pseudonym, Patient>,
    receptions: Receptions,
    holders: BTreeMap<Pseudonym, Holder>,
    /// From a card to the residents that claims name it with; follows from `holders`.
    by_card: BTreeMap<Pseudonym, BTreeSet<Pseudonym>>,
    numbers: Numbers,
    chosen: BTreeMap<Pseudonym, Chosen>,
}

impl Default for Folds {
    fn default() -> Self {
        Self::with_depth(Depth::DOOR)
    }
}

impl Folds {
    /// Empty folds that remember so much of each child.
    pub const fn with_depth(depth: Depth) -> Self {
        Self {
            depth,
            children: BTreeMap::new(),
            accounts: BTreeMap::new(),
            households: BTreeMap::new(),
            house: House::new(),
            spins: BTreeMap::new(),
            machines: Machines::new(),
            rides: BTreeMap::new(),
            events: Counts::new(),
            patients: BTreeMap::new(),
            receptions: Receptions::new(),
            holders: BTreeMap::new(),
            by_card: BTreeMap::new(),
            numbers: Numbers::new(),
            chosen: BTreeMap::new(),
        }
    }

    /// What concerns the whole house.
    pub const fn house(&self) -> &House {
        &self.house
    }

    /// What a household has seen; nothing for one never asked.
    pub fn household(&self, household: &Pseudonym) -> Seen {
        self.households.get(household).cloned().unwrap_or_default()
    }

    /// A child's days; empty for one never seen.
    pub fn child(&self, child: &Pseudonym) -> ChildDays {
        self.children.get(child).cloned().unwrap_or_default()
    }

    /// A resident's account; empty for one never seen.
    pub fn account(&self, resident: &Pseudonym) -> Account {
        self.accounts.get(resident).cloned().unwrap_or_default()
    }

    /// All accounts, by pseudonym.
    pub fn accounts(&self) -> impl Iterator<Item = (&Pseudonym, &Account)> {
        self.accounts.iter()
    }

    /// All children with their days, by pseudonym.
    pub fn children(&self) -> impl Iterator<Item = (&Pseudonym, &ChildDays)> {
        self.children.iter()
    }

    /// Points of all accounts together.
    pub fn total_points(&self) -> i64 {
        self.accounts.values().map(Account::balance).sum()
    }

    /// Takes in one fact and says which entries it changed.
    ///
    /// Facts are applied in the order of their sequence. A fact that changes nothing
    /// here (health, staff, a kind from the future) is not an error.
    pub fn apply(&mut self, fact: &Fact, zone: &TimeZone) -> Vec<FoldKey> {
        match (&fact.body, fact.subject) {
            (FactBody::Attendance { direction, .. }, Some(child)) => {
                let passage = Passage::new(fact.id, fact.at.day(zone), fact.at, *direction);
                let depth = self.depth;
                self.days(child).push(passage, depth);
                vec![FoldKey::Child(child)]
            }
            (body, Some(resident)) if is_of_account(body) => {
                let known = self.accounts.contains_key(&resident);
                let really = self.apply_to_account(fact, resident, zone);
                if !really && !known {
                    self.accounts.remove(&resident);
                }
                changed(really, FoldKey::Account(resident))
            }
            (FactBody::Undone { fact: undone }, Some(subject)) => {
                let child = self
                    .children
                    .get_mut(&subject)
                    .is_some_and(|c| c.undo(*undone));
                if child {
                    return vec![FoldKey::Child(subject)];
                }
                let mut keys = self.undo_in_account(subject, *undone);
                keys.extend(self.void_draws(subject, *undone));
                keys.extend(self.void_hand(subject, *undone));
                keys.extend(self.void_ride(subject, *undone));
                keys.extend(self.void_announcement(subject, *undone));
                keys.extend(self.void_claim(subject, *undone));
                keys.extend(self.void_choice(subject, *undone));
                keys
            }
            (
                FactBody::SpinsGiven(_)
                | FactBody::Drawn(_)
                | FactBody::DrawSeen
                | FactBody::PrizeHanded { .. },
                _,
            ) => self.apply_to_draws(fact, zone),
            (FactBody::Ride(ride), Some(holder)) => self.ride(fact, holder, ride, zone),
            (FactBody::EventEntered { event, .. }, Some(person)) => {
                self.enter(fact, person, event, zone)
            }
            (FactBody::EventLeft, Some(person)) => self.leave(fact, person),
            (FactBody::Announced { system, queue }, Some(patient)) => {
                self.announce(fact, patient, system, *queue, zone)
            }
            (FactBody::HandedOff { withdrawn }, _) => self.hand_off(fact, *withdrawn),
            (
                FactBody::Registered(_)
                | FactBody::Relinked(_)
                | FactBody::ReleasedId(_)
                | FactBody::RegistrationAnswered { .. },
                Some(resident),
            ) => self.register(fact, resident),
            (FactBody::Preferred(preferred), Some(resident)) => {
                self.choose(fact, resident, *preferred)
            }
            (FactBody::Alarm { alarm, day }, Some(subject)) => {
                self.house.raise(Alarm {
                    fact: fact.id,
                    alarm: *alarm,
                    subject,
                    day: *day,
                    at: fact.at,
                    found: None,
                });
                vec![FoldKey::House]
            }
            (FactBody::AlarmSeen { found, .. }, _) => {
                let seen = fact.caused_by.is_some_and(|a| self.house.see(a, *found));
                changed(seen, FoldKey::House)
            }
            (FactBody::EmergencyOpened, _) => {
                self.house.open_emergency(fact.id, fact.at);
                vec![FoldKey::House]
            }
            (FactBody::EmergencyTick { found }, Some(child)) => {
                changed(self.house.tick(child, fact.at, *found), FoldKey::House)
            }
            (FactBody::EmergencyClosed(_), _) => {
                self.house.close_emergency();
                vec![FoldKey::House]
            }
            (FactBody::NoticeSeen { notice }, Some(household)) => {
                let seen = self.households.entry(household).or_default();
                if !seen.has(notice) {
                    seen.0.push(notice.clone());
                    if seen.0.len() > NOTICES_SEEN_KEPT {
                        seen.0.remove(0);
                    }
                }
                vec![FoldKey::Household(household)]
            }
            (body, Some(child)) if is_of_child(body) => {
                let known = self.children.contains_key(&child);
                let really = self.apply_to_child(fact, child, zone);
                if !really && !known {
                    self.children.remove(&child);
                }
                changed(really, FoldKey::Child(child))
            }
            (
                FactBody::ClockCorrected {
                    boot,
                    boot_wall_ms,
                    quality,
                },
                _,
            ) => self.correct(*boot, *boot_wall_ms, *quality, zone),
            _ => Vec::new(),
        }
    }

    fn days(&mut self, child: Pseudonym) -> &mut ChildDays {
        self.children.entry(child).or_default()
    }

    /// What hangs on a child's passages, and what staff enter about its days.
    fn apply_to_child(&mut self, fact: &Fact, child: Pseudonym, zone: &TimeZone) -> bool {
        let depth = self.depth;
        let days = self.days(child);
        let on_cause = |f: &mut dyn FnMut(FactId) -> bool| fact.caused_by.is_some_and(f);
        match &fact.body {
            FactBody::HandedOver { .. } => on_cause(&mut |p| days.hand_over(p, fact.at)),
            FactBody::Answered(answer) => on_cause(&mut |p| days.answer(p, answer.clone())),
            FactBody::Fee(fee) => on_cause(&mut |cause| {
                let made = FeeMade {
                    fact: fact.id,
                    cause,
                    day: fee.day,
                    fee: fee.fee,
                    void: false,
                };
                days.charge(made, depth);
                true
            }),
            FactBody::Corrected { correction, .. } => {
                days.correct(fact.id, correction, true_day(correction, zone), depth);
                true
            }
            FactBody::DayClosed { day } => {
                days.close(*day, depth);
                true
            }
            FactBody::Excused { excused, .. } => {
                let made = ExcusedMade {
                    fact: fact.id,
                    excused: *excused,
                    undone: false,
                };
                days.excuse(made, depth);
                true
            }
            FactBody::ExcuseSeen { notice, .. } => days.see(notice.clone(), depth),
            _ => false,
        }
    }

    /// Visits, what they earned, and what was spent.
    fn apply_to_account(&mut self, fact: &Fact, resident: Pseudonym, zone: &TimeZone) -> bool {
        let account = self.accounts.entry(resident).or_default();
        let made = || VisitMade::new(fact.id, fact.at.day(zone), fact.at);
        match &fact.body {
            FactBody::Visit(visit) => {
                account.visit(VisitMade {
                    purpose: visit.purpose.clone(),
                    heads: visit.heads,
                    ..made()
                });
                true
            }
            FactBody::Volunteered { activity, .. } => {
                account.visit(VisitMade {
                    helped: Some(activity.clone()),
                    ..made()
                });
                true
            }
            FactBody::VisitEnded => fact.caused_by.is_some_and(|visit| {
                let ended = Ended {
                    fact: fact.id,
                    at: fact.at,
                };
                account.end(visit, ended)
            }),
            FactBody::Award(award) => fact.caused_by.is_some_and(|v| account.award(v, award)),
            FactBody::Spend(spend) => {
                account.spend(fact.id, fact.at, spend.clone());
                true
            }
            FactBody::SpendAnswered { verdict } => {
                fact.caused_by.is_some_and(|s| account.answer(s, *verdict))
            }
            _ => false,
        }
    }

    /// The entry as the store keeps it; `None` for one never seen.
    pub fn get(&self, key: FoldKey) -> Option<FoldValue> {
        match key {
            FoldKey::Child(child) => self.children.get(&child).cloned().map(FoldValue::Child),
            FoldKey::Account(a) => self.accounts.get(&a).cloned().map(FoldValue::Account),
            FoldKey::Household(h) => self.households.get(&h).cloned().map(FoldValue::Household),
            // There is one house; a row that is missing is one in which nothing happened.
            FoldKey::House => Some(FoldValue::House(self.house.clone())),
            FoldKey::Spins(s) => self.spins.get(&s).cloned().map(FoldValue::Spins),
            // A journal without a draw is written as it was before there were any.
            FoldKey::Machines => (self.machines != Machines::new())
                .then(|| FoldValue::Machines(self.machines.clone())),
            FoldKey::Rides(h) => self.rides.get(&h).cloned().map(FoldValue::Rides),
            FoldKey::Events => {
                (self.events != Counts::new()).then(|| FoldValue::Events(self.events.clone()))
            }
            FoldKey::Patient(p) => self.patients.get(&p).cloned().map(FoldValue::Patient),
            FoldKey::Receptions => (self.receptions != Receptions::new())
                .then(|| FoldValue::Receptions(self.receptions.clone())),
            FoldKey::Holder(r) => self.holders.get(&r).cloned().map(FoldValue::Holder),
            FoldKey::Numbers => {
                (self.numbers != Numbers::new()).then(|| FoldValue::Numbers(self.numbers.clone()))
            }
            FoldKey::Chosen(r) => self.chosen.get(&r).cloned().map(FoldValue::Chosen),
        }
    }

    /// Puts back an entry the store kept; false when the value is of another key.
    pub fn put(&mut self, key: FoldKey, value: FoldValue) -> bool {
        match (key, value) {
            (FoldKey::Child(child), FoldValue::Child(days)) => {
                self.children.insert(child, days);
            }
            (FoldKey::Account(resident), FoldValue::Account(account)) => {
                self.accounts.insert(resident, account);
            }
            (FoldKey::Household(household), FoldValue::Household(seen)) => {
                self.households.insert(household, seen);
            }
            (FoldKey::House, FoldValue::House(house)) => self.house = house,
            (FoldKey::Spins(resident), FoldValue::Spins(spins)) => {
                self.spins.insert(resident, spins);
            }
            (FoldKey::Machines, FoldValue::Machines(machines)) => self.machines = machines,
            (FoldKey::Rides(holder), FoldValue::Rides(rides)) => {
                self.rides.insert(holder, rides);
            }
            (FoldKey::Events, FoldValue::Events(events)) => self.events = events,
            (FoldKey::Patient(who), FoldValue::Patient(patient)) => {
                self.patients.insert(who, patient);
            }
            (FoldKey::Receptions, FoldValue::Receptions(queue)) => self.receptions = queue,
            (FoldKey::Holder(resident), FoldValue::Holder(holder)) => {
                self.put_holder(resident, holder);
            }
            (FoldKey::Numbers, FoldValue::Numbers(numbers)) => self.numbers = numbers,
            (FoldKey::Chosen(resident), FoldValue::Chosen(chosen)) => {
                self.chosen.insert(resident, chosen);
            }
            _ => return false,
        }
        true
    }

    /// Everything, in a fixed order.
    pub fn entries(&self) -> impl Iterator<Item = (FoldKey, FoldValue)> + '_ {
        let children = self
            .children
            .iter()
            .map(|(k, v)| (FoldKey::Child(*k), FoldValue::Child(v.clone())));
        let accounts = self
            .accounts
            .iter()
            .map(|(k, v)| (FoldKey::Account(*k), FoldValue::Account(v.clone())));
        let households = self
            .households
            .iter()
            .map(|(k, v)| (FoldKey::Household(*k), FoldValue::Household(v.clone())));
        let house = self.get(FoldKey::House).map(|v| (FoldKey::House, v));
        let spins = self
            .spins
            .iter()
            .map(|(k, v)| (FoldKey::Spins(*k), FoldValue::Spins(v.clone())));
        let machines = self.get(FoldKey::Machines).map(|v| (FoldKey::Machines, v));
        let rides = self
            .rides
            .iter()
            .map(|(k, v)| (FoldKey::Rides(*k), FoldValue::Rides(v.clone())));
        let patients = self
            .patients
            .iter()
            .map(|(k, v)| (FoldKey::Patient(*k), FoldValue::Patient(v.clone())));
        let holders = self
            .holders
            .iter()
            .map(|(k, v)| (FoldKey::Holder(*k), FoldValue::Holder(v.clone())));
        let chosen = self
            .chosen
            .iter()
            .map(|(k, v)| (FoldKey::Chosen(*k), FoldValue::Chosen(v.clone())));
        let of_the_kiosk = [FoldKey::Events, FoldKey::Receptions, FoldKey::Numbers];
        let of_the_kiosk = of_the_kiosk
            .into_iter()
            .filter_map(|key| Some((key, self.get(key)?)));
        children
            .chain(accounts)
            .chain(households)
            .chain(house)
            .chain(spins)
            .chain(machines)
            .chain(rides)
            .chain(patients)
            .chain(holders)
            .chain(of_the_kiosk)
            .chain(chosen)
    }

    /// True when something of that boot still stands on an untrusted time.
    pub fn has_unsure(&self, boot: BootId) -> bool {
        let unsure = |at: &Stamp| at.boot == boot && !at.quality.is_trusted();
        self.children
            .values()
            .any(|c| c.passages().iter().any(|p| unsure(&p.at)))
            || self.accounts.values().any(|a| a.has_unsure(boot))
            || self.rides.values().any(|r| r.has_unsure(boot))
            || self.receptions.has_unsure(boot)
            || self.chosen.values().any(|c| c.has_unsure(boot))
            || self.house.alarms().iter().any(|a| unsure(&a.at))
    }

    fn correct(
        &mut self,
        boot: BootId,
        boot_wall_ms: i64,
        quality: Quality,
        zone: &TimeZone,
    ) -> Vec<FoldKey> {
        let mend = |at: &mut Stamp, day: &mut DayKey| {
            let touched = at.boot == boot && !at.quality.is_trusted();
            if touched {
                at.wall_ms = boot_wall_ms.saturating_add_unsigned(at.mono_ms);
                at.quality = quality;
                *day = at.day(zone);
            }
            touched
        };
        let mut keys = Vec::new();
        for (child, days) in &mut self.children {
            let mut touched = false;
            for p in days.passages_mut() {
                touched |= mend(&mut p.at, &mut p.day);
                if let Some(handover) = &mut p.handover {
                    touched |= mend(handover, &mut p.day.clone());
                }
            }
            if touched {
                days.follow_passages();
                keys.push(FoldKey::Child(*child));
            }
        }
        for (resident, account) in &mut self.accounts {
            let touched = account.mend(mend);
            keys.extend(touched.then_some(FoldKey::Account(*resident)));
        }
        for (holder, rides) in &mut self.rides {
            let touched = rides.mend(mend);
            keys.extend(touched.then_some(FoldKey::Rides(*holder)));
        }
        keys.extend(self.mend_receptions(mend));
        keys.extend(self.mend_choices(|at| {
            let mut day = DayKey::Boot(at.boot);
            mend(at, &mut day)
        }));
        let mut touched = false;
        for alarm in self.house.alarms_mut() {
            touched |= mend(&mut alarm.at, &mut alarm.day.clone());
        }
        keys.extend(touched.then_some(FoldKey::House));
        keys
    }
}

const fn is_of_child(body: &FactBody) -> bool {
    matches!(
        body,
        FactBody::HandedOver { .. }
            | FactBody::Answered(_)
            | FactBody::Fee(_)
            | FactBody::Corrected { .. }
            | FactBody::DayClosed { .. }
            | FactBody::Excused { .. }
            | FactBody::ExcuseSeen { .. }
    )
}

const fn is_of_account(body: &FactBody) -> bool {
    matches!(
        body,
        FactBody::Visit(_)
            | FactBody::VisitEnded
            | FactBody::Volunteered { .. }
            | FactBody::Award(_)
            | FactBody::Spend(_)
            | FactBody::SpendAnswered { .. }
    )
}

/// The calendar day of what a correction says was so.
fn true_day(correction: &Correction, zone: &TimeZone) -> Option<DayKey> {
    DayKey::of_wall(correction.truly?.at_ms, zone)
}

fn changed(really: bool, key: FoldKey) -> Vec<FoldKey> {
    if really { vec![key] } else { Vec::new() }
}

#[cfg(test)]
mod tests;
