//! What the kiosk that runs says of itself.

use jiff::{Timestamp, Unit};

use super::Finding;
use crate::engine::health::{Health, ReaderHealth};

/// A journal this full of what it may hold is to be seen to, hundredths.
const NEARLY_FULL: u64 = 80;

pub(super) fn look(health: &Health, now: Timestamp) -> Vec<Finding> {
    let mut all = vec![Finding::well("kiosk", format!("shows {}", health.view))];
    if let ReaderHealth::Gone(why) = &health.reader {
        all.push(Finding::ill(
            "taps",
            format!("no card can be read: {why}"),
            "see the reader above; the kiosk takes it up by itself",
        ));
    }
    all.push(journal(health));
    all.push(link(health));
    all.extend(documents(health, now));
    all
}

fn journal(health: &Health) -> Finding {
    let Health {
        last_seq,
        pending,
        held,
        may,
        ..
    } = health;
    let found = format!("{last_seq} facts, {pending} not counted by the city yet");
    if let Some(trouble) = &health.store {
        return Finding::ill(
            "journal",
            format!("takes no facts: {trouble}"),
            "full: free space, or bring the link up; broken: keep the card, put another one in, tell the city",
        );
    }
    if health.forked {
        return Finding::ill(
            "journal",
            "the city holds other facts under its numbers: a copied card, or a restored image",
            "nothing is sent until the city has looked: call it",
        );
    }
    if held.saturating_mul(100) >= may.saturating_mul(NEARLY_FULL) {
        return Finding::mind(
            "journal",
            format!("{found}; it holds {held} of {may} bytes"),
            "bring the link up, so that counted facts can go, or raise journal.max_bytes",
        );
    }
    Finding::well("journal", found)
}

fn link(health: &Health) -> Finding {
    match (health.connected, health.listening) {
        (true, true) => Finding::well("link", "the city listens"),
        (true, false) => Finding::mind(
            "link",
            "the broker answers, the city does not",
            "taps go on and are kept; see that machitap-city runs",
        ),
        (false, _) => Finding::mind(
            "link",
            health
                .trouble
                .clone()
                .unwrap_or_else(|| "is not up yet".to_owned()),
            "taps go on and are kept; see the broker above",
        ),
    }
}

fn documents(health: &Health, now: Timestamp) -> Vec<Finding> {
    let mut all = Vec::new();
    if !health.documents.iter().any(|d| d.name == "catalogue") {
        all.push(Finding::ill(
            "documents",
            "the city's catalogue has not come",
            "see the link; publish it at the city: machitap-city publish",
        ));
    }
    let told = ["catalogue", "roster-"];
    for held in &health.documents {
        if !told.iter().any(|name| held.name.starts_with(name)) {
            continue;
        }
        // A document comes anew when something in it changed: old is not out of date. A city
        // whose clock is ahead has old documents, not new ones.
        let age = Timestamp::from_millisecond(held.issued_ms)
            .ok()
            .and_then(|issued| now.since((Unit::Hour, issued)).ok())
            .map_or(0, |span| span.get_hours().max(0) / 24);
        let (name, version) = (&held.name, held.version);
        all.push(Finding::well(
            "documents",
            format!("{name}, version {version}, {age} days old"),
        ));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{super::State, *};
    use crate::engine::health::Held;

    const ISSUED: i64 = 1_795_000_000_000;

    fn well() -> Health {
        let held = |name: &str| Held {
            name: name.to_owned(),
            version: 3,
            issued_ms: ISSUED,
        };
        Health {
            view: "idle".to_owned(),
            reader: ReaderHealth::Ready("ACS".to_owned()),
            store: None,
            last_seq: 9,
            pending: 0,
            held: 79,
            may: 100,
            connected: true,
            listening: true,
            trouble: None,
            forked: false,
            documents: vec![held("catalogue"), held("roster-hall-1")],
        }
    }

    fn worst(health: &Health, days: i64) -> (State, Vec<&'static str>) {
        let now = Timestamp::from_millisecond(ISSUED + days * 86_400_000).unwrap();
        let all = look(health, now);
        let worst = all.iter().map(|f| f.state).max().unwrap();
        let subjects = all.iter().filter(|f| f.state == worst);
        (worst, subjects.map(|f| f.subject).collect())
    }

    #[test]
    fn a_kiosk_that_is_well_has_nothing_to_do() {
        assert_eq!(worst(&well(), 1).0, State::Well);
        assert!(
            look(&well(), Timestamp::UNIX_EPOCH)
                .iter()
                .all(|f| f.todo.is_none())
        );
    }

    #[test]
    fn each_ill_is_found_under_its_name() {
        use State::{Ill, Mind};
        let with = |change: fn(&mut Health)| {
            let mut health = well();
            change(&mut health);
            worst(&health, 1)
        };
        assert_eq!(
            with(|h| h.reader = ReaderHealth::Gone("away".into())),
            (Ill, vec!["taps"])
        );
        assert_eq!(
            with(|h| h.store = Some("Full".into())),
            (Ill, vec!["journal"])
        );
        assert_eq!(with(|h| h.forked = true), (Ill, vec!["journal"]));
        assert_eq!(with(|h| h.held = 80), (Mind, vec!["journal"]));
        assert_eq!(with(|h| h.listening = false), (Mind, vec!["link"]));
        assert_eq!(with(|h| h.connected = false), (Mind, vec!["link"]));
        assert_eq!(with(|h| h.documents.clear()), (Ill, vec!["documents"]));
        assert_eq!(
            worst(&well(), 400).0,
            State::Well,
            "what did not change is not out of date"
        );
    }
}
