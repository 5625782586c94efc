//! The desk: a card is held, what it is is said, and staff register, re-link or release with
//! the resident beside them. Nothing is on disk before the last step.

mod commit;
mod desk;
mod view;

use jiff::civil::Date;
use machitap_domain::{
    CitizenId, Credential,
    register::{FormSlip, NoNumber, RegistrationRules, form, kana},
};

use super::Page;
use crate::{
    input::{StaffAct, Touch},
    output::{Output, Tone},
    session::{Session, State, Turn},
    view::{CardIs, DeskDeed, DeskSlip, MessageKind},
};

pub(in crate::session) use desk::Desk;
use desk::{Step, shorter, written};

/// Digits of a date of birth, year first.
const BIRTH_DIGITS: usize = 8;

impl Session {
    /// How cards are registered here, where they are.
    pub(super) fn registration(&self) -> Option<&RegistrationRules> {
        self.purposes.visit.as_ref()?;
        self.catalogue.as_ref()?.registration.as_ref()
    }

    fn desk(&self) -> Option<&Desk> {
        match &self.state {
            State::Panel(panel) => match panel.page() {
                Page::Register(desk) => Some(desk),
                _ => None,
            },
            _ => None,
        }
    }

    fn with_desk(&mut self, change: impl FnOnce(&mut Desk)) {
        self.with_panel(|panel| {
            if let Page::Register(desk) = panel.page_mut() {
                change(desk);
            }
        });
    }

    /// True while the desk is open: cards are held to it.
    pub(super) fn registers(&self) -> bool {
        self.desk().is_some()
    }

    pub(super) fn open_desk(&mut self) {
        if self.registration().is_some() {
            self.turn_to(Page::Register(Box::new(Desk::new())));
        }
    }

    /// A card was held to the desk. Once one is there, another changes nothing: a form is not
    /// lost to whoever passes by.
    pub(super) fn hold_to_register(&mut self, cx: &mut Turn<'_>, credential: Credential) {
        let Some(desk) = self.desk() else { return };
        if let Some((held, _)) = &desk.card {
            if *held != credential {
                cx.out.push(Output::Tone(Tone::Ask));
                self.with_desk(|desk| desk.slip = Some(DeskSlip::AnotherCard));
            }
            return;
        }
        let is = self.card_is(cx, &credential);
        self.with_desk(|desk| {
            desk.slip = None;
            desk.card = Some((credential, is));
        });
    }

    /// A card held to the desk could not be read, or there were two.
    pub(in crate::session) fn not_held(&mut self, kind: MessageKind) {
        let slip = match kind {
            MessageKind::HoldStill => DeskSlip::HoldStill,
            MessageKind::RemovedEarly => DeskSlip::RemovedEarly,
            MessageKind::TwoCards => DeskSlip::TwoCards,
            MessageKind::NotGenuine => DeskSlip::NotGenuine,
            MessageKind::UnknownCard => DeskSlip::NoUsableNumber,
            _ => return,
        };
        self.with_desk(|desk| {
            if desk.card.is_none() {
                desk.slip = Some(slip);
            }
        });
    }

    fn card_is(&self, cx: &Turn<'_>, credential: &Credential) -> CardIs {
        use machitap_domain::roster::Known;
        if self.is_released(cx.folds, credential) {
            return CardIs::Released;
        }
        let found = self.roster.as_ref().and_then(|(r, _)| r.find(credential));
        if matches!(found, Some(Known::Staff(_))) {
            return CardIs::Staff;
        }
        if let Some(visitor) = self.visitor(cx.folds, credential) {
            let provisional = self.is_unsealed(cx.folds, &visitor.subject);
            return CardIs::Resident { provisional };
        }
        if found.is_some() {
            return CardIs::Resident { provisional: false };
        }
        let key = self.purposes.visit.as_ref();
        let refused = key.and_then(|key| cx.folds.refused(&key.card(credential)));
        refused.map_or(CardIs::Unknown, CardIs::Refused)
    }

