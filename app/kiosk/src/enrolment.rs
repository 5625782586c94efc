//! What the city gave this kiosk: identity, keys, certificates.

pub mod ask;
pub mod born;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use machitap_wire::{Signer, bundle, seal::SealOpener};

use crate::exit::{self, Failure};

/// The files of an enrolment, read.
pub struct Enrolment {
    /// Identity, the city's key, the purposes.
    pub public: bundle::Enrolment,
    /// Signs what this kiosk sends.
    pub signer: Signer,
    /// Opens what is sealed to this kiosk.
    pub opener: SealOpener,
    /// The authority of the broker's certificate, PEM.
    pub ca_pem: Vec<u8>,
    /// This kiosk's certificate chain, PEM.
    pub cert_pem: Vec<u8>,
    /// Its key, PEM.
    pub key_pem: Vec<u8>,
}

/// Why an enrolment cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    /// A file is missing or may not be read.
    #[error(
        "{}: {source}; `machitap-kiosk enrol` gets an enrolment by a code, or copy the directory that `machitap-city enrol --out` wrote for this kiosk and let this user read it",
        path.display()
    )]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It does not hold what it should.
    #[error("{}: {what}; enrol this kiosk anew", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// Why, without the content of a key.
        what: String,
    },
}

impl From<EnrolmentError> for Failure {
    fn from(error: EnrolmentError) -> Self {
        let code = match &error {
            EnrolmentError::Io { .. } => exit::NO_INPUT,
            EnrolmentError::Content { .. } => exit::CONFIG,
        };
        Self::new(code, error.to_string())
    }
}

impl Enrolment {
    /// Reads the directory.
    ///
    /// # Errors
    /// [`EnrolmentError`].
    pub fn read(dir: &Path) -> Result<Self, EnrolmentError> {
        let text = |name: &str| -> Result<(PathBuf, String), EnrolmentError> {
            let path = dir.join(name);
            match fs::read_to_string(&path) {
                Ok(text) => Ok((path, text)),
                Err(source) => Err(EnrolmentError::Io { path, source }),
            }
        };
        let (path, toml) = text("enrolment.toml")?;
        let public = toml::from_str(&toml).map_err(|error| EnrolmentError::Content {
            path,
            // Its message alone: the snippet would repeat a pseudonym key.
            what: match error.span() {
                Some(span) => format!(
                    "line {}: {}",
                    1 + toml[..span.start.min(toml.len())].matches('\n').count(),
                    error.message()
                ),
                None => error.message().to_owned(),
            },
        })?;
        let (path, sign) = text("sign.key")?;
        let signer = Signer::from_text(&sign).map_err(|error| EnrolmentError::Content {
            path,
            what: error.to_string(),
        })?;
        let (path, seal) = text("seal.key")?;
        let opener = SealOpener::from_text(&seal).map_err(|error| EnrolmentError::Content {
            path,
            what: error.to_string(),
        })?;
        let bytes = |name: &str| text(name).map(|(_, text)| text.into_bytes());
        Ok(Self {
            public,
            signer,
            opener,
            ca_pem: bytes("ca.pem")?,
            cert_pem: bytes("kiosk.pem")?,
            key_pem: bytes("kiosk.key")?,
        })
    }
}
