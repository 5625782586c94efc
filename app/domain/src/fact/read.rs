//! Reading what a later version wrote.

use serde_json::{Value, json};

use super::Fact;

impl Fact {
    /// Reads a fact out of a journal of one's own, whose hash was checked. A body that a later
    /// version wrote, in a form that this one does not know, is [`FactBody::Unknown`]: there is
    /// nothing wrong with it. Who counts facts does not take them so, but waits until it can read
    /// them.
    ///
    /// [`FactBody::Unknown`]: super::FactBody::Unknown
    ///
    /// # Errors
    /// When it is no fact of any version.
    pub fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes).or_else(|why| {
            let mut frame: Value = serde_json::from_slice(bytes)?;
            match frame.pointer_mut("/body/kind") {
                Some(Value::String(_)) => frame["body"] = json!({ "kind": "unknown" }),
                _ => return Err(why),
            }
            serde_json::from_value(frame)
        })
    }
}
