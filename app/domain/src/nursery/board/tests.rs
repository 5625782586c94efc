use jiff::civil::{date, time};
use uuid::Uuid;

use super::*;
use crate::{
    attendance::Via,
    credential::CredentialKind,
    fact::{Draft, Fact, FactBody, FactId, FactKey, Hash},
    ids::{CitizenId, Incarnation},
    nursery::absence::AbsenceNotice,
    roster::ClassMark,
    time::{ClockSource, Quality},
};

const BOOT: BootId = BootId(Uuid::from_u128(7));

fn tokyo() -> TimeZone {
    TimeZone::get("Asia/Tokyo").unwrap()
}

fn citizen(n: u32) -> CitizenId {
    CitizenId::new(&format!("SKM-{n:06}")).unwrap()
}

fn now(day: Date, at: Time) -> Now {
    let wall = tokyo().to_timestamp(day.to_datetime(at)).unwrap();
    Now {
        mono_ms: 1_000,
        boot: BOOT,
        clock: Clock {
            wall_ms: wall.as_millisecond(),
            quality: Quality {
                source: ClockSource::Ntp,
                uncertainty_ms: Some(20),
            },
        },
    }
}

fn roster() -> Roster {
    let child = |n| Child {
        citizen: citizen(n),
        name: "花".to_owned().into(),
        kana: "はな".to_owned().into(),
        class: "さくら".into(),
        mark: ClassMark::Cherry,
        card: None,
        care: Vec::new(),
        from: None,
        until: None,
    };
    Roster {
        households: vec![Household {
            id: "H-1".parse().unwrap(),
            children: vec![child(1), child(2), child(3)],
            people: Vec::new(),
            notices: Vec::new(),
        }],
        ..Roster::empty("nursery".parse().unwrap())
    }
}

struct Town {
    roster: Roster,
    absences: Absences,
    nursery: Nursery,
    key: PurposeKey,
    folds: Folds,
    zone: TimeZone,
    facts: u128,
}

impl Town {
    fn new() -> Self {
        Self {
            roster: roster(),
            absences: Absences::none("nursery".parse().unwrap()),
            nursery: Nursery {
                cutoff: Some(time(9, 30, 0, 0)),
                ..Nursery::default()
            },
            key: PurposeKey::new([1; 32]),
            folds: Folds::default(),
            zone: tokyo(),
            facts: 0,
        }
    }

    fn sources(&self) -> Sources<'_> {
        Sources {
            roster: &self.roster,
            absences: Some(&self.absences),
            nursery: &self.nursery,
            zone: &self.zone,
            key: &self.key,
            folds: &self.folds,
        }
    }

    fn apply(&mut self, subject: Option<Pseudonym>, at: Now, body: FactBody) -> FactId {
        self.facts += 1;
        let fact = Fact::place(
            Draft {
                id: FactId(Uuid::from_u128(self.facts)),
                subject,
                at: at.stamp(),
                caused_by: None,
                body,
            },
            FactKey {
                kiosk: "kiosk-1".parse().unwrap(),
                incarnation: Incarnation(Uuid::from_u128(1)),
                seq: 1,
            },
            "nursery".parse().unwrap(),
            Hash::GENESIS,
        );
        self.folds.apply(&fact, &self.zone);
        fact.id
    }

    fn passes(&mut self, n: u32, direction: Direction, at: Now) {
        let child = self.key.pseudonym(&citizen(n));
        let body = FactBody::Attendance {
            direction,
            by: None,
            via: Via::Card(CredentialKind::Citizen),
            role: None,
            card: None,
            staff: None,
        };
        self.apply(Some(child), at, body);
    }

    fn where_is(&self, n: u32, at: Now) -> Whereabouts {
        let child = self.key.pseudonym(&citizen(n));
        board(&self.sources(), &at)
            .into_iter()
            .find(|p| p.subject == child)
            .expect("on the board")
            .whereabouts
    }

    fn alarms(&self, at: Now) -> Vec<AlarmKind> {
        alarms_due(&self.sources(), &at)
            .into_iter()
            .map(|(alarm, _)| alarm)
            .collect()
    }
}

/// A Tuesday.
const DAY: Date = date(2026, 11, 24);

fn at(hour: i8, minute: i8) -> Now {
    now(DAY, time(hour, minute, 0, 0))
}

fn notice(n: u32, why: AbsenceKind) -> AbsenceNotice {
    AbsenceNotice {
        id: "n-1".parse().unwrap(),
        child: citizen(n),
        why,
        from: DAY,
        until: None,
        at: (why == AbsenceKind::Late).then(|| time(10, 0, 0, 0)),
        note: None,
    }
}

