//! Accounts: the counted facts folded journal by journal, and judged over all of them.

mod totals;
mod zones;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use machitap_domain::{
    BootId, Fact, FactBody, Folds, Incarnation, KioskId, Pseudonym,
    fold::FoldKey,
    points::{Account, merge::AwardMade, offers::Progress, spend::SpendFor},
    preferences::{Latest, Preferences},
    ranking::Ranking,
};
use serde::Serialize;

use crate::{
    db::{Answers, Db, DbError},
    nursery::read,
    points::{
        Resident, SpendCounted, Town,
        boards::{Boards, Shown},
    },
};

pub use totals::{JournalTotals, Totals, totals};
pub use zones::{Zones, catalogue};

/// What one resident has, over all kiosks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// Points that stand: earned under the caps, less those settled and those that ended. Below
    /// nothing where the town lent.
    pub points: i64,
    /// Visits that stand.
    pub visits: u64,
    /// Points among them that are set aside for spends without an answer.
    pub reserved: u64,
    /// Points of all awards that stand, before anything was spent or ended.
    pub earned: u64,
}

/// One life of a kiosk's journal, followed.
#[derive(Debug)]
struct Followed {
    kiosk: KioskId,
    life: Incarnation,
    upto: u64,
    folds: Folds,
}

/// Follows the counted facts, each journal in the order of its sequence and without holes.
#[derive(Debug)]
pub struct Ledger {
    town: Town,
    journals: BTreeMap<i64, Followed>,
    residents: BTreeMap<Pseudonym, Resident>,
    /// Who has awards of a boot whose clock is not known yet.
    unsure: BTreeMap<(i64, BootId), BTreeSet<Pseudonym>>,
    /// Answers given before this ledger began, until their spends are read.
    answers: Option<Answers>,
    /// Spends without an answer, in the order in which the city held them.
    open: Vec<SpendCounted>,
    /// To be judged anew.
    touched: BTreeSet<Pseudonym>,
    judged_on: Option<Date>,
    boards: Boards,
    /// Judged anew since somebody asked.
    changed: BTreeSet<Pseudonym>,
    progress: Progress,
}

impl Ledger {
    /// An empty ledger; the first [`Self::catch_up`] builds it from the first fact on.
    pub fn new(town: Town) -> Self {
        Self {
            town,
            journals: BTreeMap::new(),
            residents: BTreeMap::new(),
            unsure: BTreeMap::new(),
            answers: None,
            open: Vec::new(),
            touched: BTreeSet::new(),
            judged_on: None,
            boards: Boards::default(),
            changed: BTreeSet::new(),
            progress: Progress::default(),
        }
    }

    /// What it is judged by.
    pub const fn town(&self) -> &Town {
        &self.town
    }

    /// Other rules, people or groups: everybody is judged anew. The zones must be the same, with
    /// others the days are, and so must be whose account is whose; else the ledger is built anew.
    pub fn renew(&mut self, town: Town) {
        self.town = town;
        self.judged_on = None;
        self.boards.draw_anew();
    }

    /// Takes in what was counted since; true when anything was.
    ///
    /// # Errors
    /// [`DbError`]; a stored fact that cannot be read any more is [`DbError::Damaged`].
    pub fn catch_up(&mut self, db: &Db) -> Result<bool, DbError> {
        if self.answers.is_none() {
            self.answers = Some(db.spend_answers()?);
        }
        let mut grew = false;
        let mut counted = Vec::new();
        for row in db.journals()? {
            let followed = self.journals.entry(row.id).or_insert_with(|| {
                grew = true;
                Followed {
                    kiosk: row.kiosk,
                    life: row.incarnation,
                    upto: 0,
                    folds: Folds::default(),
                }
            });
            let after = followed.upto;
            if after >= row.contiguous {
                continue;
            }
            grew = true;
            db.facts_between(row.id, after, row.contiguous, |bytes| {
                let fact = read(bytes)?;
                counted.extend(self.take(row.id, &fact));
                Ok(())
            })?;
        }
        self.admit(db, counted)?;
        Ok(grew)
    }

