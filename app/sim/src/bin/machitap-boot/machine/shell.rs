//! A root shell in the machine, for what no person before a kiosk can do: fill its disk, switch it
//! off in peace.

use std::{
    io::{Read, Write},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

use anyhow::{Context, Result, bail};

/// A command's answer on a slow machine.
const ANSWER_LIMIT: Duration = Duration::from_secs(120);

#[derive(Debug)]
pub(super) struct Shell(UnixStream);

impl Shell {
    pub(super) fn connect(socket: &Path) -> Result<Self> {
        let stream = UnixStream::connect(socket).context("the socket of the machine's shell")?;
        stream.set_read_timeout(Some(ANSWER_LIMIT))?;
        Ok(Self(stream))
    }

    /// Runs a command and gives back what the terminal showed.
    ///
    /// # Errors
    /// When it fails, or the shell does not answer.
    pub(super) fn run(&mut self, command: &str) -> Result<String> {
        // The echo of this line shows `$?`, the answer a number.
        self.type_in(&format!("{command}; echo \"<<$?>>\"\n"))?;
        let mut said = Vec::new();
        loop {
            let mut piece = [0; 4096];
            let n = self
                .0
                .read(&mut piece)
                .with_context(|| format!("waiting for the machine to run {command:?}"))?;
            if n == 0 {
                bail!("the machine ended while it ran {command:?}");
            }
            said.extend_from_slice(&piece[..n]);
            let text = String::from_utf8_lossy(&said);
            match status(&text) {
                Some(0) => return Ok(text.into_owned()),
                Some(code) => bail!("{command:?} in the machine ended with {code}:\n{text}"),
                None => {}
            }
        }
    }

    /// Runs a command, whatever its end, and gives back what it said.
    ///
    /// # Errors
    /// When the shell does not answer.
    pub(super) fn ask(&mut self, command: &str) -> Result<String> {
        let text = self.run(&format!("echo \"[[$({command} 2>/dev/null)]]\""))?;
        Ok(said(&text)
            .with_context(|| format!("no answer to {command:?}: {text}"))?
            .replace('\r', ""))
    }

    /// Types a line and waits for nothing.
    pub(super) fn type_in(&mut self, line: &str) -> Result<()> {
        Ok(self.0.write_all(line.as_bytes())?)
    }
}

/// The number in `<<0>>`.
fn status(text: &str) -> Option<u8> {
    text.split("<<")
        .skip(1)
        .find_map(|rest| rest.split_once(">>")?.0.parse().ok())
}

/// What stands in the last `[[…]]`: the echo of the question comes before.
fn said(text: &str) -> Option<&str> {
    let (_, rest) = text.rsplit_once("[[")?;
    rest.rsplit_once("]]").map(|(said, _)| said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_echo_is_no_answer() {
        assert_eq!(status("rm x; echo \"<<$?>>\"\r\n"), None);
        assert_eq!(
            status("rm x; echo \"<<$?>>\"\r\nno x\r\n<<1>>\r\n"),
            Some(1)
        );
        let text = "echo \"[[$(cat now)]]\"; echo \"<<$?>>\"\r\n[[kept]]\r\n<<0>>\r\n";
        assert_eq!(said(text), Some("kept"));
    }
}
