//! Taking an enrolment back.

use std::path::{Path, PathBuf};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use machitap_domain::KioskId;

use super::{authority, io};
use crate::{
    config::Config,
    db::{Db, RevokedRow},
    exit::{Exit, Failure},
    files::{Mode, write},
    time::now_ms,
};

/// The list of revoked certificates, in the broker's directory.
pub const LIST: &str = "crl.pem";

/// What was taken back.
#[derive(Debug)]
pub struct Revoked {
    /// So many certificates count no more.
    pub certificates: usize,
    /// The broker's list, or why it was not written: the kiosk is nobody's either way.
    pub list: Result<PathBuf, Failure>,
}

/// What this kiosk sends counts no more, and its certificates open the broker no more once that has
/// read the list.
///
/// # Errors
/// [`Failure`]: a kiosk that was never enrolled; the database.
pub fn revoke(config: &Config, kiosk: &KioskId) -> Result<Revoked, Failure> {
    let mut db = Db::open(&config.database).map_err(|e| io(&e))?;
    if !db.knows_kiosk(kiosk).map_err(|e| io(&e))? {
        return Err(Failure::new(
            Exit::Data,
            format_args!("{kiosk} is not enrolled"),
        ));
    }
    let now_ms = now_ms();
    let certificates = db
        .transaction(|db| {
            db.revoke_kiosk(kiosk, now_ms)?;
            db.close_codes(kiosk)?;
            db.revoke_certificates(kiosk, now_ms)
        })
        .map_err(|e| io(&e))?;
    Ok(Revoked {
        certificates,
        list: write_list(config, &db),
    })
}

/// Writes the broker's list of revoked certificates.
///
/// # Errors
/// [`Failure`].
pub fn write_list(config: &Config, db: &Db) -> Result<PathBuf, Failure> {
    let revoked: Vec<_> = db.revoked().map_err(|e| io(&e))?.iter().map(day).collect();
    let list = authority(config)?
        .revocations(&revoked)
        .map_err(|e| io(&e))?;
    let path = config.broker_files.join(LIST);
    put(&path, &list)?;
    Ok(path)
}

/// The list of a city that has revoked nothing.
///
/// # Errors
/// [`Failure`].
pub(crate) fn write_empty(authority: &crate::pki::Authority, dir: &Path) -> Result<(), Failure> {
    let list = authority.revocations(&[]).map_err(|e| io(&e))?;
    put(&dir.join(LIST), &list)
}

fn put(path: &Path, list: &str) -> Result<(), Failure> {
    write(path, Mode::Public, list.as_bytes()).map_err(|why| Failure::file(path, &why))
}

fn day(row: &RevokedRow) -> (String, Date) {
    let at = Timestamp::from_millisecond(row.revoked_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    (row.serial.clone(), TimeZone::UTC.to_datetime(at).date())
}
