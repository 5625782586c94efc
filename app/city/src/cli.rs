//! The commands.

mod commanding;
mod drawing;
mod enrolling;
mod phones;
mod points;
mod publishing;
mod registrations;
mod replaying;

use std::{io::Read, path::PathBuf};

use clap::{Parser, Subcommand};
use jiff::{ToSpan, civil::Date};
use machitap_city::{
    backup,
    broker::{Place, access_list, configuration},
    config::Config,
    db::{Db, Enrolled},
    enrol,
    exit::{Exit, Failure},
    home, ledger,
    month::Month,
    pin,
    publish::OldMonths,
    registry::lease::Asked,
    serve,
};
use machitap_domain::{
    CitizenId, CityId, FacilityId, KioskId, PurposeKey,
    ids::{OfferId, TableId},
};

const EXITS: &str = "Exit codes: 0 done; 64 command line; 65 a document or other input is \
wrong; 66 a file is missing; 69 the broker or a port is not available; 74 disk or database; \
78 configuration.";

/// The city's side of Machitap: enrolment, documents, ingest, ledger, the day's page.
#[derive(Debug, Parser)]
#[command(name = "machitap-city", version, after_help = EXITS)]
pub(crate) struct Args {
    /// The city's configuration.
    #[arg(long, global = true, value_name = "FILE", default_value = "city.toml")]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a city's home: keys, certificates, configuration, broker files, sample documents.
    Init {
        /// The directory to make it in.
        #[arg(long)]
        dir: PathBuf,
        /// The city's id, as it stands in every topic.
        #[arg(long, value_name = "ID")]
        city: CityId,
        /// A name or address of the broker, for its certificate; repeat for more. The city
        /// connects to the first. Without any, the broker serves this machine only.
        #[arg(long = "host", value_name = "NAME")]
        hosts: Vec<String>,
        /// The broker's port.
        #[arg(long, default_value_t = 8883, value_parser = clap::value_parser!(u16).range(1..))]
        broker_port: u16,
        /// Whom the broker becomes when root starts it.
        #[arg(long, default_value = "mosquitto", value_name = "USER")]
        broker_user: String,
        /// The page's port on this machine.
        #[arg(long, default_value_t = 8080)]
        web_port: u16,
        /// The port new terminals bring their codes to.
        #[arg(long, default_value_t = 8884, value_parser = clap::value_parser!(u16).range(1..))]
        enrol_port: u16,
    },
    /// Print mosquitto's configuration, or its access list.
    BrokerConfig {
        /// Print the access list instead.
        #[arg(long)]
        acl: bool,
        /// The directory with the broker's files; `broker` beside the configuration.
        #[arg(long)]
        dir: Option<PathBuf>,
        /// Where it listens.
        #[arg(long, default_value = "127.0.0.1")]
        bind: String,
        /// Whom it becomes when root starts it.
        #[arg(long, default_value = "mosquitto", value_name = "USER")]
        user: String,
    },
    /// Enrol a kiosk: print a code that is typed at the terminal, once.
    ///
    /// The terminal makes its keys itself, gets its certificate and its documents, and serves.
    /// `serve` must run and the terminal must reach it ([enrolment] in city.toml). With --out a
    /// directory of keys is written instead, to be carried to a terminal that cannot.
    Enrol {
        /// The kiosk's id; also the name in its certificate.
        kiosk: KioskId,
        /// Where it stands, as in the catalogue.
        #[arg(long, value_name = "ID")]
        facility: FacilityId,
        /// Write a directory of keys to carry, instead of a code.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// The code is good for so many hours.
        #[arg(long, default_value_t = 72, value_name = "HOURS", conflicts_with = "out",
            value_parser = clap::value_parser!(u16).range(1..=24 * 31))]
        valid: u16,
        /// Its certificate ends at the start of this day (UTC); five years from now if left out.
        #[arg(long, value_name = "YYYY-MM-DD")]
        not_after: Option<Date>,
        /// It was enrolled before: give it new keys, the old ones count no more.
        #[arg(long)]
        again: bool,
    },
    /// List the codes that nobody has used yet.
    Codes,
    /// Take a kiosk's enrolment back: lost, stolen, or handed in.
    ///
    /// What it sends counts no more at once. The broker shuts it out when it has read its list of
    /// revoked certificates: `systemctl reload mosquitto`, and `systemctl restart mosquitto` to
    /// hang up on a kiosk that is connected. `enrol --again` takes it in anew.
    Revoke {
        /// The kiosk.
        kiosk: KioskId,
    },
    /// Start a kiosk's program anew, once nobody is served there.
    Restart {
        /// The kiosk.
        kiosk: KioskId,
        /// A kiosk that hears of it later lets it be, minutes.
        #[arg(long, default_value_t = 10, value_name = "MINUTES")]
        within: u16,
    },
    /// Have a kiosk write more into its system's journal, for a while.
    ///
    /// No level writes a name, a citizen's id or a card's number.
    LogLevel {
        /// The kiosk.
        kiosk: KioskId,
        /// How much.
        #[arg(value_enum)]
        level: commanding::Much,
        /// For so long; then as usual.
        #[arg(long, default_value_t = 60, value_name = "MINUTES",
            value_parser = clap::value_parser!(u16).range(1..=24 * 60))]
        minutes: u16,
    },
    /// Update kiosks' machines: a signed bundle of the image, fetched, tried, kept if it is well.
    ///
    /// The bundle is copied into bundles/ beside city.toml; kiosks fetch it where they bring their
    /// codes ([enrolment] in city.toml), and serve meanwhile. Each boots it once nobody is there,
    /// and goes back by itself where it does not serve or no longer reaches the city. One kiosk
    /// first, the others when `machitap-city kiosks` says kept.
    Update {
        /// The kiosks.
        #[arg(required = true, value_name = "KIOSK")]
        kiosks: Vec<KioskId>,
        /// The bundle (.raucb).
        #[arg(long, value_name = "FILE")]
        bundle: PathBuf,
        /// A kiosk that hears of it later lets it be, hours.
        #[arg(long, default_value_t = 168, value_name = "HOURS",
            value_parser = clap::value_parser!(u16).range(1..=1_000))]
        within: u16,
    },
    /// List the kiosks: connected or not, when heard, version, what has become of an update.
    Kiosks,
    /// Write the broker's list of revoked certificates anew.
    Revocations,
    /// Check the documents and publish what changed.
    Publish {
        /// The documents; as configured if left out.
        #[arg(long, value_name = "DIR")]
        documents: Option<PathBuf>,
        /// Only check.
        #[arg(long)]
        check: bool,
        /// Wait so long for the broker, seconds. What it has not acknowledged by then goes
        /// out by `serve`, or at the next `publish`.
        #[arg(long, default_value_t = 30, value_name = "SECONDS")]
        timeout: u64,
        /// Publish a tariff that has begun and is not what was published, where no day
        /// before today was charged by it: for the slip found on its first day.
        #[arg(long)]
        correct_tariff: bool,
    },
    /// Count facts, send receipts, show the page; until SIGTERM.
    Serve,
    /// Copy the whole city while it serves: database, configuration, keys, documents.
    ///
    /// The copy is checked as it is made. Whoever has it can be the city: keep it as you keep the
    /// keys. Take one a day at least; what kiosks had counted since the last one they send again,
    /// as far as their journals keep it (70 days).
    Backup {
        /// The directory that gets a folder for it.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Delete older copies there, all but so many
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
        keep: Option<u16>,
    },
    /// Make a copied folder the city again.
    ///
    /// Copy the folder to where the city shall live, name its city.toml by --config, restore,
    /// publish, serve. The documents' versions go on far above the copy's, so that kiosks take
    /// them; kiosks send again what the copy lacks.
    Restore,
    /// Print what was counted, checked anew from the stored facts.
    Ledger {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show what a nursery's month would have cost each family under another tariff. Nothing
    /// is published and no charge changes.
    Replay {
        /// The nursery.
        #[arg(long, value_name = "ID")]
        facility: FacilityId,
        /// The month.
        #[arg(long, value_name = "YYYY-MM")]
        month: Month,
        /// A catalogue file; the last tariff of that nursery in it counts for the whole month.
        #[arg(long, value_name = "FILE")]
        catalogue: PathBuf,
        /// The documents with the roster; as configured if left out.
        #[arg(long, value_name = "DIR")]
        documents: Option<PathBuf>,
        /// Write each family to this file as well, for a spreadsheet.
        #[arg(long, value_name = "FILE")]
        csv: Option<PathBuf>,
        /// Totals only: no name, no household.
        #[arg(long)]
        no_names: bool,
    },
    /// Print the secrets of a draw table that is over, so that anybody can recompute it.
    Reveal {
        /// The table.
        table: TableId,
    },
    /// Recompute every draw from the counted facts: tickets, stock, ceilings, spins.
    VerifyDraws {
        /// Only this table.
        table: Option<TableId>,
    },
    /// List the settled entries of a prize: fact, resident, kiosk, day. With a seed, and after the
    /// last day, draw the winners: place, resident, fact, number.
    ///
    /// The draw can be recomputed by anybody who has the list. An entry's number is the SHA-256 of
    /// four lines in UTF-8: "machitap prize", the prize's id, the seed, the entry's fact, with a
    /// line feed after each but the last (printf 'machitap prize\nrice\nSEED\nFACT' | sha256sum).
    /// Winners are the residents of the smallest numbers, each once. The first seed counts: it is
    /// kept, and later entries are declined.
    #[command(verbatim_doc_comment)]
    Prize {
        /// The prize, as in the catalogue.
        offer: OfferId,
        /// Draw by this text: best one nobody could choose, said before in public.
        #[arg(long, value_name = "TEXT")]
        seed: Option<String>,
    },
    /// Print what a resident has and why: awards and what was cut, spends and answers, ends.
    Account {
        /// The town's own number of the resident.
        citizen: CitizenId,
    },
    /// Take all phones of a resident away: lost, sold, or handed on.
    Unpair {
        /// The town's own number of the resident.
        citizen: CitizenId,
    },
    /// Lease a range of ids to a kiosk, so that it can register cards on the spot. A range is
    /// leased once, to one journal of one kiosk.
    Lease {
        /// The kiosk, as it is enrolled.
        kiosk: KioskId,
        /// The first id.
        #[arg(long, value_name = "ID")]
        from: CitizenId,
        /// How many.
        #[arg(long)]
        count: u32,
        /// The last day on which they are issued.
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: Date,
    },
    /// List the leases and how much of each was issued.
    Leases,
    /// List what was registered, re-linked and released at kiosks, with the city's answer.
    Registrations {
        /// Only what was refused: somebody must speak with the resident.
        #[arg(long)]
        refused: bool,
    },
    /// Read a staff PIN from standard input and print its hash for a roster.
    PinHash,
    /// Check the configuration and the keys.
    CheckConfig,
}

