//! What the desk shows.

use machitap_domain::{
    Folds, Now, Pii,
    register::{CardState, kana},
};

use super::{Desk, Step};
use crate::{
    session::{Session, Turn, face::count},
    view::{self, CardIs, DeskCounts, DeskDeed, DeskSlip, DeskStep, DeskSummary, View},
};

impl Session {
    pub(in crate::session::panel) fn desk_view(
        &self,
        desk: &Desk,
        now: &Now,
        folds: &Folds,
    ) -> Option<View> {
        let rules = self.registration()?;
        let cx = &Turn::new(now, folds);
        let step = match (desk.step(), &desk.card) {
            (_, None) => DeskStep::Hold,
            (None, Some(card)) => {
                let may = |deed| self.may(cx, deed, card).is_none();
                DeskStep::Card {
                    is: card.1,
                    register: may(DeskDeed::Register),
                    relink: may(DeskDeed::Relink),
                    release: may(DeskDeed::Release),
                }
            }
            (Some(Step::Kana), _) => DeskStep::Kana {
                name: desk.kana.clone(),
                board: &kana::BOARD,
            },
            (Some(Step::Birth), _) => DeskStep::Birth {
                digits: desk.birth.clone(),
            },
            (Some(Step::Area), _) => DeskStep::Area {
                areas: rules
                    .areas
                    .iter()
                    .map(|a| a.name.in_language(self.language).to_owned())
                    .collect(),
                chosen: desk.area,
            },
            (Some(Step::Number), _) => DeskStep::Number {
                prefix: self
                    .leases
                    .as_ref()
                    .map(|l| l.form.prefix.clone())
                    .unwrap_or_default(),
                digits: desk.number.clone(),
                length: self.number_length(),
            },
            (Some(Step::Consent), _) => DeskStep::Consent {
                text: rules.consent.text.in_language(self.language).to_owned(),
                guardian: self
                    .trusted_day(now)
                    .filter(|today| desk.is_child(rules, *today))
                    .map(|_| desk.guardian),
            },
            (Some(Step::Summary), _) => DeskStep::Summary(self.summary(desk, cx)?),
        };
        let asked = desk.step().is_some();
        Some(View::Desk(Box::new(view::Desk {
            slip: desk.slip.or_else(|| self.standing_slip(desk, cx)),
            step,
            deed: desk.deed.filter(|_| asked),
            nth: if asked { desk.at + 1 } else { 0 },
            of: if asked { desk.steps.len() } else { 0 },
        })))
    }

    /// Why a card that opens nothing cannot be registered: said before anybody asks.
    fn standing_slip(&self, desk: &Desk, cx: &Turn<'_>) -> Option<DeskSlip> {
        let nobodys = matches!(desk.card, Some((_, CardIs::Unknown | CardIs::Refused(_))));
        let waits = desk.step().is_none() && (desk.card.is_none() || nobodys);
        waits.then(|| self.number(cx).err())?
    }

    fn summary(&self, desk: &Desk, cx: &Turn<'_>) -> Option<DeskSummary> {
        let rules = self.registration()?;
        let (deed, today) = (desk.deed?, self.trusted_day(cx.now));
        let number = match deed {
            DeskDeed::Register => self.number(cx).ok().map(|n| n.citizen),
            DeskDeed::Relink => self.named(cx).ok(),
            DeskDeed::Release => None,
        };
        let asked = |step| desk.steps.contains(&step);
        let born = today.and_then(|t| desk.birth(t).ok());
        let area = desk.area.and_then(|n| rules.areas.get(n));
        Some(DeskSummary {
            number: number.map(|id| Pii::new(id.reveal().to_owned())),
            kana: asked(Step::Kana).then(|| desk.kana.clone()),
            birth: born
                .filter(|_| asked(Step::Birth))
                .map(|b| Pii::new((b.year(), b.month(), b.day()))),
            area: area
                .filter(|_| asked(Step::Area))
                .map(|a| a.name.in_language(self.language).to_owned()),
            guardian: desk.guardian && today.is_some_and(|t| desk.is_child(rules, t)),
        })
    }

    /// How registrations stand, for the panel.
    pub(in crate::session::panel) fn desk_counts(
        &self,
        now: &Now,
        folds: &Folds,
    ) -> Option<DeskCounts> {
        self.registration()?;
        let cx = &Turn::new(now, folds);
        let left = self
            .leases
            .as_ref()
            .zip(self.trusted_day(now))
            .map_or(0, |(l, today)| l.left(folds.numbers(), self.life, today));
        let refused = folds.holders().filter(|(_, holder)| {
            let claims = holder.claims();
            let refused = |c: &&machitap_domain::register::holder::ClaimMade| {
                !c.undone && c.answer.is_some_and(|a| a.is_refused())
            };
            // Registered again since: somebody has seen to it.
            claims.iter().any(|c| refused(&c))
                && !claims.iter().any(|c| self.opens_now(c.card, folds))
        });
        Some(DeskCounts {
            left,
            cannot: self.number(cx).err(),
            waiting: count(folds.holders().filter(|(_, h)| h.waits())),
            refused: count(refused),
        })
    }

    fn opens_now(&self, card: machitap_domain::Pseudonym, folds: &Folds) -> bool {
        matches!(folds.card(&card), Some((_, CardState::Opens { .. })))
    }
}
