//! A terminal without an enrolment: shows where to type a code, asks the city, goes on.

use std::{
    fs,
    io::{self, BufRead as _, IsTerminal as _, Read as _},
    path::Path,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use machitap_domain::KioskId;
use machitap_kiosk_core::{
    Screen, View,
    enrolling::{EnrolInput, EnrolOutput, Enrolling},
    view::EnrolTold,
};
use machitap_wire::enrol::{BadCode, Code};

use super::{Checked, check, first};
use crate::{
    cli::EnrolArgs,
    clock::kernel,
    config::Config,
    engine::{Display, Msg, Status},
    enrolment::{
        Enrolment, ask,
        born::{Standing, settle, standing},
    },
    exit::{self, Failure},
    messages, names, watchdog,
};

/// A stick, or `machitap-kiosk enrol`, may have done it meanwhile: looked for so often.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Where a terminal waits.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) config: &'a Config,
    /// Where that was read: another one there is begun with anew.
    pub(super) file: &'a Path,
    pub(super) messages: &'a Sender<Msg>,
}

/// Waits for an enrolment and checks what hangs on it; `None` when the program is told to stop, or
/// is to begin anew because its configuration is another.
///
/// # Errors
/// What is missing or wrong once there is an enrolment.
pub(super) fn wait(
    place: Place<'_>,
    display: &mut dyn Display,
    inbox: &Receiver<Msg>,
    tickets: &mut u64,
) -> Result<Option<Checked>, Failure> {
    let config = place.config;
    let revoked = standing(&config.enrolment) == Standing::Revoked;
    tracing::warn!(
        MESSAGE_ID = messages::UNENROLLED,
        revoked,
        address = config.broker.enrol_address(),
        "this terminal waits for a code"
    );
    let told = revoked.then_some(EnrolTold::Revoked);
    let waiting = Waiting {
        machine: Enrolling::new(config.broker.enrol_address(), told),
        place,
        configured: fs::read(place.file).ok(),
        display,
        tickets,
        shown: None,
    };
    if !waiting.run(inbox) {
        return Ok(None);
    }
    settled(config)?;
    check(config).map(Some).map_err(first)
}

/// Moves a new enrolment into place.
///
/// # Errors
/// A disk that does not take it.
pub(super) fn settled(config: &Config) -> Result<(), Failure> {
    let dir = &config.enrolment;
    settle(dir)
        .map(|_| ())
        .map_err(|why| Failure::new(exit::DISK, format!("{}: {why}", dir.display())))
}

struct Waiting<'a> {
    machine: Enrolling,
    place: Place<'a>,
    configured: Option<Vec<u8>>,
    display: &'a mut dyn Display,
    tickets: &'a mut u64,
    shown: Option<Screen>,
}

