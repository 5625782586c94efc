//! The whole program with its screens in memory, driven as the demonstration drives it.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::net::UnixStream,
    path::Path,
};

use crate::common::{Kiosk, Manager, Place, wait_until};
use jiff::tz::TimeZone;
use machitap_store::Journal;
use machitap_wire::DocumentName;
use serde_json::{Value, json};

const CATALOGUE: &[u8] = r#"{"city":"town","name":{"ja":"みほん町"},"contact":"0",
 "facilities":{"hall":{"name":{"ja":"公民館","en":"Town Hall"},"time_zone":"Asia/Tokyo",
 "service":{"kind":"visit","points":{"base":5,"visits_per_day":1}}}}}"#
    .as_bytes();

struct Control(BufReader<UnixStream>);

impl Control {
    fn connect(path: &Path) -> Self {
        let mut stream = None;
        wait_until("the control socket", || {
            stream = UnixStream::connect(path).ok();
            stream.is_some()
        });
        Self(BufReader::new(stream.unwrap()))
    }

    fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.0.get_mut(), "{question}").unwrap();
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    fn ok(&mut self, question: &Value) {
        assert_eq!(self.ask(question), json!({"ok": true}), "{question}");
    }

    fn labels(&mut self) -> Vec<String> {
        serde_json::from_value(self.ask(&json!({"labels": {}}))["labels"].take()).unwrap()
    }
}

/// A catalogue as an earlier connection would have left it.
fn with_catalogue(place: &Place) {
    fs::create_dir(place.path("state")).unwrap();
    let settings = machitap_store::Settings {
        kiosk: "kiosk-1".parse().unwrap(),
        facility: "hall".parse().unwrap(),
        zone: TimeZone::UTC,
        max_bytes: 1 << 30,
        min_free_bytes: 0,
        keep_after_receipt_ms: 0,
    };
    let path = place.path("state/journal.db");
    let mut journal = Journal::open(&path, settings).unwrap().journal;
    journal
        .put_document(&DocumentName::Catalogue, 1, CATALOGUE, 0)
        .unwrap();
}

#[test]
fn a_screen_is_seen_touched_and_answers() {
    let place = Place::new();
    with_catalogue(&place);
    let socket = place.path("control");
    let kiosk = Kiosk::start(
        &place,
        &["--offscreen", "--control", socket.to_str().unwrap()],
    );
    let mut control = Control::connect(&socket);
    control.ok(&json!({"await": {"view": "idle", "ms": 60_000}}));
    let status = control.ask(&json!({"status": {}}));
    assert_eq!(status["view"], "idle");
    assert_eq!(status["language"], "ja");
    assert_eq!(status["connected"], false);
    assert_eq!(status["last_seq"], 1);
    assert_eq!(status["pending"], 1);

    let (before, after) = (place.path("before.png"), place.path("after.png"));
    control.ok(&json!({"shot": before}));
    assert!(control.labels().iter().any(|l| l == "公民館"));
    control.ok(&json!({"touch": "ことば Language"}));
    wait_until("the languages are there", || {
        control.labels().iter().any(|l| l == "English")
    });
    control.ok(&json!({"touch": "English"}));
    wait_until("the screen speaks English", || {
        control.labels().iter().any(|l| l == "Town Hall")
    });
    control.ok(&json!({"shot": after}));
    let (before, after) = (fs::read(before).unwrap(), fs::read(after).unwrap());
    assert!(before.starts_with(b"\x89PNG") && before != after);

    for wrong in [
        json!({"touch": "no such thing"}),
        json!({"await": {"view": "household", "ms": 10}}),
        json!({"dance": {}}),
        json!({"shot": "/nowhere/a.png"}),
    ] {
        assert!(control.ask(&wrong)["error"].is_string(), "{wrong}");
    }
    kiosk.stop();
    assert!(!socket.exists(), "the socket goes with the program");
    let trace = fs::read_to_string(place.path("trace")).unwrap();
    assert_eq!(trace.matches(r#""ev":"idle""#).count(), 1, "{trace}");
}

/// The image's health check reads it, and boots away from nobody's hands.
const SOMEBODY: &str = "somebody is served";

#[test]
fn the_service_manager_hears_whether_somebody_is_served() {
    let place = Place::new();
    with_catalogue(&place);
    let socket = place.path("control");
    let manager = Manager::listen(&place);
    let args = ["--offscreen", "--control", socket.to_str().unwrap()];
    let kiosk = Kiosk::start_with(&place, &args, |command| {
        command.env("NOTIFY_SOCKET", manager.path());
    });
    let mut control = Control::connect(&socket);
    control.ok(&json!({"await": {"view": "idle", "ms": 60_000}}));
    wait_until("a hand on the screen", || {
        control.ask(&json!({"touch": "ことば Language"})) == json!({"ok": true})
    });
    manager.wait_for(&format!("STATUS={SOMEBODY}"));
    wait_until("a language", || {
        control.ask(&json!({"touch": "English"})) == json!({"ok": true})
    });
    manager.wait_for("STATUS=nobody is served");
    kiosk.stop();
}

#[test]
fn the_health_check_reads_what_the_kiosk_says() {
    let check = include_str!("../../../../systemd/image/libexec/health");
    assert!(check.contains(&format!("grep -q '{SOMEBODY}'")), "{check}");
}

#[test]
fn an_idle_screen_costs_nothing() {
    let place = Place::new();
    let kiosk = Kiosk::start(&place, &["--offscreen"]).wait_ready();
    // Without a catalogue nothing on the screen moves. How long the start goes on is the machine's
    // matter; a screen that moves has no quiet stretch at all.
    let mut spent = Vec::new();
    let quiet = (0..10).any(|_| {
        let before = kiosk.processor_ticks();
        std::thread::sleep(std::time::Duration::from_secs(3));
        spent.push(kiosk.processor_ticks() - before);
        // 100 ticks are a second of one processor (USER_HZ).
        spent.last().is_some_and(|ticks| *ticks <= 6)
    });
    assert!(quiet, "ticks in 3 s each: {spent:?}");
    kiosk.stop();
}
