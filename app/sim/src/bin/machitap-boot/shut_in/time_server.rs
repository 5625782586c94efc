//! The town's time server: SNTP (RFC 4330), from this machine's own clock. The machine asks port 123
//! of what is outside, which is this machine's loopback.
//!
//! Twelve lines of a protocol instead of a server: it must be silent until it is told to answer.

use std::{
    io,
    net::{Ipv4Addr, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use machitap_sim::stage::wait;

const PORT: u16 = 123;
/// So often the thread looks whether it is still wanted.
const TURN: Duration = Duration::from_millis(100);
/// systemd-timesyncd asks again after ten seconds, and after all servers were silent for thirty.
const ASKED_LIMIT: Duration = Duration::from_secs(180);

/// Seconds from 1900, where NTP counts from, to 1970.
const FROM_1900: u64 = 2_208_988_800;
/// A packet without extensions.
const LENGTH: usize = 48;
/// No leap second, version 4, a server.
const SERVER: u8 = 0b00_100_100;
const CLIENT: u8 = 3;

/// A server that hears, and answers once it may.
pub(super) struct TimeServer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    answers: AtomicBool,
    ended: AtomicBool,
    unanswered: AtomicUsize,
}

impl TimeServer {
    /// Takes the port.
    ///
    /// # Errors
    /// When it is taken: by this machine's own time server, perhaps.
    pub(super) fn bind() -> Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, PORT)).context(
            "UDP port 123 of 127.0.0.1, where the trial's time server has to be: is one running here?",
        )?;
        socket.set_read_timeout(Some(TURN))?;
        let shared = Arc::<Shared>::default();
        let ours = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("time".into())
            .spawn(move || serve(&socket, &ours))?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Waits until somebody has asked what time it is.
    ///
    /// # Errors
    /// When nobody does.
    pub(super) fn wait_until_asked(&self) -> Result<()> {
        wait::until(ASKED_LIMIT, "the machine to ask for the time", || {
            self.asked_before() > 0
        })
    }

    /// Answers from now on.
    pub(super) fn answer(&self) {
        self.shared.answers.store(true, Ordering::Relaxed);
    }

    /// How many questions it left unanswered.
    pub(super) fn asked_before(&self) -> usize {
        self.shared.unanswered.load(Ordering::Relaxed)
    }
}

impl Drop for TimeServer {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(socket: &UdpSocket, shared: &Shared) {
    while !shared.ended.load(Ordering::Relaxed) {
        let mut question = [0; LENGTH];
        // Nobody asked within the turn.
        let Ok((length, from)) = socket.recv_from(&mut question) else {
            continue;
        };
        if length < LENGTH || question[0] & 0b111 != CLIENT {
            continue;
        }
        if shared.answers.load(Ordering::Relaxed) {
            let sent = now().map(|now| socket.send_to(&answer(&question, now), from));
            if let Err(error) = sent {
                eprintln!("the time server: {error}");
            }
        } else {
            shared.unanswered.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Seconds since 1900 and their 2^32nd parts.
fn now() -> io::Result<[u8; 8]> {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_err(io::Error::other)?;
    let seconds = u64::from(u32::MAX) & (since.as_secs() + FROM_1900);
    let parts = (u64::from(since.subsec_nanos()) << 32) / 1_000_000_000;
    Ok((seconds << 32 | parts).to_be_bytes())
}

/// The answer of a server that has its time from a clock of its own.
fn answer(question: &[u8; LENGTH], now: [u8; 8]) -> [u8; LENGTH] {
    const STRATUM: usize = 1;
    const PRECISION: usize = 3;
    const NAME: usize = 12;
    const REFERENCE: usize = 16;
    const ORIGIN: usize = 24;
    const RECEIVED: usize = 32;
    const SENT: usize = 40;
    let mut answer = [0; LENGTH];
    answer[0] = SERVER;
    answer[STRATUM] = 1;
    // A microsecond: 2 to the -20th.
    answer[PRECISION] = (-20_i8).cast_unsigned();
    answer[NAME..NAME + 4].copy_from_slice(b"LOCL");
    answer[ORIGIN..ORIGIN + 8].copy_from_slice(&question[SENT..]);
    for at in [REFERENCE, RECEIVED, SENT] {
        answer[at..at + 8].copy_from_slice(&now);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_names_the_question_it_is_for() {
        let mut question = [0; LENGTH];
        question[0] = 0b11_100_011;
        question[40..].copy_from_slice(b"question");
        let answer = answer(&question, *b"the time");
        assert_eq!(answer[..4], [0x24, 1, 0, 0xEC]);
        assert_eq!(&answer[24..], b"questionthe timethe time");
        assert_eq!(&answer[16..24], b"the time");
    }

    #[test]
    fn time_counts_from_1900() {
        let seconds = u32::from_be_bytes(now().unwrap()[..4].try_into().unwrap());
        // 2026-01-01; the count begins again in 2036.
        assert!(!(1 << 30..3_976_214_400).contains(&seconds));
    }
}
