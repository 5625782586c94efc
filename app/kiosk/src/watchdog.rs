//! sd_notify(3): ready, alive, stopping.
//!
//! The pulse starts on the thread that draws, goes through the engine, and is passed on
//! to the service manager only while the reader's supervisor makes progress too. Whichever
//! of the three hangs, the manager hears nothing and starts the kiosk anew.

use std::{env, process, time::Duration};

use sd_notify::NotifyState;

/// Tells the service manager that the kiosk serves.
pub fn ready() {
    say(&[NotifyState::Ready, NotifyState::Status("serving")]);
}

/// Tells it that the kiosk lives.
pub fn alive() {
    say(&[NotifyState::Watchdog]);
}

/// Tells it whether somebody stands before the screen. `libexec/health` of the image waits for that
/// before it lets the machine boot.
pub fn serves(somebody: bool) {
    let status = if somebody {
        "somebody is served"
    } else {
        "nobody is served"
    };
    say(&[NotifyState::Status(status)]);
}

/// Tells it that the kiosk stops.
pub fn stopping() {
    say(&[NotifyState::Stopping]);
}

fn say(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "the service manager does not listen");
    }
}

/// How often the pulse must be sent; `None` without a service manager that waits for it.
/// A third of the limit, so that one late pulse is no death.
pub fn period() -> Option<Duration> {
    let pid = env::var("WATCHDOG_PID").ok();
    if pid.is_some_and(|pid| pid.parse() != Ok(process::id())) {
        return None;
    }
    let limit: u64 = env::var("WATCHDOG_USEC").ok()?.parse().ok()?;
    (limit > 0).then(|| Duration::from_micros(limit / 3))
}
