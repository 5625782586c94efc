//! Who vouches for the machine's clock, asked of a service of its own.
//!
//! adjtimex(2) reads the clock's quality and sets the clock. The kiosk, which holds cards, keys and
//! a link, is forbidden the call altogether; `machitap-clock.service`, which holds nothing, makes it
//! and tells whoever connects to its socket: one line of JSON, the largest error in milliseconds, or
//! `null` while the clock is not synchronised.

use std::{
    env,
    io::{self, BufRead as _, BufReader, Write as _},
    os::{
        fd::AsFd as _,
        unix::net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    time::Duration,
};

use machitap_domain::Millis;

use super::kernel;

/// Names the socket to a kiosk that has to ask.
const SOCKET_ENV: &str = "MACHITAP_CLOCK";
/// An answer holds so long: long enough for the few readings of one tap, far too short for a clock
/// to be believed that somebody has set since.
const HOLDS_MS: Millis = 200;
/// Nobody at the reader waits longer for the clock than this.
const PATIENCE: Duration = Duration::from_millis(50);

/// Answers whoever asks, on the socket that the service manager gave as standard input.
///
/// # Errors
/// When standard input is no listening socket.
pub(crate) fn serve() -> io::Result<()> {
    answer(&UnixListener::from(
        io::stdin().as_fd().try_clone_to_owned()?,
    ))
}

fn answer(listener: &UnixListener) -> io::Result<()> {
    loop {
        let (mut asker, _) = listener.accept()?;
        let word = serde_json::to_string(&kernel::max_error_ms()).expect("a number or null");
        // Whoever went away meanwhile asks again.
        let _ = writeln!(asker, "{word}");
    }
}

/// Asks the service.
#[derive(Debug, Clone)]
pub(super) struct Voucher {
    socket: PathBuf,
    last: Option<(Millis, Option<Millis>)>,
}

impl Voucher {
    /// The one this kiosk has to ask; `None` for one that may look itself.
    pub(super) fn of_the_unit() -> Option<Self> {
        env::var_os(SOCKET_ENV).map(|socket| Self::at(Path::new(&socket)))
    }

    fn at(socket: &Path) -> Self {
        Self {
            socket: socket.to_owned(),
            last: None,
        }
    }

    /// The largest error of the clock, milliseconds. A service that does not answer vouches for
    /// nothing: the kiosk counts on from the last good moment, as it does without a time server.
    pub(super) fn max_error_ms(&mut self, now: Millis) -> Option<Millis> {
        match self.last {
            Some((asked, word)) if now.saturating_sub(asked) < HOLDS_MS => word,
            _ => {
                let word = self.ask().unwrap_or_default();
                self.last = Some((now, word));
                word
            }
        }
    }

    fn ask(&self) -> io::Result<Option<Millis>> {
        let service = UnixStream::connect(&self.socket)?;
        service.set_read_timeout(Some(PATIENCE))?;
        let mut line = String::new();
        BufReader::new(service).read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}

#[cfg(test)]
mod tests {
    use std::{thread, time::Instant};

    use super::*;

    fn voucher(dir: &tempfile::TempDir) -> (Voucher, UnixListener) {
        let socket = dir.path().join("clock.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        (Voucher::at(&socket), listener)
    }

    #[test]
    fn what_the_service_says_is_what_the_kernel_says() {
        let dir = tempfile::tempdir().unwrap();
        let (mut voucher, listener) = voucher(&dir);
        thread::spawn(move || answer(&listener));
        let asked = voucher.max_error_ms(1_000);
        // The error grows while a clock runs on; whether it is synchronised stays.
        assert_eq!(asked.is_some(), kernel::max_error_ms().is_some());
    }

    #[test]
    fn an_answer_holds_for_a_moment_and_no_longer() {
        let dir = tempfile::tempdir().unwrap();
        let (mut voucher, listener) = voucher(&dir);
        let service = thread::spawn(move || {
            for word in ["40\n", "null\n"] {
                let (mut asker, _) = listener.accept().unwrap();
                asker.write_all(word.as_bytes()).unwrap();
            }
        });
        let word: Vec<_> = [0, HOLDS_MS - 1, HOLDS_MS]
            .map(|now| voucher.max_error_ms(now))
            .into();
        assert_eq!(word, [Some(40), Some(40), None]);
        service.join().unwrap();
    }

    #[test]
    fn a_service_that_is_silent_or_gone_or_talks_nonsense_vouches_for_nothing_and_holds_nobody_up()
    {
        let dir = tempfile::tempdir().unwrap();
        let (mut silent, listener) = voucher(&dir);
        let begun = Instant::now();
        assert_eq!(silent.max_error_ms(0), None);
        assert!(begun.elapsed() < PATIENCE * 20);
        assert_eq!(Voucher::at(&dir.path().join("none")).max_error_ms(0), None);
        drop(listener.accept().unwrap());
        let nonsense = thread::spawn(move || {
            let (mut asker, _) = listener.accept().unwrap();
            asker.write_all(b"noon\n").unwrap();
        });
        assert_eq!(silent.max_error_ms(HOLDS_MS), None);
        nonsense.join().unwrap();
    }
}
