//! Recomputing a kiosk's draws after the reveal.

use jiff::tz::TimeZone;
use serde::Serialize;

use super::{
    deal::Deal,
    record::{Drawn, How, SpinsGiven},
    secret::{Ticket, commitment},
    table::DrawTable,
    turn::{NotNow, Stand},
};
use crate::{
    fact::{Fact, FactBody, FactId, Hash},
    fold::Folds,
    ids::KioskId,
    pseudonym::Pseudonym,
};

/// What is wrong with a fact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// It does not follow the fact before it.
    #[error("the fact before it is missing: expected number {expected}")]
    Hole {
        /// The number that should have come.
        expected: u64,
    },
    /// It is of another kiosk or of another life.
    #[error("it is not of this kiosk's life")]
    Stranger,
    /// The secret is not the one that was committed to.
    #[error("it names the commitment {named:?}; the revealed secret has {revealed:?}")]
    Commitment {
        /// As recorded.
        named: Hash,
        /// Of the secret.
        revealed: Hash,
    },
    /// A spin was left out or counted twice.
    #[error("it is recorded as spin {recorded}; it is spin {expected}")]
    Counter {
        /// As recorded.
        recorded: u64,
        /// As counted.
        expected: u64,
    },
    /// Not the ticket the secret gives.
    #[error("it is recorded with ticket {recorded:?}; the secret gives {expected:?}")]
    Ticket {
        /// As recorded.
        recorded: Ticket,
        /// As computed.
        expected: Ticket,
    },
    /// The ceiling was passed over, or claimed where it was not reached.
    #[error("the ceiling decides otherwise: {0:?} was due")]
    Ceiling(Box<Drawn>),
    /// Something was given that was gone, or called gone while there was some.
    #[error("the stock decides otherwise: {0:?} was due")]
    Stock(Box<Drawn>),
    /// Not what the ticket's row brings.
    #[error("the ticket's row decides otherwise: {0:?} was due")]
    Prize(Box<Drawn>),
    /// Nobody had a spin to turn, or not this one.
    #[error("no spin given was left for it")]
    NoSpin,
    /// More on one day than anybody may.
    #[error("it is one spin too many on its day")]
    TooMany,
    /// On a day the table did not stand there, or on none.
    #[error("the table did not stand there on that day")]
    Over,
    /// Spins for nothing, or more than the deed earns.
    #[error("the deed earned {expected} spins")]
    Unearned {
        /// What it earned.
        expected: u32,
    },
}

/// The first fact that does not agree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("fact {seq} ({fact:?}): {flaw}")]
pub struct Disagrees {
    /// Its name.
    pub fact: FactId,
    /// Its place.
    pub seq: u64,
    /// Why.
    pub flaw: Flaw,
}

/// What was recomputed, when everything agrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Agrees {
    /// Spins turned.
    pub draws: u64,
    /// Of them prizes.
    pub prizes: u64,
    /// Of them taken back.
    pub void: u64,
    /// Prizes that changed hands at the counter.
    pub handed: u64,
}

/// Recomputes every draw of a table in one life of a kiosk, from all facts of that life in
/// order. `deal` carries the revealed secret and what earlier lives gave.
///
/// A person's age is in no fact, so a day's cap is held against the highest of the table.
///
/// # Errors
/// [`Disagrees`]: the first fact that should be otherwise.
pub fn verify<'a>(
    table: &DrawTable,
    kiosk: &KioskId,
    deal: &Deal,
    facts: impl IntoIterator<Item = &'a Fact>,
    zone: &TimeZone,
) -> Result<Agrees, Disagrees> {
    let check = Check {
        table,
        kiosk,
        deal,
        zone,
    };
    let mut folds = Folds::default();
    let mut agrees = Agrees::default();
    for (expected, fact) in (1..).zip(facts) {
        let disagrees = |flaw| Disagrees {
            fact: fact.id,
            seq: fact.key.seq,
            flaw,
        };
        check.place(fact, expected).map_err(disagrees)?;
        match (&fact.body, fact.subject) {
            (FactBody::SpinsGiven(given), subject) if given.table == table.id => {
                check
                    .gift(&folds, fact, subject, given)
                    .map_err(disagrees)?;
            }
            (FactBody::Drawn(drawn), subject) if drawn.table == table.id => {
                check
                    .draw(&folds, fact, subject, drawn)
                    .map_err(disagrees)?;
                agrees.draws += 1;
                agrees.prizes += u64::from(!drawn.blank);
            }
            _ => {}
        }
        let (stood, held) = (standing(&folds, table), handed(&folds, table, fact));
        folds.apply(fact, zone);
        if matches!(fact.body, FactBody::Undone { .. }) {
            agrees.void += stood - standing(&folds, table);
        }
        if matches!(
            fact.body,
            FactBody::Undone { .. } | FactBody::PrizeHanded { .. }
        ) {
            agrees.handed = agrees.handed + handed(&folds, table, fact) - held;
        }
    }
    Ok(agrees)
}

