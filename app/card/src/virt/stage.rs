//! A PC/SC service of one's own: a private pcscd with a virtual reader of two slots.
//!
//! The service is handed its listening socket the way systemd does it (fd 3,
//! `LISTEN_FDS`, `LISTEN_PID`), so it needs neither root nor systemd and any number of
//! them run side by side. vpcd listens on every address without asking who connects:
//! a stage is for tests and the demonstration, never for an image.

use std::{
    fs, io,
    net::{Ipv4Addr, TcpListener},
    os::{
        fd::OwnedFd,
        unix::{net::UnixListener, process::CommandExt},
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use super::Slot;

/// How the virtual reader's name begins unless told otherwise.
pub const READER_NAME: &str = "Machitap Virtual";
/// The driver, as Debian's vsmartcard-vpcd installs it.
const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
/// The service, as Debian's pcscd installs it.
const SERVICE: &str = "/usr/sbin/pcscd";
/// Below the kernel's range for outgoing connections (32768–60999), so that none is
/// taken between the choice and the service's bind.
const PORTS: std::ops::Range<u16> = 20_000..32_000;
/// How many pairs of ports are tried.
const PORT_TRIES: u32 = 20;
/// How long the service may take to open its slots.
const START_LIMIT: Duration = Duration::from_secs(10);
/// `sun_path` of a unix socket, with its final zero (unix(7)).
const MAX_SOCKET_PATH: usize = 108;

/// Why there is no stage.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// A program or driver is not installed.
    #[error("{0} is missing: run `cargo xtask setup` (Debian packages pcscd and vsmartcard-vpcd)")]
    Missing(&'static str),
    /// The socket's path would be cut off.
    #[error("the path of the socket has more than 107 bytes: use a shorter directory")]
    LongPath,
    /// The service did not open its slots; its log is in `DIR/pcscd.log`.
    #[error("pcscd did not open its slots within 10 s; see {0}")]
    NotListening(PathBuf),
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A private pcscd; ended when this is dropped, or when the process dies.
///
/// ```no_run
/// # use machitap_card::virt::{PrivatePcscd, MyNumberCard};
/// let dir = std::env::temp_dir().join("stage");
/// let pcscd = PrivatePcscd::start(&dir)?;
/// // Another process taps here when it is given:
/// std::process::Command::new("machitap-kiosk").env("PCSCLITE_CSOCK_NAME", pcscd.socket());
/// let card = pcscd.slots()[0].insert(MyNumberCard::blank())?;
/// card.remove();
/// # Ok::<(), machitap_card::virt::StageError>(())
/// ```
///
/// libpcsclite reads `PCSCLITE_CSOCK_NAME` once in the life of a process, so a process
/// that taps by itself has one stage, set before its first tap; [`Self::kill`] and
/// [`Self::restart`] keep the socket's path.
#[derive(Debug)]
pub struct PrivatePcscd {
    dir: PathBuf,
    ports: [u16; 2],
    process: Option<Process>,
}

impl PrivatePcscd {
    /// Starts one in `dir`, which is created if need be.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn start(dir: &Path) -> Result<Self, StageError> {
        for needed in [SERVICE, DRIVER] {
            if !Path::new(needed).exists() {
                return Err(StageError::Missing(needed));
            }
        }
        fs::create_dir_all(dir.join("conf"))?;
        let mut stage = Self {
            // The configuration is read in the service's own directory.
            dir: dir.canonicalize()?,
            ports: [0; 2],
            process: None,
        };
        if stage.socket().as_os_str().len() >= MAX_SOCKET_PATH {
            return Err(StageError::LongPath);
        }
        let mut last = None;
        for _ in 0..3 {
            stage.ports = free_ports()?;
            match stage.restart() {
                Ok(()) => return Ok(stage),
                // Somebody was quicker at one of the ports.
                Err(error @ StageError::NotListening(_)) => last = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(last.expect("three tries leave an error"))
    }

    /// The socket clients name in `PCSCLITE_CSOCK_NAME`.
    pub fn socket(&self) -> PathBuf {
        self.dir.join("s")
    }

    /// Its two slots, both of one reader.
    pub fn slots(&self) -> [Slot; 2] {
        self.ports.map(Slot::new)
    }

    /// The service's process number, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(|process| process.pid)
    }

    /// Ends the service the hard way and takes its socket away.
    pub fn kill(&mut self) {
        self.process = None;
        // Not there: then it is away, which is what is wanted.
        let _ = fs::remove_file(self.socket());
    }

    /// Starts the service (again) on the same socket and the same slots.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn restart(&mut self) -> Result<(), StageError> {
        self.restart_as(READER_NAME)
    }

    /// [`Self::restart`] with a reader of another name, as after a replug.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn restart_as(&mut self, reader: &str) -> Result<(), StageError> {
        self.kill();
        let [port, _] = self.ports;
        // The second slot listens on the next port.
        let entry = format!(
            "FRIENDLYNAME \"{reader}\"\nDEVICENAME /dev/null:{port}\nLIBPATH {DRIVER}\nCHANNELID {port}\n"
        );
        fs::write(self.dir.join("conf/vpcd"), entry)?;
        let socket = UnixListener::bind(self.socket())?;
        let log = fs::File::create(self.log())?;
        let process = Process::start(socket.into(), log, &self.dir)?;
        let pid = process.pid;
        self.process = Some(process);
        let until = Instant::now() + START_LIMIT;
        while !self.ports.iter().all(|port| listens(pid, *port)) {
            let dead = self.process.as_ref().is_none_or(Process::has_ended);
            if dead || Instant::now() > until {
                self.kill();
                return Err(StageError::NotListening(self.log()));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    fn log(&self) -> PathBuf {
        self.dir.join("pcscd.log")
    }
}

impl Drop for PrivatePcscd {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The service, started and awaited by a thread of its own: the kernel ends it when
/// the *thread* that started it ends, so that thread has to last as long as it.
#[derive(Debug)]
struct Process {
    pid: u32,
    keeper: Option<thread::JoinHandle<()>>,
}

impl Process {
    fn start(socket: OwnedFd, log: fs::File, dir: &Path) -> io::Result<Self> {
        // setpriv ties the service's life to ours. The shell sees to it that we were not
        // gone before, puts the socket where the protocol wants it, and writes down its
        // own number, which exec keeps.
        let script = "[ \"$PPID\" = \"$1\" ] || exit; shift; exec 3<&0 </dev/null; \
                      LISTEN_FDS=1 LISTEN_PID=$$ exec \"$@\"";
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "KILL", "/bin/sh", "-c", script, "sh"])
            .arg(std::process::id().to_string())
            .args([SERVICE, "--foreground", "--config"])
            .arg(dir.join("conf"))
            .stdin(Stdio::from(socket))
            .stdout(Stdio::from(log.try_clone()?))
            .stderr(Stdio::from(log))
            // Away from a terminal's Ctrl-C: who holds the stage ends it.
            .process_group(0);
        let (tell, told) = mpsc::sync_channel(1);
        let keeper = thread::Builder::new()
            .name("pcscd-keeper".into())
            .spawn(move || keep(command, &tell))?;
        let pid = told
            .recv()
            .map_err(|_| io::Error::other("the keeper ended at once"))??;
        Ok(Self {
            pid,
            keeper: Some(keeper),
        })
    }

    fn has_ended(&self) -> bool {
        self.keeper
            .as_ref()
            .is_none_or(thread::JoinHandle::is_finished)
    }
}

fn keep(mut command: Command, tell: &mpsc::SyncSender<io::Result<u32>>) {
    let spawned = command.spawn();
    // Our copy of the listening socket goes, or its path would outlive the service.
    drop(command);
    match spawned {
        Ok(mut child) => {
            let told = tell.send(Ok(child.id()));
            if told.is_err() {
                end(&mut child);
            }
            // How it ended is of no interest: it is ended by a signal.
            let _ = child.wait();
        }
        // Nobody listens any more: then nobody misses it.
        Err(error) => drop(tell.send(Err(error))),
    }
}

fn end(child: &mut Child) {
    // Ended already: then it is ended, which is what is wanted.
    let _ = child.kill();
}

impl Drop for Process {
    fn drop(&mut self) {
        let Some(keeper) = self.keeper.take() else {
            return;
        };
        let pid = i32::try_from(self.pid)
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid.filter(|_| !keeper.is_finished()) {
            // Ended already: then it is ended, which is what is wanted.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
        // A keeper does nothing that can panic.
        let _ = keeper.join();
    }
}

/// Two neighbouring ports that are free now.
fn free_ports() -> io::Result<[u16; 2]> {
    let mut error = io::Error::other("no two neighbouring ports are free");
    for _ in 0..PORT_TRIES {
        let random = getrandom::u32().map_err(io::Error::other)?;
        let span = u32::from(PORTS.end - PORTS.start) / 2;
        let port = PORTS.start + (random % span) as u16 * 2;
        let bind = |port| TcpListener::bind((Ipv4Addr::UNSPECIFIED, port));
        match (bind(port), bind(port + 1)) {
            (Ok(_), Ok(_)) => return Ok([port, port + 1]),
            (Err(taken), _) | (_, Err(taken)) => error = taken,
        }
    }
    Err(error)
}

/// Whether that process listens on that port. Asked of the kernel: a connection would
/// be an insertion.
fn listens(pid: u32, port: u16) -> bool {
    const LISTEN: &str = "0A";
    let mut inodes = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let Ok(table) = fs::read_to_string(table) else {
            continue;
        };
        // sl local_address rem_address st … inode (proc_pid_net(5)).
        for line in table.lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let (Some(local), Some(&state), Some(inode)) =
                (fields.get(1), fields.get(3), fields.get(9))
            else {
                continue;
            };
            if state == LISTEN && local.ends_with(&format!(":{port:04X}")) {
                inodes.push(format!("socket:[{inode}]"));
            }
        }
    }
    let Ok(open) = fs::read_dir(format!("/proc/{pid}/fd")) else {
        return false;
    };
    open.flatten().any(|fd| {
        let target = fs::read_link(fd.path()).unwrap_or_default();
        inodes.iter().any(|inode| target == Path::new(inode))
    })
}
