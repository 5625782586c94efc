//! The player with a program in `aplay`'s place that writes down what it is given.

use std::{
    fs,
    path::Path,
    sync::mpsc::{Sender, channel},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use hound::{SampleFormat, WavSpec};
use machitap_kiosk_core::Line;
use tempfile::TempDir;

use super::{super::voice::tests::put, *};

const SPEECH: WavSpec = WavSpec {
    channels: 1,
    sample_rate: 16_000,
    bits_per_sample: 16,
    sample_format: SampleFormat::Int,
};

struct Stage {
    dir: TempDir,
    words: Option<Sender<Word>>,
    player: Option<JoinHandle<()>>,
}

impl Stage {
    /// Each sound that was played to its end leaves a line: its rate and its bytes.
    fn new(then: &str) -> Self {
        let dir = TempDir::new().unwrap();
        let script = dir.path().join("aplay");
        let log = dir.path().join("log");
        let (script_text, log) = (
            format!(
                "bytes=$(wc -c)\n{then}\necho \"$9 $bytes\" >> {}\n",
                log.display()
            ),
            log,
        );
        fs::write(&script, script_text).unwrap();
        fs::write(log, "").unwrap();
        let aplay = Aplay(vec!["sh".into(), script.into()]);
        let (send, receive) = channel();
        let player = Player::new(aplay, vec![dir.path().into()], super::super::now_ms);
        let player = thread::spawn(move || player.run(&receive));
        Self {
            dir,
            words: Some(send),
            player: Some(player),
        }
    }

    fn line(self, line: Line, samples: usize) -> Self {
        let name = format!("{}.wav", line.key());
        put(self.dir.path(), &name, SPEECH, &vec![1_000; samples]);
        self
    }

    fn tell(&self, word: Word) {
        self.words.as_ref().unwrap().send(word).unwrap();
    }

    fn log(path: &Path) -> Vec<String> {
        let text = fs::read_to_string(path.join("log")).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    fn wait_for(&self, sounds: usize) {
        let until = Instant::now() + Duration::from_secs(30);
        while Self::log(self.dir.path()).len() < sounds {
            assert!(Instant::now() < until, "in vain");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// What was played to its end, once all is over.
    fn end(mut self) -> Vec<String> {
        drop(self.words.take());
        self.player.take().unwrap().join().unwrap();
        Self::log(self.dir.path())
    }
}

fn bytes(tone: Tone) -> String {
    let pcm = synth::pcm(tone);
    format!("{} {}", pcm.rate, pcm.samples.len() * 2)
}

#[test]
fn the_line_is_said_after_the_tone_at_its_own_rate() {
    let stage = Stage::new("").line(Line::VisitPoints, 40_000);
    stage.tell(Word::Tone(Tone::Done));
    stage.tell(Word::Say(Some(Line::VisitPoints)));
    assert_eq!(stage.end(), [bytes(Tone::Done), "16000 80000".to_owned()]);
}

#[test]
fn the_next_tone_cuts_a_line_off() {
    // Only a line is longer than the longest tone; it goes on until it is stopped.
    let stage =
        Stage::new("[ \"$bytes\" -lt 70000 ] || exec sleep 60").line(Line::VisitPoints, 40_000);
    let begun = Instant::now();
    stage.tell(Word::Tone(Tone::Done));
    stage.wait_for(1);
    stage.tell(Word::Say(Some(Line::VisitPoints)));
    thread::sleep(Duration::from_millis(100));
    stage.tell(Word::Tone(Tone::Read));
    assert_eq!(stage.end(), [bytes(Tone::Done), bytes(Tone::Read)]);
    assert!(begun.elapsed() < Duration::from_secs(50));
}

#[test]
fn what_is_silent_is_not_played_and_a_missing_line_holds_nothing_up() {
    let stage = Stage::new("").line(Line::VisitPoints, 10);
    stage.tell(Word::Loudness(Loudness {
        tones: 100,
        voice: 0,
    }));
    stage.tell(Word::Say(Some(Line::VisitPoints)));
    stage.tell(Word::Tone(Tone::Ask));
    stage.wait_for(1);
    stage.tell(Word::Loudness(Loudness {
        tones: 0,
        voice: 50,
    }));
    stage.tell(Word::Tone(Tone::Done));
    stage.tell(Word::Say(Some(Line::Undone)));
    thread::sleep(Duration::from_millis(50));
    stage.tell(Word::Say(Some(Line::VisitPoints)));
    assert_eq!(stage.end(), [bytes(Tone::Ask), "16000 20".to_owned()]);
}

#[test]
fn a_sound_card_that_fails_stops_nothing() {
    let stage = Stage::new("exit 1");
    stage.tell(Word::Tone(Tone::Done));
    stage.tell(Word::Tone(Tone::Ask));
    assert_eq!(stage.end(), [""; 0]);
}
