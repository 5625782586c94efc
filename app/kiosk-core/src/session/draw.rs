//! The capsule machine: one touch turns it, debit and result are one commit, and only then
//! does anything move.
//!
//! A result stays *unseen* in the folds until whoever turned had the time to see it. After a
//! power cut the same result is shown once more, because it is on the disk and nothing is
//! drawn anew.

mod ask;
mod view;

use machitap_domain::{
    Draft, FactBody, FactId, Millis, Now, Pseudonym,
    draw::{Drawn, machine::Unseen, record::How},
    fact::{Class, Component},
    ids::{PrizeId, TableId},
    points::caps::Age,
};

use super::{After, Session, State, Turn, visit::Visitor};
use crate::input::Touch;

/// The machine's page closes after this without a touch, milliseconds.
pub const READY_MS: Millis = 20_000;

/// A capsule opens by itself after this, milliseconds.
pub const CAPSULE_MS: Millis = 4_000;

/// What was won stays so long, milliseconds.
pub const OPENED_MS: Millis = 15_000;

/// Somebody at the machine.
#[derive(Debug, Clone, Copy)]
struct Player {
    subject: Pseudonym,
    age: Option<Age>,
}

/// A result on disk.
#[derive(Debug, Clone)]
struct Outcome {
    fact: FactId,
    subject: Pseudonym,
    table: TableId,
    prize: PrizeId,
    how: How,
    again: bool,
}

/// The machine in use.
pub(super) struct Drawing {
    /// `None`: the result is shown again after a restart, and whoever stands there held no
    /// card.
    player: Option<Player>,
    stage: Stage,
    odds: bool,
    until: Millis,
}

enum Stage {
    Ready,
    Capsule(Outcome),
    Opened(Outcome),
}

impl Drawing {
    pub(super) const fn until(&self) -> Millis {
        self.until
    }

    fn opened(player: Option<Player>, result: Outcome, now: &Now) -> Self {
        Self {
            player,
            stage: Stage::Opened(result),
            odds: false,
            until: now.mono_ms + OPENED_MS,
        }
    }

    const fn total_ms(&self) -> Millis {
        match self.stage {
            Stage::Ready => READY_MS,
            Stage::Capsule(_) => CAPSULE_MS,
            Stage::Opened(_) => OPENED_MS,
        }
    }

    const fn outcome(&self) -> Option<&Outcome> {
        match &self.stage {
            Stage::Ready => None,
            Stage::Capsule(result) | Stage::Opened(result) => Some(result),
        }
    }
}

impl Session {
    /// From the screen of a visit to the machine.
    pub(super) fn draw_from_visit(&mut self, cx: &mut Turn<'_>, visitor: &Visitor, touch: Touch) {
        if self.draw_table(cx.now).is_none() {
            return;
        }
        let player = self.player(visitor);
        match touch {
            Touch::Spin => self.spin(cx, player),
            _ => self.go(State::Draw(Box::new(Drawing {
                player: Some(player),
                stage: Stage::Ready,
                odds: true,
                until: cx.now.mono_ms + READY_MS,
            }))),
        }
    }

    /// Turns the machine, where this player may. What comes of it is shown once it is on disk.
    fn spin(&mut self, cx: &mut Turn<'_>, player: Player) {
        let Some(table) = self.draw_table(cx.now) else {
            return;
        };
        let Ok(gift) = self.may_turn(cx.now, cx.folds, table, player) else {
            return;
        };
        let spins = cx.folds.spins(&player.subject).of(&table.id);
        let turned = self.at_machine(cx.folds, table, |stand| stand.turn(&spins));
        let drawn: Drawn = turned.expect("a spin that may be turned has its deal");
        let (table, prize, how) = (drawn.table.clone(), drawn.prize.clone(), drawn.how);
        let mut drafts: Vec<Draft> = self.seen(cx).into_iter().collect();
        let draft = self.draft(
            cx.now,
            Some(player.subject),
            Some(gift),
            FactBody::Drawn(drawn),
        );
        let result = Outcome {
            fact: draft.id,
            subject: player.subject,
            table,
            prize,
            how,
            again: false,
        };
        drafts.push(draft);
        let drawing = Drawing {
            player: Some(player),
            stage: Stage::Capsule(result),
            odds: false,
            until: cx.now.mono_ms + CAPSULE_MS,
        };
        self.append(cx, drafts, After::Drawn(Box::new(drawing)));
    }

