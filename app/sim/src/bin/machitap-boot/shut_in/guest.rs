//! Questions to the machine's shell that are asked until the answer is right.

use std::{thread, time::Duration};

use anyhow::{Context, Result};
use machitap_sim::stage::wait;

use crate::machine::Machine;

/// Something in a machine that has other work.
const LIMIT: Duration = Duration::from_secs(120);
/// Each question takes processor time from the machine that is asked.
const BETWEEN: Duration = Duration::from_millis(250);

/// A command, and whether what it says is what is waited for.
pub(super) type Question<'a> = (&'a str, fn(&str) -> bool);

/// Waits for that answer.
///
/// # Errors
/// When it does not come; with what was said at last.
pub(super) fn wait_for(machine: &mut Machine, what: &str, of: &Question<'_>) -> Result<String> {
    let (command, is) = of;
    let mut last = String::new();
    wait::for_some(LIMIT, what, || match machine.ask(command) {
        Ok(said) if is(&said) => Some(Ok(said)),
        Ok(said) => {
            last = said;
            thread::sleep(BETWEEN);
            None
        }
        Err(error) => Some(Err(error)),
    })
    .and_then(|r| r)
    .with_context(|| format!("{command}\nsays at last: {last}"))
}
