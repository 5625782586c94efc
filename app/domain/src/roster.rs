//! The roster: the people one facility knows. It holds names and lives only there.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    attendance::Role,
    catalogue::Text,
    credential::Credential,
    ids::{CitizenId, EventId, FacilityId, HouseholdId, LinkNumber, NoticeId, SystemId},
    nursery::{settings::Day, tariff::Care},
    pii::Pii,
    points::caps::{Age, Person},
};

/// The people of one facility. Published signed, versioned and sealed to its kiosks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roster {
    /// The facility.
    pub facility: FacilityId,
    /// The households with children here.
    #[serde(default)]
    pub households: Vec<Household>,
    /// Those who may open the staff panel.
    #[serde(default)]
    pub staff: Vec<Staff>,
    /// Residents who use a card without the citizen AP.
    #[serde(default)]
    pub residents: Vec<Resident>,
    /// Who may come to events that are only for those on a list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attending: Vec<Attending>,
    /// Cards and ids that open nothing any more: lost, released, expired.
    #[serde(default)]
    pub released: Vec<Credential>,
}

/// A household.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Household {
    /// Its id here.
    pub id: HouseholdId,
    /// Its children at this nursery.
    pub children: Vec<Child>,
    /// Those who bring and fetch them.
    #[serde(default)]
    pub people: Vec<Guardian>,
    /// Lines the household must have seen.
    #[serde(default)]
    pub notices: Vec<HouseholdNotice>,
}

/// A line a household must have seen before it is done at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HouseholdNotice {
    /// Its name, by which it is known to have been seen.
    pub id: NoticeId,
    /// What it says, one line.
    pub text: Pii<Text>,
    /// Not after this day; it stays until it is taken out when left out.
    #[serde(default)]
    pub until: Option<Date>,
}

/// A child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Child {
    /// Whose facts are about it.
    pub citizen: CitizenId,
    /// The name as written.
    pub name: Pii<String>,
    /// The name in kana.
    pub kana: Pii<String>,
    /// The class.
    pub class: String,
    /// The picture of the class.
    pub mark: ClassMark,
    /// The child's own card, when it has one.
    #[serde(default)]
    pub card: Option<Credential>,
    /// What the child is certified for, each from its day; standard hours before the first.
    #[serde(default)]
    pub care: Vec<CareFrom>,
    /// First day at this nursery; since ever when left out.
    #[serde(default)]
    pub from: Option<Date>,
    /// Last day at this nursery.
    #[serde(default)]
    pub until: Option<Date>,
}

/// A certificate of care and its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CareFrom {
    /// The first day.
    pub from: Date,
    /// What is certified.
    pub care: Care,
}

impl Child {
    /// True when the child belongs to this nursery on that day.
    pub fn is_enrolled(&self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.until.is_none_or(|until| date <= until)
    }

    /// What the child is certified for on that day.
    pub fn care(&self, date: Date) -> Care {
        self.care
            .iter()
            .filter(|c| c.from <= date)
            .max_by_key(|c| c.from)
            .map_or_else(Care::default, |c| c.care)
    }
}

/// The picture a class is known by, for those who cannot read yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassMark {
    /// さくら
    Cherry,
    /// ひまわり
    Sunflower,
    /// くま
    Bear,
    /// うさぎ
    Rabbit,
    /// ほし
    Star,
    /// さかな
    Fish,
}

/// Someone who brings and fetches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guardian {
    /// Who.
    pub citizen: CitizenId,
    /// The name as written.
    pub name: Pii<String>,
    /// The cards; a citizen AP of this citizen always counts.
    #[serde(default)]
    pub cards: Vec<Credential>,
    /// As whom: a guardian brings and fetches, a collector fetches on the days that are
    /// theirs.
    #[serde(default)]
    pub role: Role,
    /// The days a collector may fetch; every day when there are none.
    #[serde(default)]
    pub when: Vec<When>,
    /// May not take these children, nor learn whether they are here.
    #[serde(default)]
    pub barred: bool,
}

/// Days on which somebody may collect.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    /// First day; since ever when left out.
    pub from: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
    /// Only these days of the week; any when left out.
    pub days: Vec<Day>,
}

