//! A fare: one tap, one second, one class.
//!
//! There is no message for a card that is in no list, was released or is not ours: it rides as
//! everybody does, and whoever stands behind learns nothing. Only a card that could not be
//! read is asked for again.

use machitap_domain::{
    CitizenId, Credential, DayKey, FactBody, Millis, Now, Pseudonym, Stamp,
    catalogue::Service,
    fact::{Class, Component, Refusal},
    fare::{Asked, FareClass, FareRules, Rides, Verdict, judge, list::Stands},
    ids::ClassId,
    roster::{Known, Roster},
};

use super::{After, Session, State, Turn};
use crate::{
    input::CardProblem,
    output::{Output, Tone},
    view::{Badge, FareTold},
};

/// A class stands this long, milliseconds.
pub const FARE_MS: Millis = 1_000;

/// What is told.
#[derive(Debug, Clone)]
pub(super) struct Told {
    class: FareClass,
    again: bool,
    /// The card, where it could be read.
    card: Option<Credential>,
}

/// The last card that was told a class.
///
/// Whoever is in no list leaves no ride of theirs on the disk, so that the guard against a
/// card held twice is kept here for them, and is gone with a restart.
pub(super) struct JustTold {
    credential: Credential,
    class: ClassId,
    at: Stamp,
}

impl Session {
    fn fare_rules(&self) -> Option<&FareRules> {
        self.service()?.as_fare()
    }

    /// True where a card that proves nothing is told a class too.
    pub(super) fn fares_are_told(&self) -> bool {
        self.fare_rules().is_some() && self.cannot_serve().is_none()
    }

    /// Who rides with this card; `None` for a card that is nobody's here.
    fn rider(&self, credential: &Credential) -> Option<Pseudonym> {
        let roster = self.roster.as_ref().map(|(r, _)| r);
        if roster.is_some_and(|r| r.is_released(credential)) {
            return None;
        }
        let citizen = match credential {
            Credential::Citizen(citizen) => citizen,
            Credential::Uid(_) => owner(roster?, credential)?,
        };
        Some(self.purposes.transport.as_ref()?.pseudonym(citizen))
    }

    pub(super) fn fare(&mut self, cx: &mut Turn<'_>, rules: &FareRules, credential: &Credential) {
        let rider = self.rider(credential);
        let rides = rider.map(|r| cx.folds.rides(&r)).unwrap_or_default();
        if let Some(class) = self.told_before(cx, rules, credential, &rides) {
            let class = class.clone();
            let told = Told {
                class,
                again: true,
                card: None,
            };
            return self.tell(cx, told);
        }
        let verdict = self.judge(cx.now, rules, rider, &rides);
        let holder = rider.filter(|_| verdict.why.is_of_a_holder());
        let ride = self.draft(cx.now, holder, None, FactBody::Ride(verdict.ride()));
        let told = Told {
            class: verdict.class.clone(),
            again: false,
            card: Some(credential.clone()),
        };
        self.append(cx, vec![ride], After::Fare(told));
    }

    /// A card that is not a resident's, or not genuine: it rides as everybody does.
    pub(super) fn fare_of_nobody(&mut self, cx: &mut Turn<'_>, problem: CardProblem) {
        let Some(Service::Fare(rules)) = self.service().cloned() else {
            return;
        };
        let verdict = self.judge(cx.now, &rules, None, &Rides::default());
        let mut drafts = vec![self.draft(cx.now, None, None, FactBody::Ride(verdict.ride()))];
        if problem == CardProblem::NotGenuine {
            let why = Refusal::NotGenuine;
            drafts.push(self.draft(cx.now, None, None, FactBody::Refused { why }));
        }
        let told = Told {
            class: verdict.class.clone(),
            again: false,
            card: None,
        };
        self.append(cx, drafts, After::Fare(told));
    }

