//! A kiosk's directory, the program in it, and a service manager that listens.

pub(crate) mod broker;
pub(crate) mod pki;
pub(crate) mod proxy;

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use machitap_domain::PurposeKey;
use machitap_wire::{Signer, bundle, seal::SealOpener};
use pki::Authority;
use tempfile::TempDir;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_machitap-kiosk");

/// Nothing here takes so long on a machine that works.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Polls until it is so.
pub(crate) fn wait_until(what: &str, mut is: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is() {
        assert!(Instant::now() < until, "in vain: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// A directory with a configuration and an enrolment that fit.
pub(crate) struct Place {
    dir: TempDir,
    pub(crate) authority: Authority,
    pub(crate) city: Signer,
    pub(crate) port: u16,
}

impl Place {
    pub(crate) fn new() -> Self {
        // Freed at once: whoever connects is refused until a broker listens.
        let port = free_port();
        let place = Self {
            dir: TempDir::new().unwrap(),
            authority: Authority::new("town"),
            city: Signer::from_seed([1; 32]),
            port,
        };
        fs::create_dir(place.path("enrolment")).unwrap();
        let enrolment = bundle::Enrolment {
            city: "town".parse().unwrap(),
            kiosk: "kiosk-1".parse().unwrap(),
            facility: "hall".parse().unwrap(),
            city_key: place.city.verifier(),
            city_seal: None,
            purposes: bundle::PurposeKeys {
                nursery: None,
                visit: Some(PurposeKey::new([6; 32])),
                transport: None,
                reception: None,
            },
        };
        let client = place.authority.client("kiosk-1", pki::NOW);
        for (name, text) in [
            ("enrolment.toml", toml::to_string(&enrolment).unwrap()),
            ("sign.key", "02".repeat(32)),
            ("seal.key", "03".repeat(32)),
            ("ca.pem", place.authority.certificate.clone()),
            ("kiosk.pem", client.certificate),
            ("kiosk.key", client.key),
        ] {
            fs::write(place.path("enrolment").join(name), text).unwrap();
        }
        let config = format!(
            "enrolment = \"enrolment\"\nstate = \"state\"\ntime_zone = \"Asia/Tokyo\"\n\
             demo = true\n\n[broker]\nhost = \"127.0.0.1\"\nport = {port}\nkeep_alive_s = 5\n\
             [reader]\nkeys = \"test-only\"\nenabled = false\n[sound]\nenabled = false\n"
        );
        fs::write(place.path("kiosk.toml"), config).unwrap();
        place
    }

    /// The same in a nursery.
    pub(crate) fn nursery() -> Self {
        let place = Self::new();
        let path = place.path("enrolment/enrolment.toml");
        let mut enrolment: bundle::Enrolment =
            toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        enrolment.purposes = bundle::PurposeKeys {
            nursery: Some(PurposeKey::new([5; 32])),
            visit: None,
            transport: None,
            reception: None,
        };
        fs::write(&path, toml::to_string(&enrolment).unwrap()).unwrap();
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn opener(&self) -> SealOpener {
        SealOpener::from_text(&"03".repeat(32)).unwrap()
    }

    pub(crate) fn config(&self, change: impl FnOnce(String) -> String) {
        let path = self.path("kiosk.toml");
        fs::write(&path, change(fs::read_to_string(&path).unwrap())).unwrap();
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .arg("--config")
            .arg(self.path("kiosk.toml"))
            .env_remove("NOTIFY_SOCKET")
            .env_remove("JOURNAL_STREAM");
        command
    }

    /// `--check-config`: code, stdout, stderr.
    pub(crate) fn check(&self) -> (i32, String, String) {
        let said = self.command().arg("--check-config").output().unwrap();
        (
            said.status.code().unwrap(),
            String::from_utf8(said.stdout).unwrap(),
            String::from_utf8(said.stderr).unwrap(),
        )
    }
}

/// Runs a command that reads from standard input; its code and what it complained of.
pub(crate) fn said_to(command: &mut Command, input: &str) -> (i32, String) {
    use std::io::Write as _;
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to = child.stdin.take().unwrap();
    to.write_all(input.as_bytes()).unwrap();
    drop(to);
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    (ended.status.code().unwrap(), said)
}

pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// A running program; killed when it is forgotten.
pub(crate) struct Kiosk {
    child: Child,
    said: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Kiosk {
    pub(crate) fn start(place: &Place, args: &[&str]) -> Self {
        Self::start_with(place, args, |_| {})
    }

    pub(crate) fn start_with(
        place: &Place,
        args: &[&str],
        change: impl FnOnce(&mut Command),
    ) -> Self {
        let mut command = place.command();
        command
            .args(args)
            .arg("--trace")
            .arg(place.path("trace"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        change(&mut command);
        let mut child = command.spawn().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (log, stderr) = (Arc::clone(&said), child.stderr.take().unwrap());
        let reader = thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let mut log = log.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        Self {
            child,
            said,
            reader: Some(reader),
        }
    }

    /// Processor time so far, in ticks of USER_HZ (proc_pid_stat(5), fields 14 and 15).
    pub(crate) fn processor_ticks(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let after_name = stat.rsplit_once(')').unwrap().1;
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    }

    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    pub(crate) fn wait_for_record(&self, text: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.said().contains(text) {
            assert!(Instant::now() < until, "no {text:?} in:\n{}", self.said());
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn wait_ready(self) -> Self {
        self.wait_for_record(machitap_kiosk::messages::STARTED);
        self
    }

    /// How it ends by itself.
    pub(crate) fn wait(&mut self) -> std::process::ExitStatus {
        self.child.wait().unwrap()
    }

    /// SIGTERM; what it said. It must end well.
    pub(crate) fn stop(mut self) -> String {
        self.terminate();
        let begun = Instant::now();
        let status = self.child.wait().unwrap();
        assert!(
            begun.elapsed() < Duration::from_secs(15),
            "it took too long"
        );
        self.reader.take().unwrap().join().unwrap();
        assert_eq!(status.code(), Some(0), "{}", self.said());
        self.said()
    }

    fn terminate(&self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    }
}

impl Drop for Kiosk {
    fn drop(&mut self) {
        // Ended already after `stop`.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What systemd would be to the program.
pub(crate) struct Manager {
    socket: UnixDatagram,
    path: PathBuf,
}

impl Manager {
    pub(crate) fn listen(place: &Place) -> Self {
        let path = place.path("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { socket, path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn wait_for(&self, word: &str) {
        let mut bytes = [0; 1_024];
        loop {
            let n = self.socket.recv(&mut bytes).unwrap();
            let said = std::str::from_utf8(&bytes[..n]).unwrap();
            if said.lines().any(|line| line == word) {
                return;
            }
        }
    }
}
