//! A bus as the city sets it up: its key, its list, its access.

use std::fs;

use crate::support::City;

const BUS: &str = r#"
[facilities.bus]
time_zone = "Asia/Tokyo"
name = { ja = "まちのバス" }
[facilities.bus.service]
kind = "fare"
default = "usual"
[[facilities.bus.service.classes]]
id = "usual"
name = { ja = "ふつう" }
colour = "grey"
shape = "bar"
chime = "one"
"#;

fn with_a_bus() -> City {
    let city = City::new();
    let path = city.path("documents/catalogue.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(path, text + BUS).unwrap();
    city
}

#[test]
fn a_bus_is_given_the_transport_key_and_no_other() {
    let city = with_a_bus();
    let purposes = city.enrol("bus-1", "bus").enrolment.purposes;
    assert!(purposes.transport.is_some());
    assert!(purposes.nursery.is_none() && purposes.visit.is_none());
    let hall = city.enrol("hall-1", "hall").enrolment.purposes;
    assert!(hall.transport.is_none());
}

#[test]
fn a_home_made_before_there_were_fares_says_what_to_do() {
    let city = with_a_bus();
    fs::remove_file(city.path("keys/transport.key")).unwrap();
    assert!(city.run(&["check-config"]).status.success());
    let out = city.path("bus-1");
    let out = out.to_str().unwrap();
    let refused = city.run(&["enrol", "bus-1", "--facility", "bus", "--out", out]);
    assert_eq!(refused.status.code(), Some(66));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("keys/transport.key: is missing"), "{said}");
    assert!(!city.path("bus-1").exists());
}

#[test]
fn a_kiosk_reads_its_own_list_only() {
    let acl = City::new().done(&["broker-config", "--acl"]);
    assert!(acl.contains("pattern read k/v1/town/doc/fares-%u/#"));
}
