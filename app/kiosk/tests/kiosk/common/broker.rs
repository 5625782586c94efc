//! A mosquitto of the test's own, with TLS and client certificates.

use std::{
    fs,
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use super::{
    Place, free_port,
    pki::{NOW, Pair},
    wait_until,
};

pub(crate) struct Broker {
    dir: TempDir,
    child: Option<Child>,
    pub(crate) port: u16,
}

impl Broker {
    /// On the port of the place, with a certificate of its authority.
    pub(crate) fn start(place: &Place) -> Self {
        let pair = place.authority.server("127.0.0.1", NOW);
        Self::with(place, &pair, place.port, "")
    }

    /// On a port of its own, for a proxy before it.
    pub(crate) fn behind(place: &Place) -> Self {
        let pair = place.authority.server("127.0.0.1", NOW);
        Self::with(place, &pair, free_port(), "")
    }

    pub(crate) fn with(place: &Place, pair: &Pair, port: u16, more: &str) -> Self {
        let dir = TempDir::new().unwrap();
        let file = |name: &str, text: &str| -> PathBuf {
            let path = dir.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let ca = file("ca.pem", &place.authority.certificate);
        let cert = file("server.pem", &pair.certificate);
        let key = file("server.key", &pair.key);
        let text = format!(
            "per_listener_settings false\nlistener {port} 127.0.0.1\ncafile {}\ncertfile {}\n\
             keyfile {}\nrequire_certificate true\nuse_identity_as_username true\n\
             allow_anonymous false\npersistence false\nmax_inflight_messages 200\n\
             max_queued_messages 0\nuser root\nlog_dest stderr\n{more}\n",
            ca.display(),
            cert.display(),
            key.display(),
        );
        file("mosquitto.conf", &text);
        let mut broker = Self {
            dir,
            child: None,
            port,
        };
        broker.up();
        broker
    }

    pub(crate) fn up(&mut self) {
        let child = Command::new("mosquitto")
            .arg("-c")
            .arg(self.dir.path().join("mosquitto.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(self.dir.path().join("log")).unwrap())
            .spawn()
            .expect("mosquitto is installed");
        self.child = Some(child);
        wait_until("the broker listens", || {
            TcpStream::connect(("127.0.0.1", self.port)).is_ok()
        });
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}