pub(crate) fn run(args: Args) -> Result<(), Failure> {
    let load = || Config::load(&args.config);
    match args.command {
        Command::Init {
            dir,
            city,
            hosts,
            broker_port,
            broker_user,
            web_port,
            enrol_port,
        } => {
            home::init(
                &dir,
                &home::Plan {
                    city,
                    hosts,
                    broker_port,
                    broker_user,
                    web_port,
                    enrol_port,
                },
            )?;
            println!("{}: the city's home is made", dir.display());
            Ok(())
        }
        Command::BrokerConfig {
            acl,
            dir,
            bind,
            user,
        } => broker_config(&load()?, &args.config, acl, dir, &bind, &user),
        Command::Enrol {
            kiosk,
            facility,
            out,
            valid,
            not_after,
            again,
        } => {
            let not_after = not_after.map_or_else(five_years, Ok)?;
            let request = enrol::Request {
                kiosk,
                facility,
                not_after,
                again,
            };
            enrolling::run(&load()?, &request, out.as_deref(), valid)
        }
        Command::Codes => enrolling::codes(&load()?),
        Command::Revoke { kiosk } => enrolling::revoke(&load()?, &kiosk),
        Command::Restart { kiosk, within } => commanding::restart(&load()?, &kiosk, within),
        Command::LogLevel {
            kiosk,
            level,
            minutes,
        } => commanding::log_level(&load()?, &kiosk, level, minutes),
        Command::Update {
            kiosks,
            bundle,
            within,
        } => commanding::update(&load()?, &kiosks, &bundle, within),
        Command::Kiosks => commanding::kiosks(&load()?),
        Command::Revocations => enrolling::revocations(&load()?),
        Command::Publish {
            documents,
            check,
            timeout,
            correct_tariff,
        } => {
            let old_months = if correct_tariff {
                OldMonths::CorrectSlip
            } else {
                OldMonths::Keep
            };
            publishing::run(&load()?, documents, check, old_months, timeout)
        }
        Command::Serve => runtime()?.block_on(serve::serve(load()?)),
        Command::Backup { out, keep } => {
            let copied = backup::back_up(&load()?, &args.config, &out)?;
            println!("{}: {} facts, checked", copied.path.display(), copied.facts);
            if let Some(keep) = keep {
                for gone in backup::thin_out(&out, usize::from(keep))? {
                    println!("{}: deleted", gone.display());
                }
            }
            println!("It holds the city's keys: keep it where nobody else comes.");
            Ok(())
        }
        Command::Restore => {
            let facts = backup::restore(&load()?, &args.config)?;
            println!(
                "{}: the city again, with {facts} facts",
                args.config.display()
            );
            println!("Next: machitap-city publish, then machitap-city serve.");
            Ok(())
        }
        Command::Ledger { json } => print_ledger(&load()?, json),
        Command::Replay {
            facility,
            month,
            catalogue,
            documents,
            csv,
            no_names,
        } => replaying::run(
            &load()?,
            &replaying::Asked {
                facility,
                month,
                catalogue,
                documents,
                csv,
                no_names,
            },
        ),
        Command::Reveal { table } => drawing::reveal(&load()?, &table),
        Command::VerifyDraws { table } => drawing::verify(&load()?, table.as_ref()),
        Command::Prize { offer, seed } => points::prize(&load()?, &offer, seed.as_deref()),
        Command::Account { citizen } => points::account(&load()?, &citizen),
        Command::Unpair { citizen } => phones::unpair(&load()?, &citizen),
        Command::Lease {
            kiosk,
            from,
            count,
            until,
        } => registrations::lease(
            &load()?,
            &Asked {
                kiosk,
                first: from,
                count,
                until,
            },
        ),
        Command::Leases => registrations::leases(&load()?),
        Command::Registrations { refused } => registrations::registrations(&load()?, refused),
        Command::PinHash => pin_hash(),
        Command::CheckConfig => {
            let config = load()?;
            config.signer()?;
            config.purposes()?;
            config.letters_key_if_any()?;
            serve::link_options(&config, "city", machitap_city::pki::SERVE_USER)?;
            println!("{}: sound", args.config.display());
            Ok(())
        }
    }
}

