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

#[cfg(test)]
mod tests {
    use machitap_domain::{
        BootId, Draft, Fact, FactBody, FactId, FactKey, Hash, Incarnation, Quality, Stamp,
        fact::Refusal,
    };

    use super::*;
    use crate::journal::Stored;

    const LIFE: Uuid = Uuid::from_u128(7);

    /// A chain of that many facts.
    fn chain(length: u64) -> Vec<Stored> {
        let mut prev = Hash::GENESIS;
        let stored = |seq: u64| {
            let draft = Draft {
                id: FactId(Uuid::from_u128(seq.into())),
                subject: None,
                at: Stamp {
                    wall_ms: 0,
                    boot: BootId(Uuid::nil()),
                    mono_ms: seq,
                    quality: Quality::UNKNOWN,
                },
                caused_by: None,
                body: FactBody::Refused {
                    why: Refusal::UnknownCard,
                },
            };
            let key = FactKey {
                kiosk: "kiosk-1".parse().unwrap(),
                incarnation: Incarnation(LIFE),
                seq,
            };
            let fact = Fact::place(draft, key, "hall".parse().unwrap(), prev);
            let hash = Hash::of(&fact.to_bytes());
            prev = hash;
            Stored { fact, hash }
        };
        (1..=length).map(stored).collect()
    }

    fn witness() -> Witness {
        Witness {
            kiosk: "kiosk-1".into(),
            trace: vec![trace::Line::Confirmed {
                view: "visit-done".into(),
                seqs: vec![2, 3],
                incarnation: LIFE.to_string(),
            }],
            journal: Local {
                incarnation: LIFE,
                last_seq: 3,
                base_seq: 0,
                receipted: 3,
                facts: chain(3),
            },
        }
    }

    fn ledger() -> Ledger {
        let facts = chain(3);
        let facts = facts.into_iter().map(|s| (s.fact.key.seq, s.fact, s.hash));
        let counted = Counted {
            contiguous: 3,
            forked: false,
            facts: facts.collect(),
        };
        Ledger {
            journals: BTreeMap::from([(("kiosk-1".into(), LIFE), counted)]),
            ..Ledger::default()
        }
    }

    fn said(witness: Witness, ledger: &Ledger) -> String {
        judge(&[witness], ledger).differences.join("\n")
    }

    fn counted(ledger: &mut Ledger) -> &mut Counted {
        ledger.journals.values_mut().next().unwrap()
    }

    #[test]
    fn sides_that_agree_pass() {
        let verdict = judge(&[witness()], &ledger());
        assert_eq!(verdict.differences, Vec::<String>::new());
        assert_eq!(
            (verdict.confirmed, verdict.journalled, verdict.counted),
            (2, 3, 3)
        );
    }

    /// Each way to be wrong is found out: a judge that lets anything pass proves nothing.
    #[test]
    fn every_lie_is_found_out() {
        let mut lost = ledger();
        counted(&mut lost).facts.pop();
        assert!(said(witness(), &lost).contains("counted 0 times"));
        assert!(said(witness(), &lost).contains("1 facts only here"));

        let mut doubled = ledger();
        let again = counted(&mut doubled).facts[2].clone();
        counted(&mut doubled).facts.push(again);
        assert!(said(witness(), &doubled).contains("counted 2 times"));

        let mut other = ledger();
        counted(&mut other).facts[1].2 = Hash([9; 32]);
        assert!(said(witness(), &other).contains("chain breaks at fact 3"));

        let mut hole = ledger();
        counted(&mut hole).contiguous = 1;
        assert!(said(witness(), &hole).contains("a receipt for 3 where the city has 1"));

        let mut forked = ledger();
        counted(&mut forked).forked = true;
        assert!(said(witness(), &forked).contains("fork"));

        let mut letters = ledger();
        letters.dead_letters = 1;
        letters.quarantined = 1;
        assert!(said(witness(), &letters).contains("1 dead letters"));
        assert!(said(witness(), &letters).contains("1 facts quarantined"));

        let mut pruned = witness();
        pruned.journal.base_seq = 2;
        pruned.journal.receipted = 1;
        pruned.journal.facts.drain(..2);
        assert!(said(pruned, &ledger()).contains("pruned to 2 with a receipt to 1"));

        let mut ghost = ledger();
        let life = ("kiosk-2".into(), Uuid::from_u128(8));
        ghost.journals.insert(life, Counted::default());
        assert!(said(witness(), &ghost).contains("a journal nobody has"));

        let mut forgetful = witness();
        forgetful.journal.last_seq = 2;
        forgetful.journal.facts.pop();
        assert!(said(forgetful, &ledger()).contains("1 only in the city"));
    }
}
