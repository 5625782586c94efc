//! A table and a kiosk for the tests: its facts, and the folds over them.

use jiff::civil::{DateTime, date};
use uuid::Uuid;

use super::{
    deal::Deal,
    outcome::Pieces,
    record::Drawn,
    secret::{DrawSecret, commitment},
    table::{Allotment, Ceiling, DrawTable, Picture, Row, SpinRule},
    turn::{NotNow, Stand, given},
    verify::{Agrees, Disagrees, verify},
};
use crate::{
    credential::CredentialKind,
    fact::{Draft, Fact, FactBody, FactId, FactKey, Hash},
    fold::Folds,
    ids::{Incarnation, KioskId, PrizeId},
    points::{
        Award, AwardReason,
        sample::{at, text, tokyo},
    },
    pseudonym::Pseudonym,
    time::{DayKey, Stamp},
};

pub(crate) const LIFE: Incarnation = Incarnation(Uuid::from_u128(0xA1));

pub(crate) fn secret() -> DrawSecret {
    DrawSecret::new([0x5E; 32])
}

pub(crate) fn hall() -> KioskId {
    "hall-1".parse().unwrap()
}

pub(crate) fn prize(id: &str) -> PrizeId {
    id.parse().unwrap()
}

pub(crate) fn pieces(of: &[(&str, u32)]) -> Pieces {
    of.iter().map(|(id, n)| (prize(id), *n)).collect()
}

fn row(id: &str, weight: u16) -> Row {
    Row {
        id: prize(id),
        name: text("もの"),
        picture: Picture::Gift,
        weight,
        blank: false,
        when_gone: None,
    }
}

/// Little stock and many blanks, so that every rule is met soon.
pub(crate) fn table() -> DrawTable {
    let with_stock = |id, weight| Row {
        when_gone: Some(prize("thanks")),
        ..row(id, weight)
    };
    let mut table = DrawTable {
        id: "autumn".parse().unwrap(),
        name: text("秋の ガチャ"),
        from: date(2026, 11, 1),
        until: date(2026, 11, 30),
        rows: vec![
            with_stock("towel", 500),
            with_stock("orange", 1_500),
            row("sticker", 2_000),
            Row {
                blank: true,
                ..row("thanks", 6_000)
            },
        ],
        kiosks: [
            (
                hall(),
                Allotment {
                    stock: pieces(&[("towel", 2), ("orange", 4)]),
                    commitment: None,
                },
            ),
            (
                "library-1".parse().unwrap(),
                Allotment {
                    stock: pieces(&[("towel", 0), ("orange", 9)]),
                    commitment: None,
                },
            ),
        ]
        .into(),
        ceiling: Some(Ceiling {
            blanks: 3,
            row: prize("orange"),
        }),
        per_day: 3,
        ages: [(crate::points::caps::Age::Child, 1)].into(),
        spins: SpinRule {
            visit: 1,
            streak: 2,
            ..SpinRule::default()
        },
    };
    let promised = commitment(&table, &hall(), &secret());
    table.kiosks.get_mut(&hall()).unwrap().commitment = Some(promised);
    table
}

pub(crate) fn deal() -> Deal {
    Deal {
        table: table().id,
        secret: secret(),
        life: LIFE,
        given: Pieces::new(),
    }
}

pub(crate) fn noon(day: i8) -> Stamp {
    let noon: DateTime = date(2026, 11, day).at(12, 0, 0, 0);
    at(noon)
}

pub(crate) fn resident(n: u8) -> Pseudonym {
    Pseudonym::try_from(format!("{n:02x}").repeat(16)).unwrap()
}

/// A kiosk without a screen.
#[derive(Debug, Clone)]
pub(crate) struct Kiosk {
    pub(crate) table: DrawTable,
    pub(crate) deal: Deal,
    pub(crate) facts: Vec<Fact>,
    pub(crate) folds: Folds,
}

impl Kiosk {
    pub(crate) fn new() -> Self {
        Self {
            table: table(),
            deal: deal(),
            facts: Vec::new(),
            folds: Folds::default(),
        }
    }

    /// All its draws, computed again.
    pub(crate) fn verified(&self) -> Result<Agrees, Disagrees> {
        verify(&self.table, &hall(), &self.deal, &self.facts, &tokyo())
    }

    pub(crate) fn record(
        &mut self,
        who: Pseudonym,
        at: Stamp,
        cause: Option<FactId>,
        body: FactBody,
    ) -> FactId {
        let seq = self.facts.len() as u64 + 1;
        let draft = Draft {
            id: FactId(Uuid::from_u128(u128::from(seq))),
            subject: Some(who),
            at,
            caused_by: cause,
            body,
        };
        let key = FactKey {
            kiosk: hall(),
            incarnation: LIFE,
            seq,
        };
        let fact = Fact::place(draft, key, "hall".parse().unwrap(), Hash::GENESIS);
        self.folds.apply(&fact, &tokyo());
        self.facts.push(fact);
        FactId(Uuid::from_u128(u128::from(seq)))
    }

    /// A visit, what it earned, and its spins.
    pub(crate) fn visit(&mut self, who: Pseudonym, at: Stamp, streak: bool) -> FactId {
        let visit = self.record(who, at, None, FactBody::visit(CredentialKind::Citizen));
        let mut lines = vec![Award {
            points: 10,
            reason: AwardReason::Visit,
        }];
        lines.extend(streak.then_some(Award {
            points: 5,
            reason: AwardReason::Streak,
        }));
        for line in &lines {
            self.record(who, at, Some(visit), FactBody::Award(line.clone()));
        }
        let spins = self.folds.spins(&who).of(&self.table.id);
        if let Some(gift) = given(&self.table, &spins, &lines) {
            self.record(who, at, Some(visit), FactBody::SpinsGiven(gift));
        }
        visit
    }

    pub(crate) fn turn(&mut self, who: Pseudonym, at: Stamp) -> Result<Drawn, NotNow> {
        let machine = self.folds.machines().of(&self.table.id);
        let spins = self.folds.spins(&who).of(&self.table.id);
        let stand = Stand {
            table: &self.table,
            kiosk: &hall(),
            deal: &self.deal,
            machine: &machine,
        };
        let gift = stand.may_turn(&spins, None, &at, &tokyo())?;
        let drawn = stand.turn(&spins);
        self.record(who, at, Some(gift), FactBody::Drawn(drawn.clone()));
        Ok(drawn)
    }

    pub(crate) fn undo(&mut self, who: Pseudonym, at: Stamp, fact: FactId) {
        self.record(who, at, Some(fact), FactBody::Undone { fact });
    }

    pub(crate) fn left(&self, who: Pseudonym) -> u32 {
        self.folds.spins(&who).of(&self.table.id).left()
    }

    pub(crate) fn given(&self) -> Pieces {
        self.folds.machines().of(&self.table.id).given().clone()
    }

    pub(crate) fn turned_on(&self, who: Pseudonym, at: &Stamp) -> u32 {
        let day: DayKey = at.day(&tokyo());
        self.folds.spins(&who).of(&self.table.id).turned_on(day)
    }
}
