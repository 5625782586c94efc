//! Samples to ALSA's `aplay`.

use std::{
    ffi::OsString,
    io::{self, Write as _},
    process::{Child, Command, Stdio},
    thread,
};

/// The program and what it is told before the samples' own format.
#[derive(Debug, Clone)]
pub(super) struct Aplay(pub(super) Vec<OsString>);

impl Default for Aplay {
    fn default() -> Self {
        Self(vec!["aplay".into()])
    }
}

impl Aplay {
    /// Begins to play 16-bit little-endian samples of one channel.
    pub(super) fn start(&self, samples: Vec<u8>, rate: u32) -> io::Result<Playing> {
        let (program, args) = self.0.split_first().expect("a program is named");
        let mut child = Command::new(program)
            .args(args)
            .args(["-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r"])
            .args([rate.to_string().as_str(), "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let stdin = child.stdin.take();
        // The pipe is shorter than a line: whoever filled it here could not be told to stop.
        thread::Builder::new()
            .name("samples".into())
            .spawn(move || {
                // What is not taken was cut off, or the exit status says why.
                let _ = stdin.map(|mut pipe| pipe.write_all(&samples));
            })
            .inspect_err(|_| {
                let _ = child.kill();
                let _ = child.wait();
            })?;
        Ok(Playing(child))
    }
}

/// Something that sounds.
#[derive(Debug)]
pub(super) struct Playing(Child);

impl Playing {
    /// Whether it has ended.
    ///
    /// # Errors
    /// It ended without having been played.
    pub(super) fn ended(&mut self) -> io::Result<bool> {
        match self.0.try_wait()? {
            None => Ok(false),
            Some(status) if status.success() => Ok(true),
            Some(status) => Err(io::Error::other(format!("aplay: {status}"))),
        }
    }

    /// Cuts it off.
    pub(super) fn stop(mut self) {
        // It may have ended just now.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
