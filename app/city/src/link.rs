//! The link to the broker: MQTT 5 over TLS, behind a narrow interface.
//!
//! A link is one connection. It never mends itself: whoever holds it makes a new one, so
//! that no acknowledgement and no message of an old connection leaks into a new one.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use rumqttc::{
    NetworkOptions, Outgoing, TlsConfiguration, Transport,
    v5::{
        AsyncClient, Event as RawEvent, EventLoop, MqttOptions,
        mqttbytes::{
            QoS,
            v5::{Filter, LastWill, Packet, PubAckReason, Publish, SubscribeReasonCode},
        },
    },
};
use rustls::ClientConfig;
use tokio::{sync::mpsc, task::JoinHandle};

/// Publications under way at once.
const WINDOW: usize = 32;

/// Messages the broker may send before the first is acknowledged.
const RECEIVE_MAX: u16 = 100;

/// The largest packet taken, bytes.
const PACKET_MAX: u32 = 1024 * 1024;

/// Events that wait to be taken. When that many do, nothing more is read from the broker:
/// mosquitto 2.0.11 sends more than the receive maximum once acknowledgements flow.
const EVENTS: usize = 256;

/// Requests the client's channel holds: acknowledgements of everything that can wait here
/// and in whoever takes the events, and the window.
const REQUESTS: usize = 2_048;

/// How to connect.
#[derive(Clone)]
pub struct Options {
    /// The broker's name, as in its certificate.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The client's name; the broker puts the certificate's in its place.
    pub client: String,
    /// TLS with the client's certificate.
    pub tls: Arc<ClientConfig>,
    /// A ping at least so often; silence for twice as long ends the link.
    pub keep_alive: Duration,
    /// The broker keeps the session so long; `None` forgets it at once.
    pub session: Option<Duration>,
    /// What the broker publishes, retained, when the link dies.
    pub will: Option<(String, Vec<u8>)>,
}

/// Names a publication until the broker acknowledges it.
pub type Tag = u64;

/// Something happened.
#[derive(Debug)]
pub enum Event {
    /// The broker took the connection.
    Connected {
        /// It still knew this client.
        session_present: bool,
    },
    /// The subscription stands.
    Subscribed,
    /// A message; it is acknowledged with [`Link::ack`].
    Message(Publish),
    /// The broker has a publication.
    Acked(Tag),
    /// The broker refused a publication.
    Refused(Tag, String),
}

/// Why a link ended.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// As the client says.
    #[error("{0}")]
    Connection(String),
    /// Nothing came for twice the keep-alive.
    #[error("the link was silent for {0:?}")]
    Silent(Duration),
    /// The broker refused the subscription.
    #[error("the broker refused the subscription: {0}")]
    Subscription(String),
}

struct Waiting {
    tag: Tag,
    topic: String,
    payload: Vec<u8>,
    retain: bool,
}

/// One connection.
pub struct Link {
    client: AsyncClient,
    events: mpsc::Receiver<Result<RawEvent, LinkError>>,
    poller: JoinHandle<()>,
    queue: VecDeque<Waiting>,
    handed: VecDeque<Tag>,
    under_way: HashMap<u16, Tag>,
}

