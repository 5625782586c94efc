//! What a disk holds, what it has promised, and what is left of it after a cut.

use std::collections::BTreeMap;

use crate::random::Random;

/// A sector is written whole or not at all, bytes; anything larger may tear.
pub const SECTOR: usize = 512;

#[derive(Debug, Clone)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Resize(usize),
}

#[derive(Debug, Clone, Default)]
struct Inode {
    /// What the program sees.
    live: Vec<u8>,
    /// What was synchronised.
    durable: Vec<u8>,
    /// What was not, in order.
    pending: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Naming {
    Create(String, usize),
    Delete(String),
}

/// What an operation on the disk may answer instead of its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The power is gone, or the operation fails.
    Io,
    /// No space left.
    Full,
}

/// What a cut keeps of everything that was not synchronised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Nothing.
    None,
    /// All of it.
    All,
    /// Any operations, whatever their order.
    AnyOperations,
    /// Any sectors of any operations.
    AnySectors,
    /// The operations up to some point, the last one torn.
    Prefix,
}

/// A disk in memory. Every change is counted; the power can be cut at any of them.
#[derive(Debug, Default)]
pub struct Disk {
    inodes: Vec<Inode>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    pending_names: Vec<Naming>,
    operations: u64,
    cut_at: Option<u64>,
    cut_at_sync: Option<u64>,
    fail_at: Option<u64>,
    syncs: u64,
    dead: bool,
    /// Bytes all files together may have.
    pub capacity: Option<usize>,
    /// Answers that it has synchronised and has not.
    pub lies: bool,
}

impl Disk {
    /// Changes made since the disk was new.
    pub const fn operations(&self) -> u64 {
        self.operations
    }

    /// Cuts the power during the `n`-th change from now; 1 is the next.
    pub const fn cut_in(&mut self, n: u64) {
        self.cut_at = Some(self.operations + n);
    }

    /// Cuts the power when the `n`-th synchronisation from now is asked for: all is
    /// written and nothing promised.
    pub const fn cut_in_syncs(&mut self, n: u64) {
        self.cut_at_sync = Some(self.syncs + n);
    }

    /// Lets the `n`-th change from now fail once, without cutting the power.
    pub const fn fail_in(&mut self, n: u64) {
        self.fail_at = Some(self.operations + n);
    }

    /// True once the power is gone.
    pub const fn is_dead(&self) -> bool {
        self.dead
    }

    /// Bytes all files together have.
    pub fn used(&self) -> usize {
        self.names
            .values()
            .map(|i| self.inodes[*i].live.len())
            .sum()
    }

    /// Brings the power back: whatever a disk may legally hold now, it holds.
    pub fn crash(&mut self, kept: Kept, rng: &mut Random) {
        for inode in &mut self.inodes {
            let pending = std::mem::take(&mut inode.pending);
            let end = match kept {
                Kept::None => 0,
                Kept::Prefix => rng.below(pending.len() as u64 + 1) as usize,
                _ => pending.len(),
            };
            for (index, change) in pending.iter().take(end).enumerate() {
                let torn = match kept {
                    Kept::AnySectors => true,
                    Kept::Prefix => index + 1 == end,
                    _ => false,
                };
                if kept == Kept::AnyOperations && rng.percent(50) {
                    continue;
                }
                persist(&mut inode.durable, change, torn, rng);
            }
            inode.live.clone_from(&inode.durable);
        }
        for naming in std::mem::take(&mut self.pending_names) {
            let keep = match kept {
                Kept::None => false,
                Kept::All => true,
                _ => rng.percent(50),
            };
            if keep {
                rename(&mut self.durable_names, &naming);
            }
        }
        self.names.clone_from(&self.durable_names);
        self.cut_at = None;
        self.cut_at_sync = None;
        self.fail_at = None;
        self.dead = false;
    }

