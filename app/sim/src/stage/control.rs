//! Asking a kiosk over its control socket: one line of JSON each way.

use std::{
    io::{BufRead, BufReader, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use super::wait;

/// How long an answer may take that waits for nothing; generous, since a busy machine may
/// draw a frame first.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// What a kiosk says of itself.
#[derive(Debug, Clone, Deserialize)]
pub struct Status {
    /// The view on the screen, as `visit-done`.
    pub view: String,
    /// The last fact.
    pub last_seq: u64,
    /// Facts the city has receipted.
    pub receipted: u64,
    /// Facts it has not.
    pub pending: u64,
    /// The link is up.
    pub connected: bool,
    /// Cards seen since the start.
    pub taps: u64,
    /// Of them, those whose reading has ended, well or not.
    pub read: u64,
    /// Points of all accounts here.
    pub points: i64,
}

/// A control socket. Connects anew for each question, so that it outlives restarts.
#[derive(Debug, Clone)]
pub struct Control {
    socket: PathBuf,
}

impl Control {
    /// The socket at that path.
    pub fn new(socket: &Path) -> Self {
        Self {
            socket: socket.to_owned(),
        }
    }

    /// Asks; gives back the whole answer.
    ///
    /// # Errors
    /// When nobody answers in time, or the answer names an error.
    pub fn ask(&self, question: &Value, limit: Duration) -> Result<Value> {
        let mut stream = UnixStream::connect(&self.socket)?;
        stream.set_read_timeout(Some(limit))?;
        stream.set_write_timeout(Some(limit))?;
        stream.write_all(format!("{question}\n").as_bytes())?;
        let mut line = String::new();
        BufReader::new(stream)
            .read_line(&mut line)
            .with_context(|| format!("no answer to {question}"))?;
        let answer: Value = serde_json::from_str(&line)
            .with_context(|| format!("answer to {question}: {line:?}"))?;
        match answer.get("error").and_then(Value::as_str) {
            Some(error) => bail!("{question}: {error}"),
            None => Ok(answer),
        }
    }

    /// How it is.
    ///
    /// # Errors
    /// When nobody answers.
    pub fn status(&self) -> Result<Status> {
        let answer = self.ask(&json!({"status": {}}), ANSWER_LIMIT)?;
        Ok(serde_json::from_value(answer)?)
    }

    /// Presses the one enabled element with that accessible label.
    ///
    /// # Errors
    /// When there is none or more than one.
    pub fn touch(&self, label: &str) -> Result<()> {
        self.ask(&json!({"touch": label}), ANSWER_LIMIT).map(|_| ())
    }

    /// Presses the one enabled element with that label as soon as it is there: a view has its
    /// name a frame before its buttons can be found.
    ///
    /// # Errors
    /// When there is not just one within `limit`; with the labels that are there.
    pub fn touch_within(&self, label: &str, limit: Duration) -> Result<()> {
        let mut why = None;
        wait::for_some(limit, &format!("{label:?} to touch"), || {
            self.touch(label).map_err(|error| why = Some(error)).ok()
        })
        .with_context(|| {
            let there = self.labels().unwrap_or_default();
            let why = why.map_or_else(String::new, |error| format!("{error:#}"));
            format!("{why}; there is {there:?}")
        })
    }

    /// Presses the enabled element whose label begins so: for labels that count down.
    ///
    /// # Errors
    /// When none does within `limit`.
    pub fn touch_beginning(&self, with: &str, limit: Duration) -> Result<()> {
        wait::for_some(limit, &format!("a label {with:?}…"), || {
            let labels = self.labels().ok()?;
            let label = labels.iter().find(|l| l.starts_with(with))?;
            // The second may have turned between the two questions: then it is asked again.
            self.touch(label).ok()
        })
    }

    /// Draws what is on the screen into a PNG.
    ///
    /// # Errors
    /// When it cannot be drawn or written.
    pub fn shot(&self, file: &Path) -> Result<()> {
        self.ask(&json!({"shot": file}), ANSWER_LIMIT).map(|_| ())
    }

    /// Waits until the view's name begins with `view`.
    ///
    /// # Errors
    /// When it does not within `limit`; says which view is there.
    pub fn wait_for(&self, view: &str, limit: Duration) -> Result<()> {
        let ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        let question = json!({"await": {"view": view, "ms": ms}});
        self.ask(&question, limit + ANSWER_LIMIT)
            .map(|_| ())
            .with_context(|| {
                let there = self.status().map_or_else(|e| e.to_string(), |s| s.view);
                format!("waited for the view {view:?}; there is {there:?}")
            })
    }

    /// Waits until its state is as wanted.
    ///
    /// # Errors
    /// When it is not within `limit`.
    pub fn wait_until(
        &self,
        limit: Duration,
        what: &str,
        is: impl Fn(&Status) -> bool,
    ) -> Result<Status> {
        let mut last = None;
        wait::for_some(limit, what, || {
            last = self.status().ok().or(last.take());
            last.clone().filter(&is)
        })
        .with_context(|| format!("the kiosk says: {last:?}"))
    }

    /// Waits until a card beyond those has been seen and no card is being read. A screen of the
    /// tap before may be called as the one that is waited for: a card taken away at the sight
    /// of it would leave in the middle of being read.
    ///
    /// # Errors
    /// When that is not so within `limit`.
    pub fn wait_until_read(&self, taps: u64, limit: Duration) -> Result<()> {
        self.wait_until(limit, "the card to be read", |s| {
            s.taps > taps && s.read == s.taps
        })
        .map(|_| ())
    }

    /// Every accessible label on the screen.
    ///
    /// # Errors
    /// When nobody answers.
    pub fn labels(&self) -> Result<Vec<String>> {
        let answer = self.ask(&json!({"labels": {}}), ANSWER_LIMIT)?;
        let labels = answer.get("labels").cloned().unwrap_or(answer);
        Ok(serde_json::from_value(labels)?)
    }
}
