//! QEMU's monitor (QMP): one JSON object a line, each command answered in turn, events between.

use std::{
    io::{BufRead, BufReader, Write},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// How long an answer or an event may take on a busy machine.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// A monitor.
#[derive(Debug)]
pub(crate) struct Qmp {
    lines: BufReader<UnixStream>,
    /// Events that came while an answer was waited for.
    events: Vec<Value>,
}

impl Qmp {
    /// Greets the monitor behind that socket.
    ///
    /// # Errors
    /// When there is none, or it does not greet back.
    pub(crate) fn connect(socket: &Path) -> Result<Self> {
        let stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(ANSWER_LIMIT))?;
        let mut qmp = Self {
            lines: BufReader::new(stream),
            events: Vec::new(),
        };
        qmp.line().context("QEMU's greeting")?;
        qmp.tell("qmp_capabilities", json!({}))?;
        Ok(qmp)
    }

    /// One command, and its answer.
    ///
    /// # Errors
    /// When QEMU refuses it, or says nothing.
    pub(crate) fn tell(&mut self, command: &str, arguments: Value) -> Result<Value> {
        let mut text = json!({ "execute": command, "arguments": arguments }).to_string();
        text.push('\n');
        self.lines.get_mut().write_all(text.as_bytes())?;
        loop {
            let mut said = self.line().with_context(|| format!("QMP {command}"))?;
            if let Some(answer) = said.get_mut("return") {
                return Ok(answer.take());
            }
            if let Some(error) = said.get("error") {
                bail!("QEMU refuses {command}: {}", error["desc"]);
            }
            self.events.push(said);
        }
    }

    /// Waits for an event about the device of that id.
    ///
    /// # Errors
    /// When it does not come.
    pub(crate) fn event(&mut self, name: &str, device: &str) -> Result<()> {
        let wanted = |e: &Value| e["event"] == name && e["data"]["device"] == device;
        loop {
            if let Some(at) = self.events.iter().position(wanted) {
                self.events.remove(at);
                return Ok(());
            }
            let said = self
                .line()
                .with_context(|| format!("waiting for {name} of {device}"))?;
            self.events.push(said);
        }
    }

    fn line(&mut self) -> Result<Value> {
        let mut text = String::new();
        if self.lines.read_line(&mut text)? == 0 {
            bail!("QEMU hung up");
        }
        Ok(serde_json::from_str(&text)?)
    }
}
