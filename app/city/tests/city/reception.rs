//! A clinic as the city sets it up: its key.

use std::fs;

use crate::support::City;

const CLINIC: &str = r#"
[facilities.clinic]
time_zone = "Asia/Tokyo"
name = { ja = "町の診療所" }
service = { kind = "reception", system = "clinic", handoff = { file-drop = { directory = "/srv/in" } } }
[facilities.gymnasium]
time_zone = "Asia/Tokyo"
name = { ja = "町民体育館" }
service = { kind = "event" }
"#;

fn with_a_clinic() -> City {
    let city = City::new();
    let path = city.path("documents/catalogue.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(path, text + CLINIC).unwrap();
    city
}

#[test]
fn a_clinic_is_given_the_reception_key_and_no_other() {
    let city = with_a_clinic();
    let purposes = city.enrol("clinic-1", "clinic").enrolment.purposes;
    assert!(purposes.reception.is_some());
    assert!(purposes.nursery.is_none() && purposes.visit.is_none() && purposes.transport.is_none());
    for facility in ["hall", "gymnasium"] {
        let purposes = city.enrol(&format!("{facility}-1"), facility);
        assert!(purposes.enrolment.purposes.reception.is_none());
        assert!(purposes.enrolment.purposes.visit.is_some());
    }
}

#[test]
fn a_home_made_before_there_were_receptions_says_what_to_do() {
    let city = with_a_clinic();
    fs::remove_file(city.path("keys/reception.key")).unwrap();
    assert!(city.run(&["check-config"]).status.success());
    let out = city.path("clinic-1");
    let out = out.to_str().unwrap();
    let refused = city.run(&["enrol", "clinic-1", "--facility", "clinic", "--out", out]);
    assert_eq!(refused.status.code(), Some(66));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("keys/reception.key: is missing"), "{said}");
    assert!(!city.path("clinic-1").exists());
}
