//! The catalogue: what a tap means at each facility, and how the city looks.

use std::collections::BTreeMap;

use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{
    draw::table::{DrawTable, InvalidDraw, check_all},
    event::rules::{EventRules, InvalidEvent},
    fare::rules::{FareRules, InvalidFare},
    ids::{CityId, FacilityId, KioskId, SystemId},
    look::{InvalidLook, Look},
    nursery::settings::{InvalidNursery, Nursery},
    pairing::{InvalidPairing, Pairing},
    points::{
        caps::TownPoints,
        offers::{InvalidOffers, Offers},
        rules::{InvalidPoints, PointRule},
        visit::VisitPurpose,
    },
    reception::rules::{InvalidReception, ReceptionRules},
    register::rules::{InvalidRegistration, RegistrationRules},
    sound::{InvalidSound, SoundRules},
    time::Millis,
};

/// A text in the languages the city wrote it in. Japanese is always there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Japanese.
    pub ja: String,
    /// Plain Japanese in kana.
    #[serde(default, rename = "ja-Hira", skip_serializing_if = "Option::is_none")]
    pub easy: Option<String>,
    /// English.
    #[serde(default)]
    pub en: Option<String>,
    /// Chinese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zh: Option<String>,
    /// Vietnamese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vi: Option<String>,
    /// Portuguese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pt: Option<String>,
}

impl Text {
    /// The text for that language. What was not translated is said as its readers most likely
    /// read it: in Japanese to whoever reads its characters, else in English, else in Japanese.
    pub fn in_language(&self, language: Language) -> &str {
        let [first, second] = match language {
            Language::Ja => [None, None],
            Language::Easy => [self.easy.as_deref(), None],
            Language::En => [self.en.as_deref(), None],
            Language::Zh => [self.zh.as_deref(), None],
            Language::Vi => [self.vi.as_deref(), self.en.as_deref()],
            Language::Pt => [self.pt.as_deref(), self.en.as_deref()],
        };
        first.or(second).unwrap_or(&self.ja)
    }
}

/// A language of the screens. On the wire it has its BCP 47 tag.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    /// 日本語
    #[default]
    Ja,
    /// やさしい にほんご: plain Japanese, all of it in kana.
    #[serde(rename = "ja-Hira")]
    Easy,
    /// English
    En,
    /// 中文, in simplified characters.
    Zh,
    /// Tiếng Việt
    Vi,
    /// Português, of Brazil.
    Pt,
}

impl Language {
    /// All of them, as they are offered.
    pub const ALL: [Self; 6] = [Self::Ja, Self::Easy, Self::En, Self::Zh, Self::Vi, Self::Pt];
}

/// What the city sets for its kiosks. Published signed and versioned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// The city's id.
    pub city: CityId,
    /// The city's name.
    pub name: Text,
    /// Whom to call when the kiosk can't help: shown as it stands.
    pub contact: String,
    /// How its kiosks look.
    #[serde(default, skip_serializing_if = "Look::is_default")]
    pub look: Look,
    /// The city's facilities.
    pub facilities: BTreeMap<FacilityId, Facility>,
    /// What holds for points in the whole town.
    #[serde(default, skip_serializing_if = "TownPoints::is_default")]
    pub points: TownPoints,
    /// The draw tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub draws: Vec<DrawTable>,
    /// What points are spent on.
    #[serde(default, skip_serializing_if = "Offers::is_empty")]
    pub offers: Offers,
    /// Where residents pair their phones; nowhere when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pairing: Option<Pairing>,
    /// How cards are registered on the spot; nowhere when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<RegistrationRules>,
}

/// One facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facility {
    /// Its name on the screen.
    pub name: Text,
    /// IANA name of its time zone; business days are decided in it.
    pub time_zone: String,
    /// What a tap means here.
    pub service: Service,
    /// How long things stay and wait.
    #[serde(default)]
    pub timing: Timing,
    /// How loud its kiosks are, and to whom they speak.
    #[serde(default, skip_serializing_if = "SoundRules::is_default")]
    pub sound: SoundRules,
}

impl Facility {
    /// The time zone.
    ///
    /// # Errors
    /// [`InvalidCatalogue::TimeZone`] when the name is in no tz database.
    pub fn zone(&self) -> Result<TimeZone, InvalidCatalogue> {
        TimeZone::get(&self.time_zone)
            .map_err(|_| InvalidCatalogue::TimeZone(self.time_zone.clone()))
    }
}

