//! The machine: QEMU with a display, a touch screen, a USB card reader, a network, and a disk
//! whose every write is logged.

mod disks;
mod hands;
mod plugs;
mod shell;
mod witness;

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use machitap_sim::stage::{Process, Recipe, wait};

use crate::{qmp::Qmp, reader::Reader};

pub(crate) use witness::Seen;

use shell::Shell;
use witness::Witness;

/// A boot and a kiosk's start without a processor of one's own, on a machine that has other work.
pub(crate) const BOOT_LIMIT: Duration = Duration::from_secs(300);
/// A socket of a QEMU that was just started.
const SOCKET_LIMIT: Duration = Duration::from_secs(30);

/// By which address a machine reaches what listens on this one (QEMU's user network).
pub(crate) const OUTSIDE: &str = "10.0.2.2";

/// What the machine finds when it is switched on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct How {
    /// Its clock's battery is empty: it begins at 1970.
    pub(crate) clockless: bool,
    /// The network cable is plugged in.
    pub(crate) network: bool,
    /// What it boots from.
    pub(crate) root: Root,
}

/// A root file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Root {
    /// The Debian, as new at every boot.
    Debian,
    /// The same, shut in as the image is.
    ShutIn,
    /// Of the image's two, the one that the firmware chose.
    Slot(Slot),
}

/// One of the two roots of the image's layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    A,
    B,
}

impl Default for How {
    fn default() -> Self {
        Self {
            clockless: false,
            network: true,
            root: Root::Debian,
        }
    }
}

/// Where things of the machine are.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// What `cargo xtask boot` made: emulator, kernel, initramfs, root file system.
    pub(crate) made: PathBuf,
    /// What this run writes.
    pub(crate) live: PathBuf,
}

impl Place {
    /// What was made for a machine that is shut in.
    pub(crate) fn shut_in(&self) -> PathBuf {
        self.made.join("shut-in")
    }

    /// The disk that holds the kiosk's state.
    pub(crate) fn data(&self) -> PathBuf {
        self.live.join("data.img")
    }

    /// Every write to it since the machine was switched on.
    pub(crate) fn log(&self) -> PathBuf {
        self.live.join("writes")
    }

    /// The disk that the firmware reads before it boots one of the two roots.
    pub(crate) fn autoboot(&self) -> PathBuf {
        self.live.join("autoboot.img")
    }

    /// Every write to that.
    pub(crate) fn autoboot_log(&self) -> PathBuf {
        self.live.join("autoboot-writes")
    }

    /// One of the two roots.
    pub(crate) fn root(&self, slot: Slot) -> PathBuf {
        self.live.join(match slot {
            Slot::A => "root-a.img",
            Slot::B => "root-b.img",
        })
    }

    fn qemu(&self) -> Recipe {
        let tree = self.made.join("qemu");
        let lib = tree.join("usr/lib/x86_64-linux-gnu");
        // The programs of another Debian, by their own loader.
        let loader = tree.join("usr/lib64/ld-linux-x86-64.so.2");
        let firmware = |name: &str| tree.join("usr/share").join(name);
        Recipe::new("qemu", &loader, &self.live)
            .env("QEMU_MODULE_DIR", lib.join("qemu"))
            // Where what the machine writes to its root goes until it is switched off.
            .env("TMPDIR", &self.live)
            .arg("--library-path")
            .arg(lib)
            .arg(tree.join("usr/bin/qemu-system-x86_64"))
            .arg("-L")
            .arg(firmware("qemu"))
            .arg("-L")
            .arg(firmware("seabios"))
    }
}

/// A machine that runs.
#[derive(Debug)]
pub(crate) struct Machine {
    place: Place,
    process: Process,
    qmp: Qmp,
    shell: Shell,
    reader: Reader,
    witness: Witness,
    switched_on: Instant,
    /// How often a card had to be held there again.
    pub(crate) held_again: u32,
}