#[test]
fn a_child_is_where_the_day_says() {
    let mut town = Town::new();
    town.passes(1, Direction::In, at(8, 0));
    town.passes(2, Direction::In, at(8, 0));
    town.passes(2, Direction::Out, at(12, 0));
    assert!(matches!(
        town.where_is(1, at(13, 0)),
        Whereabouts::Here { .. }
    ));
    assert!(matches!(
        town.where_is(2, at(13, 0)),
        Whereabouts::Gone { .. }
    ));
    for (hour, minute, expected) in [
        (9, 29, Whereabouts::Expected),
        (9, 30, Whereabouts::Unknown),
    ] {
        assert_eq!(town.where_is(3, at(hour, minute)), expected);
    }
}

#[test]
fn whoever_is_excused_is_not_missed_and_who_comes_late_only_until_then() {
    let mut town = Town::new();
    town.absences.items = vec![notice(3, AbsenceKind::Sick)];
    let absent = Whereabouts::Absent {
        why: AbsenceKind::Sick,
    };
    assert_eq!(town.where_is(3, at(11, 0)), absent);
    town.absences.items = vec![notice(3, AbsenceKind::Late)];
    assert!(matches!(
        town.where_is(3, at(9, 59)),
        Whereabouts::Later { at: Some(_) }
    ));
    assert_eq!(town.where_is(3, at(10, 1)), Whereabouts::Unknown);
    // A child that came all the same is here, whatever was said.
    town.passes(3, Direction::In, at(10, 2));
    assert!(matches!(
        town.where_is(3, at(10, 3)),
        Whereabouts::Here { .. }
    ));
}

#[test]
fn what_staff_enter_counts_like_a_notice() {
    let mut town = Town::new();
    let excused = Excused {
        why: AbsenceKind::Family,
        from: DAY,
        until: DAY,
        at: None,
    };
    let child = town.key.pseudonym(&citizen(3));
    let body = FactBody::Excused {
        excused,
        staff: None,
    };
    let fact = town.apply(Some(child), at(9, 0), body);
    assert!(matches!(
        town.where_is(3, at(11, 0)),
        Whereabouts::Absent { .. }
    ));
    town.apply(Some(child), at(9, 5), FactBody::Undone { fact });
    assert_eq!(town.where_is(3, at(11, 0)), Whereabouts::Unknown);
}

#[test]
fn on_closed_days_nobody_is_missed() {
    let town = Town::new();
    let sunday = now(date(2026, 11, 22), time(11, 0, 0, 0));
    assert_eq!(town.where_is(1, sunday), Whereabouts::NotToday);
    assert_eq!(town.alarms(sunday), []);
}

#[test]
fn who_left_the_nursery_is_not_on_the_board() {
    let mut town = Town::new();
    town.roster.households[0].children[2].until = Some(date(2026, 11, 23));
    assert_eq!(board(&town.sources(), &at(8, 0)).len(), 2);
    // Without a clock nobody can say who belongs here: everybody stands there.
    let mut lost = at(8, 0);
    lost.clock.quality = Quality::UNKNOWN;
    assert_eq!(board(&town.sources(), &lost).len(), 3);
}

#[test]
fn alarms_come_due_once() {
    let mut town = Town::new();
    town.passes(1, Direction::In, at(8, 0));
    assert_eq!(town.alarms(at(9, 29)), []);
    let due = alarms_due(&town.sources(), &at(9, 30));
    assert_eq!(due.len(), 2);
    for (alarm, child) in due {
        let body = FactBody::Alarm {
            alarm,
            day: DayKey::Date(DAY),
        };
        town.apply(Some(child), at(9, 30), body);
    }
    assert_eq!(town.alarms(at(9, 31)), []);
    assert_eq!(town.alarms(at(19, 9)), []);
    assert_eq!(town.alarms(at(19, 10)), [AlarmKind::StillHere]);
    let mut lost = at(19, 10);
    lost.clock.quality = Quality::UNKNOWN;
    assert_eq!(town.alarms(lost), []);
}

#[test]
fn a_day_left_open_is_found_once_it_is_over() {
    let mut town = Town::new();
    town.passes(1, Direction::In, at(8, 0));
    let mut lost = at(8, 0);
    lost.clock.quality = Quality::UNKNOWN;
    town.passes(2, Direction::In, lost);
    assert_eq!(left_open(&town.folds, DAY, BOOT), []);
    let tomorrow = date(2026, 11, 25);
    let open = left_open(&town.folds, tomorrow, BOOT);
    assert_eq!(open.len(), 1);
    // The machine started anew and that boot's clock never came.
    let other = BootId(Uuid::from_u128(8));
    assert_eq!(left_open(&town.folds, tomorrow, other).len(), 2);
    let (child, day) = open[0];
    let next = now(tomorrow, time(7, 0, 0, 0));
    town.apply(Some(child), next, FactBody::DayClosed { day });
    assert_eq!(left_open(&town.folds, tomorrow, BOOT), []);
}
