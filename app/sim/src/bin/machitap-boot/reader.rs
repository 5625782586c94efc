//! What lies on QEMU's USB reader: its `ccid-card-passthru` asks a socket for what the card says.
//!
//! The protocol is libcacard's (`vscard_common.h`): a header of three big-endian words, type,
//! reader and length, and the data. We connect, greet, add our reader; an ATR holds a card to it.
//! It says nothing of power and resets, so that a card here is reset when it is held there.

use std::{
    fmt,
    io::{self, Read, Write},
    net::Shutdown,
    os::unix::net::UnixStream,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};

use anyhow::{Context, Result};
use machitap_card::virt::{Reply, VirtualCard};

const INIT: u32 = 1;
const READER_ADD: u32 = 3;
const ATR: u32 = 5;
const CARD_REMOVE: u32 = 6;
const APDU: u32 = 7;

/// The only reader.
const OURS: u32 = 0;
/// For a message before there is one.
const NO_READER: u32 = u32::MAX;
/// `"VSCD"`, protocol 0.0.2, no capabilities.
const GREETING: [u8; 12] = *b"VSCD\0\0\0\x02\0\0\0\0";
/// A message is a command of a card; nothing is near this long.
const MAX_MESSAGE: u32 = 65_536;

type Held = Arc<Mutex<Option<Box<dyn VirtualCard>>>>;

/// The people's side of the reader.
pub(crate) struct Reader {
    stream: UnixStream,
    held: Held,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    /// Connects to a running QEMU.
    ///
    /// # Errors
    /// When nobody listens on that socket.
    pub(crate) fn connect(socket: &Path) -> Result<Self> {
        let stream = UnixStream::connect(socket).context("the socket of QEMU's card reader")?;
        let held = Held::default();
        let (theirs, mut ours) = (Arc::clone(&held), stream.try_clone()?);
        let thread = thread::Builder::new().name("card".into()).spawn(move || {
            // Until QEMU is gone; it may be killed at any moment.
            while let Ok(()) = answer(&mut ours, &theirs) {}
        })?;
        let mut reader = Self {
            stream,
            held,
            thread: Some(thread),
        };
        reader.greet()?;
        Ok(reader)
    }

    /// Says to a reader that was just plugged in that there may be cards.
    ///
    /// # Errors
    /// When QEMU is gone.
    pub(crate) fn greet(&mut self) -> io::Result<()> {
        send(&mut self.stream, INIT, NO_READER, &GREETING)?;
        send(&mut self.stream, READER_ADD, OURS, b"virtual")
    }

    /// Holds a card to the reader.
    ///
    /// # Errors
    /// When QEMU is gone.
    pub(crate) fn hold(&mut self, mut card: Box<dyn VirtualCard>) -> io::Result<()> {
        card.reset();
        let atr = card.atr();
        *lock(&self.held) = Some(card);
        send(&mut self.stream, ATR, OURS, &atr)
    }

    /// Takes it away.
    ///
    /// # Errors
    /// When QEMU is gone.
    pub(crate) fn take(&mut self) -> io::Result<Option<Box<dyn VirtualCard>>> {
        let card = lock(&self.held).take();
        send(&mut self.stream, CARD_REMOVE, OURS, &[])?;
        Ok(card)
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // Closed already: QEMU was killed.
        let _ = self.stream.shutdown(Shutdown::Both);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock(held: &Held) -> MutexGuard<'_, Option<Box<dyn VirtualCard>>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads one message; a command is answered by the card that is there.
fn answer(stream: &mut UnixStream, held: &Held) -> io::Result<()> {
    let mut header = [0; 12];
    stream.read_exact(&mut header)?;
    let word = |n: usize| u32::from_be_bytes(header[n * 4..][..4].try_into().expect("four bytes"));
    let (kind, length) = (word(0), word(2));
    if length > MAX_MESSAGE {
        return Err(io::Error::other(format!("a message of {length} bytes")));
    }
    let mut data = vec![0; length as usize];
    stream.read_exact(&mut data)?;
    if kind != APDU {
        // Its greeting, and "success" for each message of ours.
        return Ok(());
    }
    match lock(held).as_mut().map(|card| card.apdu(&data)) {
        Some(Reply::Answer(answer)) => send(stream, APDU, OURS, &answer),
        // The guest's driver gives up by itself.
        Some(Reply::Silence | Reply::Leave) | None => Ok(()),
    }
}

/// In one write: two threads send.
fn send(stream: &mut UnixStream, kind: u32, reader: u32, data: &[u8]) -> io::Result<()> {
    let length = u32::try_from(data.len()).map_err(io::Error::other)?;
    let mut message = Vec::with_capacity(12 + data.len());
    for word in [kind, reader, length] {
        message.extend(word.to_be_bytes());
    }
    message.extend(data);
    stream.write_all(&message)
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    struct Echo;

    impl VirtualCard for Echo {
        fn atr(&self) -> Vec<u8> {
            vec![0x3B, 0x80]
        }

        fn apdu(&mut self, command: &[u8]) -> Reply {
            Reply::Answer(command.iter().rev().copied().collect())
        }
    }

    fn receive(stream: &mut UnixStream) -> (u32, Vec<u8>) {
        let mut header = [0; 12];
        stream.read_exact(&mut header).unwrap();
        let mut data = vec![0; usize::from(header[11])];
        stream.read_exact(&mut data).unwrap();
        (u32::from_be_bytes(header[..4].try_into().unwrap()), data)
    }

    #[test]
    fn a_card_is_greeted_held_asked_and_taken() {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("card");
        let listener = UnixListener::bind(&socket).unwrap();
        let mut reader = Reader::connect(&socket).unwrap();
        let (mut qemu, _) = listener.accept().unwrap();
        assert_eq!(receive(&mut qemu), (INIT, GREETING.to_vec()));
        assert_eq!(receive(&mut qemu).0, READER_ADD);
        reader.hold(Box::new(Echo)).unwrap();
        assert_eq!(receive(&mut qemu), (ATR, vec![0x3B, 0x80]));
        send(&mut qemu, INIT, NO_READER, &GREETING).unwrap();
        send(&mut qemu, APDU, OURS, &[1, 2, 3]).unwrap();
        assert_eq!(receive(&mut qemu), (APDU, vec![3, 2, 1]));
        reader.take().unwrap();
        assert_eq!(receive(&mut qemu).0, CARD_REMOVE);
    }
}