    /// The next number, or why there is none. A key to seal to is needed for any deed.
    fn number(&self, cx: &Turn<'_>) -> Result<machitap_domain::register::Numbered, DeskSlip> {
        self.may_seal(cx.now)?;
        let leases = self.leases.as_ref();
        leases
            .ok_or(NoNumber::NoLease)
            .and_then(|l| l.next(cx.folds.numbers(), self.life, self.trusted_day(cx.now)))
            .map_err(DeskSlip::NoNumber)
    }

    /// Today, where the clock is one whose word a lease and a birthday may hang on.
    fn trusted_day(&self, now: &machitap_domain::Now) -> Option<Date> {
        let trusted = now.clock.quality.is_trusted() && !self.clock_is_held();
        self.today(now).filter(|_| trusted)
    }

    fn may_seal(&self, now: &machitap_domain::Now) -> Result<Date, DeskSlip> {
        self.city_seal.as_ref().ok_or(DeskSlip::NoCityKey)?;
        self.trusted_day(now).ok_or(DeskSlip::ClockUnsure)
    }

    /// Whether that deed may be done with the card that is held.
    fn may(&self, cx: &Turn<'_>, deed: DeskDeed, card: &(Credential, CardIs)) -> Option<DeskSlip> {
        let fits = match (deed, card.1) {
            (DeskDeed::Register | DeskDeed::Relink, CardIs::Unknown | CardIs::Refused(_)) => true,
            (DeskDeed::Release, CardIs::Resident { .. }) => {
                let visitor = self.visitor(cx.folds, &card.0);
                visitor.is_some_and(|v| v.citizen.is_some())
            }
            _ => false,
        };
        match deed {
            _ if !fits => Some(DeskSlip::AnotherCard),
            DeskDeed::Register => self.number(cx).err(),
            DeskDeed::Relink | DeskDeed::Release => self.may_seal(cx.now).err(),
        }
    }

    pub(super) fn touch_desk(&mut self, cx: &mut Turn<'_>, touch: Touch) {
        let Some(desk) = self.desk() else { return };
        match (desk.step(), touch) {
            (None, Touch::Act(act)) => {
                let deed = match act {
                    StaffAct::Register => DeskDeed::Register,
                    StaffAct::Relink => DeskDeed::Relink,
                    StaffAct::Release => DeskDeed::Release,
                    _ => return,
                };
                self.begin(cx, deed);
            }
            (Some(Step::Kana), Touch::Kana(key)) if kana::is_kana(key) || key == '\u{3000}' => {
                self.write(|desk| {
                    if desk.kana.reveal().chars().count() < form::KANA_MAX {
                        desk.kana = written(&desk.kana, key);
                    }
                });
            }
            (Some(Step::Kana), Touch::Mark) => self.write(|desk| {
                if let Some(last) = desk.kana.reveal().chars().last() {
                    desk.kana = written(&shorter(&desk.kana), kana::marked(last));
                }
            }),
            (Some(Step::Kana), Touch::Erase) => self.write(|d| d.kana = shorter(&d.kana)),
            (Some(Step::Birth), Touch::Digit(digit @ 0..=9)) => self.write(|desk| {
                if desk.birth.reveal().len() < BIRTH_DIGITS {
                    desk.birth = written(&desk.birth, char::from(b'0' + digit));
                }
            }),
            (Some(Step::Birth), Touch::Erase) => self.write(|d| d.birth = shorter(&d.birth)),
            (Some(Step::Number), Touch::Digit(digit @ 0..=9)) => {
                let length = self.number_length();
                self.write(|desk| {
                    if desk.number.reveal().len() < length {
                        desk.number = written(&desk.number, char::from(b'0' + digit));
                    }
                });
            }
            (Some(Step::Number), Touch::Erase) => self.write(|d| d.number = shorter(&d.number)),
            (Some(Step::Area), Touch::Pick(n)) => {
                let areas = self.registration().map_or(0, |r| r.areas.len());
                if n < areas {
                    self.write(|desk| desk.area = Some(n));
                }
            }
            (Some(Step::Consent), Touch::Pick(0)) => {
                self.write(|desk| desk.guardian = !desk.guardian);
            }
            (Some(step), Touch::Confirm) => self.desk_on(cx, step),
            _ => {}
        }
    }

