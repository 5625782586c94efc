//! "One week in town": three facilities, many residents, two days without a broker. What the
//! kiosks show, what the city counts and what a plain calculation over the facts says must be
//! the same, to the point.

pub mod books;
pub mod hands;

use jiff::{
    civil::{Date, Weekday},
    tz::TimeZone,
};
use machitap_domain::CitizenId;

use crate::{random::Random, stage::Documents, town};

/// The facilities and what they give.
pub const CATALOGUE: &str = include_str!("../town/week/catalogue.toml");
/// Each kiosk and where it stands.
pub const KIOSKS: [(&str, &str); 3] = [
    ("library-1", "library"),
    ("hall-1", "hall"),
    ("gym-1", "gym"),
];
/// Days without a broker, counted from Monday.
pub const OUTAGE: std::ops::RangeInclusive<usize> = 2..=3;
/// Days of a week.
pub const DAYS: usize = 7;

/// How large the week is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Residents.
    pub residents: u64,
    /// Taps at one kiosk on one day; not more than there are residents.
    pub taps: usize,
}

impl Size {
    /// 2,000 residents and 12,012 taps.
    pub const WHOLE: Self = Self {
        residents: 2_000,
        taps: 572,
    };
    /// The same week with fewer people: 504 taps.
    pub const SMALL: Self = Self {
        residents: 90,
        taps: 24,
    };
}

/// What somebody does at a kiosk beside being there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Also {
    /// Nothing.
    Nothing,
    /// Turns the capsule machine, where there is one.
    Spin,
    /// Enters for the prize.
    Enter,
    /// Enters for the prize, and has the points to.
    EnterSurely,
    /// Gives to the project.
    Give,
    /// Takes the visit back.
    Undo,
}

/// Somebody comes.
#[derive(Debug, Clone, Copy)]
pub struct Act {
    /// Who.
    pub resident: u64,
    /// What for.
    pub also: Also,
}

/// A resident's id.
///
/// # Panics
/// Never: it is one.
pub fn resident(n: u64) -> CitizenId {
    CitizenId::new(&format!("MHN-{:06}", 300_000 + n)).expect("an id")
}

/// Who comes to one kiosk on one day, each once.
pub fn day(random: &mut Random, size: Size) -> Vec<Act> {
    let mut people: Vec<u64> = random
        .choose(size.taps, size.residents)
        .into_iter()
        .collect();
    for n in (1..people.len()).rev() {
        let other = usize::try_from(random.below(n as u64 + 1)).unwrap_or(0);
        people.swap(n, other);
    }
    people
        .into_iter()
        .map(|resident| Act {
            resident,
            also: match random.below(100) {
                0..=5 => Also::Spin,
                6..=11 => Also::Enter,
                12..=15 => Also::Give,
                16..=17 => Also::Undo,
                _ => Also::Nothing,
            },
        })
        .collect()
}

/// Residents who spend the same points at two kiosks that cannot hear of each other.
pub const EAGER: u64 = 2;

/// Their ids: nobody else's.
pub fn eager(size: Size) -> std::ops::Range<u64> {
    size.residents..size.residents + EAGER
}

/// What they do on a day, beside what the test makes them see. By Tuesday evening each has 50
/// points and the two kiosks have been told of 40 at least; on the first day of the outage each
/// gets 20 more and spends 40 at one and 40 at the other.
pub fn eagerly(size: Size, day: usize, kiosk: &str) -> Vec<Act> {
    let also = match (day, kiosk) {
        (0, "library-1" | "gym-1") => Also::Nothing,
        (2, "library-1" | "hall-1") => Also::EnterSurely,
        _ => return Vec::new(),
    };
    eager(size).map(|resident| Act { resident, also }).collect()
}

/// The Monday of the week that day lies in.
///
/// # Panics
/// Before the calendar begins.
pub fn monday(today: Date) -> Date {
    let since = i32::from(today.weekday().since(Weekday::Monday));
    today
        .checked_sub(jiff::Span::new().days(since))
        .expect("a day of our time")
}

/// The day it is now in town.
pub fn today(zone: &TimeZone) -> Date {
    zone.to_datetime(jiff::Timestamp::now()).date()
}

/// What the city publishes.
pub fn documents() -> Documents {
    let roster = |facility: &str| (facility.to_owned(), format!("facility = \"{facility}\"\n"));
    Documents {
        catalogue: CATALOGUE.into(),
        notices: town::NOTICES.into(),
        nicknames: String::new(),
        fares: None,
        rosters: KIOSKS.iter().map(|(_, f)| roster(f)).collect(),
        absences: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_is_as_full_as_it_should_be_and_nobody_comes_twice() {
        let mut random = Random::seeded(7);
        let day = day(&mut random, Size::WHOLE);
        let people: std::collections::BTreeSet<u64> = day.iter().map(|a| a.resident).collect();
        assert_eq!((day.len(), people.len()), (572, 572));
        assert!(day.iter().any(|a| a.also == Also::Enter));
        assert!(Size::WHOLE.taps * KIOSKS.len() * DAYS >= 12_000);
    }

    #[test]
    fn a_week_begins_on_its_monday() {
        assert_eq!(monday(date(2026, 11, 24)), date(2026, 11, 23));
        assert_eq!(monday(date(2026, 11, 29)), date(2026, 11, 23));
    }
}
