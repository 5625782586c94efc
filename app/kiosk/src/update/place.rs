//! Where an update lies on the disk.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use machitap_wire::update::{Bundle, Update};

use super::Wanted;
use crate::files::{self, flush, forget};

/// The order that has not come to its end.
const WANTED: &str = "wanted.json";
/// What became of the order before.
const LAST: &str = "last.json";
/// A bundle that is whole.
const BUNDLE: &str = "bundle.raucb";
/// The machine may boot for it.
const REBOOT: &str = "reboot";
/// What there is of one.
const PART: &str = "part";
/// What the machine says.
const SAID: &str = "now";

/// The kiosk's directory for updates, and the machine's.
#[derive(Debug, Clone)]
pub struct Place {
    own: PathBuf,
    machine: PathBuf,
    /// Held where the order changes: a new one must not be written over by what became of the old.
    order: Arc<Mutex<()>>,
}

impl Place {
    /// In the kiosk's state, and where the machine says how it stands.
    pub fn new(state: &Path, machine: &Path) -> Self {
        Self {
            own: state.join("update"),
            machine: machine.to_owned(),
            order: Arc::default(),
        }
    }

    fn order(&self) -> MutexGuard<'_, ()> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The directory a bundle is fetched into.
    pub(super) fn own(&self) -> &Path {
        &self.own
    }

    /// True when this machine is updated by bundles.
    pub(super) fn is_updated(&self) -> bool {
        self.machine.is_dir()
    }

    /// What the machine says; nothing before its first update.
    pub(super) fn said(&self) -> String {
        fs::read_to_string(self.machine.join(SAID)).unwrap_or_default()
    }

    /// The order, if there is one.
    pub fn wanted(&self) -> Option<Wanted> {
        read(&self.own.join(WANTED))
    }

    /// What became of the order before.
    pub fn last(&self) -> Option<Update> {
        read(&self.own.join(LAST))
    }

    /// Keeps an order; the one before is given up, unless the machine has it already: then false.
    ///
    /// # Errors
    /// As the system says; then there is no such order.
    pub fn want(&self, wanted: &Wanted) -> io::Result<bool> {
        let _order = self.order();
        if self.wanted().is_some_and(|before| before.given) || self.is_there() {
            return Ok(false);
        }
        fs::create_dir_all(&self.own)?;
        put(&self.own, WANTED, wanted).map(|()| true)
    }

    /// Keeps that the machine has the bundle.
    pub(super) fn given(&self, wanted: &Wanted) -> io::Result<()> {
        let _order = self.order();
        let given = Wanted {
            given: true,
            ..*wanted
        };
        put(&self.own, WANTED, &given)
    }

    /// Keeps what became of the order: there is none any more.
    pub(super) fn end(&self, update: &Update) -> io::Result<()> {
        let _order = self.order();
        put(&self.own, LAST, update)?;
        if self.wanted().is_some_and(|w| w.number != update.number) {
            return Ok(());
        }
        for name in [WANTED, REBOOT] {
            forget(&self.own.join(name))?;
        }
        self.forget_parts(None)
    }

    /// What there is of this bundle.
    pub(super) fn part(&self, bundle: &Bundle) -> PathBuf {
        self.own.join(part(bundle))
    }

    /// Takes away what there is of other bundles.
    pub(super) fn forget_parts(&self, but: Option<&Bundle>) -> io::Result<()> {
        let keep = but.map(part);
        for entry in fs::read_dir(&self.own)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with(PART) && Some(name.as_ref()) != keep.as_deref() {
                forget(&path)?;
            }
        }
        Ok(())
    }

    /// The bundle lies where the machine takes it.
    pub(super) fn is_there(&self) -> bool {
        self.own.join(BUNDLE).exists()
    }

    /// A whole bundle becomes the one the machine takes, in one step, where it is still wanted.
    pub(super) fn give(&self, wanted: &Wanted) -> io::Result<()> {
        let order = self.order();
        if self.wanted() != Some(*wanted) {
            return Ok(());
        }
        fs::rename(self.part(&wanted.bundle), self.own.join(BUNDLE))?;
        flush(&self.own)?;
        drop(order);
        self.given(wanted)
    }

    /// Says that the machine may boot now.
    ///
    /// # Errors
    /// As the system says; it is said again.
    pub fn may_boot(&self) -> io::Result<()> {
        File::create(self.own.join(REBOOT)).map(drop)
    }
}

fn part(bundle: &Bundle) -> String {
    format!("{PART}-{}", bundle.sha256)
}

/// What cannot be read is not there: it was written in one step, or by another version.
fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Option<T> {
    let text = fs::read(path).ok()?;
    serde_json::from_slice(&text).ok()
}

fn put<T: serde::Serialize>(dir: &Path, name: &str, what: &T) -> io::Result<()> {
    let text = serde_json::to_vec(what).expect("plain data");
    files::put(dir, name, &text, |_| Ok(()))
}

#[cfg(test)]
mod tests {
    use machitap_domain::Hash;
    use machitap_wire::update::Stage;

    use super::*;

    #[test]
    fn an_order_is_kept_until_its_end_and_what_became_of_it_after() {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::new(dir.path(), &dir.path().join("machine"));
        assert_eq!((place.wanted(), place.last()), (None, None));
        assert!(!place.is_updated());
        let wanted = |n: u8| Wanted {
            number: n.into(),
            bundle: Bundle {
                sha256: Hash([n; 32]),
                bytes: 1,
            },
            given: false,
        };
        place.want(&wanted(1)).unwrap();
        fs::write(place.part(&wanted(1).bundle), "x").unwrap();
        place.want(&wanted(2)).unwrap();
        fs::write(place.part(&wanted(2).bundle), "y").unwrap();
        assert_eq!(place.wanted(), Some(wanted(2)));
        place.forget_parts(Some(&wanted(2).bundle)).unwrap();
        assert!(!place.part(&wanted(1).bundle).exists());
        place.give(&wanted(1)).unwrap();
        assert!(!place.is_there(), "not wanted any more");
        place.give(&wanted(2)).unwrap();
        assert!(place.is_there());
        assert!(!place.want(&wanted(3)).unwrap(), "one at a time");
        fs::remove_file(place.own().join(BUNDLE)).unwrap();
        let end = Update {
            number: 2,
            stage: Stage::Kept,
        };
        place.end(&end).unwrap();
        assert_eq!((place.wanted(), place.last()), (None, Some(end)));
    }
}
