//! `cargo xtask voice`: a recording of each spoken line, made from its text by Open JTalk, without
//! any network but Debian's archive.

mod hts;
mod shape;

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

use crate::{
    run::{step, workspace},
    setup,
};

const DICTIONARY: &str = "/var/lib/mecab/dic/open-jtalk/naist-jdic";
/// A little quicker than the voice was trained at: whoever waits has somewhere to go.
const SPEED: &str = "1.15";
/// Samples a second of what is written. Speech has little above half of it, and a kiosk's
/// loudspeaker less.
const RATE: u32 = 16_000;
/// The loudest sample of a line, as a part of the loudest there is: that of the tones, so that
/// one volume fits both.
const PEAK: f64 = 0.6;

/// Who must be named wherever the recordings go.
const NOTICE: &str = "\
The WAV files in this folder were made from assets/voice/ja.toml of Machitap (GPL-3.0-only) by
Open JTalk (BSD-3-Clause) with the HTS voice \"NIT ATR503 M001\", version 1.05.

HTS voice \"NIT ATR503 M001\"
Copyright (c) 2003-2012  Nagoya Institute of Technology, Department of Computer Science
Copyright (c) 2003-2008  Tokyo Institute of Technology,
                         Interdisciplinary Graduate School of Science and Engineering
Creative Commons Attribution 3.0: https://creativecommons.org/licenses/by/3.0/
http://open-jtalk.sourceforge.net/

Changed here: spoken lines were synthesised, cut at both ends, brought to one loudness and to
16 kHz.
";

/// Makes every line into `to/ja`, with the voice in that file or else the one of Debian.
pub(crate) fn make(to: &Path, voice: Option<&Path>) -> Result<()> {
    setup::install(&setup::voice())?;
    let voice = match voice {
        Some(voice) => voice.to_owned(),
        None => hts::voice()?,
    };
    step("making the spoken lines");
    let lines = lines()?;
    let dir = to.join("ja");
    // A line that is no more would still be packaged.
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).with_context(|| dir.display().to_string())?;
    let (mut seconds, mut bytes) = (0.0, 0);
    for (key, text) in &lines {
        let (samples, read) = speak(text, &voice, &dir).with_context(|| key.clone())?;
        let file = dir.join(format!("{key}.wav"));
        write(&file, &samples)?;
        let long = samples.len() as f64 / f64::from(RATE);
        println!("   {key:<16} {long:>4.1} s  {text} ({read})");
        seconds += long;
        bytes += fs::metadata(&file)?.len();
    }
    fs::write(dir.join("COPYRIGHT"), NOTICE)?;
    let (count, kib) = (lines.len(), bytes / 1_024);
    println!(
        "   {count} lines, {seconds:.0} s, {kib} KiB in {}",
        dir.display()
    );
    Ok(())
}

/// A folder that holds no line: what the package carries without a voice.
pub(crate) fn none(to: &Path) -> Result<()> {
    let dir = to.join("ja");
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir)?;
    fs::write(dir.join("COPYRIGHT"), "Built without a voice.\n")?;
    Ok(())
}

/// What is said by its key: the text, or `say` where the synthesiser would read that wrongly.
/// Which keys there are is the kiosk's to say and to test.
fn lines() -> Result<BTreeMap<String, String>> {
    let path = workspace().join("assets/voice/ja.toml");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let table: toml::Table = toml::from_str(&text).with_context(|| path.display().to_string())?;
    let said = |(key, value): (String, toml::Value)| {
        let said = value.get("say").unwrap_or(&value).as_str();
        let said = said.with_context(|| format!("{}: {key}", path.display()))?;
        Ok((key, said.to_owned()))
    };
    table.into_iter().map(said).collect()
}

/// The samples of a text, and how it was read.
fn speak(text: &str, voice: &Path, scratch: &Path) -> Result<(Vec<i16>, String)> {
    let words = scratch.join("line.txt");
    let trace = scratch.join("line.trace");
    let raw = scratch.join("line.raw.wav");
    fs::write(&words, format!("{text}\n"))?;
    let status = Command::new("open_jtalk")
        .args(["-x", DICTIONARY, "-r", SPEED, "-m"])
        .arg(voice)
        .arg("-ow")
        .arg(&raw)
        .arg("-ot")
        .arg(&trace)
        .arg(&words)
        .stdin(Stdio::null())
        .status()
        .context("cannot start open_jtalk")?;
    if !status.success() {
        bail!("open_jtalk: {status}");
    }
    let mut wav = WavReader::open(&raw)?;
    let spec = wav.spec();
    if spec.channels != 1 || spec.sample_format != SampleFormat::Int || spec.bits_per_sample != 16 {
        bail!("the voice speaks in {spec:?}; 16 bits of one channel are expected");
    }
    let samples: Vec<i16> = wav.samples().collect::<Result<_, _>>()?;
    let read = reading(&fs::read_to_string(&trace)?);
    for file in [words, raw, trace] {
        fs::remove_file(file)?;
    }
    let line = shape::line(&samples, spec.sample_rate, RATE, PEAK)?;
    Ok((line, read))
}

/// The kana of a trace's analysis: the tenth of the fields of each word.
fn reading(trace: &str) -> String {
    let words = trace.lines().take_while(|line| *line != "[Output label]");
    let kana = words.filter_map(|word| word.split(',').nth(9));
    kana.collect::<String>().replace('’', "")
}

fn write(file: &Path, samples: &[i16]) -> Result<()> {
    let spec = WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut wav = WavWriter::create(file, spec).with_context(|| file.display().to_string())?;
    for sample in samples {
        wav.write_sample(*sample)?;
    }
    Ok(wav.finalize()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_are_read_and_their_keys_can_be_names_of_files() {
        let lines = lines().unwrap();
        assert!(lines.len() > 30);
        for key in lines.keys() {
            assert!(key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
        }
    }

    #[test]
    fn a_trace_says_how_it_was_read() {
        let trace = "[Text analysis result]\n\
                     登園,名詞,サ変接続,*,*,*,*,登園,トウエン,トーエン,0/4,C1\n\
                     ます,助動詞,*,*,*,特殊・マス,基本形,ます,マス,マス’,1/2,*\n\n\
                     [Output label]\n0 1 a,b,c,d,e,f,g,h,i,j\n";
        assert_eq!(reading(trace), "トーエンマス");
    }

    #[test]
    fn whoever_gave_the_voice_is_named() {
        for said in [
            "Nagoya Institute",
            "Tokyo Institute",
            "Attribution 3.0",
            "Changed here",
        ] {
            assert!(NOTICE.contains(said), "{said}");
        }
    }
}