    /// One fact of that journal; the spend, where it is one.
    fn take(&mut self, journal: i64, fact: &Fact) -> Option<SpendCounted> {
        let zone = self.town.zones.of(&fact.facility);
        let followed = self.journals.get_mut(&journal)?;
        followed.upto = fact.key.seq;
        let mut known = false;
        for key in followed.folds.apply(fact, zone) {
            if let FoldKey::Account(name) | FoldKey::Chosen(name) = key {
                known |= matches!(key, FoldKey::Account(_)) && fact.subject == Some(name);
                let who = self.town.truly(name);
                let resident = self.residents.entry(who).or_default();
                resident.journals.insert(journal);
                self.touched.insert(who);
            }
        }
        match (&fact.body, fact.subject) {
            // What the journal's own fold does not credit, to a visit it does not know, is none.
            (FactBody::Award(_), Some(who)) if known => {
                let who = self.town.truly(who);
                let award = AwardMade::of(fact, zone)?;
                if !award.at.quality.is_trusted() {
                    let boot = (journal, award.at.boot);
                    self.unsure.entry(boot).or_default().insert(who);
                }
                self.residents.entry(who).or_default().awards.add(award);
                None
            }
            (FactBody::Undone { fact: undone }, Some(who)) => {
                let who = self.town.truly(who);
                if let Some(resident) = self.residents.get_mut(&who) {
                    resident.awards.undo(*undone);
                    self.touched.insert(who);
                }
                None
            }
            (FactBody::Spend(spend), Some(who)) => Some(SpendCounted {
                journal,
                who,
                key: fact.key.clone(),
                fact: fact.id,
                spend: spend.clone(),
            }),
            (
                FactBody::ClockCorrected {
                    boot,
                    boot_wall_ms,
                    quality,
                },
                _,
            ) => {
                let truly = (*boot_wall_ms, *quality);
                for who in self.unsure.remove(&(journal, *boot)).unwrap_or_default() {
                    if let Some(resident) = self.residents.get_mut(&who) {
                        resident.correct(&fact.key, *boot, truly, &self.town);
                        self.touched.insert(who);
                    }
                }
                None
            }
            _ => None,
        }
    }

    /// Puts spends into their books: those answered earlier in the order of their answers, then
    /// the others as they came.
    fn admit(&mut self, db: &Db, counted: Vec<SpendCounted>) -> Result<(), DbError> {
        let answers = self.answers.get_or_insert_default();
        let (mut answered, mut open) = (Vec::new(), Vec::new());
        for spend in counted {
            match answers.remove(&(spend.journal, spend.key.seq)) {
                Some(answer) => answered.push((answer, spend)),
                None => open.push((db.came(spend.journal, spend.key.seq)?, spend)),
            }
        }
        answered.sort_by_key(|(answer, _)| answer.id);
        open.sort_by_key(|(came, _)| *came);
        for (answer, counted) in answered {
            let spends = &mut self.residents.entry(counted.who).or_default().spends;
            let (day, verdict) = (answer.day, answer.verdict);
            spends.recall(
                counted.key.clone(),
                counted.fact,
                counted.spend.clone(),
                day,
                verdict,
            );
            self.count(&counted, counted.settled(verdict));
        }
        for ((_, received_ms), counted) in open {
            let day = self.town.today(received_ms);
            let spends = &mut self.residents.entry(counted.who).or_default().spends;
            spends.take(
                counted.key.clone(),
                counted.fact,
                counted.spend.clone(),
                day,
            );
            self.open.push(counted);
        }
        Ok(())
    }

    /// How far the offers have come with another answer.
    fn count(&mut self, counted: &SpendCounted, settled: u64) {
        self.touched.insert(counted.who);
        if settled > 0 {
            let (of, more) = match &counted.spend.what {
                SpendFor::PrizeEntry(id) => (self.progress.prizes.entry(id.clone()), 1),
                SpendFor::Donation(id) => (self.progress.projects.entry(id.clone()), settled),
            };
            *of.or_default() += more;
        }
    }

    /// True when a spend waits for its answer.
    pub const fn has_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Answers every spend that has none, once, and keeps the answer. Within a transaction: what
    /// is told of it must be on disk before.
    ///
    /// # Errors
    /// [`DbError`]; then this ledger is ahead of the disk and must be built anew.
    pub fn settle(&mut self, db: &Db, now_ms: i64) -> Result<(), DbError> {
        if self.open.is_empty() {
            return Ok(());
        }
        let today = self.town.today(now_ms);
        let drawn = db.prize_draws()?;
        for counted in std::mem::take(&mut self.open) {
            let resident = self.residents.entry(counted.who).or_default();
            let (town, offer) = (&self.town, counted.spend.what.offer());
            let entries = resident.entries(offer);
            let takes = town.catalogue.offers.takes(&counted.spend, entries);
            let spends = &mut resident.spends;
            let verdict = if takes && !drawn.contains_key(offer) {
                let (rules, person) = (&town.catalogue, town.person(&counted.who));
                spends.settle(&counted.key, &resident.awards, rules, person, today)
            } else {
                spends.decline(&counted.key, today)
            };
            let (Some(verdict), Some(made)) = (verdict, spends.get(&counted.key)) else {
                continue;
            };
            db.put_spend_answer(counted.journal, counted.key.seq, made.day, verdict, now_ms)?;
            self.count(&counted, counted.settled(verdict));
        }
        Ok(())
    }

