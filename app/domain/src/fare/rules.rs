//! What a city sets for fares, in the catalogue.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{catalogue::Text, ids::ClassId, points::caps::Month};

/// More classes than this nobody tells apart in one second.
pub const MAX_CLASSES: usize = 6;

/// More trips a day than this are a slip of the pen; [`super::rides::RIDES_KEPT`] hangs on it.
pub const MAX_DAY: u32 = 10;

/// More trips a year than this are a slip of the pen.
pub const MAX_YEAR: u32 = 3_660;

/// A list that went without renewal for longer says nothing any more.
pub const MAX_HONOURED_DAYS: u16 = 92;

/// A bus's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FareRules {
    /// The classes there are.
    pub classes: Vec<FareClass>,
    /// What everybody rides in who is in no list, or whose limits are used up and name no other.
    pub default: ClassId,
    /// So many days after its last one a list that was not renewed is still honoured; then
    /// everybody rides in the default class.
    #[serde(default)]
    pub honoured_days: u16,
    /// The month in which a year of limits begins, 1 to 12. April, as 年度 does.
    #[serde(default = "april")]
    pub year_begins: i8,
}

const fn april() -> i8 {
    4
}

/// A class of fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FareClass {
    /// How lists and facts name it.
    pub id: ClassId,
    /// How the screen does: one or two words the driver knows.
    pub name: Text,
    /// The colour of the screen.
    pub colour: Colour,
    /// The shape on it, for whom colours look alike.
    pub shape: Shape,
    /// The sound, for whoever does not look, and for a kiosk without a display.
    pub chime: Chime,
    /// How many trips it is good for; without limits when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
}

/// Colours by role; the screens know how each looks by day and by night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "colours")]
pub enum Colour {
    Blue,
    Green,
    Yellow,
    Orange,
    Purple,
    Grey,
}

/// Shapes that can be told apart from the driver's seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "shapes")]
pub enum Shape {
    Circle,
    Square,
    Triangle,
    Diamond,
    Star,
    Bar,
}

/// Sounds that can be told apart in a bus. They differ in number and direction, not in pitch
/// alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chime {
    /// One short note.
    One,
    /// Two short notes.
    Two,
    /// Three short notes.
    Three,
    /// Two notes going up.
    Up,
    /// Two notes going down.
    Down,
    /// One long note.
    Long,
}

/// How many trips a class is good for; at least one of the two is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Trips of one person on one day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<u32>,
    /// Trips of one person in one year of the town, see [`FareRules::year_begins`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<u32>,
    /// What they ride in beyond; the default class when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond: Option<ClassId>,
}

/// Why a bus's settings are not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFare {
    /// None, or more than can be told apart.
    #[error("there must be 1 to {MAX_CLASSES} classes")]
    Classes,
    /// One class twice.
    #[error("class {0} stands twice")]
    Twice(ClassId),
    /// Two classes that a driver could take for each other.
    #[error("classes {0} and {1} have the same {2}")]
    Alike(ClassId, ClassId, &'static str),
    /// The default is no class.
    #[error("default is {0}, which is no class")]
    Default(ClassId),
    /// The default can be used up.
    #[error("the default class {0} has limits; nothing would stand beyond them")]
    DefaultLimits(ClassId),
    /// Limits that limit nothing.
    #[error("class {0}: limits need a day or a year")]
    NoLimit(ClassId),
    /// A slip of the pen.
    #[error(
        "class {0}: limits must be 1 to {MAX_DAY} a day, 1 to {MAX_YEAR} a year, \
         a year's not below a day's"
    )]
    Limit(ClassId),
    /// Beyond the limits stands no class, or one with limits of its own.
    #[error("class {0}: beyond is {1}, which must be another class without limits")]
    Beyond(ClassId, ClassId),
    /// A list honoured for longer than it is worth.
    #[error("honoured_days must be at most {MAX_HONOURED_DAYS}")]
    Honoured,
    /// No month.
    #[error("year_begins must be 1 to 12")]
    YearBegins,
}

impl FareRules {
    /// A class by its name.
    pub fn class(&self, id: &ClassId) -> Option<&FareClass> {
        self.classes.iter().find(|c| c.id == *id)
    }

    /// The default class, of rules that passed their check.
    pub fn default_class(&self) -> &FareClass {
        self.class(&self.default)
            .expect("checked rules name a default")
    }

    /// The town's year a month belongs to, by the calendar year it began in.
    pub const fn year_of(&self, month: Month) -> i16 {
        if month.month < self.year_begins {
            month.year - 1
        } else {
            month.year
        }
    }

    /// Checks what the types cannot.
    ///
    /// # Errors
    /// The first [`InvalidFare`] found.
    pub fn check(&self) -> Result<(), InvalidFare> {
        if !(1..=MAX_CLASSES).contains(&self.classes.len()) {
            return Err(InvalidFare::Classes);
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = self.classes.iter().find(|c| !seen.insert(&c.id)) {
            return Err(InvalidFare::Twice(twice.id.clone()));
        }
        for (n, class) in self.classes.iter().enumerate() {
            for other in &self.classes[..n] {
                if let Some(what) = alike(other, class) {
                    let (first, second) = (other.id.clone(), class.id.clone());
                    return Err(InvalidFare::Alike(first, second, what));
                }
            }
        }
        match self.class(&self.default) {
            None => return Err(InvalidFare::Default(self.default.clone())),
            Some(FareClass {
                limits: Some(_), ..
            }) => return Err(InvalidFare::DefaultLimits(self.default.clone())),
            Some(_) => {}
        }
        for class in &self.classes {
            if let Some(limits) = &class.limits {
                self.check_limits(&class.id, limits)?;
            }
        }
        if self.honoured_days > MAX_HONOURED_DAYS {
            return Err(InvalidFare::Honoured);
        }
        if !(1..=12).contains(&self.year_begins) {
            return Err(InvalidFare::YearBegins);
        }
        Ok(())
    }

    fn check_limits(&self, id: &ClassId, limits: &Limits) -> Result<(), InvalidFare> {
        let within = |limit: Option<u32>, max| limit.is_none_or(|n| (1..=max).contains(&n));
        if limits.day.is_none() && limits.year.is_none() {
            return Err(InvalidFare::NoLimit(id.clone()));
        }
        let ordered = limits
            .year
            .is_none_or(|y| limits.day.is_none_or(|d| d <= y));
        if !within(limits.day, MAX_DAY) || !within(limits.year, MAX_YEAR) || !ordered {
            return Err(InvalidFare::Limit(id.clone()));
        }
        match &limits.beyond {
            Some(beyond) if self.class(beyond).is_none_or(|c| c.limits.is_some()) => {
                Err(InvalidFare::Beyond(id.clone(), beyond.clone()))
            }
            _ => Ok(()),
        }
    }
}

fn alike(a: &FareClass, b: &FareClass) -> Option<&'static str> {
    [
        ("colour", a.colour == b.colour),
        ("shape", a.shape == b.shape),
        ("chime", a.chime == b.chime),
    ]
    .into_iter()
    .find_map(|(what, same)| same.then_some(what))
}
