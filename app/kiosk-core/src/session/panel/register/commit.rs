//! The last step: the claim, sealed to the city, on disk, and then shown.

use machitap_domain::{
    Credential, Draft, FactBody, Pii, Pseudonym,
    register::{Consent, Letter, Registered, ReleasedId, Relinked, SealedLetter},
};
use machitap_wire::letter;

use super::{Desk, Step};
use crate::{
    session::{After, Session, Turn, done},
    view::{self, DeskDeed, DeskSlip},
};

/// What will be said in a fact, once its letter is sealed to that fact's name.
struct Claim {
    subject: Pseudonym,
    letter: Letter,
    body: Box<dyn FnOnce(SealedLetter) -> FactBody>,
}

impl Session {
    /// Puts the claim on disk. What it rests on is judged at this moment: a lease may have ended
    /// and an id been released since the first step.
    pub(super) fn commit(&mut self, cx: &mut Turn<'_>) {
        let claim = match self.desk() {
            Some(desk) => self.claim(cx, desk),
            None => return,
        };
        let (claim, deed, number) = match claim {
            Ok(claim) => claim,
            Err(slip) => return self.slip(cx, slip),
        };
        let Some(city) = self.city_seal.clone() else {
            return self.slip(cx, DeskSlip::NoCityKey);
        };
        let Claim {
            subject,
            letter,
            body,
        } = claim;
        // The letter is bound to the name of its fact, so the name comes first.
        let nothing = FactBody::VisitEnded;
        let named = self.draft(cx.now, Some(subject), None, nothing);
        let sealed = letter::seal(&city, &self.kiosk, named.id, &letter);
        let draft = Draft {
            body: body(sealed),
            ..named
        };
        let planned = done::Planned::Registered {
            resident: subject,
            fact: draft.id,
            shown: view::Registered {
                deed,
                number,
                provisional: true,
                undo: None,
            },
        };
        self.close_panel(cx);
        self.append(cx, vec![draft], After::Done(planned));
    }

    fn claim(
        &self,
        cx: &Turn<'_>,
        desk: &Desk,
    ) -> Result<(Claim, DeskDeed, Option<Pii<String>>), DeskSlip> {
        let today = self.may_seal(cx.now)?;
        let staff = self.panel_staff();
        let (Some(key), Some(rules), Some(deed), Some(held)) = (
            self.purposes.visit.as_ref(),
            self.registration(),
            desk.deed,
            &desk.card,
        ) else {
            return Err(DeskSlip::AnotherCard);
        };
        if let Some(slip) = self.may(cx, deed, held) {
            return Err(slip);
        }
        let credential: Credential = held.0.clone();
        let card = key.card(&credential);
        let letter = |citizen| Letter {
            citizen,
            credential: credential.clone(),
            form: None,
            consent: None,
            birth: None,
        };
        let (letter, body): (Letter, Box<dyn FnOnce(SealedLetter) -> FactBody>) = match deed {
            DeskDeed::Register => {
                let form = desk.form(rules, today);
                form.check(rules, today).map_err(DeskSlip::Form)?;
                self.check(cx, Step::Consent)?;
                let numbered = self.number(cx)?;
                let consent = Consent {
                    id: rules.consent.id.clone(),
                    version: rules.consent.version,
                    guardian: desk.is_child(rules, today),
                };
                let letter = Letter {
                    form: Some(form),
                    consent: Some(consent),
                    ..letter(numbered.citizen)
                };
                let (lease, nth) = (numbered.lease, numbered.nth);
                let body = move |letter| {
                    FactBody::Registered(Registered {
                        card,
                        lease,
                        nth,
                        letter,
                        staff,
                    })
                };
                (letter, Box::new(body))
            }
            DeskDeed::Relink => {
                let born = desk.birth(today).map_err(DeskSlip::Form);
                let letter = Letter {
                    birth: rules.birth.then_some(born).transpose()?.map(Pii::new),
                    ..letter(self.named(cx)?)
                };
                let body = move |letter| {
                    FactBody::Relinked(Relinked {
                        card,
                        letter,
                        staff,
                    })
                };
                (letter, Box::new(body))
            }
            DeskDeed::Release => {
                let visitor = self.visitor(cx.folds, &credential);
                let citizen = visitor.and_then(|v| v.citizen);
                let letter = letter(citizen.ok_or(DeskSlip::AnotherCard)?);
                let body = move |letter| {
                    FactBody::ReleasedId(ReleasedId {
                        card,
                        letter,
                        staff,
                    })
                };
                (letter, Box::new(body))
            }
        };
        let number = Pii::new(letter.citizen.reveal().to_owned());
        let claim = Claim {
            subject: key.pseudonym(&letter.citizen),
            letter,
            body,
        };
        Ok((claim, deed, (deed != DeskDeed::Release).then_some(number)))
    }
}