/// What a tap means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Service {
    /// Drop-off and pick-up of children.
    Nursery(Box<Nursery>),
    /// Use of the facility, with points.
    Visit {
        /// What a visit earns.
        points: PointRule,
        /// What the facility is used for; asked when there is more than one.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        purposes: Vec<VisitPurpose>,
        /// How many came is asked.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        groups: bool,
        /// A tap on the way out ends the visit.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        stay: bool,
    },
    /// Which fare a card rides for.
    Fare(Box<FareRules>),
    /// Entry to events.
    Event(Box<EventRules>),
    /// Patients are announced to another house's system.
    Reception(Box<ReceptionRules>),
}

impl Service {
    fn check(&self, id: &FacilityId) -> Result<(), InvalidCatalogue> {
        let facility = id.clone();
        match self {
            Self::Nursery(nursery) => nursery
                .check()
                .map_err(|why| InvalidCatalogue::Nursery { facility, why }),
            Self::Visit { points, .. } if points.base > MAX_BASE_POINTS => {
                Err(InvalidCatalogue::Points(facility))
            }
            Self::Visit {
                points, purposes, ..
            } => points
                .check(purposes)
                .map_err(|why| InvalidCatalogue::Rules { facility, why }),
            Self::Fare(fare) => fare
                .check()
                .map_err(|why| InvalidCatalogue::Fare { facility, why }),
            Self::Event(event) => event
                .check()
                .map_err(|why| InvalidCatalogue::Event { facility, why }),
            Self::Reception(reception) => reception
                .check()
                .map_err(|why| InvalidCatalogue::Reception { facility, why }),
        }
    }

    /// A nursery with the settings of one that set none.
    pub fn nursery() -> Self {
        Self::Nursery(Box::default())
    }

    /// A facility that gives points for a visit and asks nothing.
    pub const fn visit(points: PointRule) -> Self {
        Self::Visit {
            points,
            purposes: Vec::new(),
            groups: false,
            stay: false,
        }
    }

    /// The nursery's settings, where it is one.
    pub fn as_nursery(&self) -> Option<&Nursery> {
        match self {
            Self::Nursery(nursery) => Some(nursery),
            _ => None,
        }
    }

    /// The bus's settings, where it is one.
    pub fn as_fare(&self) -> Option<&FareRules> {
        match self {
            Self::Fare(fare) => Some(fare),
            _ => None,
        }
    }

    /// The events, where there are any.
    pub fn as_event(&self) -> Option<&EventRules> {
        match self {
            Self::Event(event) => Some(event),
            _ => None,
        }
    }

    /// The reception's settings, where it is one.
    pub fn as_reception(&self) -> Option<&ReceptionRules> {
        match self {
            Self::Reception(reception) => Some(reception),
            _ => None,
        }
    }

    /// The system whose numbers this service needs of its residents; none for most.
    pub fn linked_system(&self) -> Option<&SystemId> {
        self.as_reception().map(|r| &r.system)
    }
}

/// How long things stay and wait, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timing {
    /// A household nobody touches confirms by itself after this.
    pub confirm_ms: Millis,
    /// A finished screen stays so long.
    pub done_ms: Millis,
    /// A message stays so long.
    pub message_ms: Millis,
    /// A deed can be undone at the kiosk for so long.
    pub undo_ms: Millis,
    /// A second tap of the same card within this is the same visit.
    pub repeat_ms: Millis,
    /// The staff panel locks itself after this without a touch.
    pub staff_idle_ms: Millis,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            confirm_ms: 5_000,
            done_ms: 8_000,
            message_ms: 6_000,
            undo_ms: 60_000,
            repeat_ms: 60_000,
            staff_idle_ms: 60_000,
        }
    }
}

