//! The link against a real mosquitto over TLS with client certificates.

use std::{
    fs,
    sync::{
        Arc,
        mpsc::{Receiver, channel},
    },
    time::{Duration, Instant},
};

use crate::common::{
    PATIENCE, Place,
    broker::Broker,
    pki::{Authority, FUTURE, NOW, PAST},
    proxy::Proxy,
    wait_until,
};
use machitap_kiosk::link::{
    Floor, Greeting, Link, LinkEvent, Settings, Trouble, Window, client_config,
};
use machitap_kiosk_core::sync::{IN_FLIGHT_MAX, Token};
use rumqttc::{
    TlsConfiguration, Transport,
    v5::{Client, Event, Incoming, MqttOptions, mqttbytes::QoS},
};

const EVENTS: &str = "k/v1/town/kiosk-1/ev";
const STATE: &str = "k/v1/town/kiosk-1/state";
const RECEIPTS: &str = "k/v1/town/kiosk-1/ack";

fn tls(place: &Place, floor: i64) -> rustls::ClientConfig {
    let file = |name: &str| fs::read(place.path("enrolment").join(name)).unwrap();
    client_config(
        &file("ca.pem"),
        &file("kiosk.pem"),
        &file("kiosk.key"),
        Floor::new(floor),
    )
    .unwrap()
}

/// A link and what it says.
struct Carried {
    link: Option<Link>,
    events: Receiver<LinkEvent>,
    greeted: u64,
}

impl Carried {
    fn start(place: &Place) -> Self {
        Self::with(place, 0)
    }

    fn with(place: &Place, floor: i64) -> Self {
        let (send, events) = channel();
        let settings = Settings {
            host: "127.0.0.1".into(),
            port: place.port,
            keep_alive: Duration::from_secs(5),
            client_id: "kiosk-1".into(),
            filters: vec![RECEIPTS.into(), "k/v1/town/city/state".into()],
            tls: Arc::new(tls(place, floor)),
        };
        let sink = Box::new(move |event| drop(send.send(event)));
        Self {
            link: Some(Link::start(settings, sink)),
            events,
            greeted: 0,
        }
    }

    /// The next event that is not the request for a greeting, which is answered.
    fn next(&mut self) -> LinkEvent {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self
                .events
                .recv_timeout(left)
                .expect("the link says something")
            {
                LinkEvent::Opening(answer) => {
                    self.greeted += 1;
                    let no = self.greeted;
                    answer
                        .send(Greeting {
                            topic: STATE.into(),
                            birth: format!("birth {no}").into(),
                            will: format!("death {no}").into(),
                        })
                        .unwrap();
                }
                event => return event,
            }
        }
    }

    fn until_up(&mut self) -> (Window, bool) {
        loop {
            if let LinkEvent::Up { window, resumed } = self.next() {
                return (window, resumed);
            }
        }
    }

    fn until_down(&mut self) -> Trouble {
        loop {
            if let LinkEvent::Down(why) = self.next() {
                return why;
            }
        }
    }

    fn stop(mut self) {
        self.link.take().unwrap().stop();
    }
}

/// The city's side: hears everything, says what it is told.
struct City {
    client: Client,
    heard: Receiver<(String, Vec<u8>)>,
}

impl City {
    fn join(place: &Place, port: u16) -> Self {
        let pair = place.authority.client("city", NOW);
        let config = client_config(
            place.authority.certificate.as_bytes(),
            pair.certificate.as_bytes(),
            pair.key.as_bytes(),
            Floor::new(0),
        )
        .unwrap();
        let mut options = MqttOptions::new("city", "127.0.0.1", port);
        options
            .set_transport(Transport::Tls(TlsConfiguration::Rustls(Arc::new(config))))
            .set_max_packet_size(Some(1 << 20));
        let (client, mut connection) = Client::new(options, 1_000);
        client.subscribe("k/v1/town/#", QoS::AtLeastOnce).unwrap();
        let (send, heard) = channel();
        let (ready, subscribed) = channel();
        std::thread::spawn(move || {
            for event in connection.iter() {
                match event {
                    Ok(Event::Incoming(Incoming::SubAck(_))) => drop(ready.send(())),
                    Ok(Event::Incoming(Incoming::Publish(p))) => {
                        let topic = String::from_utf8(p.topic.to_vec()).unwrap();
                        if send.send((topic, p.payload.to_vec())).is_err() {
                            return;
                        }
                    }
                    Ok(_) => {}
                    Err(_) => return,
                }
            }
        });
        subscribed.recv_timeout(PATIENCE).unwrap();
        Self { client, heard }
    }

