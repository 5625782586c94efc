//! An update of the machine, as far as the kiosk has to do with it: it fetches the bundle the city
//! ordered, tells the city how it stands, and says when the machine may boot.
//!
//! Writing, trying and going back is the machine's (`machitap-update.service` of the image, and
//! RAUC). It says how it stands by a line in a file; a machine without that file's directory is not
//! updated by bundles.

mod fetch;
mod place;
mod watch;

pub use place::Place;
pub use watch::{Setup, Watch};

use machitap_wire::update::{Bundle, Stage};
use serde::{Deserialize, Serialize};

/// An order, until it has come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// The command's number.
    pub number: i64,
    /// What is to be fetched.
    pub bundle: Bundle,
    /// It was fetched, and the machine has been given it.
    pub given: bool,
}

/// What is to be done for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Fetch the bundle.
    Fetch,
    /// The bundle is there: that it was given has to be kept.
    Given,
    /// Tell this, and look again.
    Tell(Stage),
}

/// What is to be done. `there`: the bundle lies where the machine takes it; `said`: what the
/// machine says.
pub fn next(wanted: &Wanted, there: bool, said: &str) -> Next {
    let (word, why) = said.trim().split_once(' ').unwrap_or((said.trim(), ""));
    if there && !wanted.given {
        return Next::Given;
    }
    if !wanted.given {
        return match word {
            // One at a time: the one before has not come to its end.
            "installing" | "installed" | "trying" => {
                Next::Tell(Stage::waits(0, "the update before has not come to its end"))
            }
            _ => Next::Fetch,
        };
    }
    Next::Tell(match word {
        "installed" => Stage::Waiting,
        "trying" => Stage::Trying,
        "installing" => Stage::Writing,
        // As long as the bundle lies there, what is said is of the update before.
        _ if there => Stage::Writing,
        "kept" => Stage::Kept,
        "went-back" => Stage::WentBack,
        "refused" => Stage::refused(why),
        _ => Stage::refused(format_args!("the machine says {said:?}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(given: bool) -> Wanted {
        Wanted {
            number: 1,
            bundle: Bundle {
                sha256: machitap_domain::Hash::of(b"x"),
                bytes: 1,
            },
            given,
        }
    }

    #[test]
    fn it_is_fetched_given_and_followed_to_its_end() {
        for before in ["", "kept\n", "went-back", "refused for a reason"] {
            assert_eq!(next(&wanted(false), false, before), Next::Fetch);
            assert_eq!(next(&wanted(false), true, before), Next::Given);
            assert_eq!(
                next(&wanted(true), true, before),
                Next::Tell(Stage::Writing),
                "the machine has not looked yet"
            );
        }
        let told = |there, said: &str| match next(&wanted(true), there, said) {
            Next::Tell(stage) => stage,
            other => panic!("{other:?}"),
        };
        assert_eq!(told(true, "installing\n"), Stage::Writing);
        assert_eq!(told(true, "installed\n"), Stage::Waiting);
        assert_eq!(told(false, "trying\n"), Stage::Trying);
        assert_eq!(told(false, "kept\n"), Stage::Kept);
        assert_eq!(told(false, "went-back\n"), Stage::WentBack);
        let why = "Compatible mismatch: Expected 'a' but bundle manifest has 'b'";
        assert_eq!(
            told(false, &format!("refused {why}\n")),
            Stage::refused(why)
        );
        assert!(told(false, "").is_over(), "a word nobody knows ends it");
    }

    #[test]
    fn the_one_before_comes_to_its_end_first() {
        for busy in ["installing", "installed", "trying"] {
            let told = next(&wanted(false), false, busy);
            let waits = matches!(&told, Next::Tell(Stage::Fetching { waits: Some(_), .. }));
            assert!(waits, "{told:?}");
        }
    }
}
