//! The city's certificates: one authority, the broker, the city's two clients, the kiosks.
//!
//! All are X.509 v3 (RFC 5280) with ECDSA P-256 keys. A certificate's common name is the
//! MQTT user the broker's ACL speaks of.

use std::{io, path::Path, sync::Arc};

use jiff::civil::Date;
use machitap_domain::CityId;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, date_time_ymd,
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

/// The user `machitap-city serve` is at the broker.
pub const SERVE_USER: &str = "city";
/// The user `machitap-city publish` is at the broker. No kiosk id has a dot in it.
pub const DESK_USER: &str = "city.desk";

/// Certificates are valid from this day, long before any of them was made: a kiosk without
/// a clock starts at its image's build time and must not find its certificate in the future.
const NOT_BEFORE: (i32, u8, u8) = (2025, 1, 1);

/// The authority and the broker's certificate end here unless renewed.
const AUTHORITY_UNTIL: Date = jiff::civil::date(2046, 1, 1);

/// What went wrong with a certificate or key.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// The key or certificate could not be made or read.
    #[error("{0}")]
    Make(#[from] rcgen::Error),
    /// A PEM file holds no certificate or no key.
    #[error("{0} holds no usable {1}")]
    Pem(String, &'static str),
    /// The certificate and key do not fit each other, or the library.
    #[error("{0}")]
    Tls(#[from] rustls::Error),
    /// A file could not be read.
    #[error("{0}: {1}")]
    File(String, io::Error),
}

/// A certificate and its private key, both PEM (RFC 7468).
#[derive(Clone)]
pub struct Pair {
    /// The certificate.
    pub certificate: String,
    /// The private key, PKCS #8 (RFC 5958).
    pub key: String,
}

/// The city's certificate authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

impl Authority {
    /// A new authority for this city.
    ///
    /// # Errors
    /// [`PkiError::Make`].
    pub fn create(city: &CityId) -> Result<Self, PkiError> {
        let key = new_key()?;
        let params = authority_params(city);
        let certificate = params.self_signed(&key)?.pem();
        Ok(Self {
            issuer: Issuer::new(params, key),
            certificate,
        })
    }

    /// The authority from its certificate and key.
    ///
    /// # Errors
    /// [`PkiError::Make`] when the key is none.
    pub fn load(city: &CityId, certificate: &str, key: &str) -> Result<Self, PkiError> {
        Ok(Self {
            issuer: Issuer::new(authority_params(city), KeyPair::from_pem(key)?),
            certificate: certificate.to_owned(),
        })
    }

    /// Its certificate and key, to be kept.
    pub fn pair(&self) -> Pair {
        Pair {
            certificate: self.certificate.clone(),
            key: self.issuer.key().serialize_pem(),
        }
    }

    /// The broker's certificate for these names and addresses.
    ///
    /// # Errors
    /// [`PkiError::Make`] for a name that is none.
    pub fn broker(&self, hosts: &[String]) -> Result<Pair, PkiError> {
        let mut params = CertificateParams::new(hosts.to_vec())?;
        params
            .distinguished_name
            .push(DnType::CommonName, "Machitap broker");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue(params, AUTHORITY_UNTIL)
    }

    /// A client certificate; `user` becomes its common name. The last day of its validity
    /// is the day before `not_after`.
    ///
    /// # Errors
    /// [`PkiError::Make`].
    pub fn client(&self, user: &str, not_after: Date) -> Result<Pair, PkiError> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, user);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.issue(params, not_after)
    }

    fn issue(&self, mut params: CertificateParams, not_after: Date) -> Result<Pair, PkiError> {
        let key = new_key()?;
        valid(&mut params, not_after);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &self.issuer)?.pem();
        Ok(Pair {
            certificate,
            key: key.serialize_pem(),
        })
    }
}

fn new_key() -> Result<KeyPair, PkiError> {
    Ok(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?)
}

fn authority_params(city: &CityId) -> CertificateParams {
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, format!("Machitap authority of {city}"));
    valid(&mut params, AUTHORITY_UNTIL);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn valid(params: &mut CertificateParams, not_after: Date) {
    let (y, m, d) = NOT_BEFORE;
    params.not_before = date_time_ymd(y, m, d);
    params.not_after = date_time_ymd(
        i32::from(not_after.year()),
        not_after.month().unsigned_abs(),
        not_after.day().unsigned_abs(),
    );
}

/// How a client speaks TLS to the broker: TLS 1.2 or newer, only this authority, with a
/// certificate of its own.
///
/// # Errors
/// [`PkiError`] for text that holds no certificate or no key.
pub fn client_config(ca: &str, pair: &Pair) -> Result<Arc<ClientConfig>, PkiError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(ca, "ca.pem")? {
        roots.add(certificate)?;
    }
    let key = private_key(&pair.key)?;
    let config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_client_auth_cert(certificates(&pair.certificate, "the certificate")?, key)?;
    Ok(Arc::new(config))
}

/// Reads a certificate and key.
///
/// # Errors
/// [`PkiError::File`].
pub fn read_pair(certificate: &Path, key: &Path) -> Result<Pair, PkiError> {
    Ok(Pair {
        certificate: read(certificate)?,
        key: read(key)?,
    })
}

/// Reads a PEM file.
///
/// # Errors
/// [`PkiError::File`].
pub fn read(path: &Path) -> Result<String, PkiError> {
    std::fs::read_to_string(path).map_err(|why| PkiError::File(path.display().to_string(), why))
}

fn certificates(pem: &str, name: &str) -> Result<Vec<CertificateDer<'static>>, PkiError> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|_| PkiError::Pem(name.to_owned(), "certificate"))?;
    if found.is_empty() {
        return Err(PkiError::Pem(name.to_owned(), "certificate"));
    }
    Ok(found)
}

fn private_key(pem: &str) -> Result<PrivateKeyDer<'static>, PkiError> {
    PrivateKeyDer::from_pem_slice(pem.as_bytes())
        .map_err(|_| PkiError::Pem("the key file".to_owned(), "private key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_read_back_issues_what_the_first_certificate_vouches_for() {
        let city: CityId = "town".parse().unwrap();
        let made = Authority::create(&city).unwrap().pair();
        let again = Authority::load(&city, &made.certificate, &made.key).unwrap();
        let pair = again
            .client("kiosk-1", jiff::civil::date(2040, 1, 1))
            .unwrap();
        assert!(client_config(&made.certificate, &pair).is_ok());
    }

    #[test]
    fn what_is_no_certificate_is_said_to_be_none() {
        let city: CityId = "town".parse().unwrap();
        let authority = Authority::create(&city).unwrap();
        let pair = authority
            .client("a", jiff::civil::date(2040, 1, 1))
            .unwrap();
        assert!(matches!(client_config("", &pair), Err(PkiError::Pem(..))));
        let keyless = Pair {
            key: String::new(),
            ..pair
        };
        assert!(matches!(
            client_config(&authority.pair().certificate, &keyless),
            Err(PkiError::Pem(..))
        ));
    }
}
