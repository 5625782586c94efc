//! The sample town: its documents, its people's cards. Nobody in it exists.

use std::sync::{
    LazyLock, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use anyhow::{Context, Result};
use machitap_card::{
    TestOnly,
    virt::{
        ApduLog, CitizenAp, Counters, Entry, Fault, Faulty, Forgery, Logged, MyNumberCard,
        StorageCard, VirtualCard,
    },
};
use machitap_domain::CitizenId;
use serde::Deserialize;

/// What is done at the facilities.
pub const CATALOGUE: &str = include_str!("../town/catalogue.toml");
/// What is announced.
pub const NOTICES: &str = include_str!("../town/notices.toml");
/// Who chose a nickname for the ranking.
pub const NICKNAMES: &str = include_str!("../town/nicknames.toml");
/// Who rides in which class.
pub const FARES: &str = include_str!("../town/fares.toml");
/// The people of the nursery, with [`PIN_PLACE`] where the PIN's hash belongs.
pub const NURSERY: &str = include_str!("../town/roster-nursery.toml");
/// The people of the community centre, likewise.
pub const COMMUNITY_CENTRE: &str = include_str!("../town/roster-community-centre.toml");
/// Where a roster wants the hash of the staff PIN.
pub const PIN_PLACE: &str = "@PIN_HASH@";
/// The staff PIN of the demonstration.
pub const STAFF_PIN: &str = "482913";

/// The key version the sample cards are issued under.
const KEY_VERSION: u8 = 1;

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    cards(include_str!("../town/cards.toml"))
        .expect("the sample cards are part of the program, and a test reads them")
});

/// Reads a file of cards.
///
/// # Errors
/// When it is none.
pub fn cards(text: &str) -> Result<Vec<Sample>> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        cards: Vec<Sample>,
    }
    Ok(toml::from_str::<File>(text)?.cards)
}

/// A sample card.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// What the script calls it by.
    pub name: String,
    /// What the tray shows.
    pub label: String,
    kind: Kind,
    #[serde(default)]
    citizen: Option<CitizenId>,
    #[serde(default)]
    uid: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    MyNumber,
    MyNumberWithoutAp,
    MyNumberForged,
    Felica,
    Ntag,
}

/// The sample town's two places with no repeat guard and no waiting: each tap is a deed, and a visit
/// asks nothing.
pub const QUICK_CATALOGUE: &str = r#"
city = "town"
contact = "0880-00-0000"
name = { ja = "みほん市" }
[facilities.nursery]
name = { ja = "みほん保育園" }
time_zone = "Asia/Tokyo"
service = { kind = "nursery" }
timing = { confirm_ms = 2000, done_ms = 1000, message_ms = 1000, repeat_ms = 0 }
[facilities.community-centre]
name = { ja = "みほん公民館" }
time_zone = "Asia/Tokyo"
service = { kind = "visit", points = { base = 10, visits_per_day = 3 } }
timing = { done_ms = 1000, message_ms = 1000, repeat_ms = 0 }
"#;

/// All sample cards.
pub fn samples() -> &'static [Sample] {
    &SAMPLES
}

/// Makes cards, and remembers what all of them were ever asked.
#[derive(Debug)]
pub struct Wallet {
    keys: TestOnly,
    log: ApduLog,
    counters: Mutex<Vec<Counters>>,
    held: AtomicU64,
}

impl Wallet {
    /// An empty one.
    ///
    /// # Errors
    /// Never: a stage is a demonstration.
    pub fn new() -> Result<Self> {
        Ok(Self {
            keys: TestOnly::for_demo(true)?,
            log: ApduLog::default(),
            counters: Mutex::default(),
            held: AtomicU64::new(0),
        })
    }

    /// What no card should ever have been sent.
    pub fn forbidden(&self) -> Vec<Entry> {
        self.log.forbidden()
    }

    /// Commands to all cards so far.
    pub fn commands(&self) -> usize {
        self.log.len()
    }

    /// A card is held to a reader.
    pub(crate) fn count_held(&self) {
        self.held.fetch_add(1, Ordering::Relaxed);
    }

