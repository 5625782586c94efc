//! The judgement at the end: what the screens promised, what the journals hold and what
//! the city counted are the same.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use uuid::Uuid;

use crate::{
    journal::Local,
    ledger::{Counted, Ledger},
    stage::{Kiosk, trace},
};

/// What one side has that the other has not, in words; empty when all is well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Each difference.
    pub differences: Vec<String>,
    /// Taps that a screen answered.
    pub taps: u64,
    /// Facts in the kiosks' journals.
    pub journalled: u64,
    /// Facts the city counted.
    pub counted: u64,
    /// Facts that a screen said were done.
    pub confirmed: u64,
    /// Points by the kiosks' journals.
    pub points_here: i64,
    /// Points by the city's ledger.
    pub points_there: i64,
}

/// A kiosk's word and memory.
#[derive(Debug)]
pub struct Witness {
    /// Its id.
    pub kiosk: String,
    /// What it showed.
    pub trace: Vec<trace::Line>,
    /// What it keeps.
    pub journal: Local,
}

impl Witness {
    /// Reads a kiosk that does not run.
    ///
    /// # Errors
    /// When trace or journal cannot be read, or the chain does not close.
    pub fn hear(kiosk: &Kiosk) -> Result<Self> {
        Ok(Self {
            kiosk: kiosk.id().to_string(),
            trace: kiosk.trace()?,
            journal: kiosk.journal()?,
        })
    }
}

/// Compares.
pub fn judge(witnesses: &[Witness], ledger: &Ledger) -> Verdict {
    let mut verdict = Verdict::default();
    let wrong = |verdict: &mut Verdict, what: String| verdict.differences.push(what);
    if ledger.quarantined > 0 {
        wrong(
            &mut verdict,
            format!("{} facts quarantined", ledger.quarantined),
        );
    }
    if ledger.dead_letters > 0 {
        wrong(
            &mut verdict,
            format!("{} dead letters", ledger.dead_letters),
        );
    }
    let none = Counted::default();
    let mut heard = BTreeSet::new();
    for witness in witnesses {
        let local = &witness.journal;
        let life = (witness.kiosk.clone(), local.incarnation);
        let counted = ledger.journals.get(&life).unwrap_or(&none);
        heard.insert(life);
        let mut say = |what: String| {
            let kiosk = &witness.kiosk;
            verdict.differences.push(format!("{kiosk}: {what}"));
        };
        compare(local, counted, &mut say);
        let confirmed = confirmed(&witness.trace);
        for (incarnation, seqs) in &confirmed {
            let there = ledger
                .journals
                .get(&(witness.kiosk.clone(), *incarnation))
                .unwrap_or(&none);
            for seq in seqs {
                let times = there.facts.iter().filter(|(s, _, _)| s == seq).count();
                if times != 1 {
                    say(format!(
                        "fact {seq} was shown as done and is counted {times} times"
                    ));
                }
            }
        }
        verdict.confirmed += confirmed.values().map(|s| s.len() as u64).sum::<u64>();
        verdict.taps += taps(&witness.trace);
        verdict.journalled += local.last_seq;
        verdict.points_here += local.folds().total_points();
        verdict.points_there += counted.folds().total_points();
    }
    for (life, counted) in &ledger.journals {
        verdict.counted += counted.facts.len() as u64;
        if !heard.contains(life) {
            let what = format!("{}: the city counts a journal nobody has", life.0);
            wrong(&mut verdict, what);
        }
    }
    if verdict.points_here != verdict.points_there {
        let (here, there) = (verdict.points_here, verdict.points_there);
        wrong(
            &mut verdict,
            format!("{here} points at the kiosks, {there} in the city"),
        );
    }
    verdict
}

fn compare(local: &Local, counted: &Counted, say: &mut impl FnMut(String)) {
    if counted.forked {
        say("the city sees a fork".into());
    }
    if counted.contiguous != local.last_seq {
        say(format!(
            "{} facts here, {} counted without a hole",
            local.last_seq, counted.contiguous
        ));
    }
    if local.base_seq > local.receipted {
        say(format!(
            "pruned to {} with a receipt to {}",
            local.base_seq, local.receipted
        ));
    }
    if local.receipted > counted.contiguous {
        say(format!(
            "a receipt for {} where the city has {}",
            local.receipted, counted.contiguous
        ));
    }
    let mut prev = machitap_domain::Hash::GENESIS;
    for (n, (seq, fact, hash)) in (1..).zip(&counted.facts) {
        if *seq != n || fact.prev != prev {
            say(format!("the city's chain breaks at fact {seq}"));
            break;
        }
        prev = *hash;
    }
    let mine = local.facts.iter().map(|s| (s.fact.key.seq, s.hash.0));
    let mine: BTreeSet<(u64, [u8; 32])> = mine.collect();
    let theirs = counted.facts.iter().map(|(seq, _, hash)| (*seq, hash.0));
    let theirs: BTreeSet<(u64, [u8; 32])> = theirs.filter(|(s, _)| *s > local.base_seq).collect();
    let (only_here, only_there) = (
        mine.difference(&theirs).count(),
        theirs.difference(&mine).count(),
    );
    if only_here + only_there > 0 {
        say(format!(
            "{only_here} facts only here, {only_there} only in the city"
        ));
    }
    if local.base_seq == 0 && local.folds() != counted.folds() {
        say("accounts or attendance differ".into());
    }
}

/// The facts shown as done, by life.
fn confirmed(trace: &[trace::Line]) -> BTreeMap<Uuid, BTreeSet<u64>> {
    let mut confirmed: BTreeMap<Uuid, BTreeSet<u64>> = BTreeMap::new();
    for line in trace {
        if let trace::Line::Confirmed {
            seqs, incarnation, ..
        } = line
            && let Ok(life) = incarnation.parse()
        {
            confirmed.entry(life).or_default().extend(seqs);
        }
    }
    confirmed
}

fn taps(trace: &[trace::Line]) -> u64 {
    let taps = trace
        .iter()
        .filter(|l| matches!(l, trace::Line::Tap { .. }));
    taps.count() as u64
}
