//! The pictures the screens have for what is won, entered for and given to.

use serde::{Deserialize, Serialize};

/// A picture the screens can draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "what is in the picture")]
pub enum Picture {
    Thanks,
    Star,
    Gift,
    Ticket,
    Sunset,
    Fish,
    Orange,
    Flower,
    Cup,
    Book,
    Towel,
    Ball,
    Rice,
    Bento,
    Bicycle,
    Tree,
    Wifi,
    Bench,
    Lamp,
    Bus,
}