/// Why a catalogue is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCatalogue {
    /// Not a zone of the tz database.
    #[error("time zone {0:?} is not in the tz database; write it as in \"Asia/Tokyo\"")]
    TimeZone(String),
    /// A time outside the sensible.
    #[error("{facility}: timing.{key} is {value} ms; it must be between {min} and {max}")]
    Timing {
        /// The facility.
        facility: FacilityId,
        /// The setting.
        key: &'static str,
        /// As written.
        value: Millis,
        /// The least allowed.
        min: Millis,
        /// The most allowed.
        max: Millis,
    },
    /// A visit worth more than any rule of a city.
    #[error("{0}: a visit earns at most {MAX_BASE_POINTS} points")]
    Points(FacilityId),
    /// No facility at all.
    #[error("the catalogue names no facility")]
    Empty,
    /// A nursery's settings with a slip.
    #[error("{facility}: {why}")]
    Nursery {
        /// The facility.
        facility: FacilityId,
        /// The slip.
        why: InvalidNursery,
    },
    /// A facility's point rules with a slip.
    #[error("{facility}: points: {why}")]
    Rules {
        /// The facility.
        facility: FacilityId,
        /// The slip.
        why: InvalidPoints,
    },
    /// The town's point rules with a slip.
    #[error("points: {0}")]
    TownPoints(InvalidPoints),
    /// A bus's settings with a slip.
    #[error("{facility}: fares: {why}")]
    Fare {
        /// The facility.
        facility: FacilityId,
        /// The slip.
        why: InvalidFare,
    },
    /// Events with a slip.
    #[error("{facility}: events: {why}")]
    Event {
        /// The facility.
        facility: FacilityId,
        /// The slip.
        why: InvalidEvent,
    },
    /// A reception's settings with a slip.
    #[error("{facility}: reception: {why}")]
    Reception {
        /// The facility.
        facility: FacilityId,
        /// The slip.
        why: InvalidReception,
    },
    /// A facility's sounds with a slip.
    #[error("{facility}: sound: {why}")]
    Sound {
        /// The facility.
        facility: FacilityId,
        /// The slip.
        why: InvalidSound,
    },
    /// Colours or drawings with a slip.
    #[error("look.{}: {_0}", _0.key())]
    Look(InvalidLook),
    /// A draw table with a slip.
    #[error("draws: {0}")]
    Draw(InvalidDraw),
    /// An offer with a slip.
    #[error("offers: {0}")]
    Offers(InvalidOffers),
    /// The pairing with a slip.
    #[error("pairing: {0}")]
    Pairing(InvalidPairing),
    /// The registration with a slip.
    #[error("registration: {0}")]
    Registration(InvalidRegistration),
}

/// More than this for one visit is a slip of the pen.
pub const MAX_BASE_POINTS: u32 = 10_000;

impl Catalogue {
    /// What a facility gives points for; `None` where it gives none.
    pub fn point_rule(&self, facility: &FacilityId) -> Option<&PointRule> {
        match &self.facilities.get(facility)?.service {
            Service::Visit { points, .. } => Some(points),
            _ => None,
        }
    }

    /// The draw table of a kiosk on a day; there is at most one.
    pub fn draw_table(&self, kiosk: &KioskId, date: Date) -> Option<&DrawTable> {
        self.draws.iter().find(|t| t.holds(kiosk, date))
    }

