//! Which readers there are, for whoever looks for a fault.

use std::{sync::mpsc, thread, time::Duration};

use pcsc::{Context, Error, Scope};

use super::GoneReason;

/// The PC/SC service answers within this, or it hangs.
const WITHIN: Duration = Duration::from_secs(10);

/// The names of the readers the PC/SC service knows now.
///
/// # Errors
/// Why they cannot be known; never [`GoneReason::NoReader`], which is an empty list.
pub fn reader_names() -> Result<Vec<String>, GoneReason> {
    let (send, receive) = mpsc::channel();
    // The service may hang, and then this thread with it: the program ends all the same.
    thread::spawn(move || {
        // Whoever asked may have waited long enough.
        let _ = send.send(list());
    });
    match receive.recv_timeout(WITHIN) {
        Ok(Ok(names)) => Ok(names),
        Ok(Err(Error::SecurityViolation)) => Err(GoneReason::Denied),
        Ok(Err(_)) => Err(GoneReason::NoService),
        Err(_) => Err(GoneReason::Hung),
    }
}

fn list() -> Result<Vec<String>, Error> {
    let context = Context::establish(Scope::System)?;
    match context.list_readers_owned() {
        Ok(names) => Ok(names
            .iter()
            .map(|name| name.to_string_lossy().into_owned())
            .collect()),
        Err(Error::NoReadersAvailable) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
