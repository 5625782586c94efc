//! The machine: its disk, its clock, its reader, its display, its sound.

use std::{fs, path::Path};

use machitap_card::{GoneReason, reader_names};
use rustix::fs::{Access, StatVfsMountFlags, access, statvfs};

use super::Finding;
use crate::{
    clock::{Reading, Vouched, built_ms, kernel::Kernel},
    config::Config,
    sound::flaws,
};

const MIB: u64 = 1024 * 1024;

pub(super) fn look(config: &Config) -> Vec<Finding> {
    let mut all = vec![disk(config), clock(Kernel::appliance().read())];
    if config.reader.enabled {
        all.push(reader(
            reader_names(),
            config.reader.prefix.as_deref().unwrap_or_default(),
        ));
    }
    all.push(display(Path::new("/sys/class/drm")));
    if config.sound.enabled {
        all.push(sound(config));
    }
    all
}

fn disk(config: &Config) -> Finding {
    let at = config.state.display();
    let stat = match statvfs(&config.state) {
        Ok(stat) => stat,
        Err(error) => {
            return Finding::ill(
                "disk",
                format!("{at}: {error}"),
                "see that the data partition is mounted, and make the directory: systemd-tmpfiles --create",
            );
        }
    };
    if stat.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return Finding::ill(
            "disk",
            format!("{at} is read-only"),
            "the file system found an error: copy what is there, then replace the card",
        );
    }
    if let Err(error) = access(&config.state, Access::WRITE_OK) {
        return Finding::ill(
            "disk",
            format!("{at} cannot be written: {error}"),
            "run this as root or as the kiosk's user; else mend its owner: systemd-tmpfiles --create",
        );
    }
    room(
        stat.f_bavail.saturating_mul(stat.f_frsize),
        config.journal.min_free_bytes,
    )
}

/// Free bytes, and how many must stay free.
fn room(free: u64, least: u64) -> Finding {
    let found = format!("{} MiB free, {} MiB must be", free / MIB, least / MIB);
    let todo = "free space: old images, logs (journalctl --vacuum-size=100M)";
    if free < least {
        Finding::ill("disk", found, todo)
    } else if free < least.saturating_mul(2) {
        Finding::mind("disk", found, todo)
    } else {
        Finding::well("disk", found)
    }
}

fn clock(reading: Reading) -> Finding {
    if reading.wall_ms < built_ms() {
        return Finding::ill(
            "clock",
            "stands before this program was made",
            "let the network's time server be reached (UDP 123): timedatectl timesync-status",
        );
    }
    match reading.vouched {
        Vouched::Ntp { max_error_ms } => Finding::well(
            "clock",
            format!("is synchronised, within {max_error_ms} ms"),
        ),
        Vouched::Rtc => Finding::mind(
            "clock",
            "is not synchronised; a battery-backed clock vouches for it",
            "let the network's time server be reached (UDP 123): timedatectl timesync-status",
        ),
        Vouched::Nobody => Finding::ill(
            "clock",
            "is vouched for by nobody: times are shown as unsure, rules of the day wait",
            "let the network's time server be reached (UDP 123), or fit a battery-backed clock",
        ),
    }
}

fn reader(names: Result<Vec<String>, GoneReason>, prefix: &str) -> Finding {
    let names = match names {
        Ok(names) => names,
        Err(why) => {
            let todo = match why {
                GoneReason::Denied => "install the polkit rule of the package, or run this as root",
                GoneReason::Hung => "plug the reader in again; then: systemctl restart pcscd",
                GoneReason::NoService | GoneReason::NoReader => {
                    "start it: systemctl start pcscd.socket"
                }
            };
            return Finding::ill("reader", why.to_string(), todo);
        }
    };
    match names.iter().find(|name| name.starts_with(prefix)) {
        Some(name) => Finding::well("reader", name.as_str()),
        None if names.is_empty() => Finding::ill(
            "reader",
            "no reader is there",
            "plug it in again, into another socket; look for it with lsusb",
        ),
        None => Finding::ill(
            "reader",
            format!("none begins with {prefix:?}; there: {}", names.join(", ")),
            "mend reader.prefix in the configuration",
        ),
    }
}

