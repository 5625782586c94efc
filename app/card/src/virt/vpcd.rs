//! vpcd's protocol: frames of a 16-bit big-endian length and data; one byte is a
//! control (off, on, reset, "your ATR?"), anything else a command APDU.

use std::{
    fmt,
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, TcpStream},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use socket2::SockRef;

use super::{Reply, VirtualCard};

const OFF: u8 = 0x00;
const ON: u8 = 0x01;
const RESET: u8 = 0x02;
const GET_ATR: u8 = 0x04;

/// How long an insertion waits for the slot to listen.
const LISTEN_LIMIT: Duration = Duration::from_secs(10);

/// One slot of a virtual reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    port: u16,
}

impl Slot {
    /// The slot that listens on that TCP port of this machine.
    pub const fn new(port: u16) -> Self {
        Self { port }
    }

    /// Holds a card to it; pcscd notices within about 0.4 s. Waits up to 10 s for the
    /// slot to listen, since a service may just be starting.
    ///
    /// # Errors
    /// When nothing listens there.
    pub fn insert(&self, card: impl VirtualCard + 'static) -> io::Result<Inserted> {
        let until = Instant::now() + LISTEN_LIMIT;
        let stream = loop {
            match TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)) {
                Ok(stream) => break stream,
                Err(error) if Instant::now() > until => return Err(error),
                Err(_) => thread::sleep(Duration::from_millis(20)),
            }
        };
        stream.set_nodelay(true)?;
        let ours = stream.try_clone()?;
        let thread = thread::Builder::new()
            .name("virtual-card".into())
            .spawn(move || serve(stream, card))?;
        Ok(Inserted {
            stream: ours,
            thread: Some(thread),
        })
    }
}

/// A card in a slot; dropping it takes the card away.
pub struct Inserted {
    stream: TcpStream,
    thread: Option<JoinHandle<()>>,
}

impl Inserted {
    /// Takes the card away.
    pub fn remove(self) {
        drop(self);
    }

    /// Whether the card is away already: it left by itself, or the service ended.
    pub fn is_gone(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Inserted {
    fn drop(&mut self) {
        // Closed by the other side already: then it is away, which is what is wanted.
        let _ = self.stream.shutdown(Shutdown::Both);
        if let Some(thread) = self.thread.take() {
            // A card that panicked has told so on standard error.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Inserted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inserted")
            .field("is_gone", &self.is_gone())
            .finish_non_exhaustive()
    }
}

/// Until the connection closes, for whatever reason.
fn serve(mut stream: TcpStream, mut card: impl VirtualCard) {
    while let Ok(frame) = receive(&mut stream) {
        let answer = match frame[..] {
            [OFF | ON | RESET] => {
                card.reset();
                continue;
            }
            [GET_ATR] => card.atr(),
            _ => match card.apdu(&frame) {
                Reply::Answer(answer) => answer,
                Reply::Silence => continue,
                Reply::Leave => break,
            },
        };
        if send(&mut stream, &answer).is_err() {
            break;
        }
    }
    // The other handle on it may live on; the card must be gone now.
    let _ = stream.shutdown(Shutdown::Both);
}

fn receive(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    // Debian's vpcd writes a frame in two pieces and leaves Nagle on: without an
    // immediate acknowledgement each APDU waits 44 ms. The kernel forgets the option.
    SockRef::from(&*stream).set_tcp_quickack(true)?;
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    SockRef::from(&*stream).set_tcp_quickack(true)?;
    let mut frame = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut frame)?;
    Ok(frame)
}

fn send(stream: &mut TcpStream, data: &[u8]) -> io::Result<()> {
    let length = u16::try_from(data.len()).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes(), data].concat())
}
