//! What the city may tell a kiosk to do.

use machitap_domain::KioskId;
use serde::{Deserialize, Serialize};

use crate::update::Bundle;

/// An order to one kiosk. The kiosk is named in the signed bytes, so that another's cannot be passed
/// off as its own, and numbers only grow, so that none is obeyed twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Larger than every one before to this kiosk: when it was given, milliseconds since
    /// 1970-01-01T00:00:00Z, or one more.
    pub number: i64,
    /// To whom.
    pub kiosk: KioskId,
    /// A kiosk that hears of it later lets it be, milliseconds since 1970-01-01T00:00:00Z.
    pub until_ms: i64,
    /// What to do.
    pub order: Order,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "do")]
pub enum Order {
    /// End, once nobody is served; the service manager starts the program again.
    Restart,
    /// Write more, or again as usual, into the system's journal.
    Record {
        /// How much.
        level: Level,
        /// For so long; then as usual.
        minutes: u16,
    },
    /// Fetch this, have it written beside the release that runs, and boot it once nobody is served.
    Update(Bundle),
}

/// How much is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// What an operator needs.
    Usual,
    /// What a maintainer needs.
    Debug,
    /// Everything.
    Trace,
}

/// Why a kiosk does not obey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotObeyed {
    /// It is another kiosk's.
    #[error("a command to another kiosk")]
    Another,
    /// It, or a later one, was obeyed before.
    #[error("a command that was given before")]
    Again,
    /// It came too late.
    #[error("a command whose time is over")]
    Late,
}

impl Command {
    /// Whether this kiosk is to obey. `last` is the number it obeyed last; `now_ms` is `None` while
    /// its clock is not trusted: then the number alone decides.
    ///
    /// # Errors
    /// [`NotObeyed`].
    pub fn judge(
        &self,
        kiosk: &KioskId,
        last: Option<i64>,
        now_ms: Option<i64>,
    ) -> Result<(), NotObeyed> {
        if self.kiosk != *kiosk {
            return Err(NotObeyed::Another);
        }
        if last.is_some_and(|last| self.number <= last) {
            return Err(NotObeyed::Again);
        }
        if now_ms.is_some_and(|now| now > self.until_ms) {
            return Err(NotObeyed::Late);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_obeyed_once_in_time_and_by_whom_it_names() {
        let me: KioskId = "hall-1".parse().unwrap();
        let command = Command {
            number: 10,
            kiosk: me.clone(),
            until_ms: 100,
            order: Order::Restart,
        };
        assert_eq!(command.judge(&me, None, Some(100)), Ok(()));
        assert_eq!(command.judge(&me, Some(9), None), Ok(()));
        assert_eq!(
            command.judge(&me, Some(10), Some(50)),
            Err(NotObeyed::Again)
        );
        assert_eq!(command.judge(&me, Some(9), Some(101)), Err(NotObeyed::Late));
        let other = "hall-2".parse().unwrap();
        assert_eq!(
            command.judge(&other, None, Some(50)),
            Err(NotObeyed::Another)
        );
    }

    #[test]
    fn its_form_on_the_wire_is_fixed() {
        let order = Order::Record {
            level: Level::Debug,
            minutes: 60,
        };
        assert_eq!(
            serde_json::to_string(&order).unwrap(),
            r#"{"do":"record","level":"debug","minutes":60}"#
        );
        let order = Order::Update(Bundle {
            sha256: machitap_domain::Hash([0xab; 32]),
            bytes: 9,
        });
        assert_eq!(
            serde_json::to_string(&order).unwrap(),
            format!(
                r#"{{"do":"update","sha256":"{}","bytes":9}}"#,
                "ab".repeat(32)
            )
        );
    }
}
