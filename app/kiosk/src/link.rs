//! The link to the broker, behind an interface that knows nothing of the client used.
//!
//! The engine owns what is sent and when; the link carries it, says what the broker
//! acknowledged, hands in what came, and comes back by itself after every failure. It
//! keeps nothing: each connection starts from an empty client, and the outbox sends
//! again what has no receipt. That is what makes every loss of the client's own queue
//! harmless.

pub(crate) mod backoff;
mod connection;
mod probe;
mod tls;
mod trouble;
mod window;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::Sender,
    thread::{self, JoinHandle},
    time::Duration,
};

use machitap_kiosk_core::sync::Token;
use tokio::sync::{oneshot, watch};

pub(crate) use backoff::chance;
pub use backoff::{BACKOFF_FIRST, BACKOFF_LAST, STEADY};
pub use probe::probe;
pub use tls::{Floor, TlsError, client_config};
pub use trouble::Trouble;
pub use window::Window;

/// No packet is larger, either way, bytes.
pub const PACKET_MAX: u32 = 256 * 1024;

/// The broker keeps our subscriptions and the receipts that wait for us for so long, seconds.
pub const SESSION_EXPIRY_S: u32 = 30 * 24 * 3_600;

/// What may be in flight in the client: five times our own window, so that a packet id
/// is free again long before it comes round.
pub const CLIENT_IN_FLIGHT: u16 = 5 * machitap_kiosk_core::sync::IN_FLIGHT_MAX as u16 + 20;

/// A connection must stand within this.
pub const CONNECT_WITHIN: Duration = Duration::from_secs(15);

/// The goodbye is given this long.
pub const FAREWELL_WITHIN: Duration = Duration::from_secs(2);

/// Where to, as whom, for what.
pub struct Settings {
    /// The broker's name or address.
    pub host: String,
    /// Its TLS port.
    pub port: u16,
    /// A silent link is probed after this.
    pub keep_alive: Duration,
    /// The stable name of this kiosk's session.
    pub client_id: String,
    /// What is subscribed to.
    pub filters: Vec<String>,
    /// TLS, with the client's certificate.
    pub tls: std::sync::Arc<rustls::ClientConfig>,
}

/// The birth and the death that go with one connection, signed.
#[derive(Debug, Clone)]
pub struct Greeting {
    /// Their topic.
    pub topic: String,
    /// Published once subscribed.
    pub birth: Vec<u8>,
    /// Left with the broker as the last will.
    pub will: Vec<u8>,
}

/// What the link says.
#[derive(Debug)]
pub enum LinkEvent {
    /// It is about to connect and needs a greeting; without an answer it waits.
    Opening(oneshot::Sender<Greeting>),
    /// It is subscribed; facts may go.
    Up {
        /// Where to put them.
        window: Window,
        /// The broker still knew our session.
        resumed: bool,
    },
    /// It is down and will be tried again.
    Down(Trouble),
    /// The broker has what goes by this token.
    Acked(Token),
    /// Something came.
    Message {
        /// Its topic.
        topic: String,
        /// Its bytes.
        payload: Vec<u8>,
    },
}

/// Called with every event, from the link's thread; must be quick.
pub type Sink = Box<dyn Fn(LinkEvent) + Send>;

/// The running link.
#[derive(Debug)]
pub struct Link {
    stop: watch::Sender<bool>,
    ended: std::sync::mpsc::Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Link {
    /// Starts the link on a thread of its own.
    pub fn start(settings: Settings, sink: Sink) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (end, ended) = std::sync::mpsc::channel();
        let thread = thread::Builder::new()
            .name("link".into())
            .spawn(move || run(settings, sink, stopped, end))
            .expect("the system has room for a thread at start");
        Self {
            stop,
            ended,
            thread: Some(thread),
        }
    }

    /// Ends the link. A goodbye given to the window before is waited for, within
    /// [`FAREWELL_WITHIN`].
    pub fn stop(mut self) {
        self.stop.send_replace(true);
        // The sender is dropped when the thread ends; that is the answer too.
        let _ = self.ended.recv_timeout(FAREWELL_WITHIN * 2);
        if let Some(thread) = self.thread.take()
            && thread.is_finished()
        {
            // A panic there has been reported by the hook.
            let _ = thread.join();
        }
    }
}

fn run(settings: Settings, sink: Sink, stopped: watch::Receiver<bool>, end: Sender<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .expect("the system gives a poll descriptor at start");
    loop {
        let carried = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(connection::carry(&settings, &sink, stopped.clone()));
        }));
        if carried.is_ok() {
            break;
        }
        // The hook has reported it. A defect here must not cost the kiosk its taps.
        sink(LinkEvent::Down(Trouble::Protocol(
            "a defect of the link".into(),
        )));
        thread::sleep(BACKOFF_LAST);
    }
    // A name look-up that hangs is left behind.
    runtime.shutdown_background();
    drop(end);
}