    /// Judges whoever was touched; everybody when the day or the boards' days are others.
    pub fn judge(&mut self, now_ms: i64) {
        let today = self.town.today(now_ms);
        let anew = self.boards.begin(self.town.spans(now_ms));
        if anew || self.judged_on != Some(today) {
            self.judged_on = Some(today);
            self.touched.extend(self.residents.keys());
        }
        for who in std::mem::take(&mut self.touched) {
            let Some(resident) = self.residents.get_mut(&who) else {
                continue;
            };
            let mut won = resident.judge(&self.town, &who, today);
            if self.town.is_child(&who) {
                won.clear();
            }
            self.boards.set(who, &won);
            self.changed.insert(who);
        }
    }

    /// Whoever was judged anew since the last call.
    pub fn take_changed(&mut self) -> BTreeSet<Pseudonym> {
        std::mem::take(&mut self.changed)
    }

    /// What every resident has, as it was judged last.
    pub fn balances(&self) -> BTreeMap<Pseudonym, Balance> {
        let of = |(who, resident): (&Pseudonym, &Resident)| {
            let judged = &resident.judged;
            let has = i128::from(judged.free) + i128::from(judged.reserved);
            let balance = Balance {
                points: i64::try_from(has - i128::from(judged.owed)).unwrap_or(i64::MAX),
                visits: self.visits(who, resident),
                reserved: judged.reserved,
                earned: judged.earned,
            };
            (*who, balance)
        };
        self.residents.iter().map(of).collect()
    }

    /// Visits that stand, over all journals.
    pub(crate) fn visits(&self, who: &Pseudonym, resident: &Resident) -> u64 {
        let accounts = resident.journals.iter();
        let of_all = accounts.flat_map(|j| {
            let names = self.town.names(*who);
            names.map(|name| self.account(*j, &name).visits())
        });
        of_all.sum()
    }

    /// How a resident wants to be served; `None` for one who never chose.
    pub fn preferences(&self, who: &Pseudonym) -> Option<Preferences> {
        let latest = self.preferred(who, self.resident(who)?, |_| true)?;
        Some(latest.preferences)
    }

    /// The same by the journals alone that `speaks` takes in.
    pub(crate) fn preferred(
        &self,
        who: &Pseudonym,
        resident: &Resident,
        speaks: impl Fn(i64) -> bool,
    ) -> Option<Latest> {
        let journals = resident.journals.iter().filter(|j| speaks(**j));
        let folds = journals.filter_map(|j| self.folds(*j));
        let of_all = folds.flat_map(|f| {
            let names = self.town.names(*who);
            names.filter_map(|name| f.chosen(&name).latest())
        });
        of_all.fold(None, |latest, one| Latest::of(latest, Some(one)))
    }

    /// What one journal makes of a resident.
    pub(crate) fn account(&self, journal: i64, who: &Pseudonym) -> Account {
        let folds = self.folds(journal);
        folds.map_or_else(Account::default, |f| f.account(who))
    }

    /// One resident.
    pub fn resident(&self, who: &Pseudonym) -> Option<&Resident> {
        self.residents.get(who)
    }

    /// All residents, by visit pseudonym.
    pub fn residents(&self) -> impl Iterator<Item = (&Pseudonym, &Resident)> {
        self.residents.iter()
    }

    /// The fold of one journal.
    pub fn folds(&self, journal: i64) -> Option<&Folds> {
        self.journals.get(&journal).map(|f| &f.folds)
    }

    /// The lives of a kiosk's journal, the newest last.
    pub(crate) fn lives(&self, kiosk: &KioskId) -> Vec<(i64, Incarnation)> {
        let of = self.journals.iter().filter(|(_, f)| f.kiosk == *kiosk);
        of.map(|(journal, f)| (*journal, f.life)).collect()
    }

    /// How far prizes and projects have come.
    pub fn progress(&self, as_of_ms: i64) -> Progress {
        Progress {
            as_of_ms,
            ..self.progress.clone()
        }
    }

    /// The boards, as they were judged last.
    pub fn ranking(&mut self, shown: Shown, as_of_ms: i64) -> Ranking {
        Ranking {
            as_of_ms,
            boards: self.boards.boards(&self.town, shown),
            groups: self.boards.groups(&self.town, &self.residents, shown),
        }
    }
}
