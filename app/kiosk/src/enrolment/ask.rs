//! The question to the city: [`machitap_wire::enrol`] over HTTP.

use std::{io, time::Duration};

use machitap_domain::KioskId;
use machitap_kiosk_core::{enrolling::Enrolled, view::EnrolTold};
use machitap_wire::enrol::{
    Answer, Asked, BODY_MAX, Code, Granted, HELLO, Hello, KioskShare, REQUEST, Refused, Request,
    Welcome,
};
use serde::{Serialize, de::DeserializeOwned};

use super::born::Born;
use crate::{
    config::Config,
    engine::SOFTWARE,
    http,
    link::{self, Floor},
    messages,
};

/// Connecting, and each part of an answer, may take so long.
const WITHIN: Duration = Duration::from_secs(10);

/// A clock this far from the city's is said to be off, milliseconds.
const OFF_MS: u64 = 86_400_000;

/// Why there is no enrolment, with what an operator should read beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotEnrolled {
    /// For the screen.
    pub told: EnrolTold,
    /// For the record.
    pub why: String,
}

impl NotEnrolled {
    fn new(told: EnrolTold, why: impl ToString) -> Self {
        let why = why.to_string();
        Self { told, why }
    }
}

/// Asks, checks the answer, and keeps it where [`super::born::settle`] finds it.
///
/// # Errors
/// [`NotEnrolled`].
pub fn ask(
    config: &Config,
    code: &Code,
    journal_of: Option<KioskId>,
) -> Result<Enrolled, NotEnrolled> {
    let keep = |why: io::Error| {
        let dir = config.enrolment.display();
        NotEnrolled::new(EnrolTold::CannotKeep, format!("{dir}: {why}"))
    };
    let born = Born::wait_or_make(&config.enrolment).map_err(keep)?;
    let asked = Asked {
        request_pem: born
            .request()
            .map_err(|why| NotEnrolled::new(EnrolTold::CannotKeep, why))?,
        sign: born.signer.verifier(),
        seal: born.opener.public(),
        journal_of,
        software: SOFTWARE.to_owned(),
    };
    let granted = exchange(config, code, &asked)?;
    check(&born, &granted)?;
    born.keep(&granted).map_err(keep)?;
    let apart = granted.time_ms.abs_diff(wall_ms());
    Ok(Enrolled {
        kiosk: granted.enrolment.kiosk.clone(),
        place: granted.place,
        clock_off: apart > OFF_MS,
    })
}

/// Two messages; what was begun too long ago, or lost by a city that started anew, once more.
fn exchange(config: &Config, code: &Code, asked: &Asked) -> Result<Granted, NotEnrolled> {
    match once(config, code, asked) {
        Err(Said::Refused(Refused::Unreadable)) => once(config, code, asked),
        said => said,
    }
    .map_err(Said::into_told)
}

enum Said {
    Refused(Refused),
    Not(NotEnrolled),
}

impl Said {
    fn into_told(self) -> NotEnrolled {
        let refused = match self {
            Self::Not(not) => return not,
            Self::Refused(refused) => refused,
        };
        let why = refused.to_string();
        let told = match refused {
            Refused::Unknown => EnrolTold::Unknown,
            Refused::Wrong { tries_left } => EnrolTold::Wrong { tries_left },
            Refused::Spent => EnrolTold::Spent,
            Refused::Used => EnrolTold::Used,
            Refused::Over => EnrolTold::Over,
            Refused::OtherJournal { wanted } => EnrolTold::OtherJournal { wanted },
            Refused::Unreadable | Refused::Unable => EnrolTold::Unable,
        };
        NotEnrolled { told, why }
    }
}

fn once(config: &Config, code: &Code, asked: &Asked) -> Result<Granted, Said> {
    let unlike = |why| Said::Not(NotEnrolled::new(EnrolTold::Unable, why));
    let (half, share) = KioskShare::new(code);
    let ticket = code.ticket();
    let welcome: Welcome = post(config, HELLO, &Hello { ticket, share })?;
    let key = half.finish(&welcome.share).map_err(unlike)?;
    let request = Request {
        session: welcome.session,
        sealed: key.seal(asked),
    };
    let answer: Answer = post(config, REQUEST, &request)?;
    key.open(&answer.sealed).map_err(unlike)
}

/// What was granted must be for the keys that were born here.
fn check(born: &Born, granted: &Granted) -> Result<(), NotEnrolled> {
    let fits = link::client_config(
        granted.ca_pem.as_bytes(),
        granted.certificate_pem.as_bytes(),
        born.tls.serialize_pem().as_bytes(),
        Floor::new(0),
    );
    fits.map(|_| ())
        .map_err(|why| NotEnrolled::new(EnrolTold::Unable, why))
}

fn post<Q: Serialize, A: DeserializeOwned>(
    config: &Config,
    path: &str,
    body: &Q,
) -> Result<A, Said> {
    let url = format!("http://{}{path}", config.broker.enrol_address());
    let body = serde_json::to_vec(body).expect("the messages have a JSON form");
    let no = |told, why: &dyn std::fmt::Display| {
        Said::Not(NotEnrolled::new(told, format!("{url}: {why}")))
    };
    let mut answer = http::agent(WITHIN, WITHIN)
        .post(&url)
        .content_type("application/json")
        .send(&body)
        .map_err(|why| no(EnrolTold::NoAnswer, &why))?;
    let text = answer
        .body_mut()
        .with_config()
        .limit(BODY_MAX as u64)
        .read_to_vec()
        .map_err(|why| no(EnrolTold::NoAnswer, &why))?;
    if answer.status().is_success() {
        serde_json::from_slice(&text).map_err(|why| no(EnrolTold::Unable, &why))
    } else {
        match serde_json::from_slice(&text) {
            Ok(refused) => Err(Said::Refused(refused)),
            Err(_) => Err(no(EnrolTold::Unable, &answer.status())),
        }
    }
}

fn wall_ms() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .unwrap_or(0)
}

/// Writes down how it ended.
pub fn record(answer: &Result<Enrolled, NotEnrolled>) {
    match answer {
        Ok(enrolled) => tracing::info!(
            MESSAGE_ID = messages::ENROLLED,
            kiosk = %enrolled.kiosk,
            clock_off = enrolled.clock_off,
            "enrolled"
        ),
        Err(not) => tracing::warn!(
            MESSAGE_ID = messages::NOT_ENROLLED,
            why = not.why,
            "not enrolled"
        ),
    }
}
