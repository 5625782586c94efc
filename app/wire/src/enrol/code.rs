//! The code itself: twelve digits, as they are read out, typed and checked.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use verhoeff::Verhoeff as _;

/// Digits of the ticket's number.
const TICKET: usize = 4;

/// A code: four digits name the ticket, seven are its secret, the last one is Verhoeff's check
/// digit over the others: a digit mistyped and two neighbours changed over show before anything is
/// sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Code([u8; Self::DIGITS]);

/// The open part of a code: which one it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ticket(String);

/// Why a text is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCode {
    /// Too few digits, too many, or something else than digits.
    #[error("a code is {} digits", Code::DIGITS)]
    Form,
    /// The check digit does not fit.
    #[error("a digit is mistyped")]
    Slip,
}

impl Code {
    /// How many digits it has.
    pub const DIGITS: usize = 12;
    /// So many tickets there can be at a time.
    pub const TICKETS: u32 = 10_000;
    /// So many secrets one can have.
    pub const SECRETS: u32 = 10_000_000;

    /// The code of a ticket and its secret; each counts modulo what there can be.
    pub fn new(ticket: u32, secret: u32) -> Self {
        let mut digits = [0; Self::DIGITS];
        let open = ticket % Self::TICKETS;
        let text = format!("{open:04}{:07}", secret % Self::SECRETS);
        for (digit, byte) in digits.iter_mut().zip(text.bytes()) {
            *digit = byte - b'0';
        }
        let last = Self::DIGITS - 1;
        digits[last] = digits[..last].calculate_verhoeff_check_digit();
        Self(digits)
    }

    /// From digits as they were typed.
    ///
    /// # Errors
    /// [`BadCode`].
    pub fn from_digits(digits: &[u8]) -> Result<Self, BadCode> {
        let digits: [u8; Self::DIGITS] = digits.try_into().map_err(|_| BadCode::Form)?;
        if digits.iter().any(|d| *d > 9) {
            return Err(BadCode::Form);
        }
        if digits.validate_verhoeff_check_digit() {
            Ok(Self(digits))
        } else {
            Err(BadCode::Slip)
        }
    }

    /// The open part.
    pub fn ticket(&self) -> Ticket {
        Ticket(text(&self.0[..TICKET]))
    }

    /// All of it, for the key exchange.
    pub(super) const fn digits(&self) -> &[u8; Self::DIGITS] {
        &self.0
    }

    /// Without the spaces, to be kept.
    pub fn plain(&self) -> String {
        text(&self.0)
    }
}

fn text(digits: &[u8]) -> String {
    digits.iter().map(|d| char::from(b'0' + d)).collect()
}

impl fmt::Display for Code {
    /// In three groups of four, as it is read out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups: Vec<_> = self.0.chunks(TICKET).map(text).collect();
        f.write_str(&groups.join(" "))
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({} ‹secret›)", text(&self.0[..TICKET]))
    }
}

impl FromStr for Code {
    type Err = BadCode;

    /// Spaces and hyphens are ignored.
    fn from_str(typed: &str) -> Result<Self, BadCode> {
        let digits: Option<Vec<u8>> = typed
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_digit(10).and_then(|d| u8::try_from(d).ok()))
            .collect();
        Self::from_digits(&digits.ok_or(BadCode::Form)?)
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Ticket> for String {
    fn from(ticket: Ticket) -> Self {
        ticket.0
    }
}

impl TryFrom<String> for Ticket {
    type Error = BadCode;

    fn try_from(text: String) -> Result<Self, BadCode> {
        let form = text.len() == TICKET && text.bytes().all(|b| b.is_ascii_digit());
        form.then_some(Self(text)).ok_or(BadCode::Form)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_code_is_read_as_it_is_shown_and_a_slip_is_seen(
            ticket in 0..Code::TICKETS,
            secret in 0..Code::SECRETS,
            at in 0..Code::DIGITS,
            by in 1..10_u8,
        ) {
            let code = Code::new(ticket, secret);
            prop_assert_eq!(code.to_string().parse(), Ok(code.clone()));
            prop_assert_eq!(code.plain().parse(), Ok(code.clone()));
            prop_assert_eq!(code.ticket().to_string(), format!("{ticket:04}"));

            let mut typed = code.0;
            typed[at] = (typed[at] + by) % 10;
            prop_assert_eq!(Code::from_digits(&typed), Err(BadCode::Slip));
            let mut typed = code.0;
            typed.swap(at, (at + 1) % Code::DIGITS);
            if at + 1 < Code::DIGITS && typed != code.0 {
                prop_assert_eq!(Code::from_digits(&typed), Err(BadCode::Slip));
            }
        }
    }

    #[test]
    fn what_is_no_code_is_said_to_be_none() {
        for typed in ["", "1", "123456789012345", "12345678901x"] {
            assert_eq!(typed.parse::<Code>(), Err(BadCode::Form), "{typed}");
        }
        assert_eq!(Code::from_digits(&[10; 12]), Err(BadCode::Form));
        assert!(Ticket::try_from("12x4".to_owned()).is_err());
    }

    #[test]
    fn a_log_does_not_hold_the_secret() {
        assert_eq!(
            format!("{:?}", Code::new(4821, 937_112)),
            "Code(4821 ‹secret›)"
        );
    }
}
