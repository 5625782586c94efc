//! What the city tells this kiosk to do.

use machitap_domain::Millis;
use machitap_wire::command::{Command, Level, Order};

use super::Engine;
use crate::{log, messages};

/// The number of the command obeyed last is kept under this key, before it is obeyed.
const LAST_KEY: &str = "last-command";

/// A kiosk that is never idle starts anew after this all the same.
const AT_LATEST_MS: Millis = 120_000;

/// What was told and is not done yet.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// To start anew, since then.
    restart: Option<Millis>,
}

impl Engine {
    pub(super) fn command(&mut self, command: &Command) {
        let last = self.journal.get_setting(LAST_KEY).ok().flatten();
        let last = last.and_then(|text| text.parse().ok());
        let clock = self.times.now().clock;
        let now_ms = clock.quality.is_trusted().then_some(clock.wall_ms);
        if let Err(why) = command.judge(&self.identity.kiosk, last, now_ms) {
            tracing::info!(
                MESSAGE_ID = messages::NOT_OBEYED,
                number = command.number,
                "{why}"
            );
            return;
        }
        let number = command.number.to_string();
        if let Err(error) = self.journal.set_setting(LAST_KEY, &number) {
            // Obeyed all the same, it might be obeyed at every start.
            tracing::warn!(MESSAGE_ID = messages::NOT_OBEYED, number, "{error}");
            return;
        }
        tracing::warn!(
            MESSAGE_ID = messages::OBEYED,
            number,
            order = ?command.order,
            "the city's command is obeyed"
        );
        let now = self.mono_ms();
        match command.order {
            Order::Restart => self.told.restart = Some(now),
            Order::Record { level, minutes } => {
                log::set(level);
                let usual_at = now + u64::from(minutes) * 60_000;
                self.due.log = (level != Level::Usual).then_some(usual_at);
            }
            Order::Update(bundle) => self.update_wanted(command.number, bundle),
        }
    }

    /// True when this kiosk is to end now: nobody is served, or it has waited long enough.
    pub(super) fn ends_by_command(&mut self) -> bool {
        let Some(since) = self.told.restart else {
            return false;
        };
        self.may_end(since)
    }

    /// True when nobody is served, or an end was waited for since then and for long enough.
    pub(super) fn may_end(&mut self, since: Millis) -> bool {
        self.follow.is_quiet() || self.mono_ms() >= since + AT_LATEST_MS
    }
}
