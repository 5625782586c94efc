//! Programs of the other processor start here like any other: the kernel hands them to QEMU's user
//! emulation (binfmt_misc) while this lives.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::run::succeed;

const KERNEL: &str = "/proc/sys/fs/binfmt_misc";
/// A name of our own: one that the machine has is not touched.
const NAME: &str = "machitap-arm64";

/// The head of a 64-bit little-endian ELF program for AArch64 (e_machine 183), and the bits of it
/// that count: not the ABI, and an executable as well as a shared object.
const MAGIC: &str = r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00";
const MASK: &str =
    r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff";

pub(super) struct Emulation {
    /// The kernel's list was mounted for this.
    mounted: bool,
}

impl Emulation {
    /// By that QEMU.
    pub(super) fn by(qemu: &Path) -> Result<Self> {
        let mounted = !Path::new(KERNEL).join("register").exists();
        if mounted {
            succeed(Command::new("mount").args(["-t", "binfmt_misc", "binfmt_misc", KERNEL]))
                .context("this kernel cannot hand programs to an emulator (binfmt_misc)")?;
        }
        let emulation = Self { mounted };
        // What a run that was killed left; its QEMU may be gone.
        emulation.forget();
        fs::write(Path::new(KERNEL).join("register"), line(qemu)).with_context(|| {
            format!("{KERNEL}: QEMU cannot be registered for programs of arm64")
        })?;
        Ok(emulation)
    }

    fn forget(&self) {
        let ours: PathBuf = Path::new(KERNEL).join(NAME);
        if ours.exists() {
            // It is the machine's again, or it was never ours.
            let _ = fs::write(ours, "-1");
        }
    }
}

impl Drop for Emulation {
    fn drop(&mut self) {
        self.forget();
        if self.mounted {
            let _ = Command::new("umount").arg(KERNEL).status();
        }
    }
}

/// P: a program keeps the name it was called by. F: QEMU is opened now, so that it is found from
/// within any root.
fn line(qemu: &Path) -> String {
    format!(":{NAME}:M::{MAGIC}:{MASK}:{}:PF", qemu.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_form_is_kept() {
        let line = line(Path::new("/q/qemu"));
        // Documentation/admin-guide/binfmt-misc.rst: :name:type:offset:magic:mask:interpreter:flags
        let fields: Vec<_> = line.split(':').collect();
        assert_eq!(fields[..4], ["", NAME, "M", ""]);
        assert_eq!(fields[6..], ["/q/qemu", "PF"]);
        let bytes = |field: &str| field.replace("ELF", r"\x45\x4c\x46").matches(r"\x").count();
        assert_eq!((bytes(fields[4]), bytes(fields[5])), (20, 20));
    }
}
