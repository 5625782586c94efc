//! `cargo xtask package --check`: the packages on a Debian 12 of their own, from the first
//! installation to the purge, with a real city's keys and data that must stay.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    run::{is_root, prove, step, succeed, target_dir},
    setup::{self, Package},
};

const TOOLS: [Package; 2] = [
    setup::package("mmdebstrap", "makes a Debian to install into"),
    setup::package("lintian", "checks packages"),
];

/// What holds once the packages are installed: each step with what it proves, run by a shell in the
/// root directory, in this order.
pub(super) const INSTALLED: &[(&str, &str)] = &[
    (
        "users, modes and enabled units are there; nothing is enrolled",
        r#"
        id machitap | grep -q audio && id machitap | grep -q video
        test "$(stat -c %a.%U /var/lib/machitap)" = 700.machitap
        test "$(stat -c %a.%G /etc/machitap/enrolment)" = 770.machitap
        test "$(stat -c %a.%U /var/lib/machitap-city)" = 711.machitap-city
        test -L /etc/systemd/system/multi-user.target.wants/machitap-kiosk.service
        test -L /etc/systemd/system/multi-user.target.wants/machitap-city.service
        grep -q ConditionPathExists=./etc/machitap/enrolment /lib/systemd/system/machitap-kiosk.service
        test -s /usr/share/machitap/voice/ja/COPYRIGHT
        code=0; machitap-kiosk --config /etc/machitap/kiosk.toml --check-config || code=$?
        test $code = 66
        "#,
    ),
    (
        "a city is made by its user and enrols the kiosk",
        r#"
        cd /var/lib/machitap-city
        runuser -u machitap-city -- machitap-city init --dir . --city town --host mqtt.example.jp
        runuser -u machitap-city -- machitap-city check-config
        runuser -u machitap-city -- machitap-city enrol hall-1 --facility hall --out hall-1
        cp -r --no-preserve=all hall-1/. /etc/machitap/enrolment/
        systemd-tmpfiles --create machitap-kiosk.conf
        test "$(stat -c %a.%U.%G /etc/machitap/enrolment/sign.key)" = 640.root.machitap
        "#,
    ),
    (
        "the kiosk's user finds all it needs in the configuration as it is shipped",
        r#"
        runuser -u machitap -- sh -c 'cat /etc/machitap/enrolment/sign.key' >/dev/null
        sed 's/^keys = .*/enabled = false/' /etc/machitap/kiosk.toml >/tmp/kiosk.toml
        runuser -u machitap -- machitap-kiosk --config /tmp/kiosk.toml --check-config
        "#,
    ),
];

/// What comes after, likewise. `new` is the directory of the next version's packages.
const LATER: &[(&str, &str)] = &[
    (
        "data and changed configuration",
        r#"
        echo facts >/var/lib/machitap/journal.db
        sed -i 's/mqtt.example.jp/mqtt.town.example/' /etc/machitap/kiosk.toml
        "#,
    ),
    ("upgrading", "dpkg -i /new/*.deb"),
    ("data and configuration are as before", KEPT),
    ("removing", "dpkg -r machitap-kiosk machitap-city"),
    ("they still are", KEPT),
    (
        "purging, asked of nobody",
        "dpkg -P machitap-kiosk machitap-city",
    ),
    (
        "data and keys are kept, configuration and units are gone",
        r#"
        grep -q facts /var/lib/machitap/journal.db
        test -e /etc/machitap/enrolment/sign.key -a -e /var/lib/machitap-city/keys/sign.key
        test ! -e /etc/machitap/kiosk.toml
        test -z "$(find /etc/systemd /var/lib/systemd /lib/systemd/system -name '*machitap*')"
        "#,
    ),
    (
        "installing again finds the data",
        "dpkg -i /new/*.deb; grep -q facts /var/lib/machitap/journal.db",
    ),
    (
        "purging, with yes for an answer",
        r#"
        for p in kiosk city; do
            echo machitap-$p machitap-$p/purge-data boolean true
        done | debconf-set-selections
        dpkg -P machitap-kiosk machitap-city
        test ! -e /var/lib/machitap -a ! -e /var/lib/machitap-city -a ! -e /etc/machitap
        "#,
    ),
];

