//! The card: firmware's partition, two releases, data, as `wic/machitap-uboot.wks.in` lays it.

use std::{
    fs::{self, File},
    io::{self, Seek, SeekFrom, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

const MIB: u64 = 1 << 20;
/// An emulated card's size is a power of two.
const SIZE: u64 = 256 * MIB;
/// The layer's `--align 4096`.
const BOOT: u64 = 4 * MIB;
const BOOT_SIZE: u64 = 64 * MIB;
const ROOT_SIZE: u64 = 72 * MIB;

/// The two copies of U-Boot's environment.
pub(crate) const COPIES: [&str; 2] = ["uboot.env", "uboot-redund.env"];

/// One of the two releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    A,
    B,
}

impl Slot {
    /// Its name for RAUC and U-Boot.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }

    const fn begins(self) -> u64 {
        match self {
            Self::A => BOOT + BOOT_SIZE,
            Self::B => BOOT + BOOT_SIZE + ROOT_SIZE,
        }
    }
}

/// What a release holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Release {
    /// Debian's kernel, which says what it was told.
    Kernel,
    /// A kernel of one instruction, which never ends.
    Hangs,
    /// Half written: no file system.
    Noise,
}

/// What `Release::Hangs` is, bytes.
pub(crate) const HANGS_SIZE: usize = 64 * 1024;

/// A card, not in a machine.
pub(crate) struct Card {
    made: PathBuf,
    dir: PathBuf,
}

impl Card {
    /// A card as the image writes it: no environment, and nothing in its second release.
    pub(crate) fn new(made: &Path, dir: &Path) -> Result<Self> {
        let card = Self {
            made: made.to_owned(),
            dir: dir.to_owned(),
        };
        let file = File::create(card.path())?;
        file.set_len(SIZE)?;
        let sectors = |bytes: u64| bytes / 512;
        let table = format!(
            "label: dos\n\
             start={},size={},type=c,bootable\n\
             start={},size={},type=83\n\
             start={},size={},type=83\n\
             start={},type=83\n",
            sectors(BOOT),
            sectors(BOOT_SIZE),
            sectors(Slot::A.begins()),
            sectors(ROOT_SIZE),
            sectors(Slot::B.begins()),
            sectors(ROOT_SIZE),
            sectors(Slot::B.begins() + ROOT_SIZE),
        );
        tell("/usr/sbin/sfdisk", &["--quiet"], &card.path(), &table)?;
        card.put_boot()?;
        card.put(Slot::A, Release::Kernel)?;
        Ok(card)
    }

    /// Its image.
    pub(crate) fn path(&self) -> PathBuf {
        self.dir.join("card.img")
    }

    /// The firmware's partition with the script, and nothing else that U-Boot reads.
    pub(crate) fn put_boot(&self) -> Result<()> {
        let part = self.dir.join("boot.img");
        File::create(&part)?.set_len(BOOT_SIZE)?;
        tell("/usr/sbin/mkfs.vfat", &["-n", "BOOT"], &part, "")?;
        mtools(
            "mcopy",
            &part,
            0,
            &[&path(&self.made.join("boot.scr")), "::"],
        )?;
        lay(&self.path(), BOOT, &part)
    }

    /// Another text where the script was.
    pub(crate) fn spoil_script(&self) -> Result<()> {
        let noise = self.dir.join("noise");
        fs::write(&noise, [b'x'; 1_500])?;
        mtools(
            "mcopy",
            &self.path(),
            BOOT,
            &["-o", &path(&noise), "::boot.scr"],
        )
    }

    /// Writes a release.
    pub(crate) fn put(&self, slot: Slot, release: Release) -> Result<()> {
        let part = self.dir.join("root.img");
        let _ = fs::remove_file(&part);
        File::create(&part)?.set_len(ROOT_SIZE)?;
        let tree = tempfile::tempdir_in(&self.dir)?;
        let boot = tree.path().join("boot");
        fs::create_dir(&boot)?;
        match release {
            Release::Kernel => {
                fs::copy(self.made.join("Image"), boot.join("Image"))?;
            }
            Release::Hangs => fs::write(boot.join("Image"), hangs())?,
            Release::Noise => {
                fs::write(&part, vec![7; usize::try_from(ROOT_SIZE)?])?;
                return lay(&self.path(), slot.begins(), &part);
            }
        }
        tell(
            "/usr/sbin/mke2fs",
            &["-q", "-t", "ext4", "-d", &path(tree.path())],
            &part,
            "",
        )?;
        lay(&self.path(), slot.begins(), &part)
    }

