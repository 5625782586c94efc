//! `machitap-kiosk support`: one file for whoever has to find out from afar what is wrong.
//!
//! What goes in is named here, one by one, and each is of a kind that tells of nobody: the doctor's
//! findings, the configuration, what programs wrote to the system's journal. The kiosk's own
//! journal, the enrolment, the keys and the city's documents never do.

mod parts;

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use jiff::Timestamp;

use crate::{
    cli::SupportArgs,
    config::Config,
    doctor,
    exit::{self, Failure},
};
use parts::Part;

const README: &str = "\
What a Machitap kiosk wrote down of itself, for its maintainers.

doctor.txt      what it stands on, and what to do
doctor.json     the same, for a program
kiosk.toml      its configuration, as it is
version.txt     the program, the system, the kernel
service.txt     how the service has fared
journal.jsonl   what the kiosk wrote to the system's journal in the last 24 hours
kernel.jsonl    warnings and errors of the kernel in that time
readers.jsonl   what the card service wrote in that time

No names, no ids of citizens, no numbers of cards, no keys.
";

/// Gathers, packs, and says where it is.
///
/// # Errors
/// [`Failure`] with the exit code.
pub fn run(args: &SupportArgs) -> Result<String, Failure> {
    let text = fs::read_to_string(&args.config).map_err(|error| {
        Failure::new(
            exit::NO_INPUT,
            format!("{}: {error}", args.config.display()),
        )
    })?;
    // A kiosk whose configuration is wrong needs support all the same.
    let looked = Config::read(&args.config).map(|config| doctor::look(&config));
    let (as_text, as_json) = match &looked {
        Ok(findings) => (doctor::as_text(findings), doctor::as_json(findings)),
        Err(error) => (format!("{error}\n"), "[]".to_owned()),
    };
    let mut parts = vec![
        Part::new("README.txt", README),
        Part::new("doctor.txt", as_text),
        Part::new("doctor.json", as_json),
        Part::new("kiosk.toml", text),
    ];
    parts.extend(parts::of_the_system());
    let now = Timestamp::now();
    let stem = format!("machitap-support-{}", now.strftime("%Y%m%dT%H%M%SZ"));
    let path = pack(&args.out, &stem, now, &parts)
        .map_err(|error| Failure::new(exit::CANNOT_WRITE, format!("--out: {error}")))?;
    let names: Vec<&str> = parts.iter().map(|part| part.name).collect();
    Ok(format!("{}: {}", path.display(), names.join(", ")))
}

/// Only who asked may read it, and nothing that is there is written over.
fn pack(dir: &Path, stem: &str, now: Timestamp, parts: &[Part]) -> io::Result<PathBuf> {
    fs::create_dir_all(dir)?;
    let path = dir.join(format!("{stem}.tar.gz"));
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
    let packed = write(file, stem, now, parts);
    if packed.is_err() {
        // Half a bundle helps nobody.
        let _ = fs::remove_file(&path);
    }
    packed.map(|()| path)
}

fn write(file: File, stem: &str, now: Timestamp, parts: &[Part]) -> io::Result<()> {
    let mut archive = tar::Builder::new(GzEncoder::new(file, Compression::default()));
    for part in parts {
        let mut header = tar::Header::new_gnu();
        header.set_size(part.bytes.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(u64::try_from(now.as_second()).unwrap_or(0));
        archive.append_data(&mut header, format!("{stem}/{}", part.name), &*part.bytes)?;
    }
    let mut file = archive.into_inner()?.finish()?;
    file.flush()?;
    file.sync_all()
}