    fn wait_for(&self, topic: &str, payload: &[u8]) {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let (at, said) = self
                .heard
                .recv_timeout(left)
                .unwrap_or_else(|_| panic!("no {:?} on {topic}", String::from_utf8_lossy(payload)));
            if at == topic && said == payload {
                return;
            }
        }
    }

    fn say(&self, topic: &str, payload: Vec<u8>) {
        self.client
            .publish(topic, QoS::AtLeastOnce, false, payload)
            .unwrap();
    }
}

impl Drop for City {
    fn drop(&mut self) {
        // The broker may have gone first.
        let _ = self.client.disconnect();
    }
}

#[test]
fn a_session_is_resumed_and_every_message_is_acknowledged_to_its_owner() {
    let place = Place::new();
    let broker = Broker::start(&place);
    let city = City::join(&place, broker.port);
    let mut kiosk = Carried::start(&place);
    let (window, resumed) = kiosk.until_up();
    assert!(!resumed);
    city.wait_for(STATE, b"birth 1");
    let mut open: Vec<Token> = Vec::new();
    let (mut given, total) = (0, 200);
    while given < total || !open.is_empty() {
        while given < total && open.len() < IN_FLIGHT_MAX {
            given += 1;
            window
                .publish(Token(given), EVENTS, format!("{given}").into_bytes())
                .unwrap();
            open.push(Token(given));
        }
        if let LinkEvent::Acked(token) = kiosk.next() {
            let at = open.iter().position(|t| *t == token);
            open.remove(at.expect("each is acknowledged once"));
        }
    }
    city.wait_for(EVENTS, b"200");
    window.farewell(STATE, b"goodbye".to_vec()).unwrap();
    kiosk.stop();
    city.wait_for(STATE, b"goodbye");
    // What is said while it is away waits for it.
    city.say(RECEIPTS, b"while away".to_vec());
    let mut again = Carried::start(&place);
    let mut resumed = None;
    let mut heard = false;
    while resumed.is_none() || !heard {
        match again.next() {
            LinkEvent::Up { resumed: r, .. } => resumed = Some(r),
            LinkEvent::Message { payload, .. } => heard |= payload == b"while away",
            event => panic!("{event:?}"),
        }
    }
    assert_eq!(resumed, Some(true));
    again.stop();
}

#[test]
fn a_broker_that_dies_is_lost_and_found_again_without_its_memory() {
    let place = Place::new();
    let mut broker = Broker::start(&place);
    let mut kiosk = Carried::start(&place);
    let (window, _) = kiosk.until_up();
    broker.kill();
    let why = kiosk.until_down();
    assert!(matches!(why, Trouble::Lost(_)), "{why:?}");
    assert!(
        window.publish(Token(1), EVENTS, Vec::new()).is_err(),
        "an old window takes nothing"
    );
    let why = kiosk.until_down();
    assert!(matches!(why, Trouble::Refused(_)), "{why:?}");
    broker.up();
    let (window, resumed) = kiosk.until_up();
    assert!(!resumed);
    window.publish(Token(2), EVENTS, b"2".to_vec()).unwrap();
    while !matches!(kiosk.next(), LinkEvent::Acked(Token(2))) {}
    kiosk.stop();
}

