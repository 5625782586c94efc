//! Lives of a journal, cut short again and again.

use std::{collections::BTreeSet, fmt, path::Path};

use machitap_domain::{
    attendance::Direction,
    fact::{Draft, Fact, FactId},
    ids::Incarnation,
};
use machitap_store::{Backing, Journal, Opened, Stored, Synchronous};
use machitap_wire::{document::DocumentName, receipt::Receipt};

use uuid::Uuid;

use crate::random::Random;

use super::{
    disk::Kept,
    figures::{Figures, Plan},
    sample::{self, MORNING_MS},
    vfs::Mounted,
};

/// The power is cut this often in one life.
const CUTS_PER_LIFE: u64 = 20;
/// The most changes of the disk between two cuts; a tap makes about a dozen.
const CHANGES_BETWEEN: u64 = 160;
/// How many openings there are to one full verification.
const OPENINGS_PER_VERIFY: u64 = 4;

/// Runs lives until there were enough cuts.
pub fn drive(plan: Plan) -> Figures {
    let mut all = Figures::default();
    let mut seeds = Random::seeded(plan.seed);
    while all.cuts < plan.cuts {
        let seed = seeds.next();
        let mut figures = Life::new(seed, plan).run();
        figures.lives = 1;
        if !figures.is_clean() {
            figures.first_bad = Some(seed);
        }
        all += figures;
    }
    all
}

/// What the journal has acknowledged.
#[derive(Debug, Default)]
struct Said {
    incarnation: Option<Incarnation>,
    facts: Vec<String>,
    document: u64,
    session_no: u64,
}

struct Life {
    mounted: Mounted,
    backing: Backing,
    rng: Random,
    said: Said,
    /// An append that was cut short.
    unsaid: Vec<FactId>,
    next_id: u64,
    figures: Figures,
}

/// This life cannot go on; what was wrong is counted.
struct Over;

impl Life {
    fn new(seed: u64, plan: Plan) -> Self {
        let mut rng = Random::seeded(seed);
        let mounted = Mounted::new(rng.next());
        mounted.with(|disk| disk.lies = plan.lies);
        let backing = Backing {
            vfs: Some(mounted.name().to_owned()),
            synchronous: plan.synchronous,
            // Some logs are copied all the time, some hardly ever.
            checkpoint_pages: 8 << rng.below(6),
        };
        Self {
            mounted,
            backing,
            rng,
            said: Said::default(),
            unsaid: Vec::new(),
            next_id: 1,
            figures: Figures::default(),
        }
    }

    fn run(mut self) -> Figures {
        while self.figures.cuts < CUTS_PER_LIFE {
            let n = 1 + self.rng.below(CHANGES_BETWEEN);
            match self.rng.below(4) {
                // Opening is short: give it its share.
                0 => self.mounted.with(|disk| disk.cut_in(1 + n % 12)),
                // The moment when a commit is on its way and not yet said.
                1 => self.mounted.with(|disk| disk.cut_in_syncs(1 + n % 12)),
                _ => self.mounted.with(|disk| disk.cut_in(n)),
            }
            if self.work().is_err() {
                break;
            }
            let kept = match self.rng.below(8) {
                0 => Kept::None,
                1 | 2 => Kept::All,
                3 => Kept::AnyOperations,
                4 | 5 => Kept::AnySectors,
                _ => Kept::Prefix,
            };
            self.mounted.with(|disk| disk.crash(kept, &mut self.rng));
            self.figures.cuts += 1;
        }
        self.figures
    }

    /// Opens the journal and taps until the power is gone.
    fn work(&mut self) -> Result<(), Over> {
        loop {
            match Journal::open_on(Path::new("journal.db"), sample::settings(), &self.backing) {
                Ok(opened) => {
                    let journal = self.compare(opened)?;
                    self.tap(journal)?;
                    if self.is_dead() {
                        return Ok(());
                    }
                }
                Err(_) if self.is_dead() => {
                    self.figures.cuts_while_opening += 1;
                    return Ok(());
                }
                Err(error) => return self.corrupt(&error),
            }
        }
    }

    /// Is everything there that was said to be?
    fn compare(&mut self, opened: Opened) -> Result<Journal, Over> {
        let mut journal = opened.journal;
        if opened.report.folds_rebuilt {
            return self.corrupt(&"folds differ from the facts");
        }
        // Opening has checked pages, chain and folds; now and then, see that it has.
        let checked = match self.rng.below(OPENINGS_PER_VERIFY) {
            0 => journal.verify(),
            _ => Ok(()),
        };
        let stored = match checked.and_then(|()| journal.read(1, usize::MAX, usize::MAX)) {
            Ok(stored) => stored,
            Err(_) if self.is_dead() => return Ok(journal),
            Err(error) => return self.corrupt(&error),
        };
        let begun = *self.said.incarnation.get_or_insert(journal.incarnation());
        if begun != journal.incarnation() {
            return self.lost(1 + self.said.facts.len() as u64);
        }
        self.compare_facts(&journal, &stored)?;
        self.compare_rest(&mut journal)?;
        Ok(journal)
    }

