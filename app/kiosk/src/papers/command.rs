//! `machitap-kiosk papers`: asks the kiosk that runs, or opens the journal itself.

use std::{fs, io, path::Path};

use jiff::Timestamp;
use machitap_domain::{
    Draft, FactBody,
    fact::Class,
    nursery::papers::{InvalidMonth, Month},
};
use machitap_store::{Journal, OpenError, Opened};

use super::{
    PaperFile, folder,
    ground::{CannotMake, Ground},
    shelf::{self, CannotWrite},
    work::{SLICE, SLICE_BYTES, Work},
};
use crate::{
    app,
    cli::PapersArgs,
    clock,
    config::Config,
    desk::{self, Answer, Caller, Order},
    documents::Documents,
    engine::{Times, new_id, restore_clock},
    enrolment::Enrolment,
    exit::{self, Failure},
    link::Floor,
};

/// Makes the papers and writes them; what to tell the operator.
///
/// # Errors
/// [`Failure`] with the exit code.
pub fn run(args: &PapersArgs) -> Result<String, Failure> {
    let config = Config::read(&args.config)?;
    let month = month(args, &config)?;
    let out = out_dir(&args.out)?;
    let caller = Caller::call(&config.state).map_err(|error| {
        let path = config.state.join(desk::SOCKET);
        let hint = match error.kind() {
            io::ErrorKind::PermissionDenied => ": run this as the kiosk's user or as root",
            _ => "",
        };
        Failure::new(
            exit::UNAVAILABLE,
            format!("{}: {error}{hint}", path.display()),
        )
    })?;
    let written = match caller {
        Some(caller) => of_running(caller, month, &out)?,
        None => of_journal(&config, month, &out)?,
    };
    Ok(format!(
        "{}: {} files",
        out.join(written.folder).display(),
        written.files
    ))
}

struct Written {
    folder: String,
    files: usize,
}

/// The month asked for, or the one before the present one.
fn month(args: &PapersArgs, config: &Config) -> Result<Month, Failure> {
    let usage = |error: InvalidMonth| Failure::new(exit::USAGE, format!("--month: {error}"));
    match &args.month {
        Some(text) => text.parse().map_err(usage),
        None => Month::of(config.zone.to_datetime(Timestamp::now()).date())
            .map(Month::before)
            .ok_or_else(|| usage(InvalidMonth)),
    }
}

fn out_dir(out: &Path) -> Result<std::path::PathBuf, Failure> {
    let out = std::path::absolute(out).map_err(|e| cannot_write(out, &e))?;
    fs::create_dir_all(&out).map_err(|e| cannot_write(&out, &e))?;
    Ok(out)
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        exit::CANNOT_WRITE,
        format!("--out: {}: {error}", path.display()),
    )
}

fn put(out: &Path, month: Month, files: &[PaperFile]) -> Result<Written, Failure> {
    let folder = shelf::put(out, &folder(month), files).map_err(CannotMake::from)?;
    Ok(Written {
        folder,
        files: files.len(),
    })
}

fn of_running(mut caller: Caller, month: Month, out: &Path) -> Result<Written, Failure> {
    let files = match ask(&mut caller, Order::Papers(month))? {
        Answer::Files(files) => files,
        other => return Err(unexpected(&other)),
    };
    let written = put(out, month, &files)?;
    match ask(&mut caller, Order::Written(month))? {
        Answer::Kept => Ok(written),
        other => Err(unexpected(&other)),
    }
}

fn ask(caller: &mut Caller, order: Order) -> Result<Answer, Failure> {
    match caller.ask(order) {
        Ok(Answer::No { why, class }) => Err(Failure::new(code(class), why)),
        Ok(answer) => Ok(answer),
        Err(error) => Err(Failure::new(
            exit::UNAVAILABLE,
            format!("the kiosk that runs does not answer: {error}; try again"),
        )),
    }
}

fn unexpected(answer: &Answer) -> Failure {
    let what = format!("the kiosk that runs answers out of turn: {answer:?}");
    Failure::new(exit::INTERNAL, what)
}

const fn code(class: Class) -> u8 {
    match class {
        Class::Retry => exit::UNAVAILABLE,
        Class::Refuse => exit::CONFIG,
        Class::Repair => exit::DISK,
    }
}

impl From<CannotMake> for Failure {
    fn from(why: CannotMake) -> Self {
        let code = match &why {
            CannotMake::Write(CannotWrite::Io { .. } | CannotWrite::TooMany(_)) => {
                exit::CANNOT_WRITE
            }
            other => code(other.class()),
        };
        Self::new(code, why.to_string())
    }
}

/// No kiosk runs: the journal is this program's as long as it takes.
fn of_journal(config: &Config, month: Month, out: &Path) -> Result<Written, Failure> {
    let Enrolment { public, opener, .. } = Enrolment::read(&config.enrolment)?;
    let path = config.state.join("journal.db");
    // Opening would begin one.
    if !path.exists() {
        return Err(Failure::new(
            exit::NO_INPUT,
            format!("{}: there is no journal", path.display()),
        ));
    }
    let opened = Journal::open(&path, app::store_settings(config, &public));
    let Opened {
        mut journal,
        report,
    } = opened.map_err(|error| match error {
        OpenError::Busy => Failure::new(
            exit::UNAVAILABLE,
            format!(
                "{}: a kiosk holds the journal and does not answer yet; try again",
                path.display()
            ),
        ),
        error => app::cannot_open(&path.display(), &error),
    })?;
    let mut times = times(config, &journal)?;
    if let Some(quarantine) = report.quarantined {
        append(
            &mut journal,
            &mut times,
            FactBody::JournalReplaced {
                old: quarantine.old,
            },
        )?;
        return Err(Failure::new(
            exit::DISK,
            format!(
                "the journal was damaged ({}) and is set aside at {}",
                quarantine.why,
                quarantine.moved_to.display()
            ),
        ));
    }
    let documents = Documents::new(
        public.city,
        public.kiosk.clone(),
        public.facility.clone(),
        public.city_key,
        opener,
    );
    let now = times.now();
    let made = Ground::read(
        &journal,
        &documents,
        &public.kiosk,
        &public.facility,
        &public.purposes,
    )
    .and_then(|ground| {
        let mut work = Work::begin(&journal, ground, month, &now.clock)?;
        loop {
            let (next, last) = work.wants();
            if next > last {
                return work.finish();
            }
            let slice = journal.read(next, SLICE, SLICE_BYTES)?;
            work.take(&slice)?;
        }
    })?;
    let written = put(out, month, &made.files())?;
    let month = month.to_string();
    append(&mut journal, &mut times, FactBody::PapersWritten { month })?;
    Ok(written)
}

fn times(config: &Config, journal: &Journal) -> Result<Times, Failure> {
    let (keeper, read) = app::clocks(config)?;
    let mut times = Times {
        keeper,
        read,
        floor: Floor::new(clock::built_ms()),
    };
    restore_clock(journal, &mut times);
    Ok(times)
}

fn append(journal: &mut Journal, times: &mut Times, body: FactBody) -> Result<(), Failure> {
    let at = times.now().stamp();
    let draft = Draft {
        id: new_id(&at),
        subject: None,
        at,
        caused_by: None,
        body,
    };
    match journal.append(vec![draft]) {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::new(
            exit::DISK,
            format!("the journal takes no fact: {error}"),
        )),
    }
}
