//! A bundle over HTTP: what is there already is not fetched again, and what came must be what was
//! ordered.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek as _, SeekFrom, Write as _},
    path::Path,
    time::Duration,
};

use machitap_domain::Hash;
use machitap_wire::update::Bundle;
use sha2::{Digest as _, Sha256};

use crate::http;

/// Connecting, and the head of an answer, may take so long.
const WITHIN: Duration = Duration::from_secs(20);
/// All of it may take so long; then it goes on from where it is.
const AT_ONCE: Duration = Duration::from_secs(3_600);
/// Read and written at once, bytes.
const PIECE: usize = 64 * 1024;
/// So much may wait to be written, bytes: the facts of a tap wait behind it (ext4 writes a file's
/// data before the journal entry that the tap's flush waits for), and an SD card takes 10 MB a second.
const FLUSH_EVERY: u64 = 1 << 20;

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotFetched {
    /// To be tried again: what came so far stays.
    #[error("{0}")]
    Retry(String),
    /// Nobody wants it any more.
    #[error("something else is wanted")]
    LetBe,
    /// It will never be what was ordered.
    #[error("{0}")]
    Refuse(String),
}

impl From<io::Error> for NotFetched {
    fn from(why: io::Error) -> Self {
        Self::Retry(why.to_string())
    }
}

/// Fetches what is missing of `bundle` into the file `part`, and checks it. `so_far` hears of each
/// piece, bytes, and ends it by false.
pub(super) fn fetch(
    url: &str,
    bundle: &Bundle,
    part: &Path,
    mut so_far: impl FnMut(u64) -> bool,
) -> Result<(), NotFetched> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(part)?;
    let there = file.metadata()?.len();
    if there > bundle.bytes {
        file.set_len(0)?;
    }
    let mut at = file.seek(SeekFrom::End(0))?;
    if at < bundle.bytes {
        let mut answer = ask(url, at)?;
        if !answer.is_the_rest {
            file.set_len(0)?;
            at = file.seek(SeekFrom::Start(0))?;
        }
        at = copy(&mut answer.body, &mut file, at, bundle.bytes, &mut so_far)?;
    }
    file.sync_all()?;
    if at < bundle.bytes {
        return Err(NotFetched::Retry(format!(
            "the answer ended after {at} of {} bytes",
            bundle.bytes
        )));
    }
    if hash(&mut file)? != bundle.sha256 {
        // None of it can be told from the rest.
        file.set_len(0)?;
        return Err(NotFetched::Refuse(
            "what the city's server gave is not what was ordered".to_owned(),
        ));
    }
    Ok(())
}

struct Answer {
    /// It begins where we are, and not at the beginning.
    is_the_rest: bool,
    body: Box<dyn Read>,
}

fn ask(url: &str, from: u64) -> Result<Answer, NotFetched> {
    let agent = http::agent(WITHIN, AT_ONCE);
    let mut wanted = agent.get(url);
    if from > 0 {
        wanted = wanted.header("range", format!("bytes={from}-"));
    }
    let answer = wanted
        .call()
        .map_err(|why| NotFetched::Retry(format!("{url}: {why}")))?;
    let status = answer.status();
    let begins = format!("bytes {from}-");
    let range = answer.headers().get("content-range");
    let is_the_rest =
        status == 206 && range.is_some_and(|range| range.as_bytes().starts_with(begins.as_bytes()));
    if status == 200 || is_the_rest {
        return Ok(Answer {
            is_the_rest: is_the_rest || from == 0,
            body: Box::new(answer.into_body().into_reader()),
        });
    }
    let said = format!("{url}: {status}");
    Err(if status.is_client_error() {
        NotFetched::Refuse(said)
    } else {
        NotFetched::Retry(said)
    })
}

/// Writes what comes behind what is there, up to `end`; where it ended.
fn copy(
    from: &mut dyn Read,
    to: &mut File,
    mut at: u64,
    end: u64,
    so_far: &mut dyn FnMut(u64) -> bool,
) -> Result<u64, NotFetched> {
    let mut piece = vec![0; PIECE];
    let mut flushed = at;
    let mut from = from.take(end - at);
    loop {
        // What was written before an error stays written.
        let read = from
            .read(&mut piece)
            .map_err(|why| NotFetched::Retry(why.to_string()))?;
        if read == 0 {
            return Ok(at);
        }
        to.write_all(&piece[..read])?;
        at += read as u64;
        if at - flushed >= FLUSH_EVERY {
            // Little by little: a flush of all of it would hold up the facts of a tap.
            to.sync_data()?;
            flushed = at;
        }
        if !so_far(at) {
            return Err(NotFetched::LetBe);
        }
    }
}

