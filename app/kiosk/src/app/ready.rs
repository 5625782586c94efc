//! Everything that must be there and fit before the kiosk starts.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use machitap_card::{KeyProvider, SealedFile, TestOnly, keys::SealedFileError};
use rustls::ClientConfig;

use crate::{
    clock,
    config::{Config, Journal, Keys, Sound},
    enrolment::{Enrolment, born::CARD_KEYS},
    exit::{self, Failure},
    lamps::{Lamp, Lamps, Wiring},
    link::{self, Floor},
    sound::flaws,
};

/// What was found, ready for use.
pub struct Checked {
    /// The enrolment.
    pub enrolment: Enrolment,
    /// TLS.
    pub tls: ClientConfig,
    /// The clock TLS is told.
    pub floor: Floor,
    /// The lamps that are wired.
    pub lamps: Option<Lamps>,
    /// The keys of the citizen AP; `None` for a kiosk without a reader.
    pub keys: Option<Arc<dyn KeyProvider>>,
}

/// The enrolment, and TLS by it.
///
/// # Errors
/// What is missing or wrong in the enrolment's folder.
pub(crate) fn enrolled(
    config: &Config,
    floor: &Floor,
) -> Result<(Enrolment, ClientConfig), Failure> {
    let enrolment = Enrolment::read(&config.enrolment).map_err(Failure::from)?;
    let Enrolment {
        ca_pem,
        cert_pem,
        key_pem,
        ..
    } = &enrolment;
    let tls = link::client_config(ca_pem, cert_pem, key_pem, floor.clone()).map_err(|error| {
        let dir = config.enrolment.display();
        Failure::new(exit::CONFIG, format!("{dir}/{error}"))
    })?;
    Ok((enrolment, tls))
}

/// Reads and checks all the configuration points at.
///
/// # Errors
/// Every failure found.
pub fn check(config: &Config) -> Result<Checked, Vec<Failure>> {
    let floor = Floor::new(clock::built_ms());
    let mut failures = Vec::new();
    let enrolled = enrolled(config, &floor);
    let keys = keys(config);
    if let Ok((enrolment, _)) = &enrolled {
        failures.extend(keeps_too_short(config, enrolment));
    }
    let lamps = config.lamps.as_ref().map(Wiring::open).transpose();
    match (enrolled, keys, lamps) {
        (Ok((enrolment, tls)), Ok(keys), Ok(lamps)) if failures.is_empty() => {
            return Ok(Checked {
                enrolment,
                tls,
                floor,
                lamps,
                keys,
            });
        }
        (enrolled, keys, lamps) => {
            failures.extend(enrolled.err());
            failures.extend(keys.err());
            failures.extend(lamps.err().into_iter().flatten().map(unlit));
        }
    }
    Err(failures)
}

/// The lamps of a terminal that has no enrolment yet: all else is checked once it has one.
///
/// # Errors
/// Every lamp that cannot be lit.
pub(super) fn lamps_only(config: &Config) -> Result<Option<Lamps>, Vec<Failure>> {
    let lamps = config.lamps.as_ref().map(Wiring::open).transpose();
    lamps.map_err(|all| all.into_iter().map(unlit).collect())
}

/// A nursery's papers are made from the journal: it must keep what they need.
pub(crate) fn keeps_too_short(config: &Config, enrolment: &Enrolment) -> Option<Failure> {
    let days = config.journal.keep_days;
    let short = enrolment.public.purposes.nursery.is_some() && days < Journal::PAPERS_DAYS;
    short.then(|| {
        Failure::new(
            exit::CONFIG,
            format!(
                "journal.keep_days: {days} is too short for a nursery, whose papers need the facts of this month and the last: at least {}",
                Journal::PAPERS_DAYS
            ),
        )
    })
}

/// A lamp that cannot be lit is found before a driver looks for it.
fn unlit((lamp, why): (Lamp, String)) -> Failure {
    let key = Lamp::ALL.into_iter().find(|(_, l)| *l == lamp);
    let key = key.map_or("", |(key, _)| key);
    Failure::new(exit::NO_INPUT, format!("lamps.{key}: {why}"))
}

/// What is wrong with recorded lines. Only `--check-config` asks: a kiosk starts without them.
pub(super) fn unspoken(sound: &Sound) -> Vec<Failure> {
    let flaws = sound.voice.iter().flat_map(|folder| flaws(folder));
    flaws
        .map(|why| Failure::new(exit::NO_INPUT, format!("sound.voice: {why}")))
        .collect()
}

/// The keys of the citizen AP; `None` for a kiosk without a reader.
///
/// # Errors
/// What is missing or wrong in their file.
pub(crate) fn keys(config: &Config) -> Result<Option<Arc<dyn KeyProvider>>, Failure> {
    if !config.reader.enabled {
        return Ok(None);
    }
    Ok(Some(match &config.reader.keys {
        Keys::TestOnly => Arc::new(
            TestOnly::for_demo(config.demo)
                .map_err(|error| Failure::new(exit::CONFIG, format!("reader.keys: {error}")))?,
        ),
        Keys::SealedFile(path) => {
            let path = &card_keys(path, &config.enrolment);
            Arc::new(SealedFile::open(path).map_err(|error| {
                let code = match &error {
                    SealedFileError::Io(error) if error.kind() == io::ErrorKind::NotFound => {
                        exit::NO_INPUT
                    }
                    _ => exit::CONFIG,
                };
                Failure::new(code, format!("reader.keys: {}: {error}", path.display()))
            })?)
        }
    }))
}

/// The file the configuration names, or what the city sent where that is missing or empty.
fn card_keys(named: &Path, enrolment: &Path) -> PathBuf {
    let sent = enrolment.join(CARD_KEYS);
    let filled = fs::metadata(named).is_ok_and(|about| about.len() > 0);
    if !filled && sent.exists() {
        return sent;
    }
    named.to_owned()
}
