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
    usb()?;
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
    // The image may have no /etc/protocols, where nft looks for a protocol's name.
    const AS_THERE: &str = "
        test ! -e /etc/protocols || mount --bind /dev/null /etc/protocols
        exec /usr/sbin/nft --check --file \"$0\"
    ";
    let nft = |file: &Path| -> Result<Option<String>> {
        let said = as_root("unshare")
            .args(["--mount", "sh", "-ec", AS_THERE])
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
    for (word, slip) in [("ct state", "ct sate"), ("l4proto 58", "l4proto ipv6-icmp")] {
        write(&text.replace(word, slip))?;
        if nft(&spoilt)?.is_none() {
            bail!("{slip} in the firewall's rules is not found");
        }
    }
    Ok(())
}

/// Which interfaces of a USB device are opened: class and protocol of each, and whether.
const USB: &[&[(&str, &str, bool)]] = &[
    &[("03", "00", true)],
    &[("0b", "00", true), ("ff", "00", true)],
    &[("08", "50", true)],
    &[("01", "00", true), ("01", "00", true)],
    &[("03", "01", false)],
    // A keyboard with keys for the sound, a touch panel that is a mouse too.
    &[("03", "01", false), ("03", "00", false)],
    &[("03", "02", false), ("03", "00", true)],
    &[("06", "01", false), ("08", "50", true)],
    &[("e0", "01", false)],
];

/// Asks `image/libexec/usb` about devices as /sys has them.
fn usb() -> Result<()> {
    let script = ours().join("image/libexec/usb");
    let device = target_dir().join("units/usb/1-1");
    let probed = target_dir().join("units/usb/probe");
    for interfaces in USB {
        let _ = fs::remove_dir_all(&device);
        for (n, (class, protocol, _)) in interfaces.iter().enumerate() {
            let dir = device.join(format!("1-1:1.{n}"));
            fs::create_dir_all(&dir)?;
            for (name, value) in [
                ("bInterfaceClass", class),
                ("bInterfaceProtocol", protocol),
                ("authorized", &"0"),
            ] {
                fs::write(dir.join(name), format!("{value}\n"))?;
            }
        }
        let run = |what| {
            let mut run = Command::new("sh");
            run.arg(&script).arg(what).arg(&device);
            succeed(run.env("PROBE", &probed))
        };
        run("allow")?;
        for (n, (class, protocol, open)) in interfaces.iter().enumerate() {
            let word = fs::read_to_string(device.join(format!("1-1:1.{n}/authorized")))?;
            if word != if *open { "1\n" } else { "0\n" } {
                bail!("libexec/usb: an interface {class}/{protocol} of {interfaces:?}: {word}");
            }
        }
        let _ = fs::remove_file(&probed);
        run("serve")?;
        // The last one's name: /sys takes a word at a time.
        let last = interfaces.iter().rposition(|(.., open)| *open);
        let last = last.map(|n| format!("1-1:1.{n}\n"));
        if fs::read_to_string(&probed).ok() != last {
            bail!("libexec/usb serve: not {last:?} of {interfaces:?}");
        }
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
