//! The city's configuration: `city.toml`.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use jiff::tz::TimeZone;
use machitap_domain::{CityId, PurposeKey, draw::secret::DrawKey};
use machitap_wire::{Signer, bundle::PurposeKeys, seal::SealOpener};
use serde::Deserialize;

use crate::{
    exit::{Exit, Failure},
    flaw::{Flaw, Toml},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    city: CityId,
    #[serde(default = "tokyo")]
    time_zone: String,
    #[serde(default = "database")]
    database: PathBuf,
    #[serde(default = "documents")]
    documents: PathBuf,
    #[serde(default = "keys")]
    keys: PathBuf,
    #[serde(default)]
    broker: Broker,
    #[serde(default)]
    web: Web,
    #[serde(default)]
    ranking: Ranking,
    #[serde(default)]
    accounts: Accounts,
    #[serde(default)]
    enrolment: Option<Enrolment>,
}

fn tokyo() -> String {
    "Asia/Tokyo".to_owned()
}

fn database() -> PathBuf {
    "city.db".into()
}

fn documents() -> PathBuf {
    "documents".into()
}

fn keys() -> PathBuf {
    "keys".into()
}

/// Where the broker is and how the city speaks with it.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Broker {
    /// Its name or address, as it stands in its certificate.
    pub host: String,
    /// Its TLS port.
    pub port: u16,
    /// A ping at least so often, seconds; a link silent for twice as long is cut.
    pub keep_alive_s: u64,
    /// The broker keeps the city's session so long, days.
    pub session_expiry_days: u32,
}

impl Default for Broker {
    fn default() -> Self {
        Self {
            host: "localhost".to_owned(),
            port: 8883,
            keep_alive_s: 10,
            session_expiry_days: 14,
        }
    }
}

/// The page.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Web {
    /// Where it listens. The day's page has no login: keep it on this machine.
    pub listen: SocketAddr,
    /// It shows itself anew so often, seconds; 0 never.
    pub refresh_s: u32,
}

impl Default for Web {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            refresh_s: 30,
        }
    }
}

/// The ranking.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ranking {
    /// At most so often, seconds.
    pub every_s: u64,
    /// How many places.
    pub places: usize,
    /// Areas and teams with fewer members are left out.
    pub least_group: usize,
}

impl Default for Ranking {
    fn default() -> Self {
        Self {
            every_s: 5,
            places: 10,
            least_group: 5,
        }
    }
}

/// The accounts.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Accounts {
    /// Kiosks are told at most so often, seconds.
    pub every_s: u64,
}

impl Default for Accounts {
    fn default() -> Self {
        Self { every_s: 5 }
    }
}

/// Where terminals bring their codes; without it none can.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    /// Where it listens: kiosks must reach it.
    pub listen: SocketAddr,
}

/// The configuration, checked, its paths resolved against the file's directory.
#[derive(Debug, Clone)]
pub struct Config {
    /// The city.
    pub city: CityId,
    /// Its time zone: for facts of facilities the catalogue does not name.
    pub zone: TimeZone,
    /// The database file.
    pub database: PathBuf,
    /// The documents' directory.
    pub documents: PathBuf,
    /// The directory of keys and certificates.
    pub keys: PathBuf,
    /// The broker.
    pub broker: Broker,
    /// The page.
    pub web: Web,
    /// The ranking.
    pub ranking: Ranking,
    /// The accounts.
    pub accounts: Accounts,
    /// Where terminals bring their codes.
    pub enrolment: Option<Enrolment>,
    /// The directory with the broker's files.
    pub broker_files: PathBuf,
    /// Where bundles for kiosks lie, named by their SHA-256.
    pub bundles: PathBuf,
}

/// The file of the draw's key.
pub const DRAW_KEY: &str = "draw.key";

/// The file of the key that opens what kiosks seal to the city.
pub const LETTERS_KEY: &str = "letters.key";

impl Config {
    /// Reads and checks a configuration file.
    ///
    /// # Errors
    /// [`Failure`] with [`Exit::NoInput`], [`Exit::Io`] or [`Exit::Config`].
    pub fn load(path: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(path).map_err(|why| Failure::file(path, &why))?;
        let base = path.parent().unwrap_or(Path::new(""));
        Self::read(&Toml::new(path, text), base).map_err(|flaw| Failure::new(Exit::Config, flaw))
    }

    /// Checks a configuration text; relative paths start at `base`.
    ///
    /// # Errors
    /// The first [`Flaw`].
    pub fn read(toml: &Toml, base: &Path) -> Result<Self, Flaw> {
        let file: File = toml.parse()?;
        let zone = TimeZone::get(&file.time_zone).map_err(|_| {
            toml.flaw(
                "time_zone",
                format_args!("{:?} is not in the tz database", file.time_zone),
            )
        })?;
        for (key, value, min, max) in [
            ("broker.keep_alive_s", file.broker.keep_alive_s, 2, 300),
            (
                "broker.session_expiry_days",
                file.broker.session_expiry_days.into(),
                1,
                365,
            ),
            ("broker.port", file.broker.port.into(), 1, 65_535),
            ("web.refresh_s", file.web.refresh_s.into(), 0, 3_600),
            ("ranking.every_s", file.ranking.every_s, 1, 86_400),
            ("ranking.places", file.ranking.places as u64, 1, 100),
            (
                "ranking.least_group",
                file.ranking.least_group as u64,
                2,
                1_000,
            ),
            ("accounts.every_s", file.accounts.every_s, 1, 86_400),
        ] {
            if !(min..=max).contains(&value) {
                return Err(toml.flaw(key, format_args!("{value} must be between {min} and {max}")));
            }
        }
        if file.broker.host.is_empty() {
            return Err(toml.flaw("broker.host", "is empty"));
        }
        Ok(Self {
            city: file.city,
            zone,
            database: base.join(file.database),
            documents: base.join(file.documents),
            keys: base.join(file.keys),
            broker: file.broker,
            web: file.web,
            ranking: file.ranking,
            accounts: file.accounts,
            enrolment: file.enrolment,
            broker_files: base.join("broker"),
            bundles: base.join("bundles"),
        })
    }

