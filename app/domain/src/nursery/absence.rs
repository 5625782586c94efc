//! Absence notices: from the city's document, or entered by staff.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{CitizenId, FacilityId, NoticeId},
    pii::Pii,
};

/// Why a child does not come, or comes later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AbsenceKind {
    /// 病気・けが
    Sick,
    /// 家庭の都合
    Family,
    /// 出席停止 (an illness that may spread, by the School Health and Safety Act)
    Suspended,
    /// 忌引
    Bereavement,
    /// その他
    Other,
    /// 遅刻: comes later
    Late,
}

/// The notices of one facility. Published sealed to its kiosks, like the roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absences {
    /// The facility.
    pub facility: FacilityId,
    /// The notices.
    #[serde(default)]
    pub items: Vec<AbsenceNotice>,
}

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AbsenceNotice {
    /// Its name, by which staff acknowledge it.
    pub id: NoticeId,
    /// The child.
    pub child: CitizenId,
    /// Why.
    pub why: AbsenceKind,
    /// First day.
    pub from: Date,
    /// Last day; the first when left out.
    #[serde(default)]
    pub until: Option<Date>,
    /// For [`AbsenceKind::Late`]: expected at.
    #[serde(default)]
    pub at: Option<Time>,
    /// A line from the guardian.
    #[serde(default)]
    pub note: Option<Pii<String>>,
}

/// What staff entered by hand, as a fact carries it. The subject is the child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excused {
    /// Why.
    pub why: AbsenceKind,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// For [`AbsenceKind::Late`]: expected at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
}

impl Excused {
    /// True when it speaks of that day.
    pub fn covers(&self, date: Date) -> bool {
        self.from <= date && date <= self.until
    }

    /// True when the child need not be here at that time of a day it covers.
    pub fn excuses_at(&self, at: Time) -> bool {
        self.why != AbsenceKind::Late || self.at.is_none_or(|expected| at <= expected)
    }
}

impl From<&AbsenceNotice> for Excused {
    fn from(notice: &AbsenceNotice) -> Self {
        Self {
            why: notice.why,
            from: notice.from,
            until: notice.until.unwrap_or(notice.from),
            at: notice.at,
        }
    }
}

/// Why the notices are not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAbsences {
    /// Two of one name.
    #[error("notice {0} stands twice")]
    Twice(NoticeId),
    /// It ends before it begins.
    #[error("notice {0} ends before it begins")]
    Ends(NoticeId),
}

impl Absences {
    /// No notices.
    pub const fn none(facility: FacilityId) -> Self {
        Self {
            facility,
            items: Vec::new(),
        }
    }

    /// The notices about that child that speak of that day.
    pub fn of<'a>(
        &'a self,
        child: &'a CitizenId,
        date: Date,
    ) -> impl Iterator<Item = &'a AbsenceNotice> {
        self.items
            .iter()
            .filter(move |n| n.child == *child && Excused::from(*n).covers(date))
    }

    /// Checks what the types cannot.
    ///
    /// # Errors
    /// The first [`InvalidAbsences`] found.
    pub fn check(&self) -> Result<(), InvalidAbsences> {
        for (n, item) in self.items.iter().enumerate() {
            if self.items[..n].iter().any(|i| i.id == item.id) {
                return Err(InvalidAbsences::Twice(item.id.clone()));
            }
            if item.until.is_some_and(|until| until < item.from) {
                return Err(InvalidAbsences::Ends(item.id.clone()));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    fn notice() -> AbsenceNotice {
        AbsenceNotice {
            id: "n-1".parse().unwrap(),
            child: "SKM-000001".parse().unwrap(),
            why: AbsenceKind::Sick,
            from: date(2026, 11, 24),
            until: None,
            at: None,
            note: None,
        }
    }

    #[test]
    fn a_notice_covers_its_days_and_no_other() {
        let mut notice = notice();
        assert!(Excused::from(&notice).covers(date(2026, 11, 24)));
        assert!(!Excused::from(&notice).covers(date(2026, 11, 25)));
        notice.until = Some(date(2026, 11, 26));
        assert!(Excused::from(&notice).covers(date(2026, 11, 26)));
        assert!(!Excused::from(&notice).covers(date(2026, 11, 23)));
    }

    #[test]
    fn coming_late_excuses_until_the_time_it_names() {
        let late = Excused {
            why: AbsenceKind::Late,
            at: Some(time(10, 30, 0, 0)),
            ..Excused::from(&notice())
        };
        assert!(late.excuses_at(time(10, 30, 0, 0)));
        assert!(!late.excuses_at(time(10, 31, 0, 0)));
    }

    #[test]
    fn slips_are_found() {
        let facility: FacilityId = "nursery".parse().unwrap();
        let of = |items| Absences {
            facility: facility.clone(),
            items,
        };
        assert_eq!(of(vec![notice()]).check(), Ok(()));
        assert!(matches!(
            of(vec![notice(), notice()]).check(),
            Err(InvalidAbsences::Twice(_))
        ));
        let mut backwards = notice();
        backwards.until = Some(date(2026, 11, 1));
        assert!(matches!(
            of(vec![backwards]).check(),
            Err(InvalidAbsences::Ends(_))
        ));
    }
}