    /// A field changes: what was wrong with it may be right now.
    fn write(&mut self, change: impl FnOnce(&mut Desk)) {
        self.with_desk(|desk| {
            desk.slip = None;
            change(desk);
        });
    }

    fn begin(&mut self, cx: &mut Turn<'_>, deed: DeskDeed) {
        let (Some(desk), Some(rules)) = (self.desk(), self.registration()) else {
            return;
        };
        let Some(card) = &desk.card else { return };
        let steps = match deed {
            DeskDeed::Register => [
                rules.kana.then_some(Step::Kana),
                rules.birth.then_some(Step::Birth),
                (!rules.areas.is_empty()).then_some(Step::Area),
                Some(Step::Consent),
                Some(Step::Summary),
            ],
            DeskDeed::Relink => [
                Some(Step::Number),
                rules.birth.then_some(Step::Birth),
                Some(Step::Summary),
                None,
                None,
            ],
            DeskDeed::Release => [Some(Step::Summary), None, None, None, None],
        };
        if let Some(slip) = self.may(cx, deed, card) {
            return self.slip(cx, slip);
        }
        self.with_desk(|desk| {
            desk.deed = Some(deed);
            desk.steps = steps.into_iter().flatten().collect();
            desk.at = 0;
            desk.slip = None;
        });
    }

    fn slip(&mut self, cx: &mut Turn<'_>, slip: DeskSlip) {
        cx.out.push(Output::Tone(Tone::Ask));
        self.with_desk(|desk| desk.slip = Some(slip));
    }

    /// One step on, where this one is in order.
    fn desk_on(&mut self, cx: &mut Turn<'_>, step: Step) {
        let slip = match self.check(cx, step) {
            Err(slip) => slip,
            Ok(()) if step == Step::Summary => return self.commit(cx),
            Ok(()) => return self.write(|desk| desk.at += 1),
        };
        self.slip(cx, slip);
    }

    fn check(&self, cx: &Turn<'_>, step: Step) -> Result<(), DeskSlip> {
        let today = self.may_seal(cx.now)?;
        let (Some(desk), Some(rules)) = (self.desk(), self.registration()) else {
            return Ok(());
        };
        match step {
            Step::Kana => form::kana(desk.kana.reveal()).map_err(DeskSlip::Form),
            Step::Birth => desk.birth(today).map(|_| ()).map_err(DeskSlip::Form),
            Step::Area if desk.area(rules).is_none() => Err(DeskSlip::Form(FormSlip::NoArea)),
            Step::Number => self.named(cx).map(|_| ()),
            Step::Consent if desk.is_child(rules, today) && !desk.guardian => {
                Err(DeskSlip::GuardianMissing)
            }
            Step::Area | Step::Consent | Step::Summary => Ok(()),
        }
    }

    /// Digits of the town's numbers.
    fn number_length(&self) -> usize {
        let leases = self.leases.as_ref();
        leases.map_or(0, |l| usize::from(l.form.digits))
    }

    /// The id whose number was given.
    fn named(&self, cx: &Turn<'_>) -> Result<CitizenId, DeskSlip> {
        let leases = self.leases.as_ref();
        let leases = leases.ok_or(DeskSlip::NoNumber(NoNumber::NoLease))?;
        let digits = self.desk().map_or("", |d| d.number.reveal());
        let whole = digits.len() == usize::from(leases.form.digits);
        let number = digits.parse().ok().filter(|_| whole);
        let id = number.and_then(|n| leases.form.id(n).ok());
        let id = id.ok_or(DeskSlip::NumberShort)?;
        if self.is_released(cx.folds, &Credential::Citizen(id.clone())) {
            return Err(DeskSlip::IdReleased);
        }
        Ok(id)
    }

    /// One step back within the desk; false where there is none left, and the page closes.
    pub(super) fn desk_back(&mut self) -> bool {
        let Some(desk) = self.desk() else {
            return false;
        };
        match (desk.step(), desk.at) {
            (Some(_), 0) => self.write(|desk| desk.deed = None),
            (Some(_), _) => self.write(|desk| desk.at -= 1),
            (None, _) if desk.card.is_some() => self.with_desk(|desk| *desk = Desk::new()),
            (None, _) => return false,
        }
        true
    }
}
