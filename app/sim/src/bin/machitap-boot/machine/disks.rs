//! What the machine boots from, and where its state is.

use std::path::Path;

use super::{How, Place, Root, Slot};

/// As the image's, but for what QEMU and the trial need.
const COMMAND_LINE: &str = "console=ttyS0 quiet loglevel=4 mitigations=off nokaslr audit=0 \
    systemd.debug_shell=ttyS1";

/// QEMU's arguments for kernel and disks.
pub(super) fn arguments(place: &Place, how: How) -> Vec<String> {
    let mut all = Vec::new();
    let mut add = |words: &[&str]| all.extend(words.iter().map(|word| (*word).to_owned()));
    let path = |path: &Path| path.display().to_string();
    let (made, root) = match how.root {
        Root::Debian => (place.made.clone(), "/dev/vda rw".to_owned()),
        Root::ShutIn => (place.shut_in(), "/dev/vda rw".to_owned()),
        Root::Slot(slot) => {
            let (device, name) = match slot {
                Slot::A => ("vda", "A"),
                Slot::B => ("vdb", "B"),
            };
            let root =
                format!("/dev/{device} rootfstype=ext4 rootwait ro panic=10 rauc.slot={name}");
            (place.made.join("releases"), root)
        }
    };
    add(&["-kernel", &path(&made.join("vmlinuz"))]);
    add(&["-initrd", &path(&made.join("initrd"))]);
    add(&["-append", &format!("root={root} {COMMAND_LINE}")]);
    match how.root {
        // The root file system is as new at every boot; what is cut is the state.
        Root::Debian | Root::ShutIn => {
            let root = path(&made.join("root.img"));
            add(&["-drive"]);
            add(&[&format!(
                "file={root},if=none,id=root,format=raw,snapshot=on"
            )]);
            add(&["-device", "virtio-blk-pci,drive=root"]);
        }
        Root::Slot(_) => {
            for (id, slot) in [("root-a", Slot::A), ("root-b", Slot::B)] {
                let root = path(&place.root(slot));
                add(&[
                    "-blockdev",
                    &format!("driver=file,node-name={id},filename={root}"),
                ]);
                add(&["-device", &format!("virtio-blk-pci,drive={id}")]);
            }
        }
    }
    let mut logged = vec![("data", place.data(), place.log())];
    if matches!(how.root, Root::Slot(_)) {
        logged.push(("autoboot", place.autoboot(), place.autoboot_log()));
    }
    for (id, disk, log) in logged {
        let (disk, log) = (path(&disk), path(&log));
        add(&[
            "-blockdev",
            &format!("driver=file,node-name={id},filename={disk}"),
        ]);
        add(&[
            "-blockdev",
            &format!("driver=file,node-name={id}-log,filename={log}"),
        ]);
        add(&[
            "-blockdev",
            &format!(
                "driver=blklogwrites,node-name={id}-logged,file={id},log={id}-log,\
                 log-super-update-interval=1"
            ),
        ]);
        add(&["-device", &format!("virtio-blk-pci,drive={id}-logged")]);
    }
    all
}
