//! The pages of the nursery's staff panel. Lists are whole; the screen pages them.
//! Everywhere [`crate::Touch::Cancel`] goes one page back, and from the board it closes the
//! panel.

use machitap_domain::{
    Pii,
    attendance::{Direction, Role},
    nursery::{
        absence::AbsenceKind,
        alarm::{AlarmKind, AlarmReason},
        correction::CorrectionReason,
    },
    roster::ClassMark,
};

use super::WallTime;

/// How old what is shown may be. Never says "all present" by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataAge {
    /// The roster's age, whole days; `None` where no clock can tell.
    pub roster_days: Option<u32>,
    /// The absence notices' age, whole days; `None` where there are none, or no clock.
    pub absences_days: Option<u32>,
    /// The link.
    pub connected: bool,
    /// Facts without a receipt.
    pub pending: u64,
    /// False: times and the cut-off cannot be relied on.
    pub clock_trusted: bool,
}

/// Today by class. [`crate::Touch::Pick`] opens a class; acts: `Alarms`, `Tasks`,
/// `Emergency`, `Papers`, `Kiosk`.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    /// Who opened the panel.
    pub who: Pii<String>,
    /// The classes, as the roster orders them.
    pub classes: Vec<ClassRow>,
    /// All of them together.
    pub total: Counts,
    /// Alarms nobody has seen to.
    pub alarms: u32,
    /// Fees, days and notices that wait.
    pub tasks: u32,
    /// An emergency lasts.
    pub emergency: bool,
    /// How old all this may be.
    pub age: DataAge,
}

/// A class.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassRow {
    /// Its name.
    pub name: String,
    /// Its picture.
    pub mark: ClassMark,
    /// Its numbers.
    pub counts: Counts,
}

/// How many children are where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// On the roster today.
    pub enrolled: u32,
    /// Here.
    pub here: u32,
    /// Left.
    pub gone: u32,
    /// Not here yet, later ones included.
    pub expected: u32,
    /// Excused.
    pub absent: u32,
    /// Neither here nor excused, past the cut-off.
    pub unknown: u32,
}

/// Where a child is, with the times the screen shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Not here yet.
    Expected,
    /// Said to come later; by then, where a time was named.
    Later(Option<WallTime>),
    /// Here, since.
    Here(Option<WallTime>),
    /// Left, at.
    Gone(Option<WallTime>),
    /// Excused.
    Absent(AbsenceKind),
    /// Neither here nor excused.
    Unknown,
    /// Closed today.
    NotToday,
}

/// The children of a class. [`crate::Touch::Pick`] opens one.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassList {
    /// The class.
    pub class: ClassRow,
    /// Its children.
    pub children: Vec<BoardChild>,
}

/// A child in a staff list.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardChild {
    /// The name as written.
    pub name: Pii<String>,
    /// The name in kana.
    pub kana: Pii<String>,
    /// The picture of the class.
    pub mark: ClassMark,
    /// Where it is.
    pub place: Place,
    /// Something was said at drop-off that staff should know.
    pub attention: bool,
}

/// One child. Acts: `In`, `Out`, `HandOver`, `Excuse`, `Pass`, `Correct(n)`, `Add`.
#[derive(Debug, Clone, PartialEq)]
pub struct ChildSheet {
    /// The child.
    pub child: BoardChild,
    /// Its class.
    pub class: String,
    /// Today's passages, or those of the day that waits, oldest first.
    pub passages: Vec<PassageRow>,
    /// The day they are of; `None`: today.
    pub day: Option<WallTime>,
    /// Yen of the day so far.
    pub yen: u32,
    /// What was said at drop-off: question and answer.
    pub said: Vec<(String, String)>,
    /// The note of an absence notice.
    pub note: Option<Pii<String>>,
    /// `HandOver` is waited for.
    pub handover_due: bool,
}

/// A passage in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct PassageRow {
    /// Which way.
    pub direction: Direction,
    /// When; `None` where no clock vouched for it.
    pub at: Option<WallTime>,
    /// When the child changed hands.
    pub handover: Option<WallTime>,
    /// Put right by staff.
    pub corrected: bool,
}

/// Who has forgotten the card? [`crate::Touch::Pick`] opens the door's screen for them.
#[derive(Debug, Clone, PartialEq)]
pub struct People {
    /// The child they come for.
    pub child: Pii<String>,
    /// Those who may come today.
    pub people: Vec<PersonRow>,
}

/// Someone who brings and fetches.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonRow {
    /// The name as written.
    pub name: Pii<String>,
    /// As whom.
    pub role: Role,
}

/// A passage put right, or added. [`crate::Touch::Minutes`] moves the time,
/// [`crate::Touch::Pick`] chooses the reason, `Turn` and `Strike` act,
/// [`crate::Touch::Confirm`] records once there is a reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Correcting {
    /// The child.
    pub child: Pii<String>,
    /// What stands there now; `None` when one is added.
    pub was: Option<PassageRow>,
    /// Which way it truly was.
    pub direction: Direction,
    /// When it truly was.
    pub at: WallTime,
    /// It will be struck out.
    pub strike: bool,
    /// Why; the index is what `Pick` takes.
    pub reasons: Vec<CorrectionReason>,
    /// The one chosen.
    pub reason: Option<usize>,
    /// What the day will cost then; `None` where nothing can cost anything.
    pub yen: Option<u32>,
    /// The time lies before the passage before it, after the one after it, or in the future.
    pub out_of_order: bool,
}