/// The connectors of the kernel's display drivers.
fn display(class: &Path) -> Finding {
    let connectors: Vec<_> = fs::read_dir(class)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let status = fs::read_to_string(entry.path().join("status")).ok()?;
            let name = entry.file_name().to_string_lossy().into_owned();
            Some((name, status.trim() == "connected"))
        })
        .collect();
    match connectors.iter().find(|(_, connected)| *connected) {
        Some((name, _)) => Finding::well("display", format!("{name} is connected")),
        None if connectors.is_empty() => Finding::mind(
            "display",
            "the kernel knows none",
            "nothing, where the kiosk runs with --headless; else look at its cable and the kernel's messages: dmesg | grep drm",
        ),
        None => Finding::ill(
            "display",
            "none is connected",
            "look at its cable and its power",
        ),
    }
}

fn sound(config: &Config) -> Finding {
    let plays = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|dir| access(dir.join("aplay"), Access::EXEC_OK).is_ok())
    });
    if !plays {
        return Finding::mind(
            "sound",
            "tones cannot be played: aplay is not there",
            "install alsa-utils, or set sound.enabled = false",
        );
    }
    let unfit: Vec<_> = config
        .sound
        .voice
        .iter()
        .flat_map(|dir| flaws(dir))
        .collect();
    if unfit.is_empty() {
        Finding::well("sound", "can be played")
    } else {
        Finding::mind(
            "sound",
            unfit.join("\n"),
            "record those lines anew (VOICE.md); the packaged ones are played meanwhile",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{super::State, *};

    #[test]
    fn room_is_short_before_it_is_gone() {
        for (free, state) in [(63, State::Ill), (64, State::Mind), (128, State::Well)] {
            assert_eq!(room(free * MIB, 64 * MIB).state, state, "{free}");
        }
    }

    #[test]
    fn a_clock_is_judged_by_who_vouches_for_it() {
        let now = built_ms() + 1;
        let ntp = Vouched::Ntp { max_error_ms: 3 };
        for (wall_ms, vouched, state) in [
            (now, ntp, State::Well),
            (now, Vouched::Rtc, State::Mind),
            (now, Vouched::Nobody, State::Ill),
            (0, ntp, State::Ill),
        ] {
            let reading = Reading {
                mono_ms: 0,
                wall_ms,
                vouched,
            };
            assert_eq!(clock(reading).state, state, "{vouched:?}");
        }
    }

    #[test]
    fn each_want_of_a_reader_has_its_remedy() {
        let there = || Ok(vec!["ACS ACR1252 00 00".to_owned()]);
        assert_eq!(reader(there(), "").state, State::Well);
        assert_eq!(reader(there(), "ACS").state, State::Well);
        let mut todos: Vec<_> = [
            reader(there(), "SONY"),
            reader(Ok(Vec::new()), ""),
            reader(Err(GoneReason::NoService), ""),
            reader(Err(GoneReason::Denied), ""),
            reader(Err(GoneReason::Hung), ""),
        ]
        .into_iter()
        .map(|finding| {
            assert_eq!(finding.state, State::Ill);
            finding.todo.unwrap()
        })
        .collect();
        todos.sort();
        todos.dedup();
        assert_eq!(todos.len(), 5);
    }

    #[test]
    fn a_display_is_told_from_its_cable() {
        let class = tempfile::tempdir().unwrap();
        assert_eq!(display(class.path()).state, State::Mind);
        let connector = class.path().join("card0-HDMI-A-1");
        fs::create_dir(&connector).unwrap();
        for (status, state) in [("disconnected\n", State::Ill), ("connected\n", State::Well)] {
            fs::write(connector.join("status"), status).unwrap();
            assert_eq!(display(class.path()).state, state);
        }
    }
}
