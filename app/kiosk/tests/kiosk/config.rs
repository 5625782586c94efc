//! The configuration file: what is said of each fault, and where.

use std::path::Path;

use machitap_domain::fare::rules::Colour;
use machitap_kiosk::{
    config::{Config, Fault, Keys},
    lamps::{Lamp, Wiring},
};

const GOOD: &str = r#"enrolment = "enrolment"
state = "/var/lib/machitap"
time_zone = "Asia/Tokyo"
demo = false
[broker]
host = "broker.example"
port = 8883
keep_alive_s = 15
[reader]
prefix = "SONY"
keys = "sealed-file:/run/keys"
enabled = true
[journal]
max_bytes = 2147483648
min_free_bytes = 67108864
keep_days = 70
[screen]
size = "1024x600"
fullscreen = true
reduced_motion = true
inches = 21.5
floor = 850
[sound]
enabled = false
voice = "voices"
[papers]
stick = "/media/stick"
[lamps]
ask = "red:fault"
blue = "blue:status"
"#;

fn faults(text: &str) -> Vec<Fault> {
    Config::parse(text, Path::new("/etc/machitap")).unwrap_err()
}

#[test]
fn a_full_file_is_read() {
    let config = Config::parse(GOOD, Path::new("/etc/machitap")).unwrap();
    assert_eq!(config.enrolment, Path::new("/etc/machitap/enrolment"));
    assert_eq!(config.state, Path::new("/var/lib/machitap"));
    assert_eq!(config.broker.host, "broker.example");
    assert_eq!(config.reader.keys, Keys::SealedFile("/run/keys".into()));
    assert_eq!(config.reader.prefix.as_deref(), Some("SONY"));
    assert_eq!((config.screen.width, config.screen.height), (1_024, 600));
    assert!(config.screen.fullscreen && config.screen.reduced_motion && !config.sound.enabled);
    let mounting = config.screen.mounting;
    assert_eq!((mounting.inches, mounting.floor_mm), (21.5, Some(850)));
    let voices = Path::new("/etc/machitap/voices");
    assert_eq!(config.sound.voice.as_deref(), Some(voices));
    assert_eq!(
        config.papers_stick.as_deref(),
        Some(Path::new("/media/stick"))
    );
    let lamps = config.lamps.unwrap();
    assert_eq!(lamps.class, Path::new(Wiring::CLASS));
    let wired = [
        (Lamp::Ask, "red:fault"),
        (Lamp::Class(Colour::Blue), "blue:status"),
    ];
    let wired = wired.map(|(lamp, led)| (lamp, led.to_owned()));
    assert_eq!(lamps.names, wired.into());
    assert_eq!(config.journal.keep_ms(), 70 * 86_400_000);
}

#[test]
fn the_file_in_the_documentation_is_good_and_what_it_comments_out_is_what_holds() {
    let document = include_str!("../../CONFIG.md");
    let (_, rest) = document.split_once("```toml\n").unwrap();
    let (text, _) = rest.split_once("```").unwrap();
    let read = |text: &str| Config::parse(text, Path::new("/etc/machitap")).unwrap();
    let shown = read(text);
    let whole: Vec<&str> = text.lines().map(|l| l.trim_start_matches('#')).collect();
    let mut said = read(&whole.join("\n"));
    assert_eq!(
        said.papers_stick.take().as_deref(),
        Some(Path::new("/media/stick"))
    );
    assert_eq!(said.screen.mounting.floor_mm.take(), Some(850));
    let voices = Path::new("/var/lib/machitap-voice");
    assert_eq!(said.sound.voice.take().as_deref(), Some(voices));
    assert_eq!(format!("{said:?}"), format!("{shown:?}"));
}

/// One for each release that brought or took a key, oldest first.
const RELEASED: &[&str] = &[include_str!("configs/v0.1.0.toml")];

#[test]
fn every_configuration_that_was_ever_good_still_is() {
    for text in RELEASED {
        let config = Config::parse(text, Path::new("/etc/machitap")).unwrap();
        assert_eq!(config.broker.host, "mqtt.example.jp");
        assert_eq!(config.journal.keep_days, 70);
        assert_eq!(config.screen.mounting.floor_mm, Some(850));
    }
}

#[test]
fn what_is_left_out_has_its_usual_value() {
    let short = "enrolment = \"e\"\nstate = \"s\"\ntime_zone = \"Asia/Tokyo\"\ndemo = true\n\
                 [broker]\nhost = \"b\"\n[reader]\nkeys = \"test-only\"\n";
    let config = Config::parse(short, Path::new("")).unwrap();
    assert_eq!(
        (config.broker.port, config.broker.keep_alive_s),
        (8_883, 15)
    );
    assert_eq!(config.reader.keys, Keys::TestOnly);
    assert!(config.reader.enabled && config.sound.enabled && config.demo);
    assert!(!config.screen.reduced_motion);
    let mounting = config.screen.mounting;
    assert_eq!((mounting.inches, mounting.floor_mm), (10.1, None));
    assert_eq!(config.journal.max_bytes, 2 << 30);
    assert_eq!(config.journal.keep_days, 70);
    assert_eq!((config.papers_stick, config.lamps), (None, None));
    assert_eq!(config.sound.voice, None);
}

