//! What the core wants done.

use machitap_domain::{
    Draft, Millis,
    fare::rules::Chime,
    reception::{HandOffNote, Handoff},
    sound::Loudness,
};

use crate::{
    spoken::Line,
    view::{Screen, YearMonth},
};

/// Something to be done, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Put these facts on disk in one transaction, then report
    /// [`crate::Input::Appended`] or [`crate::Input::NotAppended`] before anything else.
    Append(Vec<Draft>),
    /// Draw this.
    Show(Box<Screen>),
    /// Make this sound.
    Tone(Tone),
    /// From now on tones and lines are so loud; as loud as it gets before the first.
    Loudness(Loudness),
    /// Say this line once, after the tone; it takes the place of one that is being said or waits.
    /// `None`: that one is no longer so, and nothing else is to be said.
    Say(Option<Line>),
    /// Call again with [`crate::Input::Tick`] at this monotonic instant, milliseconds, or
    /// earlier. The latest one given counts.
    WakeAt(Millis),
    /// Make the month's papers: show them, or write them to the stick. Answered by
    /// [`crate::Input::Papers`].
    Papers {
        /// Which month.
        month: YearMonth,
        /// True: write them to the stick.
        write: bool,
    },
    /// Hand this note over. Tried again until it is taken or its day is over, also while others
    /// are on their way; answered by [`crate::Input::HandedOff`], and each time it fails by
    /// [`crate::Input::HandOffFailed`]. A withdrawal goes after the note it withdraws. The core
    /// gives each note once, and once more after a restart.
    HandOff {
        /// The note.
        note: Box<HandOffNote>,
        /// The way.
        to: Handoff,
    },
    /// Keep this small setting across restarts.
    Keep {
        /// Its key.
        key: &'static str,
        /// Its value.
        value: String,
    },
}

/// Sounds that cannot be mistaken for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// The card is seen, reading.
    Read,
    /// Done, and on disk.
    Done,
    /// Please ask, or try again.
    Ask,
    /// A fare class was told, and is on disk. Each class has its own: without a display it is
    /// the whole answer.
    Fare(Chime),
}