    fn judge<'a>(
        &self,
        now: &Now,
        rules: &'a FareRules,
        subject: Option<Pseudonym>,
        rides: &Rides,
    ) -> Verdict<'a> {
        let asked = Asked {
            list: self.fares.as_ref(),
            subject,
            rides,
            at: &now.stamp(),
            zone: &self.zone,
        };
        judge(rules, &asked)
    }

    /// What the same card was told just now, where that class still is one.
    fn told_before<'a>(
        &self,
        cx: &Turn<'_>,
        rules: &'a FareRules,
        credential: &Credential,
        rides: &Rides,
    ) -> Option<&'a FareClass> {
        let lately = |at: &Stamp| cx.now.at_least_since(at) < self.timing().repeat_ms;
        let on_disk = rides
            .latest()
            .filter(|r| lately(&r.at))
            .map(|r| &r.ride.class);
        let here = self
            .just_told
            .as_ref()
            .filter(|t| t.credential == *credential && lately(&t.at))
            .map(|t| &t.class);
        rules.class(on_disk.or(here)?)
    }

    /// It is on disk: now it is told.
    pub(super) fn tell(&mut self, cx: &mut Turn<'_>, told: Told) {
        if let Some(credential) = &told.card {
            self.just_told = Some(JustTold {
                credential: credential.clone(),
                class: told.class.id.clone(),
                at: cx.now.stamp(),
            });
        }
        cx.out.push(Output::Tone(Tone::Fare(told.class.chime)));
        let until = cx.now.mono_ms + FARE_MS;
        self.go(State::Fare { told, until });
    }

    pub(super) fn fare_view(&self, told: &Told) -> FareTold {
        FareTold {
            name: told.class.name.in_language(self.language).to_owned(),
            colour: told.class.colour,
            shape: told.class.shape,
            chime: told.class.chime,
            again: told.again,
        }
    }

    /// How the list stands, as far as the clock can tell.
    fn fares_stand(&self, now: &Now) -> Option<Stands> {
        let rules = self.fare_rules()?;
        let Some(list) = self
            .fares
            .as_ref()
            .filter(|_| self.purposes.transport.is_some())
        else {
            return Some(Stands::Over);
        };
        match now.stamp().day(&self.zone) {
            DayKey::Date(date) => Some(list.stands(rules.honoured_days, date)),
            DayKey::Boot(_) => None,
        }
    }

    /// The city hears of a list that is missing or was not renewed, and of its end.
    pub(super) fn watch_fares(&mut self, cx: &mut Turn<'_>) {
        let Some(stands) = self.fares_stand(cx.now) else {
            return;
        };
        if self.told_fares.unwrap_or(Stands::InForce) == stands
            || matches!(self.state, State::Committing)
        {
            return;
        }
        self.told_fares = Some(stands);
        self.changed = true;
        let body = FactBody::Health {
            component: Component::Fares,
            trouble: match stands {
                Stands::InForce => None,
                Stands::Honoured => Some(Class::Retry),
                Stands::Over => Some(Class::Repair),
            },
        };
        let draft = self.draft(cx.now, None, None, body);
        self.append(cx, vec![draft], After::Quiet);
    }

    pub(super) fn fare_badge(&self, now: &Now) -> Option<Badge> {
        match self.fares_stand(now)? {
            Stands::InForce => None,
            Stands::Over => Some(Badge::NoFares),
            Stands::Honoured => {
                let list = self.fares.as_ref()?;
                let DayKey::Date(today) = now.stamp().day(&self.zone) else {
                    return None;
                };
                let days = list.expires.until(today).ok()?.get_days();
                Some(Badge::OldFares {
                    days: u32::try_from(days).unwrap_or(0),
                })
            }
        }
    }
}

/// Whose card a number is.
fn owner<'a>(roster: &'a Roster, credential: &Credential) -> Option<&'a CitizenId> {
    match roster.find(credential)? {
        Known::Resident(citizen) => Some(citizen),
        Known::Household {
            guardian: Some(guardian),
            ..
        } => Some(&guardian.citizen),
        Known::Household {
            household,
            guardian: None,
        } => household
            .children
            .iter()
            .find(|c| c.card.as_ref() == Some(credential))
            .map(|c| &c.citizen),
        Known::Staff(_) => None,
    }
}
