//! One connection after another, each with an empty client.

use std::time::Duration;

use rumqttc::{
    NetworkOptions, Outgoing, TlsConfiguration, Transport,
    v5::{
        AsyncClient, Event, Incoming, MqttOptions,
        mqttbytes::{
            QoS,
            v5::{Filter, LastWill, PubAck, PubAckReason, SubscribeReasonCode},
        },
    },
};
use tokio::{
    select,
    sync::{oneshot, watch},
    time::{Instant, sleep, sleep_until},
};

use super::{
    CLIENT_IN_FLIGHT, CONNECT_WITHIN, FAREWELL_WITHIN, Greeting, LinkEvent, PACKET_MAX,
    SESSION_EXPIRY_S, Settings, Sink, Trouble,
    backoff::{Backoff, chance},
    probe,
    window::{Owner, Window},
};
use crate::messages;

/// Messages the client may hold that did not go yet: our window and the subscriptions.
const QUEUE: usize = 64;

enum Ended {
    Stopped,
    Down { why: Trouble, stood: Duration },
}

pub(super) async fn carry(settings: &Settings, sink: &Sink, mut stopped: watch::Receiver<bool>) {
    let mut backoff = Backoff::new();
    while !*stopped.borrow() {
        let Ended::Down { why, stood } = one(settings, sink, &mut stopped).await else {
            return;
        };
        sink(LinkEvent::Down(looked_into(settings, why).await));
        backoff.stood(stood);
        select! {
            () = sleep(backoff.next(chance())) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

/// A kiosk that is not admitted asks once more, whether it is by the city's will.
async fn looked_into(settings: &Settings, why: Trouble) -> Trouble {
    if !matches!(why, Trouble::NotAdmitted(_)) {
        return why;
    }
    let (host, port, tls) = (settings.host.clone(), settings.port, settings.tls.clone());
    let asked = tokio::task::spawn_blocking(move || probe(&host, port, tls));
    match asked.await {
        Ok(Err(Trouble::Revoked)) => Trouble::Revoked,
        _ => why,
    }
}

async fn one(settings: &Settings, sink: &Sink, stopped: &mut watch::Receiver<bool>) -> Ended {
    let (answer, greeting) = oneshot::channel();
    sink(LinkEvent::Opening(answer));
    let greeting = select! {
        greeting = greeting => greeting,
        _ = stopped.wait_for(|stop| *stop) => return Ended::Stopped,
    };
    let Ok(greeting) = greeting else {
        return Ended::Down {
            why: Trouble::Lost("the journal gives no number for a connection".into()),
            stood: Duration::ZERO,
        };
    };
    let (client, mut events) = AsyncClient::new(options(settings, &greeting), QUEUE);
    let mut network = NetworkOptions::new();
    // Otherwise the last piece of each batch waits for the broker's delayed TCP
    // acknowledgement of the pieces before it.
    network.set_tcp_nodelay(true);
    events.options.set_network_options(network);
    let mut connection = Connection {
        settings,
        sink,
        greeting,
        window: Window::new(client.clone()),
        client,
        since: None,
        up: false,
        resumed: false,
    };
    let mut stopping = false;
    // Whoever waits for a connection waits for the client's own limit, and a little more.
    let mut deadline = Instant::now() + CONNECT_WITHIN + Duration::from_secs(1);
    loop {
        let event = {
            // Never dropped half-way: what it had begun to write would be lost.
            let poll = events.poll();
            tokio::pin!(poll);
            loop {
                select! {
                    event = &mut poll => break event,
                    () = sleep_until(deadline) => {
                        return if stopping { Ended::Stopped } else { connection.down(Trouble::Silent) };
                    }
                    _ = stopped.wait_for(|stop| *stop), if !stopping => {
                        if !connection.up {
                            return Ended::Stopped;
                        }
                        stopping = true;
                        deadline = Instant::now() + FAREWELL_WITHIN;
                    }
                }
            }
        };
        let event = match event {
            Ok(event) => event,
            Err(_) if stopping => return Ended::Stopped,
            Err(error) => {
                return connection.down(Trouble::of(&error, connection.since.is_some()));
            }
        };
        if matches!(event, Event::Incoming(_)) && !stopping {
            // The broker may have asked for another keep-alive than ours.
            deadline = Instant::now() + 2 * events.options.keep_alive();
        }
        match connection.take(event) {
            Step::On => {}
            Step::Done => return Ended::Stopped,
            Step::Down(why) => return connection.down(why),
        }
    }
}

fn options(settings: &Settings, greeting: &Greeting) -> MqttOptions {
    let mut options = MqttOptions::new(&settings.client_id, &settings.host, settings.port);
    options
        .set_transport(Transport::Tls(TlsConfiguration::Rustls(
            settings.tls.clone(),
        )))
        .set_keep_alive(settings.keep_alive)
        .set_connection_timeout(CONNECT_WITHIN.as_secs())
        .set_clean_start(false)
        .set_session_expiry_interval(Some(SESSION_EXPIRY_S))
        .set_max_packet_size(Some(PACKET_MAX))
        .set_outgoing_inflight_upper_limit(CLIENT_IN_FLIGHT)
        .set_last_will(LastWill::new(
            greeting.topic.as_str(),
            greeting.will.clone(),
            QoS::AtLeastOnce,
            true,
            None,
        ));
    options
}

enum Step {
    On,
    Done,
    Down(Trouble),
}

struct Connection<'a> {
    settings: &'a Settings,
    sink: &'a Sink,
    greeting: Greeting,
    client: AsyncClient,
    window: Window,
    since: Option<Instant>,
    up: bool,
    resumed: bool,
}

impl Connection<'_> {
    fn down(&self, why: Trouble) -> Ended {
        Ended::Down {
            why,
            stood: self.since.map(|at| at.elapsed()).unwrap_or_default(),
        }
    }

    fn take(&mut self, event: Event) -> Step {
        match event {
            Event::Incoming(Incoming::ConnAck(ack)) => {
                self.since = Some(Instant::now());
                self.resumed = ack.session_present;
                self.subscribe()
            }
            Event::Incoming(Incoming::SubAck(ack)) => {
                let granted =
                    |code: &SubscribeReasonCode| matches!(code, SubscribeReasonCode::Success(_));
                if ack.return_codes.iter().all(granted) {
                    self.open()
                } else {
                    Step::Down(Trouble::NotSubscribed)
                }
            }
            Event::Incoming(Incoming::PubAck(ack)) => self.acked(&ack),
            Event::Incoming(Incoming::Publish(publish)) => {
                // A topic that is no text is none of this protocol.
                if let Ok(topic) = String::from_utf8(publish.topic.to_vec()) {
                    (self.sink)(LinkEvent::Message {
                        topic,
                        payload: publish.payload.to_vec(),
                    });
                }
                Step::On
            }
            Event::Outgoing(Outgoing::Publish(pkid)) => {
                self.window.with_ledger(|ledger| ledger.went(pkid));
                Step::On
            }
            Event::Outgoing(Outgoing::Disconnect) => Step::Done,
            _ => Step::On,
        }
    }

    fn subscribe(&self) -> Step {
        let filters = self
            .settings
            .filters
            .iter()
            .map(|filter| Filter::new(filter, QoS::AtLeastOnce));
        match self.client.try_subscribe_many(filters) {
            Ok(()) => Step::On,
            Err(_) => Step::Down(Trouble::Protocol("the client takes no subscription".into())),
        }
    }

    fn open(&mut self) -> Step {
        let Greeting { topic, birth, .. } = &self.greeting;
        if let Err(error) = self.window.birth(topic, birth.clone()) {
            return Step::Down(Trouble::Lost(error.to_string()));
        }
        self.up = true;
        (self.sink)(LinkEvent::Up {
            window: self.window.clone(),
            resumed: self.resumed,
        });
        Step::On
    }

    fn acked(&self, ack: &PubAck) -> Step {
        let taken = matches!(
            ack.reason,
            PubAckReason::Success | PubAckReason::NoMatchingSubscribers
        );
        let owner = self.window.with_ledger(|ledger| ledger.acked(ack.pkid));
        if !taken {
            tracing::error!(
                MESSAGE_ID = messages::LINK_PUBLISH_REFUSED,
                reason = ?ack.reason,
                "the broker refused a message"
            );
        }
        match owner {
            // A refused batch has left the window too; without a receipt it is sent again.
            Some(Owner::Facts(token)) => (self.sink)(LinkEvent::Acked(token)),
            Some(Owner::Farewell) if self.client.try_disconnect().is_err() => return Step::Done,
            Some(Owner::Birth | Owner::Farewell) | None => {}
        }
        Step::On
    }
}