impl When {
    fn covers(&self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date)
            && self.until.is_none_or(|until| date <= until)
            && (self.days.is_empty() || self.days.contains(&date.weekday().into()))
    }
}

/// Whether somebody may take the household's children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    /// Yes.
    Yes,
    /// Not today.
    NotToday,
    /// Never.
    Never,
}

impl Guardian {
    /// Whether they may come on that day. Without a known day only those may who always may.
    pub fn may(&self, date: Option<Date>) -> May {
        if self.barred {
            return May::Never;
        }
        let today = match date {
            _ if self.when.is_empty() => true,
            Some(date) => self.when.iter().any(|w| w.covers(date)),
            None => false,
        };
        if today { May::Yes } else { May::NotToday }
    }
}

/// Digits of a staff PIN: what the city hashes and what the kiosk's pad takes.
pub const PIN_LENGTH: usize = 6;

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    /// Who.
    pub citizen: CitizenId,
    /// The name as written.
    pub name: Pii<String>,
    /// The staff PIN as an Argon2id PHC string; the PIN itself is nowhere.
    pub pin_hash: String,
    /// The cards; a citizen AP of this citizen always counts.
    #[serde(default)]
    pub cards: Vec<Credential>,
}

/// A resident known here: by a card without the citizen AP, or for a rule that hangs on
/// age. Never a date of birth: a band and a month are all a rule asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resident {
    /// Who.
    pub citizen: CitizenId,
    /// The cards.
    #[serde(default)]
    pub cards: Vec<Credential>,
    /// The age band.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<Age>,
    /// The month of birth, 1 to 12, where the resident wants it known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_month: Option<u8>,
    /// Their numbers in other houses' systems. A kiosk is sent those of the system its
    /// facility's service names, and no others.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<SystemId, LinkNumber>,
}

/// Who may come to an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attending {
    /// The event.
    pub event: EventId,
    /// Who.
    pub citizen: CitizenId,
}

/// Whom a card opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known<'a> {
    /// A member of staff.
    Staff(&'a Staff),
    /// A household, by a guardian's or a child's card.
    Household {
        /// The household.
        household: &'a Household,
        /// The guardian, or `None` for a child's own card.
        guardian: Option<&'a Guardian>,
    },
    /// A resident by a linked card.
    Resident(&'a CitizenId),
}

/// Why a roster is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRoster {
    /// The same card opens two different doors.
    #[error("a card stands twice in the roster: {first} and {second}")]
    CardTwice {
        /// Where it stands first.
        first: String,
        /// And again.
        second: String,
    },
    /// A household nobody can use.
    #[error("household {0} has no children")]
    NoChildren(String),
    /// Children and people are known on the wire by their id: it must be one person's.
    #[error("in household {0} one id stands for two people")]
    PersonTwice(String),
    /// A month no year has.
    #[error("resident #{0}: birth_month must be 1 to 12")]
    BirthMonth(usize),
    /// One patient would be taken for another. The number itself is not said: it is personal.
    #[error("residents #{first} and #{second} have the same number in {system}")]
    LinkTwice {
        /// The system.
        system: SystemId,
        /// Who has it first, counted from 1.
        first: usize,
        /// And again.
        second: usize,
    },
}

impl Roster {
    /// An empty roster for a facility that needs none.
    pub const fn empty(facility: FacilityId) -> Self {
        Self {
            facility,
            households: Vec::new(),
            staff: Vec::new(),
            residents: Vec::new(),
            attending: Vec::new(),
            released: Vec::new(),
        }
    }

    /// True when they are on the list of that event.
    pub fn attends(&self, event: &EventId, citizen: &CitizenId) -> bool {
        self.attending
            .iter()
            .any(|a| a.event == *event && a.citizen == *citizen)
    }

    /// The roster as a kiosk may have it: with the numbers of that system and of no other.
    #[must_use]
    pub fn with_links_of(mut self, system: Option<&SystemId>) -> Self {
        for resident in &mut self.residents {
            resident.links.retain(|of, _| Some(of) == system);
        }
        self
    }

