//! The city's certificates: one authority, the broker, the city's two clients, the kiosks.
//!
//! All are X.509 v3 (RFC 5280) with ECDSA P-256 keys. A certificate's common name is the
//! MQTT user the broker's ACL speaks of.

use std::{io, path::Path, sync::Arc};

use jiff::civil::Date;
use machitap_domain::CityId;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams,
    CertificateSigningRequestParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData, RevokedCertParams,
    SerialNumber, date_time_ymd,
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

/// A certificate that was issued.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The certificate, PEM.
    pub certificate: String,
    /// Its serial number, hexadecimal.
    pub serial: String,
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

    /// A client certificate and its key; `user` becomes its common name. The last day of its validity
    /// is the day before `not_after`.
    ///
    /// # Errors
    /// [`PkiError::Make`].
    pub fn client(&self, user: &str, not_after: Date) -> Result<Pair, PkiError> {
        self.issue(client_params(user), not_after)
    }

    /// A kiosk's certificate for the key of its request (RFC 2986), of which nothing else is taken.
    ///
    /// # Errors
    /// [`PkiError::Make`] for a request that is none, or whose sender has not the key.
    pub fn kiosk(&self, request: &str, kiosk: &str, not_after: Date) -> Result<Issued, PkiError> {
        let request = CertificateSigningRequestParams::from_pem(request)?;
        self.certify(client_params(kiosk), &request.public_key, not_after)
    }

    /// A kiosk's certificate for a key that was made here.
    ///
    /// # Errors
    /// [`PkiError::Make`].
    pub fn kiosk_of(
        &self,
        key: &KeyPair,
        kiosk: &str,
        not_after: Date,
    ) -> Result<Issued, PkiError> {
        self.certify(client_params(kiosk), key, not_after)
    }

    /// What counts no more, by serial number and the day it was revoked on (RFC 5280 §5), PEM.
    ///
    /// # Errors
    /// [`PkiError::Make`].
    pub fn revocations(&self, revoked: &[(String, Date)]) -> Result<String, PkiError> {
        let revoked_certs = revoked
            .iter()
            .filter_map(|(serial, on)| {
                let (y, m, d) = ymd(*on);
                Some(RevokedCertParams {
                    serial_number: SerialNumber::from(hex::decode(serial).ok()?),
                    revocation_time: date_time_ymd(y, m, d),
                    reason_code: None,
                    invalidity_date: None,
                })
            })
            .collect();
        let (y, m, d) = NOT_BEFORE;
        let (until_y, until_m, until_d) = ymd(AUTHORITY_UNTIL);
        let list = CertificateRevocationListParams {
            // A list that is out of date shuts everybody out: a broker whose clock stands still, or
            // that nobody looked after for years, must go on.
            this_update: date_time_ymd(y, m, d),
            next_update: date_time_ymd(until_y, until_m, until_d),
            crl_number: SerialNumber::from(revoked.len() as u64 + 1),
            issuing_distribution_point: None,
            revoked_certs,
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Ok(list.signed_by(&self.issuer)?.pem()?)
    }

    fn issue(&self, params: CertificateParams, not_after: Date) -> Result<Pair, PkiError> {
        let key = new_key()?;
        Ok(Pair {
            certificate: self.certify(params, &key, not_after)?.certificate,
            key: key.serialize_pem(),
        })
    }

    fn certify(
        &self,
        mut params: CertificateParams,
        key: &impl PublicKeyData,
        not_after: Date,
    ) -> Result<Issued, PkiError> {
        valid(&mut params, not_after);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let serial = serial();
        params.serial_number = Some(SerialNumber::from(serial.to_vec()));
        Ok(Issued {
            certificate: params.signed_by(key, &self.issuer)?.pem(),
            serial: hex::encode(serial),
        })
    }
}

/// 16 random bytes that make a positive number of that length (RFC 5280 §4.1.2.2).
fn serial() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes[0] = bytes[0] & 0x3f | 0x40;
    bytes
}

fn client_params(user: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, user);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

/// A new P-256 key.
///
/// # Errors
/// [`PkiError::Make`].
pub(crate) fn new_key() -> Result<KeyPair, PkiError> {
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
    let (y, m, d) = ymd(not_after);
    params.not_after = date_time_ymd(y, m, d);
}

fn ymd(date: Date) -> (i32, u8, u8) {
    (
        i32::from(date.year()),
        date.month().unsigned_abs(),
        date.day().unsigned_abs(),
    )
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

    fn request(key: &KeyPair) -> String {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "city");
        params.serialize_request(key).unwrap().pem().unwrap()
    }

    #[test]
    fn a_request_gives_its_key_and_no_name() {
        let city: CityId = "town".parse().unwrap();
        let authority = Authority::create(&city).unwrap();
        let until = jiff::civil::date(2040, 1, 1);
        let key = new_key().unwrap();
        let issued = authority.kiosk(&request(&key), "hall-1", until).unwrap();
        let pair = Pair {
            certificate: issued.certificate.clone(),
            key: key.serialize_pem(),
        };
        assert!(client_config(&authority.pair().certificate, &pair).is_ok());
        let shown = String::from_utf8_lossy(
            CertificateDer::from_pem_slice(issued.certificate.as_bytes())
                .unwrap()
                .as_ref(),
        )
        .into_owned();
        assert!(shown.contains("hall-1"));
        assert!(!shown.contains("city"), "the name it asked for");
    }

    #[test]
    fn a_request_whose_sender_has_not_the_key_gets_nothing() {
        let city: CityId = "town".parse().unwrap();
        let authority = Authority::create(&city).unwrap();
        let until = jiff::civil::date(2040, 1, 1);
        let mut der = rustls::pki_types::CertificateSigningRequestDer::from_pem_slice(
            request(&new_key().unwrap()).as_bytes(),
        )
        .unwrap()
        .to_vec();
        *der.last_mut().unwrap() ^= 1;
        let bent = CertificateSigningRequestParams::from_der(&der.into());
        assert!(bent.is_err());
        assert!(authority.kiosk("", "hall-1", until).is_err());
    }
}
