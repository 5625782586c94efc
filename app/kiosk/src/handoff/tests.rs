use std::io::ErrorKind;

use machitap_domain::{FactId, fact::Class, reception::NOTE_VERSION};
use uuid::Uuid;

use super::*;

/// A note of the patient "NUMBER".
pub(super) fn note(id: u128, withdrawn: bool) -> HandOffNote {
    HandOffNote {
        version: NOTE_VERSION,
        id: FactId(Uuid::from_u128(id)),
        kiosk: "clinic-1".parse().unwrap(),
        system: "clinic".parse().unwrap(),
        queue: 1,
        number: "NUMBER".parse().unwrap(),
        day: Some(jiff::civil::date(2026, 4, 1)),
        at: None,
        withdrawn,
    }
}

#[test]
fn each_failure_has_its_class() {
    use CannotHandOver as C;
    for passing in [
        C::NoAnswer,
        C::Ended,
        C::Answered(500),
        C::Answered(599),
        C::Directory(ErrorKind::StaleNetworkFileHandle),
        C::Directory(ErrorKind::TimedOut),
    ] {
        assert_eq!(passing.class(), Class::Retry, "{passing}");
    }
    for lasting in [
        C::Elsewhere,
        C::NotHttp,
        C::Answered(302),
        C::Answered(404),
        C::Answered(499),
        C::Answered(600),
        C::Directory(ErrorKind::NotFound),
        C::Directory(ErrorKind::PermissionDenied),
        C::Directory(ErrorKind::ReadOnlyFilesystem),
        C::Directory(ErrorKind::StorageFull),
    ] {
        assert_eq!(lasting.class(), Class::Repair, "{lasting}");
    }
}

#[test]
fn a_file_is_named_by_the_announcement_and_whether_it_withdraws() {
    let dir = tempfile::tempdir().unwrap();
    let directory = dir.path().to_str().unwrap().to_owned();
    let to = Handoff::FileDrop { directory };
    for (withdrawn, name) in [
        (false, "00000000-0000-0000-0000-000000000007.json"),
        (true, "00000000-0000-0000-0000-000000000007-withdrawn.json"),
    ] {
        let note = note(7, withdrawn);
        give(&note, &to).unwrap();
        let there = std::fs::read(dir.path().join(name)).unwrap();
        assert_eq!(serde_json::from_slice::<HandOffNote>(&there).unwrap(), note);
    }
}

#[test]
fn a_missing_directory_is_for_repair() {
    let to = Handoff::FileDrop {
        directory: "/nowhere/to/be/found".into(),
    };
    let why = give(&note(7, false), &to).unwrap_err();
    assert_eq!(why, CannotHandOver::Directory(ErrorKind::NotFound));
    assert_eq!(why.class(), Class::Repair);
}
