//! `cargo xtask layer`: the Yocto layer, as far as it can be judged without a build of hours: the
//! style, BitBake's own parser, and the kas files against kas's schema.

mod bundle;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    crates_inc,
    run::{step, succeed, target_dir, workspace},
    setup,
};

/// From PyPI. `bitbake-setup` brings BitBake's parser.
const TOOLS: [&str; 3] = ["oelint_adv==9.11.2", "bitbake-setup==2.19.0", "kas==5.5"];

const OELINT: [&str; 12] = [
    "--release",
    "wrynose",
    "--quiet",
    "--hide",
    "info",
    "--extra-layer",
    "rauc",
    // There is no home page to ask.
    "--suppress=oelint.vars.homepageping",
    // A bundle and a boot partition are made of what others fetch; their licence is our own.
    "--suppress=oelint.var.mandatoryvar.SRC_URI",
    "--suppress=oelint.var.licenseremotefile",
    "--relpaths",
    "--constantmods=+check/oelint.json",
];

pub(crate) fn check() -> Result<()> {
    setup::install(&[
        setup::package("python3-venv", "checks the Yocto layer"),
        setup::package("rauc", "checks the configuration of updates"),
        setup::package("squashfs-tools", "makes a bundle"),
        setup::package("openssl", "makes keys"),
    ])?;
    let python = python()?;
    crates_inc::write()?;
    let layer = workspace().join("yocto-layer");
    for file in ["COPYING", "README.md", "SECURITY.md"] {
        if !layer.join("meta-machitap").join(file).exists() {
            bail!("meta-machitap/{file} is missing; yocto-check-layer asks for it");
        }
    }
    step("the layer: style");
    let recipes = recipes(&layer.join("meta-machitap"))?;
    if recipes.is_empty() {
        bail!("the layer has no recipe");
    }
    let mut oelint = Command::new(python.with_file_name("oelint-adv"));
    oelint.args(OELINT).args(&recipes).current_dir(&layer);
    succeed(&mut oelint)?;
    step("the layer: BitBake's parser, and kas's schema");
    for (program, of) in [("check/parse.py", "meta-machitap"), ("check/kas.py", "kas")] {
        succeed(
            Command::new(&python)
                .args([program, of])
                .env("PYTHONDONTWRITEBYTECODE", "1")
                .current_dir(&layer),
        )?;
    }
    bundle::check()
}

/// The Python of an environment of its own, made once for these versions.
fn python() -> Result<PathBuf> {
    let venv = target_dir().join("layer-venv");
    let python = venv.join("bin/python");
    let mark = venv.join("installed");
    if fs::read_to_string(&mark).is_ok_and(|had| had == TOOLS.join(" ")) {
        return Ok(python);
    }
    step("installing the layer's checks (once)");
    succeed(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&venv),
    )?;
    succeed(
        Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .args(TOOLS),
    )?;
    fs::write(&mark, TOOLS.join(" "))?;
    Ok(python)
}

fn recipes(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).with_context(|| dir.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(recipes(&path)?);
        } else if path
            .extension()
            .is_some_and(|e| e == "bb" || e == "bbappend")
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