impl Machine {
    /// Switches it on.
    ///
    /// # Errors
    /// When QEMU does not start; with what it said.
    pub(crate) fn start(place: &Place, how: How) -> Result<Self> {
        for name in ["qmp", "shell", "card", "trace"] {
            // What a killed one left behind.
            let _ = fs::remove_file(place.live.join(name));
        }
        fs::write(place.log(), "")?;
        fs::write(place.autoboot_log(), "")?;
        let recipe = arguments(place, how);
        let switched_on = Instant::now();
        let mut process = recipe.start()?;
        let started: Result<_> = (|| {
            let socket = |name: &str| place.live.join(name);
            let qmp = wait::for_some(SOCKET_LIMIT, "QEMU's monitor", || {
                if let Some(status) = process.ended() {
                    return Some(Err(anyhow::anyhow!("QEMU ended with {status}")));
                }
                Qmp::connect(&socket("qmp")).ok().map(Ok)
            })??;
            Ok((
                qmp,
                Shell::connect(&socket("shell"))?,
                Reader::connect(&socket("card"))?,
                Witness::connect(&socket("trace"), place.log())?,
            ))
        })();
        let (mut qmp, shell, reader, witness) =
            started.with_context(|| recipe.tail()).context("QEMU")?;
        if !how.network {
            qmp.tell(
                "set_link",
                serde_json::json!({ "name": "net0", "up": false }),
            )?;
        }
        Ok(Self {
            place: place.clone(),
            process,
            qmp,
            shell,
            reader,
            witness,
            switched_on,
            held_again: 0,
        })
    }

    /// Waits until the kiosk has drawn the first screen that waits for people; how long that took
    /// from the switch.
    ///
    /// # Errors
    /// When it does not come, or the machine ends.
    pub(crate) fn wait_until_it_serves(&mut self) -> Result<Duration> {
        let (process, witness) = (&mut self.process, &self.witness);
        wait::for_some(BOOT_LIMIT, "the kiosk's first screen", || {
            if let Some(status) = process.ended() {
                return Some(Err(anyhow::anyhow!("QEMU ended with {status}")));
            }
            witness.serves_since().map(Ok)
        })
        .and_then(|r| r)
        .map(|at| at - self.switched_on)
        .with_context(|| self.tail())
    }

    /// Whether it is off.
    pub(crate) fn ended(&mut self) -> bool {
        self.process.ended().is_some()
    }

    /// Waits until it ends by itself, off or for another boot. What was seen until then, and all
    /// of its console.
    ///
    /// # Errors
    /// When it does not end.
    pub(crate) fn wait_until_it_ends(mut self, limit: Duration) -> Result<(Vec<Seen>, String)> {
        let process = &mut self.process;
        wait::until(limit, "the machine to boot by itself", || {
            process.ended().is_some()
        })
        .with_context(|| tail(&self.place.live))?;
        let console = fs::read(self.place.live.join("console.log"))?;
        let console = String::from_utf8_lossy(&console).into_owned();
        Ok((self.witness.close(), console))
    }

    /// SIGKILL: the power is gone. What was seen until then.
    pub(crate) fn kill(self) -> Vec<Seen> {
        self.process.kill();
        self.witness.close()
    }

    /// The end of the machine's console.
    pub(crate) fn tail(&self) -> String {
        tail(&self.place.live)
    }
}

/// The end of what a machine wrote to its console.
fn tail(live: &Path) -> String {
    const LINES: usize = 40;
    let text = fs::read(live.join("console.log")).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

fn arguments(place: &Place, how: How) -> Recipe {
    let in_live = |name: &str| place.live.join(name).display().to_string();
    let socket = |id: &str| format!("socket,id={id},path={},server=on,wait=off", in_live(id));
    let recipe = place
        .qemu()
        .args(["-accel", "tcg,thread=multi", "-M", "q35", "-cpu", "qemu64"])
        .args(["-smp", "1", "-m", "1024", "-nodefaults", "-no-user-config"])
        .args(["-vga", "none", "-display", "none", "-no-reboot"])
        .arg("-chardev")
        .arg(format!("file,id=console,path={}", in_live("console.log")))
        .args(["-serial", "chardev:console", "-chardev"])
        .arg(socket("shell"))
        .args(["-serial", "chardev:shell", "-qmp"])
        .arg(format!("unix:{},server=on,wait=off", in_live("qmp")))
        .args(disks::arguments(place, how))
        .args(["-device", "virtio-rng-pci", "-device"])
        .arg("virtio-gpu-pci,xres=1280,yres=800")
        .args(["-device", "virtio-multitouch-pci"])
        .args(["-netdev", "user,id=net0", "-device"])
        .arg("virtio-net-pci,netdev=net0,romfile=")
        .args(["-device", "virtio-serial-pci", "-chardev"])
        .arg(socket("trace"))
        .args([
            "-device",
            "virtserialport,chardev=trace,name=machitap.trace",
        ])
        .args(["-device", "qemu-xhci,id=usb", "-chardev"])
        .arg(socket("card"))
        .args(["-device", "usb-ccid,id=reader,bus=usb.0", "-device"])
        .arg("ccid-card-passthru,id=slot,chardev=card,bus=reader.0");
    if how.clockless {
        recipe.args(["-rtc", "base=1970-01-01T00:00:00,clock=vm"])
    } else {
        recipe
    }
}
