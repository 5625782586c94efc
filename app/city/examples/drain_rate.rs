//! How fast the city counts: facts in batches of 100, first in process, then over a broker.
//!
//! ```sh
//! cargo run --release -p machitap-city --example drain_rate -- 100000
//! cargo run --release -p machitap-city --example drain_rate -- 100000 ENROLMENT_DIR PORT
//! ```
//! The second form wants the broker and `machitap-city serve` running.

use std::{error::Error, path::Path, time::Duration};

use machitap_city::{
    db::{Db, Enrolled},
    enrol,
    ingest::{Arrival, Ingest},
    link::{Event, Link, Options},
    pki,
    time::now_ms,
};
use machitap_domain::{
    BootId, ClockSource, Draft, Fact, FactBody, FactId, FactKey, Hash, Incarnation, KioskId,
    Pseudonym, Quality, Stamp, credential::CredentialKind,
};
use machitap_wire::{
    Batch, Receipt, Signer, Topic,
    envelope::{self, Kind},
    seal::SealOpener,
};
use std::time::Instant;
use uuid::Uuid;

type Fallible<T> = Result<T, Box<dyn Error>>;

fn main() -> Fallible<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let facts: u64 = args.first().map_or(Ok(100_000), |n| n.parse())?;
    match &args[..] {
        [_, dir, port] => over_a_broker(facts, Path::new(dir), port.parse()?),
        _ => in_process(facts),
    }
}

fn batches(kiosk: &KioskId, signer: &Signer, life: Incarnation, facts: u64) -> Vec<Vec<u8>> {
    let mut prev = Hash::GENESIS;
    let texts: Vec<String> = (1..=facts)
        .map(|seq| {
            let draft = Draft {
                id: FactId(Uuid::now_v7()),
                subject: Pseudonym::try_from(format!("{:032x}", seq % 500)).ok(),
                at: Stamp {
                    wall_ms: now_ms(),
                    boot: BootId(life.0),
                    mono_ms: seq,
                    quality: Quality {
                        source: ClockSource::Ntp,
                        uncertainty_ms: Some(50),
                    },
                },
                caused_by: None,
                body: FactBody::visit(CredentialKind::Citizen),
            };
            let key = FactKey {
                kiosk: kiosk.clone(),
                incarnation: life,
                seq,
            };
            let hall = "hall".parse().expect("an id");
            let bytes = Fact::place(draft, key, hall, prev).to_bytes();
            prev = Hash::of(&bytes);
            String::from_utf8(bytes).expect("JSON")
        })
        .collect();
    texts
        .chunks(100)
        .map(|chunk| {
            let (batch, _) = Batch::pack(life, chunk.iter().map(String::as_str));
            envelope::seal(Kind::Facts, Uuid::now_v7(), kiosk.as_str(), &batch, signer)
        })
        .collect()
}

fn in_process(facts: u64) -> Fallible<()> {
    let dir = tempfile::tempdir()?;
    let db = Db::open(&dir.path().join("city.db"))?;
    let kiosk: KioskId = "kiosk-1".parse()?;
    let signer = Signer::from_seed([1; 32]);
    db.enrol(
        &Enrolled {
            kiosk: kiosk.clone(),
            facility: "hall".parse()?,
            verifier: signer.verifier(),
            seal_to: SealOpener::from_text(&"11".repeat(32))?.public(),
        },
        now_ms(),
    )?;
    let mut ingest = Ingest::new(db, "town".parse()?)?;
    for group in [1, 8] {
        let life = Incarnation(Uuid::now_v7());
        let messages = batches(&kiosk, &signer, life, facts);
        let start = Instant::now();
        for chunk in messages.chunks(group) {
            let arrivals: Vec<Arrival<'_>> = chunk
                .iter()
                .map(|payload| Arrival {
                    kiosk: &kiosk,
                    payload,
                    received_ms: now_ms(),
                })
                .collect();
            ingest.take_all(&arrivals)?;
        }
        let rate = facts as f64 / start.elapsed().as_secs_f64();
        println!("in process, {group} batches a commit: {rate:.0} facts/s");
    }
    Ok(())
}

fn over_a_broker(facts: u64, dir: &Path, port: u16) -> Fallible<()> {
    let enrolment = enrol::read(dir)?;
    let signer = Signer::from_text(&pki::read(&dir.join("sign.key"))?)?;
    let pair = pki::read_pair(&dir.join("kiosk.pem"), &dir.join("kiosk.key"))?;
    let options = Options {
        host: "localhost".to_owned(),
        port,
        client: enrolment.kiosk.to_string(),
        tls: pki::client_config(&pki::read(&dir.join("ca.pem"))?, &pair)?,
        keep_alive: Duration::from_secs(10),
        session: None,
        will: None,
    };
    let life = Incarnation(Uuid::now_v7());
    let messages = batches(&enrolment.kiosk, &signer, life, facts);
    tokio::runtime::Runtime::new()?.block_on(async {
        let mut link = Link::new(&options);
        link.subscribe(vec![
            Topic::Receipts(enrolment.kiosk.clone()).name(&enrolment.city),
        ])?;
        while !matches!(link.next().await?, Event::Subscribed) {}
        let start = Instant::now();
        let events = Topic::Events(enrolment.kiosk.clone()).name(&enrolment.city);
        for message in messages {
            link.publish(events.clone(), message, false, 0);
        }
        loop {
            let Event::Message(message) = link.next().await? else {
                continue;
            };
            link.ack(&message)?;
            let city = enrolment.city.as_str();
            let receipt: Receipt =
                envelope::open(Kind::Receipt, city, &message.payload, &enrolment.city_key)?;
            if receipt.incarnation == life && receipt.contiguous_seq == facts {
                let rate = facts as f64 / start.elapsed().as_secs_f64();
                println!("over the broker, to the receipt: {rate:.0} facts/s");
                return Ok(());
            }
        }
    })
}