    /// Takes the copies of the environment that are there out of a card, as a mount shows them.
    pub(crate) fn take_out(card: &Path, to: &Path) -> Result<()> {
        for name in COPIES {
            let to = to.join(name);
            let _ = fs::remove_file(&to);
            let file = format!("::{name}");
            // It may not be there.
            let _ = mtools("mcopy", card, BOOT, &["-n", &file, &path(&to)]);
        }
        Ok(())
    }

    /// Puts them back.
    pub(crate) fn put_in(&self, from: &Path) -> Result<()> {
        for name in COPIES {
            let from = from.join(name);
            mtools("mcopy", &self.path(), BOOT, &["-o", &path(&from), "::"])?;
        }
        Ok(())
    }

    /// The script as a card has it.
    pub(crate) fn script(card: &Path) -> Result<Vec<u8>> {
        let out = Command::new("mtype")
            .env("MTOOLS_SKIP_CHECK", "1")
            .args(["-i", &at(card, BOOT), "::boot.scr"])
            .output()?;
        ensure!(out.status.success(), "no boot.scr on the card");
        Ok(out.stdout)
    }

    /// A stick with a script of its own.
    pub(crate) fn stick(&self) -> Result<PathBuf> {
        let (stick, part) = (self.dir.join("stick.img"), self.dir.join("stick.part"));
        File::create(&part)?.set_len(31 * MIB)?;
        tell("/usr/sbin/mkfs.vfat", &[], &part, "")?;
        let script = path(&self.made.join("stick.scr"));
        mtools("mcopy", &part, 0, &[&script, "::boot.scr"])?;
        File::create(&stick)?.set_len(32 * MIB)?;
        let table = format!("label: dos\nstart={},type=c,bootable\n", MIB / 512);
        tell("/usr/sbin/sfdisk", &["--quiet"], &stick, &table)?;
        lay(&stick, MIB, &part)?;
        Ok(stick)
    }
}

/// The head of an arm64 kernel (Documentation/arch/arm64/booting.rst) whose first instruction
/// jumps to itself.
fn hangs() -> Vec<u8> {
    let mut image = vec![0; HANGS_SIZE];
    image[..4].copy_from_slice(&0x1400_0000_u32.to_le_bytes());
    image[16..24].copy_from_slice(&(HANGS_SIZE as u64).to_le_bytes());
    // Little-endian, pages of 4 KiB, anywhere in memory.
    image[24..32].copy_from_slice(&0b1010_u64.to_le_bytes());
    image[56..60].copy_from_slice(b"ARM\x64");
    image
}

/// Writes a partition into an image.
fn lay(image: &Path, at: u64, part: &Path) -> Result<()> {
    let mut image = fs::OpenOptions::new().write(true).open(image)?;
    image.seek(SeekFrom::Start(at))?;
    io::copy(&mut File::open(part)?, &mut image)?;
    Ok(())
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

/// A partition of an image, for mtools.
fn at(image: &Path, at: u64) -> String {
    format!("{}@@{at}", image.display())
}

fn mtools(program: &str, image: &Path, begins: u64, args: &[&str]) -> Result<()> {
    let out = Command::new(program)
        .env("MTOOLS_SKIP_CHECK", "1")
        .args(["-i", &at(image, begins)])
        .args(args)
        .output()
        .with_context(|| format!("cannot start {program}"))?;
    ensure!(
        out.status.success(),
        "{program} {args:?}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
    Ok(())
}

/// Runs a program on an image, with a text for it to read.
fn tell(program: &str, args: &[&str], image: &Path, text: &str) -> Result<()> {
    let mut child = Command::new(program)
        .args(args)
        .arg(image)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {program}"))?;
    let mut into = child.stdin.take().context("its input was asked for")?;
    into.write_all(text.as_bytes())?;
    drop(into);
    let out = child.wait_with_output()?;
    ensure!(
        out.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
    Ok(())
}
