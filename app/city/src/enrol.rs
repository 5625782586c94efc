//! Enrolment: how a kiosk comes to its identity and its keys.
//!
//! By a code ([`code`], [`office`]): the keys are born on the kiosk and never leave it. Or by a
//! directory ([`enrol`]): the keys are made here and carried there, for a kiosk without a way to
//! the city at its first start.

pub mod code;
pub mod door;
pub mod office;
pub mod revoke;

use std::{fs, path::Path};

use jiff::civil::Date;
use machitap_domain::{
    FacilityId, KioskId,
    catalogue::{Facility, Language, Service},
};
use machitap_wire::{
    Signer,
    bundle::{Enrolment, PurposeKeys},
    seal::SealOpener,
    topic::RESERVED,
};

use crate::{
    config::Config,
    db::{Db, DbError, Enrolled},
    documents,
    exit::{Exit, Failure},
    files::{Mode, private_dir, write},
    home::random_hex,
    pki::Authority,
    time::now_ms,
};

/// Which kiosk, where, for how long.
#[derive(Debug, Clone)]
pub struct Request {
    /// The kiosk.
    pub kiosk: KioskId,
    /// Where it stands.
    pub facility: FacilityId,
    /// Its certificate ends at the start of this day (UTC).
    pub not_after: Date,
    /// It was enrolled before: its keys are replaced.
    pub again: bool,
}

/// Writes the enrolment directory and enters the kiosk.
///
/// # Errors
/// [`Failure`]: an id that is reserved or taken, a facility the catalogue does not name,
/// files.
pub fn enrol(config: &Config, request: &Request, out: &Path) -> Result<(), Failure> {
    let mut db = Db::open(&config.database).map_err(|e| io(&e))?;
    check(&db, request)?;
    let place = Place::of(config, &request.facility)?;
    let authority = authority(config)?;
    let key = crate::pki::new_key().map_err(|e| io(&e))?;
    let issued = authority
        .kiosk_of(&key, request.kiosk.as_str(), request.not_after)
        .map_err(|e| io(&e))?;
    let (sign, seal) = (random_hex(), random_hex());
    let signer = Signer::from_text(&sign).expect("made of 32 bytes");
    let opener = SealOpener::from_text(&seal).expect("made of 32 bytes");
    let text = toml::to_string(&public(config, &request.kiosk, &request.facility, place)?)
        .expect("an enrolment has a TOML form");

    private_dir(out).map_err(|why| Failure::file(out, &why))?;
    for (name, mode, text) in [
        (
            "ca.pem",
            Mode::Public,
            authority.pair().certificate.as_str(),
        ),
        ("kiosk.pem", Mode::Public, &issued.certificate),
        ("kiosk.key", Mode::Private, &key.serialize_pem()),
        ("sign.key", Mode::Private, &sign),
        ("seal.key", Mode::Private, &seal),
        ("enrolment.toml", Mode::Private, &text),
    ] {
        let path = out.join(name);
        write(&path, mode, text.as_bytes()).map_err(|why| Failure::file(&path, &why))?;
    }
    // Last: a kiosk the registry knows has its directory.
    let enrolled = Enrolled {
        kiosk: request.kiosk.clone(),
        facility: request.facility.clone(),
        verifier: signer.verifier(),
        seal_to: opener.public(),
    };
    db.transaction(|db| {
        db.close_codes(&request.kiosk)?;
        enter(db, &enrolled, &issued.serial, request.not_after, now_ms())
    })
    .map_err(|e| io(&e))
}

/// Enters a kiosk with its certificate; what was issued to it before counts no more.
fn enter(
    db: &Db,
    enrolled: &Enrolled,
    serial: &str,
    not_after: Date,
    now_ms: i64,
) -> Result<(), DbError> {
    db.revoke_certificates(&enrolled.kiosk, now_ms)?;
    db.put_certificate(serial, &enrolled.kiosk, not_after, now_ms)?;
    db.enrol(enrolled, now_ms)
}

