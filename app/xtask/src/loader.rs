//! `cargo xtask loader`: who chooses the release on a Raspberry Pi 4.
//!
//! What is slow to make and the same every time (the emulator, U-Boot, a kernel) is made and kept
//! here; `machitap-loader` of the room `sim` plays on it. U-Boot is that of the layer's
//! openembedded-core, with the configuration of its machine and the layer's fragments; the kernel
//! is Debian's, which is enough to see what it was told.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    boot::{emulator, ours},
    run::{cargo, cargo_command, prove, step, succeed, target_dir, workspace},
    setup::{self, Package},
};

const TOOLS: [Package; 18] = [
    setup::package("mmdebstrap", "brings QEMU and a kernel"),
    setup::package("git", "brings U-Boot"),
    setup::package("make", "builds it"),
    setup::package("gcc-aarch64-linux-gnu", "compiles it"),
    setup::package("libc6-dev-arm64-cross", "compiles it"),
    setup::package("bison", "reads its grammars"),
    setup::package("flex", "reads its words"),
    setup::package("bc", "counts for its build"),
    setup::package("libssl-dev", "signs in its tools"),
    setup::package("libgnutls28-dev", "signs in its tools"),
    setup::package("uuid-dev", "names in its tools"),
    setup::package("fdisk", "makes the card's partitions"),
    setup::package("dosfstools", "makes the disk that the firmware reads"),
    setup::package("mtools", "reads it as the firmware does"),
    setup::package("e2fsprogs", "makes the roots"),
    setup::package(
        "libubootenv-tool",
        "reads U-Boot's environment as RAUC does",
    ),
    setup::package("rauc", "gives and takes tries"),
    setup::package("dbus", "carries what it is asked"),
];

const LAYER: &str = "yocto-layer/meta-machitap";
/// As the layer's openembedded-core has it (`meta/recipes-bsp/u-boot`).
const VERSION: &str = "v2026.01";
const COMMIT: &str = "127a42c7257a6ffbbd1575ed1cbaa8f5408a44b3";
const FROM: &str = "https://github.com/u-boot/u-boot.git";
/// `UBOOT_MACHINE` of meta-raspberrypi's raspberrypi4-64. What it adds beside, room for a compressed
/// kernel, is not for this one.
const BOARD: &str = "rpi_arm64_defconfig";
const TREE: &str = "bcm2711-rpi-4-b.dtb";

/// `cargo xtask loader`.
#[derive(clap::Args)]
pub(crate) struct Loader {
    /// A clone of U-Boot with the tag v2026.01; fetched when left out
    #[arg(long, value_name = "DIR")]
    source: Option<PathBuf>,
    /// Passed on to the player, as in `cargo xtask loader -- --seed 1`
    #[arg(last = true)]
    rest: Vec<String>,
}

impl Loader {
    pub(crate) fn run(&self) -> Result<()> {
        setup::install(&TOOLS)?;
        let place = target_dir().join("loader");
        fs::create_dir_all(&place)?;
        let made = place
            .canonicalize()
            .with_context(|| place.display().to_string())?;
        emulator::fetch("qemu-system-arm", "qemu-system-aarch64", &made)?;
        kernel(&made)?;
        self.u_boot(&made)?;
        script(&made)?;
        configurations(&made)?;
        step("building the player");
        let binary = ["-p", "machitap-sim", "--bin", "machitap-loader"];
        cargo(&[&["build"], &binary[..]].concat())?;
        let mut player = cargo_command(&[&["run", "--quiet"], &binary[..]].concat());
        player.args(["--", "--made"]).arg(&made).args(&self.rest);
        succeed(&mut player)
    }

    /// U-Boot as the image has it, and as it would be without the layer.
    fn u_boot(&self, made: &Path) -> Result<()> {
        let source = made.join(format!("u-boot-{VERSION}"));
        if !source.join("Makefile").exists() {
            step("fetching U-Boot (once)");
            let half = made.join("u-boot-half");
            let _ = fs::remove_dir_all(&half);
            let mut clone = Command::new("git");
            clone.args(["clone", "--quiet", "--no-checkout"]);
            match &self.source {
                Some(dir) => clone.arg("--shared").arg(dir.canonicalize()?),
                None => clone.args(["--depth", "1", "--branch", VERSION, FROM]),
            };
            succeed(clone.arg(&half))
                .context("U-Boot could not be fetched; is there a network?")?;
            check_out(&half)?;
            fs::rename(half, &source)?;
        }
        let fragments = fragments()?;
        build(&source, &made.join("plain"), &[])?;
        build(&source, &made.join("ours"), &fragments)
    }
}

/// Without the tests of a library in it, which nothing here builds.
fn check_out(source: &Path) -> Result<()> {
    let git = || {
        let mut git = Command::new("git");
        git.arg("-C").arg(source);
        git
    };
    let tag = format!("{VERSION}^{{commit}}");
    let found = git().args(["rev-parse", &tag]).output()?;
    let found = String::from_utf8(found.stdout)?;
    if found.trim() != COMMIT {
        bail!("{VERSION} is {COMMIT}, and not {:?}", found.trim());
    }
    let mut only = git();
    only.args(["sparse-checkout", "set", "--no-cone", "/*"]);
    succeed(only.arg("!/lib/mbedtls/external/mbedtls/tests"))?;
    succeed(git().args(["checkout", "--quiet", "--detach", VERSION]))
}