fn hash(file: &mut File) -> io::Result<Hash> {
    file.seek(SeekFrom::Start(0))?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(Hash(hash.finalize().into())),
            read => hash.update(&piece[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::{BufRead as _, BufReader},
        net::TcpListener,
        sync::mpsc,
        thread,
    };

    use super::*;

    /// A server that gives these answers, each in turn, and tells what was asked.
    fn server(answers: Vec<Vec<u8>>) -> (String, mpsc::Receiver<Option<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/bundles/x", listener.local_addr().unwrap());
        let (told, asked) = mpsc::channel();
        thread::spawn(move || {
            for answer in answers {
                let (mut caller, _) = listener.accept().unwrap();
                let lines = BufReader::new(caller.try_clone().unwrap()).lines();
                let head: Vec<String> = lines
                    .map_while(Result::ok)
                    .take_while(|line| !line.is_empty())
                    .collect();
                let range = head
                    .iter()
                    .find_map(|l| l.to_lowercase().strip_prefix("range: ").map(str::to_owned));
                told.send(range).unwrap();
                caller.write_all(&answer).unwrap();
            }
        });
        (url, asked)
    }

    fn answer(status: &str, headers: &str, length: usize, body: &[u8]) -> Vec<u8> {
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}connection: close\r\n\r\n"
        );
        [head.as_bytes(), body].concat()
    }

    fn bundle(text: &[u8]) -> Bundle {
        Bundle {
            sha256: Hash::of(text),
            bytes: text.len() as u64,
        }
    }

    #[test]
    fn what_was_cut_off_goes_on_where_it_ended() {
        let text: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
        let ends = "content-range: bytes 70000-199999/200000\r\n";
        let (url, asked) = server(vec![
            answer("200 OK", "", 200_000, &text[..70_000]),
            answer("206 Partial Content", ends, 130_000, &text[70_000..]),
        ]);
        let dir = tempfile::tempdir().unwrap();
        let part = dir.path().join("part");
        let first = fetch(&url, &bundle(&text), &part, |_| true);
        assert!(matches!(first, Err(NotFetched::Retry(_))), "{first:?}");
        assert_eq!(fs::metadata(&part).unwrap().len(), 70_000);
        let mut last = 0;
        fetch(&url, &bundle(&text), &part, |at| {
            last = at;
            true
        })
        .unwrap();
        assert_eq!(last, 200_000);
        assert_eq!(fs::read(&part).unwrap(), text);
        assert_eq!(asked.recv().unwrap(), None);
        assert_eq!(asked.recv().unwrap().as_deref(), Some("bytes=70000-"));
        fetch("http://nobody.invalid/", &bundle(&text), &part, |_| true).unwrap();
    }

    #[test]
    fn a_server_that_begins_anew_is_followed() {
        let (url, _asked) = server(vec![answer("200 OK", "", 5, b"whole")]);
        let dir = tempfile::tempdir().unwrap();
        let part = dir.path().join("part");
        fs::write(&part, "wh").unwrap();
        fetch(&url, &bundle(b"whole"), &part, |_| true).unwrap();
        assert_eq!(fs::read(&part).unwrap(), b"whole");
    }

    #[test]
    fn what_was_not_ordered_is_refused_and_taken_away() {
        let (url, _asked) = server(vec![
            answer("200 OK", "", 5, b"other"),
            answer("404 Not Found", "", 0, b""),
            answer("503 Service Unavailable", "", 0, b""),
        ]);
        let dir = tempfile::tempdir().unwrap();
        let part = dir.path().join("part");
        let tries = || fetch(&url, &bundle(b"whole"), &part, |_| true);
        let other = tries();
        assert!(matches!(other, Err(NotFetched::Refuse(_))), "{other:?}");
        assert_eq!(fs::metadata(&part).unwrap().len(), 0);
        let none = tries();
        assert!(matches!(none, Err(NotFetched::Refuse(_))), "{none:?}");
        let busy = tries();
        assert!(matches!(busy, Err(NotFetched::Retry(_))), "{busy:?}");
        let nobody = tries();
        assert!(matches!(nobody, Err(NotFetched::Retry(_))), "{nobody:?}");
    }

    #[test]
    fn it_is_let_be_when_nobody_wants_it_any_more() {
        let (url, _asked) = server(vec![answer("200 OK", "", 5, b"whole")]);
        let dir = tempfile::tempdir().unwrap();
        let ended = fetch(&url, &bundle(b"whole"), &dir.path().join("part"), |_| false);
        assert!(matches!(ended, Err(NotFetched::LetBe)), "{ended:?}");
    }

    #[test]
    fn a_longer_answer_is_read_no_further_than_ordered() {
        let (url, _asked) = server(vec![answer("200 OK", "", 9, b"whole+etc")]);
        let dir = tempfile::tempdir().unwrap();
        let part = dir.path().join("part");
        fetch(&url, &bundle(b"whole"), &part, |_| true).unwrap();
        assert_eq!(fs::read(&part).unwrap(), b"whole");
    }
}
