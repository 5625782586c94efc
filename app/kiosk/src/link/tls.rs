//! TLS with a client certificate, and a clock that never goes before the floor.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject as _},
    time_provider::TimeProvider,
};

/// The earliest time it can be, milliseconds since 1970-01-01T00:00:00Z: certificates are
/// judged by it while the machine's clock still stands before it.
#[derive(Debug, Clone)]
pub struct Floor(Arc<AtomicI64>);

impl Floor {
    /// Starts from this.
    pub fn new(ms: i64) -> Self {
        Self(Arc::new(AtomicI64::new(ms)))
    }

    /// A later time was seen and trusted.
    pub fn raise(&self, ms: i64) {
        self.0.fetch_max(ms, Ordering::Relaxed);
    }

    fn seconds(&self) -> u64 {
        u64::try_from(self.0.load(Ordering::Relaxed) / 1_000).unwrap_or(0)
    }
}

impl TimeProvider for Floor {
    fn current_time(&self) -> Option<UnixTime> {
        let now = UnixTime::now().as_secs().max(self.seconds());
        Some(UnixTime::since_unix_epoch(Duration::from_secs(now)))
    }
}

/// Why the enrolment's certificates cannot be used. Each names its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsError {
    file: &'static str,
    what: String,
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; enrol this kiosk anew", self.file, self.what)
    }
}

impl std::error::Error for TlsError {}

const CA: &str = "ca.pem";
const CERT: &str = "kiosk.pem";
const KEY: &str = "kiosk.key";

/// The client's side of TLS 1.2 and 1.3, trusting this one authority.
///
/// # Errors
/// [`TlsError`] when a file holds no certificate or key, or the two do not belong together.
pub fn client_config(
    ca_pem: &[u8],
    cert_pem: &[u8],
    key_pem: &[u8],
    floor: Floor,
) -> Result<ClientConfig, TlsError> {
    let fault = |file, what: &dyn fmt::Display| TlsError {
        file,
        what: what.to_string(),
    };
    let mut roots = RootCertStore::empty();
    for ca in certificates(CA, ca_pem)? {
        roots.add(ca).map_err(|error| fault(CA, &error))?;
    }
    let chain = certificates(CERT, cert_pem)?;
    let key = PrivateKeyDer::from_pem_slice(key_pem)
        .map_err(|_| fault(KEY, &"it holds no private key"))?;
    ClientConfig::builder_with_details(Arc::new(ring::default_provider()), Arc::new(floor))
        .with_safe_default_protocol_versions()
        .expect("the provider knows TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)
        .map_err(|error| fault(KEY, &error))
}

fn certificates(file: &'static str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(TlsError {
            file,
            what: "it holds no certificate".to_owned(),
        }),
        Err(error) => Err(TlsError {
            file,
            what: error.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_does_not_go_before_the_floor() {
        let far = 4_102_444_800_000;
        let floor = Floor::new(0);
        let now = UnixTime::now().as_secs();
        assert!(floor.current_time().unwrap().as_secs() >= now);
        floor.raise(far);
        floor.raise(5);
        assert_eq!(floor.current_time().unwrap().as_secs(), far as u64 / 1_000);
    }

    #[test]
    fn a_file_without_a_certificate_is_named() {
        let said = client_config(b"", b"", b"", Floor::new(0)).unwrap_err();
        assert_eq!(
            said.to_string(),
            "ca.pem: it holds no certificate; enrol this kiosk anew"
        );
    }
}
