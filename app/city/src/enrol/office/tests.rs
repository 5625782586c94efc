use std::path::Path;

use machitap_domain::KioskId;
use machitap_wire::{
    DocumentName, Signer, Verifier,
    enrol::{Asked, Code, KioskShare},
    seal::SealOpener,
};
use rcgen::CertificateParams;
use tempfile::TempDir;

use super::*;
use crate::{
    enrol::{Request, code},
    home::{self, Plan},
    pki::{self, Pair},
    publish::OldMonths,
    time::now_ms,
};

const HOUR_MS: i64 = 3_600_000;

struct Town {
    _dir: TempDir,
    config: Config,
    office: Office,
}

/// What was born on a terminal.
struct Terminal {
    key: rcgen::KeyPair,
    sign: Signer,
    seal: SealOpener,
    journal_of: Option<KioskId>,
}

impl Town {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let plan = Plan {
            city: "town".parse().unwrap(),
            hosts: Vec::new(),
            broker_port: 8883,
            broker_user: "mosquitto".into(),
            web_port: 8080,
            enrol_port: 8884,
        };
        home::init(&dir.path().join("home"), &plan).unwrap();
        let config = Config::load(&dir.path().join("home/city.toml")).unwrap();
        let office = Office::new(&config, Db::open(&config.database).unwrap());
        Self {
            _dir: dir,
            config,
            office,
        }
    }

    fn publish(&mut self) {
        let documents = documents::read(&self.config.documents, &self.config.city).unwrap();
        let ring = KeyRing::load(&self.config, &documents.catalogue).unwrap();
        publish::stage(
            &mut self.office.db,
            &documents,
            ring.keys(),
            OldMonths::Keep,
            now_ms(),
        )
        .unwrap();
    }

    fn code(&self, kiosk: &str, again: bool) -> Code {
        code::make(&self.config, &request(kiosk, again), HOUR_MS)
            .unwrap()
            .code
            .code
    }

    fn bring(&mut self, code: &Code, terminal: &Terminal) -> Result<Granted, Refused> {
        self.bring_at(code, terminal, now_ms())
    }

    fn bring_at(
        &mut self,
        code: &Code,
        terminal: &Terminal,
        now_ms: i64,
    ) -> Result<Granted, Refused> {
        let (half, share) = KioskShare::new(code);
        let hello = Hello {
            ticket: code.ticket(),
            share,
        };
        let welcome = self.office.hello(&hello, now_ms)?;
        let key = half.finish(&welcome.share).unwrap();
        let request = enrol::Request {
            session: welcome.session,
            sealed: key.seal(&terminal.asked()),
        };
        let answer = self.office.request(&request, now_ms)?;
        Ok(key.open(&answer.sealed).unwrap())
    }
}

impl Terminal {
    fn new(seed: u8) -> Self {
        Self {
            key: pki::new_key().unwrap(),
            sign: Signer::from_seed([seed; 32]),
            seal: SealOpener::from_text(&format!("{seed:02x}").repeat(32)).unwrap(),
            journal_of: None,
        }
    }

    fn asked(&self) -> Asked {
        let request = CertificateParams::default()
            .serialize_request(&self.key)
            .unwrap();
        Asked {
            request_pem: request.pem().unwrap(),
            sign: self.sign.verifier(),
            seal: self.seal.public(),
            journal_of: self.journal_of.clone(),
            software: "0.1.0".into(),
        }
    }
}

fn request(kiosk: &str, again: bool) -> Request {
    Request {
        kiosk: kiosk.parse().unwrap(),
        facility: "hall".parse().unwrap(),
        not_after: jiff::civil::date(2035, 1, 1),
        again,
    }
}

fn verifier(town: &Town, kiosk: &str) -> Option<Verifier> {
    let row = town.office.db.kiosk(&kiosk.parse().unwrap()).unwrap();
    row.map(|row| row.verifier)
}