    /// How many cards were held to readers.
    pub fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }

    /// My Number Cards on which a PIN lost a try.
    pub fn harmed(&self) -> usize {
        let counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        counters.iter().filter(|c| !c.untouched()).count()
    }

    /// A sample card that misbehaves.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn faulty(&self, name: &str, fault: Fault) -> Result<Box<dyn VirtualCard>> {
        Ok(Box::new(Faulty::new(self.sample(name)?, fault)))
    }

    /// A sample card, by its name.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn sample(&self, name: &str) -> Result<Box<dyn VirtualCard>> {
        let sample = SAMPLES
            .iter()
            .find(|s| s.name == name)
            .with_context(|| format!("there is no sample card {name:?}"))?;
        self.make(sample)
    }

    /// The card a file of cards describes.
    ///
    /// # Errors
    /// When the description lacks something.
    pub fn make(&self, sample: &'static Sample) -> Result<Box<dyn VirtualCard>> {
        let citizen = || {
            let citizen = sample.citizen.clone();
            citizen.with_context(|| format!("card {:?} has no citizen", sample.name))
        };
        match sample.kind {
            Kind::MyNumber => self.my_number(&sample.name, Some(self.issue(citizen()?)?)),
            Kind::MyNumberForged => {
                let forged = self.issue(citizen()?)?.forged(Forgery::CardMac);
                self.my_number(&sample.name, Some(forged))
            }
            Kind::MyNumberWithoutAp => self.my_number(&sample.name, None),
            Kind::Felica => Ok(self.logged(&sample.name, StorageCard::felica(sample.uid()?))),
            Kind::Ntag => Ok(self.logged(&sample.name, StorageCard::ntag(sample.uid()?))),
        }
    }

    /// The My Number Card of a resident, issued with the citizen AP.
    ///
    /// # Errors
    /// When the key is missing.
    pub fn resident(&self, citizen: CitizenId) -> Result<Box<dyn VirtualCard>> {
        self.my_number("resident", Some(self.issue(citizen)?))
    }

    /// A My Number Card as the national system issues it.
    ///
    /// # Errors
    /// Never; the signature is that of its sisters.
    pub fn blank(&self) -> Result<Box<dyn VirtualCard>> {
        self.my_number("blank", None)
    }

    fn issue(&self, citizen: CitizenId) -> Result<CitizenAp> {
        // Fixed per citizen, as on a card.
        let mut diversifier = [0; 8];
        for (n, byte) in citizen.reveal().bytes().enumerate() {
            diversifier[n % 8] ^= byte;
        }
        let keys = self.keys.master_keys();
        Ok(CitizenAp::issue(keys, KEY_VERSION, diversifier, citizen)?)
    }

    fn my_number(
        &self,
        label: &'static str,
        citizen: Option<CitizenAp>,
    ) -> Result<Box<dyn VirtualCard>> {
        let card = citizen.map_or_else(MyNumberCard::blank, MyNumberCard::with);
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        counters.push(card.counters());
        Ok(self.logged(label, card))
    }

    fn logged(
        &self,
        label: &'static str,
        card: impl VirtualCard + 'static,
    ) -> Box<dyn VirtualCard> {
        Box::new(Logged::new(label, &self.log, card))
    }
}

impl Sample {
    fn uid<const N: usize>(&self) -> Result<[u8; N]> {
        let mut uid = [0; N];
        let text = self.uid.as_deref().unwrap_or_default();
        hex::decode_to_slice(text, &mut uid)
            .with_context(|| format!("sample card {:?}: uid", self.name))?;
        Ok(uid)
    }
}

#[cfg(test)]
mod tests {
    use machitap_domain::{
        Credential,
        catalogue::{Catalogue, Service},
        notices::Notices,
        roster::Roster,
    };

    use super::*;

    fn roster(text: &str) -> Roster {
        toml::from_str(&text.replace(PIN_PLACE, "$argon2id$")).unwrap()
    }

    #[test]
    fn the_documents_are_what_a_city_may_publish() {
        let catalogue: Catalogue = toml::from_str(CATALOGUE).unwrap();
        catalogue.check().unwrap();
        assert!(!toml::from_str::<Notices>(NOTICES).unwrap().items.is_empty());
        for text in [NURSERY, COMMUNITY_CENTRE] {
            let roster = roster(text);
            roster.check().unwrap();
            assert!(catalogue.facilities.contains_key(&roster.facility));
        }
        let services = catalogue.facilities.values().map(|f| &f.service);
        assert!(services.clone().any(|s| matches!(s, Service::Nursery(_))));
        assert!(services.clone().any(|s| matches!(s, Service::Visit { .. })));
    }

    #[test]
    fn every_sample_card_can_be_made_and_opens_what_it_says() {
        let wallet = Wallet::new().unwrap();
        let (nursery, centre) = (roster(NURSERY), roster(COMMUNITY_CENTRE));
        for sample in samples() {
            wallet.sample(&sample.name).unwrap();
            let known = |r: &Roster| match (&sample.citizen, &sample.uid) {
                (Some(citizen), _) => r.find(&Credential::Citizen(citizen.clone())).is_some(),
                (None, Some(uid)) => {
                    let technology = if uid.len() == 16 { "felica" } else { "ntag" };
                    let uid = format!("{technology}:{uid}").try_into().unwrap();
                    r.find(&Credential::Uid(uid)).is_some()
                }
                (None, None) => false,
            };
            let stranger =
                matches!(sample.kind, Kind::MyNumberWithoutAp) || sample.name == "newcomer";
            assert_eq!(
                known(&nursery) || known(&centre),
                !stranger,
                "{}",
                sample.name
            );
        }
        assert!(wallet.sample("nobody").is_err());
    }
}
