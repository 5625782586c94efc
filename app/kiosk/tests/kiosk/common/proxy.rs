//! A TCP proxy that can swallow everything without a word.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

pub(crate) struct Proxy {
    swallow: Arc<AtomicBool>,
}

impl Proxy {
    /// From this port to that.
    pub(crate) fn start(from: u16, to: u16) -> Self {
        let swallow = Arc::new(AtomicBool::new(false));
        let listener = TcpListener::bind(("127.0.0.1", from)).unwrap();
        let hole = Arc::clone(&swallow);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(("127.0.0.1", to)) else {
                    continue;
                };
                for (from, to) in [
                    (client.try_clone().unwrap(), server.try_clone().unwrap()),
                    (server, client),
                ] {
                    let hole = Arc::clone(&hole);
                    thread::spawn(move || pump(from, to, &hole));
                }
            }
        });
        Self { swallow }
    }

    /// From now on every connection that stands is a black hole; new ones are too.
    pub(crate) fn swallow(&self, on: bool) {
        self.swallow.store(on, Ordering::SeqCst);
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream, swallow: &AtomicBool) {
    let mut bytes = [0; 16 * 1024];
    let mut swallowed = false;
    while let Ok(n) = from.read(&mut bytes) {
        if n == 0 {
            break;
        }
        swallowed |= swallow.load(Ordering::SeqCst);
        if !swallowed && to.write_all(&bytes[..n]).is_err() {
            break;
        }
    }
    if !swallowed {
        // The other side may have gone first.
        let _ = to.shutdown(Shutdown::Write);
    }
}
