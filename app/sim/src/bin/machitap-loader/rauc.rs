//! RAUC, as the release in a slot runs it: Debian's own, with the configuration of the image, on a
//! bus of its own; and the environment it shares with U-Boot.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use machitap_sim::stage::{Process, Recipe, wait};

use crate::card::{COPIES, Card, Slot};

const LIMIT: Duration = Duration::from_secs(30);

const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=@BUS@</listen>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// What U-Boot and RAUC tell each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Environment(BTreeMap<String, String>);

impl Environment {
    fn of(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The order of the releases, and the tries left of A and B.
    pub(crate) fn stand(&self) -> (&str, &str, &str) {
        (
            self.of("BOOT_ORDER"),
            self.of("BOOT_A_LEFT"),
            self.of("BOOT_B_LEFT"),
        )
    }

    /// Whether anything is kept that belongs to one board or one boot.
    pub(crate) fn of_this_board(&self) -> Vec<&str> {
        let names = ["serial#", "ethaddr", "usbethaddr", "fdt_addr", "bootargs"];
        let kept = names.into_iter();
        kept.filter(|name| self.0.contains_key(*name)).collect()
    }
}

/// A directory with the environment of a card in it, as if it were mounted, and the programs that
/// read it.
pub(crate) struct Rauc {
    made: PathBuf,
    dir: PathBuf,
}

impl Rauc {
    pub(crate) fn new(made: &Path, dir: &Path) -> Result<Self> {
        let rauc = Self {
            made: made.to_owned(),
            dir: dir.join("rauc"),
        };
        let programs = rauc.dir.join("bin");
        fs::create_dir_all(&programs)?;
        let boot = format!("{}/", rauc.dir.display());
        let config = rauc.read("fw_env.config")?;
        ensure!(
            COPIES
                .iter()
                .all(|name| config.contains(&format!("/boot/{name} "))),
            "fw_env.config names other files than U-Boot writes: {config}"
        );
        let config_at = rauc.dir.join("fw_env.config");
        fs::write(&config_at, config.replace("/boot/", &boot))?;
        // RAUC calls them without a word about where their configuration is.
        for name in ["fw_setenv", "fw_printenv"] {
            let at = programs.join(name);
            let text = format!(
                "#!/bin/sh\nexec /usr/bin/{name} -c '{}' \"$@\"\n",
                config_at.display()
            );
            fs::write(&at, text)?;
            fs::set_permissions(&at, fs::Permissions::from_mode(0o755))?;
        }
        let system = rauc
            .read("system.conf")?
            .replace("@COMPATIBLE@", "machitap-raspberrypi4-64")
            .replace("@KEYRING@", "keyring.pem")
            .replace("/data/rauc", &rauc.dir.join("data").display().to_string());
        fs::write(rauc.dir.join("system.conf"), system)?;
        fs::create_dir_all(rauc.dir.join("data"))?;
        fs::write(rauc.dir.join("keyring.pem"), "")?;
        let bus = rauc.dir.join("bus").display().to_string();
        fs::write(rauc.dir.join("bus.conf"), BUS.replace("@BUS@", &bus))?;
        Ok(rauc)
    }

    fn read(&self, name: &str) -> Result<String> {
        let path = self.made.join(name);
        fs::read_to_string(&path).with_context(|| path.display().to_string())
    }

    /// The environment of a card, as U-Boot's tools for Linux read it.
    pub(crate) fn environment(&self, card: &Path) -> Result<Environment> {
        Card::take_out(card, &self.dir)?;
        let read = Recipe::new("fw_printenv", &self.dir.join("bin/fw_printenv"), &self.dir);
        let said = read.run()?;
        let pairs = said.lines().filter_map(|line| line.split_once('='));
        Ok(Environment(
            pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
        ))
    }

    /// Lets the RAUC of the release in that slot do something, on a card in no machine.
    pub(crate) fn says(&self, card: &Card, booted: Slot, words: &[&str]) -> Result<()> {
        Card::take_out(&card.path(), &self.dir)?;
        let service = self.service(booted)?;
        let said = self.command(&[&["status"], words].concat()).run();
        drop(service);
        said?;
        card.put_in(&self.dir)
    }

    fn command(&self, words: &[&str]) -> Recipe {
        let path = std::env::var("PATH").unwrap_or_default();
        let bus = self.dir.join("bus");
        Recipe::new("rauc", Path::new("/usr/bin/rauc"), &self.dir)
            .env(
                "DBUS_SYSTEM_BUS_ADDRESS",
                format!("unix:path={}", bus.display()),
            )
            .env("PATH", format!("{}/bin:{path}", self.dir.display()))
            .args(words.iter().copied())
    }

    fn service(&self, booted: Slot) -> Result<[Process; 2]> {
        let bus = self.dir.join("bus");
        let _ = fs::remove_file(&bus);
        let daemon = Recipe::new("dbus", Path::new("/usr/bin/dbus-daemon"), &self.dir)
            .arg("--nofork")
            .arg(format!(
                "--config-file={}",
                self.dir.join("bus.conf").display()
            ))
            .start()?;
        wait::until(LIMIT, "a bus", || bus.exists())?;
        let config = format!("--conf={}", self.dir.join("system.conf").display());
        let slot = format!("--override-boot-slot={}", booted.name());
        let service = self.command(&[&config, &slot, "service"]);
        let running = service.start()?;
        let asked = self.command(&["status"]);
        wait::until(LIMIT, "RAUC", || asked.run().is_ok()).with_context(|| service.tail())?;
        Ok([daemon, running])
    }

    /// Where the copies that were taken out last lie.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }
}