#[test]
fn a_code_gives_a_terminal_its_certificate_its_keys_and_its_documents() {
    let mut town = Town::new();
    town.publish();
    std::fs::write(town.config.keys.join(CARD_KEYS), "keys").unwrap();
    let code = town.code("hall-1", false);
    assert!(verifier(&town, "hall-1").is_none(), "before it is used");
    let terminal = Terminal::new(1);
    let granted = town.bring(&code, &terminal).unwrap();
    assert_eq!(granted.enrolment.kiosk.as_str(), "hall-1");
    assert_eq!(granted.enrolment.facility.as_str(), "hall");
    assert!(granted.enrolment.purposes.visit.is_some());
    assert!(granted.enrolment.purposes.nursery.is_none());
    assert_eq!(granted.card_keys.as_deref(), Some("keys"));
    assert!(!granted.place.is_empty());
    let pair = Pair {
        certificate: granted.certificate_pem.clone(),
        key: terminal.key.serialize_pem(),
    };
    assert!(pki::client_config(&granted.ca_pem, &pair).is_ok());
    assert_eq!(verifier(&town, "hall-1"), Some(terminal.sign.verifier()));

    let name = DocumentName::Roster("hall-1".parse().unwrap());
    let roster = town.office.db.document(&name).unwrap().unwrap();
    let aad = name.aad(roster.version);
    assert!(terminal.seal.open(&roster.wire, &aad).is_ok());
}

#[test]
fn an_answer_that_was_lost_is_given_again_and_to_nobody_else() {
    let mut town = Town::new();
    let code = town.code("hall-1", false);
    let terminal = Terminal::new(1);
    town.bring(&code, &terminal).unwrap();
    town.bring(&code, &terminal).unwrap();
    let other = town.bring(&code, &Terminal::new(2));
    assert_eq!(other.unwrap_err(), Refused::Used);
    assert_eq!(verifier(&town, "hall-1"), Some(terminal.sign.verifier()));
    let later = now_ms() + 2 * HOUR_MS;
    let late = town.bring_at(&code, &terminal, later);
    assert_eq!(late.unwrap_err(), Refused::Used);
}

#[test]
fn wrong_codes_are_counted_and_the_right_one_does_not_help_then() {
    let mut town = Town::new();
    let code = town.code("hall-1", false);
    let ticket: u32 = code.ticket().to_string().parse().unwrap();
    let terminal = Terminal::new(1);
    let mut wrong = (0..).map(|n| Code::new(ticket, n)).filter(|c| *c != code);
    for left in (1..code::TRIES).rev() {
        let said = town.bring(&wrong.next().unwrap(), &terminal).unwrap_err();
        assert_eq!(said, Refused::Wrong { tries_left: left });
    }
    assert!(town.office.db.open_codes(now_ms()).unwrap().len() == 1);
    let last = town.bring(&wrong.next().unwrap(), &terminal);
    assert_eq!(last.unwrap_err(), Refused::Spent);
    assert_eq!(town.bring(&code, &terminal).unwrap_err(), Refused::Spent);
    assert!(verifier(&town, "hall-1").is_none());
    assert!(town.office.db.open_codes(now_ms()).unwrap().is_empty());
}

#[test]
fn a_code_that_never_was_or_is_no_more_says_which() {
    let mut town = Town::new();
    let terminal = Terminal::new(1);
    let code = town.code("hall-1", false);
    let late = town.bring_at(&code, &terminal, now_ms() + HOUR_MS + 1);
    assert_eq!(late.unwrap_err(), Refused::Over);
    let newer = town.code("hall-1", false);
    assert_eq!(town.bring(&code, &terminal).unwrap_err(), Refused::Unknown);
    town.bring(&newer, &terminal).unwrap();
}

#[test]
fn what_was_begun_is_good_for_one_request() {
    let mut town = Town::new();
    let code = town.code("hall-1", false);
    let (half, share) = KioskShare::new(&code);
    let ticket = code.ticket();
    let hello = Hello { ticket, share };
    let welcome = town.office.hello(&hello, now_ms()).unwrap();
    let key = half.finish(&welcome.share).unwrap();
    let request = enrol::Request {
        session: welcome.session,
        sealed: key.seal(&Terminal::new(1).asked()),
    };
    town.office.request(&request, now_ms()).unwrap();
    let again = town.office.request(&request, now_ms());
    assert_eq!(again.unwrap_err(), Refused::Unreadable);

    for _ in 0..2 * BEGUN_MAX {
        town.office.hello(&hello, now_ms()).unwrap();
    }
    assert_eq!(town.office.begun.len(), BEGUN_MAX);
}

