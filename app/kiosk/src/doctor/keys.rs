//! The keys that cards are read with.

use super::Finding;
use crate::{
    app,
    config::{Config, Keys},
};

/// Where systemd hands a service what it was given (systemd.exec(5), `LoadCredential=`): it is
/// there only while the service runs.
const HANDED: &str = "/run/credentials";

/// `runs`: a kiosk runs, and was handed its keys. `None` for a kiosk without a reader.
pub(super) fn look(config: &Config, runs: bool) -> Option<Finding> {
    let handed = match &config.reader.keys {
        Keys::SealedFile(path) => path.starts_with(HANDED) && !path.exists(),
        Keys::TestOnly => false,
    };
    if config.reader.enabled && handed && !runs {
        return Some(Finding::mind(
            "keys",
            "are handed over by the service, which does not run",
            "see that /etc/machitap/card-keys.toml is there, and look again while it runs",
        ));
    }
    match app::keys(config) {
        Ok(None) => None,
        Ok(Some(_)) => Some(Finding::well("keys", "can be read")),
        Err(failure) => Some(Finding::ill(
            "keys",
            failure.message,
            "install the keys that the city gave; without them no citizen's card is read",
        )),
    }
}
