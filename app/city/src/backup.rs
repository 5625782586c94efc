//! A copy of the whole city, taken while it serves, and its way back.
//!
//! What a kiosk knows is asked of it again: its journal keeps facts for weeks after they were
//! counted, and it sends what a receipt says is missing. What only the city knows, its keys and
//! its documents, is in the copy.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use crate::{
    config::Config,
    db::Db,
    exit::{Exit, Failure},
    files::private_dir,
    ledger,
};

/// The database's name in a copy. Nothing serves from it by mistake.
pub const COPY: &str = "backup.db";

/// A copy that is being made.
const DRAFT: &str = "machitap-city.new";

/// Documents go on this far above the copy's versions: kiosks take no older ones, and how many
/// were published since nobody knows.
const LEAP: u64 = 1_000_000_000;

/// What a copy holds.
#[derive(Debug)]
pub struct Copied {
    /// Where it is.
    pub path: PathBuf,
    /// Facts counted in it.
    pub facts: u64,
}

/// Copies the city into a new folder of `out`: its database as of now, checked; its
/// configuration, keys, broker files and documents. It is the city: whoever has it can be it.
///
/// # Errors
/// [`Failure`]; then no folder of a copy's name is there.
pub fn back_up(config: &Config, file: &Path, out: &Path) -> Result<Copied, Failure> {
    let stamp = Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    let path = out.join(format!("machitap-city-{stamp}"));
    // One name for all: what a power cut left of an earlier one goes, and does not pile up.
    let draft = out.join(DRAFT);
    if path.exists() {
        return Err(Failure::new(
            Exit::Data,
            format_args!("{} is there already", path.display()),
        ));
    }
    let failed = |why: &io::Error| Failure::file(&draft, why);
    match fs::remove_dir_all(&draft) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(failed(&why)),
        _ => {}
    }
    let made = fill(config, file, &draft);
    if made.is_err() {
        // Half a copy takes room that is wanted elsewhere.
        let _ = fs::remove_dir_all(&draft);
    }
    let facts = made?;
    fs::rename(&draft, &path).map_err(|why| Failure::file(&path, &why))?;
    sync(out)?;
    Ok(Copied { path, facts })
}

fn fill(config: &Config, file: &Path, to: &Path) -> Result<u64, Failure> {
    private_dir(to).map_err(|why| Failure::file(to, &why))?;
    let copy = to.join(COPY);
    Db::reader(&config.database)
        .and_then(|db| db.copy_to(&copy))
        .map_err(|why| Failure::new(Exit::Io, why))?;
    let facts = checked(config, &copy)?;
    let home = file.parent().map_or_else(PathBuf::new, PathBuf::from);
    for (from, name) in [
        (file.to_owned(), "city.toml"),
        (config.keys.clone(), "keys"),
        (config.documents.clone(), "documents"),
        (home.join("broker"), "broker"),
    ] {
        if from.exists() {
            copy_tree(&from, &to.join(name))?;
        }
    }
    sync(to)?;
    Ok(facts)
}

/// The facts of a database whose pages and whose chains are whole.
fn checked(config: &Config, copy: &Path) -> Result<u64, Failure> {
    let io = |why: &dyn std::fmt::Display| {
        Failure::new(Exit::Data, format_args!("{}: {why}", copy.display()))
    };
    let db = Db::reader(copy).map_err(|why| io(&why))?;
    db.whole().map_err(|why| io(&why))?;
    let zones = ledger::Zones::load(&db, config.zone.clone()).map_err(|why| io(&why))?;
    let totals = ledger::totals(&db, zones).map_err(|why| io(&why))?;
    if let Some(broken) = totals.journals.iter().find(|j| !j.chain_ok && !j.forked) {
        return Err(io(&format_args!("the chain of {} is broken", broken.kiosk)));
    }
    Ok(totals.facts)
}

/// Everything below it but what a broker keeps of its own: retained messages come anew.
fn copy_tree(from: &Path, to: &Path) -> Result<(), Failure> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |why: io::Error| Failure::file(&path, &why)
    };
    if !from.is_dir() {
        // With its mode: a key stays its owner's.
        fs::copy(from, to).map_err(failed(from))?;
        return sync(to);
    }
    private_dir(to).map_err(failed(to))?;
    for entry in fs::read_dir(from).map_err(failed(from))? {
        let entry = entry.map_err(failed(from))?;
        if entry.path().ends_with("broker/data") {
            continue;
        }
        copy_tree(&entry.path(), &to.join(entry.file_name()))?;
    }
    sync(to)
}

fn sync(path: &Path) -> Result<(), Failure> {
    fs::File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|why| Failure::file(path, &why))
}

/// Deletes the oldest copies of that directory, all but so many; nothing else in it.
///
/// # Errors
/// [`Failure`] at the first that cannot be deleted.
pub fn thin_out(out: &Path, keep: usize) -> Result<Vec<PathBuf>, Failure> {
    let failed = |why: &io::Error| Failure::file(out, why);
    let mut copies = Vec::new();
    for entry in fs::read_dir(out).map_err(|why| failed(&why))? {
        let path = entry.map_err(|why| failed(&why))?.path();
        if path.join(COPY).exists() && !path.ends_with(DRAFT) {
            copies.push(path);
        }
    }
    // Their names are their times.
    copies.sort();
    copies.truncate(copies.len().saturating_sub(keep));
    for path in &copies {
        fs::remove_dir_all(path).map_err(|why| Failure::file(path, &why))?;
    }
    Ok(copies)
}

/// Makes a copy that lies where a city lived that city again; how many facts it begins with.
///
/// # Errors
/// [`Failure`]; nothing was changed then.
pub fn restore(config: &Config, file: &Path) -> Result<u64, Failure> {
    let home = file.parent().map_or_else(PathBuf::new, PathBuf::from);
    let copy = home.join(COPY);
    if config.database.exists() {
        return Err(Failure::new(
            Exit::Data,
            format_args!(
                "{}: a city lives here; move it away first, it may know more than the copy",
                config.database.display()
            ),
        ));
    }
    if !copy.exists() {
        return Err(Failure::new(
            Exit::NoInput,
            format_args!(
                "{}: no copy; copy the folder that `machitap-city backup` wrote to where the city shall live",
                copy.display()
            ),
        ));
    }
    let facts = checked(config, &copy)?;
    Db::open(&copy)
        .and_then(|db| db.leap(LEAP))
        .map_err(|why| Failure::new(Exit::Io, why))?;
    fs::rename(&copy, &config.database).map_err(|why| Failure::file(&config.database, &why))?;
    sync(&home)?;
    Ok(facts)
}
