//! The unit that starts the kiosk, judged by systemd's own tools where they are installed.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command};

const UNIT: &str = include_str!("../../../systemd/machitap-kiosk.service");

/// `systemd-analyze verify` says nothing against it; `None` without the tool.
fn verifies(unit: &str) -> Option<bool> {
    let root = tempfile::tempdir().unwrap();
    let at = |path: &str| root.path().join(path);
    for dir in ["usr/bin", "etc/systemd/system"] {
        fs::create_dir_all(at(dir)).unwrap();
    }
    fs::write(at("etc/systemd/system/machitap-kiosk.service"), unit).unwrap();
    let program = at("usr/bin/machitap-kiosk");
    fs::write(&program, "").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let said = Command::new("systemd-analyze")
        .args(["verify", "--man=no", "--recursive-errors=no", "--root"])
        .arg(root.path())
        .arg("/etc/systemd/system/machitap-kiosk.service")
        .output()
        .ok()?;
    Some(said.status.success() && said.stderr.is_empty())
}

#[test]
fn systemd_takes_the_unit_and_would_not_take_a_slip_of_the_pen() {
    let Some(good) = verifies(UNIT) else {
        println!("systemd-analyze is not installed here");
        return;
    };
    assert!(good);
    let slip = UNIT.replace("ProtectHome=", "ProtectHorne=");
    assert_eq!(verifies(&slip), Some(false));
}

#[test]
fn the_unit_is_hardened_and_would_not_pass_without() {
    let dir = tempfile::tempdir().unwrap();
    let within = |unit: &str| {
        let path = dir.path().join("machitap-kiosk.service");
        fs::write(&path, unit).unwrap();
        exposure_within(&path)
    };
    let Some(good) = within(UNIT) else {
        println!("systemd-analyze is not installed here");
        return;
    };
    assert!(good);
    let open = UNIT
        .replace("SystemCallFilter=", "# ")
        .replace("CapabilityBoundingSet=", "# ");
    assert_eq!(within(&open), Some(false));
}

/// At most 2.0 of 10.
fn exposure_within(unit: &Path) -> Option<bool> {
    let said = Command::new("systemd-analyze")
        .args(["security", "--offline=yes", "--threshold=20"])
        .arg(unit)
        .output()
        .ok()?;
    Some(said.status.success())
}
