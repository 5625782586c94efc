//! What points are spent on: prizes to enter for, projects of citizens to give to.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::spend::{Spend, SpendFor};
pub use crate::picture::Picture;
use crate::{catalogue::Text, ids::OfferId};

/// More offers of a kind than this make too many pages for a kiosk.
pub const MAX_OFFERS: usize = 24;

/// A project has at most so many amounts to choose from: each is a key.
pub const MAX_STEPS: usize = 4;

/// A text under an offer has at most so many characters: it stands on one card.
pub const MAX_TEXT: usize = 60;

/// More points than this for one entry, or for one gift, are a slip of the pen.
pub const MAX_SPEND: u32 = 100_000;

/// What the town offers. Part of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Offers {
    /// Prizes (景品).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prizes: Vec<PrizeOffer>,
    /// Projects (応援).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<Project>,
}

/// A prize to enter for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrizeOffer {
    /// How facts name it. Used once: entries are counted by it.
    pub id: OfferId,
    /// How the screen does.
    pub name: Text,
    /// One line about it.
    #[serde(default)]
    pub text: Option<Text>,
    /// The picture on its card.
    pub picture: Picture,
    /// Points for one entry.
    pub points: u32,
    /// First day of entries.
    pub from: Date,
    /// Last day of entries.
    pub until: Date,
    /// How many are given away.
    pub winners: u32,
    /// Entries of one resident at most; any number when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_person: Option<u32>,
}

/// A project that citizens proposed; it begins when its goal is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// How facts name it. Used once: gifts are counted by it.
    pub id: OfferId,
    /// How the screen does.
    pub name: Text,
    /// One line about it.
    #[serde(default)]
    pub text: Option<Text>,
    /// The picture on its card.
    pub picture: Picture,
    /// Points it needs.
    pub goal: u64,
    /// First day of gifts.
    pub from: Date,
    /// Last day of gifts.
    pub until: Date,
    /// The amounts to choose from, rising.
    pub steps: Vec<u32>,
}

/// How far the offers have come, as the city counts. Published signed and versioned.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Progress {
    /// When the city made it, milliseconds since 1970-01-01T00:00:00Z.
    pub as_of_ms: i64,
    /// Points given to each project.
    pub projects: BTreeMap<OfferId, u64>,
    /// Entries for each prize.
    pub prizes: BTreeMap<OfferId, u64>,
}

/// A slip of the pen in an offer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOffers {
    /// Two of one name.
    #[error("offer {0} stands twice")]
    Twice(OfferId),
    /// More than fit.
    #[error("at most {MAX_OFFERS} prizes and {MAX_OFFERS} projects")]
    TooMany,
    /// Over before it begins.
    #[error("offer {0} ends before it begins")]
    Ends(OfferId),
    /// Costs nothing, or more than anybody has.
    #[error("offer {0}: points and steps must be 1 to {MAX_SPEND}")]
    Points(OfferId),
    /// Nobody can win, or nobody may enter.
    #[error("offer {0}: winners and per_person must be at least 1")]
    Nobody(OfferId),
    /// A project that needs nothing.
    #[error("offer {0}: goal must be at least 1")]
    Goal(OfferId),
    /// Amounts that are none, too many, or not in order.
    #[error("offer {0}: steps must be 1 to {MAX_STEPS} rising amounts")]
    Steps(OfferId),
    /// A text that does not fit on its card.
    #[error("offer {0}: text has at most {MAX_TEXT} characters")]
    Text(OfferId),
}

impl Offers {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The prizes one may enter for on that day.
    pub fn prizes_on(&self, date: Date) -> impl Iterator<Item = &PrizeOffer> {
        self.prizes
            .iter()
            .filter(move |p| p.from <= date && date <= p.until)
    }

    /// The projects one may give to on that day.
    pub fn projects_on(&self, date: Date) -> impl Iterator<Item = &Project> {
        self.projects
            .iter()
            .filter(move |p| p.from <= date && date <= p.until)
    }

    /// Whether an entry or a gift can be settled at all, for a resident who has so many entries
    /// for that prize. The last day is the kiosk's to keep: what was entered in time and comes
    /// late counts.
    pub fn takes(&self, spend: &Spend, entries: u32) -> bool {
        let offered = match &spend.what {
            SpendFor::PrizeEntry(id) => self
                .prizes
                .iter()
                .any(|p| p.id == *id && p.per_person.is_none_or(|most| entries < most)),
            SpendFor::Donation(id) => self.projects.iter().any(|p| p.id == *id),
        };
        offered && spend.points > 0
    }

    /// The name of an offer, whether it is still open or not.
    pub fn name(&self, id: &OfferId) -> Option<&Text> {
        let prize = self.prizes.iter().find(|p| p.id == *id).map(|p| &p.name);
        prize.or_else(|| self.projects.iter().find(|p| p.id == *id).map(|p| &p.name))
    }

    /// Checks what the types cannot.
    ///
    /// # Errors
    /// The first [`InvalidOffers`] found.
    pub fn check(&self) -> Result<(), InvalidOffers> {
        if self.prizes.len() > MAX_OFFERS || self.projects.len() > MAX_OFFERS {
            return Err(InvalidOffers::TooMany);
        }
        let mut seen = std::collections::BTreeSet::new();
        let prizes = self.prizes.iter().map(|p| &p.id);
        if let Some(id) = prizes
            .chain(self.projects.iter().map(|p| &p.id))
            .find(|id| !seen.insert(*id))
        {
            return Err(InvalidOffers::Twice(id.clone()));
        }
        self.prizes.iter().try_for_each(PrizeOffer::check)?;
        self.projects.iter().try_for_each(Project::check)
    }
}

