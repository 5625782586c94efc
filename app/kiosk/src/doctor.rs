//! `machitap-kiosk doctor`: looks at all a kiosk stands on. Each line says what was found and,
//! where something is not well, what to do. It changes nothing, and nothing it says is about a
//! person.

mod city;
mod finding;
mod keys;
mod machine;
mod running;

use std::io;

use jiff::Timestamp;

pub use finding::{Finding, State};
pub(crate) use finding::{as_json, as_text};

use crate::{
    cli::DoctorArgs,
    config::Config,
    desk::{Answer, Caller, Order},
    engine::health::Health,
    exit::{self, Failure},
};

/// Looks, prints, and says how it is by the exit code.
///
/// # Errors
/// The configuration cannot be read: then there is nothing to look at.
pub fn run(args: &DoctorArgs) -> Result<u8, Failure> {
    let config = Config::read(&args.config)?;
    if args.received {
        return Ok(received(ask(&config)));
    }
    let findings = look(&config);
    if args.json {
        println!("{}", as_json(&findings));
    } else {
        print!("{}", as_text(&findings));
    }
    let ill = findings.iter().any(|f| f.state == State::Ill);
    Ok(if ill { exit::UNAVAILABLE } else { exit::OK })
}

/// Whether the city has all that the kiosk holds; says so in one line.
fn received(health: Result<Option<Health>, Finding>) -> u8 {
    let (code, said) = match health {
        Ok(Some(health)) if !health.connected => (exit::UNAVAILABLE, "no broker".to_owned()),
        Ok(Some(health)) if !health.listening => (exit::UNAVAILABLE, "no city".to_owned()),
        Ok(Some(Health { pending: 0, .. })) => (exit::OK, "all is counted".to_owned()),
        Ok(Some(health)) => (
            exit::UNAVAILABLE,
            format!("{} facts are not counted yet", health.pending),
        ),
        Ok(None) => (exit::UNAVAILABLE, "no kiosk runs".to_owned()),
        Err(why) => (exit::UNAVAILABLE, why.found),
    };
    println!("{said}");
    code
}

/// All that can be found out, in the order in which a person looks. Lamps are left out: to open
/// one puts it out.
pub fn look(config: &Config) -> Vec<Finding> {
    let now = Timestamp::now();
    let health = ask(config);
    let mut all = vec![Finding::well("configuration", "can be read")];
    all.extend(machine::look(config));
    all.extend(keys::look(config, matches!(health, Ok(Some(_)))));
    all.extend(city::look(config, now));
    match health {
        Ok(Some(health)) => all.extend(running::look(&health, now)),
        Ok(None) => all.push(Finding::ill(
            "kiosk",
            "does not run",
            "start it: systemctl start machitap-kiosk; why it ended: journalctl -u machitap-kiosk -e",
        )),
        Err(why) => all.push(why),
    }
    all
}

/// What the kiosk that runs says; `None` when none runs.
fn ask(config: &Config) -> Result<Option<Health>, Finding> {
    let away = |error: &io::Error| {
        let todo = match error.kind() {
            io::ErrorKind::PermissionDenied => "run this as root or as the kiosk's user",
            _ => "look again; if it lasts, restart it: systemctl restart machitap-kiosk",
        };
        Finding::ill("kiosk", format!("cannot be asked: {error}"), todo)
    };
    let Some(mut caller) = Caller::call(&config.state).map_err(|e| away(&e))? else {
        return Ok(None);
    };
    match caller.ask(Order::Health {}) {
        Ok(Answer::Health(health)) => Ok(Some(*health)),
        Ok(other) => Err(away(&io::Error::other(format!("{other:?}")))),
        Err(error) => Err(away(&error)),
    }
}