    /// Checks what the types cannot.
    ///
    /// # Errors
    /// The first [`InvalidCatalogue`] found.
    pub fn check(&self) -> Result<(), InvalidCatalogue> {
        if self.facilities.is_empty() {
            return Err(InvalidCatalogue::Empty);
        }
        self.look.check().map_err(InvalidCatalogue::Look)?;
        self.points.check().map_err(InvalidCatalogue::TownPoints)?;
        check_all(&self.draws).map_err(InvalidCatalogue::Draw)?;
        self.offers.check().map_err(InvalidCatalogue::Offers)?;
        if let Some(pairing) = &self.pairing {
            pairing.check().map_err(InvalidCatalogue::Pairing)?;
        }
        if let Some(registration) = &self.registration {
            let slip = registration.check();
            slip.map_err(InvalidCatalogue::Registration)?;
        }
        for (id, facility) in &self.facilities {
            facility.zone()?;
            facility.service.check(id)?;
            let sound = facility.sound.check();
            sound.map_err(|why| InvalidCatalogue::Sound {
                facility: id.clone(),
                why,
            })?;
            let t = facility.timing;
            for (key, value, min, max) in [
                ("confirm_ms", t.confirm_ms, 2_000, 60_000),
                ("done_ms", t.done_ms, 1_000, 60_000),
                ("message_ms", t.message_ms, 1_000, 60_000),
                ("undo_ms", t.undo_ms, 0, 600_000),
                ("repeat_ms", t.repeat_ms, 0, 3_600_000),
                ("staff_idle_ms", t.staff_idle_ms, 5_000, 600_000),
            ] {
                if !(min..=max).contains(&value) {
                    return Err(InvalidCatalogue::Timing {
                        facility: id.clone(),
                        key,
                        value,
                        min,
                        max,
                    });
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue(zone: &str, timing: Timing) -> Catalogue {
        Catalogue {
            city: "town".parse().unwrap(),
            name: Text {
                ja: "まち".into(),
                ..Text::default()
            },
            contact: "0880-00-0000".into(),
            facilities: BTreeMap::from([(
                "hall".parse().unwrap(),
                Facility {
                    name: Text {
                        ja: "公民館".into(),
                        en: Some("Hall".into()),
                        ..Text::default()
                    },
                    time_zone: zone.into(),
                    service: Service::nursery(),
                    timing,
                    sound: SoundRules::default(),
                },
            )]),
            points: TownPoints::default(),
            draws: Vec::new(),
            offers: crate::points::offers::Offers::default(),
            pairing: None,
            registration: None,
            look: Look::default(),
        }
    }

    #[test]
    fn a_sound_catalogue_passes() {
        assert_eq!(catalogue("Asia/Tokyo", Timing::default()).check(), Ok(()));
    }

    #[test]
    fn each_slip_is_named() {
        let zone = catalogue("Asia/Sukumo", Timing::default())
            .check()
            .unwrap_err();
        assert!(zone.to_string().contains("Asia/Sukumo"));
        let timing = catalogue(
            "Asia/Tokyo",
            Timing {
                confirm_ms: 10,
                ..Timing::default()
            },
        )
        .check()
        .unwrap_err();
        assert!(
            timing.to_string().contains("timing.confirm_ms is 10 ms"),
            "{timing}"
        );
        let mut town = catalogue("Asia/Tokyo", Timing::default());
        town.pairing = Some(Pairing {
            url: "http://town.example".into(),
            minutes: 5,
        });
        let said = town.check().unwrap_err().to_string();
        assert!(said.starts_with("pairing: url"), "{said}");
        let mut loud = catalogue("Asia/Tokyo", Timing::default());
        for facility in loud.facilities.values_mut() {
            facility.sound.volume = 300;
        }
        let said = loud.check().unwrap_err().to_string();
        assert!(said.starts_with("hall: sound: volume is 300"), "{said}");
        let mut pale = catalogue("Asia/Tokyo", Timing::default());
        pale.look.colours.primary = Some(crate::look::Colour::new(0xFF_A0_A0));
        let said = pale.check().unwrap_err().to_string();
        assert!(said.starts_with("look.colours.primary: #FFA0A0"), "{said}");
        let mut none = catalogue("Asia/Tokyo", Timing::default());
        none.facilities.clear();
        assert_eq!(none.check(), Err(InvalidCatalogue::Empty));
    }

    #[test]
    fn a_nursery_without_settings_is_written_as_before() {
        let service: Service = serde_json::from_str(r#"{"kind":"nursery"}"#).unwrap();
        assert_eq!(service, Service::nursery());
        let slip = r#"{"kind":"nursery","opening":"07:00"}"#;
        assert!(serde_json::from_str::<Service>(slip).is_err());
    }

    #[test]
    fn a_hall_is_written_as_before_and_its_slips_are_named() {
        let old = r#"{"kind":"visit","points":{"base":10,"visits_per_day":1}}"#;
        let service: Service = serde_json::from_str(old).unwrap();
        assert_eq!(service, Service::visit(PointRule::plain(10, 1)));
        assert_eq!(serde_json::to_string(&service).unwrap(), old);
        let slip = r#"{"kind":"visit","points":{"base":10,"visits_per_day":1},"purpose":[]}"#;
        assert!(serde_json::from_str::<Service>(slip).is_err());
        let mut town = catalogue("Asia/Tokyo", Timing::default());
        let written = serde_json::to_string(&town).unwrap();
        assert!(!written.contains("points") && !written.contains("pairing"));
        assert!(!written.contains("sound") && !written.contains("look"));
        let mut rule = PointRule::plain(10, 1);
        rule.rules = vec![crate::points::rules::Rules::plain(10_001, 1)];
        for facility in town.facilities.values_mut() {
            facility.service = Service::visit(rule.clone());
        }
        let said = town.check().unwrap_err().to_string();
        assert_eq!(said, "hall: points: base must be at most 10000 points");
        town.points.year_begins = 0;
        let said = town.check().unwrap_err().to_string();
        assert_eq!(said, "points: year_begins must be 1 to 12");
    }

    #[test]
    fn a_text_not_translated_stays_japanese() {
        let mut text = Text {
            ja: "公民館".into(),
            ..Text::default()
        };
        let said = |text: &Text| Language::ALL.map(|l| text.in_language(l).to_owned());
        assert_eq!(said(&text), ["公民館"; 6]);
        text.en = Some("Hall".into());
        assert_eq!(
            said(&text),
            ["公民館", "公民館", "Hall", "公民館", "Hall", "Hall"]
        );
        text.easy = Some("こうみんかん".into());
        text.zh = Some("公民馆".into());
        text.vi = Some("Nhà cộng đồng".into());
        text.pt = Some("Centro".into());
        assert_eq!(
            said(&text),
            [
                "公民館",
                "こうみんかん",
                "Hall",
                "公民馆",
                "Nhà cộng đồng",
                "Centro"
            ]
        );
    }
}
