//! A whole city on private ports and directories: the real mosquitto, the real binary.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    ops::Range,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use machitap_city::{
    enrol,
    link::{Event, Link, Options},
    pki,
};
use machitap_domain::{
    BootId, CityId, ClockSource, Draft, FacilityId, Fact, FactBody, FactId, FactKey, Hash,
    Incarnation, KioskId, Pseudonym, Quality, Stamp,
    credential::CredentialKind,
    points::{Award, AwardReason},
};
use machitap_wire::{
    Batch, KioskState, Receipt, Signer, Topic, Verifier,
    bundle::Enrolment,
    envelope::{self, Kind},
};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

/// Whatever is waited for comes within this, or the test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Points of each award.
pub(crate) const POINTS: u32 = 10;

/// A process that does not outlive the test.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn kill(&mut self) {
        self.0.kill().expect("it runs");
        self.0.wait().expect("it ends");
    }

    /// SIGTERM, then its exit code.
    pub(crate) fn terminate(&mut self) -> Option<i32> {
        // Not by `kill`: a fresh machine has no such program.
        let pid = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
        self.0.wait().expect("it ends").code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) struct City {
    dir: tempfile::TempDir,
    pub(crate) id: CityId,
    pub(crate) broker_port: u16,
    pub(crate) web_port: u16,
    pub(crate) enrol_port: u16,
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|l| l.local_addr())
        .expect("a free port")
        .port()
}

fn mosquitto() -> PathBuf {
    [
        "/usr/sbin/mosquitto",
        "/usr/bin/mosquitto",
        "/usr/local/sbin/mosquitto",
    ]
    .into_iter()
    .map(PathBuf::from)
    .find(|p| p.exists())
    .expect("mosquitto is not installed: run `cargo xtask setup`")
}

impl City {
    pub(crate) fn new() -> Self {
        let city = Self {
            dir: tempfile::tempdir().expect("a directory"),
            id: "town".parse().expect("an id"),
            broker_port: free_port(),
            web_port: free_port(),
            enrol_port: free_port(),
        };
        let user = String::from_utf8(
            Command::new("id")
                .arg("-un")
                .output()
                .expect("id is there")
                .stdout,
        )
        .expect("a name");
        let made = Command::new(env!("CARGO_BIN_EXE_machitap-city"))
            .args([
                "init",
                "--city",
                "town",
                "--broker-user",
                user.trim(),
                "--dir",
            ])
            .arg(city.dir.path())
            .args(["--broker-port", &city.broker_port.to_string()])
            .args(["--web-port", &city.web_port.to_string()])
            .args(["--enrol-port", &city.enrol_port.to_string()])
            .output()
            .expect("the binary runs");
        assert!(made.status.success(), "{made:?}");
        city
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_machitap-city"))
            .arg("--config")
            .arg(self.path("city.toml"))
            .args(args)
            .output()
            .expect("the binary runs")
    }

    pub(crate) fn done(&self, args: &[&str]) -> String {
        let out = self.run(args);
        assert!(out.status.success(), "{args:?}: {out:?}");
        String::from_utf8(out.stdout).expect("text")
    }

    pub(crate) fn broker(&self) -> Running {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.path("broker.log"))
            .expect("a log");
        let child = Command::new(mosquitto())
            .arg("-c")
            .arg(self.path("broker/mosquitto.conf"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("mosquitto starts");
        let running = Running(child);
        wait_for_port(self.broker_port, || {
            fs::read_to_string(self.path("broker.log")).unwrap_or_default()
        });
        running
    }

    pub(crate) fn serve(&self) -> Running {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.path("serve.log"))
            .expect("a log");
        let child = Command::new(env!("CARGO_BIN_EXE_machitap-city"))
            .arg("--config")
            .arg(self.path("city.toml"))
            .arg("serve")
            .stderr(log)
            .spawn()
            .expect("the binary runs");
        let running = Running(child);
        wait_for_port(self.web_port, || {
            fs::read_to_string(self.path("serve.log")).unwrap_or_default()
        });
        running
    }

    pub(crate) fn enrol(&self, kiosk: &str, facility: &str) -> Kiosk {
        let out = self.path(kiosk);
        let out_text = out.to_str().expect("a path");
        self.done(&["enrol", kiosk, "--facility", facility, "--out", out_text]);
        Kiosk::read(&out, self.broker_port)
    }

