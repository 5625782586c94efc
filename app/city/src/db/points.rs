//! Points: what was published of residents, the answers to their spends, what kiosks were told.

use std::collections::BTreeMap;

use jiff::civil::Date;
use machitap_domain::{
    KioskId, Pseudonym,
    catalogue::Text,
    ids::{GroupId, OfferId},
    points::{accounts::Accounts, caps::Person, spend::SpendVerdict},
    ranking::GroupKind,
};
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Db, DbError, int, uint};

/// An area or a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRow {
    /// Which kind.
    pub kind: GroupKind,
    /// Its id, one of its kind.
    pub id: GroupId,
    /// Its name.
    pub name: Text,
    /// Its members, by visit pseudonym.
    pub members: Vec<Pseudonym>,
}

/// The city's answer to a spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerRow {
    /// Its place in the order of all answers.
    pub id: i64,
    /// The day it was given.
    pub day: Date,
    /// What it is.
    pub verdict: SpendVerdict,
}

/// Answers by the journal's number and the spend's place in it.
pub type Answers = BTreeMap<(i64, u64), AnswerRow>;

/// What a kiosk was told of accounts last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldRow {
    /// The key both documents were sealed to.
    pub seal_to: String,
    /// The base.
    pub base: Accounts,
    /// What had changed since.
    pub news: Accounts,
}

