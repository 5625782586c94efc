//! Tones and lines: what people hear without looking at the screen.

mod aplay;
mod player;
mod queue;
mod synth;
mod voice;
mod volume;

pub(crate) use synth::notes;

use std::{
    io,
    path::PathBuf,
    sync::mpsc::{self, Sender},
    thread,
};

use machitap_domain::{fare::rules::Chime, sound::Loudness};
use machitap_kiosk_core::{Line, Tone};

use crate::clock::kernel;
use aplay::Aplay;
use player::Player;
pub use voice::{PACKAGED, flaws};

/// Something that tells people how their tap went by its tone.
pub trait Signal: Send {
    /// Gives the sign; must not wait for it to end.
    fn give(&mut self, tone: Tone);

    /// Says the line once the tones are over, in place of one that is being said or waits;
    /// `None`: says nothing more. What has no voice has nothing to do.
    fn say(&mut self, line: Option<Line>) {
        let _ = line;
    }

    /// From now on it is so loud. What is not heard has nothing to do.
    fn be_as_loud(&mut self, loudness: Loudness) {
        let _ = loudness;
    }
}

/// Gives every sign to each of these.
impl Signal for Vec<Box<dyn Signal>> {
    fn give(&mut self, tone: Tone) {
        for signal in self {
            signal.give(tone);
        }
    }

    fn say(&mut self, line: Option<Line>) {
        for signal in self {
            signal.say(line);
        }
    }

    fn be_as_loud(&mut self, loudness: Loudness) {
        for signal in self {
            signal.be_as_loud(loudness);
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

/// One line for each tone and each spoken line: what a kiosk without a display says on its
/// standard output.
#[derive(Debug)]
pub struct ToneLines<W>(pub W);

impl<W: io::Write + Send> Signal for ToneLines<W> {
    fn give(&mut self, tone: Tone) {
        // Lines nobody reads are no reason to stop.
        let _ = writeln!(self.0, "tone: {}", name(tone));
    }

    fn say(&mut self, line: Option<Line>) {
        if let Some(line) = line {
            let _ = writeln!(self.0, "voice: {}", line.key());
        }
    }
}

/// What the player is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Tone(Tone),
    Say(Option<Line>),
    Loudness(Loudness),
}

/// Plays through ALSA's `aplay`, on a thread of its own.
#[derive(Debug)]
pub struct Speaker(Sender<Word>);

impl Speaker {
    /// Starts the thread. Lines are looked for in these folders, the first first.
    pub fn start(folders: Vec<PathBuf>) -> Self {
        let (send, receive) = mpsc::channel();
        thread::Builder::new()
            .name("sound".into())
            .spawn(move || Player::new(Aplay::default(), folders, now_ms).run(&receive))
            .expect("the system has room for a thread at start");
        Self(send)
    }

    fn tell(&self, word: Word) {
        // The thread ends with the program.
        let _ = self.0.send(word);
    }
}

fn now_ms() -> u64 {
    kernel::monotonic_ns() / 1_000_000
}

impl Signal for Speaker {
    fn give(&mut self, tone: Tone) {
        self.tell(Word::Tone(tone));
    }

    fn say(&mut self, line: Option<Line>) {
        self.tell(Word::Say(line));
    }

    fn be_as_loud(&mut self, loudness: Loudness) {
        self.tell(Word::Loudness(loudness));
    }
}