#[test]
fn a_terminal_with_anothers_records_is_sent_away_and_the_code_stays_good() {
    let mut town = Town::new();
    let code = town.code("hall-2", false);
    let mut terminal = Terminal::new(1);
    terminal.journal_of = Some("hall-1".parse().unwrap());
    let wanted = "hall-2".parse().unwrap();
    let said = town.bring(&code, &terminal).unwrap_err();
    assert_eq!(said, Refused::OtherJournal { wanted });
    terminal.journal_of = Some("hall-2".parse().unwrap());
    town.bring(&code, &terminal).unwrap();
}

#[test]
fn enrolled_again_the_old_certificate_is_on_the_brokers_list() {
    let mut town = Town::new();
    let code = town.code("hall-1", false);
    town.bring(&code, &Terminal::new(1)).unwrap();
    let known = code::make(&town.config, &request("hall-1", false), HOUR_MS);
    assert!(known.unwrap_err().to_string().contains("--again"));
    assert!(town.office.db.revoked().unwrap().is_empty());
    let code = town.code("hall-1", true);
    town.bring(&code, &Terminal::new(2)).unwrap();
    assert_eq!(town.office.db.revoked().unwrap().len(), 1);
    assert_eq!(listed(&town.config.broker_files), 1);
    assert_eq!(
        verifier(&town, "hall-1"),
        Some(Signer::from_seed([2; 32]).verifier())
    );
}

#[test]
fn a_kiosk_that_was_revoked_is_nobodys_until_it_is_enrolled_again() {
    let mut town = Town::new();
    let kiosk: KioskId = "hall-1".parse().unwrap();
    assert!(crate::enrol::revoke::revoke(&town.config, &kiosk).is_err());
    let code = town.code("hall-1", false);
    town.bring(&code, &Terminal::new(1)).unwrap();
    let revoked = crate::enrol::revoke::revoke(&town.config, &kiosk).unwrap();
    assert_eq!(revoked.certificates, 1);
    assert_eq!(listed(&town.config.broker_files), 1);
    assert!(verifier(&town, "hall-1").is_none());
    assert!(town.office.db.kiosks().unwrap().is_empty());
    let code = town.code("hall-1", true);
    town.bring(&code, &Terminal::new(2)).unwrap();
    assert!(verifier(&town, "hall-1").is_some());
}

/// A terminal keeps the keys it was enrolled with, and its code may lie beside it.
#[test]
fn who_was_revoked_or_replaced_gets_nothing_for_the_code_it_used() {
    let mut town = Town::new();
    let stolen = Terminal::new(1);
    let code = town.code("hall-1", false);
    town.bring(&code, &stolen).unwrap();
    crate::enrol::revoke::revoke(&town.config, &"hall-1".parse().unwrap()).unwrap();
    assert_eq!(town.bring(&code, &stolen).unwrap_err(), Refused::Used);
    assert!(verifier(&town, "hall-1").is_none());

    let successor = Terminal::new(2);
    let next = town.code("hall-1", true);
    town.bring(&next, &successor).unwrap();
    assert_eq!(town.bring(&code, &stolen).unwrap_err(), Refused::Used);
    town.code("hall-1", true);
    assert_eq!(town.bring(&next, &successor).unwrap_err(), Refused::Used);
    assert_eq!(verifier(&town, "hall-1"), Some(successor.sign.verifier()));
}

/// How many certificates the broker's list names.
fn listed(broker: &Path) -> usize {
    use rustls::pki_types::{CertificateRevocationListDer, pem::PemObject as _};
    let text = std::fs::read(broker.join("crl.pem")).unwrap();
    let list = CertificateRevocationListDer::from_pem_slice(&text).unwrap();
    let (_, list) = x509_parser::parse_x509_crl(&list).unwrap();
    list.iter_revoked_certificates().count()
}
