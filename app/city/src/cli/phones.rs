//! `machitap-city unpair`.

use machitap_city::{config::Config, db::Db, exit::Failure};
use machitap_domain::CitizenId;

use super::{io, visit_key};

pub(super) fn unpair(config: &Config, citizen: &CitizenId) -> Result<(), Failure> {
    let who = visit_key(config)?.pseudonym(citizen);
    let db = Db::open(&config.database).map_err(io)?;
    let gone = db.forget_phones_of(&who).map_err(io)?;
    println!("{who}: phones taken away: {gone}");
    Ok(())
}
