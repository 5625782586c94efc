//! Two releases of the image: which one is booted, tried, kept and left.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

struct Machine(PathBuf);

impl Machine {
    fn new(name: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        let autoboot = "[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n";
        fs::write(dir.join("autoboot.txt"), autoboot).unwrap();
        fs::write(dir.join("os-release"), "ID=machitap\nVERSION_ID=\"1.0\"\n").unwrap();
        let machine = Self(dir);
        machine.runs_from("A");
        machine
    }

    fn runs_from(&self, slot: &str) {
        fs::write(
            self.0.join("cmdline"),
            format!("ro rauc.slot={slot} quiet\n"),
        )
        .unwrap();
        let _ = fs::remove_file(self.0.join("reboot-param"));
    }

    fn run(&self, script: &str, args: &[&str]) -> (bool, String) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let out = Command::new("sh")
            .arg(root.join(script))
            .args(args)
            .env("AUTOBOOT", self.0.join("autoboot.txt"))
            .env("STATES", self.0.join("states"))
            .env("REBOOT_PARAM", self.0.join("reboot-param"))
            .env("CMDLINE_FILE", self.0.join("cmdline"))
            .env("OS_RELEASE", self.0.join("os-release"))
            .env("STATE_DIRECTORY", &self.0)
            .output()
            .unwrap();
        let said = String::from_utf8(out.stdout).unwrap();
        (out.status.success(), said.trim().to_owned())
    }

    /// The health of this boot, with a service manager and a kiosk that say so.
    fn is_well(&self, received: &str) -> (bool, String) {
        self.is_well_with(received, &self.0.join("os-release"))
    }

    fn is_well_with(&self, received: &str, enrolment: &Path) -> (bool, String) {
        let bin = self.0.join("bin");
        fs::create_dir_all(&bin).unwrap();
        let programs = [
            // is-active and show say yes, is-failed says no.
            (
                "systemctl",
                "case $* in
                 *is-failed*) exit 1 ;;
                 *StatusText*) cat \"$STATE_DIRECTORY/status\" ;;
                 *show*) echo ActiveState=active ;;
                 esac",
            ),
            ("sleep", "echo \"$1\" >>\"$STATE_DIRECTORY/slept\""),
            ("machitap-kiosk", received),
        ];
        for (name, script) in programs {
            let path = bin.join(name);
            fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let path = std::env::var("PATH").unwrap();
        let out = Command::new("sh")
            .arg(root.join("systemd/image/libexec/health"))
            .arg("check")
            .env("PATH", format!("{}:{path}", bin.display()))
            .env("CMDLINE_FILE", self.0.join("cmdline"))
            .env("OS_RELEASE", self.0.join("os-release"))
            .env("ENROLMENT", enrolment)
            .env("UPDATE_STATE", &self.0)
            .env("STATE_DIRECTORY", &self.0)
            .output()
            .unwrap();
        let said = String::from_utf8(out.stderr).unwrap();
        (out.status.success(), said)
    }

    /// What the kiosk says of itself.
    fn says(&self, status: &str) {
        fs::write(self.0.join("status"), format!("StatusText={status}\n")).unwrap();
    }

    /// Seconds it waited in all.
    fn slept(&self) -> u32 {
        let text = fs::read_to_string(self.0.join("slept")).unwrap_or_default();
        text.lines().map(|line| line.parse::<u32>().unwrap()).sum()
    }

    fn tryboot(&self, args: &[&str]) -> String {
        let script = "yocto-layer/meta-machitap/recipes-machitap/machitap-system/files/tryboot";
        let (well, said) = self.run(script, args);
        assert!(well, "{args:?}: {said}");
        said
    }

    fn leaves(&self) -> bool {
        self.run("systemd/image/libexec/health", &["rollback"]).0
    }

    /// What the firmware boots when it is not asked to try.
    fn stands(&self) -> String {
        let text = fs::read_to_string(self.0.join("autoboot.txt")).unwrap();
        let all = text.split("[tryboot]").next().unwrap();
        all.split("boot_partition=")
            .nth(1)
            .unwrap()
            .trim()
            .to_owned()
    }
}