/// An absence entered. [`crate::Touch::Pick`] chooses why, [`crate::Touch::Days`] the last
/// day, [`crate::Touch::Minutes`] when a late child is expected, [`crate::Touch::Confirm`]
/// records.
#[derive(Debug, Clone, PartialEq)]
pub struct Excusing {
    /// The child.
    pub child: Pii<String>,
    /// Why; the index is what `Pick` takes.
    pub reasons: Vec<AbsenceKind>,
    /// The one chosen.
    pub reason: Option<usize>,
    /// First day.
    pub from: WallTime,
    /// Last day.
    pub until: WallTime,
    /// Expected at, for a late one.
    pub at: Option<WallTime>,
}

/// Alarms nobody has seen to. [`crate::Touch::Pick`] opens one.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarms {
    /// Oldest first.
    pub alarms: Vec<AlarmRow>,
}

/// An alarm.
#[derive(Debug, Clone, PartialEq)]
pub struct AlarmRow {
    /// What.
    pub kind: AlarmKind,
    /// Whom it is about; `None` for one who left the roster.
    pub name: Option<Pii<String>>,
    /// The class, or the children of the household for a person.
    pub of: Pii<String>,
    /// When it was raised.
    pub at: Option<WallTime>,
}

/// One alarm. [`crate::Touch::Pick`] says what was found.
#[derive(Debug, Clone, PartialEq)]
pub struct AlarmSheet {
    /// The alarm.
    pub alarm: AlarmRow,
    /// What can have been found; the index is what `Pick` takes.
    pub found: Vec<AlarmReason>,
}

/// What waits for staff. [`crate::Touch::Pick`] opens or, for a notice, acknowledges it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tasks {
    /// Oldest first.
    pub tasks: Vec<TaskRow>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskRow {
    /// What.
    pub kind: TaskKind,
    /// The child.
    pub name: Pii<String>,
    /// Its class.
    pub class: String,
    /// The day; `None` where no clock ever said which.
    pub day: Option<WallTime>,
    /// A line from the guardian, for a notice.
    pub note: Option<Pii<String>>,
}

/// What may wait for staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskKind {
    /// A day left open was closed as unknown: when did the child leave?
    DayUnknown,
    /// A fee no clock could settle.
    FeeUnsettled,
    /// A fee that waits for the handover.
    HandoverMissing,
    /// An absence notice nobody has seen.
    Notice(AbsenceKind),
}

/// The tick-off list. [`crate::Touch::Pick`] ticks a child or takes the tick back;
/// `EndEmergency` ends it.
#[derive(Debug, Clone, PartialEq)]
pub struct Emergency {
    /// Since.
    pub since: Option<WallTime>,
    /// The children the record says are here, by class.
    pub rows: Vec<EmergencyRow>,
    /// How many of them were found.
    pub found: u32,
    /// How old all this may be.
    pub age: DataAge,
    /// Ending it was pressed once: pressing again ends it.
    pub sure: bool,
}

/// A child on the tick-off list.
#[derive(Debug, Clone, PartialEq)]
pub struct EmergencyRow {
    /// The name as written.
    pub name: Pii<String>,
    /// The name in kana.
    pub kana: Pii<String>,
    /// The class.
    pub class: String,
    /// Its picture.
    pub mark: ClassMark,
    /// Ticked off; when, where a clock vouches for it.
    pub found: Option<Option<WallTime>>,
}

/// A month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct YearMonth {
    /// The year.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
}

/// The month's papers. [`crate::Touch::Months`] moves the month; `Write` writes them.
#[derive(Debug, Clone, PartialEq)]
pub struct Papers {
    /// Which month.
    pub month: YearMonth,
    /// One row a child; `None` while they are made.
    pub rows: Option<Vec<PaperRow>>,
    /// What became of writing them.
    pub stick: Stick,
}

/// A child's month.
#[derive(Debug, Clone, PartialEq)]
pub struct PaperRow {
    /// The name as written.
    pub name: Pii<String>,
    /// The class.
    pub class: String,
    /// Days present.
    pub present: u32,
    /// Days absent.
    pub absent: u32,
    /// Days whose end nobody knows.
    pub unknown: u32,
    /// Minutes of extended care.
    pub minutes: u32,
    /// Yen.
    pub yen: u32,
}

/// The stick the papers go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stick {
    /// Nothing was asked yet.
    Ready,
    /// They are being written.
    Writing,
    /// They are on it.
    Written {
        /// So many files.
        files: usize,
        /// In this folder of the stick.
        folder: String,
    },
    /// There is none: put one in.
    None,
    /// It did not do as it was told.
    Failed,
}