/// An id that is free, or meant to be given new keys.
fn check(db: &Db, request: &Request) -> Result<(), Failure> {
    let kiosk = &request.kiosk;
    if RESERVED.contains(&kiosk.as_str()) {
        return Err(Failure::new(
            Exit::Data,
            format_args!("{kiosk} is a word of the protocol, not a kiosk's name"),
        ));
    }
    if db.knows_kiosk(kiosk).map_err(|e| io(&e))? && !request.again {
        return Err(Failure::new(
            Exit::Data,
            format_args!("{kiosk} is enrolled; --again gives it new keys"),
        ));
    }
    Ok(())
}

fn io(why: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Io, why)
}

fn authority(config: &Config) -> Result<Authority, Failure> {
    Authority::load(
        &config.city,
        &config.key_text("ca.pem")?,
        &config.key_text("ca.key")?,
    )
    .map_err(|e| io(&e))
}

/// What a kiosk is told of its city and itself.
fn public(
    config: &Config,
    kiosk: &KioskId,
    facility: &FacilityId,
    place: Place,
) -> Result<Enrolment, Failure> {
    Ok(Enrolment {
        city: config.city.clone(),
        kiosk: kiosk.clone(),
        facility: facility.clone(),
        city_key: config.signer()?.verifier(),
        city_seal: config.letters_key_if_any()?.map(|key| key.public()),
        purposes: place.purposes,
    })
}

/// What the documents say of a facility.
struct Place {
    /// Its name, in Japanese.
    name: String,
    /// The keys of the purposes it serves, and no others.
    purposes: PurposeKeys,
}

impl Place {
    fn of(config: &Config, facility: &FacilityId) -> Result<Self, Failure> {
        let documents =
            documents::read(&config.documents, &config.city).map_err(|e| rejected(&e))?;
        let Some(found) = documents.catalogue.facilities.get(facility) else {
            let path = config.documents.join("catalogue.toml");
            return Err(Failure::new(
                Exit::Data,
                format_args!("{}: no facility {facility}", path.display()),
            ));
        };
        Ok(Self {
            name: found.name.in_language(Language::Ja).to_owned(),
            purposes: purposes(config, found)?,
        })
    }
}

fn purposes(config: &Config, facility: &Facility) -> Result<PurposeKeys, Failure> {
    let all = config.purposes()?;
    Ok(match facility.service {
        Service::Nursery(_) => PurposeKeys {
            nursery: all.nursery,
            ..PurposeKeys::default()
        },
        Service::Visit { .. } | Service::Event(_) => PurposeKeys {
            visit: all.visit,
            ..PurposeKeys::default()
        },
        Service::Fare(_) => PurposeKeys {
            transport: Some(all.transport.ok_or_else(|| no_transport_key(config))?),
            ..PurposeKeys::default()
        },
        Service::Reception(_) => PurposeKeys {
            reception: Some(all.reception.ok_or_else(|| no_reception_key(config))?),
            ..PurposeKeys::default()
        },
    })
}

/// A home made before there were fares: its key is made once, by hand, because a second one
/// would give every holder another name.
pub(crate) fn no_transport_key(config: &Config) -> Failure {
    no_key(config, "transport.key", "fares need it")
}

/// A home made before there were receptions, likewise.
fn no_reception_key(config: &Config) -> Failure {
    no_key(config, "reception.key", "receptions need it")
}

fn no_key(config: &Config, name: &str, why: &str) -> Failure {
    let path = config.keys.join(name);
    Failure::new(
        Exit::NoInput,
        format_args!(
            "{}: is missing; {why}: 32 random bytes in hexadecimal, made once, as in \
             `openssl rand -hex 32`",
            path.display()
        ),
    )
}

/// Documents that are not taken, as an exit.
pub fn rejected(why: &documents::Rejected) -> Failure {
    match why {
        documents::Rejected::Flaws(_) => Failure::new(Exit::Data, why),
        documents::Rejected::File { path, why } => Failure::file(path, why),
    }
}

/// Reads an enrolment directory's `enrolment.toml`.
///
/// # Errors
/// [`Failure`].
pub fn read(dir: &Path) -> Result<Enrolment, Failure> {
    let path = dir.join("enrolment.toml");
    let text = fs::read_to_string(&path).map_err(|why| Failure::file(&path, &why))?;
    crate::flaw::Toml::new(path, text)
        .parse()
        .map_err(|flaw| Failure::new(Exit::Data, flaw))
}