    /// True when the card or its id was released, lost or has expired.
    pub fn is_released(&self, credential: &Credential) -> bool {
        self.released.contains(credential)
    }

    /// The household and the person of that id.
    pub fn person(&self, citizen: &CitizenId) -> Option<(&Household, &Guardian)> {
        self.households.iter().find_map(|h| {
            let person = h.people.iter().find(|p| p.citizen == *citizen)?;
            Some((h, person))
        })
    }

    /// What a point rule may know of that resident; nothing of one not listed.
    pub fn for_points(&self, citizen: &CitizenId) -> Person {
        self.residents
            .iter()
            .find(|r| r.citizen == *citizen)
            .map_or_else(Person::default, |r| Person {
                age: r.age,
                birth_month: r.birth_month,
            })
    }

    /// Whom this credential opens.
    pub fn find(&self, credential: &Credential) -> Option<Known<'_>> {
        let is = |citizen: &CitizenId, cards: &[Credential]| {
            cards.contains(credential)
                || matches!(credential, Credential::Citizen(c) if c == citizen)
        };
        if let Some(staff) = self.staff.iter().find(|s| is(&s.citizen, &s.cards)) {
            return Some(Known::Staff(staff));
        }
        for household in &self.households {
            if let Some(guardian) = household.people.iter().find(|p| is(&p.citizen, &p.cards)) {
                return Some(Known::Household {
                    household,
                    guardian: Some(guardian),
                });
            }
            if household
                .children
                .iter()
                .any(|c| is(&c.citizen, c.card.as_slice()))
            {
                return Some(Known::Household {
                    household,
                    guardian: None,
                });
            }
        }
        self.residents
            .iter()
            .find(|r| is(&r.citizen, &r.cards))
            .map(|r| Known::Resident(&r.citizen))
    }

    /// Checks what the types cannot: each card opens one door, each household has children.
    ///
    /// # Errors
    /// The first [`InvalidRoster`] found.
    pub fn check(&self) -> Result<(), InvalidRoster> {
        let mut seen: BTreeMap<Credential, String> = BTreeMap::new();
        let mut claim = |credential: Credential, place: String| match seen.get(&credential) {
            Some(first) if *first != place => Err(InvalidRoster::CardTwice {
                first: first.clone(),
                second: place,
            }),
            _ => {
                seen.insert(credential, place);
                Ok(())
            }
        };
        for (n, staff) in self.staff.iter().enumerate() {
            let place = format!("staff #{}", n + 1);
            claim(Credential::Citizen(staff.citizen.clone()), place.clone())?;
            for card in &staff.cards {
                claim(card.clone(), place.clone())?;
            }
        }
        for household in &self.households {
            let place = format!("household {}", household.id.reveal());
            if household.children.is_empty() {
                return Err(InvalidRoster::NoChildren(household.id.reveal().to_owned()));
            }
            for child in &household.children {
                claim(Credential::Citizen(child.citizen.clone()), place.clone())?;
                for card in child.card.iter() {
                    claim(card.clone(), place.clone())?;
                }
            }
            let mut ids: Vec<&CitizenId> = household
                .children
                .iter()
                .map(|c| &c.citizen)
                .chain(household.people.iter().map(|p| &p.citizen))
                .collect();
            ids.sort_unstable();
            if ids.windows(2).any(|pair| pair[0] == pair[1]) {
                return Err(InvalidRoster::PersonTwice(household.id.reveal().to_owned()));
            }
            for person in &household.people {
                claim(Credential::Citizen(person.citizen.clone()), place.clone())?;
                for card in &person.cards {
                    claim(card.clone(), place.clone())?;
                }
            }
        }
        for (n, resident) in self.residents.iter().enumerate() {
            let place = format!("resident #{}", n + 1);
            if resident.birth_month.is_some_and(|m| !(1..=12).contains(&m)) {
                return Err(InvalidRoster::BirthMonth(n + 1));
            }
            claim(Credential::Citizen(resident.citizen.clone()), place.clone())?;
            for card in &resident.cards {
                claim(card.clone(), place.clone())?;
            }
        }
        self.check_links()
    }

    fn check_links(&self) -> Result<(), InvalidRoster> {
        let mut seen = BTreeMap::new();
        for (n, resident) in (1..).zip(&self.residents) {
            for (system, number) in &resident.links {
                if let Some(first) = seen.insert((system, number), n) {
                    return Err(InvalidRoster::LinkTwice {
                        system: system.clone(),
                        first,
                        second: n,
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
    use crate::credential::{CardUid, Technology};

    fn citizen(id: &str) -> CitizenId {
        CitizenId::new(id).unwrap()
    }

    fn uid(n: u8) -> Credential {
        Credential::Uid(CardUid::new(Technology::Felica, &[n; 8]).unwrap())
    }

    fn roster() -> Roster {
        Roster {
            households: vec![Household {
                id: HouseholdId::new("H-1").unwrap(),
                children: vec![Child {
                    citizen: citizen("SKM-000001"),
                    name: "山田 花".to_owned().into(),
                    kana: "やまだ はな".to_owned().into(),
                    class: "さくら".into(),
                    mark: ClassMark::Cherry,
                    card: None,
                    care: Vec::new(),
                    from: None,
                    until: None,
                }],
                people: vec![Guardian {
                    citizen: citizen("SKM-000002"),
                    name: "山田 太郎".to_owned().into(),
                    cards: vec![uid(1)],
                    role: Role::Guardian,
                    when: Vec::new(),
                    barred: false,
                }],
                notices: Vec::new(),
            }],
            ..Roster::empty("nursery-1".parse().unwrap())
        }
    }

    #[test]
    fn a_citizen_ap_or_a_linked_card_opens_the_household() {
        let roster = roster();
        for credential in [Credential::Citizen(citizen("SKM-000002")), uid(1)] {
            assert!(matches!(
                roster.find(&credential),
                Some(Known::Household {
                    guardian: Some(_),
                    ..
                })
            ));
        }
        assert!(matches!(
            roster.find(&Credential::Citizen(citizen("SKM-000001"))),
            Some(Known::Household { guardian: None, .. })
        ));
        assert_eq!(roster.find(&uid(9)), None);
    }

    #[test]
    fn a_card_that_opens_two_doors_is_refused() {
        let mut twice = roster();
        twice.residents.push(Resident {
            citizen: citizen("SKM-000009"),
            cards: vec![uid(1)],
            age: None,
            birth_month: None,
            links: BTreeMap::new(),
        });
        assert!(matches!(
            twice.check(),
            Err(InvalidRoster::CardTwice { .. })
        ));
        assert_eq!(roster().check(), Ok(()));
    }

    #[test]
    fn a_resident_written_before_ages_is_read_and_a_month_is_checked() {
        let old = r#"{"citizen":"SKM-000009","cards":[]}"#;
        let mut resident: Resident = serde_json::from_str(old).unwrap();
        assert_eq!(serde_json::to_string(&resident).unwrap(), old);
        let mut with = roster();
        resident.birth_month = Some(4);
        resident.age = Some(Age::Senior);
        with.residents = vec![resident.clone()];
        assert_eq!(with.check(), Ok(()));
        assert_eq!(
            with.for_points(&citizen("SKM-000009")),
            Person {
                age: Some(Age::Senior),
                birth_month: Some(4)
            }
        );
        assert_eq!(with.for_points(&citizen("SKM-000008")), Person::default());
        with.residents[0].birth_month = Some(13);
        assert_eq!(with.check(), Err(InvalidRoster::BirthMonth(1)));
    }

    fn resident(id: &str, links: &[(&str, &str)]) -> Resident {
        Resident {
            citizen: citizen(id),
            cards: Vec::new(),
            age: None,
            birth_month: None,
            links: links
                .iter()
                .map(|(system, number)| (system.parse().unwrap(), number.parse().unwrap()))
                .collect(),
        }
    }

    #[test]
    fn one_number_of_a_system_is_one_persons() {
        let mut roster = roster();
        roster.residents = vec![
            resident("SKM-000008", &[("clinic", "0077"), ("library", "1")]),
            resident("SKM-000009", &[("clinic", "1"), ("library", "0077")]),
        ];
        assert_eq!(roster.check(), Ok(()));
        roster
            .residents
            .push(resident("SKM-000010", &[("clinic", "0077")]));
        let slip = roster.check().unwrap_err();
        assert_eq!(
            slip.to_string(),
            "residents #1 and #3 have the same number in clinic"
        );
    }

    #[test]
    fn a_kiosk_may_have_the_numbers_of_its_own_system_only() {
        let mut roster = roster();
        let both = [("clinic", "0077"), ("library", "1")];
        roster.residents = vec![resident("SKM-000008", &both)];
        let clinic = "clinic".parse().unwrap();
        let of_clinic = roster.clone().with_links_of(Some(&clinic));
        let left: Vec<_> = of_clinic.residents[0].links.keys().collect();
        assert_eq!(left, [&clinic]);
        let of_hall = roster.with_links_of(None);
        assert!(of_hall.residents[0].links.is_empty());
        let written = serde_json::to_string(&of_hall).unwrap();
        assert!(
            !written.contains("links"),
            "written as before there were any"
        );
    }

    #[test]
    fn a_link_number_is_text_of_its_alphabet() {
        for (text, good) in [
            ("0012345", true),
            ("A-1", true),
            ("", false),
            ("12 34", false),
            ("１２３", false),
            ("a1", false),
        ] {
            assert_eq!(text.parse::<LinkNumber>().is_ok(), good, "{text:?}");
        }
        let shown = format!("{:?}", resident("SKM-000008", &[("clinic", "0077")]));
        assert!(!shown.contains("0077"), "{shown}");
    }

    #[test]
    fn a_collector_comes_on_the_days_that_are_theirs() {
        use jiff::civil::date;
        let guardian = roster().households[0].people[0].clone();
        let tuesdays = Guardian {
            role: Role::Collector,
            when: vec![When {
                from: Some(date(2026, 11, 1)),
                until: Some(date(2026, 11, 30)),
                days: vec![Day::Tue],
            }],
            ..guardian.clone()
        };
        let barred = Guardian {
            barred: true,
            ..guardian.clone()
        };
        let tuesday = Some(date(2026, 11, 24));
        for (who, day, may) in [
            (&guardian, tuesday, May::Yes),
            (&guardian, None, May::Yes),
            (&tuesdays, tuesday, May::Yes),
            (&tuesdays, Some(date(2026, 11, 25)), May::NotToday),
            (&tuesdays, Some(date(2026, 12, 1)), May::NotToday),
            (&tuesdays, None, May::NotToday),
            (&barred, tuesday, May::Never),
            (&barred, None, May::Never),
        ] {
            assert_eq!(who.may(day), may, "{day:?}");
        }
    }

    #[test]
    fn a_certificate_holds_from_its_day_and_a_child_between_its_days() {
        use jiff::civil::date;
        let mut child = roster().households[0].children[0].clone();
        assert_eq!(child.care(date(2026, 4, 1)), Care::Standard);
        child.care = vec![
            CareFrom {
                from: date(2026, 10, 1),
                care: Care::Standard,
            },
            CareFrom {
                from: date(2026, 4, 1),
                care: Care::Short,
            },
        ];
        for (day, care) in [
            (date(2026, 3, 31), Care::Standard),
            (date(2026, 4, 1), Care::Short),
            (date(2026, 9, 30), Care::Short),
            (date(2026, 10, 1), Care::Standard),
        ] {
            assert_eq!(child.care(day), care, "{day}");
        }
        child.until = Some(date(2026, 11, 20));
        assert!(child.is_enrolled(date(2026, 11, 20)));
        assert!(!child.is_enrolled(date(2026, 11, 21)));
    }

    #[test]
    fn one_id_is_one_person() {
        let mut twice = roster();
        twice.households[0].people[0].citizen = citizen("SKM-000001");
        assert!(matches!(twice.check(), Err(InvalidRoster::PersonTwice(_))));
    }

    #[test]
    fn no_name_reaches_a_debug_line() {
        let shown = format!("{:?}", roster());
        for personal in ["山田", "やまだ", "000001", "0101", "H-1"] {
            assert!(!shown.contains(personal), "{personal} in {shown}");
        }
    }
}
