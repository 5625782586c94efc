//! `machitap-city reveal` and `machitap-city verify-draws`.

use machitap_city::{
    config::Config,
    db::Db,
    draws,
    exit::{Exit, Failure},
    ledger,
    time::now_ms,
};
use machitap_domain::ids::TableId;

use super::io;

pub(super) fn reveal(config: &Config, table: &TableId) -> Result<(), Failure> {
    let db = Db::open(&config.database).map_err(io)?;
    let words = db.draw_tables().map_err(io)?;
    let (key, now) = (config.draw_key()?, now_ms());
    let revealed = draws::reveal(&words, table, &key, &config.zone, now)
        .map_err(|why| Failure::new(Exit::Data, why))?;
    // Before it is said: what may be known is on record as known.
    db.draw_revealed(table, now).map_err(io)?;
    for r in &revealed {
        println!("{table} {} {}", r.kiosk, String::from(r.secret.clone()));
    }
    match revealed.iter().find(|r| !r.kept) {
        None => Ok(()),
        Some(broken) => Err(Failure::new(
            Exit::Data,
            format_args!(
                "{table} at {}: the secret is not the one the catalogue committed to",
                broken.kiosk
            ),
        )),
    }
}

pub(super) fn verify(config: &Config, only: Option<&TableId>) -> Result<(), Failure> {
    let db = Db::reader(&config.database).map_err(io)?;
    let words = db.draw_tables().map_err(io)?;
    let key = config.draw_key()?;
    let zones = ledger::Zones::load(&db, config.zone.clone()).map_err(io)?;
    let tables: Vec<_> = words
        .iter()
        .map(|w| &w.table)
        .filter(|t| only.is_none_or(|id| *id == t.id))
        .collect();
    if let (true, Some(id)) = (tables.is_empty(), only) {
        let why = draws::NotRevealed::NoSuchTable(id.clone());
        return Err(Failure::new(Exit::Data, why));
    }
    let mut unsound = 0;
    for table in tables {
        for v in draws::verify_table(&db, table, &key, &zones).map_err(io)? {
            let life = v.life.to_string();
            let place = format!("{} {} {}", v.table, v.kiosk, &life[..8]);
            let chain = if v.chained { "" } else { ", CHAIN BROKEN" };
            match &v.outcome {
                Ok(agrees) => println!(
                    "{place}: {} draws, {} prizes, {} handed over, {} taken back: all agree{chain}",
                    agrees.draws, agrees.prizes, agrees.handed, agrees.void
                ),
                Err(why) => println!("{place}: DISAGREES: {why}{chain}"),
            }
            unsound += u32::from(!v.is_sound());
        }
    }
    if unsound == 0 {
        Ok(())
    } else {
        let why = format_args!("{unsound} journals do not agree with what was committed to");
        Err(Failure::new(Exit::Data, why))
    }
}
