//! Each slip in a reception's settings is named, and what is written is read.

use jiff::civil::date;
use uuid::Uuid;

use super::sample::*;
use crate::{
    catalogue::{InvalidCatalogue, Service},
    fact::{FactBody, FactId},
    points::sample::{rule, town},
    reception::{rules::InvalidReception, *},
};

fn check(handoff: Handoff) -> Result<(), InvalidReception> {
    ReceptionRules { handoff, ..rules() }.check()
}

#[test]
fn a_directory_is_an_absolute_path() {
    for good in ["/srv/clinic/in", "/d", "/srv/病院"] {
        let directory = good.to_owned();
        assert_eq!(check(Handoff::FileDrop { directory }), Ok(()), "{good}");
    }
    let long = format!("/{}", "d".repeat(rules::MAX_PLACE));
    for bad in ["", "/", "srv/in", "./in", "/srv/../etc", "/srv/in\n", &long] {
        let directory = bad.to_owned();
        let slip = check(Handoff::FileDrop { directory });
        assert_eq!(slip, Err(InvalidReception::Directory), "{bad}");
    }
}

#[test]
fn an_address_is_on_this_machine() {
    for good in [
        "http://127.0.0.1/",
        "http://127.8.9.1:8080/in?from=kiosk",
        "http://localhost:1",
        "http://[::1]/in",
        "http://[::1]:8080",
    ] {
        let url = good.to_owned();
        assert_eq!(check(Handoff::Http { url }), Ok(()), "{good}");
    }
    let long = format!("http://localhost/{}", "d".repeat(rules::MAX_PLACE));
    for bad in [
        "",
        "localhost/in",
        "https://clinic.example/in",
        "http://clinic.example/in",
        "http://192.168.0.7/in",
        "http://[2001:db8::1]/in",
        "http://127.0.0.1@clinic.example/in",
        "http://user:pass@localhost/in",
        "http://localhost.clinic.example/in",
        "http://localhost:/in",
        "http://localhost:0/in",
        "http://localhost:+1/in",
        "http://localhost:99999/in",
        "http://127.0.0.1\\@clinic.example/",
        "http://127.1/in",
        "http://::1/in",
        "http:///in",
        "http://local host/in",
        "http://ｌｏｃａｌｈｏｓｔ/in",
        &long,
    ] {
        let url = bad.to_owned();
        let slip = check(Handoff::Http { url });
        assert_eq!(slip, Err(InvalidReception::Url), "{bad}");
    }
}

#[test]
fn a_catalogue_names_the_reception_and_the_slip() {
    let mut catalogue = town(
        &[("clinic", &rule(r#"{"base":0,"visits_per_day":1}"#))],
        Default::default(),
    );
    let clinic = catalogue.facilities.values_mut().next().unwrap();
    clinic.service = Service::Reception(Box::new(rules()));
    assert_eq!(catalogue.check(), Ok(()));
    let clinic = catalogue.facilities.values_mut().next().unwrap();
    clinic.service = Service::Reception(Box::new(ReceptionRules {
        handoff: Handoff::Http {
            url: "http://clinic.example".into(),
        },
        ..rules()
    }));
    let slip = catalogue.check().unwrap_err();
    assert!(matches!(slip, InvalidCatalogue::Reception { .. }));
    let said = slip.to_string();
    let named = "clinic: reception: handoff.http.url must be http:// with 127.0.0.1";
    assert!(said.starts_with(named), "{said}");
}

/// What an officer writes.
#[test]
fn settings_are_read_as_written() {
    let text = r#"{"kind":"reception","system":"clinic",
        "handoff":{"file-drop":{"directory":"/srv/clinic/in"}}}"#;
    let read: Service = serde_json::from_str(text).unwrap();
    assert_eq!(read.as_reception(), Some(&rules()));
    assert_eq!(read.linked_system(), Some(&rules().system));
    for slip in [
        text.replace("directory", "dir"),
        text.replace("file-drop", "mail"),
        text.replace("\"system\"", "\"sytem\""),
    ] {
        assert!(serde_json::from_str::<Service>(&slip).is_err(), "{slip}");
    }
}

/// The contract with other houses: a change here breaks what they built.
#[test]
fn the_bytes_of_a_note_are_fixed_and_no_log_shows_the_number() {
    let note = HandOffNote {
        version: NOTE_VERSION,
        id: FactId(Uuid::from_u128(7)),
        kiosk: "clinic-1".parse().unwrap(),
        system: "clinic".parse().unwrap(),
        queue: 12,
        number: "0012345".parse().unwrap(),
        day: Some(date(2026, 11, 24)),
        at: Some("2026-11-24T09:05:12.25+09:00".parse().unwrap()),
        withdrawn: false,
    };
    let bytes = String::from_utf8(note.to_bytes()).unwrap();
    assert_eq!(
        bytes,
        concat!(
            r#"{"version":1,"id":"00000000-0000-0000-0000-000000000007","kiosk":"clinic-1","#,
            r#""system":"clinic","queue":12,"number":"0012345","day":"2026-11-24","#,
            r#""at":"2026-11-24T00:05:12.25Z"}"#
        )
    );
    assert!(!format!("{note:?}").contains("12345"));
    let unsure = HandOffNote {
        day: None,
        at: None,
        withdrawn: true,
        ..note
    };
    let bytes = String::from_utf8(unsure.to_bytes()).unwrap();
    assert!(
        bytes.ends_with(r#""number":"0012345","withdrawn":true}"#),
        "{bytes}"
    );
    assert_eq!(serde_json::from_str::<HandOffNote>(&bytes).unwrap(), unsure);
}

#[test]
fn the_bytes_of_an_announcement_are_fixed() {
    let mut desk = Desk::default();
    let at = now(TODAY, 0, 1, true);
    let (fact, _) = desk.announce(1, &at);
    desk.undo(1, &at, fact);
    desk.taken(&at, fact, false);
    desk.taken(&at, fact, true);
    let bytes: Vec<String> = desk
        .facts
        .iter()
        .filter(|f| !matches!(f.body, FactBody::Undone { .. }))
        .map(|f| serde_json::to_string(&f.body).unwrap())
        .collect();
    assert_eq!(
        bytes,
        [
            r#"{"kind":"announced","system":"clinic","queue":1}"#,
            r#"{"kind":"handed-off"}"#,
            r#"{"kind":"handed-off","withdrawn":true}"#,
        ]
    );
}
