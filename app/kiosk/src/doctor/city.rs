//! What the city gave this kiosk, and the way to it.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use x509_parser::parse_x509_certificate;

use super::Finding;
use crate::{
    app, clock,
    config::Config,
    enrolment::born::{Standing, standing},
    link::{Floor, Trouble, probe},
};

/// A certificate that ends within this is to be renewed, days.
const RENEW_DAYS: i64 = 30;

pub(super) fn look(config: &Config, now: Timestamp) -> Vec<Finding> {
    if standing(&config.enrolment) == Standing::Revoked {
        return vec![Finding::ill(
            "enrolment",
            "the city has taken it back",
            "type a new code of machitap-city enrol --again on its screen, or run machitap-kiosk enrol",
        )];
    }
    let (enrolment, tls) = match app::enrolled(config, &Floor::new(clock::built_ms())) {
        Ok(enrolled) => enrolled,
        Err(failure) => {
            let todo = "mend it, or enrol this kiosk anew; then look again";
            return vec![Finding::ill("enrolment", failure.message, todo)];
        }
    };
    let public = &enrolment.public;
    let mut all = vec![Finding::well(
        "enrolment",
        format!("{} at {} of {}", public.kiosk, public.facility, public.city),
    )];
    for (file, pem) in [
        ("kiosk.pem", &enrolment.cert_pem),
        ("ca.pem", &enrolment.ca_pem),
    ] {
        all.push(certificate(file, until(pem), now));
    }
    if let Some(failure) = app::keeps_too_short(config, &enrolment) {
        all.push(Finding::ill(
            "journal",
            failure.message,
            "mend the configuration",
        ));
    }
    let broker = &config.broker;
    let there = format!("{}:{}", broker.host, broker.port);
    all.push(match probe(&broker.host, broker.port, Arc::new(tls)) {
        Ok(()) => Finding::well("broker", format!("{there} lets this kiosk in")),
        Err(trouble) => Finding::ill(
            "broker",
            format!("{there}: {}", trouble.what()),
            remedy(&trouble),
        ),
    });
    all
}

/// When the first certificate of a file ends, seconds since 1970-01-01T00:00:00Z.
fn until(pem: &[u8]) -> Result<i64, String> {
    let der = CertificateDer::from_pem_slice(pem).map_err(|error| error.to_string())?;
    let (_, certificate) = parse_x509_certificate(&der).map_err(|error| error.to_string())?;
    Ok(certificate.validity().not_after.timestamp())
}

fn certificate(file: &str, until: Result<i64, String>, now: Timestamp) -> Finding {
    let anew = "enrol this kiosk anew: machitap-city enrol --again";
    let until = match until.and_then(|s| Timestamp::from_second(s).map_err(|e| e.to_string())) {
        Ok(until) => until,
        Err(why) => return Finding::ill("certificate", format!("{file}: {why}"), anew),
    };
    let day = TimeZone::UTC.to_datetime(until).date();
    let found = format!("{file} holds until {day}");
    let soon = now.checked_add((RENEW_DAYS * 24).hours()).unwrap_or(now);
    if until <= now {
        Finding::ill(
            "certificate",
            format!("{file} ended on {day}"),
            format!("see that the clock is right; then {anew}"),
        )
    } else if until <= soon {
        Finding::mind("certificate", found, anew)
    } else {
        Finding::well("certificate", found)
    }
}

fn remedy(trouble: &Trouble) -> &'static str {
    match trouble {
        Trouble::Refused(_) => {
            "see broker.host and broker.port, the cable, the network (nmcli, ip route), and that the broker runs"
        }
        Trouble::UnknownCa => {
            "see that it is the right broker; else enrol this kiosk anew: machitap-city enrol --again"
        }
        Trouble::Expired => "see the clock above; else renew the broker's certificate",
        Trouble::WrongName => "write the name of the broker's certificate into broker.host",
        Trouble::NotAdmitted(_) => {
            "see that this kiosk is not revoked at the city; else enrol it anew: machitap-city enrol --again"
        }
        Trouble::Revoked => {
            "type a new code of machitap-city enrol --again on its screen, or run machitap-kiosk enrol"
        }
        Trouble::NotSubscribed => "install the rules of machitap-city broker-config at the broker",
        Trouble::Silent | Trouble::Lost(_) | Trouble::Protocol(_) => {
            "look again; if it lasts, see what stands between: a proxy, a firewall, another service on that port"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::State, *};

    #[test]
    fn a_certificate_is_renewed_before_it_ends() {
        let now = Timestamp::from_second(1_795_000_000).unwrap();
        let in_days = |days: i64| Ok(now.as_second() + days * 86_400);
        for (until, state) in [
            (in_days(31), State::Well),
            (in_days(30), State::Mind),
            (in_days(0), State::Ill),
            (in_days(-400), State::Ill),
            (Err("no certificate".to_owned()), State::Ill),
        ] {
            assert_eq!(
                certificate("kiosk.pem", until.clone(), now).state,
                state,
                "{until:?}"
            );
        }
    }

    #[test]
    fn the_end_of_a_certificate_is_read_from_it() {
        let mut params = rcgen::CertificateParams::new(vec!["kiosk".to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(2031, 2, 3);
        let key = rcgen::KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        let end: Timestamp = "2031-02-03T00:00:00Z".parse().unwrap();
        assert_eq!(until(pem.as_bytes()), Ok(end.as_second()));
        assert!(until(b"nothing").is_err());
    }
}