impl Link {
    /// Begins to connect; [`Self::next`] tells how it went. Call it inside a tokio runtime.
    pub fn new(options: &Options) -> Self {
        let mut mqtt = MqttOptions::new(&options.client, &options.host, options.port);
        mqtt.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(
            options.tls.clone(),
        )))
        .set_keep_alive(options.keep_alive)
        .set_clean_start(options.session.is_none())
        .set_manual_acks(true)
        .set_session_expiry_interval(Some(
            options
                .session
                .map_or(0, |d| u32::try_from(d.as_secs()).unwrap_or(u32::MAX)),
        ))
        .set_receive_maximum(Some(RECEIVE_MAX))
        .set_max_packet_size(Some(PACKET_MAX))
        // Far above the window: the client wedges when packet ids collide.
        .set_outgoing_inflight_upper_limit(u16::try_from(WINDOW * 5).expect("a small constant"));
        if let Some((topic, payload)) = &options.will {
            mqtt.set_last_will(LastWill::new(
                topic,
                payload.clone(),
                QoS::AtLeastOnce,
                true,
                None,
            ));
        }
        let (client, mut events) = AsyncClient::new(mqtt, REQUESTS);
        let mut network = NetworkOptions::new();
        network.set_tcp_nodelay(true);
        events.options.set_network_options(network);
        // The client's poll must not be cancelled halfway through a write, so it has a task
        // of its own.
        let (tell, heard) = mpsc::channel(EVENTS);
        let poller = tokio::spawn(poll(events, options.keep_alive * 2, tell));
        Self {
            client,
            events: heard,
            poller,
            queue: VecDeque::new(),
            handed: VecDeque::new(),
            under_way: HashMap::new(),
        }
    }

    /// Subscribes; [`Event::Subscribed`] follows.
    ///
    /// # Errors
    /// [`LinkError::Connection`] when the client takes no more.
    pub fn subscribe(&mut self, filters: Vec<String>) -> Result<(), LinkError> {
        let filters = filters
            .into_iter()
            .map(|path| Filter::new(path, QoS::AtLeastOnce));
        self.client
            .try_subscribe_many(filters)
            .map_err(|why| LinkError::Connection(why.to_string()))
    }

    /// Queues a publication, QoS 1. A queued retained one on the same topic that has not
    /// left yet is replaced: only the latest counts, its tag is acknowledged by nobody.
    pub fn publish(&mut self, topic: String, payload: Vec<u8>, retain: bool, tag: Tag) {
        if retain && let Some(same) = self.queue.iter_mut().find(|w| w.retain && w.topic == topic) {
            same.payload = payload;
            same.tag = tag;
            return;
        }
        self.queue.push_back(Waiting {
            tag,
            topic,
            payload,
            retain,
        });
    }

    /// True when every publication is acknowledged or refused.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.handed.is_empty() && self.under_way.is_empty()
    }

    /// Acknowledges a message.
    ///
    /// # Errors
    /// [`LinkError::Connection`] when the client takes no more.
    pub fn ack(&self, message: &Publish) -> Result<(), LinkError> {
        self.client
            .try_ack(message)
            .map_err(|why| LinkError::Connection(why.to_string()))
    }

    /// Says goodbye, so that the broker does not publish the will. Call [`Self::next`]
    /// until it fails.
    pub fn leave(&self) {
        // A link that takes no farewell is closed either way.
        if let Err(why) = self.client.try_disconnect() {
            tracing::debug!(%why, "no farewell");
        }
    }

    /// The next event. Cancelling is safe: nothing is lost.
    ///
    /// # Errors
    /// [`LinkError`]: the link is over, drop it.
    pub async fn next(&mut self) -> Result<Event, LinkError> {
        loop {
            self.hand_over()?;
            let event = self
                .events
                .recv()
                .await
                .unwrap_or_else(|| Err(LinkError::Connection("it is over".to_owned())))?;
            if let Some(event) = self.sort(event)? {
                return Ok(event);
            }
        }
    }

    fn hand_over(&mut self) -> Result<(), LinkError> {
        while self.handed.len() + self.under_way.len() < WINDOW {
            let Some(next) = self.queue.pop_front() else {
                break;
            };
            self.client
                .try_publish(next.topic, QoS::AtLeastOnce, next.retain, next.payload)
                .map_err(|why| LinkError::Connection(why.to_string()))?;
            self.handed.push_back(next.tag);
        }
        Ok(())
    }

    fn sort(&mut self, event: RawEvent) -> Result<Option<Event>, LinkError> {
        Ok(match event {
            RawEvent::Outgoing(Outgoing::Publish(id)) => {
                // Publications leave in the order they were handed over.
                if let Some(tag) = self.handed.pop_front() {
                    self.under_way.insert(id, tag);
                }
                None
            }
            RawEvent::Incoming(Packet::ConnAck(ack)) => Some(Event::Connected {
                session_present: ack.session_present,
            }),
            RawEvent::Incoming(Packet::SubAck(ack)) => {
                if let Some(bad) = ack
                    .return_codes
                    .iter()
                    .find(|c| !matches!(c, SubscribeReasonCode::Success(_)))
                {
                    return Err(LinkError::Subscription(format!("{bad:?}")));
                }
                Some(Event::Subscribed)
            }
            RawEvent::Incoming(Packet::Publish(publish)) => Some(Event::Message(publish)),
            RawEvent::Incoming(Packet::PubAck(ack)) => {
                self.under_way
                    .remove(&ack.pkid)
                    .map(|tag| match ack.reason {
                        PubAckReason::Success | PubAckReason::NoMatchingSubscribers => {
                            Event::Acked(tag)
                        }
                        why => Event::Refused(tag, format!("{why:?}")),
                    })
            }
            RawEvent::Incoming(Packet::Disconnect(why)) => {
                return Err(LinkError::Connection(format!(
                    "the broker closed: {:?}",
                    why.reason_code
                )));
            }
            _ => None,
        })
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.poller.abort();
    }
}

async fn poll(
    mut events: EventLoop,
    silence: Duration,
    tell: mpsc::Sender<Result<RawEvent, LinkError>>,
) {
    loop {
        let event = match tokio::time::timeout(silence, events.poll()).await {
            Ok(Ok(event)) => Ok(event),
            Ok(Err(why)) => Err(LinkError::Connection(why.to_string())),
            Err(_) => Err(LinkError::Silent(silence)),
        };
        let over = event.is_err();
        if tell.send(event).await.is_err() || over {
            return;
        }
    }
}

/// How long to wait before the `n`th try (counted from 0) to connect again: between half
/// and the whole of 0.5 s doubled each time up to 60 s, at random, so that a fleet does
/// not come back in one moment.
pub fn backoff(n: u32) -> Duration {
    let ceiling = (500u64 << n.min(7)).min(60_000);
    let mut byte = [0; 8];
    // Without randomness it is the ceiling: slower, never wrong.
    let share = match getrandom::fill(&mut byte) {
        Ok(()) => u64::from_le_bytes(byte) % (ceiling / 2 + 1),
        Err(_) => ceiling / 2,
    };
    Duration::from_millis(ceiling / 2 + share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_spread_and_bounded() {
        for n in [0, 1, 5, 7, 8, 31, u32::MAX] {
            let ceiling = Duration::from_millis((500u64 << n.min(7)).min(60_000));
            for _ in 0..50 {
                let wait = backoff(n);
                assert!(wait >= ceiling / 2 && wait <= ceiling, "{n}: {wait:?}");
            }
        }
        let spread: std::collections::HashSet<_> = (0..20).map(|_| backoff(7)).collect();
        assert!(spread.len() > 10);
    }
}
