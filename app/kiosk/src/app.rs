//! The program: from the command line to the exit code.

mod enrolling;
mod open;
mod ready;
mod screen;

use std::{
    process::ExitCode,
    sync::{
        Arc,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};

use crate::{
    cli::{Cli, DoctorArgs, Wanted},
    clock::{self, kernel},
    config::{Config, ConfigError},
    display::{Board, Headless, Posted},
    doctor,
    engine::{Display, Msg},
    enrolment::born::{Standing, standing},
    exit::{self, Failure},
    lamps::{Lamps, Lit},
    log, messages, papers, support,
    trace::Trace,
    watchdog,
};
pub(crate) use open::{cannot_open, clocks, store_settings};
pub use ready::{Checked, check};
pub(crate) use ready::{enrolled, keeps_too_short, keys};

/// Runs the program.
pub fn main() -> ExitCode {
    let started_ns = kernel::monotonic_ns();
    let cli = match Wanted::read() {
        Ok(Wanted::Kiosk(cli)) => cli,
        Ok(Wanted::Papers(args)) => return told(papers::command::run(&args)),
        Ok(Wanted::Support(args)) => return told(support::run(&args)),
        Ok(Wanted::Enrol(args)) => return told(enrolling::command(&args)),
        Ok(Wanted::Doctor(args)) => return doctor(&args),
        Ok(Wanted::Clock) => return vouch(),
        Err(code) => return code.into(),
    };
    if cli.check_config {
        return check_config(&cli);
    }
    log::start();
    report_panics();
    match run(&cli, started_ns) {
        Ok(()) => exit::OK.into(),
        Err(failure) => {
            tracing::error!(
                MESSAGE_ID = messages::FAILED,
                code = failure.code,
                "{failure}"
            );
            failure.code.into()
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let code = match &error {
            ConfigError::Io { .. } => exit::NO_INPUT,
            ConfigError::Faults { .. } => exit::CONFIG,
        };
        Self::new(code, error.to_string())
    }
}

/// What a command of its own did, or why it did not.
fn told(done: Result<String, Failure>) -> ExitCode {
    match done {
        Ok(said) => {
            println!("{said}");
            exit::OK.into()
        }
        Err(failure) => {
            eprintln!("{failure}");
            failure.code.into()
        }
    }
}

fn doctor(args: &DoctorArgs) -> ExitCode {
    match doctor::run(args) {
        Ok(code) => code.into(),
        Err(failure) => {
            eprintln!("{failure}");
            failure.code.into()
        }
    }
}

fn vouch() -> ExitCode {
    let ended = clock::voucher::serve().expect_err("it serves until it fails");
    eprintln!("standard input: {ended}: machitap-clock.socket starts this");
    exit::USAGE.into()
}

fn check_config(cli: &Cli) -> ExitCode {
    let failures = match Config::read(&cli.config) {
        Ok(config) => {
            let mut failures = check(&config).err().unwrap_or_default();
            failures.extend(ready::unspoken(&config.sound));
            failures
        }
        Err(error) => vec![error.into()],
    };
    for failure in &failures {
        eprintln!("{failure}");
    }
    match failures.first() {
        None => {
            println!("OK");
            exit::OK.into()
        }
        Some(first) => first.code.into(),
    }
}

/// A panic's own words may be about anybody; where it happened is enough to mend it.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let at = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        let thread = thread::current();
        tracing::error!(
            MESSAGE_ID = messages::PANICKED,
            thread = thread.name().unwrap_or_default(),
            at,
            "a part of the program failed"
        );
    }));
}

fn run(cli: &Cli, started_ns: u64) -> Result<(), Failure> {
    screen::check_built_in(cli)?;
    let config = Config::read(&cli.config)?;
    enrolling::settled(&config)?;
    let (checked, lamps) = match standing(&config.enrolment) {
        Standing::Enrolled => {
            let mut checked = check(&config).map_err(first)?;
            let lamps = checked.lamps.take();
            (Some(checked), lamps)
        }
        Standing::Unenrolled | Standing::Revoked => {
            (None, ready::lamps_only(&config).map_err(first)?)
        }
    };
    let trace = match &cli.trace {
        Some(path) => Trace::open(path).map_err(|error| {
            Failure::new(exit::NO_INPUT, format!("{}: {error}", path.display()))
        })?,
        None => Trace::default(),
    };
    let (send, receive) = mpsc::channel();
    stop_on_signals(&send)?;
    let board = Arc::new(Board::default());
    let start = open::Start {
        config: config.clone(),
        config_file: cli.config.clone(),
        checked,
        trace,
        started_ns,
        messages: send.clone(),
        lines: cli.headless,
    };
    if cli.headless {
        let display = Headless {
            messages: send.clone(),
            board,
        };
        headless(start, lit(display, lamps), receive, &send)
    } else {
        screen::run(cli, &config, board, &send, |ended| {
            spawn(start, lit(Posted, lamps), receive, ended)
        })
    }
}

fn lit(display: impl Display + 'static, lamps: Option<Lamps>) -> Box<dyn Display> {
    match lamps {
        Some(lamps) => Box::new(Lit::new(display, lamps)),
        None => Box::new(display),
    }
}

fn first(failures: Vec<Failure>) -> Failure {
    let code = failures.first().map_or(exit::CONFIG, |f| f.code);
    let lines: Vec<String> = failures.iter().map(ToString::to_string).collect();
    Failure::new(code, lines.join("\n"))
}

fn stop_on_signals(messages: &Sender<Msg>) -> Result<(), Failure> {
    let mut signals = Signals::new([SIGTERM, SIGINT])
        .map_err(|error| Failure::new(exit::INTERNAL, format!("signals: {error}")))?;
    let messages = messages.clone();
    thread::spawn(move || {
        for _ in signals.forever() {
            // The engine may have ended already.
            let _ = messages.send(Msg::Stop);
        }
    });
    Ok(())
}

type Engine = JoinHandle<Result<(), Failure>>;

/// Starts the engine on its thread; `ended` is called when it is over, however that came.
fn spawn(
    start: open::Start,
    display: Box<dyn Display>,
    messages: Receiver<Msg>,
    ended: impl FnOnce() + Send + 'static,
) -> Engine {
    struct Bell<F: FnOnce()>(Option<F>);
    impl<F: FnOnce()> Drop for Bell<F> {
        fn drop(&mut self) {
            if let Some(ring) = self.0.take() {
                ring();
            }
        }
    }
    thread::Builder::new()
        .name("engine".into())
        .spawn(move || {
            let _bell = Bell(Some(ended));
            start.run(display, &messages)
        })
        .expect("the system has room for a thread at start")
}

fn join(engine: Engine) -> Result<(), Failure> {
    engine.join().unwrap_or_else(|_| {
        Err(Failure::new(
            exit::INTERNAL,
            "the engine failed; see the record before this one",
        ))
    })
}

fn headless(
    start: open::Start,
    display: Box<dyn Display>,
    receive: Receiver<Msg>,
    messages: &Sender<Msg>,
) -> Result<(), Failure> {
    let (end, ended) = mpsc::channel::<()>();
    let engine = spawn(start, display, receive, move || drop(end));
    let period = watchdog::period();
    while let Err(RecvTimeoutError::Timeout) =
        ended.recv_timeout(period.unwrap_or(Duration::from_secs(3_600)))
    {
        if period.is_some() {
            // The engine may just have ended.
            let _ = messages.send(Msg::Pulse);
        }
    }
    join(engine)
}
