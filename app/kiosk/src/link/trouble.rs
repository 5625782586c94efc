//! Why a connection failed, told apart so that each has its own remedy.

use std::{error::Error, io};

use machitap_domain::fact::Class;
use rumqttc::v5::{
    ConnectionError, StateError,
    mqttbytes::{self, v5::ConnectReturnCode},
};
use rustls::{AlertDescription, CertificateError};

use crate::messages::{self, MessageId};

/// Why the link is down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Nobody answers at the address: refused, unreachable, no such name, timed out.
    Refused(String),
    /// The broker's certificate is of an unknown authority.
    UnknownCa,
    /// The broker's certificate is expired or not yet valid.
    Expired,
    /// The broker's certificate is for another name.
    WrongName,
    /// The broker does not admit this kiosk.
    NotAdmitted(String),
    /// The city has taken this kiosk's enrolment back: the broker said so after it had shown who it
    /// is, so that nobody on the way can end a kiosk's service by saying it.
    Revoked,
    /// The broker does not let us subscribe.
    NotSubscribed,
    /// Nothing came for two keep-alives.
    Silent,
    /// The connection ended.
    Lost(String),
    /// A rule of TLS or MQTT was broken.
    Protocol(String),
}

impl Trouble {
    /// The record it is written under.
    pub const fn message_id(&self) -> MessageId {
        match self {
            Self::Refused(_) => messages::LINK_REFUSED,
            Self::UnknownCa => messages::LINK_UNKNOWN_CA,
            Self::Expired => messages::LINK_EXPIRED,
            Self::WrongName => messages::LINK_WRONG_NAME,
            Self::NotAdmitted(_) => messages::LINK_NOT_ADMITTED,
            Self::Revoked => messages::UNENROLLED,
            Self::NotSubscribed => messages::LINK_NOT_SUBSCRIBED,
            Self::Silent => messages::LINK_SILENT,
            Self::Lost(_) => messages::LINK_LOST,
            Self::Protocol(_) => messages::LINK_PROTOCOL,
        }
    }

    /// How it is answered. All are also tried again: what an operator repairs at the
    /// broker must not need a visit to the kiosk.
    pub const fn class(&self) -> Class {
        match self {
            Self::Refused(_) | Self::Silent | Self::Lost(_) | Self::Protocol(_) => Class::Retry,
            Self::UnknownCa
            | Self::Expired
            | Self::WrongName
            | Self::NotAdmitted(_)
            | Self::Revoked
            | Self::NotSubscribed => Class::Repair,
        }
    }

    /// What happened, for people.
    pub fn what(&self) -> String {
        match self {
            Self::Refused(why) => format!("the broker cannot be reached: {why}"),
            Self::UnknownCa => "the broker's certificate is of an unknown authority".into(),
            Self::Expired => "the broker's certificate is expired or not valid yet".into(),
            Self::WrongName => "the broker's certificate is for another name".into(),
            Self::NotAdmitted(why) => format!("the broker does not admit this kiosk: {why}"),
            Self::Revoked => "the city has taken this kiosk's enrolment back".into(),
            Self::NotSubscribed => "the broker does not let this kiosk subscribe".into(),
            Self::Silent => "the broker says nothing any more".into(),
            Self::Lost(why) => format!("the link ended: {why}"),
            Self::Protocol(why) => format!("the link broke a rule: {why}"),
        }
    }

    /// Reads the client's error. `established`: the MQTT connection stood before it.
    pub(super) fn of(error: &ConnectionError, established: bool) -> Self {
        let cause = cause(error);
        if let Some(tls) = find::<rustls::Error>(cause) {
            return Self::of_tls(tls);
        }
        match error {
            ConnectionError::ConnectionRefused(code)
            | ConnectionError::MqttState(StateError::ConnFail { reason: code }) => {
                Self::of_code(*code)
            }
            ConnectionError::MqttState(StateError::AwaitPingResp) => Self::Silent,
            ConnectionError::Timeout(_) => Self::Refused("no answer in time".into()),
            error => match find::<io::Error>(cause) {
                Some(io) if established => Self::Lost(io.to_string()),
                Some(io) => Self::Refused(io.to_string()),
                None if matches!(
                    error,
                    ConnectionError::MqttState(
                        StateError::ConnectionAborted | StateError::ServerDisconnect { .. }
                    )
                ) =>
                {
                    Self::Lost(error.to_string())
                }
                None => Self::Protocol(error.to_string()),
            },
        }
    }

    fn of_code(code: ConnectReturnCode) -> Self {
        use ConnectReturnCode as C;
        match code {
            C::NotAuthorized
            | C::BadUserNamePassword
            | C::Banned
            | C::ClientIdentifierNotValid
            | C::BadClientId
            | C::BadAuthenticationMethod => Self::NotAdmitted(format!("{code:?}")),
            C::ServiceUnavailable
            | C::ServerBusy
            | C::QuotaExceeded
            | C::ConnectionRateExceeded => Self::Refused(format!("{code:?}")),
            code => Self::Protocol(format!("{code:?}")),
        }
    }

    /// Reads an error of a stream that TLS runs over.
    pub(super) fn of_io(error: &io::Error) -> Self {
        find::<rustls::Error>(error).map_or_else(|| Self::Lost(error.to_string()), Self::of_tls)
    }

