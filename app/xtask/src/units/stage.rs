//! A root directory with this system's units, ours among them, and stubs for our programs.

use std::{
    fs, io,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::run::{target_dir, workspace};

const UNITS: &str = "usr/lib/systemd/system";

pub(super) fn ours() -> PathBuf {
    workspace().join("systemd")
}

/// What is in a directory of ours: of every machine and of the image's.
pub(super) fn files(dir: &str) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for base in [ours(), ours().join("image")] {
        for entry in fs::read_dir(base.join(dir))? {
            all.push(entry?.path());
        }
    }
    Ok(all)
}

/// Our units of a kind; of a template, an instance.
pub(super) fn units(kind: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in files("system")? {
        let name = entry
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.ends_with(kind) {
            names.push(name.replace("@.", "@failed."));
        }
    }
    names.sort();
    Ok(names)
}

pub(super) struct Stage(PathBuf);

impl Stage {
    /// Lays a new one; what was there by this name is gone.
    pub(super) fn lay(name: &str) -> Result<Self> {
        let root = target_dir().join("units").join(name);
        match fs::remove_dir_all(&root) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| root.display().to_string());
            }
            _ => {}
        }
        for dir in ["etc", "usr/bin", "usr/sbin", "usr/libexec/machitap"] {
            fs::create_dir_all(root.join(dir))?;
        }
        copy(Path::new("/lib/systemd/system"), &root.join(UNITS))
            .context("this system's units: is cargo xtask setup done?")?;
        copy(&ours().join("system"), &root.join(UNITS))?;
        copy(&ours().join("image/system"), &root.join(UNITS))?;
        for dir in ["sysusers.d", "tmpfiles.d"] {
            copy(&ours().join(dir), &root.join("usr/lib").join(dir))?;
        }
        for program in [
            "bin/machitap-kiosk",
            "bin/machitap-city",
            "bin/sleep",
            "bin/systemctl",
            "bin/loadkeys",
            "sbin/nft",
        ] {
            stub(&root.join("usr").join(program))?;
        }
        for program in files("libexec")? {
            let name = program.file_name().unwrap_or_default();
            stub(&root.join("usr/libexec/machitap").join(name))?;
        }
        Ok(Self(root))
    }

    pub(super) fn root(&self) -> &Path {
        &self.0
    }

    /// Puts an example where its first lines say.
    pub(super) fn example(&self, from: &str, to: &str) -> Result<()> {
        let dir = self.0.join("etc/systemd/system/machitap-kiosk.service.d");
        fs::create_dir_all(&dir)?;
        let from = ours().join("examples").join(from);
        let said = fs::read_to_string(&from)?;
        let place = format!("/etc/systemd/system/machitap-kiosk.service.d/{to}");
        if !said.contains(&place) {
            bail!("{}: does not name {place}", from.display());
        }
        fs::copy(from, dir.join(to))?;
        Ok(())
    }

    /// Changes one of our units, in here only.
    pub(super) fn change(&self, unit: &str, from: &str, to: &str) -> Result<()> {
        let path = self.0.join(UNITS).join(unit);
        let text = fs::read_to_string(&path)?;
        if !text.contains(from) {
            bail!("{unit}: has no {from:?}");
        }
        fs::write(&path, text.replace(from, to))?;
        Ok(())
    }
}

fn stub(path: &Path) -> Result<()> {
    fs::write(path, "#!/bin/sh\n")?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// Copies a directory as it is, links as links.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy(&from, &to)?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(&from)?, &to)?;
        } else {
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}
