//! Records in the system's journal: with a listener of the test's, and a real one where
//! there is one.

use std::{
    collections::BTreeMap, os::unix::net::UnixDatagram, path::Path, process::Command,
    time::Duration,
};

use machitap_kiosk::{log::journald, messages};
use tracing_subscriber::layer::SubscriberExt as _;

fn record(layer: journald::Layer, mark: &str) {
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
fn a_record_has_its_id_its_priority_and_its_fields() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("socket");
    let listener = UnixDatagram::bind(&path).unwrap();
    listener
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    record(journald::Layer::connect(&path).unwrap(), "here");
    let mut bytes = vec![0; 65_536];
    assert_eq!(
        listener.recv(&mut bytes).unwrap(),
        0,
        "the first only looks"
    );
    let length = listener.recv(&mut bytes).unwrap();
    let fields = fields(&bytes[..length]);
    for (key, value) in [
        ("MESSAGE_ID", messages::JOURNAL_FULL),
        ("MESSAGE", "two\nlines"),
        ("PRIORITY", "3"),
        ("SYSLOG_IDENTIFIER", "machitap-kiosk"),
        ("CLASS", "repair"),
        ("MARK", "here"),
    ] {
        assert_eq!(fields.get(key).map(String::as_str), Some(value), "{key}");
    }
}

#[test]
fn nobody_listening_is_an_error_at_once() {
    assert!(journald::Layer::connect(Path::new("/nowhere/socket")).is_err());
}

#[test]
fn a_real_journal_finds_the_record_by_its_id() {
    let Ok(layer) = journald::Layer::connect(Path::new(journald::SOCKET)) else {
        println!("no journald runs here; the listener of the test's own stands for it");
        return;
    };
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
