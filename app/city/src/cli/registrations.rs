//! `machitap-city lease`, `machitap-city leases` and `machitap-city registrations`.

use machitap_city::{
    config::{Config, LETTERS_KEY},
    db::Db,
    exit::{Exit, Failure},
    ledger::Zones,
    publish::registrations::Desk,
    registry::{
        self,
        lease::{self, Asked, NotLeased},
    },
    time::now_ms,
};
use machitap_domain::{
    DayKey, PurposeKey,
    register::{Answer, Said, WhyNot},
};
use machitap_wire::seal::SealOpener;

use super::{io, visit_key, warn_of_holes};

/// A home made before there were registrations: its key is made once, by hand, and kiosks learn
/// its other half when they are enrolled again.
fn keys(config: &Config) -> Result<(PurposeKey, SealOpener), Failure> {
    let letters = config.letters_key_if_any()?.ok_or_else(|| {
        let path = config.keys.join(LETTERS_KEY);
        Failure::new(
            Exit::NoInput,
            format_args!(
                "{}: is missing; registrations need it: 32 random bytes in hexadecimal, made \
                 once, as in `openssl rand -hex 32`; then enrol the kiosks that register cards \
                 anew (`enrol … --again`) and publish",
                path.display()
            ),
        )
    })?;
    Ok((visit_key(config)?, letters))
}

pub(super) fn lease(config: &Config, asked: &Asked) -> Result<(), Failure> {
    let (visit, letters) = keys(config)?;
    let desk = Desk::new(&visit, &letters);
    let mut db = Db::open(&config.database).map_err(io)?;
    let data = |why: &str| Failure::new(Exit::Data, format_args!("{}: {why}", asked.kiosk));
    let kiosks = db.kiosks().map_err(io)?;
    let Some(kiosk) = kiosks.iter().find(|k| k.kiosk == asked.kiosk) else {
        return Err(data("is not enrolled"));
    };
    let zones = Zones::load(&db, config.zone.clone()).map_err(io)?;
    let now = now_ms();
    let Some(DayKey::Date(today)) = DayKey::of_wall(now, zones.of(&kiosk.facility)) else {
        return Err(data("the clock of this machine shows no date"));
    };
    let rosters = desk.rosters(&db).map_err(io)?;
    if rosters.is_empty() {
        return Err(data("nothing was published yet; publish first"));
    }
    let judged = desk.judged(&db).map_err(io)?;
    let named = registry::named(&registry::known(rosters.values()), &judged.registry);
    let row = db
        .transaction(|db| lease::lease(db, asked, &named, today, now))
        .map_err(|why| match why {
            NotLeased::Db(why) => io(why),
            why => Failure::new(Exit::Data, why),
        })?;
    db.transaction(|db| desk.stage_anew(db, now)).map_err(io)?;
    println!(
        "{}: {} ids leased to {} until {}",
        row.id, row.count, row.kiosk, row.until
    );
    if row.life.is_none() {
        println!("It goes out once that kiosk was heard of.");
    } else {
        println!("It goes out by `serve`, or at the next `publish`.");
    }
    Ok(())
}

pub(super) fn leases(config: &Config) -> Result<(), Failure> {
    let (visit, letters) = keys(config)?;
    let db = Db::reader(&config.database).map_err(io)?;
    warn_of_holes(&db, |_| true)?;
    let judged = Desk::new(&visit, &letters).judged(&db).map_err(io)?;
    let journals = db.journals().map_err(io)?;
    for row in db.leases().map_err(io)? {
        let present = journals.iter().rfind(|j| j.kiosk == row.kiosk);
        let closed = present.is_some() && present.map(|j| j.incarnation) != row.life;
        println!(
            "{} {} from {}: {} of {} issued, until {}{}",
            row.id,
            row.kiosk,
            row.first.reveal(),
            lease::issued(&row, &judged.registry),
            row.count,
            row.until,
            if closed {
                ", CLOSED: that kiosk has a new journal; lease it another range"
            } else {
                ""
            }
        );
    }
    Ok(())
}

pub(super) fn registrations(config: &Config, refused: bool) -> Result<(), Failure> {
    let (visit, letters) = keys(config)?;
    let db = Db::reader(&config.database).map_err(io)?;
    warn_of_holes(&db, |_| true)?;
    let zones = Zones::load(&db, config.zone.clone()).map_err(io)?;
    let judged = Desk::new(&visit, &letters).judged(&db).map_err(io)?;
    for (key, made) in &judged.made {
        let answer = judged.registry.answers.get(key);
        let why = match answer {
            Some(Answer::Refused { why }) => Some(*why),
            _ => None,
        };
        if refused && why.is_none() {
            continue;
        }
        let (what, citizen) = match &made.claim.said {
            Said::Register { citizen, .. } => ("registered", Some(citizen)),
            Said::Relink { citizen, .. } => ("re-linked", Some(citizen)),
            Said::Release { citizen, .. } => ("released", Some(citizen)),
            Said::Unreadable => ("unreadable", None),
        };
        let zone = zones.of(&made.fact.facility);
        let at = jiff::Timestamp::from_millisecond(made.claim.at_ms)
            .map_or_else(|_| "?".to_owned(), |t| zone.to_datetime(t).to_string());
        let heard = judged.heard.get(&made.fact.id) == answer;
        println!(
            "{at} {} {what} {}: {}{}",
            key.kiosk,
            citizen.map_or("-", |c| c.reveal()),
            why.map_or("accepted", said),
            if heard { "" } else { ", not yet heard there" }
        );
    }
    Ok(())
}

const fn said(why: WhyNot) -> &'static str {
    match why {
        WhyNot::OutsideLease => "REFUSED: not an id that kiosk could issue then",
        WhyNot::IdTaken => "REFUSED: the id was issued before",
        WhyNot::CardTaken => "REFUSED: the card is another resident's, or was called in",
        WhyNot::UnknownId => "REFUSED: no such resident",
        WhyNot::IdReleased => "REFUSED: the id was released",
        WhyNot::CardReleased => "REFUSED: the card that was held is not the resident's any more",
        WhyNot::NotThePerson => "REFUSED: the date of birth is another",
        WhyNot::Unreadable => "REFUSED: the letter cannot be read",
    }
}
