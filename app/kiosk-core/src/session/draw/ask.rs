//! What the rules say of the machine that stands here, and of who may turn it.

use machitap_domain::{
    Draft, FactBody, FactId, Folds, Now, Pseudonym,
    catalogue::Service,
    draw::{
        DrawTable,
        deal::NoDeal,
        turn::{NotNow, Stand, given},
    },
    points::Award,
};

use super::{Player, Session, Turn, Visitor};
use crate::view::{DrawLater, DrawOffer, DrawSign};

impl Session {
    /// The table that stands here today.
    pub(in crate::session) fn draw_table(&self, now: &Now) -> Option<&DrawTable> {
        let today = now.stamp().said(&self.zone).date();
        self.catalogue.as_ref()?.draw_table(&self.kiosk, today)
    }

    /// The machine as the idle screen names it. One that lacks the city's word is not
    /// promised to anybody.
    pub(in crate::session) fn draw_sign(&self, now: &Now, service: &Service) -> Option<DrawSign> {
        let table = self.draw_table(now)?;
        self.deals.of(table, &self.kiosk, self.life).ok()?;
        let by_visit = matches!(service, Service::Visit { .. });
        Some(DrawSign {
            name: table.name.in_language(self.language).to_owned(),
            spins: table.spins.visit * u32::from(by_visit),
        })
    }

    pub(super) fn player(&self, visitor: &Visitor) -> Player {
        Player {
            subject: visitor.subject,
            age: self.person(visitor.citizen.as_ref()).age,
        }
    }

    /// Asks the machine as it stands now; `None` where there is none.
    pub(super) fn at_machine<T>(
        &self,
        folds: &Folds,
        table: &DrawTable,
        question: impl FnOnce(&Stand<'_>) -> T,
    ) -> Result<T, NoDeal> {
        let deal = self.deals.of(table, &self.kiosk, self.life)?;
        Ok(question(&Stand {
            table,
            kiosk: &self.kiosk,
            deal,
            machine: &folds.machines().of(&table.id),
        }))
    }

    /// The gift a player's next spin is of, or why there is none now.
    pub(super) fn may_turn(
        &self,
        now: &Now,
        folds: &Folds,
        table: &DrawTable,
        player: Player,
    ) -> Result<FactId, Option<DrawLater>> {
        let spins = folds.spins(&player.subject).of(&table.id);
        if spins.left() == 0 {
            return Err(None);
        }
        self.at_machine(folds, table, |stand| {
            stand.may_turn(&spins, player.age, &now.stamp(), &self.zone)
        })
        .map_err(|_| Some(DrawLater::NotReady))?
        .map_err(|why| match why {
            NotNow::EnoughToday => Some(DrawLater::EnoughToday),
            NotNow::NoDay => Some(DrawLater::ClockUnsure),
            NotNow::NoSpin | NotNow::Over => None,
        })
    }

    /// What a deed that is about to be recorded earns here.
    pub(in crate::session) fn spins_given(
        &mut self,
        cx: &Turn<'_>,
        resident: Pseudonym,
        deed: FactId,
        lines: &[Award],
    ) -> Option<Draft> {
        let table = self.draw_table(cx.now)?;
        let spins = cx.folds.spins(&resident).of(&table.id);
        let body = FactBody::SpinsGiven(given(table, &spins, lines)?);
        Some(self.draft(cx.now, Some(resident), Some(deed), body))
    }

    /// What a finished visit says of the machine; nothing where nothing is left or was given.
    pub(in crate::session) fn draw_offer(
        &self,
        cx: &Turn<'_>,
        visitor: &Visitor,
        deed: FactId,
    ) -> Option<DrawOffer> {
        let table = self.draw_table(cx.now)?;
        let player = self.player(visitor);
        let spins = cx.folds.spins(&player.subject).of(&table.id);
        let (earned, left) = (spins.given_for(deed), spins.left());
        (left > 0 || earned > 0).then(|| DrawOffer {
            name: table.name.in_language(self.language).to_owned(),
            earned,
            left,
            later: self
                .may_turn(cx.now, cx.folds, table, player)
                .err()
                .flatten(),
        })
    }
}
