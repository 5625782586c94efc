//! Records in the system's journal: a real one where it runs, else a listener of the test's.

use std::{
    collections::BTreeMap, os::unix::net::UnixDatagram, path::Path, process::Command,
    time::Duration,
};

use machitap_kiosk::{log, messages};
use tracing_subscriber::layer::SubscriberExt as _;

fn record(layer: tracing_journald::Layer, mark: &str) {
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || {
        tracing::error!(
            MESSAGE_ID = messages::JOURNAL_FULL,
            class = "repair",
            mark,
            "two\nlines"
        );
    });
}

fn fields(datagram: &[u8]) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    let mut rest = datagram;
    while let Some(end) = rest.iter().position(|b| matches!(b, b'=' | b'\n')) {
        let key = String::from_utf8(rest[..end].to_vec()).unwrap();
        let (value, after) = if rest[end] == b'=' {
            let line = rest[end..].iter().position(|b| *b == b'\n').unwrap() + end;
            (&rest[end + 1..line], line + 1)
        } else {
            let length = u64::from_le_bytes(rest[end + 1..end + 9].try_into().unwrap());
            let stop = end + 9 + usize::try_from(length).unwrap();
            (&rest[end + 9..stop], stop + 1)
        };
        fields.insert(key, String::from_utf8(value.to_vec()).unwrap());
        rest = &rest[after..];
    }
    fields
}

#[test]
fn a_record_is_found_by_its_id_with_its_priority_and_its_fields() {
    match log::journal() {
        Ok(layer) => a_real_journal_finds_it(layer),
        Err(_) => a_listener_of_the_tests_own_gets_it(),
    }
}

const EXPECTED: [(&str, &str); 6] = [
    ("MESSAGE_ID", messages::JOURNAL_FULL),
    ("MESSAGE", "two\nlines"),
    ("PRIORITY", "3"),
    ("SYSLOG_IDENTIFIER", "machitap-kiosk"),
    ("CLASS", "repair"),
    ("MARK", "here"),
];

/// Where journald listens. A listener there that is none, and nobody else's, is the test's.
const SOCKET: &str = "/run/systemd/journal/socket";

fn a_listener_of_the_tests_own_gets_it() {
    println!("no journald runs here; a listener of the test's own stands for it");
    let folder = Path::new(SOCKET).parent().unwrap();
    std::fs::create_dir_all(folder).expect("the tests run as root");
    // What an earlier run left, killed: nobody listens on it.
    let _ = std::fs::remove_file(SOCKET);
    let listener = UnixDatagram::bind(SOCKET).unwrap();
    listener
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    record(log::journal().unwrap(), "here");
    let mut bytes = vec![0; 65_536];
    let length = loop {
        // The layer's first datagram is empty: it only looks whether somebody listens.
        match listener.recv(&mut bytes).unwrap() {
            0 => continue,
            length => break length,
        }
    };
    std::fs::remove_file(SOCKET).unwrap();
    let fields = fields(&bytes[..length]);
    for (key, value) in EXPECTED {
        assert_eq!(fields.get(key).map(String::as_str), Some(value), "{key}");
    }
}

fn a_real_journal_finds_it(layer: tracing_journald::Layer) {
    let mark = format!("test-{}", std::process::id());
    record(layer, &mark);
    let until = std::time::Instant::now() + Duration::from_secs(30);
    loop {
        let found = Command::new("journalctl")
            .args(["--no-pager", "-o", "json"])
            .arg(format!("MESSAGE_ID={}", messages::JOURNAL_FULL))
            .arg(format!("MARK={mark}"))
            .output()
            .unwrap();
        if String::from_utf8_lossy(&found.stdout).contains(&mark) {
            return;
        }
        assert!(std::time::Instant::now() < until, "the record is not found");
        std::thread::sleep(Duration::from_millis(100));
    }
}
