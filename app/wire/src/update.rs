//! How a kiosk's machine is updated: what the city orders, where it is fetched, how it stands.
//!
//! The bundle goes over plain HTTP, beside enrolment: the order is signed and names the bundle's
//! SHA-256, and RAUC writes only what the town's release key signed.

use std::fmt;

use machitap_domain::Hash;
use serde::{Deserialize, Serialize};

/// Where a bundle is fetched, before its SHA-256 in hexadecimal.
pub const BUNDLES: &str = "/bundles";

/// So much of a reason is told, characters.
pub const WHY_MAX: usize = 200;

/// A signed bundle of RAUC's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// Of its bytes.
    pub sha256: Hash,
    /// How many there are.
    pub bytes: u64,
}

impl Bundle {
    /// Where it is fetched.
    pub fn path(&self) -> String {
        format!("{BUNDLES}/{}", self.sha256)
    }
}

/// What has become of an update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// The number of the command that ordered it.
    pub number: i64,
    /// How far it has come.
    #[serde(flatten)]
    pub stage: Stage,
}

/// How far an update has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "stage")]
pub enum Stage {
    /// It is being fetched.
    Fetching {
        /// So much of it is there.
        percent: u8,
        /// Why it does not go on at the moment; it is tried again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waits: Option<String>,
    },
    /// It is being written beside the release that runs.
    Writing,
    /// It is written; the machine boots it once nobody is served.
    Waiting,
    /// It runs, and is kept once it is well.
    Trying,
    /// It runs, and stays.
    Kept,
    /// It was not well: the release before runs again.
    WentBack,
    /// There is no such update.
    Refused {
        /// Why not.
        why: String,
    },
}

impl Stage {
    /// A refusal; what is too long of it is left out.
    pub fn refused(why: impl fmt::Display) -> Self {
        Self::Refused { why: short(why) }
    }

    /// A fetch that goes on.
    pub const fn fetching(percent: u8) -> Self {
        Self::Fetching {
            percent,
            waits: None,
        }
    }

    /// A fetch that does not go on at the moment.
    pub fn waits(percent: u8, why: impl fmt::Display) -> Self {
        Self::Fetching {
            percent,
            waits: Some(short(why)),
        }
    }

    /// True when nothing more comes.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Kept | Self::WentBack | Self::Refused { .. })
    }
}

fn short(why: impl fmt::Display) -> String {
    why.to_string().chars().take(WHY_MAX).collect()
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fetching { percent, waits } => {
                write!(f, "fetching, {percent} %")?;
                waits
                    .iter()
                    .try_for_each(|why| write!(f, ", tried again: {why}"))
            }
            Self::Writing => f.write_str("writing"),
            Self::Waiting => f.write_str("written, boots when nobody is there"),
            Self::Trying => f.write_str("runs, being tried"),
            Self::Kept => f.write_str("kept"),
            Self::WentBack => f.write_str("was not well, went back"),
            Self::Refused { why } => write!(f, "refused: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_form_on_the_wire_is_fixed() {
        let update = |stage| Update { number: 7, stage };
        let text = |stage| serde_json::to_string(&update(stage)).unwrap();
        assert_eq!(
            text(Stage::fetching(25)),
            r#"{"number":7,"stage":"fetching","percent":25}"#
        );
        assert_eq!(
            text(Stage::waits(25, "nobody answers")),
            r#"{"number":7,"stage":"fetching","percent":25,"waits":"nobody answers"}"#
        );
        assert_eq!(text(Stage::WentBack), r#"{"number":7,"stage":"went-back"}"#);
        let refused = Stage::refused("é".repeat(WHY_MAX + 1));
        let back: Update = serde_json::from_str(&text(refused)).unwrap();
        assert_eq!(back.stage, Stage::refused("é".repeat(WHY_MAX)));
    }

    #[test]
    fn a_bundle_is_fetched_by_its_hash() {
        let bundle = Bundle {
            sha256: Hash([0xab; 32]),
            bytes: 1,
        };
        assert_eq!(bundle.path(), format!("/bundles/{}", "ab".repeat(32)));
    }
}
