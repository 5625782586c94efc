//! Whether the service refuses this user, or only died on the doorstep.
//!
//! libpcsclite reports a connection that was reset (`ECONNRESET`: the service closed it with
//! words of ours unread) as `SCARD_W_SECURITY_VIOLATION`, since that is how polkit's refusal
//! looks to a client. A service killed at that moment looks the same. Only the first needs a
//! person.

use pcsc::Error;

use super::GoneReason;

/// So many refusals in a row are no coincidence: a service that dies refuses once or
/// twice and is then not there.
const BELIEVED: u32 = 3;

/// Counts the refusals that followed each other.
#[derive(Debug, Default)]
pub(super) struct Refusals(u32);

impl Refusals {
    /// What the end of a connection, or of the try to make one, means.
    pub(super) fn reason(&mut self, error: Error) -> GoneReason {
        if error != Error::SecurityViolation {
            self.0 = 0;
            return GoneReason::NoService;
        }
        self.0 = self.0.saturating_add(1);
        if self.0 >= BELIEVED {
            GoneReason::Denied
        } else {
            GoneReason::NoService
        }
    }

    /// The service let this user in.
    pub(super) fn forget(&mut self) {
        self.0 = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refusal_that_goes_on_is_believed() {
        use Error::{CommError, NoService, SecurityViolation};
        let mut refusals = Refusals::default();
        for dying in [SecurityViolation, SecurityViolation, NoService, CommError] {
            assert_eq!(refusals.reason(dying), GoneReason::NoService);
        }
        for _ in 1..BELIEVED {
            assert_eq!(refusals.reason(SecurityViolation), GoneReason::NoService);
        }
        assert_eq!(refusals.reason(SecurityViolation), GoneReason::Denied);
        assert_eq!(refusals.reason(SecurityViolation), GoneReason::Denied);
        refusals.forget();
        assert_eq!(refusals.reason(SecurityViolation), GoneReason::NoService);
    }
}
