//! Tones: what people hear without looking at the screen.

mod synth;

pub(crate) use synth::notes;

use std::{
    io::{self, Write as _},
    process::{Command, Stdio},
    sync::mpsc::{self, Receiver, SyncSender},
    thread,
};

use machitap_domain::fare::rules::Chime;
use machitap_kiosk_core::Tone;

use crate::messages;

/// Something that tells people how their tap went by its tone.
pub trait Signal: Send {
    /// Gives the sign; must not wait for it to end.
    fn give(&mut self, tone: Tone);
}

/// Gives every sign to each of these.
impl Signal for Vec<Box<dyn Signal>> {
    fn give(&mut self, tone: Tone) {
        for signal in self {
            signal.give(tone);
        }
    }
}

/// The tone's name, in traces and lines.
pub const fn name(tone: Tone) -> &'static str {
    match tone {
        Tone::Read => "read",
        Tone::Done => "done",
        Tone::Ask => "ask",
        Tone::Fare(Chime::One) => "fare:one",
        Tone::Fare(Chime::Two) => "fare:two",
        Tone::Fare(Chime::Three) => "fare:three",
        Tone::Fare(Chime::Up) => "fare:up",
        Tone::Fare(Chime::Down) => "fare:down",
        Tone::Fare(Chime::Long) => "fare:long",
    }
}

/// One line for each tone: what a kiosk without a display says on its standard output.
#[derive(Debug)]
pub struct ToneLines<W>(pub W);

impl<W: io::Write + Send> Signal for ToneLines<W> {
    fn give(&mut self, tone: Tone) {
        // Lines nobody reads are no reason to stop.
        let _ = writeln!(self.0, "tone: {}", name(tone));
    }
}

/// Plays through ALSA's `aplay`, on a thread of its own.
#[derive(Debug)]
pub struct Speaker(SyncSender<Tone>);

/// Tones waiting to be played; what comes faster is left out.
const WAITING_MAX: usize = 2;

impl Speaker {
    /// Starts the thread.
    pub fn start() -> Self {
        let (send, receive) = mpsc::sync_channel(WAITING_MAX);
        thread::Builder::new()
            .name("sound".into())
            .spawn(move || play_all(&receive))
            .expect("the system has room for a thread at start");
        Self(send)
    }
}

impl Signal for Speaker {
    fn give(&mut self, tone: Tone) {
        let _ = self.0.try_send(tone);
    }
}

fn play_all(tones: &Receiver<Tone>) {
    let sounds = synth::ALL.map(|tone| (tone, synth::pcm(tone)));
    let mut said = false;
    for tone in tones {
        let Some((_, pcm)) = sounds.iter().find(|(t, _)| *t == tone) else {
            continue;
        };
        match play(pcm) {
            Ok(()) => said = false,
            Err(error) if !said => {
                said = true;
                tracing::warn!(MESSAGE_ID = messages::SOUND_GONE, %error, "tones cannot be played");
            }
            Err(_) => {}
        }
    }
}

fn play(pcm: &[u8]) -> io::Result<()> {
    let rate = synth::RATE.to_string();
    let mut child = Command::new("aplay")
        .args([
            "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", &rate, "-",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let written = child
        .stdin
        .take()
        .map_or(Ok(()), |mut stdin| stdin.write_all(pcm));
    let status = child.wait()?;
    match written {
        Ok(()) if status.success() => Ok(()),
        Ok(()) => Err(io::Error::other(format!("aplay: {status}"))),
        Err(error) => Err(error),
    }
}