#[test]
fn a_silent_link_is_dropped_after_two_keep_alives_and_built_anew() {
    let place = Place::new();
    let broker = Broker::behind(&place);
    let city = City::join(&place, broker.port);
    let proxy = Proxy::start(place.port, broker.port);
    let mut kiosk = Carried::start(&place);
    kiosk.until_up();
    proxy.swallow(true);
    let begun = Instant::now();
    let why = kiosk.until_down();
    assert_eq!(why, Trouble::Silent);
    assert!(
        begun.elapsed() < Duration::from_secs(14),
        "{:?}",
        begun.elapsed()
    );
    proxy.swallow(false);
    kiosk.until_up();
    city.wait_for(STATE, format!("birth {}", kiosk.greeted).as_bytes());
    kiosk.stop();
}

#[test]
fn each_wrong_certificate_has_its_own_name() {
    let stranger = Authority::new("stranger");
    let place = Place::new();
    let authority = &place.authority;
    for (pair, expected) in [
        (stranger.server("127.0.0.1", NOW), Trouble::UnknownCa),
        (authority.server("127.0.0.1", PAST), Trouble::Expired),
        (authority.server("127.0.0.1", FUTURE), Trouble::Expired),
        (authority.server("broker.example", NOW), Trouble::WrongName),
    ] {
        let broker = Broker::with(&place, &pair, place.port, "");
        let mut kiosk = Carried::start(&place);
        assert_eq!(kiosk.until_down(), expected);
        kiosk.stop();
        drop(broker);
    }
}

#[test]
fn a_certificate_of_our_own_that_is_not_admitted_is_told_as_such() {
    let place = Place::new();
    let _broker = Broker::start(&place);
    for pair in [
        place.authority.client("kiosk-1", PAST),
        Authority::new("stranger").client("kiosk-1", NOW),
    ] {
        fs::write(place.path("enrolment/kiosk.pem"), pair.certificate).unwrap();
        fs::write(place.path("enrolment/kiosk.key"), pair.key).unwrap();
        let mut kiosk = Carried::start(&place);
        let why = kiosk.until_down();
        assert!(matches!(why, Trouble::NotAdmitted(_)), "{why:?}");
        kiosk.stop();
    }
}

#[test]
fn certificates_are_judged_by_the_floor_when_the_clock_is_before_it() {
    let place = Place::new();
    let pair = place.authority.server("127.0.0.1", FUTURE);
    let _broker = Broker::with(&place, &pair, place.port, "");
    // 2039-01-01: a machine whose clock stands in the past still knows better.
    let mut kiosk = Carried::with(&place, 2_177_452_800_000);
    kiosk.until_up();
    kiosk.stop();
}

#[test]
fn a_kiosk_the_access_rules_shut_out_says_so() {
    let place = Place::new();
    let acl = place.path("acl");
    fs::write(&acl, "user nobody\ntopic readwrite nothing\n").unwrap();
    let pair = place.authority.server("127.0.0.1", NOW);
    let more = format!("acl_file {}", acl.display());
    let _broker = Broker::with(&place, &pair, place.port, &more);
    let mut kiosk = Carried::start(&place);
    // What a broker does then is its own affair: it refuses the subscription, refuses each
    // message with a reason, or hangs up at the first (mosquitto 2.0.11). The link says
    // which, goes on trying, and never stops by itself.
    match kiosk.next() {
        LinkEvent::Up { window, .. } => {
            // It may have hung up already.
            let _ = window.publish(Token(1), EVENTS, b"1".to_vec());
            let next = kiosk.next();
            assert!(
                matches!(
                    next,
                    LinkEvent::Acked(Token(1)) | LinkEvent::Down(Trouble::Lost(_))
                ),
                "{next:?}"
            );
        }
        LinkEvent::Down(why) => assert_eq!(why, Trouble::NotSubscribed),
        event => panic!("{event:?}"),
    }
    kiosk.stop();
}

#[test]
fn an_oversized_message_hurts_nothing_and_a_large_one_arrives() {
    let place = Place::new();
    let broker = Broker::start(&place);
    let city = City::join(&place, broker.port);
    let mut kiosk = Carried::start(&place);
    let (window, _) = kiosk.until_up();
    city.say(RECEIPTS, vec![b'x'; 400 * 1024]);
    city.say(RECEIPTS, vec![b'y'; 200 * 1024]);
    loop {
        match kiosk.next() {
            LinkEvent::Message { payload, .. } => {
                assert_eq!((payload[0], payload.len()), (b'y', 200 * 1024));
                break;
            }
            LinkEvent::Down(why) => panic!("{why:?}"),
            _ => {}
        }
    }
    window.publish(Token(1), EVENTS, b"1".to_vec()).unwrap();
    while !matches!(kiosk.next(), LinkEvent::Acked(Token(1))) {}
    kiosk.stop();
}