impl Waiting<'_> {
    /// True once there is an enrolment to serve with; false when the end has come.
    fn run(mut self, inbox: &Receiver<Msg>) -> bool {
        let mut look_at = Instant::now() + LOOK_EVERY;
        loop {
            self.show();
            let now = Instant::now();
            let pause = look_at.saturating_duration_since(now).min(self.due_in());
            let input = match inbox.recv_timeout(pause) {
                Ok(Msg::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
                Ok(Msg::Touch(touch)) => EnrolInput::Touch(touch),
                Ok(Msg::EnrolSaid(answer)) => {
                    ask::record(&answer);
                    EnrolInput::Answer(answer.map_err(|not| not.told))
                }
                Ok(Msg::Status(answer)) => {
                    // Whoever asked may have gone.
                    let _ = answer.try_send(self.status());
                    continue;
                }
                Ok(Msg::Pulse) => {
                    watchdog::alive();
                    continue;
                }
                // A screen that asks for a code is service enough not to be restarted for.
                Ok(Msg::Drawn { .. }) => {
                    watchdog::ready();
                    continue;
                }
                Ok(_) => continue,
                Err(RecvTimeoutError::Timeout) => EnrolInput::Tick,
            };
            match self.machine.handle(input, kernel::boot_ms()) {
                Some(EnrolOutput::Ask(code)) => self.ask(code),
                Some(EnrolOutput::Serve) => return true,
                None => {}
            }
            if Instant::now() >= look_at {
                look_at = Instant::now() + LOOK_EVERY;
                if !self.machine.view().is_typed() {
                    continue;
                }
                if standing(&self.place.config.enrolment) == Standing::Enrolled {
                    return true;
                }
                // A stick brought another: the service manager starts the program again.
                if fs::read(self.place.file).ok() != self.configured {
                    return false;
                }
            }
        }
    }

    fn due_in(&self) -> Duration {
        self.machine.due().map_or(Duration::MAX, |due| {
            Duration::from_millis(due.saturating_sub(kernel::boot_ms()))
        })
    }

    fn show(&mut self) {
        let mut screen = Screen::bare(View::Enrol(self.machine.view()));
        screen.language = self.machine.language();
        if self.shown.as_ref() != Some(&screen) {
            *self.tickets += 1;
            self.display.show(Box::new(screen.clone()), *self.tickets);
            self.shown = Some(screen);
        }
    }

    /// There is no journal yet, and nobody who could have been counted.
    fn status(&self) -> Status {
        Status {
            view: names::view(&View::Enrol(self.machine.view())),
            last_seq: 0,
            receipted: 0,
            pending: 0,
            connected: false,
            taps: 0,
            read: 0,
            language: self.machine.language(),
            points: 0,
        }
    }

    /// On a thread of its own: a city that does not answer must not hold the screen up.
    fn ask(&self, code: Code) {
        let (config, messages) = (self.place.config.clone(), self.place.messages.clone());
        thread::spawn(move || {
            let answer = ask::ask(&config, &code, journal_of(&config));
            // The program may have been told to stop.
            let _ = messages.send(Msg::EnrolSaid(answer));
        });
    }
}

/// Whose records are on this device.
pub(super) fn journal_of(config: &Config) -> Option<KioskId> {
    let enrolled = Enrolment::read(&config.enrolment).ok();
    enrolled.map(|e| e.public.kiosk).or_else(|| {
        machitap_store::owner(&config.state.join("journal.db"))?
            .parse()
            .ok()
    })
}

/// `machitap-kiosk enrol`: the same without a screen.
///
/// # Errors
/// A code that is none, and what the city says.
pub(super) fn command(args: &EnrolArgs) -> Result<String, Failure> {
    let config = Config::read(&args.config)?;
    settled(&config)?;
    if standing(&config.enrolment) == Standing::Enrolled && !args.again {
        return Err(Failure::new(
            exit::CONFIG,
            format!(
                "{}: this kiosk is enrolled; --again brings a new code all the same",
                config.enrolment.display()
            ),
        ));
    }
    if io::stdin().is_terminal() {
        eprint!("code: ");
    }
    let mut typed = String::new();
    // A code is short; whatever is longer is none.
    let read = io::stdin().lock().take(64).read_line(&mut typed);
    read.map_err(|why| Failure::new(exit::NO_INPUT, format!("standard input: {why}")))?;
    let code: Code = typed
        .trim()
        .parse()
        .map_err(|why: BadCode| Failure::new(exit::USAGE, why.to_string()))?;
    let enrolled = ask::ask(&config, &code, journal_of(&config)).map_err(|not| {
        let code = match not.told {
            EnrolTold::NoAnswer | EnrolTold::Unable => exit::UNAVAILABLE,
            EnrolTold::CannotKeep => exit::DISK,
            _ => exit::CONFIG,
        };
        Failure::new(code, not.why)
    })?;
    settled(&config)?;
    let mut said = format!("{} at {}: enrolled", enrolled.kiosk, enrolled.place);
    if enrolled.clock_off {
        said.push_str(
            "\nThe clock of this machine is more than a day away from the city's: see that it \
             reaches a time server.",
        );
    }
    Ok(said)
}
