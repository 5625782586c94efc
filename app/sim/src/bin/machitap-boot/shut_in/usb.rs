//! USB devices, plugged in while the kiosk serves.

use anyhow::{Context, Result, ensure};
use machitap_sim::summary::Summary;
use serde_json::{Value, json};

use super::guest;
use crate::{
    machine::{Machine, Place},
    step,
    town::Town,
};

/// What somebody plugs in: what it is, QEMU's device, the class of its interface.
type Plug = (&'static str, &'static str, &'static str);

/// What a kiosk is made of. The touch panel comes first: with it comes the driver that a keyboard
/// would need, so that each strange device finds its driver waiting.
const PANEL: Plug = ("panel", "usb-tablet", "03");
const HUB: Plug = ("hub", "usb-hub", "09");
const KEYBOARD: Plug = ("keyboard", "usb-kbd", "03");
const MOUSE: Plug = ("mouse", "usb-mouse", "03");
/// Still images: a phone, a camera.
const PHONE: Plug = ("phone", "usb-mtp", "06");

/// Its words are on the kernel's log, so that what came after can be told.
const MARK: &str = "trial: plugged in";
/// A key that means nothing to a kiosk.
const KEY: &str = "a";

/// The rules hidden, and the controllers as they are without them.
const TAKE_AWAY: &str = "ln -s /dev/null /etc/udev/rules.d/70-machitap-usb.rules; udevadm control --reload; \
    for each in /sys/bus/usb/devices/usb*; do echo 1 >$each/interface_authorized_default; done";
/// What udev does when the machine starts.
const PUT_BACK: &str = "rm /etc/udev/rules.d/70-machitap-usb.rules; udevadm control --reload; \
    udevadm trigger --action=add --subsystem-match=usb; udevadm settle";

/// An interface of a device.
#[derive(Debug, PartialEq, Eq)]
struct Interface {
    class: String,
    authorised: bool,
    driver: Option<String>,
}

/// Plays it.
///
/// # Errors
/// What got in, or could not.
pub(super) fn play(town: &mut Town, machine: &mut Machine, summary: &mut Summary) -> Result<()> {
    step("USB: what a kiosk is made of is plugged in");
    let controllers = machine.ask("cat /sys/bus/usb/devices/usb*/interface_authorized_default")?;
    ensure!(
        !controllers.is_empty() && !controllers.contains('1'),
        "a controller lets in what is plugged in: {controllers:?}"
    );
    serves(machine, PANEL, "usbhid", &json!({}))?;
    serves(machine, HUB, "hub", &json!({}))?;
    stick(&town.place, machine)?;
    machine.unplug()?;
    machine.plug()?;
    let reader = look(machine, "QEMU USB CCID", "product")?;
    ensure!(
        reader.iter().all(|i| i.authorised && i.class == "0b"),
        "the card reader: {reader:?}"
    );
    let seen = machine.tap(town.somebody()?)?;
    town.trace.push(seen.line.clone());
    summary.figure(
        "plugged in and served",
        "touch panel, hub, stick, card reader",
    );

    step("USB: a keyboard, a mouse, a phone");
    let files = town.place.live.join("phone");
    std::fs::create_dir_all(&files)?;
    let files = json!({ "rootdir": files.display().to_string() });
    for (plug, more) in [(KEYBOARD, &json!({})), (MOUSE, &json!({})), (PHONE, &files)] {
        is_shut(machine, plug, more).with_context(|| plug.0)?;
    }
    summary.figure("plugged in and shut", "keyboard, mouse, phone");
    without_rules(machine, summary).context("without the rules")?;
    // The hub stays: QEMU plugs what comes after it into it, the card reader too.
    is_shut(machine, KEYBOARD, &json!({})).context("the rules put back")
}

/// A keyboard types where the rules are taken away, or the looks above prove nothing; put back, they
/// shut also what is plugged in already.
fn without_rules(machine: &mut Machine, summary: &mut Summary) -> Result<()> {
    step("USB: a keyboard, without the rules");
    machine.run(TAKE_AWAY)?;
    let before = inputs(machine)?;
    serves(machine, KEYBOARD, "usbhid", &json!({}))?;
    ensure!(inputs(machine)? != before, "the keyboard is no input");
    machine.run(
        "cat /dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_keyboard-event-kbd >/run/typed & true",
    )?;
    guest::wait_for(
        machine,
        "the keyboard to be listened to",
        &("ls -l /proc/[0-9]*/fd | grep -c /run/typed", |said| {
            said.trim() != "0"
        }),
    )?;
    machine.press(&[KEY])?;
    guest::wait_for(
        machine,
        "a key of a keyboard that is let in",
        &("stat -c %s /run/typed", |said| said.trim() != "0"),
    )?;
    machine.run(PUT_BACK)?;
    let shut = look(machine, KEYBOARD.0, "serial")?;
    ensure!(
        shut.iter().all(|i| !i.authorised && i.driver.is_none()),
        "a keyboard from before the rules: {shut:?}"
    );
    ensure!(
        inputs(machine)? == before,
        "a shut keyboard is an input still"
    );
    machine.pull_out(KEYBOARD.0)?;
    summary.figure(
        "without the rules a keyboard types; put back, they shut it",
        "yes",
    );
    Ok(())
}

/// Plugs it in; a driver serves it.
fn serves(machine: &mut Machine, plug: Plug, driver: &str, more: &Value) -> Result<()> {
    let (id, device, class) = plug;
    machine.plug_in(device, id, more)?;
    let seen = look(machine, id, "serial")?;
    let served =
        |i: &Interface| i.authorised && i.class == class && i.driver.as_deref() == Some(driver);
    ensure!(seen.iter().all(served), "{id} is not served: {seen:?}");
    Ok(())
}

/// A stick, whose disk appears.
fn stick(place: &Place, machine: &mut Machine) -> Result<()> {
    const ID: &str = "stick";
    const SIZE: u64 = 1 << 20;
    let file = place.live.join("stick.img");
    std::fs::File::create(&file)?.set_len(SIZE)?;
    machine.plug_in_stick(ID, &file)?;
    let seen = look(machine, ID, "serial")?;
    ensure!(
        seen.iter().all(|i| i.authorised && i.class == "08"),
        "{ID}: {seen:?}"
    );
    guest::wait_for(
        machine,
        "the stick's disk",
        &("cat /dev/disk/by-id/usb-*stick* | wc -c", |said| {
            said.trim().parse() == Ok(SIZE)
        }),
    )?;
    machine.pull_out(ID)
}

/// Plugs it in and out again; no driver has ever served it.
fn is_shut(machine: &mut Machine, plug: Plug, more: &Value) -> Result<()> {
    let (id, device, class) = plug;
    let before = inputs(machine)?;
    machine.run(&format!("echo '{MARK}' >/dev/kmsg"))?;
    machine.plug_in(device, id, more)?;
    let seen = look(machine, id, "serial")?;
    ensure!(
        seen.iter()
            .all(|i| !i.authorised && i.class == class && i.driver.is_none()),
        "it is let in: {seen:?}"
    );
    ensure!(inputs(machine)? == before, "it is an input");
    // What came after the last one.
    let said = machine.ask(&format!("dmesg | tac | sed '/{MARK}/,$d' | tac"))?;
    ensure!(
        said.contains(&format!("SerialNumber: {id}")),
        "the kernel's log does not tell of it:\n{said}"
    );
    ensure!(
        !said.contains("input:"),
        "a driver served it before it was shut:\n{said}"
    );
    machine.pull_out(id)
}

/// Its input devices.
fn inputs(machine: &mut Machine) -> Result<String> {
    machine.ask("udevadm settle; ls /sys/class/input")
}

/// The interfaces of the device of which a file of its directory says that, once udev has done with
/// it.
fn look(machine: &mut Machine, says: &str, file: &str) -> Result<Vec<Interface>> {
    let command = format!(
        "udevadm settle; for device in /sys/bus/usb/devices/*; do \
         [ \"$(cat $device/{file})\" = '{says}' ] || continue; \
         for each in $device:*; do \
         echo $(cat $each/bInterfaceClass $each/authorized) $(basename $(readlink $each/driver)); \
         done; done"
    );
    let said = guest::wait_for(machine, says, &(&command, |said| !said.trim().is_empty()))?;
    said.lines()
        .map(|line| {
            let mut words = line.split_whitespace().map(str::to_owned);
            let class = words.next().context("a class")?;
            let authorised = words.next().context("a word of the kernel")? == "1";
            Ok(Interface {
                class,
                authorised,
                driver: words.next(),
            })
        })
        .collect()
}