    pub(crate) fn ledger(&self) -> serde_json::Value {
        serde_json::from_str(&self.done(&["ledger", "--json"])).expect("JSON")
    }

    /// A page, over HTTP.
    pub(crate) fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.0\r\nHost: x\r\n\r\n"))
    }

    /// What the page server answers to a whole request.
    pub(crate) fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.web_port)).expect("the page");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer");
        text
    }
}

fn wait_for_port(port: u16, log: impl Fn() -> String) {
    let deadline = std::time::Instant::now() + PATIENCE;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(
            std::time::Instant::now() < deadline,
            "port {port}: {}",
            log()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A stamp a trusted clock gave.
pub(crate) fn at(wall_ms: i64) -> Stamp {
    Stamp {
        wall_ms,
        boot: BootId(Uuid::from_u128(7)),
        mono_ms: 1,
        quality: Quality {
            source: ClockSource::Ntp,
            uncertainty_ms: Some(50),
        },
    }
}

/// A kiosk with its enrolment, a journal, and a link.
pub(crate) struct Kiosk {
    pub(crate) enrolment: Enrolment,
    pub(crate) options: Options,
    pub(crate) directory: PathBuf,
    pub(crate) signer: Signer,
    pub(crate) life: Incarnation,
    pub(crate) facts: Vec<String>,
}

impl Kiosk {
    pub(crate) fn read(dir: &Path, port: u16) -> Self {
        let enrolment = enrol::read(dir).expect("an enrolment");
        let ca = pki::read(&dir.join("ca.pem")).expect("ca.pem");
        let pair = pki::read_pair(&dir.join("kiosk.pem"), &dir.join("kiosk.key")).expect("a pair");
        let sign = fs::read_to_string(dir.join("sign.key")).expect("sign.key");
        Self {
            options: Options {
                host: "localhost".to_owned(),
                port,
                client: enrolment.kiosk.to_string(),
                tls: pki::client_config(&ca, &pair).expect("TLS"),
                keep_alive: Duration::from_secs(5),
                session: None,
                will: None,
            },
            enrolment,
            directory: dir.to_owned(),
            signer: Signer::from_text(&sign).expect("a key"),
            life: Incarnation(Uuid::now_v7()),
            facts: Vec::new(),
        }
    }

    pub(crate) fn id(&self) -> KioskId {
        self.enrolment.kiosk.clone()
    }

    pub(crate) fn city_key(&self) -> Verifier {
        self.enrolment.city_key
    }

    /// Journals `pairs` visits, each with its award.
    pub(crate) fn visits(&mut self, pairs: usize) {
        for _ in 0..pairs {
            self.append(FactBody::visit(CredentialKind::Citizen));
            self.append(FactBody::Award(Award {
                points: POINTS,
                reason: AwardReason::Visit,
            }));
        }
    }

    fn append(&mut self, body: FactBody) {
        let seq = self.facts.len() as u64 + 1;
        let caused_by = matches!(body, FactBody::Award(_)).then(|| self.fact_id(seq - 1));
        let subject = Pseudonym::try_from(format!("{:032x}", seq.div_ceil(2) % 20)).unwrap();
        let now = machitap_city::time::now_ms();
        self.write(Some(subject), at(now), caused_by, body);
    }

    fn fact_id(&self, seq: u64) -> FactId {
        FactId(Uuid::from_u128(self.life.0.as_u128() ^ u128::from(seq)))
    }

    /// The name the next fact will have.
    pub(crate) fn next_id(&self) -> FactId {
        self.fact_id(self.facts.len() as u64 + 1)
    }

    /// Journals one fact.
    pub(crate) fn write(
        &mut self,
        subject: Option<Pseudonym>,
        at: Stamp,
        caused_by: Option<FactId>,
        body: FactBody,
    ) -> FactId {
        let facility = self.enrolment.facility.clone();
        self.write_for(facility, subject, at, caused_by, body)
    }

    /// Journals one fact in the name of a facility, whether it is this kiosk's or not.
    pub(crate) fn write_for(
        &mut self,
        facility: FacilityId,
        subject: Option<Pseudonym>,
        at: Stamp,
        caused_by: Option<FactId>,
        body: FactBody,
    ) -> FactId {
        let seq = self.facts.len() as u64 + 1;
        let id = self.fact_id(seq);
        let draft = Draft {
            id,
            subject,
            at,
            caused_by,
            body,
        };
        let prev = self
            .facts
            .last()
            .map_or(Hash::GENESIS, |f| Hash::of(f.as_bytes()));
        let key = FactKey {
            kiosk: self.id(),
            incarnation: self.life,
            seq,
        };
        let fact = Fact::place(draft, key, facility, prev);
        self.facts
            .push(String::from_utf8(fact.to_bytes()).expect("JSON"));
        id
    }

    /// The facts after `from`, as messages of 100, or as many as a message holds.
    pub(crate) fn batches(&self, from: u64) -> Vec<Vec<u8>> {
        self.batches_of(usize::try_from(from).expect("small")..self.facts.len())
    }

    /// A part of the facts, as such messages.
    pub(crate) fn batches_of(&self, part: Range<usize>) -> Vec<Vec<u8>> {
        let mut left = &self.facts[part];
        let mut messages = Vec::new();
        while !left.is_empty() {
            let next = left.iter().take(100).map(String::as_str);
            let (batch, packed) = Batch::pack(self.life, next);
            messages.push(self.seal(Kind::Facts, &batch));
            left = &left[packed..];
        }
        messages
    }

    pub(crate) fn birth(&self) -> Vec<u8> {
        self.seal(
            Kind::KioskState,
            &KioskState {
                session_no: 1,
                online: true,
                incarnation: self.life,
                last_seq: self.facts.len() as u64,
                clock: Quality::UNKNOWN,
                software: "test".to_owned(),
                update: None,
            },
        )
    }

    fn seal<T: serde::Serialize>(&self, kind: Kind, data: &T) -> Vec<u8> {
        let source = self.id();
        envelope::seal(kind, Uuid::now_v7(), source.as_str(), data, &self.signer)
    }

    pub(crate) fn events(&self) -> String {
        Topic::Events(self.id()).name(&self.enrolment.city)
    }

    pub(crate) fn receipts(&self) -> String {
        Topic::Receipts(self.id()).name(&self.enrolment.city)
    }

    /// A link that is up and subscribed.
    pub(crate) async fn connect(&self, filters: Vec<String>) -> Link {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut link = Link::new(&self.options);
            match until(deadline, &mut link).await {
                Ok(Event::Connected { .. }) => {}
                other => {
                    assert!(Instant::now() < deadline, "no connection: {other:?}");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            }
            link.subscribe(filters.clone()).expect("room");
            assert!(matches!(
                until(deadline, &mut link).await,
                Ok(Event::Subscribed)
            ));
            return link;
        }
    }

    /// Sends everything after the last receipt again and again, over as many links as it
    /// takes, until the city has receipted all of it.
    pub(crate) async fn drain(&self) -> Receipt {
        let deadline = Instant::now() + PATIENCE;
        let last = self.facts.len() as u64;
        let mut receipted = 0;
        loop {
            let mut link = self.connect(vec![self.receipts()]).await;
            for batch in self.batches(receipted) {
                link.publish(self.events(), batch, false, 1);
            }
            let quiet = (Instant::now() + Duration::from_secs(3)).min(deadline);
            while let Ok(event) = until(quiet, &mut link).await {
                let Some(receipt) = self.receipt(&link, &event) else {
                    continue;
                };
                receipted = receipt.contiguous_seq.max(receipted);
                if receipt.contiguous_seq == last {
                    return receipt;
                }
            }
            assert!(Instant::now() < deadline, "receipted {receipted} of {last}");
        }
    }

    pub(crate) fn receipt(&self, link: &Link, event: &Event) -> Option<Receipt> {
        let Event::Message(message) = event else {
            return None;
        };
        link.ack(message).expect("room");
        let city = self.enrolment.city.as_str();
        let receipt: Receipt =
            envelope::open(Kind::Receipt, city, &message.payload, &self.city_key())
                .expect("a receipt of the city");
        (receipt.incarnation == self.life).then_some(receipt)
    }
}

/// The next event, or an error when none comes in time.
pub(crate) async fn until(deadline: Instant, link: &mut Link) -> Result<Event, String> {
    timeout_at(deadline, link.next())
        .await
        .map_err(|_| "nothing came in time".to_owned())?
        .map_err(|why| why.to_string())
}
