//! `machitap-city replay`.

use std::path::PathBuf;

use machitap_city::{
    config::Config,
    db::Db,
    documents,
    enrol::rejected,
    exit::{Exit, Failure},
    files::{Mode, write},
    month::Month,
    nursery::Children,
    replay::{
        Terms, replay,
        report::{self, Names},
    },
};
use machitap_domain::FacilityId;

use super::{io, warn_of_holes};

pub(super) struct Asked {
    pub(super) facility: FacilityId,
    pub(super) month: Month,
    pub(super) catalogue: PathBuf,
    pub(super) documents: Option<PathBuf>,
    pub(super) csv: Option<PathBuf>,
    pub(super) no_names: bool,
}

pub(super) fn run(config: &Config, asked: &Asked) -> Result<(), Failure> {
    let facility = &asked.facility;
    let catalogue =
        documents::read_catalogue(&asked.catalogue, &config.city).map_err(|why| rejected(&why))?;
    let found = catalogue.facilities.get(facility);
    let Some((found, nursery)) = found.and_then(|f| Some((f, f.service.as_nursery()?))) else {
        let file = asked.catalogue.display();
        let why = format_args!("{file}: no nursery {facility}");
        return Err(Failure::new(Exit::Data, why));
    };
    let documents = asked.documents.as_ref().unwrap_or(&config.documents);
    let roster = documents::read_roster(documents, facility).map_err(|why| rejected(&why))?;
    let key = config.purposes()?.nursery.ok_or_else(|| {
        Failure::new(
            Exit::Config,
            "keys/nursery.key: without it no child is known",
        )
    })?;
    let zone = found.zone().map_err(|why| Failure::new(Exit::Data, why))?;
    let db = Db::reader(&config.database).map_err(io)?;
    let facts = Children::load(&db, facility, &zone).map_err(io)?;
    let outcome = replay(
        &facts,
        &Terms {
            month: asked.month,
            nursery,
            zone: &zone,
            roster: &roster,
            key: &key,
        },
    );
    let names = if asked.no_names {
        Names::Kept
    } else {
        Names::Told
    };
    println!("{facility}");
    print!("{}", report::text(&outcome, names));
    warn_of_holes(&db, |kiosk| kiosk.facility == *facility)?;
    if let Some(path) = &asked.csv {
        let text = report::csv(&outcome, names);
        write(path, Mode::Private, text.as_bytes()).map_err(|why| Failure::file(path, &why))?;
        println!("{}: written", path.display());
    }
    Ok(())
}
