//! Making a code: `machitap-city enrol` without `--out`.

use machitap_wire::enrol::Code;

use super::{Place, Request, check, io};
use crate::{
    config::Config,
    db::{CodeMade, Db},
    exit::{Exit, Failure},
    ledger,
    time::now_ms,
};

/// Wrong secrets that may be tried with one ticket: one in two million guesses gets in.
pub const TRIES: u32 = 5;

/// A ticket's number is not given again for so long after its end, so that somebody who types an
/// old code is told that it is old.
const REMEMBERED_MS: i64 = 30 * 86_400_000;

/// Numbers are drawn so often before the city says that too many are out.
const DRAWS: u32 = 64;

/// A code, and what its maker should know.
#[derive(Debug, Clone)]
pub struct Made {
    /// The code.
    pub code: CodeMade,
    /// The facility is in the documents and was not published yet.
    pub unpublished: bool,
}

/// Makes a code for one kiosk, good for `valid_ms` milliseconds. Codes made for it before are good no
/// more.
///
/// # Errors
/// [`Failure`]: an id that is reserved or taken, a facility the catalogue does not name, a city
/// that does not listen for terminals.
pub fn make(config: &Config, request: &Request, valid_ms: i64) -> Result<Made, Failure> {
    if config.enrolment.is_none() {
        return Err(Failure::new(
            Exit::Config,
            "city.toml has no [enrolment] listen = \"ADDRESS:PORT\", so no terminal could use a \
             code; --out DIR writes a directory to carry instead",
        ));
    }
    let mut db = Db::open(&config.database).map_err(|e| io(&e))?;
    check(&db, request)?;
    // Found wrong here rather than by whoever stands before the terminal.
    Place::of(config, &request.facility)?;
    let published = ledger::catalogue(&db).map_err(|e| io(&e))?;
    let unpublished = published.is_none_or(|c| !c.facilities.contains_key(&request.facility));
    let now_ms = now_ms();
    let code = db
        .transaction(|db| {
            db.forget_codes(now_ms - REMEMBERED_MS)?;
            db.close_codes(&request.kiosk)?;
            for _ in 0..DRAWS {
                let made = CodeMade {
                    code: Code::new(random(Code::TICKETS), random(Code::SECRETS)),
                    kiosk: request.kiosk.clone(),
                    facility: request.facility.clone(),
                    not_after: request.not_after,
                    until_ms: now_ms + valid_ms,
                    tries_left: TRIES,
                    used_by: None,
                };
                if db.put_code(&made, now_ms)? {
                    return Ok(Some(made));
                }
            }
            Ok::<_, crate::db::DbError>(None)
        })
        .map_err(|e| io(&e))?;
    let code =
        code.ok_or_else(|| Failure::new(Exit::Data, "too many codes are out; wait or use --out"))?;
    Ok(Made { code, unpublished })
}

/// Evenly below `end`: numbers that would make the first ones likelier are thrown away.
fn random(end: u32) -> u32 {
    let even = u32::MAX - u32::MAX % end;
    loop {
        let mut bytes = [0; 4];
        getrandom::fill(&mut bytes).expect("the operating system gives randomness");
        let number = u32::from_le_bytes(bytes);
        if number < even {
            return number % end;
        }
    }
}
