//! What a disk holds after the power went: everything up to the last flush, and any of what was
//! written since.
//!
//! Killing an emulator loses only what its guest had in memory: all that reached the emulated
//! disk stays, so that a flush nobody asked for is never missed. QEMU's `blklogwrites` logs each
//! write and each flush (the format of Linux' dm-log-writes: a sector for the head, then for each
//! entry a sector and its data), and from that log the disk is built as it may be found.

use std::{fs, os::unix::fs::FileExt, path::Path};

use crate::random::Random;
use anyhow::{Context, Result, ensure};

const MAGIC: u64 = 0x006a_7366_7773_6872;
const SECTOR: usize = 512;
const FLUSH: u64 = 1;
/// Written through: on the disk when it is acknowledged.
const FUA: u64 = 2;
/// Has no data in the log.
const DISCARD: u64 = 4;

/// One write or flush.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Where it ends in the log, bytes.
    end: usize,
    /// Where its data begins in the log, bytes.
    data: usize,
    sector: u64,
    sectors: usize,
    flags: u64,
}

/// The log of one boot.
pub struct Writes {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

/// What became of the writes after the last flush.
#[derive(Debug, Clone, Copy, Default)]
pub struct Kept {
    /// Sectors of them that reached the disk.
    pub kept: u64,
    /// Sectors of them that did not.
    pub dropped: u64,
}

impl std::ops::AddAssign for Kept {
    fn add_assign(&mut self, other: Self) {
        self.kept += other.kept;
        self.dropped += other.dropped;
    }
}

impl Writes {
    /// Reads the log of a machine that does not run.
    ///
    /// # Errors
    /// When it is none, or has a hole before its own count ends.
    pub fn read(path: &Path) -> Result<Self> {
        Self::parse(fs::read(path).with_context(|| path.display().to_string())?)
    }

    fn parse(bytes: Vec<u8>) -> Result<Self> {
        if bytes.is_empty() {
            // Nothing was written.
            return Ok(Self {
                bytes,
                entries: Vec::new(),
            });
        }
        let number = |at: usize| {
            let eight = bytes.get(at..at + 8)?;
            Some(u64::from_le_bytes(eight.try_into().expect("eight bytes")))
        };
        // The head is first written at the first flush; entries before it count all the same.
        let counted = match number(0) {
            Some(MAGIC) => number(16).unwrap_or(0),
            Some(0) => 0,
            _ => anyhow::bail!("not a log of writes"),
        };
        let mut entries = Vec::new();
        let mut at = SECTOR;
        while let (Some(sector), Some(sectors), Some(flags)) =
            (number(at), number(at + 8), number(at + 16))
        {
            // A hole: what was being logged when the power went.
            if sectors == 0 && flags == 0 {
                break;
            }
            let sectors = usize::try_from(sectors)?;
            let logged = if flags & DISCARD == 0 { sectors } else { 0 };
            let end = at + SECTOR * (1 + logged);
            if end > bytes.len() {
                break;
            }
            entries.push(Entry {
                end,
                data: at + SECTOR,
                sector,
                sectors,
                flags,
            });
            at = end;
        }
        ensure!(
            entries.len() as u64 >= counted,
            "the log of writes has a hole after {} of {counted} entries",
            entries.len()
        );
        Ok(Self { bytes, entries })
    }

    /// How many writes and flushes.
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// The first entry that ends behind so many bytes of the log.
    pub fn after(&self, log_bytes: u64) -> usize {
        self.entries
            .partition_point(|e| (e.end as u64) <= log_bytes)
    }

    /// How long the log was after so many entries, bytes.
    pub fn bytes_at(&self, count: usize) -> u64 {
        let last = count.checked_sub(1).and_then(|n| self.entries.get(n));
        last.map_or(0, |entry| entry.end as u64)
    }

    /// Writes what entry number `n` wrote: on a disk that keeps everything it acknowledged, in
    /// order, that is a moment at which the power may go.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn step(&self, disk: &fs::File, n: usize) -> Result<()> {
        let entry = self.entries.get(n).context("no such entry")?;
        if entry.flags & DISCARD == 0 {
            let at = entry.sector * SECTOR as u64;
            disk.write_all_at(&self.bytes[entry.data..entry.end], at)?;
        }
        Ok(())
    }

