//! Leases, and the claims kiosks made from them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use machitap_domain::{
    CitizenId, FacilityId, Fact, Incarnation, KioskId, Pseudonym,
    ids::{GroupId, LeaseId},
    points::caps::Person,
};
use rusqlite::params;
use uuid::Uuid;

use super::{Db, DbError, uint};

/// A range of ids a kiosk was leased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseRow {
    /// Which.
    pub id: LeaseId,
    /// Whose.
    pub kiosk: KioskId,
    /// The life of the journal it is for; `None` until one was heard of.
    pub life: Option<Incarnation>,
    /// The first id.
    pub first: CitizenId,
    /// How many.
    pub count: u32,
    /// The last day on which it is issued from.
    pub until: Date,
}

/// A counted claim, or the answer to one as its kiosk heard it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRow {
    /// The fact.
    pub fact: Fact,
    /// When, as well as it is known, milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: i64,
    /// It was taken back.
    pub undone: bool,
}

const KINDS: &str = "('registered', 'relinked', 'released-id', 'registration-answered')";

impl Db {
    /// Enters a lease.
    ///
    /// # Errors
    /// [`DbError`]; also for a kiosk that is not enrolled and for an id that was used.
    pub fn put_lease(&self, lease: &LeaseRow, now_ms: i64) -> Result<(), DbError> {
        self.conn
            .prepare_cached(
                "INSERT INTO lease (id, kiosk, life, first, count, until, leased_ms) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                lease.id.as_str(),
                lease.kiosk.as_str(),
                lease.life.map(|l| l.to_string()),
                lease.first.reveal(),
                lease.count,
                lease.until.to_string(),
                now_ms
            ])?;
        Ok(())
    }

    /// Every lease, the oldest first.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn leases(&self) -> Result<Vec<LeaseRow>, DbError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT id, kiosk, life, first, count, until FROM lease ORDER BY n")?;
        let rows = statement.query_map([], |r| {
            Ok((
                r.get::<_, String>(0)?,
                r.get::<_, String>(1)?,
                r.get::<_, Option<String>>(2)?,
                r.get::<_, String>(3)?,
                r.get::<_, u32>(4)?,
                r.get::<_, String>(5)?,
            ))
        })?;
        rows.map(|row| {
            let (id, kiosk, life, first, count, until) = row?;
            let life = life.map(|l| Uuid::parse_str(&l).map(Incarnation));
            Ok(LeaseRow {
                id: id.parse().map_err(damaged)?,
                kiosk: kiosk.parse().map_err(damaged)?,
                life: life.transpose().map_err(damaged)?,
                first: first.parse().map_err(damaged)?,
                count,
                until: until.parse().map_err(damaged)?,
            })
        })
        .collect()
    }

    /// Binds the leases of a kiosk that were made before any journal of it was heard of.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn bind_leases(&self, kiosk: &KioskId, life: Incarnation) -> Result<(), DbError> {
        self.conn
            .prepare_cached("UPDATE lease SET life = ?2 WHERE kiosk = ?1 AND life IS NULL")?
            .execute(params![kiosk.as_str(), life.to_string()])?;
        Ok(())
    }

    /// Every counted claim and answer, in the order they came.
    ///
    /// # Errors
    /// [`DbError`]; a stored fact that cannot be read any more is [`DbError::Damaged`].
    pub fn claims(&self) -> Result<Vec<ClaimRow>, DbError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT f.bytes, f.shown_ms, EXISTS (SELECT 1 FROM fact u \
              JOIN journal v ON v.id = u.journal AND u.seq <= v.contiguous \
              WHERE u.watched = 'undone' AND u.journal = f.journal \
              AND u.bytes ->> '$.body.fact' = f.bytes ->> '$.id') FROM fact f \
             JOIN journal j ON j.id = f.journal AND f.seq <= j.contiguous \
             WHERE f.watched IN {KINDS} ORDER BY f.id"
        ))?;
        let rows = statement.query_map([], |r| {
            Ok((
                r.get::<_, String>(0)?,
                r.get::<_, i64>(1)?,
                r.get::<_, bool>(2)?,
            ))
        })?;
        rows.map(|row| {
            let (bytes, at_ms, undone) = row?;
            Ok(ClaimRow {
                fact: serde_json::from_str(&bytes).map_err(damaged)?,
                at_ms,
                undone,
            })
        })
        .collect()
    }

    /// A number that changes whenever [`Self::claims`] or the leases do.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn claims_mark(&self) -> Result<(u64, u64), DbError> {
        let facts: i64 = self
            .conn
            .prepare_cached(&format!(
                "SELECT count(*) FROM fact f JOIN journal j ON j.id = f.journal \
                 AND f.seq <= j.contiguous WHERE f.watched IN {KINDS} OR f.watched = 'undone'"
            ))?
            .query_row([], |r| r.get(0))?;
        let leases: i64 = self
            .conn
            .prepare_cached("SELECT count(*) FROM lease")?
            .query_row([], |r| r.get(0))?;
        Ok((uint(facts)?, uint(leases)?))
    }

    /// Keeps the rosters as they were published, sealed, and no others.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_roster_bases(&self, bases: &[(FacilityId, Vec<u8>)]) -> Result<(), DbError> {
        self.conn.execute("DELETE FROM roster_base", [])?;
        for (facility, sealed) in bases {
            self.conn
                .prepare_cached("INSERT INTO roster_base (facility, sealed) VALUES (?1, ?2)")?
                .execute(params![facility.as_str(), sealed])?;
        }
        Ok(())
    }

    /// The rosters as they were published, sealed.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn roster_bases(&self) -> Result<Vec<(FacilityId, Vec<u8>)>, DbError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT facility, sealed FROM roster_base ORDER BY facility")?;
        let rows = statement.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get(1)?)))?;
        rows.map(|row| {
            let (facility, sealed) = row?;
            Ok((facility.parse().map_err(damaged)?, sealed))
        })
        .collect()
    }

    /// Whose account an id goes to that was issued for another's card.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn aliases(&self) -> Result<BTreeMap<Pseudonym, Pseudonym>, DbError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT subject, truly FROM alias")?;
        let rows =
            statement.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (subject, truly) = row?;
            Ok((
                Pseudonym::try_from(subject).map_err(damaged)?,
                Pseudonym::try_from(truly).map_err(damaged)?,
            ))
        })
        .collect()
    }

    /// Replaces them.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_aliases(&self, aliases: &BTreeMap<Pseudonym, Pseudonym>) -> Result<(), DbError> {
        self.conn.execute("DELETE FROM alias", [])?;
        for (subject, truly) in aliases {
            self.conn
                .prepare_cached("INSERT INTO alias (subject, truly) VALUES (?1, ?2)")?
                .execute([subject.to_string(), truly.to_string()])?;
        }
        Ok(())
    }

    /// The areas residents named when they were registered.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn registered_areas(&self) -> Result<BTreeMap<Pseudonym, GroupId>, DbError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT subject, area FROM registered_area")?;
        let rows = statement.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get(1)?)))?;
        rows.map(|row| {
            let (subject, area): (String, String) = row?;
            let subject = Pseudonym::try_from(subject).map_err(damaged)?;
            Ok((subject, area.parse().map_err(damaged)?))
        })
        .collect()
    }

    /// Replaces them.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_registered_areas(
        &self,
        areas: &BTreeMap<Pseudonym, GroupId>,
    ) -> Result<(), DbError> {
        self.conn.execute("DELETE FROM registered_area", [])?;
        for (subject, area) in areas {
            self.conn
                .prepare_cached("INSERT INTO registered_area (subject, area) VALUES (?1, ?2)")?
                .execute([subject.to_string().as_str(), area.as_str()])?;
        }
        Ok(())
    }

    /// Adds what a point rule may know of somebody the rosters say nothing of; true when it was
    /// not known.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn add_person(&self, who: &Pseudonym, person: Person) -> Result<bool, DbError> {
        let age = person.age.map(|age| serde_json::to_string(&age));
        let age = age.transpose().map_err(damaged)?;
        let new = self
            .conn
            .prepare_cached(
                "INSERT INTO person (subject, age, birth_month) VALUES (?1, ?2, ?3) \
                 ON CONFLICT DO NOTHING",
            )?
            .execute(params![who.to_string(), age, person.birth_month])?;
        Ok(new == 1)
    }
}

fn damaged(why: impl ToString) -> DbError {
    DbError::Damaged(why.to_string())
}
