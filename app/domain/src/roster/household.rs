//! Households: children, and those who bring and fetch them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    attendance::Role,
    catalogue::Text,
    credential::Credential,
    ids::{CitizenId, HouseholdId, NoticeId},
    nursery::{settings::Day, tariff::Care},
    pii::Pii,
};

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
