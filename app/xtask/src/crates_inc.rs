//! `cargo xtask crates-inc`: what BitBake fetches for the kiosk, from `Cargo.lock`, and what of it is
//! in the program, for the image's software list. Lists made by hand or committed would be wrong after
//! the next `cargo update`.

use std::{fmt::Write as _, fs, path::PathBuf};

use anyhow::{Context, Result, bail};

use crate::{
    package::PACKAGES,
    run::{step, workspace},
    sbom::{self, Program},
};

/// The recipe both lists are of.
const RECIPE: &str = "yocto-layer/meta-machitap/recipes-machitap/machitap-kiosk";

/// What the image's machines are, and the compiler of its release of the Yocto Project.
const TARGET: &str = "aarch64-unknown-linux-gnu";
const RUST: &str = "1.94.1";

/// A crate of the registry.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Crate {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) sha256: String,
}

pub(crate) fn write() -> Result<PathBuf> {
    step("the list of crates for the layer");
    let lock = fs::read_to_string(workspace().join("Cargo.lock"))?;
    let crates = crates(&lock)?;
    let recipe = workspace().join(RECIPE);
    let to = recipe.join("machitap-kiosk-crates.inc");
    fs::write(&to, inc(&crates)).with_context(|| to.display().to_string())?;
    println!("   {} crates", crates.len());
    let (package, features) = PACKAGES
        .into_iter()
        .find(|(package, _)| *package == "machitap-kiosk")
        .context("the kiosk's package")?;
    let program = Program {
        package,
        features,
        target: TARGET,
        rust: RUST,
    };
    // What it is linked with beside crates, the image's list has as packages of its own.
    sbom::write(program, &[], &recipe.join("machitap-kiosk-crates.cdx.json"))?;
    Ok(to)
}

/// The lock file's packages, less our own.
pub(crate) fn crates(lock: &str) -> Result<Vec<Crate>> {
    let mut all = Vec::new();
    for package in lock.split("[[package]]").skip(1) {
        let value = |key: &str| {
            package.lines().find_map(|line| {
                line.strip_prefix(key)?
                    .strip_prefix(" = \"")?
                    .strip_suffix('"')
            })
        };
        let Some(source) = value("source") else {
            continue;
        };
        let name = value("name").context("a package without a name")?;
        if !source.starts_with("registry+") {
            bail!("{name}: {source}: only crates of the registry can be listed");
        }
        let of = |key| value(key).with_context(|| format!("{name}: no {key}"));
        all.push(Crate {
            name: name.into(),
            version: of("version")?.into(),
            sha256: of("checksum")?.into(),
        });
    }
    if all.is_empty() {
        bail!("Cargo.lock names no crate");
    }
    Ok(all)
}

fn inc(crates: &[Crate]) -> String {
    let mut text = String::from("# Made by `cargo xtask crates-inc`.\n\nSRC_URI += \"\\\n");
    for Crate { name, version, .. } in crates {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "    crate://crates.io/{name}/{version} \\");
    }
    text.push_str("\"\n\n");
    for Crate {
        name,
        version,
        sha256,
    } in crates
    {
        let _ = writeln!(text, "SRC_URI[{name}-{version}.sha256sum] = \"{sha256}\"");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_are_left_out_and_git_is_refused() {
        let lock = "version = 4\n\n[[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n\n\
            [[package]]\nname = \"theirs\"\nversion = \"1.2.3\"\n\
            source = \"registry+https://index\"\nchecksum = \"ab\"\n";
        let found = crates(lock).unwrap();
        assert_eq!(found.len(), 1);
        let text = inc(&found);
        assert!(text.contains("crate://crates.io/theirs/1.2.3 \\"));
        assert!(text.contains("SRC_URI[theirs-1.2.3.sha256sum] = \"ab\""));
        assert!(crates(&lock.replace("registry+", "git+")).is_err());
    }
}
