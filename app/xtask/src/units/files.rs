//! Users and directories, made for real in the stage.

use std::{fs, os::unix::fs::MetadataExt, path::Path};

use anyhow::{Context, Result, bail};

use super::stage::Stage;
use crate::{run::succeed, setup::as_root};

const CARRIED_KEY: &str = "etc/machitap/enrolment/sign.key";

pub(super) fn check(stage: &Stage) -> Result<()> {
    let root = stage.root();
    let at = format!("--root={}", root.display());
    // Groups the base system brings; ours are to exist already when they are joined.
    let base = Path::new("/usr/lib/sysusers.d/basic.conf");
    fs::copy(base, root.join("usr/lib/sysusers.d/basic.conf"))
        .with_context(|| base.display().to_string())?;
    // It tells each user and group it makes, forty lines of them.
    succeed(
        as_root("systemd-sysusers")
            .arg(&at)
            .env("SYSTEMD_LOG_LEVEL", "warning"),
    )?;
    let users = fs::read_to_string(root.join("etc/passwd"))?;
    let groups = fs::read_to_string(root.join("etc/group"))?;
    for user in ["machitap", "machitap-city"] {
        // A group's line makes a user as well, one without a home.
        let (name, home) = (format!("{user}:"), format!(":/var/lib/{user}:"));
        if !users
            .lines()
            .any(|l| l.starts_with(&name) && l.contains(&home))
        {
            bail!("sysusers.d: {user} has no home in /var/lib");
        }
    }
    for group in ["audio", "video", "render", "input"] {
        let line = groups.lines().find(|l| l.starts_with(&format!("{group}:")));
        if !line.is_some_and(|l| l.ends_with(":machitap")) {
            bail!("sysusers.d: machitap is not in {group}");
        }
    }
    // As a stick without modes leaves it.
    let key = root.join(CARRIED_KEY);
    succeed(
        as_root("install")
            .args(["-D", "-m", "777", "/dev/null"])
            .arg(&key),
    )?;
    succeed(
        as_root("systemd-tmpfiles")
            .args(["--create", &at])
            .args(["machitap-kiosk.conf", "machitap-city.conf"]),
    )?;
    let machitap = id(&users, "machitap")?;
    let city = id(&users, "machitap-city")?;
    expect(root, "etc/machitap", 0o755, 0)?;
    expect(root, "etc/machitap/enrolment", 0o770, 0)?;
    expect(root, "var/lib/machitap", 0o700, machitap)?;
    expect(root, "var/lib/machitap-city", 0o711, city)?;
    expect(root, "var/backups/machitap-city", 0o700, city)?;
    // The key's group may read it, and nobody else.
    let mode = fs::metadata(&key)?.mode();
    if mode & 0o7 != 0 || mode & 0o40 == 0 {
        bail!("tmpfiles.d: {CARRIED_KEY} has mode {mode:o}");
    }
    // What belongs to the stage's users would be in the way of the next stage.
    succeed(as_root("chown").args(["-R", "--reference=."]).arg(root))
}

fn id(users: &str, name: &str) -> Result<u32> {
    users
        .lines()
        .find_map(|line| {
            line.strip_prefix(&format!("{name}:"))?
                .split(':')
                .nth(1)?
                .parse()
                .ok()
        })
        .with_context(|| format!("sysusers.d: no user {name}"))
}

fn expect(root: &Path, path: &str, mode: u32, owner: u32) -> Result<()> {
    let there = fs::metadata(root.join(path)).with_context(|| path.to_owned())?;
    if there.mode() & 0o7777 != mode || there.uid() != owner {
        bail!(
            "tmpfiles.d: {path} is {:o} of {}, not {mode:o} of {owner}",
            there.mode() & 0o7777,
            there.uid()
        );
    }
    Ok(())
}