    fn compare_facts(&mut self, journal: &Journal, stored: &[Stored]) -> Result<(), Over> {
        let said = self.said.facts.len() as u64;
        let there = journal.last_seq();
        if there < said {
            return self.lost(said - there);
        }
        let ids: Vec<FactId> = stored.iter().filter_map(id).collect();
        let kept_before = stored.iter().take_while(|s| s.seq <= said).count();
        let more = ids.get(kept_before..).unwrap_or_default();
        if !more.is_empty() && more != self.unsaid {
            return self.corrupt(&"facts nobody appended, or half of an append");
        }
        if !self.unsaid.is_empty() {
            *(if more.is_empty() {
                &mut self.figures.gone_unsaid
            } else {
                &mut self.figures.kept_unsaid
            }) += 1;
            self.unsaid.clear();
        }
        for row in stored {
            match self.said.facts.get(row.seq as usize - 1) {
                Some(text) if *text != row.text => return self.corrupt(&"other bytes"),
                Some(_) => {}
                None => self.said.facts.push(row.text.clone()),
            }
        }
        let distinct: BTreeSet<FactId> = ids.iter().copied().collect();
        if distinct.len() < stored.len() {
            self.figures.doubled += (stored.len() - distinct.len()) as u64;
            return Err(Over);
        }
        let first = stored.first().map_or(there + 1, |row| row.seq);
        // A receipt may be lost, it comes again; what was pruned under it may not.
        if first > journal.receipted() + 1 {
            return self.lost(first - journal.receipted() - 1);
        }
        Ok(())
    }

    fn compare_rest(&mut self, journal: &mut Journal) -> Result<(), Over> {
        match journal.document(&DocumentName::Notices) {
            Err(_) if self.is_dead() => return Ok(()),
            Err(error) => return self.corrupt(&error),
            Ok(held) => {
                let version = held.as_ref().map_or(0, |d| d.version);
                if version < self.said.document {
                    return self.lost(1);
                }
                if held.is_some_and(|d| d.bytes != document(d.version)) {
                    return self.corrupt(&"another document");
                }
                self.said.document = version;
            }
        }
        match journal.next_session_no() {
            Ok(no) if no <= self.said.session_no => return self.lost(1),
            Ok(no) => self.said.session_no = no,
            Err(_) if self.is_dead() => {}
            Err(error) => return self.corrupt(&error),
        }
        Ok(())
    }

    /// A kiosk's day in random order, until the power is gone or it is closed in peace.
    fn tap(&mut self, mut journal: Journal) -> Result<(), Over> {
        loop {
            let answer: Result<(), String> = match self.rng.below(20) {
                0 => return Ok(()),
                1 => journal.checkpoint().map_err(|e| e.to_string()),
                2 => self.receive(&mut journal),
                3 => journal
                    .prune(MORNING_MS + (1 << 40))
                    .map(drop)
                    .map_err(|e| e.to_string()),
                4 => {
                    let version = self.said.document + 1;
                    let put = journal.put_document(
                        &DocumentName::Notices,
                        version,
                        &document(version),
                        0,
                    );
                    put.map(|()| self.said.document = version)
                        .map_err(|e| e.to_string())
                }
                _ => {
                    let drafts = self.drafts();
                    self.unsaid = drafts.iter().map(|d| d.id).collect();
                    match journal.append(drafts) {
                        Ok(facts) => {
                            self.unsaid.clear();
                            self.figures.acknowledged += facts.len() as u64;
                            let texts = facts.iter().map(Fact::to_bytes);
                            self.said.facts.extend(
                                texts.map(|b| String::from_utf8(b).expect("JSON is UTF-8")),
                            );
                            Ok(())
                        }
                        Err(error) => Err(error.to_string()),
                    }
                }
            };
            match answer {
                Err(_) if self.is_dead() => return Ok(()),
                Err(error) => return self.corrupt(&error),
                Ok(()) => {}
            }
        }
    }

    fn receive(&mut self, journal: &mut Journal) -> Result<(), String> {
        let receipt = Receipt {
            incarnation: journal.incarnation(),
            contiguous_seq: journal.last_seq() - self.rng.below(3).min(journal.last_seq()),
            missing: Vec::new(),
            forked: false,
        };
        let answer = journal.apply_receipt(&receipt);
        answer.map_err(|e| e.to_string())?;
        Ok(())
    }

    fn drafts(&mut self) -> Vec<Draft> {
        let n = self.next_id;
        self.next_id += 4;
        match self.rng.below(8) {
            0 => sample::trouble(n),
            1 | 2 => sample::household(n, 1 + self.rng.below(3), Direction::In),
            3 => sample::household(n, 1 + self.rng.below(3), Direction::Out),
            _ => sample::visit(n, self.rng.below(12)),
        }
    }

    fn is_dead(&self) -> bool {
        self.mounted.with(|disk| disk.is_dead())
    }

    fn lost<T>(&mut self, n: u64) -> Result<T, Over> {
        self.figures.lost += n;
        Err(Over)
    }

    fn corrupt<T>(&mut self, why: &dyn fmt::Display) -> Result<T, Over> {
        self.figures.corrupt += 1;
        if self.backing.synchronous == Synchronous::Full && !self.mounted.with(|d| d.lies) {
            eprintln!("corrupt: {why}");
        }
        Err(Over)
    }
}

/// A fact's name, from the text and not from the column beside it.
fn id(row: &Stored) -> Option<FactId> {
    let (_, after) = row.text.split_once(r#""id":""#)?;
    Some(FactId(Uuid::try_parse(after.get(..36)?).ok()?))
}

/// Larger than a page, so that it can tear.
fn document(version: u64) -> Vec<u8> {
    version.to_le_bytes().repeat(700)
}
