//! A port nobody uses.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
};

/// Below the kernel's range for outgoing connections, so that none is taken between the
/// choice and the broker's bind.
const PORTS: std::ops::Range<u32> = 12_000..20_000;
const TRIES: u32 = 50;

/// A TCP port that is free now.
///
/// # Errors
/// When none of many tried is.
pub fn free() -> io::Result<u16> {
    let mut error = io::Error::other("no port is free");
    for _ in 0..TRIES {
        let random = getrandom::u32().map_err(io::Error::other)?;
        let port = PORTS.start + random % (PORTS.end - PORTS.start);
        let port = u16::try_from(port).map_err(io::Error::other)?;
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => return Ok(port),
            Err(taken) => error = taken,
        }
    }
    Err(error)
}
