//! HTTP as the kiosk asks by it.

use std::time::Duration;

use ureq::Agent;

/// Connecting, sending and the head of an answer may take `within` each, its body `body`.
pub(crate) fn agent(within: Duration, body: Duration) -> Agent {
    Agent::new_with_config(
        Agent::config_builder()
            // A proxy of the environment, or the way a redirection points, is another machine.
            .proxy(None)
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_connect(Some(within))
            .timeout_send_request(Some(within))
            .timeout_send_body(Some(within))
            .timeout_recv_response(Some(within))
            .timeout_recv_body(Some(body))
            .build(),
    )
}
