//! The city against the real mosquitto: TLS, client certificates, access list, kills.

use std::{collections::BTreeMap, fs, time::Duration};

use crate::support::{City, Kiosk, PATIENCE, POINTS, until};
use jiff::civil::date;
use machitap_city::{
    db::Db,
    link::{Event, Link},
    pki::{self, Authority},
};
use machitap_domain::{
    catalogue::Catalogue, nursery::absence::Absences, ranking::Ranking, roster::Roster,
};
use machitap_wire::{
    CityState, DocumentName, Manifest, Topic,
    document::Assembly,
    envelope::{self, Kind},
    seal::SealOpener,
};
use tokio::time::Instant;

/// Follows documents until `wanted` are whole; whatever else came is left in `topics`.
pub(crate) async fn documents(
    kiosk: &Kiosk,
    link: &mut Link,
    wanted: &[DocumentName],
    topics: &mut Vec<String>,
) -> BTreeMap<DocumentName, (Manifest, Vec<u8>)> {
    let deadline = Instant::now() + PATIENCE;
    let city = &kiosk.enrolment.city;
    let mut assemblies: BTreeMap<DocumentName, Assembly> = BTreeMap::new();
    let mut whole = BTreeMap::new();
    while !wanted.iter().all(|name| whole.contains_key(name)) {
        let event = until(deadline, link).await.unwrap_or_else(|why| {
            panic!("{why}; have {:?}", whole.keys());
        });
        let Event::Message(message) = event else {
            continue;
        };
        link.ack(&message).unwrap();
        let topic = String::from_utf8(message.topic.to_vec()).unwrap();
        let parsed = Topic::parse(city, &topic);
        topics.push(topic);
        let done = match parsed {
            Some(Topic::Manifest(name)) => {
                let manifest: Manifest = envelope::open(
                    Kind::Manifest,
                    city.as_str(),
                    &message.payload,
                    &kiosk.city_key(),
                )
                .unwrap();
                assert_eq!(manifest.name, name);
                assemblies
                    .entry(name)
                    .or_insert_with(|| Assembly::new(0))
                    .manifest(manifest)
            }
            Some(Topic::Chunk {
                name,
                version,
                index,
            }) if !message.payload.is_empty() => assemblies
                .entry(name)
                .or_insert_with(|| Assembly::new(0))
                .chunk(version, index, message.payload.to_vec()),
            _ => Ok(None),
        };
        if let Some((manifest, bytes)) = done.unwrap() {
            whole.insert(manifest.name.clone(), (manifest, bytes));
        }
    }
    whole
}