    /// A file of the key directory.
    ///
    /// # Errors
    /// [`Failure`] with [`Exit::NoInput`] or [`Exit::Io`].
    pub fn key_text(&self, name: &str) -> Result<String, Failure> {
        let path = self.keys.join(name);
        fs::read_to_string(&path).map_err(|why| Failure::file(&path, &why))
    }

    /// The city's signing key.
    ///
    /// # Errors
    /// [`Failure`]; a damaged key is [`Exit::Config`].
    pub fn signer(&self) -> Result<Signer, Failure> {
        Signer::from_text(&self.key_text("sign.key")?).map_err(|why| self.bad_key("sign.key", &why))
    }

    /// All purpose keys. A home made before there were fares, or receptions, has none for them.
    ///
    /// # Errors
    /// [`Failure`]; a damaged key is [`Exit::Config`].
    pub fn purposes(&self) -> Result<PurposeKeys, Failure> {
        let key = |name: &str| -> Result<Option<PurposeKey>, Failure> {
            PurposeKey::try_from(self.key_text(name)?.trim().to_owned())
                .map(Some)
                .map_err(|why| self.bad_key(name, &why))
        };
        let if_any = |name: &str| {
            let there = self.keys.join(name).exists();
            if there { key(name) } else { Ok(None) }
        };
        Ok(PurposeKeys {
            nursery: key("nursery.key")?,
            visit: key("visit.key")?,
            transport: if_any("transport.key")?,
            reception: if_any("reception.key")?,
        })
    }

    /// The key of the draw's secrets.
    ///
    /// # Errors
    /// [`Failure`]; a damaged key is [`Exit::Config`].
    pub fn draw_key(&self) -> Result<DrawKey, Failure> {
        DrawKey::from_text(&self.key_text(DRAW_KEY)?).map_err(|why| self.bad_key(DRAW_KEY, &why))
    }

    /// The same; `None` for a home made before there were draws.
    ///
    /// # Errors
    /// [`Failure`]; a damaged key is [`Exit::Config`].
    pub fn draw_key_if_any(&self) -> Result<Option<DrawKey>, Failure> {
        let there = self.keys.join(DRAW_KEY).exists();
        there.then(|| self.draw_key()).transpose()
    }

    /// The key that opens what kiosks seal to the city; `None` for a home made before there were
    /// registrations.
    ///
    /// # Errors
    /// [`Failure`]; a damaged key is [`Exit::Config`].
    pub fn letters_key_if_any(&self) -> Result<Option<SealOpener>, Failure> {
        if !self.keys.join(LETTERS_KEY).exists() {
            return Ok(None);
        }
        SealOpener::from_text(&self.key_text(LETTERS_KEY)?)
            .map(Some)
            .map_err(|why| self.bad_key(LETTERS_KEY, &why))
    }

    fn bad_key(&self, name: &str, why: &dyn std::fmt::Display) -> Failure {
        let path = self.keys.join(name);
        Failure::new(Exit::Config, format_args!("{}: {why}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaw(text: &str) -> String {
        Config::read(&Toml::new("city.toml", text), Path::new("/srv"))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn little_is_enough_and_paths_start_at_the_file() {
        let config = Config::read(
            &Toml::new("city.toml", "city = \"town\"\n"),
            Path::new("/srv"),
        )
        .unwrap();
        assert_eq!(config.database, Path::new("/srv/city.db"));
        assert!(config.web.listen.ip().is_loopback());
    }

    #[test]
    fn each_slip_names_its_line_and_key() {
        for (text, said) in [
            ("city = \"T\"\n", "city.toml:1: city: "),
            (
                "city = \"town\"\ntime_zone = \"Asia/Sukumo\"\n",
                "city.toml:2: time_zone: ",
            ),
            (
                "city = \"town\"\n[broker]\nhost = \"b\"\nkeep_alive_s = 1\n",
                "city.toml:4: broker.keep_alive_s: 1 must be between 2 and 300",
            ),
            (
                "city = \"town\"\n[accounts]\nevery_s = 0\n",
                "city.toml:3: accounts.every_s: 0 must be between 1 and 86400",
            ),
            (
                "city = \"town\"\n[ranking]\nleast_group = 1\n",
                "city.toml:3: ranking.least_group: 1 must be between 2 and 1000",
            ),
            (
                "city = \"town\"\n[web]\nlisten = \"here\"\n",
                "city.toml:3: web.listen: ",
            ),
            (
                "city = \"town\"\n[web]\nlissten = \"here\"\n",
                "city.toml:3: web.lissten: ",
            ),
        ] {
            assert!(flaw(text).starts_with(said), "{}", flaw(text));
        }
    }
}
