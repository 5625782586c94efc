//! Pairing a phone: on disk that a code was made, then the code.

use machitap_domain::{
    FactBody, Now, Pii,
    pairing::{Pairing, PairingSecret},
};

use super::{After, OWN_MS, Output, Owner, Page, Session, State, Tone, Turn};
use crate::view::{OwnPage, Phone, PhoneCode, Remaining};

impl Session {
    pub(super) fn pairing(&self) -> Option<&Pairing> {
        self.catalogue.as_ref()?.pairing.as_ref()
    }

    /// A code is good until a time of day: without one it would be good for ever, or never.
    fn can_pair(&self, now: &Now) -> bool {
        now.clock.quality.is_trusted() && !self.clock_is_held()
    }

    /// Makes a code. It is shown once it is on disk that it was made.
    pub(super) fn pair(&mut self, cx: &mut Turn<'_>, owner: Owner) {
        let Some(pairing) = self.pairing().cloned() else {
            return;
        };
        if !self.can_pair(cx.now) {
            cx.out.push(Output::Tone(Tone::Ask));
            return self.go(State::Own(Box::new(owner.touched(cx.now))));
        }
        let secret = PairingSecret::new((self.new_secret)());
        let good_ms = i64::from(pairing.minutes) * 60_000;
        let body = FactBody::Paired {
            code: secret.code(),
            until_ms: cx.now.clock.wall_ms.saturating_add(good_ms),
        };
        let draft = self.draft(cx.now, Some(owner.visitor.subject), None, body);
        let address = secret.address(&pairing);
        let owner = owner.turned_to(Page::Paired { address });
        self.append(cx, vec![draft], After::Own(Box::new(owner)));
    }

    /// What the tab says before a code is made; `None` where phones cannot be paired.
    pub(super) fn phone(&self, now: &Now) -> Option<OwnPage> {
        Some(OwnPage::Phone(Phone {
            minutes: self.pairing()?.minutes,
            no_clock: !self.can_pair(now),
        }))
    }

    /// The code while it stands. A page stays a minute at most without being renewed, and a
    /// code is good for a minute at least.
    pub(super) fn phone_code(owner: &Owner, address: &Pii<String>, now: &Now) -> OwnPage {
        OwnPage::Code(PhoneCode {
            address: address.clone(),
            remaining: Remaining {
                left_ms: owner.until.saturating_sub(now.mono_ms),
                total_ms: OWN_MS,
            },
        })
    }
}

const _: () = assert!(OWN_MS <= 60_000, "a code outlives its page");
