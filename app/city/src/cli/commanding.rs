//! `machitap-city restart`, `log-level` and `update`: signed commands to kiosks.

use std::{
    io::{IsTerminal as _, Write as _},
    path::Path,
};

use jiff::Timestamp;
use machitap_city::{
    bundles,
    config::Config,
    db::Db,
    exit::{Exit, Failure},
    time::now_ms,
};
use machitap_domain::KioskId;
use machitap_wire::command::{Level, Order};

use super::io;

const MINUTE_MS: i64 = 60_000;

/// A change of what is written is of use to whoever asked for it, and not days later.
const LOG_WITHIN_MIN: u16 = 10;

/// How far a copy has come is said so often, bytes.
const SAID_EVERY: u64 = 16_000_000;

/// How much a kiosk writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Much {
    /// What an operator needs.
    Usual,
    /// What a maintainer needs.
    Debug,
    /// Everything.
    Trace,
}

pub(super) fn restart(config: &Config, kiosk: &KioskId, within: u16) -> Result<(), Failure> {
    give(config, kiosk, Order::Restart, within)
}

pub(super) fn log_level(
    config: &Config,
    kiosk: &KioskId,
    level: Much,
    minutes: u16,
) -> Result<(), Failure> {
    let level = match level {
        Much::Usual => Level::Usual,
        Much::Debug => Level::Debug,
        Much::Trace => Level::Trace,
    };
    give(
        config,
        kiosk,
        Order::Record { level, minutes },
        LOG_WITHIN_MIN,
    )
}

pub(super) fn update(
    config: &Config,
    kiosks: &[KioskId],
    bundle: &Path,
    hours: u16,
) -> Result<(), Failure> {
    if config.enrolment.is_none() {
        return Err(Failure::new(
            Exit::Config,
            "kiosks fetch bundles where they bring their codes: [enrolment] is missing in city.toml",
        ));
    }
    for kiosk in kiosks {
        enrolled(config, kiosk)?;
    }
    let mut told = 0;
    let mut out = std::io::stdout();
    let watched = out.is_terminal();
    let bundle = bundles::take_in(&config.bundles, bundle, |bytes| {
        if watched && bytes - told >= SAID_EVERY {
            told = bytes;
            // Who does not look has missed nothing.
            let _ = write!(out, "\r{} MB", bytes / 1_000_000).and_then(|()| out.flush());
        }
    })?;
    println!(
        "{}{} MB, SHA-256 {}",
        if watched { "\r" } else { "" },
        bundle.bytes / 1_000_000,
        bundle.sha256
    );
    for kiosk in kiosks {
        give(
            config,
            kiosk,
            Order::Update(bundle),
            hours.saturating_mul(60),
        )?;
    }
    println!("`machitap-city kiosks` shows how far they have come");
    Ok(())
}

/// How every kiosk is.
pub(super) fn kiosks(config: &Config) -> Result<(), Failure> {
    let db = Db::reader(&config.database).map_err(io)?;
    let mut table =
        vec![["KIOSK", "FACILITY", "STATE", "HEARD", "VERSION", "UPDATE"].map(String::from)];
    for kiosk in db.page_kiosks().map_err(io)? {
        let state = match (kiosk.revoked, kiosk.online) {
            (true, _) => "revoked",
            (_, true) => "connected",
            _ => "away",
        };
        let heard = kiosk
            .seen_ms
            .and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let heard = heard.map(|at| {
            let at = config.zone.to_datetime(at);
            at.strftime("%Y-%m-%d %H:%M").to_string()
        });
        table.push([
            kiosk.id,
            kiosk.facility,
            state.to_owned(),
            heard.unwrap_or_else(|| "never".to_owned()),
            kiosk.software.unwrap_or_else(|| "-".to_owned()),
            kiosk
                .update
                .map_or_else(|| "-".to_owned(), |u| u.stage.to_string()),
        ]);
    }
    let width = |column: usize| table.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..5).filter_map(width).collect();
    for row in &table {
        for (cell, width) in row.iter().zip(&widths) {
            print!("{cell:width$}  ");
        }
        println!("{}", row[5]);
    }
    Ok(())
}

fn enrolled(config: &Config, kiosk: &KioskId) -> Result<Db, Failure> {
    let db = Db::open(&config.database).map_err(io)?;
    if db.kiosk(kiosk).map_err(io)?.is_none() {
        return Err(Failure::new(
            Exit::Data,
            format_args!("{kiosk} is not enrolled"),
        ));
    }
    Ok(db)
}

fn give(config: &Config, kiosk: &KioskId, order: Order, within: u16) -> Result<(), Failure> {
    let mut db = enrolled(config, kiosk)?;
    let now_ms = now_ms();
    let until_ms = now_ms + i64::from(within) * MINUTE_MS;
    db.put_command(kiosk, order, now_ms, until_ms).map_err(io)?;
    let within = match within % 60 {
        0 => format!("{} hours", within / 60),
        _ => format!("{within} minutes"),
    };
    println!("{kiosk}: `serve` sends it; a kiosk that is not reached within {within} lets it be");
    Ok(())
}