/// Draws that stand.
fn standing(folds: &Folds, table: &DrawTable) -> u64 {
    let machine = folds.machines().of(&table.id);
    machine.given().values().map(|n| u64::from(*n)).sum()
}

/// Prizes in the hands of whom a fact is about.
fn handed(folds: &Folds, table: &DrawTable, fact: &Fact) -> u64 {
    let spins = fact.subject.map(|s| folds.spins(&s).of(&table.id));
    let handed = spins.map_or(0, |s| s.standing().filter(|d| d.handed.is_some()).count());
    handed as u64
}

struct Check<'a> {
    table: &'a DrawTable,
    kiosk: &'a KioskId,
    deal: &'a Deal,
    zone: &'a TimeZone,
}

impl Check<'_> {
    fn place(&self, fact: &Fact, expected: u64) -> Result<(), Flaw> {
        let key = &fact.key;
        if key.kiosk != *self.kiosk || key.incarnation != self.deal.life {
            Err(Flaw::Stranger)
        } else if key.seq != expected {
            Err(Flaw::Hole { expected })
        } else {
            Ok(())
        }
    }

    fn gift(
        &self,
        folds: &Folds,
        fact: &Fact,
        subject: Option<Pseudonym>,
        given: &SpinsGiven,
    ) -> Result<(), Flaw> {
        let account = subject.map(|s| folds.account(&s)).unwrap_or_default();
        let deed = account.standing().find(|v| Some(v.fact) == fact.caused_by);
        let expected = deed.map_or(0, |d| self.table.spins.earned(&d.lines));
        if expected == given.spins && expected > 0 {
            Ok(())
        } else {
            Err(Flaw::Unearned { expected })
        }
    }

    fn draw(
        &self,
        folds: &Folds,
        fact: &Fact,
        subject: Option<Pseudonym>,
        drawn: &Drawn,
    ) -> Result<(), Flaw> {
        let revealed = commitment(self.table, self.kiosk, &self.deal.secret);
        if drawn.commitment != revealed {
            return Err(Flaw::Commitment {
                named: drawn.commitment,
                revealed,
            });
        }
        let stand = Stand {
            table: self.table,
            kiosk: self.kiosk,
            deal: self.deal,
            machine: &folds.machines().of(&self.table.id),
        };
        let subject = subject.ok_or(Flaw::NoSpin)?;
        let spins = folds.spins(&subject).of(&self.table.id);
        let due = stand.turn(&spins);
        if drawn.counter != due.counter {
            return Err(Flaw::Counter {
                recorded: drawn.counter,
                expected: due.counter,
            });
        }
        if drawn.ticket != due.ticket {
            return Err(Flaw::Ticket {
                recorded: drawn.ticket,
                expected: due.ticket,
            });
        }
        match stand.may(&spins, self.table.per_day_at_most(), &fact.at, self.zone) {
            Ok(gift) if Some(gift) == fact.caused_by => {}
            Ok(_) | Err(NotNow::NoSpin) => return Err(Flaw::NoSpin),
            Err(NotNow::EnoughToday) => return Err(Flaw::TooMany),
            Err(NotNow::NoDay | NotNow::Over) => return Err(Flaw::Over),
        }
        if *drawn == due {
            return Ok(());
        }
        let either = |how| drawn.how == how || due.how == how;
        Err(if either(How::Ceiling) {
            Flaw::Ceiling(Box::new(due))
        } else if either(How::Gone) {
            Flaw::Stock(Box::new(due))
        } else {
            Flaw::Prize(Box::new(due))
        })
    }
}
