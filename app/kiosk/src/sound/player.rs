//! The thread that plays: one sound at a time, each as loud as it is to be when it begins.

use std::{
    io,
    path::PathBuf,
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::Duration,
};

use machitap_domain::{Millis, sound::Loudness};
use machitap_kiosk_core::Tone;

use super::{
    Word,
    aplay::{Aplay, Playing},
    queue::{Queue, Sound},
    synth,
    voice::Voice,
    volume,
};
use crate::messages;

/// While something sounds, its end is looked for this often: it is what a line waits after its
/// tone.
const LOOK: Duration = Duration::from_millis(10);

/// One channel of samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pcm {
    pub(super) rate: u32,
    pub(super) samples: Vec<i16>,
}

/// Plays what it is told.
pub(super) struct Player {
    aplay: Aplay,
    voice: Voice,
    tones: [(Tone, Pcm); synth::ALL.len()],
    queue: Queue,
    playing: Option<Playing>,
    loudness: Loudness,
    /// That nothing can be played was said.
    said: bool,
    now: fn() -> Millis,
}

impl Player {
    pub(super) fn new(aplay: Aplay, folders: Vec<PathBuf>, now: fn() -> Millis) -> Self {
        Self {
            aplay,
            voice: Voice::new(folders),
            tones: synth::ALL.map(|tone| (tone, synth::pcm(tone))),
            queue: Queue::default(),
            playing: None,
            loudness: Loudness::FULL,
            said: false,
            now,
        }
    }

    /// Plays until nobody can tell it anything more and all it was told was played.
    pub(super) fn run(mut self, inbox: &Receiver<Word>) {
        loop {
            let told = match self.wait() {
                Some(wait) => inbox.recv_timeout(wait),
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match told {
                Ok(word) => self.take(word),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => match self.wait() {
                    Some(wait) => std::thread::sleep(wait),
                    None => return,
                },
            }
            self.go_on();
        }
    }

    /// How long there is nothing to do; `None`: until it is told something.
    fn wait(&self) -> Option<Duration> {
        if self.playing.is_some() {
            return Some(LOOK);
        }
        let due = self.queue.due()?;
        Some(Duration::from_millis(due.saturating_sub((self.now)())))
    }

    fn take(&mut self, word: Word) {
        let cut = match word {
            Word::Tone(tone) => self.queue.tone(tone),
            Word::Say(line) => self.queue.say(line, (self.now)()),
            Word::Loudness(loudness) => {
                self.loudness = loudness;
                false
            }
        };
        if cut && let Some(playing) = self.playing.take() {
            playing.stop();
        }
    }

    fn go_on(&mut self) {
        if let Some(playing) = &mut self.playing {
            match playing.ended() {
                Ok(false) => return,
                Ok(true) => self.said = false,
                Err(error) => self.cannot(&error),
            }
            self.playing = None;
            self.queue.ended();
        }
        while let Some(sound) = self.queue.begin((self.now)()) {
            match self.start(sound) {
                Ok(Some(playing)) => {
                    self.playing = Some(playing);
                    return;
                }
                Ok(None) => {}
                Err(error) => self.cannot(&error),
            }
            self.queue.ended();
        }
    }

    /// Begins it; `None` where it is silent.
    fn start(&mut self, sound: Sound) -> io::Result<Option<Playing>> {
        let (volume, spoken);
        let pcm = match sound {
            Sound::Tone(tone) => {
                volume = self.loudness.tones;
                self.tones.iter().find(|(t, _)| *t == tone).map(|(_, p)| p)
            }
            Sound::Line(line) => {
                volume = self.loudness.voice;
                spoken = (volume > 0).then(|| self.voice.load(line)).flatten();
                spoken.as_ref()
            }
        };
        pcm.filter(|_| volume > 0)
            .map(|pcm| {
                let samples = volume::bytes(&pcm.samples, volume);
                self.aplay.start(samples, pcm.rate)
            })
            .transpose()
    }

    fn cannot(&mut self, error: &io::Error) {
        if !std::mem::replace(&mut self.said, true) {
            tracing::warn!(MESSAGE_ID = messages::SOUND_GONE, %error, "tones cannot be played");
        }
    }
}

#[cfg(test)]
mod tests;
