//! Follows an order from the fetch to its end, beside the taps.

use std::{
    io,
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError},
    thread,
    time::Duration,
};

use machitap_wire::update::{Stage, Update};
use rustix::fs::statvfs;

use super::{
    Next, Place, Wanted,
    fetch::{NotFetched, fetch},
    next,
};
use crate::{
    engine::Msg,
    link::backoff::{Backoff, chance},
    messages,
};

/// What the machine says is read so often while an update is under way.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A fetch is told in such steps, hundredths: each is a message to the city.
const STEP: u8 = 10;

/// What is needed to follow orders.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Where they lie.
    pub place: Place,
    /// The city's address for it, as `host:port`.
    pub address: String,
    /// So much of the disk stays free, bytes.
    pub min_free_bytes: u64,
    /// To the engine.
    pub messages: Sender<Msg>,
}

/// The thread that follows orders.
#[derive(Debug)]
pub struct Watch(Sender<()>);

impl Watch {
    /// Begins with what an earlier run left.
    pub fn start(setup: Setup) -> Self {
        let (wake, woken) = mpsc::channel();
        thread::Builder::new()
            .name("update".into())
            .spawn(move || follow(&setup, &woken))
            .expect("the system has room for a thread at start");
        Self(wake)
    }

    /// There is a new order.
    pub fn look(&self) {
        // It looks until this end is gone.
        let _ = self.0.send(());
    }
}

/// When to look again.
enum Again {
    AtOnce,
    After(Duration),
}

fn follow(setup: &Setup, woken: &Receiver<()>) {
    let mut backoff = Backoff::new();
    loop {
        let Some(wanted) = setup.place.wanted() else {
            match woken.recv() {
                Ok(()) => continue,
                Err(_) => return,
            }
        };
        let again = one(setup, &wanted, woken, &mut backoff).unwrap_or_else(|why| {
            tracing::warn!(MESSAGE_ID = messages::UPDATE, %why, "the update waits for its disk");
            Again::After(backoff.next(chance()))
        });
        let pause = match again {
            Again::AtOnce => Duration::ZERO,
            Again::After(pause) => pause,
        };
        match woken.recv_timeout(pause) {
            Ok(()) => backoff = Backoff::new(),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn one(
    setup: &Setup,
    wanted: &Wanted,
    woken: &Receiver<()>,
    backoff: &mut Backoff,
) -> io::Result<Again> {
    let place = &setup.place;
    if !place.is_updated() {
        let why = "this machine is not updated by bundles: a Debian is by its packages";
        return tell(setup, wanted, Stage::refused(why));
    }
    match next(wanted, place.is_there(), &place.said()) {
        Next::Tell(stage) => tell(setup, wanted, stage),
        Next::Given => {
            place.given(wanted)?;
            Ok(Again::AtOnce)
        }
        Next::Fetch => match get(setup, wanted, woken) {
            Ok(()) => {
                *backoff = Backoff::new();
                place.give(wanted)?;
                Ok(Again::AtOnce)
            }
            Err(NotFetched::LetBe) => Ok(Again::AtOnce),
            Err(NotFetched::Refuse(why)) => tell(setup, wanted, Stage::refused(why)),
            Err(NotFetched::Retry(why)) => {
                tell(
                    setup,
                    wanted,
                    Stage::waits(step(there(setup, wanted), wanted), why),
                )?;
                Ok(Again::After(backoff.next(chance())))
            }
        },
    }
}

/// Tells how the order stands; one that has come to its end is none any more.
fn tell(setup: &Setup, wanted: &Wanted, stage: Stage) -> io::Result<Again> {
    let over = stage.is_over();
    let update = Update {
        number: wanted.number,
        stage,
    };
    if over {
        setup.place.end(&update)?;
    }
    // The engine may have ended.
    let _ = setup.messages.send(Msg::Update(update));
    Ok(if over {
        Again::AtOnce
    } else {
        Again::After(LOOK_EVERY)
    })
}

/// Fetches it, if there is room; lets it be when something else is ordered meanwhile.
fn get(setup: &Setup, wanted: &Wanted, woken: &Receiver<()>) -> Result<(), NotFetched> {
    let place = &setup.place;
    place.forget_parts(Some(&wanted.bundle))?;
    room(setup, wanted).map_err(|missing| {
        NotFetched::Refuse(format!("the disk is {missing} MB too small for it"))
    })?;
    let url = format!("http://{}{}", setup.address, wanted.bundle.path());
    let mut told = None;
    fetch(&url, &wanted.bundle, &place.part(&wanted.bundle), |at| {
        let step = step(at, wanted);
        if told != Some(step) {
            told = Some(step);
            // It does not end here, so that nothing of it can fail.
            let _ = tell(setup, wanted, Stage::fetching(step));
        }
        matches!(woken.try_recv(), Err(TryRecvError::Empty))
    })
}

/// How far it is, in steps.
fn step(at: u64, wanted: &Wanted) -> u8 {
    let percent = at.saturating_mul(100) / wanted.bundle.bytes.max(1);
    u8::try_from(percent).unwrap_or(100) / STEP * STEP
}

/// So much of it is on the disk, bytes.
fn there(setup: &Setup, wanted: &Wanted) -> u64 {
    let part = setup.place.part(&wanted.bundle);
    std::fs::metadata(part).map_or(0, |about| about.len())
}

/// Whether the disk takes what is still missing; if not, how much is, megabytes. A disk that cannot
/// say is tried.
fn room(setup: &Setup, wanted: &Wanted) -> Result<(), u64> {
    let Ok(disk) = statvfs(setup.place.own()) else {
        return Ok(());
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let missing = wanted.bundle.bytes.saturating_sub(there(setup, wanted));
    match (missing.saturating_add(setup.min_free_bytes)).checked_sub(free) {
        None | Some(0) => Ok(()),
        Some(short) => Err(short.div_ceil(1_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use machitap_domain::Hash;
    use machitap_wire::update::Bundle;

    use super::*;

    #[test]
    fn a_bundle_that_would_fill_the_disk_is_not_begun() {
        let dir = tempfile::tempdir().unwrap();
        let setup = |min_free_bytes| Setup {
            place: Place::new(dir.path(), dir.path()),
            address: String::new(),
            min_free_bytes,
            messages: mpsc::channel().0,
        };
        let wanted = Wanted {
            number: 1,
            bundle: Bundle {
                sha256: Hash::of(b"x"),
                bytes: 1_000,
            },
            given: false,
        };
        setup(0).place.want(&wanted).unwrap();
        assert_eq!(room(&setup(0), &wanted), Ok(()));
        assert!(room(&setup(1 << 60), &wanted).is_err_and(|mb| mb > 1_000_000));
        assert_eq!((step(999, &wanted), step(1_000, &wanted)), (90, 100));
    }
}
