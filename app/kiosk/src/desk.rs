//! A unix socket for the command line: `machitap-kiosk papers` and `machitap-kiosk doctor` ask
//! the kiosk that runs, because only one program at a time holds the journal.
//!
//! One JSON object a line in, one a line out. Papers go back as text and are written by
//! whoever asked, with their own rights; only then do they say that it is done, and the
//! kiosk keeps it as a fact.

use std::{
    fs, io,
    io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _},
    os::unix::{
        fs::PermissionsExt as _,
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    sync::mpsc::{self, Sender},
    thread,
    time::Duration,
};

use machitap_domain::{fact::Class, nursery::papers::Month};
use serde::{Deserialize, Serialize};

use crate::{
    engine::{Msg, health::Health},
    papers::PaperFile,
};

/// The socket's name in the state directory.
pub(crate) const SOCKET: &str = "kiosk.sock";

/// The engine must answer within this: reading a long journal takes its time on an SD card.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);
/// A line that asks is short.
const LINE_MAX: u64 = 256;
/// Nobody holds the line longer than this without asking.
const SILENT: Duration = Duration::from_secs(180);

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Order {
    /// The papers of that month.
    Papers(#[serde(with = "as_text")] Month),
    /// They were written.
    Written(#[serde(with = "as_text")] Month),
    /// How the kiosk is.
    Health {},
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The papers.
    Files(Vec<PaperFile>),
    /// It is kept.
    Kept,
    /// How the kiosk is.
    Health(Box<Health>),
    /// No.
    No {
        /// Why.
        why: String,
        /// How that is answered.
        class: Class,
    },
}

mod as_text {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use super::Month;

    pub(super) fn serialize<S: Serializer>(month: &Month, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(month)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Month, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// The listening socket; its file goes with it.
#[derive(Debug)]
pub(crate) struct Desk {
    path: PathBuf,
}

impl Desk {
    /// Listens in that directory, in the place of a socket an earlier run left. Only this
    /// user and root may ask.
    pub(crate) fn listen(dir: &Path, messages: Sender<Msg>) -> io::Result<Self> {
        let path = dir.join(SOCKET);
        // Nobody finds it by its name before its mode is right.
        let draft = dir.join(".kiosk.sock");
        match fs::remove_file(&draft) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&draft)?;
        fs::set_permissions(&draft, fs::Permissions::from_mode(0o600))?;
        fs::rename(&draft, &path)?;
        thread::Builder::new().name("desk".into()).spawn(move || {
            // One at a time: whoever comes second waits.
            for caller in listener.incoming().map_while(Result::ok) {
                // A caller that hung up is done.
                let _ = serve(&caller, &messages);
            }
        })?;
        Ok(Self { path })
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // Should it be gone already, all the better.
        let _ = fs::remove_file(&self.path);
    }
}

fn serve(caller: &UnixStream, messages: &Sender<Msg>) -> io::Result<()> {
    caller.set_read_timeout(Some(SILENT))?;
    caller.set_write_timeout(Some(SILENT))?;
    let mut input = BufReader::new(caller);
    let mut out = BufWriter::new(caller);
    loop {
        let mut line = String::new();
        if input.by_ref().take(LINE_MAX).read_line(&mut line)? == 0 {
            return Ok(());
        }
        let answer = match serde_json::from_str(&line) {
            Ok(order) => obey(order, messages),
            Err(error) => no(error.to_string(), Class::Refuse),
        };
        serde_json::to_writer(&mut out, &answer)?;
        out.write_all(b"\n")?;
        out.flush()?;
    }
}

fn obey(order: Order, messages: &Sender<Msg>) -> Answer {
    let (send, receive) = mpsc::sync_channel(1);
    let sent = messages.send(match order {
        Order::Papers(month) => Msg::PapersAsked {
            month,
            answer: send,
        },
        Order::Written(month) => Msg::PapersTaken {
            month,
            answer: send,
        },
        Order::Health {} => Msg::HealthAsked(send),
    });
    if sent.is_err() {
        return no("the kiosk is stopping".to_owned(), Class::Retry);
    }
    receive
        .recv_timeout(ANSWER_WITHIN)
        .unwrap_or_else(|_| no("the kiosk does not answer".to_owned(), Class::Retry))
}

pub(crate) fn no(why: String, class: Class) -> Answer {
    Answer::No { why, class }
}

/// The other end.
#[derive(Debug)]
pub(crate) struct Caller {
    input: BufReader<UnixStream>,
}

impl Caller {
    /// Calls the kiosk whose state is in that directory; `None` when none listens.
    pub(crate) fn call(dir: &Path) -> io::Result<Option<Self>> {
        match UnixStream::connect(dir.join(SOCKET)) {
            Ok(stream) => {
                stream.set_read_timeout(Some(ANSWER_WITHIN * 2))?;
                stream.set_write_timeout(Some(SILENT))?;
                Ok(Some(Self {
                    input: BufReader::new(stream),
                }))
            }
            // No kiosk, or one that was killed and left its socket.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Asks, and waits for the answer.
    pub(crate) fn ask(&mut self, order: Order) -> io::Result<Answer> {
        let mut line = serde_json::to_vec(&order)?;
        line.push(b'\n');
        self.input.get_mut().write_all(&line)?;
        let mut said = String::new();
        if self.input.read_line(&mut said)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(serde_json::from_str(&said)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_socket_are_fixed() {
        let month = "2026-11".parse().unwrap();
        for (order, text) in [
            (Order::Papers(month), r#"{"papers":"2026-11"}"#),
            (Order::Written(month), r#"{"written":"2026-11"}"#),
            (Order::Health {}, r#"{"health":{}}"#),
        ] {
            assert_eq!(serde_json::to_string(&order).unwrap(), text);
            assert_eq!(serde_json::from_str::<Order>(text).unwrap(), order);
        }
        assert_eq!(
            serde_json::to_string(&no("so".into(), Class::Retry)).unwrap(),
            r#"{"no":{"why":"so","class":"retry"}}"#
        );
    }

    #[test]
    fn only_its_user_may_ask_and_nonsense_gets_an_answer() {
        let dir = tempfile::tempdir().unwrap();
        let (send, _receive) = mpsc::channel();
        let desk = Desk::listen(dir.path(), send).unwrap();
        let mode = fs::metadata(dir.path().join(SOCKET))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let mut stream = UnixStream::connect(dir.path().join(SOCKET)).unwrap();
        stream.write_all(b"{\"papers\":\"2026-13\"}\n").unwrap();
        let mut said = String::new();
        BufReader::new(&stream).read_line(&mut said).unwrap();
        assert!(said.contains("YYYY-MM"), "{said}");
        drop(desk);
        assert!(Caller::call(dir.path()).unwrap().is_none());
    }
}
