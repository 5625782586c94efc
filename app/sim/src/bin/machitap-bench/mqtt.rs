//! The little of MQTT 3.1.1 the peers are measured with: publish with QoS 1 in a window,
//! and count what arrives. Plain TCP on this machine.

use std::{
    io::{self, BufReader, BufWriter, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

const CONNECT: u8 = 0x10;
const PUBLISH_QOS1: u8 = 0x32;
const PUBACK: u8 = 0x40;
const SUBSCRIBE: u8 = 0x82;
/// What a read may bring at once, bytes.
const READ: usize = 1 << 20;
/// So many messages go into one commit.
const GROUP_MAX: usize = 10_000;
const SILENCE: Duration = Duration::from_secs(120);

/// A connection to a broker.
pub(crate) struct Client {
    input: BufReader<TcpStream>,
    output: BufWriter<TcpStream>,
    next_id: u16,
}

impl Client {
    /// Connects; the broker keeps the session of that name.
    pub(crate) fn connect(port: u16, name: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(SILENCE))?;
        stream.set_nodelay(true)?;
        let mut client = Self {
            input: BufReader::with_capacity(READ, stream.try_clone()?),
            output: BufWriter::new(stream),
            next_id: 0,
        };
        // Protocol 4, no clean session, no keep-alive.
        let mut body = vec![0, 4, b'M', b'Q', b'T', b'T', 4, 0, 0, 0];
        text(&mut body, name);
        client.send(CONNECT, &body)?;
        client.output.flush()?;
        client.expect(0x20)?;
        Ok(client)
    }

    /// Subscribes with QoS 1.
    pub(crate) fn subscribe(&mut self, filter: &str) -> io::Result<()> {
        let mut body = vec![0, 1];
        text(&mut body, filter);
        body.push(1);
        self.send(SUBSCRIBE, &body)?;
        self.output.flush()?;
        self.expect(0x90)
    }

    /// Publishes all of them with QoS 1, at most `window` unacknowledged at a time, and
    /// waits for the last acknowledgement.
    pub(crate) fn publish(
        &mut self,
        topic: &str,
        payloads: &[Vec<u8>],
        window: usize,
    ) -> io::Result<()> {
        let mut open = 0;
        for payload in payloads {
            let mut body = Vec::with_capacity(topic.len() + 4 + payload.len());
            text(&mut body, topic);
            body.extend(self.id().to_be_bytes());
            body.extend(payload);
            self.send(PUBLISH_QOS1, &body)?;
            open += 1;
            if open == window {
                self.output.flush()?;
                self.expect(PUBACK)?;
                open -= 1;
            }
        }
        self.output.flush()?;
        for _ in 0..open {
            self.expect(PUBACK)?;
        }
        Ok(())
    }

    /// Takes in messages until `keep` has all it waits for. It is handed what arrived
    /// together; only then that is acknowledged. Returns how many messages there were and
    /// when the first of them came.
    pub(crate) fn receive(
        &mut self,
        mut keep: impl FnMut(&[Vec<u8>]) -> anyhow::Result<bool>,
    ) -> anyhow::Result<(u64, Instant)> {
        let (mut messages, mut first) = (0, None);
        let (mut group, mut ids) = (Vec::new(), Vec::new());
        loop {
            let (kind, mut body) = self.packet()?;
            if kind & 0xF0 == 0x30 {
                first.get_or_insert_with(Instant::now);
                let topic = usize::from(u16::from_be_bytes([body[0], body[1]]));
                let mut header = 2 + topic;
                if kind & 0x06 != 0 {
                    ids.push([body[header], body[header + 1]]);
                    header += 2;
                }
                body.drain(..header);
                group.push(body);
            }
            // More of it is here already: it goes into the same commit.
            if !self.input.buffer().is_empty() && group.len() < GROUP_MAX {
                continue;
            }
            let all = keep(&group)?;
            messages += group.len() as u64;
            group.clear();
            for id in ids.drain(..) {
                self.send(PUBACK, &id)?;
            }
            self.output.flush()?;
            if all {
                return Ok((messages, first.unwrap_or_else(Instant::now)));
            }
        }
    }

    fn id(&mut self) -> u16 {
        // Never 0 (MQTT-2.3.1-1).
        self.next_id = self.next_id.checked_add(1).unwrap_or(1);
        self.next_id
    }

    fn expect(&mut self, wanted: u8) -> io::Result<()> {
        loop {
            let (kind, body) = self.packet()?;
            if kind & 0xF0 == wanted {
                let refused = wanted == 0x20 && body.get(1) != Some(&0);
                return if refused {
                    Err(io::Error::other("the broker refuses the connection"))
                } else {
                    Ok(())
                };
            }
        }
    }

    fn send(&mut self, kind: u8, body: &[u8]) -> io::Result<()> {
        self.output.write_all(&[kind])?;
        let mut length = body.len();
        loop {
            let low = (length & 0x7F) as u8;
            length >>= 7;
            self.output
                .write_all(&[if length > 0 { low | 0x80 } else { low }])?;
            if length == 0 {
                break;
            }
        }
        self.output.write_all(body)
    }

    fn packet(&mut self) -> io::Result<(u8, Vec<u8>)> {
        let mut byte = [0];
        self.input.read_exact(&mut byte)?;
        let kind = byte[0];
        let (mut length, mut shift) = (0, 0);
        loop {
            self.input.read_exact(&mut byte)?;
            length |= usize::from(byte[0] & 0x7F) << shift;
            shift += 7;
            if byte[0] & 0x80 == 0 {
                break;
            }
        }
        let mut body = vec![0; length];
        self.input.read_exact(&mut body)?;
        Ok((kind, body))
    }
}

fn text(body: &mut Vec<u8>, text: &str) {
    let length = u16::try_from(text.len()).expect("our names are short");
    body.extend(length.to_be_bytes());
    body.extend(text.as_bytes());
}