    pub(super) fn open(&mut self, name: Option<&str>, create: bool) -> Result<usize, Fault> {
        self.alive()?;
        if let Some(inode) = name.and_then(|n| self.names.get(n)) {
            return Ok(*inode);
        }
        if !create {
            return Err(Fault::Io);
        }
        let inode = self.inodes.len();
        self.inodes.push(Inode::default());
        if let Some(name) = name {
            let naming = Naming::Create(name.to_owned(), inode);
            rename(&mut self.names, &naming);
            self.pending_names.push(naming);
            self.step()?;
        }
        Ok(inode)
    }

    pub(super) fn delete(&mut self, name: &str, and_sync: bool) -> Result<(), Fault> {
        self.alive()?;
        let naming = Naming::Delete(name.to_owned());
        rename(&mut self.names, &naming);
        self.pending_names.push(naming);
        self.step()?;
        if and_sync {
            self.step()?;
            self.sync_names();
        }
        Ok(())
    }

    /// As the system's own VFS has it: an empty file is none.
    pub(super) fn exists(&self, name: &str) -> bool {
        self.names
            .get(name)
            .is_some_and(|i| !self.inodes[*i].live.is_empty())
    }

    pub(super) fn len(&self, inode: usize) -> usize {
        self.inodes[inode].live.len()
    }

    /// Reads what there is and says how much.
    pub(super) fn read(&self, inode: usize, at: usize, into: &mut [u8]) -> Result<usize, Fault> {
        self.alive()?;
        let live = &self.inodes[inode].live;
        let there = live.get(at..).unwrap_or_default();
        let n = there.len().min(into.len());
        into[..n].copy_from_slice(&there[..n]);
        Ok(n)
    }

    pub(super) fn write(&mut self, inode: usize, at: usize, bytes: &[u8]) -> Result<(), Fault> {
        self.alive()?;
        let grows = (at + bytes.len()).saturating_sub(self.inodes[inode].live.len());
        if self.capacity.is_some_and(|c| self.used() + grows > c) {
            return Err(Fault::Full);
        }
        let change = Change::Write {
            at,
            bytes: bytes.to_vec(),
        };
        self.change(inode, change)
    }

    pub(super) fn resize(&mut self, inode: usize, len: usize) -> Result<(), Fault> {
        self.alive()?;
        self.change(inode, Change::Resize(len))
    }

    pub(super) fn sync(&mut self, inode: usize, and_names: bool) -> Result<(), Fault> {
        self.alive()?;
        self.syncs += 1;
        if self.cut_at_sync == Some(self.syncs) {
            self.cut_at = Some(self.operations + 1);
        }
        self.step()?;
        if self.lies {
            return Ok(());
        }
        let inode = &mut self.inodes[inode];
        inode.pending.clear();
        inode.durable.clone_from(&inode.live);
        if and_names {
            self.step()?;
            self.sync_names();
        }
        Ok(())
    }

    fn sync_names(&mut self) {
        if !self.lies {
            self.pending_names.clear();
            self.durable_names.clone_from(&self.names);
        }
    }

    fn change(&mut self, inode: usize, change: Change) -> Result<(), Fault> {
        if self.fail_at == Some(self.operations + 1) {
            return self.step();
        }
        let file = &mut self.inodes[inode];
        apply(&mut file.live, &change, |_| {});
        file.pending.push(change);
        self.step()
    }

    const fn alive(&self) -> Result<(), Fault> {
        if self.dead { Err(Fault::Io) } else { Ok(()) }
    }

    /// Counts a change. The one the power is cut at is on its way to the disk: it may be
    /// kept or not, like every other.
    fn step(&mut self) -> Result<(), Fault> {
        self.operations += 1;
        if self.cut_at == Some(self.operations) {
            self.dead = true;
            return Err(Fault::Io);
        }
        if self.fail_at == Some(self.operations) {
            self.fail_at = None;
            return Err(Fault::Io);
        }
        Ok(())
    }
}

