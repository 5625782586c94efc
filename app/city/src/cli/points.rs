//! `machitap-city prize` and `machitap-city account`.

use machitap_city::{
    config::Config,
    db::Db,
    exit::{Exit, Failure},
    ledger::Ledger,
    points::{
        Town,
        prize::{self, NotDrawn},
        served, story,
    },
    time::now_ms,
};
use machitap_domain::{CitizenId, ids::OfferId};

use super::{io, visit_key, warn_of_holes};

pub(super) fn prize(config: &Config, offer: &OfferId, seed: Option<&str>) -> Result<(), Failure> {
    let Some(seed) = seed else {
        let db = Db::reader(&config.database).map_err(io)?;
        warn_of_holes(&db, |_| true)?;
        let ledger = ledger(&db, config)?;
        for entry in prize::entries(&ledger, offer) {
            let (key, day) = (&entry.key, entry.day);
            println!("{} {} {} {day}", entry.fact.0, entry.who, key.kiosk);
        }
        return Ok(());
    };
    let mut db = Db::open(&config.database).map_err(io)?;
    warn_of_holes(&db, |_| true)?;
    let (now, refused) = (now_ms(), |why: NotDrawn| match why {
        NotDrawn::Db(why) => io(why),
        why => Failure::new(Exit::Data, why),
    });
    // Folding takes long and is done beside the ingest; it is done again where answers were given
    // meanwhile, so that no settled entry is left out of the draw.
    let won = loop {
        let before = db.spend_answers().map_err(io)?.len();
        let ledger = ledger(&db, config)?;
        let drawn = db.transaction(|db| {
            if db.spend_answers()?.len() == before {
                prize::draw(db, &ledger, offer, seed, now).map(Some)
            } else {
                Ok(None)
            }
        });
        if let Some(won) = drawn.map_err(refused)? {
            break won;
        }
    };
    for ((number, entry), nth) in won.iter().zip(1..) {
        println!("{nth} {} {} {number}", entry.who, entry.fact.0);
    }
    Ok(())
}

pub(super) fn account(config: &Config, citizen: &CitizenId) -> Result<(), Failure> {
    let db = Db::reader(&config.database).map_err(io)?;
    let who = visit_key(config)?.pseudonym(citizen);
    warn_of_holes(&db, |_| true)?;
    let ledger = ledger(&db, config)?;
    let (Some(resident), Some(balance)) = (ledger.resident(&who), ledger.balances().remove(&who))
    else {
        println!("{who}: no fact of this resident is counted");
        return Ok(());
    };
    println!(
        "{who}: {} points, {} of them set aside; {} earned; {} visits",
        balance.points, balance.reserved, balance.earned, balance.visits
    );
    if let Some(preferences) = ledger.preferences(&who) {
        println!("{}", served::said(&preferences));
    }
    let town = ledger.town();
    for line in story::lines(town, &who, resident, town.today(now_ms())) {
        println!("{line}");
    }
    Ok(())
}

fn ledger(db: &Db, config: &Config) -> Result<Ledger, Failure> {
    let mut ledger = Ledger::new(Town::load(db, config.zone.clone()).map_err(io)?);
    ledger.catch_up(db).map_err(io)?;
    ledger.judge(now_ms());
    Ok(ledger)
}
