//! A nursery's settings in the catalogue: slips named by their key, in sentences for
//! whoever wrote the tariff.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use machitap_domain::{
    catalogue::{Catalogue, Text},
    fare::FareClass,
    ids::ClassId,
    nursery::{
        note::Question,
        settings::{Counts, Day, InvalidNursery, Nursery},
        tariff::{CareTariff, InvalidTariff, MAX_YEN, Span, Tariff},
    },
    points::{PointRule, visit::VisitPurpose},
};
use serde::Deserialize;

use super::one_line;
use crate::flaw::{Flaw, Toml};

/// A question has at most so many characters: it stands in one line on a kiosk's screen.
const QUESTION_MAX: usize = 40;

/// An answer has at most so many characters: it stands on a key.
const ANSWER_MAX: usize = 16;

/// Children still here longer than this after closing are no matter of grace, minutes.
const CLOSING_GRACE_MAX: u32 = 240;

/// The catalogue's shape as far as a nursery's settings go, read without the detour a
/// tagged service takes: through that detour a slip loses its line.
#[derive(Deserialize)]
#[expect(dead_code, reason = "only read to find out whether it can be")]
struct Outline {
    facilities: BTreeMap<String, OutlineFacility>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only read to find out whether it can be")]
struct OutlineFacility {
    service: OutlineService,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read to find out whether it can be")]
struct OutlineService {
    kind: String,
    points: Option<PointRule>,
    purposes: Option<Vec<VisitPurpose>>,
    groups: Option<bool>,
    stay: Option<bool>,
    hours: Option<Span>,
    days: Option<Vec<Day>>,
    closed: Option<Vec<Date>>,
    cutoff: Option<Time>,
    closing_grace_min: Option<u32>,
    counts: Option<Counts>,
    tariffs: Option<Vec<Tariff>>,
    questions: Option<Vec<Question>>,
    classes: Option<Vec<FareClass>>,
    default: Option<ClassId>,
    honoured_days: Option<u16>,
    year_begins: Option<i8>,
}

/// A better place for what is wrong with a catalogue that cannot be read, where it lies in
/// a service.
pub(super) fn better_placed(toml: &Toml, coarse: Flaw) -> Flaw {
    toml.parse::<Outline>().err().unwrap_or(coarse)
}

/// Checks the settings of every nursery in the catalogue.
pub(super) fn check(toml: &Toml, catalogue: &Catalogue) -> Result<(), Flaw> {
    for (id, facility) in &catalogue.facilities {
        if let Some(nursery) = facility.service.as_nursery() {
            let flaw = |(key, what): (String, String)| {
                toml.flaw(&format!("facilities.{id}.service.{key}"), what)
            };
            settings(nursery).map_err(flaw)?;
        }
    }
    Ok(())
}

/// A slip: its key below the service, and what is wrong.
type Slip = (String, String);

fn settings(nursery: &Nursery) -> Result<(), Slip> {
    nursery.check().map_err(|why| slip(nursery, &why))?;
    if nursery.days.is_empty() {
        return Err(("days".into(), "the nursery is open on no day".into()));
    }
    if nursery.closing_grace_min > CLOSING_GRACE_MAX {
        let what = format!(
            "{} minutes after closing; it must be at most {CLOSING_GRACE_MAX}",
            nursery.closing_grace_min
        );
        return Err(("closing_grace_min".into(), what));
    }
    for (n, question) in nursery.questions.iter().enumerate() {
        let at = format!("questions#{}", n + 1);
        text(&question.text, QUESTION_MAX).map_err(|why| (format!("{at}.text"), why))?;
        for (m, answer) in question.answers.iter().enumerate() {
            text(&answer.text, ANSWER_MAX)
                .map_err(|why| (format!("{at}.answers#{}.text", m + 1), why))?;
        }
    }
    Ok(())
}

fn text(text: &Text, max: usize) -> Result<(), String> {
    if [Some(&text.ja), text.en.as_ref()]
        .into_iter()
        .flatten()
        .all(|t| one_line(t, max))
    {
        Ok(())
    } else {
        Err(format!("has 1 to {max} characters on one line"))
    }
}

fn slip(nursery: &Nursery, why: &InvalidNursery) -> Slip {
    match why {
        InvalidNursery::Hours => (
            "hours".into(),
            format!(
                "the nursery closes at {} and opens at {}: closing comes after opening",
                clock(nursery.hours.until),
                clock(nursery.hours.from)
            ),
        ),
        InvalidNursery::Cutoff => (
            "cutoff".into(),
            format!(
                "must lie within the opening hours, {}",
                span(&nursery.hours)
            ),
        ),
        InvalidNursery::Tariff { from, why } => {
            let n = nursery
                .tariffs
                .iter()
                .position(|t| t.from == *from && t.check() == Err(*why))
                .unwrap_or(0);
            let (key, what) = tariff(&nursery.tariffs[n], *why);
            (format!("tariffs#{}.{key}", n + 1), what)
        }
        InvalidNursery::TariffOrder(from) => {
            let n = nursery
                .tariffs
                .iter()
                .rposition(|t| t.from == *from)
                .unwrap_or(0);
            (
                format!("tariffs#{}.from", n + 1),
                format!(
                    "the tariff from {from} stands after one that begins on the same day or \
                     later; write tariffs in the order in which they begin, one for each day"
                ),
            )
        }
        InvalidNursery::Question { id, .. } => {
            let n = nursery
                .questions
                .iter()
                .rposition(|q| q.id == *id)
                .unwrap_or(0);
            // With a sound id of its own, is anything left that slips?
            let answers = Question {
                id: "q".into(),
                ..nursery.questions[n].clone()
            };
            let key = match answers.check() {
                Ok(()) => "id",
                Err(_) => "answers",
            };
            (format!("questions#{}.{key}", n + 1), why.to_string())
        }
    }
}

/// Which certificate and which band of a tariff is meant, in words.
fn tariff(tariff: &Tariff, why: InvalidTariff) -> Slip {
    let alone = |rates: &CareTariff| Tariff {
        standard: rates.clone(),
        short: rates.clone(),
        ..tariff.clone()
    };
    let (key, named, rates) = if alone(&tariff.standard).check().is_err() {
        ("standard", "standard hours (標準時間)", &tariff.standard)
    } else {
        ("short", "short hours (短時間)", &tariff.short)
    };
    let begun = format!("the tariff from {} for {named}", tariff.from);
    if why == InvalidTariff::Core {
        let what = format!(
            "{begun}: the core hours {} end before they begin",
            span(&rates.core)
        );
        return (format!("{key}.core"), what);
    }
    let spoilt = |n: usize| {
        let one = CareTariff {
            bands: vec![rates.bands[n]],
            ..rates.clone()
        };
        alone(&one).check().is_err()
    };
    let order = |n: &usize| *n > 0 && rates.bands[*n].from < rates.bands[n - 1].until;
    let n = match why {
        InvalidTariff::Order => (0..rates.bands.len()).find(order),
        _ => (0..rates.bands.len()).find(|n| spoilt(*n)),
    };
    let Some(n) = n else {
        return (format!("{key}.bands"), format!("{begun}: {why}"));
    };
    let band = rates.bands[n];
    let named = span(&Span {
        from: band.from,
        until: band.until,
    });
    let what = match why {
        InvalidTariff::Inside => format!(
            "the band {named} reaches into the core hours {}; a band lies wholly before or \
             wholly after them",
            span(&rates.core)
        ),
        InvalidTariff::Order => format!(
            "the band {named} begins before the one above it has ended; write bands in the \
             order of the day, none over another"
        ),
        InvalidTariff::Band => format!("the band {named} ends before it begins"),
        InvalidTariff::Unit => format!(
            "the band {named} charges by {} minutes; unit_min must be 1 to 720",
            band.unit_min
        ),
        InvalidTariff::Yen => format!(
            "the band {named} costs {} yen a unit; yen must be at most {MAX_YEN}",
            band.yen
        ),
        InvalidTariff::Core => why.to_string(),
    };
    (format!("{key}.bands#{}", n + 1), format!("{begun}: {what}"))
}

fn clock(at: Time) -> String {
    at.strftime("%H:%M").to_string()
}

fn span(span: &Span) -> String {
    format!("{}–{}", clock(span.from), clock(span.until))
}
