//! The staff's way in: a staff card, then a PIN, then a panel that locks itself.

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use machitap_domain::{
    FactBody, Millis, Pseudonym,
    fact::StaffOutcome,
    roster::{PIN_LENGTH, Staff},
};

use super::{After, Session, State, Turn};
use crate::{
    input::Touch,
    lockout::{Lockout, Verdict},
    output::{Output, Tone},
    view::{MessageKind, StaffPin},
};

/// The PIN pad.
pub(super) struct Pin {
    staff: Staff,
    digits: String,
    wrong: Option<u32>,
    until: Millis,
}

impl Pin {
    pub(super) const fn until(&self) -> Millis {
        self.until
    }

    pub(super) fn view(&self) -> StaffPin {
        StaffPin {
            entered: self.digits.len(),
            length: PIN_LENGTH,
            wrong: self.wrong,
        }
    }
}

/// True when the PIN is the one behind the hash. A hash nobody can read fits no PIN.
fn fits(pin: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(pin.as_bytes(), &hash)
            .is_ok()
    })
}

/// Whole minutes of a wait, rounded up.
fn minutes(ms: Millis) -> u32 {
    u32::try_from(ms.div_ceil(60_000)).unwrap_or(u32::MAX)
}

impl Session {
    pub(super) fn open_pin(&mut self, cx: &mut Turn<'_>, staff: Staff) {
        if let Some(left) = self.lockout.left_ms(cx.now) {
            let minutes = minutes(left);
            self.message(cx, MessageKind::StaffLocked { minutes });
            return;
        }
        let until = cx.now.mono_ms + self.timing().staff_idle_ms;
        self.go(State::StaffPin(Pin {
            staff,
            digits: String::new(),
            wrong: None,
            until,
        }));
    }

    pub(super) fn touch_pin(&mut self, cx: &mut Turn<'_>, touch: Touch) {
        let until = cx.now.mono_ms + self.timing().staff_idle_ms;
        let State::StaffPin(pin) = &mut self.state else {
            return;
        };
        match touch {
            Touch::Digit(digit @ 0..=9) => pin.digits.push(char::from(b'0' + digit)),
            Touch::Erase => {
                pin.digits.pop();
            }
            Touch::Cancel => return self.go(State::Base),
            _ => return,
        }
        pin.until = until;
        self.changed = true;
        if pin.digits.len() < PIN_LENGTH {
            return;
        }
        let digits = std::mem::take(&mut pin.digits);
        let staff = pin.staff.clone();
        if fits(&digits, &staff.pin_hash) {
            self.lockout.right();
            self.audit(cx, &staff, StaffOutcome::Opened);
            let panel = self.panel(cx, staff);
            self.go(State::Panel(panel));
        } else {
            cx.out.push(Output::Tone(Tone::Ask));
            match self.lockout.wrong(cx.now) {
                Verdict::TriesLeft(left) => {
                    pin.wrong = Some(left);
                    self.audit(cx, &staff, StaffOutcome::WrongPin);
                }
                Verdict::Locked => {
                    self.audit(cx, &staff, StaffOutcome::LockedOut);
                    let minutes = minutes(self.lockout.left_ms(cx.now).unwrap_or_default());
                    self.message(cx, MessageKind::StaffLocked { minutes });
                }
            }
        }
        cx.out.push(Output::Keep {
            key: Lockout::KEY,
            value: self.lockout.to_kept(),
        });
    }

    pub(super) fn close_panel(&mut self, cx: &mut Turn<'_>) {
        if let State::Panel(panel) = &self.state {
            let staff = panel.staff().clone();
            self.go(State::Base);
            self.audit(cx, &staff, StaffOutcome::Closed);
        }
    }

    fn audit(&mut self, cx: &mut Turn<'_>, staff: &Staff, outcome: StaffOutcome) {
        let subject = self.staff_pseudonym(staff);
        let draft = self.draft(cx.now, subject, None, FactBody::Staff { outcome });
        self.append(cx, vec![draft], After::Quiet);
    }

    pub(super) fn staff_pseudonym(&self, staff: &Staff) -> Option<Pseudonym> {
        let key = self
            .purposes
            .nursery
            .as_ref()
            .or(self.purposes.visit.as_ref())?;
        Some(key.pseudonym(&staff.citizen))
    }
}
