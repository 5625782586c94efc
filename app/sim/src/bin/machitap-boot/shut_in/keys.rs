//! Keys of the keyboard that the machine's board has (PS/2): it stands for one that has passed for a
//! touch panel. What USB's rules keep out is not needed here.

use anyhow::{Result, ensure};
use machitap_sim::summary::Summary;

use super::guest;
use crate::{idle::Idle, machine::Machine, step};

const KEYBOARD: &str = "/dev/input/by-path/platform-i8042-serio-0-event-kbd";
/// What was typed, as the kernel tells it: a key pressed or let go is three events of 24 bytes.
const TYPED: &str = "/run/keys";
const BYTES: usize = 2 * 3 * 24;

/// What may bring somebody away from the kiosk's screen, or the machine down.
const ALL: [&[&str]; 9] = [
    &["ctrl", "alt", "f2"],
    &["alt", "f3"],
    &["alt", "right"],
    &["ctrl", "alt", "delete"],
    &["ctrl", "alt", "backspace"],
    &["ctrl", "c"],
    &["ctrl", "backslash"],
    &["alt", "sysrq", "h"],
    &["alt", "sysrq", "b"],
];

/// The console on the display.
const CONSOLE: &str = "cat /sys/class/tty/tty0/active";
/// How often SysRq has told what it can.
const HELPED: &str = "dmesg | grep -c 'sysrq: HELP'";
/// Ctrl+Alt+Del is that signal, where a key sends it.
const REFUSED: guest::Question<'_> = (
    "journalctl -b --no-pager -o cat | grep -c 'ctrl-alt-del.target.*masked'",
    |said| said != "0",
);
const LET_IN: &str = "echo 1 >/proc/sys/kernel/sysrq; \
    printf 'keymaps 0,12\\ncontrol alt keycode 60 = Console_2\\n' >/run/let-in; \
    loadkeys -C /dev/tty1 /run/let-in";
const PUT_BACK: &str = "systemctl restart systemd-sysctl.service machitap-keys.service; chvt 1";

/// Plays it.
///
/// # Errors
/// What a key did.
pub(super) fn play(machine: &mut Machine, idle: &Idle, summary: &mut Summary) -> Result<()> {
    step("keys that leave the screen, or boot the machine");
    machine.run(&format!("cat {KEYBOARD} >{TYPED} & true"))?;
    guest::wait_for(
        machine,
        "the keyboard to be listened to",
        &("ls -l /proc/[0-9]*/fd | grep -c /run/keys", |said| {
            said.trim() != "0"
        }),
    )?;
    let boot = machine.ask("cat /proc/sys/kernel/random/boot_id")?;
    let kiosk = pid(machine)?;
    for keys in ALL {
        press(machine, keys)?;
    }
    let at = machine.ask(CONSOLE)?;
    ensure!(at == "tty1", "a key brought the display to {at}");
    idle.wait(machine)?;
    ensure!(machine.ask(HELPED)? == "0", "SysRq answers");
    let jobs = machine.ask("systemctl list-jobs --no-legend")?;
    ensure!(jobs.is_empty(), "a key began something:\n{jobs}");
    let logins = machine
        .ask("systemctl list-units --no-legend --state=active '*getty*.service' 'autovt*'")?;
    ensure!(logins.is_empty(), "somebody could log in:\n{logins}");
    ensure!(
        machine.ask("cat /proc/sys/kernel/random/boot_id")? == boot,
        "the machine has booted"
    );
    ensure!(pid(machine)? == kiosk, "the kiosk was started anew");
    machine.run("kill -INT 1")?;
    guest::wait_for(machine, "systemd to refuse a boot", &REFUSED)?;
    summary.figure("keys that did nothing", ALL.len());
    without_guards(machine)
}

/// The same keys lead to another console and to the kernel where that is allowed: the looks above can
/// fail.
fn without_guards(machine: &mut Machine) -> Result<()> {
    machine.run(LET_IN)?;
    press(machine, &["ctrl", "alt", "f2"])?;
    let away = |said: &str| said == "tty2";
    guest::wait_for(machine, "a key that leaves the screen", &(CONSOLE, away))?;
    // SysRq is heard before whoever listens to a keyboard, so that nothing is told of it there.
    machine.press(&["alt", "sysrq", "h"])?;
    guest::wait_for(machine, "an answer to SysRq", &(HELPED, |said| said != "0"))?;
    machine.run(PUT_BACK)?;
    guest::wait_for(
        machine,
        "the kiosk's console",
        &(CONSOLE, |said| said == "tty1"),
    )?;
    press(machine, &["ctrl", "alt", "f2"])?;
    press(machine, &["alt", "f3"])?;
    let at = machine.ask(CONSOLE)?;
    ensure!(at == "tty1", "a key brought the display to {at}");
    Ok(())
}

/// Presses keys, and waits until the kernel has told of each.
fn press(machine: &mut Machine, keys: &[&str]) -> Result<()> {
    let before = typed(machine)?;
    machine.press(keys)?;
    let command = format!(
        "[ $(stat -c %s {TYPED}) -ge {} ] && echo so",
        before + keys.len() * BYTES
    );
    guest::wait_for(machine, &keys.join("-"), &(&command, |said| said == "so")).map(drop)
}

fn typed(machine: &mut Machine) -> Result<usize> {
    Ok(machine
        .ask(&format!("stat -c %s {TYPED}"))?
        .trim()
        .parse()?)
}

fn pid(machine: &mut Machine) -> Result<String> {
    machine.ask("systemctl show -P MainPID machitap-kiosk.service")
}