#[test]
fn stopping_takes_no_longer_than_the_goodbye() {
    let place = Place::new();
    // Nobody listens: the link waits between two tries.
    let mut kiosk = Carried::start(&place);
    kiosk.until_down();
    let begun = Instant::now();
    kiosk.stop();
    assert!(begun.elapsed() < Duration::from_secs(2));
    // It is up, and no goodbye was given to it.
    let _broker = Broker::start(&place);
    let mut kiosk = Carried::start(&place);
    kiosk.until_up();
    let begun = Instant::now();
    kiosk.stop();
    assert!(begun.elapsed() < Duration::from_secs(4));
}

#[test]
fn the_whole_program_says_hello_sends_what_it_has_and_says_goodbye() {
    let place = Place::new();
    let broker = Broker::start(&place);
    let city = City::join(&place, broker.port);
    let kiosk = crate::common::Kiosk::start(&place, &["--headless"]).wait_ready();
    kiosk.wait_for_record(machitap_kiosk::messages::LINK_UP);
    // The city listens: only then are facts sent.
    let word = machitap_wire::envelope::seal(
        machitap_wire::envelope::Kind::CityState,
        uuid::Uuid::nil(),
        "town",
        &machitap_wire::CityState { listening: true },
        &place.city,
    );
    city.say("k/v1/town/city/state", word);
    let verifier = machitap_wire::Signer::from_text(&"02".repeat(32))
        .unwrap()
        .verifier();
    let mut births = Vec::new();
    let mut facts = 0;
    let mut stopping = Some(kiosk);
    wait_until("the death of the birth", || {
        while let Ok((topic, payload)) = city.heard.try_recv() {
            if topic == EVENTS {
                let batch: machitap_wire::Batch = machitap_wire::envelope::open(
                    machitap_wire::envelope::Kind::Facts,
                    "kiosk-1",
                    &payload,
                    &verifier,
                )
                .unwrap();
                facts += batch.links().iter().filter(|l| l.is_ok()).count();
            } else if topic == STATE {
                let state: machitap_wire::KioskState = machitap_wire::envelope::open(
                    machitap_wire::envelope::Kind::KioskState,
                    "kiosk-1",
                    &payload,
                    &verifier,
                )
                .unwrap();
                births.push(state);
            }
        }
        if facts > 0
            && let Some(kiosk) = stopping.take()
        {
            kiosk.stop();
        }
        births.last().is_some_and(|last| !last.online)
    });
    assert_eq!(births.len(), 2);
    assert_eq!(births[0].session_no, births[1].session_no);
}

#[test]
fn a_kiosk_that_is_killed_is_declared_dead_by_its_last_will() {
    let place = Place::new();
    let broker = Broker::start(&place);
    let city = City::join(&place, broker.port);
    let kiosk = crate::common::Kiosk::start(&place, &["--headless"]).wait_ready();
    kiosk.wait_for_record(machitap_kiosk::messages::LINK_UP);
    let verifier = machitap_wire::Signer::from_text(&"02".repeat(32))
        .unwrap()
        .verifier();
    let state = || -> machitap_wire::KioskState {
        let (topic, payload) = city.heard.recv_timeout(PATIENCE).unwrap();
        assert_eq!(topic, STATE);
        let kind = machitap_wire::envelope::Kind::KioskState;
        machitap_wire::envelope::open(kind, "kiosk-1", &payload, &verifier).unwrap()
    };
    let birth = state();
    assert!(birth.online);
    // SIGKILL.
    drop(kiosk);
    let death = state();
    assert_eq!((death.online, death.session_no), (false, birth.session_no));
}
