//! Records: to the system's journal with their fields where it listens, else to stderr.

mod limit;

use std::sync::OnceLock;

use machitap_wire::command::Level;
use tracing_subscriber::{
    EnvFilter, Layer as _, filter::filter_fn, layer::SubscriberExt as _, reload,
    util::SubscriberInitExt as _,
};

pub use limit::Limit;

/// Sets the level of records, in the syntax of `tracing-subscriber`'s filters.
const LEVEL_ENV: &str = "MACHITAP_LOG";
/// What is recorded unless that says otherwise. The reader's own warnings come at every try;
/// the engine records that it is gone once.
const LEVEL: &str =
    "warn,machitap=info,machitap_kiosk=info,machitap_card=error,machitap_store=info";

/// The same with what a maintainer needs.
const DEBUG: &str = "info,machitap=debug,machitap_kiosk=debug,machitap_card=debug,\
     machitap_store=debug,machitap_kiosk_core=debug";
/// Everything of ours.
const TRACE: &str = "info,machitap=trace,machitap_kiosk=trace,machitap_card=trace,\
     machitap_store=trace,machitap_kiosk_core=trace";

/// The filter that records go through, once there is one.
static FILTER: OnceLock<Box<dyn Fn(EnvFilter) + Send + Sync>> = OnceLock::new();

/// The HTTP client records what it sends, byte by byte: a patient's number.
const NEVER: &str = "ureq";

fn is_fit(target: &str) -> bool {
    !target.starts_with(NEVER)
}

/// Sends records to the system's journal, each field as a field of its own name, so that
/// `journalctl MESSAGE_ID=…` finds them.
///
/// # Errors
/// When no journal listens.
pub fn journal() -> std::io::Result<tracing_journald::Layer> {
    Ok(tracing_journald::layer()?
        .with_field_prefix(None)
        .with_syslog_identifier("machitap-kiosk".to_owned()))
}

fn usual() -> EnvFilter {
    EnvFilter::try_from_env(LEVEL_ENV).unwrap_or_else(|_| EnvFilter::new(LEVEL))
}

/// Records that much from now on.
pub fn set(level: Level) {
    let filter = match level {
        Level::Usual => usual(),
        Level::Debug => EnvFilter::new(DEBUG),
        Level::Trace => EnvFilter::new(TRACE),
    };
    if let Some(set) = FILTER.get() {
        set(filter);
    }
}

/// Starts recording, once in the life of the process.
pub fn start() {
    let (filter, handle) = reload::Layer::new(usual());
    // A second start is a test's: the first one stands.
    let _ = FILTER.set(Box::new(move |filter| {
        if let Err(error) = handle.reload(filter) {
            tracing::warn!(%error, "the level of records stays");
        }
    }));
    // systemd sets it for a service whose output goes to the journal.
    let journal = std::env::var_os("JOURNAL_STREAM").and_then(|_| journal().ok());
    let layer = match journal {
        Some(layer) => layer.boxed(),
        None => tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_target(false)
            .with_ansi(false)
            .boxed(),
    };
    // A second start is a test's: the first one stands.
    let _ = tracing_subscriber::registry()
        .with(
            layer
                .with_filter(filter)
                .with_filter(filter_fn(|record| is_fit(record.target()))),
        )
        .try_init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_http_client_sends_is_recorded_at_no_level() {
        for never in ["ureq::run", "ureq_proto::util"] {
            assert!(!is_fit(never), "{never}");
        }
        assert!(is_fit("machitap_kiosk::engine::handoff"));
    }
}