fn io(why: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Io, why)
}

/// The key of the pseudonyms that points stand under.
fn visit_key(config: &Config) -> Result<PurposeKey, Failure> {
    let key = config.purposes()?.visit;
    key.ok_or_else(|| Failure::new(Exit::NoInput, "visit.key: no such key"))
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(io)
}

fn five_years() -> Result<Date, Failure> {
    jiff::ZonedDateTime::now()
        .date()
        .checked_add(5.years())
        .map_err(|why| Failure::new(Exit::Usage, why))
}

fn broker_config(
    config: &Config,
    file: &std::path::Path,
    acl: bool,
    dir: Option<PathBuf>,
    bind: &str,
    user: &str,
) -> Result<(), Failure> {
    if acl {
        print!("{}", access_list(&config.city));
        return Ok(());
    }
    let beside = file.parent().map_or_else(PathBuf::new, PathBuf::from);
    let dir = dir.unwrap_or_else(|| beside.join("broker"));
    let directory = std::path::absolute(&dir).map_err(|why| Failure::file(&dir, &why))?;
    print!(
        "{}",
        configuration(&Place {
            directory: &directory,
            bind,
            port: config.broker.port,
            user,
        })
    );
    Ok(())
}

fn print_ledger(config: &Config, json: bool) -> Result<(), Failure> {
    let db = Db::reader(&config.database).map_err(io)?;
    let zones = ledger::Zones::load(&db, config.zone.clone()).map_err(io)?;
    let totals = ledger::totals(&db, zones).map_err(io)?;
    if json {
        println!("{}", serde_json::to_string_pretty(&totals).map_err(io)?);
        return Ok(());
    }
    for j in &totals.journals {
        println!(
            "{} {}: {} facts, contiguous to {} of {}, {} points{}{}",
            j.kiosk,
            &j.incarnation[..8.min(j.incarnation.len())],
            j.facts,
            j.contiguous,
            j.top.max(j.announced),
            j.points,
            if j.chain_ok { "" } else { ", CHAIN BROKEN" },
            if j.forked { ", FORKED" } else { "" },
        );
    }
    println!(
        "{} facts, {} points of {} residents, {} dead letters, {} counted twice",
        totals.facts,
        totals.points,
        totals.accounts.len(),
        totals.dead_letters,
        totals.doubled
    );
    Ok(())
}

/// Says which of those kiosks have facts that are not counted yet.
fn warn_of_holes(db: &Db, of: impl Fn(&Enrolled) -> bool) -> Result<(), Failure> {
    let kiosks = db.all_kiosks().map_err(io)?;
    for journal in db.journals().map_err(io)? {
        let here = |k: &Enrolled| k.kiosk == journal.kiosk && of(k);
        if kiosks.iter().any(here) && journal.contiguous < journal.announced {
            eprintln!(
                "machitap-city: warning: {} has {} facts, {} are counted: the figures may \
                 still change",
                journal.kiosk, journal.announced, journal.contiguous
            );
        }
    }
    Ok(())
}

fn pin_hash() -> Result<(), Failure> {
    let mut text = String::new();
    // A PIN is short; whatever is longer is none.
    std::io::stdin()
        .take(64)
        .read_to_string(&mut text)
        .map_err(|why| Failure::new(Exit::Data, why))?;
    let hash = pin::hash(text.trim()).map_err(|why| Failure::new(Exit::Data, why))?;
    println!("{hash}");
    Ok(())
}