#[test]
fn an_update_is_tried_once_and_kept_when_it_is_well() {
    let machine = Machine::new("kept");
    assert_eq!(machine.tryboot(&["get-current"]), "A");
    machine.tryboot(&["set-state", "B", "bad"]);
    machine.tryboot(&["set-primary", "B"]);
    assert_eq!(machine.tryboot(&["get-primary"]), "B");
    assert_eq!(machine.tryboot(&["get-state", "B"]), "good");
    let param = fs::read_to_string(machine.0.join("reboot-param")).unwrap();
    assert_eq!(param, "0 tryboot");
    assert_eq!(
        machine.stands(),
        "2",
        "until it is well, any other boot is of the one before"
    );
    machine.runs_from("B");
    machine.tryboot(&["set-state", "B", "good"]);
    assert_eq!(machine.stands(), "3");
    assert_eq!(machine.tryboot(&["get-primary"]), "B");
}

#[test]
fn an_update_that_is_not_well_is_gone_with_the_next_boot() {
    let machine = Machine::new("gone");
    machine.tryboot(&["set-primary", "B"]);
    machine.runs_from("B");
    assert_eq!(machine.stands(), "2");
    machine.runs_from("A");
    machine.tryboot(&["set-state", "A", "good"]);
    assert_eq!(machine.stands(), "2");
    assert_eq!(machine.tryboot(&["get-primary"]), "A");
}

#[test]
fn a_try_can_be_taken_back() {
    let machine = Machine::new("back");
    machine.tryboot(&["set-primary", "B"]);
    machine.tryboot(&["set-primary", "A"]);
    assert!(!machine.0.join("reboot-param").exists());
    assert_eq!(machine.tryboot(&["get-primary"]), "A");
}

#[test]
fn a_release_that_never_was_well_is_left_four_times_at_most() {
    let machine = Machine::new("left");
    let left = [(); 6].map(|()| machine.leaves());
    assert_eq!(left, [true, true, true, true, false, false]);
    machine.runs_from("B");
    assert!(machine.leaves(), "the other slot is another release");
}

#[test]
fn a_release_that_was_well_stays() {
    let machine = Machine::new("stays");
    fs::write(machine.0.join("well"), "1.0.A\n").unwrap();
    assert!(!machine.leaves());
    machine.runs_from("B");
    assert!(machine.leaves());
}

#[test]
fn a_release_that_is_tried_must_reach_the_city() {
    let away = "echo no broker; exit 69";
    let machine = Machine::new("reach");
    let (well, said) = machine.is_well(away);
    assert!(well, "nothing is tried: it serves without the city: {said}");
    fs::write(machine.0.join("from"), "A\n").unwrap();
    assert!(machine.is_well(away).0, "the release before still runs");
    machine.runs_from("B");
    let begun = machine.slept();
    let (well, said) = machine.is_well(away);
    assert!(!well && said.contains("no broker"), "{said}");
    assert!(machine.slept() - begun >= 600, "it was given its time");
    let at_last =
        "[ -e \"$STATE_DIRECTORY/asked\" ] && exit 0; touch \"$STATE_DIRECTORY/asked\"; exit 69";
    assert!(machine.is_well(at_last).0);
    assert_eq!(
        fs::read_to_string(machine.0.join("well")).unwrap(),
        "1.0.B\n"
    );
}

#[test]
fn a_release_is_not_left_while_somebody_is_served() {
    let away = "echo no broker; exit 69";
    let machine = Machine::new("polite");
    fs::write(machine.0.join("from"), "A\n").unwrap();
    machine.runs_from("B");
    machine.says("nobody is served");
    assert!(!machine.is_well(away).0);
    let at_once = machine.slept();
    machine.says("somebody is served");
    assert!(!machine.is_well(away).0);
    let politely = machine.slept() - at_once;
    assert_eq!(politely - at_once, 300, "but not for ever");
    // These are the kiosk's own words.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let kiosk = fs::read_to_string(root.join("app/kiosk/src/watchdog.rs")).unwrap();
    assert!(kiosk.contains("\"somebody is served\""));
}

#[test]
fn a_release_that_is_tried_must_find_its_enrolment() {
    let machine = Machine::new("lost");
    let without = machine.0.join("nowhere");
    let (well, said) = machine.is_well_with("exit 0", &without);
    assert!(well, "fresh from the factory: {said}");
    fs::write(machine.0.join("from"), "A\n").unwrap();
    machine.runs_from("B");
    let (well, said) = machine.is_well_with("exit 0", &without);
    assert!(!well && said.contains("no enrolment"), "{said}");
}
