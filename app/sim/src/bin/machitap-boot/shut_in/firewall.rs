//! The firewall: who comes in, and what goes out.

use std::{
    io::{ErrorKind, Read},
    net::{Ipv4Addr, TcpListener, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use machitap_sim::{stage::ports, summary::Summary};

use super::guest;
use crate::{
    machine::{Machine, OUTSIDE},
    step,
    town::Town,
};

/// The port that the trial opens in the machine.
const DOOR: u16 = 2222;
/// What it says to whoever comes in.
const WELCOME: &str = "come in\n";
/// How long somebody waits for that.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);
/// How long the machine tries to get out, seconds: more than twice what a try takes that succeeds.
const TRY: u32 = 5;

/// Counts who knocks before the firewall's rules see it. A hand that knocks in vain knocks again: two
/// packets say that one came and was not answered.
const WATCH: &str = "nft 'add table inet watch; flush table inet watch; \
    add chain inet watch knocks { type filter hook input priority -10; }; \
    add rule inet watch knocks tcp dport 2222 counter'";
const KNOCKS: guest::Question<'_> = (
    "nft list chain inet watch knocks | sed -n 's/.*packets \\([0-9]*\\).*/\\1/p'",
    |said| said.trim().parse::<u32>().is_ok_and(|packets| packets >= 2),
);
/// Who listens to the network. timesyncd waits at a port of its own for an answer.
const LISTENS: &str = "ss -Hltunp | grep -v -e 127.0.0. -e systemd-timesyn";
const TAKE_AWAY: &str = "nft delete table inet machitap";
const PUT_BACK: &str = "systemctl reload machitap-firewall.service";

/// Plays it.
///
/// # Errors
/// What came in, went out, or could not.
pub(super) fn play(town: &Town, machine: &mut Machine, summary: &mut Summary) -> Result<()> {
    step("the firewall: somebody knocks");
    machine.run("systemctl is-active machitap-firewall.service")?;
    let listens = machine.ask(LISTENS)?;
    ensure!(listens.is_empty(), "something listens:\n{listens}");
    machine.run("systemctl start open-door.socket")?;
    let listens = machine.ask(LISTENS)?;
    ensure!(
        listens.contains(&format!(":{DOOR} ")),
        "the open port is not seen:\n{listens}"
    );
    let door = ports::free()?;
    machine.lead_in(door, DOOR)?;
    nobody_comes_in(machine, door)?;
    machine.run(TAKE_AWAY)?;
    let said = come_in(door).context("without the rules nobody came in either")?;
    ensure!(said == WELCOME, "the open port says {said:?}");
    machine.run(PUT_BACK)?;
    nobody_comes_in(machine, door).context("the rules put back")?;
    machine.run("systemctl stop open-door.socket; nft delete table inet watch")?;
    summary.figure(
        "an open port: reached with the firewall, without it",
        "no, yes",
    );

    step("the firewall: the machine calls out");
    let outside = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    outside.set_nonblocking(true)?;
    let port = outside.local_addr()?.port();
    ensure!(!goes_out(machine, port)?, "it reaches port {port} outside");
    ensure!(!has_come(&outside)?, "something came from the machine");
    machine.run(TAKE_AWAY)?;
    ensure!(
        goes_out(machine, port)? && has_come(&outside)?,
        "without the rules nothing came from the machine either"
    );
    machine.run(PUT_BACK)?;
    summary.figure(
        "another port outside: reached with the firewall, without it",
        "no, yes",
    );

    let broker = town.stage.broker.port();
    ensure!(goes_out(machine, broker)?, "the broker is not reached");
    machine.run(&format!(
        "nft 'delete element inet machitap city {{ {broker} }}'"
    ))?;
    ensure!(
        !goes_out(machine, broker)?,
        "the broker's port is open, whatever firewall.d names"
    );
    machine.run(PUT_BACK)?;
    ensure!(
        goes_out(machine, broker)?,
        "the broker is not reached again"
    );
    summary.figure(
        "the broker's port: reached by firewall.d, without it",
        "yes, no",
    );
    Ok(())
}

/// Somebody outside knocks, and knocks again, and nobody opens.
fn nobody_comes_in(machine: &mut Machine, door: u16) -> Result<()> {
    machine.run(WATCH)?;
    let before = accepted(machine)?;
    // QEMU's network says yes to us before it asks the machine.
    let mut hand = TcpStream::connect((Ipv4Addr::LOCALHOST, door))?;
    hand.set_nonblocking(true)?;
    guest::wait_for(machine, "two knocks at the machine", &KNOCKS)?;
    let mut said = [0; 64];
    match hand.read(&mut said) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => {}
        other => anyhow::bail!("somebody who knocked was answered: {other:?}"),
    }
    ensure!(accepted(machine)? == before, "somebody came in");
    Ok(())
}

/// How many the open port has let in.
fn accepted(machine: &mut Machine) -> Result<String> {
    machine.ask("systemctl show -P NAccepted open-door.socket")
}

/// Somebody outside knocks and hears what the open port says.
fn come_in(door: u16) -> Result<String> {
    let mut hand = TcpStream::connect((Ipv4Addr::LOCALHOST, door))?;
    hand.set_read_timeout(Some(ANSWER_LIMIT))?;
    let mut said = String::new();
    hand.read_to_string(&mut said)?;
    Ok(said)
}

/// Whether the machine reaches that port outside.
fn goes_out(machine: &mut Machine, port: u16) -> Result<bool> {
    let said = machine.ask(&format!(
        "timeout {TRY} bash -c 'exec 3<>/dev/tcp/{OUTSIDE}/{port}'; echo $?"
    ))?;
    match said.trim() {
        "0" => Ok(true),
        // Of timeout: the time is over, without a yes or a no.
        "124" => Ok(false),
        other => anyhow::bail!("calling port {port} outside ended with {other}"),
    }
}

/// Whether somebody waits there.
fn has_come(outside: &TcpListener) -> Result<bool> {
    match outside.accept() {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
        Err(error) => Err(error.into()),
    }
}
