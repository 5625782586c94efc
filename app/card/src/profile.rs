//! Card applications as data.
//!
//! A [`Profile`] can describe any application that is read through files and TLV
//! tags, also one this program must never touch. Only an [`Admitted`] one, whose
//! every rule was checked, can reach a card.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::aid::{Aid, ForbiddenAid};

/// The reference citizen AP (README: "The reference citizen AP").
pub const REFERENCE: &str = include_str!("profiles/reference.toml");

/// What the card is asked to answer to SELECT (ISO/IEC 7816-4 table 63, P2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SelectAnswer {
    /// P2 = 0C: the status alone.
    None,
    /// P2 = 00: the file control information; read and ignored.
    Fci,
}

/// Where a transparent file is found under its application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileAt {
    /// By short identifier, 1 to 30, inside READ BINARY.
    Sfi(u8),
    /// By file identifier, through SELECT with P1 = 02.
    Id(u16),
}

/// A value inside a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Field {
    /// The name of its file.
    pub file: String,
    /// Its BER-TLV tag, one or two bytes.
    pub tag: u16,
    /// The fewest bytes it may have.
    pub min: usize,
    /// The most bytes it may have.
    pub max: usize,
}

/// How a card tells whether its holder set a PIN.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "by", deny_unknown_fields)]
pub enum PinProbe {
    /// A VERIFY without data, answered 63Cx. Describable, never admitted.
    EmptyVerify {
        /// P2 of the VERIFY.
        reference: u8,
    },
    /// A field says so.
    Field {
        /// The field's name.
        field: String,
    },
}

/// Mutual authentication by AES-CMAC as the reference AP does it: the names of the
/// four fields it needs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MutualCmac {
    /// One byte: which master key the card's key came from.
    pub key_version: String,
    /// Eight bytes: what the card's key was diversified with.
    pub diversifier: String,
    /// The resident's id, ASCII.
    pub id: String,
    /// Sixteen bytes: the MAC that binds the id to this session.
    pub id_mac: String,
}

/// A card application, described.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Profile {
    /// For people.
    pub name: String,
    /// Its application identifier.
    pub aid: Aid,
    /// What SELECT asks for.
    pub select_answer: SelectAnswer,
    /// Its files by name.
    pub files: BTreeMap<String, FileAt>,
    /// Its fields by name.
    #[serde(default)]
    pub fields: BTreeMap<String, Field>,
    /// How a PIN's state is learnt.
    #[serde(default)]
    pub pin_probe: Option<PinProbe>,
    /// How card and terminal prove themselves; without it nothing it says is believed.
    #[serde(default)]
    pub mutual_cmac: Option<MutualCmac>,
}

/// Why a profile is not one this program will use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProfile {
    /// Not TOML, or not of this shape; the message names key and line.
    #[error("{0}")]
    Toml(String),
    /// It would reach an application of the card that is none of ours.
    #[error("aid: {0}")]
    Forbidden(#[from] ForbiddenAid),
    /// It asks for a VERIFY.
    #[error("pin-probe: a terminal never sends VERIFY, not even an empty one")]
    Verify,
    /// It proves nothing.
    #[error("mutual-cmac: missing; an application that proves nothing names no resident")]
    Unproven,
    /// A name that is not defined.
    #[error("{0}: there is no such file or field in the profile")]
    Undefined(String),
    /// A short file identifier outside 1 to 30, or a reserved file identifier.
    #[error(
        "files.{0}: a short identifier is 1 to 30, an identifier none of 0000, 3F00, 3FFF, FFFF"
    )]
    File(String),
    /// A field whose bounds do not fit its use.
    #[error("fields.{0}: its length does not fit its use")]
    Length(String),
    /// Key version and diversifier, or id and its MAC, lie in two files.
    #[error("fields.{0}: must lie in the same file as its companion")]
    Apart(String),
}

impl Profile {
    /// Reads a description.
    ///
    /// # Errors
    /// [`InvalidProfile::Toml`] with the key and the line.
    pub fn parse(text: &str) -> Result<Self, InvalidProfile> {
        toml::from_str(text).map_err(|error| InvalidProfile::Toml(error.to_string()))
    }

    /// The reference citizen AP.
    ///
    /// # Panics
    /// Never: the text is part of the program, and a test reads it.
    pub fn reference() -> Self {
        Self::parse(REFERENCE).expect("the embedded profile is well-formed")
    }

    fn field(&self, name: &str) -> Result<(&Field, FileAt), InvalidProfile> {
        let undefined = |name: &str| InvalidProfile::Undefined(name.to_owned());
        let field = self.fields.get(name).ok_or_else(|| undefined(name))?;
        let file = self
            .files
            .get(&field.file)
            .ok_or_else(|| undefined(&field.file))?;
        Ok((field, *file))
    }

    fn pair(
        &self,
        (a, a_length): (&str, std::ops::RangeInclusive<usize>),
        (b, b_length): (&str, std::ops::RangeInclusive<usize>),
    ) -> Result<(FileAt, u16, u16), InvalidProfile> {
        let ((first, file), (second, _)) = (self.field(a)?, self.field(b)?);
        for (name, field, allowed) in [(a, first, a_length), (b, second, b_length)] {
            if field.min > field.max
                || !allowed.contains(&field.min)
                || !allowed.contains(&field.max)
            {
                return Err(InvalidProfile::Length(name.to_owned()));
            }
        }
        if first.file != second.file {
            return Err(InvalidProfile::Apart(b.to_owned()));
        }
        Ok((file, first.tag, second.tag))
    }
}

