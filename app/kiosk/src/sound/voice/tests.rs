use std::collections::BTreeMap;

use hound::{WavSpec, WavWriter};
use tempfile::TempDir;

use super::*;

const SPEECH: WavSpec = WavSpec {
    channels: 1,
    sample_rate: 16_000,
    bits_per_sample: 16,
    sample_format: SampleFormat::Int,
};

/// A file of that name whose samples are these.
pub(in crate::sound) fn put(folder: &Path, name: &str, spec: WavSpec, samples: &[i16]) {
    let dir = folder.join(LANGUAGE);
    fs::create_dir_all(&dir).unwrap();
    let mut wav = WavWriter::create(dir.join(name), spec).unwrap();
    for sample in samples {
        match spec.bits_per_sample {
            16 => wav.write_sample(*sample).unwrap(),
            _ => wav.write_sample(i32::from(*sample)).unwrap(),
        }
    }
    wav.finalize().unwrap();
}

fn two() -> (TempDir, TempDir, Voice) {
    let dirs = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let voice = Voice::new(vec![dirs.0.path().into(), dirs.1.path().into()]);
    (dirs.0, dirs.1, voice)
}

#[test]
fn a_recorded_line_wins_over_the_packaged_one_and_the_others_stay() {
    let (recorded, packaged, mut voice) = two();
    put(packaged.path(), "undone.wav", SPEECH, &[1]);
    put(packaged.path(), "notice.wav", SPEECH, &[2]);
    let studio = WavSpec {
        channels: 2,
        sample_rate: 48_000,
        ..SPEECH
    };
    put(recorded.path(), "undone.wav", studio, &[10, 30, -8, -8]);
    let said = voice.load(Line::Undone).unwrap();
    assert_eq!((said.rate, said.samples), (48_000, vec![20, -8]));
    assert_eq!(voice.load(Line::Notice).unwrap().samples, [2]);
    assert!(!voice.said);
}

#[test]
fn what_is_not_there_is_not_said_and_that_is_said_once() {
    let mut voice = Voice::new(vec!["/nowhere".into()]);
    assert_eq!(voice.load(Line::Undone), None);
    assert!(voice.said);
    assert_eq!(voice.load(Line::Notice), None);
}

#[test]
fn an_unfit_recording_leaves_the_packaged_line() {
    let (recorded, packaged, mut voice) = two();
    put(packaged.path(), "undone.wav", SPEECH, &[1]);
    let dir = recorded.path().join(LANGUAGE);
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("undone.wav"), "not a sound").unwrap();
    assert_eq!(voice.load(Line::Undone).unwrap().samples, [1]);
    assert!(voice.said, "somebody recorded it in vain");
}

#[test]
fn a_folder_is_checked_file_by_file() {
    let dir = TempDir::new().unwrap();
    let folder = dir.path();
    let none = flaws(folder);
    assert_eq!(none.len(), 1, "{none:?}");
    assert!(none[0].contains("/ja: "), "{none:?}");
    put(folder, "undone.wav", SPEECH, &[1]);
    assert_eq!(flaws(folder), [""; 0]);
    let deep = WavSpec {
        bits_per_sample: 24,
        ..SPEECH
    };
    put(folder, "notice.wav", deep, &[1]);
    let slow = WavSpec {
        sample_rate: 8_000,
        ..SPEECH
    };
    put(folder, "fare.wav", slow, &vec![1; 80_001]);
    put(folder, "spent.wav", SPEECH, &[]);
    put(folder, "welcome.wav", SPEECH, &[1]);
    fs::write(folder.join(LANGUAGE).join("README.txt"), "").unwrap();
    let said = flaws(folder);
    for (n, (name, why)) in [
        ("fare.wav", "longer than 10 s"),
        ("notice.wav", "16-bit"),
        ("spent.wav", "no sound"),
        ("welcome.wav", "no such line; there are: reading, "),
    ]
    .into_iter()
    .enumerate()
    {
        assert!(said[n].contains(name) && said[n].contains(why), "{said:?}");
    }
    assert_eq!(said.len(), 4);
}

#[test]
fn every_line_has_its_text_and_every_text_its_line() {
    let text = include_str!("../../../../../assets/voice/ja.toml");
    let texts: BTreeMap<String, toml::Value> = toml::from_str(text).unwrap();
    let mut keys: Vec<&str> = Line::ALL.iter().map(|l| l.key()).collect();
    keys.sort_unstable();
    assert_eq!(texts.keys().collect::<Vec<_>>(), keys);
    let both = |(key, value): (String, toml::Value)| {
        let texts = [
            value.get("text").unwrap_or(&value),
            value.get("say").unwrap_or(&value),
        ];
        texts.map(|text| (key.clone(), text.as_str().unwrap_or_default().to_owned()))
    };
    for (key, text) in texts.into_iter().flat_map(both) {
        assert!(text.ends_with('。'), "{key}: {text}");
        assert!(text.chars().count() <= 32, "{key}: {text}");
        // A digit or a place to fill in would be somebody's.
        let odd = |c: char| c.is_numeric() && c != '一' || "{}<>".contains(c) || c.is_ascii();
        assert!(!text.contains(odd), "{key}: {text}");
    }
}
