//! What must be on a disk after a power cut.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Result, ensure};
use machitap_sim::{journal::Local, ledger::Counted, stage::trace::Line};

use crate::{disk, town::confirmed};

/// How the message begins when a fact is gone.
pub(crate) const LOST: &str = "LOST";

/// Mends the file system as a boot does, opens the journal, and looks for every fact that a screen
/// had said to be done.
///
/// # Errors
/// What is damaged or missing.
pub(crate) fn into(copy: &Path, said: &[&Line]) -> Result<Option<Local>> {
    disk::mend(copy)?;
    let journal = disk::journal(copy)?;
    for line in said {
        let Some((life, seqs)) = confirmed(line) else {
            continue;
        };
        let there = journal.as_ref().filter(|j| j.incarnation == life);
        let (base, last) = there.map_or((0, 0), |j| (j.base_seq, j.last_seq));
        for seq in seqs {
            // The journal's own reader has seen that it has no hole.
            ensure!(
                there.is_some() && seq <= last,
                "{LOST}: a screen said that fact {seq} was done; the journal has {base} to {last}"
            );
        }
    }
    Ok(journal)
}

/// Looks for every fact that the city has counted.
///
/// # Errors
/// What the kiosk does not know any more, or knows otherwise.
pub(crate) fn compare(journal: &Local, counted: &Counted) -> Result<()> {
    ensure!(!counted.forked, "the city sees a fork");
    let here: BTreeMap<u64, [u8; 32]> = journal
        .facts
        .iter()
        .map(|stored| (stored.fact.key.seq, stored.hash.0))
        .collect();
    for (seq, _, hash) in &counted.facts {
        if *seq <= journal.base_seq {
            continue;
        }
        ensure!(
            here.get(seq) == Some(&hash.0),
            "{LOST}: the city has counted fact {seq}; the journal does not have it"
        );
    }
    Ok(())
}
