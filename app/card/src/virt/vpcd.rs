//! vpcd's protocol: frames of a 16-bit big-endian length and data; one byte is a
//! control (off, on, reset, "your ATR?"), anything else a command APDU. vpcd listens,
//! the card connects; the service asks for the ATR every 0.4 s to see whether a card
//! is there.

use std::{
    fmt,
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream},
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
/// How long a removal waits for the service to notice: many times its 0.4 s.
const NOTICE_LIMIT: Duration = Duration::from_secs(5);
/// How long after a command a question for the ATR may still be the command's: resets
/// and retries follow within milliseconds, the look-out comes every 0.4 s.
const COMMAND_TAIL: Duration = Duration::from_millis(300);

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

    /// Holds a card to it; the service notices within about 0.4 s. Waits up to 10 s
    /// for the slot to listen, since a service may just be starting.
    ///
    /// # Errors
    /// When nothing listens there.
    pub fn insert(&self, card: impl VirtualCard + 'static) -> io::Result<Inserted> {
        let until = Instant::now() + LISTEN_LIMIT;
        let stream = loop {
            match self.connect() {
                Ok(stream) => break stream,
                Err(error) if Instant::now() > until => return Err(error),
                Err(_) => thread::sleep(Duration::from_millis(20)),
            }
        };
        let ours = stream.try_clone()?;
        let slot = *self;
        let thread = thread::Builder::new()
            .name("virtual-card".into())
            .spawn(move || slot.serve(stream, card))?;
        Ok(Inserted {
            stream: ours,
            thread: Some(thread),
        })
    }

    fn connect(&self) -> io::Result<TcpStream> {
        let at = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let stream = TcpStream::connect_timeout(&at, NOTICE_LIMIT)?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// Until the connection ends, for whatever reason; then until the service has
    /// noticed.
    fn serve(&self, mut stream: TcpStream, mut card: impl VirtualCard) {
        let mut asked = Asked::new();
        while let Ok(frame) = receive(&mut stream) {
            asked.next(&frame);
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
        self.vacate(stream, asked);
    }

    /// Sees to it that the service's look-out, and not only some command, has found
    /// the slot empty. pcscd 1.9.9 otherwise takes the next card, if it is quick, for
    /// the old one and never reports it.
    fn vacate(&self, mut stream: TcpStream, mut asked: Asked) {
        // Closed or broken already: then there is nothing to close or to wait for.
        let _ = stream.shutdown(Shutdown::Write);
        let _ = stream.set_read_timeout(Some(NOTICE_LIMIT));
        if asked.quiet.is_none() {
            // A command is cut short: whoever sent it will look after the card.
            asked = Asked::new();
        }
        while let Ok(frame) = receive(&mut stream) {
            asked.next(&frame);
        }
        drop(stream);
        let until = Instant::now() + NOTICE_LIMIT;
        while !asked.by_the_look_out() && Instant::now() < until {
            // A card that leaves at the first question. No connection: no service.
            let Ok(mut ghost) = self.connect() else {
                return;
            };
            let _ = ghost.set_read_timeout(Some(NOTICE_LIMIT));
            if let Ok(frame) = receive(&mut ghost) {
                asked.next(&frame);
            }
        }
    }
}

/// Who asks: the look-out asks for the ATR and nothing else, a command's end asks for
/// it too, but with other frames just before.
#[derive(Debug)]
struct Asked {
    /// When anything but the ATR was last asked for.
    other: Instant,
    /// How long before the last frame that was, if that frame asked for the ATR.
    quiet: Option<Duration>,
}

impl Asked {
    fn new() -> Self {
        Self {
            other: Instant::now(),
            quiet: None,
        }
    }

    fn next(&mut self, frame: &[u8]) {
        if frame == [GET_ATR] {
            self.quiet = Some(self.other.elapsed());
        } else {
            *self = Self::new();
        }
    }

    fn by_the_look_out(&self) -> bool {
        self.quiet.is_some_and(|quiet| quiet >= COMMAND_TAIL)
    }
}

/// A card in a slot; dropping it takes the card away.
pub struct Inserted {
    stream: TcpStream,
    thread: Option<JoinHandle<()>>,
}

impl Inserted {
    /// Takes the card away, and returns when the service can have noticed (typically
    /// after half a second), so that another card may follow at once.
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
        let _ = self.stream.shutdown(Shutdown::Write);
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
