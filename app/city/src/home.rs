//! `machitap-city init`: the city's home, with keys, certificates and sample documents.

use std::path::Path;

use machitap_domain::CityId;

use crate::{
    broker::{Place, access_list, configuration},
    config::{Config, DRAW_KEY, LETTERS_KEY},
    enrol,
    exit::{Exit, Failure},
    files::{Mode, private_dir, write},
    pin,
    pki::{Authority, DESK_USER, SERVE_USER},
};

/// The city's own client certificates end here unless renewed.
const CITY_UNTIL: jiff::civil::Date = jiff::civil::date(2036, 1, 1);

/// The PIN of the samples' staff.
const SAMPLE_PIN: &str = "258025";

/// What `init` is told.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The city.
    pub city: CityId,
    /// Names and addresses of the broker; the first is the one the city connects to.
    pub hosts: Vec<String>,
    /// The broker's port.
    pub broker_port: u16,
    /// Whom the broker becomes when root starts it.
    pub broker_user: String,
    /// The page's port.
    pub web_port: u16,
    /// The port terminals bring their codes to.
    pub enrol_port: u16,
}

/// Makes the city's home in `dir`; refuses where one already is.
///
/// # Errors
/// [`Failure`] with [`Exit::Io`], or [`Exit::Data`] where a city already lives.
pub fn init(dir: &Path, plan: &Plan) -> Result<(), Failure> {
    if dir.join("city.toml").exists() {
        return Err(Failure::new(
            Exit::Data,
            format_args!("{}: a city already lives here", dir.display()),
        ));
    }
    let dir = &std::path::absolute(dir).map_err(|why| Failure::file(dir, &why))?;
    for sub in [
        "",
        "keys",
        "broker",
        "broker/data",
        "documents/rosters",
        "documents/absences",
    ] {
        let path = dir.join(sub);
        private_dir(&path).map_err(|why| Failure::file(&path, &why))?;
    }
    keys(dir, plan)?;
    broker(dir, plan)?;
    documents(dir, plan)?;
    let host = plan.hosts.first().map_or("localhost", String::as_str);
    let config = include_str!("samples/city.toml")
        .replace("@CITY@", plan.city.as_str())
        .replace("@HOST@", host)
        .replace("@PORT@", &plan.broker_port.to_string())
        .replace("@WEB@", &plan.web_port.to_string())
        .replace("@ENROL@", &format!("{}:{}", reach(plan), plan.enrol_port));
    // Last: where city.toml is, everything is.
    put(dir, "city.toml", Mode::Public, &config)?;
    Config::load(&dir.join("city.toml")).map(|_| ())
}

fn keys(dir: &Path, plan: &Plan) -> Result<(), Failure> {
    let authority = Authority::create(&plan.city).map_err(|e| Failure::new(Exit::Io, e))?;
    let ca = authority.pair();
    put(dir, "keys/ca.key", Mode::Private, &ca.key)?;
    put(dir, "keys/ca.pem", Mode::Public, &ca.certificate)?;
    put(dir, "broker/ca.pem", Mode::Public, &ca.certificate)?;
    enrol::revoke::write_empty(&authority, &dir.join("broker"))?;
    for (name, user) in [("city", SERVE_USER), ("desk", DESK_USER)] {
        let pair = authority
            .client(user, CITY_UNTIL)
            .map_err(|e| Failure::new(Exit::Io, e))?;
        put(
            dir,
            &format!("keys/{name}.pem"),
            Mode::Public,
            &pair.certificate,
        )?;
        put(dir, &format!("keys/{name}.key"), Mode::Private, &pair.key)?;
    }
    for name in [
        "sign.key",
        "nursery.key",
        "visit.key",
        "transport.key",
        "reception.key",
        LETTERS_KEY,
        DRAW_KEY,
    ] {
        put(dir, &format!("keys/{name}"), Mode::Private, &random_hex())?;
    }
    let mut hosts = plan.hosts.clone();
    for host in ["localhost", "127.0.0.1", "::1"] {
        if !hosts.iter().any(|h| h == host) {
            hosts.push(host.to_owned());
        }
    }
    let server = authority
        .broker(&hosts)
        .map_err(|e| Failure::new(Exit::Usage, format_args!("--host: {e}")))?;
    put(dir, "broker/server.pem", Mode::Public, &server.certificate)?;
    put(dir, "broker/server.key", Mode::Private, &server.key)
}

/// Without a name kiosks could know, this machine only.
const fn reach(plan: &Plan) -> &'static str {
    if plan.hosts.is_empty() {
        "127.0.0.1"
    } else {
        "0.0.0.0"
    }
}

fn broker(dir: &Path, plan: &Plan) -> Result<(), Failure> {
    let directory = dir.join("broker");
    let bind = reach(plan);
    let text = configuration(&Place {
        directory: &directory,
        bind,
        port: plan.broker_port,
        user: &plan.broker_user,
    });
    put(dir, "broker/mosquitto.conf", Mode::Public, &text)?;
    put(dir, "broker/acl", Mode::Private, &access_list(&plan.city))
}

fn documents(dir: &Path, plan: &Plan) -> Result<(), Failure> {
    let pin = pin::hash(SAMPLE_PIN).expect("the sample's PIN is one");
    for (name, text) in [
        ("catalogue.toml", include_str!("samples/catalogue.toml")),
        ("notices.toml", include_str!("samples/notices.toml")),
        ("nicknames.toml", include_str!("samples/nicknames.toml")),
        ("groups.toml", include_str!("samples/groups.toml")),
        (
            "rosters/nursery-1.toml",
            include_str!("samples/roster-nursery-1.toml"),
        ),
        (
            "absences/nursery-1.toml",
            include_str!("samples/absences-nursery-1.toml"),
        ),
        (
            "rosters/hall.toml",
            include_str!("samples/roster-hall.toml"),
        ),
        (
            "rosters/library.toml",
            include_str!("samples/roster-library.toml"),
        ),
    ] {
        let text = text
            .replace("@CITY@", plan.city.as_str())
            .replace("@PIN@", &pin);
        put(dir, &format!("documents/{name}"), Mode::Private, &text)?;
    }
    Ok(())
}

fn put(dir: &Path, name: &str, mode: Mode, text: &str) -> Result<(), Failure> {
    let path = dir.join(name);
    write(&path, mode, text.as_bytes()).map_err(|why| Failure::file(&path, &why))
}

/// 32 random bytes as the text of a key file.
pub(crate) fn random_hex() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    format!("{}\n", hex::encode(bytes))
}
