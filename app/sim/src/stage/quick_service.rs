//! A PC/SC service that notices cards at once.
//!
//! pcscd looks at a virtual reader every 0.4 s, so that ten thousand taps would take hours.
//! This stands in for the daemon, and for the daemon only: the kiosk talks to it through
//! its own libpcsclite, in that library's protocol (version 4 of `winscard_msg.h`).

use std::{
    io::{self, Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use machitap_card::virt::{Reply, VirtualCard};

const ESTABLISH: u32 = 0x01;
const RELEASE: u32 = 0x02;
const CONNECT: u32 = 0x04;
const RECONNECT: u32 = 0x05;
const DISCONNECT: u32 = 0x06;
const BEGIN: u32 = 0x07;
const END: u32 = 0x08;
const TRANSMIT: u32 = 0x09;
const STATUS: u32 = 0x0B;
const CANCEL: u32 = 0x0D;
const VERSION: u32 = 0x11;
const GET_READERS: u32 = 0x12;
const WAIT: u32 = 0x13;
const STOP_WAITING: u32 = 0x14;

const NAME: &[u8] = b"Machitap Quick 00 00";
const NAME_ROOM: usize = 128;
/// `READER_STATE`, its last field a `DWORD`, and how many the service always sends.
const STATE_SIZE: usize = 184;
const STATES: usize = 16;
const ABSENT: u32 = 0x02;
/// Present, powered, negotiable.
const PRESENT: u32 = 0x34;
const NO_SMARTCARD: u32 = 0x8010_000C;
const T1: u32 = 2;

#[derive(Default)]
struct Slot {
    card: Option<Box<dyn VirtualCard>>,
    events: u32,
    waiting: Vec<UnixStream>,
}

impl Slot {
    fn changed(&mut self) {
        self.events += 1;
        for mut client in self.waiting.drain(..) {
            // {timeOut, rv}; a client that went is not waiting.
            let _ = client.write_all(&[0; 8]);
        }
    }

    fn states(&self) -> Vec<u8> {
        let mut all = vec![0; STATE_SIZE * STATES];
        all[..NAME.len()].copy_from_slice(NAME);
        put(&mut all, NAME_ROOM, self.events);
        let state = if self.card.is_some() { PRESENT } else { ABSENT };
        put(&mut all, NAME_ROOM + 4, state);
        if let Some(card) = &self.card {
            let atr = card.atr();
            all[NAME_ROOM + 12..][..atr.len()].copy_from_slice(&atr);
            put(&mut all, STATE_SIZE - 8, atr.len() as u32);
        }
        all
    }
}

fn put(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_ne_bytes());
}

fn get(bytes: &[u8], at: usize) -> u32 {
    let mut four = [0; 4];
    four.copy_from_slice(&bytes[at..at + 4]);
    u32::from_ne_bytes(four)
}

/// The service; its one reader has one slot.
#[derive(Clone)]
pub struct QuickService {
    slot: Arc<Mutex<Slot>>,
    socket: PathBuf,
}

impl QuickService {
    /// Starts it on a socket in that directory.
    ///
    /// # Errors
    /// When there is one already.
    pub fn start(dir: &Path) -> io::Result<Self> {
        let socket = dir.join("quick");
        let listener = UnixListener::bind(&socket)?;
        let slot = Arc::new(Mutex::new(Slot::default()));
        let shared = Arc::clone(&slot);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let slot = Arc::clone(&shared);
                thread::spawn(move || {
                    // A client that hung up is done.
                    let _ = serve(client, &slot);
                });
            }
        });
        Ok(Self { slot, socket })
    }

    /// Where it listens.
    pub fn socket(&self) -> PathBuf {
        self.socket.clone()
    }

    /// Holds a card to its reader.
    pub fn insert(&self, card: Box<dyn VirtualCard>) {
        let mut slot = lock(&self.slot);
        slot.card = Some(card);
        slot.changed();
    }

    /// Takes it away.
    pub fn remove(&self) {
        let mut slot = lock(&self.slot);
        slot.card = None;
        slot.changed();
    }
}

fn lock(slot: &Mutex<Slot>) -> MutexGuard<'_, Slot> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(mut client: UnixStream, slot: &Mutex<Slot>) -> io::Result<()> {
    loop {
        let mut header = [0; 8];
        client.read_exact(&mut header)?;
        let mut body = vec![0; get(&header, 0) as usize];
        client.read_exact(&mut body)?;
        let last = body.len().saturating_sub(4);
        match get(&header, 4) {
            // The last field of each is the result: 0, success.
            VERSION | RELEASE | BEGIN | END | STATUS | CANCEL => put(&mut body, last, 0),
            ESTABLISH => {
                put(&mut body, 4, 1);
                put(&mut body, 8, 0);
            }
            GET_READERS => body = lock(slot).states(),
            WAIT => {
                let mut slot = lock(slot);
                let waiting = client.try_clone()?;
                client.write_all(&slot.states())?;
                slot.waiting.push(waiting);
                continue;
            }
            STOP_WAITING => {
                let mut slot = lock(slot);
                if slot.waiting.is_empty() {
                    // It was told in the same moment; that was the answer.
                    continue;
                }
                slot.waiting.clear();
                body = vec![0; 8];
            }
            CONNECT => {
                let there = lock(slot).card.as_mut().map(|card| card.reset()).is_some();
                put(&mut body, 4 + NAME_ROOM + 8, 1);
                put(&mut body, 4 + NAME_ROOM + 12, T1);
                put(&mut body, last, if there { 0 } else { NO_SMARTCARD });
            }
            RECONNECT | DISCONNECT => {
                if let Some(card) = &mut lock(slot).card {
                    card.reset();
                }
                put(&mut body, last, 0);
            }
            TRANSMIT => {
                let mut command = vec![0; get(&body, 12) as usize];
                client.read_exact(&mut command)?;
                let answer = match lock(slot).card.as_mut().map(|card| card.apdu(&command)) {
                    Some(Reply::Answer(answer)) => answer,
                    _ => Vec::new(),
                };
                put(&mut body, 24, answer.len() as u32);
                put(&mut body, 28, 0);
                body.extend(answer);
            }
            other => return Err(io::Error::other(format!("command {other:#x}"))),
        }
        client.write_all(&body)?;
    }
}
