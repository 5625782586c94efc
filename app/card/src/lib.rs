//! From the field to a credential.
//!
//! A card comes near, a [`reader::ReaderEvent`] goes out: who it proved to be
//! ([`machitap_domain::Credential`]) or what stood in the way. Between the two lie
//! the pure parts, each testable without a reader: [`apdu`] (ISO/IEC 7816-4),
//! [`allow`] (what may reach a card at all), [`profile`] (a card application as
//! data), [`ap`] (the exchange), [`crypto`], [`keys`], [`uid`].
//!
//! [`virt`] holds the other side: whole virtual cards and a private PC/SC stack, for
//! tests and the demonstration.
#![forbid(unsafe_code)]

pub mod allow;
pub mod ap;
pub mod apdu;
pub mod crypto;
pub mod keys;
pub mod profile;
pub mod reader;
pub mod sam;
pub mod uid;
pub mod virt;

mod aid;
mod clock;
mod tlv;

pub use aid::{Aid, ForbiddenAid, InvalidAid};
pub use clock::boot_ms;
pub use keys::{KeyProvider, SealedFile, TestOnly};
pub use profile::{Admitted, Profile};
pub use reader::{
    CardProblem, GoneReason, Reader, ReaderConfig, ReaderEvent, ReaderHandle, TapId, Timings,
    reader_names,
};