impl Db {
    /// How often documents were published.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn publication(&self) -> Result<u64, DbError> {
        uint(
            self.conn
                .prepare_cached("SELECT n FROM publication")?
                .query_row([], |r| r.get(0))?,
        )
    }

    /// Notes that documents were published.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn published(&self) -> Result<(), DbError> {
        self.conn.execute("UPDATE publication SET n = n + 1", [])?;
        Ok(())
    }

    /// Replaces what is known of all residents.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_people(&self, people: &BTreeMap<Pseudonym, Person>) -> Result<(), DbError> {
        self.conn.execute("DELETE FROM person", [])?;
        for (subject, person) in people {
            self.conn
                .prepare_cached(
                    "INSERT INTO person (subject, age, birth_month) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![
                    subject.to_string(),
                    person.age.as_ref().map(json),
                    person.birth_month
                ])?;
        }
        Ok(())
    }

    /// What is known of residents; whoever is not here is known by nothing.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn people(&self) -> Result<BTreeMap<Pseudonym, Person>, DbError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT subject, age, birth_month FROM person")?;
        let rows = statement.query_map([], |r| {
            Ok((
                r.get::<_, String>(0)?,
                r.get::<_, Option<String>>(1)?,
                r.get(2)?,
            ))
        })?;
        rows.map(|row| {
            let (subject, age, birth_month) = row?;
            let subject = Pseudonym::try_from(subject)
                .map_err(|why| DbError::Damaged(format!("a pseudonym: {why}")))?;
            let age = age.as_deref().map(parsed).transpose()?;
            Ok((subject, Person { age, birth_month }))
        })
        .collect()
    }

    /// Replaces all areas and teams.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_groups(&self, groups: &[GroupRow]) -> Result<(), DbError> {
        self.conn.execute("DELETE FROM ranking_group", [])?;
        for group in groups {
            self.conn
                .prepare_cached("INSERT INTO ranking_group (kind, id, body) VALUES (?1, ?2, ?3)")?
                .execute(params![json(&group.kind), group.id.as_str(), json(group)])?;
        }
        Ok(())
    }

    /// All areas and teams.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn groups(&self) -> Result<Vec<GroupRow>, DbError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT body FROM ranking_group ORDER BY kind, id")?;
        let rows = statement.query_map([], |r| r.get::<_, String>(0))?;
        rows.map(|body| parsed(&body?)).collect()
    }

    /// Every answer given to a spend.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn spend_answers(&self) -> Result<Answers, DbError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT journal, seq, id, day, settled FROM spend_answer")?;
        let rows = statement.query_map([], |r| {
            Ok((
                (r.get::<_, i64>(0)?, r.get::<_, i64>(1)?),
                r.get::<_, i64>(2)?,
                r.get::<_, String>(3)?,
                r.get::<_, bool>(4)?,
            ))
        })?;
        rows.map(|row| {
            let ((journal, seq), id, day, settled) = row?;
            let day = day
                .parse()
                .map_err(|why| DbError::Damaged(format!("a day: {why}")))?;
            let verdict = if settled {
                SpendVerdict::Settled
            } else {
                SpendVerdict::Declined
            };
            Ok(((journal, uint(seq)?), AnswerRow { id, day, verdict }))
        })
        .collect()
    }

    /// Keeps the answer to a spend. There is one; a second is an error.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_spend_answer(
        &self,
        journal: i64,
        seq: u64,
        day: Date,
        verdict: SpendVerdict,
        now_ms: i64,
    ) -> Result<(), DbError> {
        self.conn
            .prepare_cached(
                "INSERT INTO spend_answer (journal, seq, day, settled, answered_ms) \
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                journal,
                int(seq)?,
                day.to_string(),
                verdict == SpendVerdict::Settled,
                now_ms
            ])?;
        Ok(())
    }

    /// The place of a fact in the order in which they came, and when it did.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn came(&self, journal: i64, seq: u64) -> Result<(i64, i64), DbError> {
        Ok(self
            .conn
            .prepare_cached("SELECT id, received_ms FROM fact WHERE journal = ?1 AND seq = ?2")?
            .query_row(params![journal, int(seq)?], |r| Ok((r.get(0)?, r.get(1)?)))?)
    }

    /// What a kiosk was told of accounts last.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn accounts_told(&self, kiosk: &KioskId) -> Result<Option<ToldRow>, DbError> {
        self.conn
            .prepare_cached("SELECT seal_to, base, news FROM accounts_told WHERE kiosk = ?1")?
            .query_row([kiosk.as_str()], |r| {
                Ok((
                    r.get::<_, String>(0)?,
                    r.get::<_, String>(1)?,
                    r.get::<_, String>(2)?,
                ))
            })
            .optional()?
            .map(|(seal_to, base, news)| {
                Ok(ToldRow {
                    seal_to,
                    base: parsed(&base)?,
                    news: parsed(&news)?,
                })
            })
            .transpose()
    }

    /// Keeps what a kiosk is told of accounts.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_accounts_told(&self, kiosk: &KioskId, told: &ToldRow) -> Result<(), DbError> {
        self.conn
            .prepare_cached(
                "INSERT INTO accounts_told (kiosk, seal_to, base, news) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (kiosk) DO UPDATE SET seal_to = ?2, base = ?3, news = ?4",
            )?
            .execute(params![
                kiosk.as_str(),
                told.seal_to,
                json(&told.base),
                json(&told.news)
            ])?;
        Ok(())
    }

    /// Keeps only the news a kiosk is told: the base may be long, and is as it was.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_account_news_told(&self, kiosk: &KioskId, news: &Accounts) -> Result<(), DbError> {
        self.conn
            .prepare_cached("UPDATE accounts_told SET news = ?2 WHERE kiosk = ?1")?
            .execute([kiosk.as_str(), &json(news)])?;
        Ok(())
    }

    /// The prizes that were drawn, with the seed of each.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn prize_draws(&self) -> Result<BTreeMap<OfferId, String>, DbError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT offer, seed FROM prize_draw")?;
        let rows =
            statement.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (offer, seed) = row?;
            let offer = offer
                .parse()
                .map_err(|why| DbError::Damaged(format!("an offer: {why}")))?;
            Ok((offer, seed))
        })
        .collect()
    }

    /// Notes that a prize is drawn by that seed. There is one draw; a second is an error.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_prize_draw(&self, offer: &OfferId, seed: &str, now_ms: i64) -> Result<(), DbError> {
        self.conn.execute(
            "INSERT INTO prize_draw (offer, seed, drawn_ms) VALUES (?1, ?2, ?3)",
            params![offer.as_str(), seed, now_ms],
        )?;
        Ok(())
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("plain data has a JSON form")
}

fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|why| DbError::Damaged(format!("points: {why}")))
}