fn rename(names: &mut BTreeMap<String, usize>, naming: &Naming) {
    match naming {
        Naming::Create(name, inode) => names.insert(name.clone(), *inode),
        Naming::Delete(name) => names.remove(name),
    };
}

/// Applies a change; `fill` makes up the bytes of a gap nobody wrote.
fn apply(content: &mut Vec<u8>, change: &Change, fill: impl FnOnce(&mut [u8])) {
    match change {
        Change::Resize(len) => content.resize(*len, 0),
        Change::Write { at, bytes } => {
            let (old, end) = (content.len(), at + bytes.len());
            if end > old {
                content.resize(end, 0);
            }
            if *at > old {
                fill(&mut content[old..*at]);
            }
            content[*at..end].copy_from_slice(bytes);
        }
    }
}

/// Applies what a cut keeps of a change. What lies between the old end of a file and a
/// sector that was kept is zero or, as some file systems have it, anything.
fn persist(content: &mut Vec<u8>, change: &Change, torn: bool, rng: &mut Random) {
    let Change::Write { at, bytes } = change else {
        if !torn || rng.percent(50) {
            apply(content, change, |_| {});
        }
        return;
    };
    let mut from = 0;
    while from < bytes.len() {
        let to = bytes.len().min((at + from) / SECTOR * SECTOR + SECTOR - at);
        if !torn || rng.percent(50) {
            let piece = Change::Write {
                at: at + from,
                bytes: bytes[from..to].to_vec(),
            };
            let garbage = rng.percent(50);
            apply(content, &piece, |gap| {
                if garbage {
                    gap.iter_mut().for_each(|b| *b = rng.next() as u8);
                }
            });
        }
        from = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(disk: &mut Disk) -> usize {
        let file = disk.open(Some("f"), true).unwrap();
        disk.write(file, 0, &[1; 4 * SECTOR]).unwrap();
        disk.sync(file, true).unwrap();
        disk.write(file, 0, &[2; 4 * SECTOR]).unwrap();
        file
    }

    #[test]
    fn what_was_synchronised_stays_and_the_rest_stays_in_sectors() {
        let mut seen = [false; 2];
        for seed in 0..64 {
            let mut disk = Disk::default();
            let mut rng = Random::seeded(seed);
            let file = written(&mut disk);
            disk.crash(Kept::AnySectors, &mut rng);
            let content = &disk.inodes[file].live;
            assert_eq!(content.len(), 4 * SECTOR);
            for sector in content.chunks(SECTOR) {
                assert!(
                    sector.iter().all(|b| *b == sector[0]),
                    "a sector never tears"
                );
                seen[usize::from(sector[0] == 2)] = true;
            }
        }
        assert_eq!(seen, [true, true], "some sectors are kept and some are not");
    }

    #[test]
    fn a_name_that_was_not_synchronised_may_be_gone() {
        let mut disk = Disk::default();
        let file = disk.open(Some("f"), true).unwrap();
        disk.write(file, 0, b"x").unwrap();
        disk.sync(file, false).unwrap();
        disk.crash(Kept::None, &mut Random::seeded(1));
        assert!(!disk.exists("f"));
    }

    #[test]
    fn nothing_works_on_a_dead_disk() {
        let mut disk = Disk::default();
        let file = written(&mut disk);
        disk.cut_in(1);
        assert_eq!(disk.sync(file, false), Err(Fault::Io));
        assert_eq!(disk.write(file, 0, b"x"), Err(Fault::Io));
        assert_eq!(disk.read(file, 0, &mut [0]), Err(Fault::Io));
        disk.crash(Kept::None, &mut Random::seeded(1));
        assert_eq!(disk.inodes[file].live, [1; 4 * SECTOR]);
    }

    #[test]
    fn a_lying_disk_has_promised_and_not_kept() {
        let mut disk = Disk {
            lies: true,
            ..Disk::default()
        };
        let file = written(&mut disk);
        disk.crash(Kept::None, &mut Random::seeded(1));
        assert!(disk.inodes[file].live.is_empty());
    }
}
