//! `machitap-city enrol`, `codes`, `revoke`, `revocations`.

use std::path::Path;

use jiff::Timestamp;
use machitap_city::{
    config::Config,
    db::Db,
    enrol::{self, Request, code, revoke as taking_back},
    exit::{Exit, Failure},
    time::now_ms,
};
use machitap_domain::KioskId;

use super::io;

const HOUR_MS: i64 = 3_600_000;

pub(super) fn run(
    config: &Config,
    request: &Request,
    out: Option<&Path>,
    valid_hours: u16,
) -> Result<(), Failure> {
    let kiosk = &request.kiosk;
    if let Some(out) = out {
        enrol::enrol(config, request, out)?;
        println!("{kiosk}: enrolled into {}", out.display());
        println!("Carry the directory to the kiosk and delete it here: it holds its keys.");
        return list_again(config, request);
    }
    let made = code::make(config, request, i64::from(valid_hours) * HOUR_MS)?;
    println!("{}", made.code.code);
    println!(
        "Type it at the terminal of {kiosk}, until {}. It works once.",
        shown(config, made.code.until_ms)
    );
    if made.unpublished {
        eprintln!(
            "machitap-city: warning: {} is not published yet; the terminal waits for \
             `machitap-city publish`",
            request.facility
        );
    }
    Ok(())
}

fn list_again(config: &Config, request: &Request) -> Result<(), Failure> {
    if request.again {
        let db = Db::open(&config.database).map_err(io)?;
        tell_broker(&taking_back::write_list(config, &db)?);
    }
    Ok(())
}

pub(super) fn codes(config: &Config) -> Result<(), Failure> {
    let db = Db::open(&config.database).map_err(io)?;
    let open = db.open_codes(now_ms()).map_err(io)?;
    if open.is_empty() {
        println!("No code is out.");
    }
    for made in open {
        println!(
            "{}  {} at {}, until {}",
            made.code,
            made.kiosk,
            made.facility,
            shown(config, made.until_ms)
        );
    }
    Ok(())
}

pub(super) fn revoke(config: &Config, kiosk: &KioskId) -> Result<(), Failure> {
    let revoked = taking_back::revoke(config, kiosk)?;
    println!("{kiosk}: what it sends counts no more");
    if revoked.certificates == 0 {
        eprintln!(
            "machitap-city: warning: its certificate was issued by an older program, which kept no \
             numbers: the broker lets it in until the certificate ends"
        );
    }
    match revoked.list {
        Ok(list) => tell_broker(&list),
        Err(why) => {
            return Err(Failure::new(
                Exit::Io,
                format_args!(
                    "the broker does not know it yet: {why}; run `machitap-city revocations` as a \
                     user who may write there"
                ),
            ));
        }
    }
    Ok(())
}

pub(super) fn revocations(config: &Config) -> Result<(), Failure> {
    let db = Db::open(&config.database).map_err(io)?;
    tell_broker(&taking_back::write_list(config, &db)?);
    Ok(())
}

fn tell_broker(list: &Path) {
    println!(
        "{}: written. `systemctl reload mosquitto` makes the broker read it, `systemctl restart \
         mosquitto` hangs up on whom it names.",
        list.display()
    );
}

fn shown(config: &Config, at_ms: i64) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    config
        .zone
        .to_datetime(at)
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}
