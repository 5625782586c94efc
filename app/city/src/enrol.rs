//! `machitap-city enrol`: one kiosk's directory, and its keys in the city's registry.
//!
//! The keys are made here and carried to the kiosk in its directory. Keys born on the
//! device, with a one-time token, come later; the directory stays the same.

use std::{fs, path::Path};

use jiff::civil::Date;
use machitap_domain::{FacilityId, KioskId, catalogue::Service};
use machitap_wire::{
    Signer,
    bundle::{Enrolment, PurposeKeys},
    seal::SealOpener,
    topic::RESERVED,
};

use crate::{
    config::Config,
    db::{Db, Enrolled},
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
    let db = Db::open(&config.database).map_err(|e| Failure::new(Exit::Io, e))?;
    if RESERVED.contains(&request.kiosk.as_str()) {
        return Err(Failure::new(
            Exit::Data,
            format_args!(
                "{} is a word of the protocol, not a kiosk's name",
                request.kiosk
            ),
        ));
    }
    let known = db
        .kiosk(&request.kiosk)
        .map_err(|e| Failure::new(Exit::Io, e))?
        .is_some();
    if known && !request.again {
        return Err(Failure::new(
            Exit::Data,
            format_args!("{} is enrolled; --again gives it new keys", request.kiosk),
        ));
    }
    let purposes = purposes(config, &request.facility)?;
    let io = |e: &dyn std::fmt::Display| Failure::new(Exit::Io, e);
    let authority = Authority::load(
        &config.city,
        &config.key_text("ca.pem")?,
        &config.key_text("ca.key")?,
    )
    .map_err(|e| io(&e))?;
    let pair = authority
        .client(request.kiosk.as_str(), request.not_after)
        .map_err(|e| io(&e))?;
    let (sign, seal) = (random_hex(), random_hex());
    let signer = Signer::from_text(&sign).expect("made of 32 bytes");
    let opener = SealOpener::from_text(&seal).expect("made of 32 bytes");
    let enrolment = Enrolment {
        city: config.city.clone(),
        kiosk: request.kiosk.clone(),
        facility: request.facility.clone(),
        city_key: config.signer()?.verifier(),
        city_seal: config.letters_key_if_any()?.map(|key| key.public()),
        purposes,
    };
    let text = toml::to_string(&enrolment).expect("an enrolment has a TOML form");

    private_dir(out).map_err(|why| Failure::file(out, &why))?;
    for (name, mode, text) in [
        (
            "ca.pem",
            Mode::Public,
            authority.pair().certificate.as_str(),
        ),
        ("kiosk.pem", Mode::Public, &pair.certificate),
        ("kiosk.key", Mode::Private, &pair.key),
        ("sign.key", Mode::Private, &sign),
        ("seal.key", Mode::Private, &seal),
        ("enrolment.toml", Mode::Private, &text),
    ] {
        let path = out.join(name);
        write(&path, mode, text.as_bytes()).map_err(|why| Failure::file(&path, &why))?;
    }
    // Last: a kiosk the registry knows has its directory.
    db.enrol(
        &Enrolled {
            kiosk: request.kiosk.clone(),
            facility: request.facility.clone(),
            verifier: signer.verifier(),
            seal_to: opener.public(),
        },
        now_ms(),
    )
    .map_err(|e| io(&e))
}

/// The keys of the purposes the facility serves, and no others.
fn purposes(config: &Config, facility: &FacilityId) -> Result<PurposeKeys, Failure> {
    let documents = documents::read(&config.documents, &config.city).map_err(|e| rejected(&e))?;
    let Some(found) = documents.catalogue.facilities.get(facility) else {
        let path = config.documents.join("catalogue.toml");
        return Err(Failure::new(
            Exit::Data,
            format_args!("{}: no facility {facility}", path.display()),
        ));
    };
    let all = config.purposes()?;
    Ok(match found.service {
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
