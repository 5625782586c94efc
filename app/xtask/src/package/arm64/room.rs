//! A command in a root directory of its own. Its mounts and processes live in namespaces of their
//! own: nothing of them is left, however it ends.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use crate::run::{prove, succeed};

/// Mounts and enters. Arguments: the root, the script, then pairs of here and there.
const ENTER: &str = r#"
    root=$1 script=$2
    shift 2
    while [ $# -gt 0 ]; do
        mkdir -p "$root$2"
        mount --bind "$1" "$root$2"
        shift 2
    done
    mount -t proc proc "$root/proc"
    exec chroot "$root" /bin/sh -euc "$script"
"#;

/// A root directory, what is seen in it of this machine, and the variables there.
pub(super) struct Room {
    root: PathBuf,
    seen: Vec<(PathBuf, &'static str)>,
    variables: Vec<(String, String)>,
}

impl Room {
    pub(super) fn new(root: &Path) -> Self {
        let variables = [
            ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
            ("LC_ALL", "C.UTF-8"),
            ("HOME", "/root"),
            ("DEBIAN_FRONTEND", "noninteractive"),
        ];
        Self {
            root: root.to_owned(),
            seen: Vec::new(),
            variables: variables.map(|(k, v)| (k.into(), v.into())).into(),
        }
    }

    /// With a directory of this machine.
    pub(super) fn seeing(mut self, here: impl Into<PathBuf>, there: &'static str) -> Self {
        self.seen.push((here.into(), there));
        self
    }

    pub(super) fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.variables.push((key.into(), value.into()));
        self
    }

    /// Runs a shell's script to its end.
    pub(super) fn run(&self, script: &str) -> Result<()> {
        succeed(&mut self.command(script))
    }

    /// Runs a script that proves something; what it wrote is shown only when it fails.
    pub(super) fn play(&self, what: &str, script: &str) -> Result<()> {
        prove(what, &mut self.command(&format!("set -x\n{script}")))
    }

    fn command(&self, script: &str) -> Command {
        let mut command = Command::new("unshare");
        command
            .args(["--mount", "--propagation", "private"])
            .args(["--pid", "--fork", "--kill-child"])
            .args(["sh", "-euc", ENTER, "enter"])
            .arg(&self.root)
            .arg(script);
        for (here, there) in &self.seen {
            command.arg(here).arg(there);
        }
        command
            .env_clear()
            .envs(self.variables.iter().map(|(k, v)| (k, v)));
        command
    }
}
