//! What the kiosk says it has shown, heard outside the machine: its `--trace` leaves by a port of
//! its own, so that it outlives the power.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::Shutdown,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Instant,
};

use anyhow::{Context, Result};
use machitap_sim::stage::trace::Line;

/// A line of the trace, and when it came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// The line.
    pub(crate) line: Line,
    /// When it was heard.
    pub(crate) at: Instant,
    /// How long the log of the disk's writes was then, bytes: what the line rests on is below.
    pub(crate) log_bytes: u64,
}

type Heard = Arc<Mutex<Vec<Seen>>>;

/// Listens until the machine ends.
#[derive(Debug)]
pub(super) struct Witness {
    stream: UnixStream,
    heard: Heard,
    thread: Option<JoinHandle<()>>,
}

impl Witness {
    pub(super) fn connect(socket: &Path, log: PathBuf) -> Result<Self> {
        let stream = UnixStream::connect(socket).context("the socket of the kiosk's trace")?;
        let lines = BufReader::new(stream.try_clone()?).lines();
        let heard = Heard::default();
        let ours = Arc::clone(&heard);
        let thread = thread::Builder::new()
            .name("witness".into())
            .spawn(move || {
                // A line that the power cut in two was not said.
                for text in lines.map_while(Result::ok) {
                    let log_bytes = fs::metadata(&log).map_or(0, |about| about.len());
                    if let Ok(line) = serde_json::from_str(&text) {
                        let at = Instant::now();
                        lock(&ours).push(Seen {
                            line,
                            at,
                            log_bytes,
                        });
                    }
                }
            })?;
        Ok(Self {
            stream,
            heard,
            thread: Some(thread),
        })
    }

    /// When the kiosk first said that it waits for people.
    pub(super) fn serves_since(&self) -> Option<Instant> {
        let heard = lock(&self.heard);
        let idle = heard.iter().find(|s| matches!(s.line, Line::Idle { .. }));
        idle.map(|seen| seen.at)
    }

    /// How much was heard.
    pub(super) fn count(&self) -> usize {
        lock(&self.heard).len()
    }

    /// The first after so many lines that says that something was done.
    pub(super) fn confirmed_after(&self, count: usize) -> Option<Seen> {
        let heard = lock(&self.heard);
        let is = |seen: &&Seen| matches!(seen.line, Line::Confirmed { .. });
        heard.get(count..)?.iter().find(is).cloned()
    }

    /// All that was said, to the last word on the wire.
    pub(super) fn close(mut self) -> Vec<Seen> {
        self.join();
        std::mem::take(&mut lock(&self.heard))
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        // The machine may still run.
        let _ = self.stream.shutdown(Shutdown::Both);
        self.join();
    }
}

fn lock(heard: &Heard) -> MutexGuard<'_, Vec<Seen>> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}
