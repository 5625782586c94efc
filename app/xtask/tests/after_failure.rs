//! What comes after a kiosk that failed: boots while they may help, then the screen.

use std::{fs, path::Path, process::Command};

const BOOT: Option<i32> = Some(0);
const NOTICE: Option<i32> = Some(1);

/// A machine's memory of its boots.
struct Machine(std::path::PathBuf);

impl Machine {
    fn new(name: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    fn fail(&self, status: &str, up_s: u32) -> Option<i32> {
        fs::write(self.0.join("uptime"), format!("{up_s}.42 1.00\n")).unwrap();
        let script =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../systemd/libexec/after-failure");
        Command::new("sh")
            .arg(script)
            .env("STATE_DIRECTORY", &self.0)
            .env("UPTIME_FILE", self.0.join("uptime"))
            .env("MONITOR_SERVICE_RESULT", "exit-code")
            .env("MONITOR_EXIT_STATUS", status)
            .output()
            .unwrap()
            .status
            .code()
    }
}

#[test]
fn two_boots_and_no_more() {
    let machine = Machine::new("two-boots");
    let ends = [(); 4].map(|()| machine.fail("70", 60));
    assert_eq!(ends, [BOOT, BOOT, NOTICE, NOTICE]);
    let why = fs::read_to_string(machine.0.join("why")).unwrap();
    assert_eq!(why, "70 exit-code\n");
}

#[test]
fn a_kiosk_that_served_for_long_begins_anew() {
    let machine = Machine::new("served");
    let ends = [60, 60, 60, 7_200, 60, 60].map(|up| machine.fail("70", up));
    assert_eq!(ends, [BOOT, BOOT, NOTICE, BOOT, BOOT, NOTICE]);
}

/// systemd's own, by the names it gives them in units.
const NAMED: [(&str, &str); 4] = [
    ("EXEC", "203"),
    ("GROUP", "216"),
    ("USER", "217"),
    ("CREDENTIALS", "243"),
];

#[test]
fn what_no_restart_mends_no_boot_does() {
    let unit = include_str!("../../../systemd/system/machitap-kiosk.service");
    let line = unit
        .lines()
        .find_map(|line| line.strip_prefix("RestartPreventExitStatus="));
    let mut seen = 0;
    for word in line.unwrap().split_whitespace() {
        let number = NAMED.iter().find(|(name, _)| *name == word);
        let status = number.map_or(word, |(_, number)| *number);
        let machine = Machine::new(&format!("status-{status}"));
        assert_eq!(machine.fail(status, 60), NOTICE, "{word}");
        seen += 1;
    }
    assert_eq!(seen, 8);
}

#[test]
fn a_signal_is_worth_a_boot() {
    assert_eq!(Machine::new("signal").fail("ABRT", 60), BOOT);
}

#[test]
fn boots_that_cannot_be_counted_are_not_made() {
    let machine = Machine::new("unwritable");
    // A directory in the file's place: root may write to what it may not.
    fs::create_dir(machine.0.join("boots")).unwrap();
    assert!(machine.fail("70", 60) != BOOT);
}
