//! The city has a kiosk's machine updated: a real city and broker, a real kiosk, the image's own
//! script; RAUC and the firmware are played. `cargo xtask boot` has them too.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use machitap_domain::KioskId;
use machitap_sim::{
    oracle::{self, Witness},
    stage::{Documents, Kiosk, Plan, Stage, wait},
};

/// Nothing here takes so long on a machine that works.
const LIMIT: Duration = Duration::from_secs(60);

/// Some pieces of a fetch.
const BUNDLE_BYTES: usize = 3_000_000;

/// The other town's bundle, in RAUC's words.
const MISMATCH: &str = "Compatible mismatch: Expected 'machitap-pi5' but bundle manifest has 'x'";

#[test]
fn a_machine_is_updated_goes_back_and_refuses() {
    let mut stage = Stage::build(&Documents::sample()).unwrap();
    if let Err(error) = drill(&mut stage) {
        panic!("{error:?}\n{}", stage.tails());
    }
}

/// What the image does beside the kiosk.
struct Machine {
    kiosk: PathBuf,
    dir: PathBuf,
}

impl Machine {
    fn of(kiosk: &Kiosk) -> Result<Self> {
        let dir = kiosk.update_machine();
        fs::create_dir_all(&dir)?;
        let machine = Self {
            kiosk: kiosk.state().join("update"),
            dir,
        };
        machine.boots("A", "1")?;
        Ok(machine)
    }

    fn boots(&self, slot: &str, boot_id: &str) -> Result<()> {
        fs::write(
            self.dir.join("cmdline"),
            format!("ro rauc.slot={slot} quiet\n"),
        )?;
        Ok(fs::write(self.dir.join("boot_id"), boot_id)?)
    }

    /// RAUC answers so from now on.
    fn rauc(&self, script: &str) -> Result<()> {
        let path = self.dir.join("rauc");
        fs::write(&path, format!("#!/bin/sh\n{script}\n"))?;
        Ok(fs::set_permissions(
            path,
            fs::Permissions::from_mode(0o755),
        )?)
    }

    fn script(&self, what: &str) -> Result<()> {
        let script =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../systemd/image/libexec/update");
        let path = std::env::var("PATH").unwrap_or_default();
        let out = Command::new("sh")
            .arg(script)
            .arg(what)
            .env("PATH", format!("{}:{path}", self.dir.display()))
            .env("STATE_DIRECTORY", &self.dir)
            .env("FETCHED", &self.kiosk)
            .env("CMDLINE_FILE", self.dir.join("cmdline"))
            .env("BOOT_ID_FILE", self.dir.join("boot_id"))
            .output()?;
        ensure!(
            out.status.success(),
            "update {what}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
        Ok(())
    }

    fn bundle(&self) -> PathBuf {
        self.kiosk.join("bundle.raucb")
    }
}

fn drill(stage: &mut Stage) -> Result<()> {
    let id: KioskId = "centre-1".parse()?;
    let plan = Plan {
        size: "800x480",
        ..Plan::default()
    };
    let mut kiosk = stage.kiosk("centre-1", "community-centre", plan)?;
    let bundle = stage.path().join("update.raucb");
    let mut text = b"hsqs".to_vec();
    text.extend((0..BUNDLE_BYTES).map(|n| (n % 253) as u8));
    fs::write(&bundle, &text)?;

    // A machine that is no image says so.
    kiosk.start()?;
    kiosk.control().wait_for("idle", LIMIT)?;
    stage.city.update(&id, &bundle)?;
    told(stage, "refused: this machine is not updated by bundles")?;

    let machine = Machine::of(&kiosk)?;
    machine.rauc("exit 0")?;
    stage.city.update(&id, &bundle)?;
    // Wherever it was cut, the order goes on.
    kiosk.kill();
    kiosk.start()?;
    wait::until(LIMIT, "the bundle", || machine.bundle().exists())?;
    ensure!(fs::read(machine.bundle())? == text, "another bundle");
    told(stage, "writing")?;
    machine.script("install")?;
    wait::until(LIMIT, "leave to boot", || {
        machine.kiosk.join("reboot").exists()
    })?;
    told(stage, "written, boots when nobody is there")?;

    // The new release runs, and is well.
    kiosk.stop()?;
    machine.boots("B", "2")?;
    machine.script("tried")?;
    kiosk.start()?;
    told(stage, "runs, being tried")?;
    kiosk.tap("manyo", LIMIT)?;
    kiosk.wait_until_counted(LIMIT)?;
    machine.script("kept")?;
    told(stage, "kept")?;
    ensure!(!machine.bundle().exists(), "the bundle takes room for good");

    // The next one is not well, and the one before boots again.
    stage.city.update(&id, &bundle)?;
    wait::until(LIMIT, "the bundle", || machine.bundle().exists())?;
    machine.script("install")?;
    for (slot, boot) in [("A", "3"), ("B", "4")] {
        machine.boots(slot, boot)?;
        machine.script("tried")?;
    }
    told(stage, "was not well, went back")?;

    machine.rauc(&format!("echo \"LastError: {MISMATCH}\"; exit 1"))?;
    stage.city.update(&id, &bundle)?;
    wait::until(LIMIT, "the bundle", || machine.bundle().exists())?;
    machine.script("install")?;
    told(stage, &format!("refused: {MISMATCH}"))?;

    kiosk.tap("minato", LIMIT)?;
    kiosk.wait_until_counted(LIMIT)?;
    kiosk.stop()?;
    let verdict = oracle::judge(&[Witness::hear(&kiosk)?], &stage.city.ledger()?);
    println!("{verdict:#?}");
    ensure!(verdict.differences.is_empty(), "{:#?}", verdict.differences);
    Ok(())
}

/// Waits until the city's list of kiosks says so.
fn told(stage: &Stage, what: &str) -> Result<()> {
    let mut last = String::new();
    wait::until(LIMIT, what, || {
        last = stage.city.kiosks().unwrap_or_else(|e| e.to_string());
        last.trim_end().contains(what)
    })
    .with_context(|| last)
}
