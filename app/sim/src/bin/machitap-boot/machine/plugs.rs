//! What else is plugged into the machine, pressed on a keyboard, or knocks at its network.

use std::path::Path;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::Machine;

impl Machine {
    /// Plugs a USB device of QEMU's into the machine; `id` is its serial number as well. `more` are
    /// further properties.
    ///
    /// # Errors
    /// When QEMU has none such.
    pub(crate) fn plug_in(&mut self, driver: &str, id: &str, more: &Value) -> Result<()> {
        let mut device = json!({ "driver": driver, "id": id, "serial": id, "bus": "usb.0" });
        if let (Some(device), Some(more)) = (device.as_object_mut(), more.as_object()) {
            device.extend(more.clone());
        }
        self.qmp.tell("device_add", device).map(drop)
    }

    /// Plugs a stick in whose content is that file, until it is pulled out.
    ///
    /// # Errors
    /// When QEMU refuses.
    pub(crate) fn plug_in_stick(&mut self, id: &str, file: &Path) -> Result<()> {
        let drive = format!("{id}-drive");
        let file = json!({ "driver": "file", "filename": file.display().to_string() });
        self.qmp.tell(
            "blockdev-add",
            json!({ "driver": "raw", "node-name": drive, "file": file }),
        )?;
        self.plug_in("usb-storage", id, &json!({ "drive": drive }))
    }

    /// Pulls out what was plugged in under that id.
    ///
    /// # Errors
    /// When the machine does not let it go.
    pub(crate) fn pull_out(&mut self, id: &str) -> Result<()> {
        self.qmp.tell("device_del", json!({ "id": id }))?;
        self.qmp.event("DEVICE_DELETED", id)
    }

    /// Presses keys together (QEMU's names), on the keyboard that was plugged in last; without one,
    /// on that of the board.
    ///
    /// # Errors
    /// When QEMU knows no such key.
    pub(crate) fn press(&mut self, keys: &[&str]) -> Result<()> {
        let keys: Vec<Value> = keys
            .iter()
            .map(|key| json!({ "type": "qcode", "data": key }))
            .collect();
        self.qmp.tell("send-key", json!({ "keys": keys })).map(drop)
    }

    /// Whoever connects to a port of this machine knocks at that port of the machine from now on.
    ///
    /// # Errors
    /// When the port here is taken.
    pub(crate) fn lead_in(&mut self, here: u16, there: u16) -> Result<()> {
        let line = format!("hostfwd_add net0 tcp:127.0.0.1:{here}-:{there}");
        let said = self
            .qmp
            .tell("human-monitor-command", json!({ "command-line": line }))?;
        ensure!(said == "", "QEMU: {said}");
        Ok(())
    }
}
