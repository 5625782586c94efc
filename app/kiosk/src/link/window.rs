//! The open window of one connection: what goes out, and which acknowledgement is whose.
//!
//! The client does not say which message an acknowledgement is for. It does send in the
//! order it was given, and says the packet id of each as it goes: so the tokens wait in a
//! queue until their message goes, and then under its packet id until it is acknowledged.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use machitap_kiosk_core::sync::Token;
use machitap_wire::envelope::CONTENT_TYPE;
use rumqttc::v5::{
    AsyncClient, ClientError,
    mqttbytes::{QoS, v5::PublishProperties},
};

/// Whose message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Birth,
    Facts(Token),
    Farewell,
}

/// Matches messages with packet ids.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    waiting: VecDeque<Owner>,
    gone: BTreeMap<u16, Owner>,
}

impl Ledger {
    pub(super) fn given(&mut self, owner: Owner) {
        self.waiting.push_back(owner);
    }

    fn taken_back(&mut self) {
        self.waiting.pop_back();
    }

    /// A message went out under this id. One that goes again under its id is no new one.
    pub(super) fn went(&mut self, pkid: u16) {
        if self.gone.contains_key(&pkid) {
            return;
        }
        if let Some(owner) = self.waiting.pop_front() {
            self.gone.insert(pkid, owner);
        }
    }

    /// The broker has it.
    pub(super) fn acked(&mut self, pkid: u16) -> Option<Owner> {
        self.gone.remove(&pkid)
    }
}

/// Takes messages for one connection; useless once that is down.
#[derive(Clone)]
pub struct Window {
    client: AsyncClient,
    ledger: Arc<Mutex<Ledger>>,
}

impl Window {
    pub(super) fn new(client: AsyncClient) -> Self {
        Self {
            client,
            ledger: Arc::default(),
        }
    }

    /// Hands a batch over. It may be lost all the same; only a receipt says it is not.
    ///
    /// # Errors
    /// When the connection has just ended.
    pub fn publish(&self, token: Token, topic: &str, payload: Vec<u8>) -> Result<(), Closed> {
        self.give(Owner::Facts(token), topic, payload, false)
    }

    /// Says goodbye: the last message, retained, after which the link ends.
    ///
    /// # Errors
    /// When the connection has just ended.
    pub fn farewell(&self, topic: &str, payload: Vec<u8>) -> Result<(), Closed> {
        self.give(Owner::Farewell, topic, payload, true)
    }

    /// Says the birth, retained; again for what has changed since.
    ///
    /// # Errors
    /// When the connection has just ended: the next birth says it too.
    pub fn birth(&self, topic: &str, payload: Vec<u8>) -> Result<(), Closed> {
        self.give(Owner::Birth, topic, payload, true)
    }

    pub(super) fn with_ledger<T>(&self, f: impl FnOnce(&mut Ledger) -> T) -> T {
        f(&mut self.ledger.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn give(
        &self,
        owner: Owner,
        topic: &str,
        payload: Vec<u8>,
        retain: bool,
    ) -> Result<(), Closed> {
        let properties = PublishProperties {
            content_type: Some(CONTENT_TYPE.to_owned()),
            ..PublishProperties::default()
        };
        // Under one lock, so that the queue's order is the client's.
        self.with_ledger(|ledger| {
            ledger.given(owner);
            self.client
                .try_publish_with_properties(topic, QoS::AtLeastOnce, retain, payload, properties)
                .map_err(|error| {
                    ledger.taken_back();
                    Closed::from(error)
                })
        })
    }
}

impl std::fmt::Debug for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Window")
    }
}

/// The message was not taken: the connection has ended, or takes no more just now.
#[derive(Debug, thiserror::Error)]
#[error("the link takes no message: {0}")]
pub struct Closed(String);

impl From<ClientError> for Closed {
    fn from(error: ClientError) -> Self {
        Self(match error {
            // The error's own text would hold the message.
            ClientError::Request(_) => "the connection has ended".to_owned(),
            ClientError::TryRequest(_) => "its queue is full or it has ended".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acknowledgements_in_any_order_find_their_owner() {
        let mut ledger = Ledger::default();
        ledger.given(Owner::Birth);
        ledger.given(Owner::Facts(Token(1)));
        ledger.given(Owner::Facts(Token(2)));
        for pkid in [4, 5, 6] {
            ledger.went(pkid);
        }
        assert_eq!(ledger.acked(6), Some(Owner::Facts(Token(2))));
        assert_eq!(ledger.acked(4), Some(Owner::Birth));
        assert_eq!(ledger.acked(6), None);
        assert_eq!(ledger.acked(5), Some(Owner::Facts(Token(1))));
    }

    #[test]
    fn a_message_that_goes_again_takes_nobody_elses_place() {
        let mut ledger = Ledger::default();
        ledger.given(Owner::Facts(Token(1)));
        ledger.went(1);
        ledger.given(Owner::Facts(Token(2)));
        ledger.went(1);
        ledger.went(2);
        assert_eq!(ledger.acked(1), Some(Owner::Facts(Token(1))));
        assert_eq!(ledger.acked(2), Some(Owner::Facts(Token(2))));
    }

    #[test]
    fn an_id_is_free_again_after_its_acknowledgement() {
        let mut ledger = Ledger::default();
        for n in 1..=3 {
            ledger.given(Owner::Facts(Token(n)));
            ledger.went(1);
            assert_eq!(ledger.acked(1), Some(Owner::Facts(Token(n))));
        }
    }
}
