//! A POST to a program on this machine.

use std::{
    io,
    net::{SocketAddr, ToSocketAddrs as _},
    time::Duration,
};

use ureq::{
    Agent, Error,
    http::{Uri, header},
};

use super::CannotHandOver;
use crate::http;

/// Sends the bytes as `application/json`. Connecting and waiting for the answer take at most
/// `limit` each, for each address of the host.
///
/// # Errors
/// [`CannotHandOver`]. Without a connection nothing was sent.
pub(super) fn post(url: &str, bytes: &[u8], limit: Duration) -> Result<(), CannotHandOver> {
    let place = Place::of(url)?;
    let agent = http::agent(limit, limit);
    // `localhost` is two addresses, and a program may listen at one of them.
    for address in &place.addresses {
        match send(&agent, &place, *address, bytes) {
            Ok(200..=299) => return Ok(()),
            Ok(status) => return Err(CannotHandOver::Answered(status)),
            Err(error) if is_nobody(&error) => {}
            Err(error) => return Err(reason(&error)),
        }
    }
    Err(CannotHandOver::NoAnswer)
}

struct Place {
    /// As the program is called in the address.
    authority: String,
    path: String,
    addresses: Vec<SocketAddr>,
}

impl Place {
    /// Resolved here and sent to what was resolved, so that nobody's answer in between can
    /// lead elsewhere.
    fn of(url: &str) -> Result<Self, CannotHandOver> {
        let elsewhere = CannotHandOver::Elsewhere;
        let uri: Uri = url.parse().map_err(|_| elsewhere)?;
        let authority = uri.authority().ok_or(elsewhere)?;
        if uri.scheme_str() != Some("http") || authority.as_str().contains('@') {
            return Err(elsewhere);
        }
        let host = authority.host().trim_matches(['[', ']']);
        let port = authority.port_u16().unwrap_or(80);
        let addresses: Vec<SocketAddr> = (host, port)
            .to_socket_addrs()
            .map_err(|_| CannotHandOver::NoAnswer)?
            .collect();
        if addresses.iter().any(|address| !address.ip().is_loopback()) {
            return Err(elsewhere);
        }
        Ok(Self {
            authority: authority.to_string(),
            path: uri.path_and_query().map_or("/", |p| p.as_str()).to_owned(),
            addresses,
        })
    }
}

fn send(agent: &Agent, place: &Place, to: SocketAddr, bytes: &[u8]) -> Result<u16, Error> {
    let answer = agent
        .post(format!("http://{to}{}", place.path))
        .header(header::HOST, &place.authority)
        .content_type("application/json")
        .send(bytes)?;
    Ok(answer.status().as_u16())
}

fn is_nobody(error: &Error) -> bool {
    match error {
        Error::ConnectionFailed => true,
        Error::Io(error) => error.kind() == io::ErrorKind::ConnectionRefused,
        _ => false,
    }
}

const fn reason(error: &Error) -> CannotHandOver {
    match error {
        Error::Io(_) | Error::Timeout(_) | Error::ConnectionFailed | Error::HostNotFound => {
            CannotHandOver::NoAnswer
        }
        _ => CannotHandOver::NotHttp,
    }
}

#[cfg(test)]
mod tests;
