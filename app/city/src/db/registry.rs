//! Enrolled kiosks.

use machitap_domain::{FacilityId, KioskId};
use machitap_wire::{Verifier, seal::SealTo, update::Update};
use rusqlite::{OptionalExtension, params};

use super::{Db, DbError};

/// What an enrolment leaves with the city.
#[derive(Clone)]
pub struct Enrolled {
    /// The kiosk.
    pub kiosk: KioskId,
    /// Where it stands.
    pub facility: FacilityId,
    /// Its signing key's other half.
    pub verifier: Verifier,
    /// Its sealing key's other half.
    pub seal_to: SealTo,
}

/// A kiosk as ingest knows it.
#[derive(Debug, Clone)]
pub struct KioskRow {
    /// Whose signature counts.
    pub verifier: Verifier,
    /// Where it stands.
    pub facility: FacilityId,
}

impl Db {
    /// Enters a kiosk, or gives one that is entered new keys.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn enrol(&self, kiosk: &Enrolled, now_ms: i64) -> Result<(), DbError> {
        self.conn.execute(
            "INSERT INTO kiosk (id, facility, verifier, seal_to, enrolled_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (id) DO UPDATE SET facility = ?2, verifier = ?3, seal_to = ?4, \
             enrolled_ms = ?5, revoked_ms = NULL",
            params![
                kiosk.kiosk.as_str(),
                kiosk.facility.as_str(),
                String::from(kiosk.verifier),
                String::from(kiosk.seal_to.clone()),
                now_ms
            ],
        )?;
        Ok(())
    }

    /// True for a kiosk that was enrolled once, revoked or not.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn knows_kiosk(&self, kiosk: &KioskId) -> Result<bool, DbError> {
        Ok(self
            .conn
            .prepare_cached("SELECT 1 FROM kiosk WHERE id = ?1")?
            .exists([kiosk.as_str()])?)
    }

    /// What this kiosk sends counts no more, until it is enrolled again; false where it was so
    /// already.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn revoke_kiosk(&self, kiosk: &KioskId, now_ms: i64) -> Result<bool, DbError> {
        let changed = self.conn.execute(
            "UPDATE kiosk SET revoked_ms = ?2, online = 0 WHERE id = ?1 AND revoked_ms IS NULL",
            params![kiosk.as_str(), now_ms],
        )?;
        Ok(changed == 1)
    }

    /// Whose keys are on file for this kiosk; nobody's while it is revoked.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn kiosk(&self, kiosk: &KioskId) -> Result<Option<KioskRow>, DbError> {
        self.conn
            .prepare_cached(
                "SELECT verifier, facility FROM kiosk WHERE id = ?1 AND revoked_ms IS NULL",
            )?
            .query_row([kiosk.as_str()], |r| {
                Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?))
            })
            .optional()?
            .map(|(verifier, facility)| {
                Ok(KioskRow {
                    verifier: Verifier::from_text(&verifier).map_err(damaged)?,
                    facility: facility.parse().map_err(damaged)?,
                })
            })
            .transpose()
    }

    /// Every kiosk that is enrolled, with its keys, by id.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn kiosks(&self) -> Result<Vec<Enrolled>, DbError> {
        self.kiosks_where("revoked_ms IS NULL")
    }

    /// Every kiosk that ever was enrolled, by id.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn all_kiosks(&self) -> Result<Vec<Enrolled>, DbError> {
        self.kiosks_where("TRUE")
    }

    fn kiosks_where(&self, filter: &'static str) -> Result<Vec<Enrolled>, DbError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT id, facility, verifier, seal_to FROM kiosk WHERE {filter} ORDER BY id"
        ))?;
        let rows = statement.query_map([], |r| {
            Ok((
                r.get::<_, String>(0)?,
                r.get::<_, String>(1)?,
                r.get::<_, String>(2)?,
                r.get::<_, String>(3)?,
            ))
        })?;
        rows.map(|row| {
            let (kiosk, facility, verifier, seal_to) = row?;
            Ok(Enrolled {
                kiosk: kiosk.parse().map_err(damaged)?,
                facility: facility.parse().map_err(damaged)?,
                verifier: Verifier::from_text(&verifier).map_err(damaged)?,
                seal_to: SealTo::try_from(seal_to).map_err(damaged)?,
            })
        })
        .collect()
    }

    /// Notes a kiosk's birth or death.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn kiosk_state(
        &self,
        kiosk: &KioskId,
        online: bool,
        software: &str,
        update: Option<&Update>,
        now_ms: i64,
    ) -> Result<(), DbError> {
        // A death was signed at the birth: what it says of an update is old.
        let update = update.filter(|_| online);
        let update = update.map(|u| serde_json::to_string(u).expect("an update has a JSON form"));
        self.conn
            .prepare_cached(
                "UPDATE kiosk SET online = ?2, software = ?3, seen_ms = ?4, \
                 updating = coalesce(?5, updating) WHERE id = ?1",
            )?
            .execute(params![kiosk.as_str(), online, software, now_ms, update])?;
        Ok(())
    }

    /// Notes that a kiosk was heard.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn kiosk_seen(&self, kiosk: &KioskId, now_ms: i64) -> Result<(), DbError> {
        self.conn
            .prepare_cached("UPDATE kiosk SET seen_ms = ?2 WHERE id = ?1")?
            .execute(params![kiosk.as_str(), now_ms])?;
        Ok(())
    }
}

fn damaged(why: impl ToString) -> DbError {
    DbError::Damaged(why.to_string())
}
