//! What the system has to say.

use std::{fs, process::Command};

use crate::{clock, exit};

/// A file of the bundle.
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) bytes: Vec<u8>,
}

impl Part {
    pub(super) fn new(name: &'static str, text: impl Into<Vec<u8>>) -> Self {
        Self {
            name,
            bytes: text.into(),
        }
    }
}

/// The fields of a record that are asked for: not the machine's name, nor command lines.
const FIELDS: &str = "--output-fields=MESSAGE,MESSAGE_ID,PRIORITY,SYSLOG_IDENTIFIER,_SYSTEMD_UNIT,\
                      _BOOT_ID,CODE,PART,WHY,SOURCE,CLASS,TOPIC,DOCUMENT,REASON,FROM,KEPT,MOVED_TO";

pub(super) fn of_the_system() -> Vec<Part> {
    let journal = |name, which: &[&str]| {
        let mut args = vec![
            "--since=-24h",
            "--output=json",
            "--no-pager",
            "--quiet",
            FIELDS,
        ];
        args.extend(which);
        Part::new(name, said("journalctl", &args))
    };
    vec![
        Part::new("version.txt", version()),
        Part::new("service.txt", service()),
        journal("journal.jsonl", &["--identifier=machitap-kiosk"]),
        journal("kernel.jsonl", &["--dmesg", "--priority=warning"]),
        journal("readers.jsonl", &["--unit=pcscd.service"]),
    ]
}

fn version() -> String {
    let read =
        |path: &str| fs::read_to_string(path).unwrap_or_else(|error| format!("{path}: {error}\n"));
    format!(
        "machitap-kiosk {}, built {} s after 1970\n{}{}{}",
        env!("CARGO_PKG_VERSION"),
        clock::built_ms() / 1_000,
        read("/etc/os-release"),
        read("/proc/version"),
        read("/proc/uptime"),
    )
}

fn service() -> Vec<u8> {
    said(
        "systemctl",
        &[
            "show",
            "machitap-kiosk.service",
            "pcscd.service",
            "--no-pager",
            "--property=Id,ActiveState,SubState,Result,ExecMainStatus,NRestarts,\
             ActiveEnterTimestamp,InactiveEnterTimestamp,MemoryCurrent",
        ],
    )
}

/// What a program says; where it cannot be asked, why.
fn said(program: &str, args: &[&str]) -> Vec<u8> {
    match Command::new(program).args(args).output() {
        Ok(said) if said.status.success() => said.stdout,
        Ok(said) => {
            let code = said.status.code().unwrap_or(i32::from(exit::INTERNAL));
            let why = String::from_utf8_lossy(&said.stderr);
            format!("{program} ended with {code}: {why}\n").into_bytes()
        }
        Err(error) => format!("{program}: {error}\n").into_bytes(),
    }
}
