//! What mosquitto is told: its configuration and its access list.

use std::path::Path;

use machitap_domain::CityId;

use crate::pki::{DESK_USER, SERVE_USER};

/// What differs from one installation to the next.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    /// The directory with `ca.pem`, `crl.pem`, `server.pem`, `server.key`, `acl` and `data/`.
    pub directory: &'a Path,
    /// Where it listens.
    pub bind: &'a str,
    /// On which port.
    pub port: u16,
    /// Whom it becomes when root starts it.
    pub user: &'a str,
}

/// `mosquitto.conf` for mosquitto 2.0.11 and newer.
pub fn configuration(place: &Place<'_>) -> String {
    let dir = place.directory.display();
    let Place {
        bind, port, user, ..
    } = place;
    format!(
        "\
# The broker of a Machitap city. Written by machitap-city; change it there.

# Left at false: 2.0.12 to 2.0.18 lose persistent sessions with true.
per_listener_settings false

listener {port} {bind}
cafile {dir}/ca.pem
# Written by `machitap-city revoke`; read at a start and at SIGHUP.
crlfile {dir}/crl.pem
certfile {dir}/server.pem
keyfile {dir}/server.key
tls_version tlsv1.2
# Whoever has no certificate of this city's authority does not get in, and is who the
# certificate says. The user name is the client id too, so that no kiosk takes over
# another's session.
require_certificate true
use_identity_as_username true
use_username_as_clientid true
allow_anonymous false
acl_file {dir}/acl

# Only when started by root.
user {user}

# Retained documents and sessions survive a restart. What the disk has not when the power
# goes is sent again: kiosks keep every fact until the city's own receipt.
persistence true
persistence_location {dir}/data/
autosave_interval 60
persistent_client_expiration 30d

# A kiosk has few batches under way; the city is never the broker's archive.
max_inflight_messages 200
max_queued_messages 20000
max_queued_bytes 268435456
max_packet_size 524288
set_tcp_nodelay true

log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages true
"
    )
}

/// The access list. A kiosk writes and reads below its own name only; `%u` is the common
/// name of its certificate.
pub fn access_list(city: &CityId) -> String {
    format!(
        "\
# Who may write and read what. Written by machitap-city; change it there.

user {SERVE_USER}
topic readwrite k/v1/{city}/#

user {DESK_USER}
topic readwrite k/v1/{city}/doc/#

pattern write k/v1/{city}/%u/ev
pattern write k/v1/{city}/%u/state
pattern read k/v1/{city}/%u/ack
pattern read k/v1/{city}/%u/cmd/#
pattern read k/v1/{city}/city/state
pattern read k/v1/{city}/doc/catalogue/#
pattern read k/v1/{city}/doc/ranking/#
pattern read k/v1/{city}/doc/notices/#
pattern read k/v1/{city}/doc/progress/#
pattern read k/v1/{city}/doc/roster-%u/#
pattern read k/v1/{city}/doc/absences-%u/#
pattern read k/v1/{city}/doc/deals-%u/#
pattern read k/v1/{city}/doc/fares-%u/#
pattern read k/v1/{city}/doc/lease-%u/#
pattern read k/v1/{city}/doc/accounts-%u/#
pattern read k/v1/{city}/doc/account-news-%u/#
"
    )
}