/// The layer's, in the order of their names; each of them in the image.
fn fragments() -> Result<Vec<PathBuf>> {
    let recipe = ours(&format!("{LAYER}/recipes-bsp/u-boot/u-boot_%.bbappend"))?;
    let dir = workspace().join(LAYER).join("recipes-bsp/u-boot/files");
    let mut all = Vec::new();
    for entry in fs::read_dir(&dir).with_context(|| dir.display().to_string())? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "cfg") {
            let uri = format!("file://{}", path.file_name().unwrap_or_default().display());
            ensure!(recipe.contains(&uri), "the recipe does not name {uri}");
            all.push(path);
        }
    }
    all.sort();
    ensure!(!all.is_empty(), "no fragments in {}", dir.display());
    Ok(all)
}

fn build(source: &Path, out: &Path, fragments: &[PathBuf]) -> Result<()> {
    let name = out.file_name().unwrap_or_default().display();
    step(&format!("U-Boot, {name}"));
    fs::create_dir_all(out)?;
    let make = |targets: &[&str]| {
        let jobs = std::thread::available_parallelism().map_or(1, usize::from);
        let mut make = Command::new("make");
        make.current_dir(source)
            .env("CROSS_COMPILE", "aarch64-linux-gnu-")
            .arg(format!("-j{jobs}"))
            .arg(format!("O={}", out.display()))
            .args(targets);
        prove(&format!("make {}", targets.join(" ")), &mut make)
    };
    make(&[BOARD])?;
    if !fragments.is_empty() {
        let mut merge = Command::new("scripts/kconfig/merge_config.sh");
        merge.current_dir(source).args(["-m", "-O"]).arg(out);
        merge.arg(out.join(".config")).args(fragments);
        prove("its fragments", &mut merge)?;
        make(&["olddefconfig"])?;
        took(&fs::read_to_string(out.join(".config"))?, fragments)?;
    }
    make(&["u-boot.bin", "tools"])
}

/// A line that U-Boot does not know any more is left out of its configuration without a word.
fn took(config: &str, fragments: &[PathBuf]) -> Result<()> {
    for fragment in fragments {
        let text = fs::read_to_string(fragment)?;
        let lines = text.lines();
        let wanted = lines.filter(|l| l.starts_with("CONFIG_") || l.ends_with(" is not set"));
        for line in wanted {
            // One that depends on what is off is not named at all.
            let name = line.trim_start_matches("# ");
            let name = name.split(['=', ' ']).next().unwrap_or_default();
            let off = line.starts_with('#') && !config.contains(&format!("\n{name}="));
            ensure!(
                off || config.lines().any(|l| l == line),
                "{}: U-Boot does not take {line:?}",
                fragment.display()
            );
        }
    }
    Ok(())
}

/// As meta-raspberrypi's recipe makes it.
fn script(made: &Path) -> Result<()> {
    let text = ours(&format!(
        "{LAYER}/recipes-bsp/rpi-u-boot-scr/files/boot.cmd.in"
    ))?
    .replace("@@KERNEL_IMAGETYPE@@", "Image")
    .replace("@@KERNEL_BOOTCMD@@", "booti");
    ensure!(!text.contains("@@"), "boot.cmd.in has a place nobody fills");
    pack(made, &text, "boot")?;
    // What a stick in somebody's hand might hold.
    pack(made, "echo THE STICK RUNS\n", "stick")
}

fn pack(made: &Path, text: &str, name: &str) -> Result<()> {
    let from = made.join(format!("{name}.cmd"));
    fs::write(&from, text)?;
    let mut pack = Command::new(made.join("ours/tools/mkimage"));
    pack.args([
        "-A",
        "arm64",
        "-T",
        "script",
        "-C",
        "none",
        "-n",
        "Boot script",
        "-d",
    ]);
    pack.arg(from).arg(made.join(format!("{name}.scr")));
    prove(&format!("{name}.scr"), &mut pack)
}

/// RAUC's, and that of U-Boot's tools.
fn configurations(made: &Path) -> Result<()> {
    for (from, to) in [
        (
            "recipes-core/rauc/files/raspberrypi4-64/system.conf",
            "system.conf",
        ),
        ("recipes-bsp/u-boot/files/fw_env.config", "fw_env.config"),
    ] {
        fs::write(made.join(to), ours(&format!("{LAYER}/{from}"))?)?;
    }
    Ok(())
}

/// Debian's kernel for arm64, and the tree of a Raspberry Pi 4.
fn kernel(made: &Path) -> Result<()> {
    let (image, tree) = (made.join("Image"), made.join("board.dtb"));
    if image.exists() && tree.exists() {
        return Ok(());
    }
    step("fetching a kernel (once)");
    let root = made.join("kernel");
    let _ = fs::remove_dir_all(&root);
    let mut fetch = Command::new("mmdebstrap");
    fetch
        .args(["--quiet", "--variant=extract", "--architectures=arm64"])
        .args(["--aptopt=APT::Install-Recommends \"false\""])
        .args(["--include=linux-image-arm64", "bookworm"]);
    succeed(fetch.arg(&root)).context("a kernel could not be fetched; is there a network?")?;
    let only = |dir: PathBuf, begins: &str| -> Result<PathBuf> {
        fs::read_dir(&dir)
            .with_context(|| dir.display().to_string())?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| {
                let name = path.file_name().unwrap_or_default();
                name.to_string_lossy().starts_with(begins)
            })
            .with_context(|| format!("no {begins}* in {}", dir.display()))
    };
    fs::copy(only(root.join("boot"), "vmlinuz-")?, image)?;
    let lib = only(root.join("usr/lib"), "linux-image-")?;
    fs::copy(lib.join("broadcom").join(TREE), tree)?;
    Ok(fs::remove_dir_all(root)?)
}
