//! What sounds next. Tones come first and are never cut; a line waits for them, and gives way to
//! whatever comes after it.

use std::collections::VecDeque;

use machitap_domain::Millis;
use machitap_kiosk_core::{Line, Tone};

/// Tones waiting to be played; what comes faster is left out.
const WAITING_MAX: usize = 2;

/// Something that sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sound {
    Tone(Tone),
    Line(Line),
}

/// What waits and what sounds. Times are monotonic milliseconds.
#[derive(Debug, Default)]
pub(super) struct Queue {
    tones: VecDeque<Tone>,
    line: Option<(Line, Millis)>,
    sounding: Option<Sound>,
}

impl Queue {
    /// A tone comes. True: what sounds is to be stopped.
    pub(super) fn tone(&mut self, tone: Tone) -> bool {
        self.line = None;
        if self.tones.len() < WAITING_MAX {
            self.tones.push_back(tone);
        }
        self.cuts()
    }

    /// A line comes, or none. True: what sounds is to be stopped.
    pub(super) fn say(&mut self, line: Option<Line>, now: Millis) -> bool {
        self.line = line.map(|line| (line, now + line.lead_ms()));
        self.cuts()
    }

    fn cuts(&mut self) -> bool {
        self.sounding
            .take_if(|s| matches!(s, Sound::Line(_)))
            .is_some()
    }

    /// What begins to sound now; nothing while something sounds.
    pub(super) fn begin(&mut self, now: Millis) -> Option<Sound> {
        if self.sounding.is_some() {
            return None;
        }
        self.sounding = match self.tones.pop_front() {
            Some(tone) => Some(Sound::Tone(tone)),
            None => {
                let line = self.line.take_if(|(_, due)| *due <= now);
                line.map(|(line, _)| Sound::Line(line))
            }
        };
        self.sounding
    }

    /// What sounded has ended.
    pub(super) fn ended(&mut self) {
        self.sounding = None;
    }

    /// When something begins to sound, if nothing else comes; `None` when nothing waits.
    pub(super) fn due(&self) -> Option<Millis> {
        match self.tones.is_empty() {
            true => self.line.map(|(_, due)| due),
            false => Some(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DONE: Sound = Sound::Tone(Tone::Done);
    const SAID: Sound = Sound::Line(Line::VisitPoints);

    #[test]
    fn the_line_comes_after_the_tone() {
        let mut queue = Queue::default();
        assert!(!queue.tone(Tone::Done));
        assert_eq!(queue.begin(0), Some(DONE));
        assert!(!queue.say(Some(Line::VisitPoints), 0));
        assert_eq!(queue.begin(10), None, "the tone is never cut");
        queue.ended();
        assert_eq!(queue.begin(300), Some(SAID));
        queue.ended();
        assert_eq!((queue.begin(900), queue.due()), (None, None));
    }

    #[test]
    fn whatever_comes_later_cuts_a_line_off() {
        for next in [
            |q: &mut Queue| q.tone(Tone::Read),
            |q: &mut Queue| q.say(Some(Line::Undone), 1),
            |q: &mut Queue| q.say(None, 1),
        ] {
            let mut queue = Queue::default();
            queue.say(Some(Line::VisitPoints), 0);
            assert_eq!(queue.begin(0), Some(SAID));
            assert!(next(&mut queue));
            assert_ne!(queue.begin(1), Some(SAID));
        }
    }

    #[test]
    fn a_line_that_waits_gives_way_too() {
        let mut queue = Queue::default();
        queue.tone(Tone::Done);
        queue.begin(0);
        queue.say(Some(Line::VisitPoints), 0);
        assert!(!queue.tone(Tone::Read));
        queue.ended();
        assert_eq!(queue.begin(1), Some(Sound::Tone(Tone::Read)));
        queue.ended();
        assert_eq!(queue.begin(2), None);
    }

    #[test]
    fn keep_it_there_is_only_said_when_reading_takes_long() {
        let lead = Line::Reading.lead_ms();
        let mut queue = Queue::default();
        queue.say(Some(Line::Reading), 50);
        assert_eq!(queue.due(), Some(50 + lead));
        assert_eq!(queue.begin(49 + lead), None);
        assert_eq!(queue.begin(50 + lead), Some(Sound::Line(Line::Reading)));
        let mut quick = Queue::default();
        quick.say(Some(Line::Reading), 50);
        quick.tone(Tone::Done);
        quick.say(Some(Line::VisitPoints), 200);
        assert_eq!(quick.begin(200), Some(DONE));
        quick.ended();
        assert_eq!(quick.begin(5_000), Some(SAID));
    }

    #[test]
    fn tones_that_come_too_fast_are_left_out() {
        let mut queue = Queue::default();
        for _ in 0..9 {
            queue.tone(Tone::Read);
        }
        let mut played = 0;
        while queue.begin(0).is_some() {
            played += 1;
            queue.ended();
        }
        assert_eq!(played, WAITING_MAX);
    }
}
