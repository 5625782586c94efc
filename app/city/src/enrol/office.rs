//! Where a terminal with a code gets its enrolment. No network here: [`super::door`] carries it.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use machitap_wire::{
    enrol,
    enrol::{Answer, Asked, CityKey, CityShare, Granted, Hello, Refused, Ticket, Welcome},
};
use uuid::Uuid;

use super::{Place, authority, enter, public};
use crate::{
    config::Config,
    db::{CodeMade, Db, Enrolled},
    documents,
    exit::Failure,
    publish::{self, KeyRing, PublishError},
};

/// What was begun is forgotten after this.
const BEGUN_FOR: Duration = Duration::from_secs(120);

/// So many may be under way; the one begun first gives way.
const BEGUN_MAX: usize = 64;

/// The card keys a city keeps for its kiosks, if it wants them sent.
const CARD_KEYS: &str = "card-keys.toml";

/// Hands out enrolments.
pub struct Office {
    config: Config,
    db: Db,
    begun: HashMap<Uuid, Begun>,
}

struct Begun {
    key: CityKey,
    ticket: Ticket,
    at: Instant,
}

impl Office {
    /// On the city's database.
    pub fn new(config: &Config, db: Db) -> Self {
        Self {
            config: config.clone(),
            db,
            begun: HashMap::new(),
        }
    }

    /// The first message. Nothing in the answer says whether the code is right.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn hello(&mut self, hello: &Hello, now_ms: i64) -> Result<Welcome, Refused> {
        let made = self.good(&hello.ticket, now_ms)?;
        let (key, share) =
            CityShare::answer(&made.code, &hello.share).map_err(|_| Refused::Unreadable)?;
        self.begun.retain(|_, b| b.at.elapsed() < BEGUN_FOR);
        if self.begun.len() >= BEGUN_MAX
            && let Some(first) = self.begun.iter().min_by_key(|(_, b)| b.at).map(|(s, _)| *s)
        {
            self.begun.remove(&first);
        }
        let session = Uuid::new_v4();
        let begun = Begun {
            key,
            ticket: hello.ticket.clone(),
            at: Instant::now(),
        };
        self.begun.insert(session, begun);
        Ok(Welcome { session, share })
    }

    /// The second message: whoever sealed it had the code.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn request(&mut self, request: &enrol::Request, now_ms: i64) -> Result<Answer, Refused> {
        let begun = self
            .begun
            .remove(&request.session)
            .filter(|b| b.at.elapsed() < BEGUN_FOR)
            .ok_or(Refused::Unreadable)?;
        let made = self.good(&begun.ticket, now_ms)?;
        let Ok(asked) = begun.key.open(&request.sealed) else {
            let tries_left = self.db.code_missed(&begun.ticket).map_err(unable)?;
            tracing::warn!(kiosk = %made.kiosk, tries_left, "a wrong enrolment code");
            return Err(match tries_left {
                0 => Refused::Spent,
                tries_left => Refused::Wrong { tries_left },
            });
        };
        if made.used_by.is_some_and(|by| by != asked.sign) {
            return Err(Refused::Used);
        }
        if asked
            .journal_of
            .as_ref()
            .is_some_and(|of| *of != made.kiosk)
        {
            return Err(Refused::OtherJournal { wanted: made.kiosk });
        }
        let granted = self.grant(&made, &asked, now_ms)?;
        Ok(Answer {
            sealed: begun.key.seal(&granted),
        })
    }

    fn good(&self, ticket: &Ticket, now_ms: i64) -> Result<CodeMade, Refused> {
        let made = self.db.code(ticket).map_err(unable)?;
        let made = made.ok_or(Refused::Unknown)?;
        let over = made.until_ms <= now_ms;
        // What was used is said to be used for as long as it is remembered.
        match made.used_by {
            Some(_) if over || made.tries_left == 0 => Err(Refused::Used),
            None if made.tries_left == 0 => Err(Refused::Spent),
            None if over => Err(Refused::Over),
            _ => Ok(made),
        }
    }

    fn grant(&mut self, made: &CodeMade, asked: &Asked, now_ms: i64) -> Result<Granted, Refused> {
        let config = &self.config;
        let place = Place::of(config, &made.facility).map_err(unable)?;
        let authority = authority(config).map_err(unable)?;
        let issued = authority
            .kiosk(&asked.request_pem, made.kiosk.as_str(), made.not_after)
            .map_err(|why| {
                tracing::warn!(kiosk = %made.kiosk, %why, "no certificate request");
                Refused::Unreadable
            })?;
        let granted = Granted {
            place: place.name.clone(),
            enrolment: public(config, &made.kiosk, &made.facility, place).map_err(unable)?,
            ca_pem: authority.pair().certificate,
            certificate_pem: issued.certificate,
            card_keys: card_keys(config).map_err(unable)?,
            time_ms: now_ms,
        };
        let enrolled = Enrolled {
            kiosk: made.kiosk.clone(),
            facility: made.facility.clone(),
            verifier: asked.sign,
            seal_to: asked.seal.clone(),
        };
        self.db
            .transaction(|db| {
                enter(db, &enrolled, &issued.serial, made.not_after, now_ms)?;
                db.code_used(&made.code.ticket(), asked.sign, now_ms)
            })
            .map_err(unable)?;
        tracing::info!(
            kiosk = %made.kiosk,
            facility = %made.facility,
            software = asked.software,
            "enrolled by a code"
        );
        self.follow_up(&enrolled, now_ms);
        Ok(granted)
    }

    /// What the kiosk needs beside its keys. It is enrolled whatever becomes of this.
    fn follow_up(&mut self, enrolled: &Enrolled, now_ms: i64) {
        if let Err(why) = self.publish(enrolled, now_ms) {
            tracing::warn!(kiosk = %enrolled.kiosk, %why, "its documents wait for `machitap-city publish`");
        }
        if let Err(why) = super::revoke::write_list(&self.config, &self.db) {
            tracing::warn!(%why, "the list of revoked certificates was not written; `machitap-city revocations` writes it");
        }
    }

    fn publish(&mut self, enrolled: &Enrolled, now_ms: i64) -> Result<(), NotPublished> {
        let config = &self.config;
        let documents =
            documents::read(&config.documents, &config.city).map_err(|e| super::rejected(&e))?;
        let ring = KeyRing::load(config, &documents.catalogue)?;
        publish::for_one(&mut self.db, &documents, ring.keys(), enrolled, now_ms)?;
        Ok(())
    }
}

#[derive(Debug, thiserror::Error)]
enum NotPublished {
    #[error("{0}")]
    Home(Failure),
    #[error("{0}")]
    Document(#[from] PublishError),
}

impl From<Failure> for NotPublished {
    fn from(why: Failure) -> Self {
        Self::Home(why)
    }
}

fn card_keys(config: &Config) -> Result<Option<String>, Failure> {
    let there = config.keys.join(CARD_KEYS).exists();
    there.then(|| config.key_text(CARD_KEYS)).transpose()
}

fn unable(why: impl std::fmt::Display) -> Refused {
    tracing::error!(%why, "a terminal could not be enrolled");
    Refused::Unable
}

#[cfg(test)]
mod tests;