    /// The same, once the handshake of TLS 1.3 is done: what is said then is the broker's own word
    /// (RFC 8446 §6).
    pub(super) fn of_proven_tls(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::AlertReceived(AlertDescription::CertificateRevoked) => Self::Revoked,
            error => Self::of_tls(error),
        }
    }

    pub(super) fn of_tls(error: &rustls::Error) -> Self {
        use rustls::Error as E;
        match error {
            E::InvalidCertificate(why) => match why {
                CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. } => Self::Expired,
                CertificateError::NotValidForName
                | CertificateError::NotValidForNameContext { .. } => Self::WrongName,
                CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::UnknownCa,
                why => Self::Protocol(format!("the broker's certificate: {why:?}")),
            },
            E::AlertReceived(alert) => match alert {
                AlertDescription::BadCertificate
                | AlertDescription::UnsupportedCertificate
                | AlertDescription::CertificateRevoked
                | AlertDescription::CertificateExpired
                | AlertDescription::CertificateUnknown
                | AlertDescription::UnknownCA
                | AlertDescription::AccessDenied
                | AlertDescription::CertificateRequired => {
                    Self::NotAdmitted(format!("its TLS says {alert:?}"))
                }
                alert => Self::Protocol(format!("TLS alert {alert:?}")),
            },
            error => Self::Protocol(error.to_string()),
        }
    }
}

/// Where to begin looking: the client's state keeps the error of a broken stream without
/// calling it its source.
fn cause(error: &ConnectionError) -> &(dyn Error + 'static) {
    match error {
        ConnectionError::MqttState(StateError::Deserialization(mqttbytes::Error::Io(io))) => io,
        error => error,
    }
}

/// Looks through an error's causes, also into the boxes of I/O errors, which hide theirs.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    // Where the type looked for is the I/O error itself, the innermost is the plainest;
    // for all others there is one.
    let mut found = None;
    while let Some(error) = next {
        if let Some(wanted) = error.downcast_ref::<T>() {
            found = Some(wanted);
        }
        next = match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        };
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tls(error: rustls::Error) -> ConnectionError {
        io::Error::new(io::ErrorKind::InvalidData, error).into()
    }

    #[test]
    fn every_kind_of_failure_is_told_from_the_others() {
        use rustls::Error as E;
        let unknown = E::InvalidCertificate(CertificateError::UnknownIssuer);
        let expired = E::InvalidCertificate(CertificateError::Expired);
        let early = E::InvalidCertificate(CertificateError::NotValidYet);
        let name = E::InvalidCertificate(CertificateError::NotValidForName);
        let alert = E::AlertReceived(AlertDescription::CertificateExpired);
        for (error, id) in [
            (tls(unknown), messages::LINK_UNKNOWN_CA),
            (tls(expired), messages::LINK_EXPIRED),
            (tls(early), messages::LINK_EXPIRED),
            (tls(name), messages::LINK_WRONG_NAME),
            (tls(alert), messages::LINK_NOT_ADMITTED),
            (
                ConnectionError::ConnectionRefused(ConnectReturnCode::NotAuthorized),
                messages::LINK_NOT_ADMITTED,
            ),
            (
                io::Error::from(io::ErrorKind::ConnectionRefused).into(),
                messages::LINK_REFUSED,
            ),
            (
                ConnectionError::MqttState(StateError::AwaitPingResp),
                messages::LINK_SILENT,
            ),
            (
                ConnectionError::MqttState(StateError::WrongPacket),
                messages::LINK_PROTOCOL,
            ),
        ] {
            assert_eq!(Trouble::of(&error, false).message_id(), id, "{error}");
        }
    }

    #[test]
    fn only_the_brokers_own_word_ends_a_kiosks_service() {
        let alert = rustls::Error::AlertReceived(AlertDescription::CertificateRevoked);
        assert!(matches!(Trouble::of_tls(&alert), Trouble::NotAdmitted(_)));
        assert_eq!(Trouble::of_proven_tls(&alert), Trouble::Revoked);
    }

    #[test]
    fn a_stream_that_breaks_inside_the_client_is_seen_through() {
        let broken = |io: io::Error| {
            ConnectionError::MqttState(StateError::Deserialization(mqttbytes::Error::Io(io)))
        };
        let eof = || broken(io::ErrorKind::UnexpectedEof.into());
        assert!(matches!(Trouble::of(&eof(), true), Trouble::Lost(_)));
        let alert = rustls::Error::AlertReceived(AlertDescription::UnknownCA);
        let alert = broken(io::Error::new(io::ErrorKind::InvalidData, alert));
        assert!(matches!(
            Trouble::of(&alert, false),
            Trouble::NotAdmitted(_)
        ));
    }

    #[test]
    fn a_link_that_stood_is_lost_and_not_refused() {
        let reset = || ConnectionError::from(io::Error::from(io::ErrorKind::ConnectionReset));
        assert!(matches!(Trouble::of(&reset(), true), Trouble::Lost(_)));
        assert!(matches!(Trouble::of(&reset(), false), Trouble::Refused(_)));
    }
}