    /// The fact that says that what is on the screen was seen.
    fn seen(&mut self, cx: &Turn<'_>) -> Option<Draft> {
        let State::Draw(drawing) = &self.state else {
            return None;
        };
        let (draw, subject) = drawing.outcome().map(|r| (r.fact, r.subject))?;
        let unseen = cx.folds.machines().unseen()?;
        (unseen.fact == draw)
            .then(|| self.draft(cx.now, Some(subject), Some(draw), FactBody::DrawSeen))
    }

    /// Somebody is done with the machine.
    pub(super) fn leave_draw(&mut self, cx: &mut Turn<'_>) {
        let seen = self.seen(cx);
        self.go(State::Base);
        if let Some(seen) = seen {
            self.append(cx, vec![seen], After::Quiet);
        }
    }

    pub(super) fn touch_draw(&mut self, cx: &mut Turn<'_>, touch: Touch) {
        let now = cx.now;
        let State::Draw(drawing) = &mut self.state else {
            return;
        };
        let player = drawing.player;
        match (touch, &mut drawing.stage) {
            (Touch::Odds, Stage::Ready | Stage::Opened(_)) => {
                drawing.odds = !drawing.odds;
                drawing.until = now.mono_ms + drawing.total_ms();
                self.changed = true;
            }
            (Touch::Confirm, Stage::Capsule(_)) => self.open_capsule(cx),
            (Touch::Confirm | Touch::Cancel, Stage::Ready | Stage::Opened(_)) => {
                self.leave_draw(cx);
            }
            (Touch::Spin, Stage::Ready | Stage::Opened(_)) => {
                if let Some(player) = player {
                    self.spin(cx, player);
                }
            }
            _ => {}
        }
    }

    pub(super) fn time_out_draw(&mut self, cx: &mut Turn<'_>) {
        let State::Draw(drawing) = &self.state else {
            return;
        };
        match drawing.stage {
            Stage::Capsule(_) => self.open_capsule(cx),
            // After a restart perhaps nobody stood there.
            Stage::Opened(_) if drawing.player.is_none() => self.go(State::Base),
            Stage::Ready | Stage::Opened(_) => self.leave_draw(cx),
        }
    }

    fn open_capsule(&mut self, cx: &Turn<'_>) {
        let State::Draw(drawing) = &mut self.state else {
            return;
        };
        if let Stage::Capsule(result) = &drawing.stage {
            **drawing = Drawing::opened(drawing.player, result.clone(), cx.now);
            self.changed = true;
        }
    }

    /// After a restart: what the last spin brought, where nobody has seen it.
    pub(super) fn draw_again(&mut self, cx: &Turn<'_>) {
        if let Some(result) = self.unseen_draw(cx) {
            self.go(State::Draw(Box::new(Drawing::opened(None, result, cx.now))));
        }
    }

    /// Shows a visitor what they won and have not seen; false where there is no such thing.
    pub(super) fn draw_seen_by(&mut self, cx: &Turn<'_>, visitor: &Visitor) -> bool {
        let Some(result) = self
            .unseen_draw(cx)
            .filter(|r| r.subject == visitor.subject)
        else {
            return false;
        };
        let player = Some(self.player(visitor));
        self.go(State::Draw(Box::new(Drawing::opened(
            player, result, cx.now,
        ))));
        true
    }

    /// The unseen result, where the catalogue still knows what it is.
    fn unseen_draw(&self, cx: &Turn<'_>) -> Option<Outcome> {
        let Unseen {
            fact,
            subject,
            table,
            prize,
            how,
            ..
        } = cx.folds.machines().unseen()?.clone();
        self.won_row(&table, &prize)?;
        Some(Outcome {
            fact,
            subject,
            table,
            prize,
            how,
            again: true,
        })
    }

    /// Says once that the table that stands here cannot be drawn from, and once that it can.
    pub(super) fn watch_draw(&mut self, cx: &mut Turn<'_>) {
        if matches!(self.state, State::Committing) {
            return;
        }
        let Some(table) = self.draw_table(cx.now) else {
            return;
        };
        let why = self.deals.of(table, &self.kiosk, self.life).err();
        if self.told_draw == why {
            return;
        }
        self.told_draw = why;
        let body = FactBody::Health {
            component: Component::Draw,
            trouble: why.map(|_| Class::Repair),
        };
        let draft = self.draft(cx.now, None, None, body);
        self.append(cx, vec![draft], After::Quiet);
    }
}
