//! The image's own script for updates, cut anywhere: RAUC and the boots are played.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

struct Machine {
    dir: PathBuf,
    boots: u32,
}

impl Machine {
    fn new(name: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("updates-{name}"));
        let _ = fs::remove_dir_all(&dir);
        for part in ["state", "fetched", "bin"] {
            fs::create_dir_all(dir.join(part)).unwrap();
        }
        let mut machine = Self { dir, boots: 0 };
        machine.boots_from("A");
        machine.rauc("exit 0");
        machine
    }

    fn put(&self, path: &str, text: &str) {
        fs::write(self.dir.join(path), text).unwrap();
    }

    fn rauc(&self, script: &str) {
        self.program(
            "rauc",
            &format!(
                "echo \"$@\" >>{}\n{script}",
                self.dir.join("asked").display()
            ),
        );
    }

    fn program(&self, name: &str, script: &str) {
        let path = format!("bin/{name}");
        self.put(&path, &format!("#!/bin/sh\n{script}\n"));
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(self.dir.join(path), mode).unwrap();
    }

    fn boots_from(&mut self, slot: &str) {
        self.boots += 1;
        self.put("cmdline", &format!("ro rauc.slot={slot} quiet\n"));
        self.put("boot_id", &format!("{}\n", self.boots));
    }

    /// As at each boot, and, what is looked at twice does no harm, when a bundle appears.
    fn looks(&self) {
        self.run("tried");
        self.run("install");
    }

    fn run(&self, what: &str) {
        let path = std::env::var("PATH").unwrap();
        let out = Command::new("sh")
            .arg(Path::new(ROOT).join("../../systemd/image/libexec/update"))
            .arg(what)
            .env("PATH", format!("{}:{path}", self.dir.join("bin").display()))
            .env("STATE_DIRECTORY", self.dir.join("state"))
            .env("FETCHED", self.dir.join("fetched"))
            .env("CMDLINE_FILE", self.dir.join("cmdline"))
            .env("BOOT_ID_FILE", self.dir.join("boot_id"))
            .env("REBOOT_PARAM", self.dir.join("reboot-param"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{what}: {said}");
    }

    fn comes(&self) {
        self.put("fetched/bundle.raucb", "a bundle");
    }

    fn is_there(&self) -> bool {
        self.dir.join("fetched/bundle.raucb").exists()
    }

    fn now(&self) -> String {
        let text = fs::read_to_string(self.dir.join("state/now")).unwrap_or_default();
        text.trim().to_owned()
    }

    fn asked(&self) -> usize {
        let text = fs::read_to_string(self.dir.join("asked")).unwrap_or_default();
        text.lines().count()
    }
}

#[test]
fn it_is_written_once_tried_and_kept() {
    let mut machine = Machine::new("kept");
    machine.looks();
    assert_eq!((machine.now().as_str(), machine.asked()), ("", 0));
    machine.comes();
    machine.looks();
    machine.looks();
    assert_eq!((machine.now().as_str(), machine.asked()), ("installed", 1));
    machine.boots_from("B");
    machine.looks();
    assert_eq!(machine.now(), "trying");
    assert!(
        !machine.is_there(),
        "a release that hangs must not be written again"
    );
    machine.run("kept");
    assert_eq!(machine.now(), "kept");
    // Every boot after that, and the next update, which goes to the other slot.
    machine.boots_from("B");
    machine.looks();
    machine.run("kept");
    assert_eq!((machine.now().as_str(), machine.asked()), ("kept", 1));
    machine.comes();
    machine.looks();
    machine.boots_from("A");
    machine.looks();
    machine.run("kept");
    assert_eq!((machine.now().as_str(), machine.asked()), ("kept", 2));
}

#[test]
fn what_was_not_well_is_not_tried_again() {
    let mut machine = Machine::new("back");
    machine.comes();
    machine.looks();
    machine.boots_from("B");
    machine.looks();
    machine.boots_from("A");
    machine.looks();
    assert_eq!((machine.now().as_str(), machine.asked()), ("went-back", 1));
    machine.run("kept");
    machine.boots_from("A");
    machine.looks();
    assert_eq!((machine.now().as_str(), machine.asked()), ("went-back", 1));
}

#[test]
fn a_power_cut_begins_the_writing_anew_but_not_for_ever() {
    let mut machine = Machine::new("cut");
    machine.comes();
    // Cut while RAUC writes: the line and the bundle are there.
    machine.put("state/now", "installing\n");
    machine.put("state/begun", "1\n");
    machine.boots_from("A");
    machine.looks();
    assert_eq!(machine.now(), "installed");
    // Cut before the boot that was wanted, or a release that cannot even start.
    machine.boots_from("A");
    machine.looks();
    assert_eq!((machine.now().as_str(), machine.asked()), ("installed", 2));
    machine.boots_from("A");
    machine.looks();
    assert!(
        machine.now().starts_with("refused after 3 beginnings"),
        "{}",
        machine.now()
    );
    assert!(!machine.is_there());
    // The next one has all its tries.
    machine.comes();
    machine.looks();
    assert_eq!((machine.now().as_str(), machine.asked()), ("installed", 3));
}

#[test]
fn a_refusal_says_why_and_takes_the_bundle_away() {
    let machine = Machine::new("refused");
    machine.rauc(
        "echo 'installing'\n\
         echo 'LastError: signature verification failed: Verify error: certificate\tis not ours'\n\
         echo 'Installing `x` failed'\nexit 1",
    );
    machine.comes();
    machine.looks();
    assert_eq!(
        machine.now(),
        "refused signature verification failed: Verify error: certificateis not ours"
    );
    assert!(!machine.is_there());
    machine.rauc("exit 1");
    machine.comes();
    machine.looks();
    assert_eq!(
        machine.now(),
        "refused",
        "no reason is better than none told at all"
    );
}

#[test]
fn it_boots_only_for_what_is_installed_and_as_rauc_asked() {
    let mut machine = Machine::new("boot");
    let booted = machine.dir.join("booted");
    machine.program("systemctl", &format!("echo \"$@\" >{}", booted.display()));
    machine.put("fetched/reboot", "");
    machine.run("reboot");
    assert!(
        !booted.exists(),
        "somebody asked who had nothing to ask for"
    );
    machine.comes();
    machine.looks();
    machine.put("reboot-param", "0 tryboot");
    machine.put("fetched/reboot", "");
    machine.run("reboot");
    let said = fs::read_to_string(booted).unwrap();
    assert_eq!(said.trim(), "--no-block reboot --reboot-argument=0 tryboot");
    assert!(
        !machine.dir.join("fetched/reboot").exists(),
        "or it boots for ever"
    );
    machine.boots_from("B");
}