    /// Turns the disk of before into that of a power cut after so many entries.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn cut(&self, disk: &Path, after: usize, random: &mut Random) -> Result<Kept> {
        let disk = fs::OpenOptions::new()
            .write(true)
            .open(disk)
            .with_context(|| disk.display().to_string())?;
        let done = &self.entries[..after.min(self.entries.len())];
        let flushed = done
            .iter()
            .rposition(|e| e.flags & FLUSH != 0)
            .map_or(0, |n| n + 1);
        let mut kept = Kept::default();
        // Some disks keep nothing that was not flushed, some nearly all.
        let percent = [0, 10, 50, 90, 100][random.below(5) as usize];
        for (n, entry) in done.iter().enumerate() {
            if entry.flags & DISCARD != 0 {
                // Promises nothing of what is read there afterwards.
                continue;
            }
            if n < flushed || entry.flags & FUA != 0 {
                let data = &self.bytes[entry.data..entry.end];
                disk.write_all_at(data, entry.sector * SECTOR as u64)?;
                continue;
            }
            for sector in 0..entry.sectors {
                if !random.percent(percent) {
                    kept.dropped += 1;
                    continue;
                }
                kept.kept += 1;
                let from = entry.data + sector * SECTOR;
                let at = (entry.sector + sector as u64) * SECTOR as u64;
                disk.write_all_at(&self.bytes[from..from + SECTOR], at)?;
            }
        }
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(counted: u64) -> Vec<u8> {
        let mut sector = vec![0; SECTOR];
        sector[..8].copy_from_slice(&MAGIC.to_le_bytes());
        sector[8..16].copy_from_slice(&1_u64.to_le_bytes());
        sector[16..24].copy_from_slice(&counted.to_le_bytes());
        sector
    }

    fn entry(sector: u64, flags: u64, data: &[u8]) -> Vec<u8> {
        let mut all = vec![0; SECTOR];
        all[..8].copy_from_slice(&sector.to_le_bytes());
        all[8..16].copy_from_slice(&((data.len() / SECTOR) as u64).to_le_bytes());
        all[16..24].copy_from_slice(&flags.to_le_bytes());
        all.extend(data);
        all
    }

    fn log() -> Vec<u8> {
        [
            head(2),
            entry(1, 0, &[1; SECTOR]),
            entry(0, FLUSH, &[]),
            entry(2, 0, &[2; SECTOR * 8]),
        ]
        .concat()
    }

    fn after_a_cut(writes: &Writes, after: usize, seed: u64) -> (Vec<u8>, Kept) {
        let disk = tempfile::NamedTempFile::new().unwrap();
        disk.as_file().set_len(SECTOR as u64 * 10).unwrap();
        let kept = writes
            .cut(disk.path(), after, &mut Random::seeded(seed))
            .unwrap();
        (fs::read(disk.path()).unwrap(), kept)
    }

    #[test]
    fn what_was_flushed_stays_and_the_rest_may() {
        let writes = Writes::parse(log()).unwrap();
        assert_eq!(writes.count(), 3);
        let mut torn = 0;
        for seed in 0..50 {
            let (disk, kept) = after_a_cut(&writes, 3, seed);
            assert_eq!(disk[SECTOR..SECTOR * 2], [1; SECTOR]);
            assert_eq!(kept.kept + kept.dropped, 8);
            let there = disk[SECTOR * 2..].iter().filter(|b| **b == 2).count();
            assert_eq!(there as u64, kept.kept * SECTOR as u64);
            torn += usize::from(kept.kept > 0 && kept.dropped > 0);
        }
        assert!(torn > 10, "no write was torn");
    }

    #[test]
    fn step_by_step_everything_is_there() {
        let writes = Writes::parse(log()).unwrap();
        let disk = tempfile::NamedTempFile::new().unwrap();
        for n in 0..3 {
            writes.step(disk.as_file(), n).unwrap();
        }
        let found = fs::read(disk.path()).unwrap();
        assert_eq!(found[..SECTOR], [0; SECTOR]);
        assert_eq!(found[SECTOR..SECTOR * 2], [1; SECTOR]);
        assert_eq!(found[SECTOR * 2..], [2; SECTOR * 8]);
        assert!(writes.step(disk.as_file(), 3).is_err());
    }

    #[test]
    fn a_cut_before_the_flush_promises_nothing() {
        let writes = Writes::parse(log()).unwrap();
        let lost = (0..50).any(|seed| after_a_cut(&writes, 1, seed).0[SECTOR] == 0);
        assert!(lost);
        assert_eq!(writes.after(writes.bytes_at(1)), 1);
        assert_eq!(writes.after(writes.bytes_at(2) + 1), 2);
    }

    #[test]
    fn a_log_that_was_cut_itself_is_read_as_far_as_it_goes() {
        let mut bytes = log();
        bytes.truncate(bytes.len() - SECTOR);
        assert_eq!(Writes::parse(bytes).unwrap().count(), 2);
        let hole = [head(2), entry(1, 0, &[1; SECTOR]), vec![0; SECTOR]].concat();
        assert!(Writes::parse(hole).is_err());
        assert!(Writes::parse(vec![7; SECTOR]).is_err());
        assert_eq!(Writes::parse(Vec::new()).unwrap().count(), 0);
    }
}