/// A profile every rule was checked on: what may be sent follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    aid: Aid,
    select_p2: u8,
    /// The file anyone may read, with the tags of key version and diversifier.
    pub(crate) open: (FileAt, u16, u16),
    /// The file behind the authentication, with the tags of the id and its MAC.
    pub(crate) sealed: (FileAt, u16, u16),
}

impl Admitted {
    /// The reference citizen AP.
    ///
    /// # Panics
    /// Never: a test admits the embedded profile.
    pub fn reference() -> Self {
        Self::try_from(Profile::reference()).expect("the embedded profile is admissible")
    }

    /// The application's name.
    pub const fn aid(&self) -> &Aid {
        &self.aid
    }

    /// P2 of its SELECT.
    pub const fn select_p2(&self) -> u8 {
        self.select_p2
    }

    /// Whether a file of that identifier belongs to the profile.
    pub fn names_file(&self, id: u16) -> bool {
        [self.open.0, self.sealed.0].contains(&FileAt::Id(id))
    }
}

impl TryFrom<Profile> for Admitted {
    type Error = InvalidProfile;

    fn try_from(profile: Profile) -> Result<Self, InvalidProfile> {
        profile.aid.forbidden()?;
        if matches!(profile.pin_probe, Some(PinProbe::EmptyVerify { .. })) {
            return Err(InvalidProfile::Verify);
        }
        for (name, at) in &profile.files {
            let sound = match at {
                FileAt::Sfi(sfi) => (1..=30).contains(sfi),
                FileAt::Id(id) => ![0x0000, 0x3F00, 0x3FFF, 0xFFFF].contains(id),
            };
            if !sound {
                return Err(InvalidProfile::File(name.clone()));
            }
        }
        let proof = profile
            .mutual_cmac
            .as_ref()
            .ok_or(InvalidProfile::Unproven)?;
        let open = profile.pair((&proof.key_version, 1..=1), (&proof.diversifier, 8..=8))?;
        // The bounds of machitap_domain::CitizenId.
        let sealed = profile.pair((&proof.id, 6..=24), (&proof.id_mac, 16..=16))?;
        Ok(Self {
            select_p2: match profile.select_answer {
                SelectAnswer::None => 0x0C,
                SelectAnswer::Fci => 0x00,
            },
            aid: profile.aid,
            open,
            sealed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_profile_is_admitted() {
        let admitted = Admitted::reference();
        assert_eq!(admitted.aid().to_string(), "F04D4143484954415001");
        assert_eq!(admitted.select_p2(), 0x0C);
    }

    #[test]
    fn the_licence_on_the_card_can_be_described_and_is_never_admitted() {
        let licence = Profile::parse(include_str!("profiles/licence.toml")).unwrap();
        assert_eq!(licence.aid.as_bytes().len(), 16);
        assert!(licence.pin_probe.is_some());
        assert!(matches!(
            Admitted::try_from(licence),
            Err(InvalidProfile::Forbidden(_))
        ));
    }

    /// Every single thing that makes a profile inadmissible, by changing the good one.
    #[test]
    fn each_rule_is_checked() {
        let refused = |change: &dyn Fn(&mut Profile)| {
            let mut profile = Profile::reference();
            change(&mut profile);
            Admitted::try_from(profile).unwrap_err()
        };
        assert!(matches!(
            refused(&|p| p.aid = Aid::new(&[0xD3, 0x92, 0x10, 0x00, 0x31]).unwrap()),
            InvalidProfile::Forbidden(_)
        ));
        assert_eq!(
            refused(&|p| p.pin_probe = Some(PinProbe::EmptyVerify { reference: 0x80 })),
            InvalidProfile::Verify
        );
        assert_eq!(refused(&|p| p.mutual_cmac = None), InvalidProfile::Unproven);
        assert!(matches!(
            refused(&|p| p.files.values_mut().for_each(|f| *f = FileAt::Sfi(31))),
            InvalidProfile::File(_)
        ));
        assert!(matches!(
            refused(&|p| p.files.values_mut().for_each(|f| *f = FileAt::Id(0x3F00))),
            InvalidProfile::File(_)
        ));
        assert!(matches!(
            refused(&|p| p.files.clear()),
            InvalidProfile::Undefined(_)
        ));
        assert!(matches!(
            refused(&|p| p.fields.clear()),
            InvalidProfile::Undefined(_)
        ));
        assert!(matches!(
            refused(&|p| p.fields.get_mut("citizen-id").unwrap().max = 200),
            InvalidProfile::Length(_)
        ));
        assert!(matches!(
            refused(&|p| p.fields.get_mut("citizen-id").unwrap().file = "card".into()),
            InvalidProfile::Apart(_)
        ));
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let said = Profile::parse(&format!("colour = 1\n{REFERENCE}")).unwrap_err();
        assert!(said.to_string().contains("colour"), "{said}");
        assert!(said.to_string().contains("line 1"), "{said}");
    }
}