#[test]
fn each_wrong_value_names_its_key_its_line_and_what_would_be_right() {
    for (good, bad, line, key, said) in [
        (
            "\"Asia/Tokyo\"",
            "\"Asia/Kyoto\"",
            3,
            "time_zone",
            "tz database",
        ),
        ("demo = false", "demo = \"no\"", 4, "demo", "true or false"),
        (
            "blue:status",
            "../blue",
            30,
            "lamps.blue",
            "the name of an LED",
        ),
        (
            "demo = false",
            "demo = false\nclock = \"clock.json\"",
            5,
            "clock",
            "needs demo = true",
        ),
        (
            "broker.example",
            "mqtts://broker",
            6,
            "broker.host",
            "without scheme",
        ),
        (
            "port = 8883",
            "port = 99999",
            7,
            "broker.port",
            "from 1 to 65535",
        ),
        (
            "port = 8883",
            "port = \"x\"",
            7,
            "broker.port",
            "from 1 to 65535",
        ),
        (
            "keep_alive_s = 15",
            "keep_alive_s = 1",
            8,
            "broker.keep_alive_s",
            "from 5 to 3600",
        ),
        (
            "sealed-file:/run/keys",
            "vault",
            11,
            "reader.keys",
            "sealed-file:PATH",
        ),
        (
            "sealed-file:/run/keys",
            "sealed-file:",
            11,
            "reader.keys",
            "sealed-file:PATH",
        ),
        (
            "sealed-file:/run/keys",
            "test-only",
            11,
            "reader.keys",
            "needs demo = true",
        ),
        (
            "2147483648",
            "1000",
            14,
            "journal.max_bytes",
            "from 4194304",
        ),
        (
            "67108864",
            "-1",
            15,
            "journal.min_free_bytes",
            "whole number",
        ),
        (
            "keep_days = 70",
            "keep_days = 4.5",
            16,
            "journal.keep_days",
            "whole number",
        ),
        ("1024x600", "1024", 18, "screen.size", "WIDTHxHEIGHT"),
        ("1024x600", "9x9", 18, "screen.size", "WIDTHxHEIGHT"),
        ("= 21.5", "= 4.9", 21, "screen.inches", "from 5 to 60"),
        ("= 21.5", "= nan", 21, "screen.inches", "from 5 to 60"),
        ("= 21.5", "= \"21\"", 21, "screen.inches", "a number"),
        ("floor = 850", "floor = -1", 22, "screen.floor", "0 to 2000"),
        (
            "floor = 850",
            "floor = 0.85",
            22,
            "screen.floor",
            "whole number",
        ),
        (
            "enabled = false",
            "enable = false",
            24,
            "sound.enable",
            "no such key",
        ),
        ("[sound]", "[sounds]", 23, "sounds", "no such key"),
        ("\"voices\"", "\"\"", 25, "sound.voice", "directory"),
        (
            "\"/media/stick\"",
            "\"media\"",
            27,
            "papers.stick",
            "absolute path",
        ),
        (
            "\"/media/stick\"",
            "\"/\"",
            27,
            "papers.stick",
            "absolute path",
        ),
        ("\"enrolment\"", "3", 1, "enrolment", "in quotes"),
        ("\"enrolment\"", "\"\"", 1, "enrolment", "directory"),
    ] {
        assert!(GOOD.contains(good), "{good}");
        let faults = faults(&GOOD.replacen(good, bad, 1));
        assert_eq!(faults.len(), 1, "{bad}: {faults:?}");
        assert_eq!(
            (faults[0].line, faults[0].key.as_str()),
            (Some(line), key),
            "{bad}"
        );
        assert!(faults[0].what.contains(said), "{bad}: {}", faults[0]);
    }
}

#[test]
fn every_fault_is_told_at_once_in_the_order_of_the_file() {
    let bad = GOOD
        .replace("Asia/Tokyo", "Mars")
        .replace("port = 8883", "port = 0")
        .replace("state = \"/var/lib/machitap\"\n", "")
        .replace("[sound]", "[noise]");
    let said: Vec<String> = faults(&bad).iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 4, "{said:?}");
    assert!(said[0].starts_with("line 2: time_zone: "), "{said:?}");
    assert!(said[1].starts_with("line 6: broker.port: "), "{said:?}");
    assert!(said[2].starts_with("line 22: noise: "), "{said:?}");
    assert!(said[3].starts_with("state: is missing"), "{said:?}");
}

#[test]
fn an_empty_file_names_all_that_is_missing() {
    let keys: Vec<String> = faults("").into_iter().map(|f| f.key).collect();
    for key in [
        "enrolment",
        "state",
        "time_zone",
        "broker.host",
        "reader.keys",
    ] {
        assert!(keys.iter().any(|k| k == key), "{key} in {keys:?}");
    }
}

#[test]
fn what_is_no_toml_has_a_line() {
    let faults = faults("state = \"s\"\nenrolment = = 3\n");
    assert_eq!(faults[0].line, Some(2));
}

#[test]
fn a_diagonal_may_be_whole() {
    let whole = GOOD.replace("21.5", "32");
    let config = Config::parse(&whole, Path::new("")).unwrap();
    assert_eq!(config.screen.mounting.inches, 32.0);
}

#[test]
fn a_kiosk_without_a_reader_needs_no_keys() {
    let text = GOOD
        .replace("keys = \"sealed-file:/run/keys\"\n", "")
        .replace("enabled = true", "enabled = false");
    assert!(!Config::parse(&text, Path::new("")).unwrap().reader.enabled);
}