const KEPT: &str = r#"
    grep -q facts /var/lib/machitap/journal.db
    grep -q mqtt.town.example /etc/machitap/kiosk.toml
    test -e /etc/machitap/enrolment/sign.key -a -e /var/lib/machitap-city/keys/sign.key
"#;

/// Says before the long build that the check cannot be made here.
pub(super) fn possible() -> Result<()> {
    if !is_root()? {
        bail!("--check makes a Debian in a directory and needs root for it");
    }
    setup::install(&TOOLS)
}

pub(super) fn lintian(packages: &[PathBuf]) -> Result<()> {
    step("lintian");
    let mut lintian = Command::new("lintian");
    lintian.args(["--allow-root", "--fail-on", "error"]);
    succeed(lintian.args(packages))
}

pub(super) fn check(old: &[PathBuf], new: &[PathBuf]) -> Result<()> {
    lintian(old)?;
    let root = debian(&depends(old)?)?;
    for (dir, files) in [("old", old), ("new", new)] {
        let dir = root.join(dir);
        fs::create_dir(&dir)?;
        for file in files {
            fs::copy(file, dir.join(file.file_name().context("a package")?))?;
        }
    }
    // Tools of systemd look for it.
    let proc = root.join("proc");
    succeed(
        Command::new("mount")
            .args(["-t", "proc", "proc"])
            .arg(&proc),
    )?;
    let done = [("installing", "dpkg -i /old/*.deb")]
        .iter()
        .chain(INSTALLED)
        .chain(LATER)
        .try_for_each(|(what, script)| play(&root, what, script));
    succeed(Command::new("umount").arg(&proc))?;
    done
}

/// Runs a script in that root directory; what it wrote is shown only when it fails.
pub(crate) fn play(root: &Path, what: &str, script: &str) -> Result<()> {
    prove(
        what,
        Command::new("chroot")
            .arg(root)
            .args(["/usr/bin/env", "-i"])
            .args(["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"])
            .args(["DEBIAN_FRONTEND=noninteractive", "sh", "-exc", script]),
    )
}

/// What the packages need, without each other, versions and second choices.
pub(crate) fn depends(packages: &[PathBuf]) -> Result<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    for package in packages {
        let out = Command::new("dpkg-deb")
            .arg("-f")
            .arg(package)
            .args(["Depends"])
            .output()?;
        let text = String::from_utf8(out.stdout)?;
        all.extend(
            text.split(',')
                .filter_map(|one| one.split_whitespace().next())
                .map(str::to_owned),
        );
    }
    if all.is_empty() {
        bail!("the packages name nothing they depend on");
    }
    Ok(all)
}

/// A fresh Debian 12 with these packages, kept for the next time as an archive.
fn debian(with: &BTreeSet<String>) -> Result<PathBuf> {
    let root = target_dir().join("debian-root");
    let archive = target_dir().join("debian-root.tar");
    let list = target_dir().join("debian-root.list");
    let with = with
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(",");
    if !archive.exists() || fs::read_to_string(&list).is_ok_and(|had| had != with) {
        step("a Debian 12 to install into (minutes, once)");
        succeed(
            Command::new("mmdebstrap")
                .args(["--quiet", "--variant=minbase"])
                .arg(format!("--include={with}"))
                .arg("bookworm")
                .arg(&archive),
        )?;
        fs::write(&list, &with)?;
    }
    step("a fresh Debian 12");
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root)?;
    succeed(
        Command::new("tar")
            .arg("-C")
            .arg(&root)
            .arg("-xf")
            .arg(&archive),
    )?;
    Ok(root)
}