#[tokio::test]
async fn a_kiosk_reads_its_documents_and_nobody_elses() {
    let city = City::new();
    let hall = city.enrol("hall-1", "hall");
    let nursery = city.enrol("nursery-1a", "nursery-1");
    let _broker = city.broker();
    let said = city.done(&["publish"]);
    assert!(said.contains("roster-hall-1 version 1 (new)"), "{said}");
    assert!(
        city.done(&["publish"])
            .contains("catalogue version 1 (unchanged)")
    );

    // It asks for everything there is, by wildcard and by name.
    let filters = [
        "#",
        "k/v1/town/doc/#",
        "k/v1/town/doc/roster-nursery-1a",
        "k/v1/town/nursery-1a/ack",
    ];
    let mut link = hall.connect(filters.map(str::to_owned).to_vec()).await;
    let mut topics = Vec::new();
    let roster = DocumentName::Roster(hall.id());
    let wanted = [
        DocumentName::Catalogue,
        DocumentName::Notices,
        roster.clone(),
    ];
    let got = documents(&hall, &mut link, &wanted, &mut topics).await;

    let catalogue: Catalogue = serde_json::from_slice(&got[&DocumentName::Catalogue].1).unwrap();
    assert_eq!(catalogue.facilities.len(), 3);
    let (manifest, sealed) = &got[&roster];
    let opener = |kiosk: &Kiosk| {
        SealOpener::from_text(&fs::read_to_string(kiosk.directory.join("seal.key")).unwrap())
            .unwrap()
    };
    let plain = opener(&hall)
        .open(sealed, &roster.aad(manifest.version))
        .unwrap();
    let people: Roster = serde_json::from_slice(&plain).unwrap();
    assert_eq!(people.facility.as_str(), "hall");
    assert!(!String::from_utf8_lossy(sealed).contains("高橋"));
    assert!(
        opener(&nursery)
            .open(sealed, &roster.aad(manifest.version))
            .is_err()
    );

    // Absence notices go to the nursery's kiosk alone, sealed like the roster.
    let notices = DocumentName::Absences(nursery.id());
    let mut link_2 = nursery
        .connect(vec!["k/v1/town/doc/absences-nursery-1a/#".to_owned()])
        .await;
    let wanted = std::slice::from_ref(&notices);
    let got = documents(&nursery, &mut link_2, wanted, &mut Vec::new()).await;
    let (manifest, sealed) = &got[&notices];
    let plain = opener(&nursery)
        .open(sealed, &notices.aad(manifest.version))
        .unwrap();
    let absences: Absences = serde_json::from_slice(&plain).unwrap();
    assert_eq!(absences.items.len(), 2);
    assert!(!String::from_utf8_lossy(sealed).contains("NGS-"));
    assert!(!said.contains("absences-hall-1"), "{said}");

    // A new version comes, its chunk before its manifest, and the old chunk is cleared.
    let path = city.path("documents/notices.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("月曜日", "火曜日")).unwrap();
    assert!(city.done(&["publish"]).contains("notices version 2 (new)"));
    topics.clear();
    let mut fresh = hall
        .connect(vec![
            "k/v1/town/doc/#".to_owned(),
            "k/v1/town/nursery-1a/#".to_owned(),
        ])
        .await;
    let got = documents(
        &hall,
        &mut fresh,
        &[DocumentName::Notices, roster],
        &mut topics,
    )
    .await;
    assert_eq!(got[&DocumentName::Notices].0.version, 2);
    assert!(!topics.contains(&"k/v1/town/doc/notices/1/0".to_owned()));

    // Retained messages come in one go at the subscription: what was not for it never came.
    assert!(
        topics.iter().all(|t| !t.contains("nursery-1a")),
        "{topics:?}"
    );
}

#[tokio::test]
async fn documents_that_do_not_hold_are_refused_before_anything_is_published() {
    let city = City::new();
    city.enrol("hall-1", "hall");
    let _broker = city.broker();
    city.done(&["publish"]);
    let catalogue = city.path("documents/catalogue.toml");
    let text = fs::read_to_string(&catalogue).unwrap();
    fs::write(&catalogue, text.replace("なぎさ町", "うみべ町")).unwrap();
    let notices = city.path("documents/notices.toml");
    fs::write(&notices, "[[items]]\ntext = 5\n").unwrap();
    for args in [&["publish"][..], &["publish", "--check"][..]] {
        let out = city.run(args);
        assert_eq!(out.status.code(), Some(65));
        let said = String::from_utf8(out.stderr).unwrap();
        assert!(said.contains("notices.toml:2: items#1.text: "), "{said}");
    }
    fs::remove_file(&notices).unwrap();
    assert!(
        city.done(&["publish"])
            .contains("catalogue version 2 (new)")
    );
}

#[tokio::test]
async fn facts_are_receipted_ranked_and_shown() {
    let city = City::new();
    let mut kiosk = city.enrol("hall-1", "hall");
    let _broker = city.broker();
    let config = fs::read_to_string(city.path("city.toml")).unwrap();
    fs::write(
        city.path("city.toml"),
        config.replace("every_s = 5", "every_s = 1"),
    )
    .unwrap();
    city.done(&["publish"]);
    let mut serve = city.serve();
    kiosk.visits(150);

    let state = Topic::CityState.name(&city.id);
    // A kiosk sends only while the city listens: nobody keeps what comes before.
    let mut watcher = kiosk.connect(vec![state.clone()]).await;
    while !listening(&kiosk, &mut watcher).await {}
    drop(watcher);

    // Born with more than it sends: the city names what it lacks.
    let receipts = Topic::Receipts(kiosk.id()).name(&city.id);
    let mut link = kiosk.connect(vec![receipts]).await;
    link.publish(
        Topic::KioskState(kiosk.id()).name(&city.id),
        kiosk.birth(),
        true,
        1,
    );
    link.publish(kiosk.events(), kiosk.batches(0)[0].clone(), false, 1);
    let deadline = Instant::now() + PATIENCE;
    loop {
        let event = until(deadline, &mut link).await.unwrap();
        let Some(receipt) = kiosk.receipt(&link, &event) else {
            continue;
        };
        if receipt.contiguous_seq == 100
            && receipt
                .missing
                .iter()
                .any(|run| (run.from, run.to) == (101, 300))
        {
            break;
        }
    }
    drop(link);
    let receipt = kiosk.drain().await;
    assert!(!receipt.forked && receipt.missing.is_empty());

    let mut link = kiosk
        .connect(vec!["k/v1/town/doc/ranking/#".to_owned()])
        .await;
    let deadline = Instant::now() + PATIENCE;
    loop {
        let got = documents(&kiosk, &mut link, &[DocumentName::Ranking], &mut Vec::new()).await;
        let ranking: Ranking = serde_json::from_slice(&got[&DocumentName::Ranking].1).unwrap();
        let rows = ranking.boards.first().map_or(&[][..], |b| &b.rows);
        if rows.iter().map(|r| r.points).sum::<i64>() > 0 {
            assert_eq!(rows[0].place, 1);
            assert_eq!(rows.len(), 10);
            break;
        }
        assert!(Instant::now() < deadline, "{ranking:?}");
    }

    let page = city.get("/");
    for said in [
        "中央公民館",
        "300 件",
        "来館",
        "ポイント +10",
        "hall-1",
        "接続中",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(!page.contains("山田") && !page.contains("NGS-"));
    assert!(city.get("/healthz").ends_with("ok\n"));

    // A clean stop says so, and leaves a death nobody has to guess.
    let mut watcher = kiosk.connect(vec![state]).await;
    assert!(listening(&kiosk, &mut watcher).await);
    assert_eq!(serve.terminate(), Some(0));
    assert!(!listening(&kiosk, &mut watcher).await);
    let ledger = city.ledger();
    // The hall gives once a day; 20 residents had more.
    assert_eq!(ledger["journals"][0]["points"], 150 * POINTS);
    let stand = ledger["points"].as_i64().unwrap();
    assert!((1..150).contains(&(stand / i64::from(POINTS))), "{stand}");
    assert_eq!(ledger["facts"], 300);
    assert_eq!(ledger["dead_letters"], 0);
    assert_eq!(ledger["journals"][0]["chain_ok"], true);
}

async fn listening(kiosk: &Kiosk, link: &mut Link) -> bool {
    loop {
        let event = until(Instant::now() + PATIENCE, link).await.unwrap();
        if let Event::Message(message) = event {
            link.ack(&message).unwrap();
            let city = kiosk.enrolment.city.as_str();
            let state: CityState =
                envelope::open(Kind::CityState, city, &message.payload, &kiosk.city_key()).unwrap();
            return state.listening;
        }
    }
}

#[tokio::test]
async fn killed_again_and_again_the_city_counts_each_fact_once() {
    const KILLS: usize = 5;
    const GLANCE: Duration = Duration::from_millis(1);
    let city = City::new();
    let mut kiosks = [
        city.enrol("hall-1", "hall"),
        city.enrol("library-1", "library"),
    ];
    let _broker = city.broker();
    for kiosk in &mut kiosks {
        kiosk.visits(2_000);
    }
    let total: u64 = kiosks.iter().map(|k| k.facts.len() as u64).sum();
    let counted = || -> u64 {
        let db = Db::reader(&city.path("city.db")).unwrap();
        db.journals().unwrap().iter().map(|j| j.contiguous).sum()
    };
    let mut links = Vec::new();
    for kiosk in &kiosks {
        links.push(kiosk.connect(vec![kiosk.receipts()]).await);
    }
    let mut serve = city.serve();
    for round in 0..KILLS {
        // Part by part, so that however fast the city counts, no kill comes after the end.
        let before = counted();
        let deadline = Instant::now() + PATIENCE;
        let mut sent: Option<Instant> = None;
        while counted() == before {
            assert!(Instant::now() < deadline, "nothing counted after {before}");
            // What comes while the city was never there is lost, and what the broker kept for it comes
            // again: a kiosk sends everything that may be missing.
            if sent.is_none_or(|at| at.elapsed() > Duration::from_secs(1)) {
                for (kiosk, link) in kiosks.iter().zip(&mut links) {
                    let part = |n: usize| kiosk.facts.len() * n / (KILLS + 1);
                    for batch in kiosk.batches_of(part(round.saturating_sub(1))..part(round + 1)) {
                        link.publish(kiosk.events(), batch, false, 1);
                    }
                }
                sent = Some(Instant::now());
            }
            for (kiosk, link) in kiosks.iter().zip(&mut links) {
                if let Ok(event) = until(Instant::now() + GLANCE, link).await {
                    kiosk.receipt(link, &event);
                }
            }
        }
        serve.kill();
        assert!(counted() < total);
        serve = city.serve();
    }
    drop(links);
    let (first, second) = tokio::join!(kiosks[0].drain(), kiosks[1].drain());
    for (kiosk, receipt) in kiosks.iter().zip([first, second]) {
        assert_eq!(receipt.contiguous_seq, kiosk.facts.len() as u64);
        assert!(!receipt.forked);
    }
    drop(serve);
    let ledger = city.ledger();
    assert_eq!(ledger["facts"], total);
    assert_eq!(ledger["doubled"], 0);
    assert_eq!(ledger["points"], 2 * 2_000 * POINTS);
    for journal in ledger["journals"].as_array().unwrap() {
        assert_eq!(journal["chain_ok"], true, "{journal}");
        assert_eq!(journal["missing"].as_array().unwrap().len(), 0);
    }
}

#[tokio::test]
async fn a_kiosk_can_neither_write_nor_read_as_another() {
    let city = City::new();
    let mut hall = city.enrol("hall-1", "hall");
    let library = city.enrol("library-1", "library");
    let _broker = city.broker();
    hall.visits(1);
    let mut link = hall
        .connect(vec![
            Topic::Receipts(library.id()).name(&city.id),
            Topic::Events(library.id()).name(&city.id),
            Topic::Receipts(hall.id()).name(&city.id),
        ])
        .await;
    let batch = hall.batches(0).remove(0);
    let foreign = [
        library.events(),
        Topic::KioskState(library.id()).name(&city.id),
        Topic::Receipts(hall.id()).name(&city.id),
        Topic::Manifest(DocumentName::Catalogue).name(&city.id),
        Topic::CityState.name(&city.id),
        "anything/else".to_owned(),
    ];
    for (n, topic) in foreign.iter().enumerate() {
        link.publish(topic.clone(), batch.clone(), false, n as u64);
    }
    link.publish(hall.events(), batch.clone(), false, 99);
    let deadline = Instant::now() + PATIENCE;
    let mut refused = 0;
    loop {
        match until(deadline, &mut link).await.unwrap() {
            Event::Refused(tag, why) => {
                assert!(tag < 99 && why.contains("NotAuthorized"), "{tag} {why}");
                refused += 1;
            }
            Event::Acked(tag) => {
                assert_eq!(tag, 99, "{:?} was taken", foreign.get(tag as usize));
                break;
            }
            _ => {}
        }
    }
    assert_eq!(refused, foreign.len());

    // What the other is told does not come here: its own, sent after it, does.
    let city_link = machitap_city::serve::link_options(
        &machitap_city::config::Config::load(&city.path("city.toml")).unwrap(),
        "city",
        pki::SERVE_USER,
    )
    .unwrap();
    let mut desk = Link::new(&city_link);
    desk.publish(
        Topic::Receipts(library.id()).name(&city.id),
        b"secret".to_vec(),
        false,
        1,
    );
    desk.publish(
        Topic::Receipts(hall.id()).name(&city.id),
        b"own".to_vec(),
        false,
        2,
    );
    while !matches!(until(deadline, &mut desk).await.unwrap(), Event::Acked(2)) {}
    loop {
        if let Event::Message(message) = until(deadline, &mut link).await.unwrap() {
            assert_eq!(message.payload, b"own".as_slice());
            break;
        }
    }
}

#[tokio::test]
async fn strangers_and_expired_certificates_are_refused() {
    let city = City::new();
    let kiosk = city.enrol("hall-1", "hall");
    let _broker = city.broker();
    let read = |name: &str| fs::read_to_string(city.path(name)).unwrap();
    let ca = read("keys/ca.pem");
    let authority = Authority::load(&city.id, &ca, &read("keys/ca.key")).unwrap();
    let stranger = Authority::create(&city.id).unwrap();
    let good = authority.client("hall-1", date(2040, 1, 1)).unwrap();
    for (what, ca, pair) in [
        (
            "an expired certificate",
            &ca,
            authority.client("hall-1", date(2025, 6, 1)).unwrap(),
        ),
        (
            "another authority's certificate",
            &ca,
            stranger.client("hall-1", date(2040, 1, 1)).unwrap(),
        ),
        (
            "a broker of another authority",
            &stranger.pair().certificate,
            good.clone(),
        ),
    ] {
        let mut options = kiosk.options.clone();
        options.tls = pki::client_config(ca, &pair).unwrap();
        let answer = until(Instant::now() + PATIENCE, &mut Link::new(&options)).await;
        let why = answer.expect_err(what);
        assert!(!why.contains("in time"), "{what}: {why}");
    }
    let mut options = kiosk.options.clone();
    options.tls = pki::client_config(&ca, &good).unwrap();
    let answer = until(Instant::now() + PATIENCE, &mut Link::new(&options)).await;
    assert!(matches!(answer, Ok(Event::Connected { .. })), "{answer:?}");
}

#[tokio::test]
async fn the_broker_gone_is_waited_for() {
    let city = City::new();
    let mut kiosk = city.enrol("hall-1", "hall");
    let serve = city.serve();
    assert!(city.get("/healthz").ends_with("ok\n"));
    let mut broker = city.broker();
    kiosk.visits(60);
    kiosk.drain().await;
    broker.kill();
    let _broker = city.broker();
    kiosk.visits(60);
    kiosk.drain().await;
    drop(serve);
    assert_eq!(city.ledger()["facts"], 240);
}
