//! `machitap-city restart` and `log-level`: signed commands to a kiosk.

use machitap_city::{
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

fn give(config: &Config, kiosk: &KioskId, order: Order, within: u16) -> Result<(), Failure> {
    let mut db = Db::open(&config.database).map_err(io)?;
    if db.kiosk(kiosk).map_err(io)?.is_none() {
        return Err(Failure::new(
            Exit::Data,
            format_args!("{kiosk} is not enrolled"),
        ));
    }
    let now_ms = now_ms();
    let until_ms = now_ms + i64::from(within) * MINUTE_MS;
    db.put_command(kiosk, order, now_ms, until_ms).map_err(io)?;
    println!(
        "{kiosk}: `serve` sends it; a kiosk that is not reached within {within} minutes lets it be"
    );
    Ok(())
}
