//! The ranking, as the city publishes it.

use serde::{Deserialize, Serialize};

use crate::pii::Pii;

/// The last known ranking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    /// When the city made it, milliseconds since 1970-01-01T00:00:00Z.
    pub as_of_ms: i64,
    /// The first places, best first.
    pub rows: Vec<Row>,
}

/// One place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// 1 is the first; equal points share a place.
    pub place: u32,
    /// A nickname its owner chose to show; `None` stands as "a resident".
    pub nickname: Option<Pii<String>>,
    /// Points.
    pub points: i64,
}