fn common(
    id: &OfferId,
    (from, until): (Date, Date),
    points: &[u32],
    text: Option<&Text>,
) -> Result<(), InvalidOffers> {
    if until < from {
        return Err(InvalidOffers::Ends(id.clone()));
    }
    if points.iter().any(|p| !(1..=MAX_SPEND).contains(p)) {
        return Err(InvalidOffers::Points(id.clone()));
    }
    let long = |t: &str| t.chars().count() > MAX_TEXT;
    if text.is_some_and(|t| long(&t.ja) || t.en.as_deref().is_some_and(long)) {
        return Err(InvalidOffers::Text(id.clone()));
    }
    Ok(())
}

impl PrizeOffer {
    fn check(&self) -> Result<(), InvalidOffers> {
        let days = (self.from, self.until);
        common(&self.id, days, &[self.points], self.text.as_ref())?;
        if self.winners == 0 || self.per_person == Some(0) {
            return Err(InvalidOffers::Nobody(self.id.clone()));
        }
        Ok(())
    }
}

impl Project {
    fn check(&self) -> Result<(), InvalidOffers> {
        let days = (self.from, self.until);
        common(&self.id, days, &self.steps, self.text.as_ref())?;
        if self.goal == 0 {
            return Err(InvalidOffers::Goal(self.id.clone()));
        }
        let rising = self.steps.windows(2).all(|w| w[0] < w[1]);
        if !(1..=MAX_STEPS).contains(&self.steps.len()) || !rising {
            return Err(InvalidOffers::Steps(self.id.clone()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn an_offer_takes_what_it_names_and_so_many_entries() {
        let offers = offers();
        let spend = |what, points| Spend { what, points };
        let entry = |id: &str| spend(SpendFor::PrizeEntry(id.parse().unwrap()), 200);
        assert!(offers.takes(&entry("rice"), 2));
        assert!(!offers.takes(&entry("rice"), 3));
        assert!(!offers.takes(&entry("melon"), 0));
        let project = offers.projects[0].id.clone();
        let gift = |points| spend(SpendFor::Donation(project.clone()), points);
        assert!(offers.takes(&gift(10), 99));
        assert!(!offers.takes(&gift(0), 0), "nothing costs nothing");
        assert!(!offers.takes(&entry(project.as_str()), 0));
    }

    fn offers() -> Offers {
        serde_json::from_value(serde_json::json!({
            "prizes": [{
                "id": "rice", "name": {"ja": "お米"}, "picture": "rice", "points": 200,
                "from": "2026-11-01", "until": "2026-11-30", "winners": 5, "per_person": 3
            }],
            "projects": [{
                "id": "wifi", "name": {"ja": "Wi-Fi"}, "picture": "wifi", "goal": 10_000,
                "from": "2026-11-01", "until": "2027-03-31", "steps": [10, 50, 100]
            }]
        }))
        .unwrap()
    }

    #[test]
    fn an_offer_stands_on_its_days() {
        let offers = offers();
        assert_eq!(offers.check(), Ok(()));
        for (day, stand) in [
            (date(2026, 10, 31), (0, 0)),
            (date(2026, 11, 1), (1, 1)),
            (date(2026, 11, 30), (1, 1)),
            (date(2026, 12, 1), (0, 1)),
        ] {
            let found = (
                offers.prizes_on(day).count(),
                offers.projects_on(day).count(),
            );
            assert_eq!(found, stand, "{day}");
        }
        assert_eq!(offers.name(&"wifi".parse().unwrap()).unwrap().ja, "Wi-Fi");
    }

    #[test]
    fn each_slip_is_named() {
        let rice: OfferId = "rice".parse().unwrap();
        let wifi: OfferId = "wifi".parse().unwrap();
        let slip = |change: fn(&mut Offers)| {
            let mut offers = offers();
            change(&mut offers);
            offers.check().unwrap_err()
        };
        use InvalidOffers::{Ends, Goal, Nobody, Points, Steps, Text as Long, TooMany, Twice};
        assert_eq!(slip(|o| o.prizes[0].winners = 0), Nobody(rice.clone()));
        assert_eq!(
            slip(|o| o.prizes[0].per_person = Some(0)),
            Nobody(rice.clone())
        );
        assert_eq!(slip(|o| o.prizes[0].points = 0), Points(rice.clone()));
        assert_eq!(
            slip(|o| o.prizes[0].until = date(2026, 1, 1)),
            Ends(rice.clone())
        );
        assert_eq!(slip(|o| o.projects[0].goal = 0), Goal(wifi.clone()));
        assert_eq!(
            slip(|o| o.projects[0].steps = vec![50, 50]),
            Steps(wifi.clone())
        );
        assert_eq!(slip(|o| o.projects[0].steps.clear()), Steps(wifi));
        assert_eq!(
            slip(|o| o.projects[0].id = o.prizes[0].id.clone()),
            Twice(rice.clone())
        );
        let long = slip(|o| {
            o.prizes[0].text = Some(Text {
                ja: "あ".repeat(MAX_TEXT + 1),
                ..Text::default()
            });
        });
        assert_eq!(long, Long(rice));
        let many = slip(|o| o.prizes = vec![o.prizes[0].clone(); MAX_OFFERS + 1]);
        assert_eq!(many, TooMany);
    }
}
