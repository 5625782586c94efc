//! Whether the broker is there and lets this kiosk in, asked beside the link.
//!
//! It ends after the handshake of TLS: a second MQTT connection under the kiosk's name would end
//! the first.

use std::{
    io,
    net::{TcpStream, ToSocketAddrs as _},
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::{ClientConfig, ClientConnection, ProtocolVersion, pki_types::ServerName};

use super::{CONNECT_WITHIN, Trouble};

/// A broker that turns a certificate of TLS 1.3 down says so after the handshake, within this.
const VERDICT_WITHIN: Duration = Duration::from_secs(2);

/// Connects, shakes hands, waits for a refusal, and hangs up.
///
/// # Errors
/// What the link would say.
pub fn probe(host: &str, port: u16, tls: Arc<ClientConfig>) -> Result<(), Trouble> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|error| Trouble::Protocol(format!("{host}: {error}")))?;
    let mut stream = connect(host, port)?;
    let mut tls = ClientConnection::new(tls, name).map_err(|e| Trouble::of_tls(&e))?;
    let set = stream
        .set_read_timeout(Some(CONNECT_WITHIN))
        .and_then(|()| stream.set_write_timeout(Some(CONNECT_WITHIN)));
    set.map_err(|error| Trouble::Lost(error.to_string()))?;
    while tls.is_handshaking() {
        tls.complete_io(&mut stream)
            .map_err(|e| Trouble::of_io(&e))?;
    }
    refusal(&mut tls, &mut stream)
}

fn connect(host: &str, port: u16) -> Result<TcpStream, Trouble> {
    let mut why = format!("{host}: no such name");
    let addresses = (host, port)
        .to_socket_addrs()
        .map_err(|error| Trouble::Refused(format!("{host}: {error}")))?;
    for address in addresses {
        match TcpStream::connect_timeout(&address, CONNECT_WITHIN) {
            Ok(stream) => return Ok(stream),
            Err(error) => why = format!("{address}: {error}"),
        }
    }
    Err(Trouble::Refused(why))
}

fn refusal(tls: &mut ClientConnection, stream: &mut TcpStream) -> Result<(), Trouble> {
    let until = Instant::now() + VERDICT_WITHIN;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        stream
            .set_read_timeout(Some(left))
            .map_err(|error| Trouble::Lost(error.to_string()))?;
        match tls.read_tls(stream) {
            Ok(0) => return Err(Trouble::NotAdmitted("it hangs up".to_owned())),
            Ok(_) => {
                let proven = tls.protocol_version() == Some(ProtocolVersion::TLSv1_3);
                tls.process_new_packets().map_err(|error| match proven {
                    true => Trouble::of_proven_tls(&error),
                    false => Trouble::of_tls(&error),
                })?;
            }
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                ) =>
            {
                return Ok(());
            }
            Err(error) => return Err(Trouble::of_io(&error)),
        }
    }
}
