//! `machitap-city publish`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use machitap_city::{
    config::Config,
    db::Db,
    documents,
    enrol::rejected,
    exit::{Exit, Failure},
    flaw::Toml,
    publish::{
        self, KeyRing, OldMonths, PublishError,
        begun::{Begun, How},
    },
    send,
    time::now_ms,
};

use super::{io, runtime};

pub(super) fn run(
    config: &Config,
    documents: Option<PathBuf>,
    only_check: bool,
    old_months: OldMonths,
    timeout: u64,
) -> Result<(), Failure> {
    let dir = documents.unwrap_or_else(|| config.documents.clone());
    let read = documents::read(&dir, &config.city).map_err(|why| rejected(&why))?;
    let refused = |why| not_published(&dir, &why);
    if only_check {
        // Before the first publication there is no database, and nothing to compare with.
        if config.database.exists() {
            let db = Db::open(&config.database).map_err(io)?;
            warn(&publish::check(&db, &read, old_months, now_ms()).map_err(refused)?);
        }
        println!("{}: sound", dir.display());
        return Ok(());
    }
    let mut db = Db::open(&config.database).map_err(io)?;
    let ring = KeyRing::load(config, &read.catalogue)?;
    let published =
        publish::stage(&mut db, &read, ring.keys(), old_months, now_ms()).map_err(refused)?;
    warn(&published.corrected);
    for document in &published.staged {
        let what = if document.changed { "new" } else { "unchanged" };
        println!("{} version {} ({what})", document.name, document.version);
    }
    let sent = runtime()?.block_on(send::send(config, &mut db, Duration::from_secs(timeout)))?;
    println!("{sent} documents acknowledged by the broker");
    Ok(())
}

/// A refused publication; tariffs by the file, line and key they stand at.
fn not_published(dir: &Path, why: &PublishError) -> Failure {
    let PublishError::OldMonths(begun) = why else {
        let exit = match why {
            PublishError::Db(_) => Exit::Io,
            _ => Exit::Data,
        };
        return Failure::new(exit, why);
    };
    let file = dir.join("catalogue.toml");
    let toml = Toml::new(&file, std::fs::read_to_string(&file).unwrap_or_default());
    let lines: Vec<String> = begun
        .iter()
        .map(|b| toml.flaw(&b.key(), b).to_string())
        .collect();
    Failure::new(Exit::Data, lines.join("\n"))
}

fn warn(corrected: &[Begun]) {
    for b in corrected {
        let what = match b.how {
            How::Changed => "changed",
            How::Removed => "removed",
            How::Added => "added",
        };
        eprintln!(
            "machitap-city: warning: {}: the tariff from {}, which has begun, is {what}; what \
             kiosks charged by it today stays as it was charged",
            b.facility, b.from
        );
    }
}
