use machitap_wire::DocumentName;

use super::rig::{CATALOGUE, Place, citizen};

/// The hall's catalogue with these settings of its sounds.
fn with(sound: &str) -> String {
    let set = format!(r#""time_zone":"Asia/Tokyo","sound":{sound}"#);
    CATALOGUE.replacen(r#""time_zone":"Asia/Tokyo""#, &set, 1)
}

#[test]
fn what_is_said_comes_after_disk_tone_and_screen() {
    let place = Place::new();
    let mut kiosk = place.hall();
    let spoken = with(r#"{"voice":"on","volume":70}"#);
    kiosk.seen.take();
    kiosk.publish(DocumentName::Catalogue, 2, spoken.as_bytes());
    assert_eq!(kiosk.seen.take()[0], "loudness: 70 70");
    kiosk.tap(citizen("SKM-000001"));
    assert_eq!(
        kiosk.seen.take(),
        [
            "tone: read",
            "reading",
            "voice: reading",
            "tone: done",
            "visit-done",
            "voice: visit-points"
        ]
    );
}

#[test]
fn quiet_hours_begin_with_their_minute() {
    let place = Place::new();
    let mut kiosk = place.hall();
    // The rig's morning is at nine.
    let quiet = with(r#"{"voice":"on","quiet":[{"from":"09:01","until":"08:00"}]}"#);
    kiosk.publish(DocumentName::Catalogue, 2, quiet.as_bytes());
    kiosk.seen.take();
    place.pass(60_000);
    kiosk.engine.due();
    assert!(kiosk.seen.take().contains(&"loudness: 40 0".to_owned()));
    kiosk.tap(citizen("SKM-000001"));
    let said = kiosk.seen.take();
    assert!(said.iter().any(|s| s == "tone: done"));
    assert!(!said.iter().any(|s| s.starts_with("voice: ")), "{said:?}");
}
