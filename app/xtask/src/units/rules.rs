//! Rules of udev and polkit, and the programs beside the units.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use super::stage::{files, ours};
use crate::{
    run::{succeed, target_dir},
    setup::as_root,
};

pub(super) fn check() -> Result<()> {
    sysctl()?;
    firewall()?;
    for path in files("udev")? {
        for (n, line) in fs::read_to_string(&path)?.lines().enumerate() {
            if let Err(why) = rule(line) {
                bail!("{}:{}: {why}", path.display(), n + 1);
            }
        }
    }
    for program in files("libexec")? {
        succeed(Command::new("sh").arg("-n").arg(program))?;
    }
    polkit()
}

/// Settings of the kernel: each is of this form, and no key stands twice.
fn sysctl() -> Result<()> {
    let mut seen = BTreeSet::new();
    for entry in fs::read_dir(ours().join("image/sysctl.d"))? {
        let path = entry?.path();
        for (n, line) in fs::read_to_string(&path)?.lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let key = line.split_once(" = ").and_then(|(key, value)| {
                let known = ["kernel.", "net.", "fs.", "vm."];
                let is_key = known.iter().any(|first| key.starts_with(first));
                (is_key && value.parse::<i64>().is_ok()).then_some(key)
            });
            let fresh = key.is_some_and(|key| seen.insert(key.to_owned()));
            if !fresh {
                bail!("{}:{}: no setting, or one twice", path.display(), n + 1);
            }
        }
    }
    Ok(())
}

/// The firewall's rules as nft reads them, on a kernel that knows such rules.
fn firewall() -> Result<()> {
    let rules = ours().join("image/firewall/machitap.nft");
    let nft = |file: &Path| -> Result<Option<String>> {
        let said = as_root("/usr/sbin/nft")
            .args(["--check", "--file"])
            .arg(file)
            .output();
        let said = said.context("nft: is cargo xtask setup done?")?;
        let why = String::from_utf8_lossy(&said.stderr).into_owned();
        Ok((!said.status.success()).then_some(why))
    };
    let spoilt = target_dir().join("units/firewall.nft");
    let write = |text: &str| fs::write(&spoilt, text).context("target/units");
    write("table inet probe { }\n")?;
    if nft(&spoilt)?.is_some() {
        println!("   firewall: not checked, this machine's kernel has no nf_tables");
        return Ok(());
    }
    if let Some(why) = nft(&rules)? {
        bail!("{}: {why}", rules.display());
    }
    let text = fs::read_to_string(&rules)?;
    for chain in ["input", "forward", "output"] {
        let drops = format!("hook {chain} priority filter; policy drop;");
        if !text.contains(&drops) {
            bail!("{}: {chain} is open", rules.display());
        }
    }
    write(&text.replace("ct state", "ct sate"))?;
    if nft(&spoilt)?.is_none() {
        bail!("a slip in the firewall's rules is not found");
    }
    Ok(())
}

/// One line of udev rules. `udevadm verify` came with systemd 253; Debian 12 has 252, where a
/// slip is only told in the log of the machine that boots with it.
fn rule(line: &str) -> Result<(), String> {
    const MATCH: &[&str] = &["==", "!="];
    const ANY: &[&str] = &["==", "!=", "=", "+=", ":="];
    const ASSIGN: &[&str] = &["=", "+=", ":="];
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(());
    }
    let mut assigns = false;
    for token in line.split("\", ") {
        let (left, value) = token.split_once('"').ok_or(format!("{token}: no value"))?;
        let key_end = left
            .find(|c: char| "=!+:".contains(c))
            .ok_or(format!("{left}: no operator"))?;
        let (key, operator) = left.split_at(key_end);
        let operators = match key.split('{').next().unwrap_or(key) {
            "SUBSYSTEM" | "KERNEL" | "ACTION" | "DRIVER" | "ATTRS" => MATCH,
            "ENV" | "ATTR" | "TAG" => ANY,
            "RUN" | "GROUP" | "MODE" | "OWNER" | "SYMLINK" => ASSIGN,
            _ => return Err(format!("{key}: not a key these rules use")),
        };
        if key.contains('{') != key.ends_with('}') {
            return Err(format!("{key}: braces"));
        }
        if !operators.contains(&operator) {
            return Err(format!("{key}: {operator} is not for it"));
        }
        if value.trim_end_matches('"').contains('"') {
            return Err(format!("{value}: a comma is missing"));
        }
        assigns |= !MATCH.contains(&operator);
    }
    if assigns {
        Ok(())
    } else {
        Err("it assigns nothing".into())
    }
}

/// Asks the rule in the engine polkitd itself uses.
fn polkit() -> Result<()> {
    const BEFORE: &str = "
        var rules = [];
        var polkit = { Result: { YES: 'yes' }, addRule: function (r) { rules.push(r); } };
    ";
    const AFTER: &str = "
        function ask(id, user) { return String(rules[0]({ id: id }, { user: user })); }
        print([
            rules.length,
            ask('org.debian.pcsc-lite.access_pcsc', 'machitap'),
            ask('org.debian.pcsc-lite.access_card', 'machitap'),
            ask('org.debian.pcsc-lite.access_pcsc', 'nobody'),
            ask('org.freedesktop.login1.reboot', 'machitap'),
        ].join(' '));
    ";
    let rule = fs::read_to_string(ours().join("polkit/60-machitap.rules"))?;
    let out = Command::new("duk")
        .args(["-e", &[BEFORE, &rule, AFTER].concat()])
        .output()
        .context("duk: is cargo xtask setup done?")?;
    let said = String::from_utf8_lossy(&out.stdout);
    if said.trim() == "1 yes yes undefined undefined" {
        Ok(())
    } else {
        bail!("polkit/60-machitap.rules: {said}")
    }
}

#[cfg(test)]
mod tests {
    use super::rule;

    #[test]
    fn slips_in_rules_are_found() {
        assert_eq!(rule("# a comment"), Ok(()));
        assert_eq!(rule(r#"SUBSYSTEM=="drm", TAG+="systemd""#), Ok(()));
        for slip in [
            r#"SUBSYSTEM="drm", TAG+="systemd""#,
            r#"SUBSYSTEM=="drm" TAG+="systemd""#,
            r#"SUBSYTEM=="drm", TAG+="systemd""#,
            r#"SUBSYSTEM=="drm", ENV{X+="y""#,
            r#"SUBSYSTEM=="drm", KERNEL=="card0""#,
            "SUBSYSTEM==drm, TAG+=systemd",
        ] {
            assert!(rule(slip).is_err(), "{slip}");
        }
    }
}
