//! What a card in the field means, before it is known whose it is.

use machitap_domain::{Credential, FactBody, catalogue::Service, fact::Refusal, roster::Known};

use super::{After, READING_MS, Session, State, Turn, household::How};
use crate::{
    input::{CardProblem, Tap},
    output::{Output, Tone},
    view::MessageKind,
};

impl Session {
    pub(super) fn card_seen(&mut self, cx: &mut Turn<'_>, tap: Tap) {
        self.tap = Some(tap);
        cx.out.push(Output::Tone(Tone::Read));
        match self.state {
            // An open household stays on the screen until it is known whose card this is.
            State::Household(_) | State::Choosing(_) | State::Committing => {}
            // What somebody won stays on the screen until it is known whose card this is.
            State::Draw(_) => {}
            State::Panel(_) if self.panel_wants_card() => {}
            State::Panel(_) => {
                self.close_panel(cx);
                self.reading(cx);
            }
            _ => self.reading(cx),
        }
    }

    fn reading(&mut self, cx: &Turn<'_>) {
        self.state = State::Reading {
            until: cx.now.mono_ms + READING_MS,
        };
        self.changed = true;
    }

    pub(super) fn card_read(&mut self, cx: &mut Turn<'_>, tap: Tap, credential: Credential) {
        if self.tap != Some(tap) {
            return;
        }
        if let State::Household(open) = &self.state {
            // A card held once more says yes; another card says that these people are done.
            if !open.is_of(&credential) {
                self.next_card = Some(credential);
            }
            self.confirm_household(cx);
        } else if self.panel_wants_card() {
            self.hold_at_panel(cx, credential);
        } else if let State::Choosing(choosing) = &self.state {
            let same = choosing.is_of(&credential);
            // A card held twice by chance must not answer what was only just asked.
            if same && !choosing.is_answered() {
                return;
            }
            // Nobody's visit is lost because the next card came.
            if !same {
                self.next_card = Some(credential);
            }
            self.leave_choosing(cx);
        } else {
            if matches!(self.state, State::Draw(_)) {
                self.leave_draw(cx);
            }
            self.open(cx, credential);
        }
    }

    pub(super) fn card_failed(&mut self, cx: &mut Turn<'_>, tap: Tap, problem: CardProblem) {
        if self.tap != Some(tap) {
            return;
        }
        self.card_of_nobody();
        if matches!(problem, CardProblem::Unknown | CardProblem::NotGenuine)
            && self.fares_are_told()
        {
            return self.fare_of_nobody(cx, problem);
        }
        let (kind, why) = match problem {
            CardProblem::HoldStill | CardProblem::Silent => {
                (MessageKind::HoldStill, Refusal::Unreadable)
            }
            CardProblem::RemovedEarly => (MessageKind::RemovedEarly, Refusal::RemovedEarly),
            CardProblem::Unknown => (MessageKind::UnknownCard, Refusal::UnknownCard),
            CardProblem::NotGenuine => (MessageKind::NotGenuine, Refusal::NotGenuine),
        };
        self.refuse(cx, kind, why);
    }

    pub(super) fn two_cards(&mut self, cx: &mut Turn<'_>) {
        self.card_of_nobody();
        self.refuse(cx, MessageKind::TwoCards, Refusal::TwoCards);
    }

    pub(super) fn refuse(&mut self, cx: &mut Turn<'_>, kind: MessageKind, why: Refusal) {
        let draft = self.draft(cx.now, None, None, FactBody::Refused { why });
        // Whoever is being asked something keeps the screen: a stranger's bad card changes
        // nothing.
        if matches!(
            self.state,
            State::Household(_) | State::Choosing(_) | State::Draw(_)
        ) || self.panel_wants_card()
        {
            cx.out.push(Output::Tone(Tone::Ask));
            self.not_held(kind);
        } else {
            self.message(cx, kind);
        }
        self.append(cx, vec![draft], After::Quiet);
    }

    /// Opens what this credential opens here.
    pub(super) fn open(&mut self, cx: &mut Turn<'_>, credential: Credential) {
        self.begin_session(&credential);
        // While the kiosk cannot serve at all, the base screen says why.
        let Some(service) = self
            .service()
            .filter(|_| self.cannot_serve().is_none())
            .cloned()
        else {
            cx.out.push(Output::Tone(Tone::Ask));
            self.go(State::Base);
            return;
        };
        let released = self.is_released(cx.folds, &credential);
        // A bus does not say so: the card rides as everybody does.
        if released && !matches!(service, Service::Fare(_)) {
            return self.refuse(cx, MessageKind::Released, Refusal::Released);
        }
        let found = self.roster.as_ref().and_then(|(r, _)| r.find(&credential));
        match (found, service) {
            (Some(Known::Staff(staff)), _) if !released => {
                // Found by value: what follows changes the session.
                let staff = staff.clone();
                self.open_pin(cx, staff);
            }
            (
                Some(Known::Household {
                    household,
                    guardian,
                }),
                Service::Nursery(_),
            ) => {
                let household = household.clone();
                let guardian = guardian.cloned();
                let how = How::Card(credential);
                self.open_household(cx, how, &household, guardian.as_ref());
            }
            (_, Service::Visit { .. }) => self.visit(cx, &credential),
            (_, Service::Fare(rules)) => self.fare(cx, &rules, &credential),
            (_, Service::Event(rules)) => self.at_the_door(cx, &rules, &credential),
            (_, Service::Reception(rules)) => self.announce(cx, &rules, &credential),
            (_, Service::Nursery(_)) => match credential {
                // The town knows it, this nursery does not.
                Credential::Citizen(_) => {
                    self.refuse(cx, MessageKind::NotOfThisPlace, Refusal::NotOfThisPlace);
                }
                Credential::Uid(_) => {
                    self.refuse(cx, MessageKind::UnknownCard, Refusal::UnknownCard);
                }
            },
        }
    }
}
