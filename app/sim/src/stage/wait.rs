//! Waiting for something to be so, with an end.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

/// How often is asked.
const EVERY: Duration = Duration::from_millis(15);

/// Asks until there is an answer.
///
/// # Errors
/// When there is none within `limit`; names what was waited for.
pub fn for_some<T>(limit: Duration, what: &str, mut ask: impl FnMut() -> Option<T>) -> Result<T> {
    let until = Instant::now() + limit;
    loop {
        if let Some(answer) = ask() {
            return Ok(answer);
        }
        if Instant::now() > until {
            bail!("waited {:.1} s in vain for {what}", limit.as_secs_f64());
        }
        thread::sleep(EVERY);
    }
}

/// Asks until it is so.
///
/// # Errors
/// When it is not within `limit`; names what was waited for.
pub fn until(limit: Duration, what: &str, mut is: impl FnMut() -> bool) -> Result<()> {
    for_some(limit, what, || is().then_some(()))
}
