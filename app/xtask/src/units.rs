//! The units and what belongs to them, checked as systemd itself sees them, in a root directory
//! of its own: no service manager has to run.

mod files;
mod rules;
mod stage;

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{console, run::step};
use stage::Stage;

/// The exposure that `systemd-analyze security` may find, in tenths.
const EXPOSURE: u32 = 15;

pub(crate) fn check() -> Result<()> {
    step("units: verify, exposure, users, files, rules");
    let stage = Stage::lay("display")?;
    let units = stage::units(".service")?;
    if units.len() < 8 {
        bail!("systemd/system: {} services, there were more", units.len());
    }
    for unit in &units {
        verify(&stage, unit)?;
        let tenths = exposure(&stage, unit)?;
        println!("   {unit:<32} exposure {}.{}", tenths / 10, tenths % 10);
    }
    for kind in [".mount", ".timer", ".path", ".socket"] {
        for unit in stage::units(kind)? {
            verify(&stage, &unit)?;
        }
    }
    // systemd's own, with what the image makes of it.
    verify(&stage, "emergency.service")?;
    headless()?;
    files::check(&stage)?;
    rules::check()?;
    console::check()?;
    sabotage()
}

/// The drop-ins given as examples, where they are to be put.
fn headless() -> Result<()> {
    let stage = Stage::lay("headless")?;
    let kiosk = "machitap-kiosk.service";
    stage.example("headless.conf", "10-display.conf")?;
    stage.example("lamps.conf", "20-lamps.conf")?;
    verify(&stage, kiosk)?;
    exposure(&stage, kiosk)?;
    let table = security(&stage, kiosk, EXPOSURE)?.text;
    if table.contains("char-drm") || !table.contains("char-alsa") {
        bail!("examples/headless.conf does not take the display's place:\n{table}");
    }
    Ok(())
}

/// What must be found is looked for, so that this check cannot pass by not looking.
fn sabotage() -> Result<()> {
    let unit = "machitap-city.service";
    let spoilt = |from: &str, to: &str| -> Result<Stage> {
        let stage = Stage::lay("spoilt")?;
        stage.change(unit, from, to)?;
        Ok(stage)
    };
    if verify(&spoilt("[Service]", "[Service]\nNoSuchKey=1")?, unit).is_ok() {
        bail!("an unknown key is not found");
    }
    if verify(
        &spoilt("/usr/bin/machitap-city ", "/usr/bin/nothing ")?,
        unit,
    )
    .is_ok()
    {
        bail!("a missing program is not found");
    }
    let bare = spoilt(
        "ProtectSystem=strict\nProtectHome=yes\nProtectProc=invisible\n",
        "",
    )?;
    bare.change(unit, "NoNewPrivileges=yes\nDevicePolicy=closed\n", "")?;
    bare.change(unit, "CapabilityBoundingSet=\n", "")?;
    if exposure(&bare, unit).is_ok() {
        bail!("missing hardening is not found");
    }
    Ok(())
}

fn verify(stage: &Stage, unit: &str) -> Result<()> {
    // Without --recursive-errors=no an unknown key is only told.
    let said = analyze(
        stage,
        &["verify", "--man=no", "--recursive-errors=no"],
        unit,
    )?;
    if said.ok && said.text.trim().is_empty() {
        Ok(())
    } else {
        bail!("{unit}: systemd-analyze verify:\n{}", said.text)
    }
}

/// The exposure of a unit, in tenths, where it is allowed.
fn exposure(stage: &Stage, unit: &str) -> Result<u32> {
    let said = security(stage, unit, EXPOSURE)?;
    let level = said
        .text
        .lines()
        .filter_map(|line| line.split_once("Overall exposure level for "))
        .filter_map(|(_, rest)| rest.split_whitespace().nth(1))
        .find_map(|figure| figure.replace('.', "").parse().ok())
        .with_context(|| format!("{unit}: no exposure in:\n{}", said.text))?;
    if said.ok && level <= EXPOSURE {
        Ok(level)
    } else {
        bail!(
            "{unit}: an exposure of {EXPOSURE} tenths is allowed:\n{}",
            said.text
        )
    }
}

fn security(stage: &Stage, unit: &str, tenths: u32) -> Result<Said> {
    let threshold = format!("--threshold={tenths}");
    analyze(stage, &["security", "--offline=yes", &threshold], unit)
}

/// What a program said, on both outputs.
struct Said {
    ok: bool,
    text: String,
}

fn analyze(stage: &Stage, args: &[&str], unit: &str) -> Result<Said> {
    let out = Command::new("systemd-analyze")
        .args(args)
        .arg(format!("--root={}", stage.root().display()))
        .arg(unit)
        .env("SYSTEMD_COLORS", "0")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .context("systemd-analyze: is cargo xtask setup done?")?;
    let mut text = String::from_utf8_lossy(&out.stderr).into_owned();
    text.push_str(&String::from_utf8_lossy(&out.stdout));
    Ok(Said {
        ok: out.status.success(),
        text,
    })
}
