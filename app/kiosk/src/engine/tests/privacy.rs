use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use machitap_kiosk_core::Touch;
use machitap_wire::DocumentName;
use tracing_subscriber::fmt::MakeWriter;

use super::{
    super::Msg,
    handoff,
    rig::{Place, citizen, felica, opener},
};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

const ROSTER: &str = r#"{"facility":"hall",
 "households":[{"id":"H-4711","children":[{"citizen":"SKM-100001","name":"山田 花","kana":"やまだ はな",
  "class":"さくら","mark":"cherry"}],"people":[{"citizen":"SKM-100002","name":"山田 太郎",
  "cards":[{"uid":"felica:1111111111111111"}]}]}],
 "staff":[{"citizen":"SKM-100003","name":"鈴木 一郎","pin_hash":"$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g","cards":[]}],
 "residents":[{"citizen":"SKM-100004","cards":[{"uid":"felica:2222222222222222"}]}]}"#;

const PERSONAL: [&str; 13] = [
    "山田",
    "やまだ",
    "花",
    "太郎",
    "鈴木",
    "一郎",
    "SKM-",
    "10000",
    "H-4711",
    "1111111111",
    "2222222222",
    "argon2",
    handoff::NUMBER,
];

#[test]
fn no_record_at_any_level_names_anybody() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(lines.clone())
        .finish();
    // For every thread, so that the other tests' records are looked at as well; and a call
    // site that another thread had passed before is asked again.
    tracing::subscriber::set_global_default(subscriber).expect("no other test sets one");
    tracing::callsite::rebuild_interest_cache();
    play();
    handoff::play();
    let bytes = lines.0.lock().unwrap().clone();
    let log = String::from_utf8(bytes).unwrap();
    assert!(
        log.contains("a document is in force"),
        "the log was listened to"
    );
    assert!(log.contains("nothing can be recorded"), "failures too");
    assert!(log.contains("a note is not taken"), "and hand-offs");
    for personal in PERSONAL {
        assert!(!log.contains(personal), "{personal} in the log:\n{log}");
    }
}

fn play() {
    let mut place = Place::new();
    let mut kiosk = place.hall();
    let name = DocumentName::Roster("kiosk-1".parse().unwrap());
    for (version, text) in [(1, ROSTER), (2, &ROSTER.replace("\"staff\"", "\"stuff\""))] {
        let sealed = opener().public().seal(text.as_bytes(), &name.aad(version));
        kiosk.publish(name.clone(), version, &sealed);
    }
    for credential in [
        citizen("SKM-100002"),
        citizen("SKM-100003"),
        felica(0x11),
        felica(0x22),
        felica(0x33),
    ] {
        kiosk.tap(credential);
        kiosk.say(Msg::Touch(Touch::Digit(1)));
        kiosk.say(Msg::Touch(Touch::Undo));
        place.pass(120_000);
        kiosk.engine.due();
    }
    drop(kiosk);
    place.settings.min_free_bytes = u64::MAX;
    let mut kiosk = place.kiosk();
    kiosk.engine.start();
    kiosk.tap(citizen("SKM-100002"));
}
