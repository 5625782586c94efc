//! The screen of a terminal that belongs to no city yet.

use machitap_domain::KioskId;

/// The terminal asks for its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrol {
    /// How far it is.
    pub step: EnrolStep,
    /// Where the city is asked, as in `mqtt.example.jp:8884`.
    pub address: String,
}

impl Enrol {
    /// True while a code is waited for.
    pub const fn is_typed(&self) -> bool {
        matches!(self.step, EnrolStep::Code { .. })
    }
}

/// How far an enrolment is.
#[derive(Clone, PartialEq, Eq)]
pub enum EnrolStep {
    /// The code is typed.
    Code {
        /// Digits so far, at most [`machitap_wire::enrol::Code::DIGITS`].
        digits: Vec<u8>,
        /// What became of the last one.
        told: Option<EnrolTold>,
    },
    /// The city is asked.
    Asking,
    /// The city has said yes.
    Done {
        /// Who this terminal is now.
        kiosk: KioskId,
        /// Where it stands, in Japanese.
        place: String,
        /// The terminal's clock is more than a day away from the city's.
        clock_off: bool,
    },
}

impl std::fmt::Debug for EnrolStep {
    /// Without the digits: they are a secret until they were used.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code { digits, told } => write!(f, "Code({} digits, {told:?})", digits.len()),
            Self::Asking => f.write_str("Asking"),
            Self::Done {
                kiosk, clock_off, ..
            } => write!(f, "Done({kiosk}, clock_off: {clock_off})"),
        }
    }
}

/// What stands beside the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnrolTold {
    /// The city has taken the enrolment back: what is kept here is sent once there is a new one.
    Revoked,
    /// A digit is mistyped; nothing was sent.
    Slip,
    /// Not the code of that number.
    Wrong {
        /// How often another may be tried.
        tries_left: u32,
    },
    /// The city knows no such code.
    Unknown,
    /// Another terminal has used it.
    Used,
    /// It is too old.
    Over,
    /// Too many wrong ones were tried.
    Spent,
    /// It is another kiosk's, and the records of one are on this terminal.
    OtherJournal {
        /// The kiosk the code is for.
        wanted: KioskId,
    },
    /// Nobody answers at the address.
    NoAnswer,
    /// Something answers there that cannot enrol.
    Unable,
    /// What the city gave cannot be kept on this disk.
    CannotKeep,
}
