//! The voice itself. Debian keeps it in `contrib`, because the tool it was trained with is not
//! free; the voice is (CC-BY 3.0). Most machines have no `contrib`, and none is added to one: the
//! package is fetched with a list of sources of its own and unpacked, not installed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::run::{step, succeed, target_dir};

const PACKAGE: &str = "hts-voice-nitech-jp-atr503-m001";
const FILE: &str = "usr/share/hts-voice/nitech-jp-atr503-m001/nitech_jp_atr503_m001.htsvoice";
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// The voice's file; fetched once where it is not installed.
pub(super) fn voice() -> Result<PathBuf> {
    let installed = Path::new("/").join(FILE);
    if installed.exists() {
        return Ok(installed);
    }
    let dir = target_dir().join("hts-voice");
    let fetched = dir.join(FILE);
    if !fetched.exists() {
        step("fetching the voice from Debian's contrib (once)");
        fetch(&dir).context(
            "the voice could not be fetched; install hts-voice-nitech-jp-atr503-m001, or name \
             another .htsvoice with --voice",
        )?;
    }
    Ok(fetched)
}

fn fetch(dir: &Path) -> Result<()> {
    let apt = dir.join("apt");
    for part in ["lists/partial", "cache/archives/partial"] {
        fs::create_dir_all(apt.join(part))?;
    }
    let os_release = fs::read_to_string("/etc/os-release")?;
    let release = codename(&os_release)?;
    let sources = apt.join("contrib.list");
    let archive = archive(&known_targets()?, release)?.to_owned();
    let line = format!("deb [signed-by={KEYRING}] {archive} {release} contrib\n");
    fs::write(&sources, line)?;
    let apt_get = |args: &[&str]| {
        let mut command = Command::new("apt-get");
        for (option, value) in [
            ("Dir::Etc::SourceList", sources.display().to_string()),
            ("Dir::Etc::SourceParts", "-".to_owned()),
            ("Dir::State::Lists", apt.join("lists").display().to_string()),
            ("Dir::Cache", apt.join("cache").display().to_string()),
            // The folder is ours: apt's own user could not write to it.
            ("APT::Sandbox::User", "root".to_owned()),
        ] {
            command.arg("-o").arg(format!("{option}={value}"));
        }
        command.args(args).current_dir(dir).stdout(Stdio::null());
        succeed(&mut command)
    };
    apt_get(&["update", "-q"])?;
    apt_get(&["download", "-q", PACKAGE])?;
    let deb = fs::read_dir(dir)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|e| e == "deb"))
        .context("apt-get download brought nothing")?;
    succeed(Command::new("dpkg-deb").arg("-x").arg(deb).arg(dir))
}

/// What this machine's own sources hold, a line for each: site, release, component.
fn known_targets() -> Result<String> {
    let out = Command::new("apt-get")
        .args([
            "indextargets",
            "--format",
            "$(SITE) $(RELEASE) $(COMPONENT)",
        ])
        .output()
        .context("apt-get does not say where it fetches from")?;
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}

/// Where the release's `main` comes from, `contrib` lies beside it.
fn archive<'a>(targets: &'a str, release: &str) -> Result<&'a str> {
    targets
        .lines()
        .filter_map(|line| line.strip_suffix(" main")?.rsplit_once(' '))
        .find(|(_, of)| *of == release)
        .map(|(site, _)| site)
        .with_context(|| format!("no source of {release} main is known here; run apt-get update"))
}

/// The release whose archive is asked.
fn codename(os_release: &str) -> Result<&str> {
    let name = os_release
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="))
        .map(|name| name.trim_matches('"'));
    match name {
        Some(name) if !name.is_empty() => Ok(name),
        _ => bail!("/etc/os-release names no release"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrib_is_asked_of_where_main_comes_from() {
        let targets = "http://a/debian-security bookworm-security main\n\
                       http://b/debian bookworm-updates main\n\
                       http://c/debian bookworm main\n\
                       http://d/other bookworm stable\n";
        assert_eq!(archive(targets, "bookworm").unwrap(), "http://c/debian");
        let none = archive(targets, "trixie").unwrap_err().to_string();
        assert!(none.contains("apt-get update"), "{none}");
    }

    #[test]
    fn the_release_is_read() {
        let debian = "ID=debian\nVERSION_CODENAME=bookworm\n";
        assert_eq!(codename(debian).unwrap(), "bookworm");
        assert_eq!(codename("VERSION_CODENAME=\"sid\"").unwrap(), "sid");
        assert!(codename("ID=debian\n").is_err());
    }
}
