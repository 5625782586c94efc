//! Drop-off and pick-up: which way a tap goes, and what the day looks like.

use serde::{Deserialize, Serialize};

use jiff::civil::Date;

use crate::{
    credential::CredentialKind,
    fact::FactId,
    ids::NoticeId,
    nursery::{
        absence::Excused,
        correction::{Correction, TruePassage},
        fee::{DayFee, Fee, FeeMade},
        note::Answer,
    },
    time::{ClockSource, DayKey, Quality, Stamp},
};

/// Which way a child went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// 登園
    In,
    /// 降園
    Out,
}

/// How it was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// By a card of that kind.
    Card(CredentialKind),
    /// Without a card, vouched for by staff at the door.
    Pass,
    /// By staff, by hand.
    Staff,
}

/// As whom somebody brings or fetches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// 保護者
    #[default]
    Guardian,
    /// お迎えの人
    Collector,
    /// 職員
    Staff,
    /// The child's own card.
    Child,
}

/// One coming or going, as the fold remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// The fact.
    pub fact: FactId,
    /// The day it counts for.
    pub day: DayKey,
    /// When.
    pub at: Stamp,
    /// Which way.
    pub direction: Direction,
    /// It was taken back, or a correction stands in its place.
    pub undone: bool,
    /// When the child changed hands, where staff recorded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover: Option<Stamp>,
    /// Staff put it right by hand.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub corrected: bool,
    /// What was said at drop-off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
}

impl Passage {
    /// One that stands, with nothing added to it yet.
    pub const fn new(fact: FactId, day: DayKey, at: Stamp, direction: Direction) -> Self {
        Self {
            fact,
            day,
            at,
            direction,
            undone: false,
            handover: None,
            corrected: false,
            answers: Vec::new(),
        }
    }
}

/// An absence staff entered, as the fold remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExcusedMade {
    /// The fact.
    pub fact: FactId,
    /// What it says.
    pub excused: Excused,
    /// It was taken back.
    pub undone: bool,
}

/// How much of each child is remembered at the door. A day has two passages, and an undo
/// needs the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Passages.
    pub passages: usize,
    /// Fees: those of this month and the last, for the month's cap.
    pub fees: usize,
    /// Absences entered by staff, and days closed as unknown.
    pub others: usize,
}

impl Depth {
    /// What the door needs.
    pub const DOOR: Self = Self {
        passages: 32,
        fees: 128,
        others: 16,
    };
    /// Everything there is, for the month's papers.
    pub const PAPERS: Self = Self {
        passages: usize::MAX,
        fees: usize::MAX,
        others: usize::MAX,
    };
}

/// A child's days: passages oldest first, and what hangs on them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChildDays {
    passages: Vec<Passage>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fees: Vec<FeeMade>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    excused: Vec<ExcusedMade>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    closed: Vec<DayKey>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    seen: Vec<NoticeId>,
}

/// Why a tap goes the way it goes; the screen says it in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The child has not come today.
    NotHereYet,
    /// The child came and has not left.
    HereSince {
        /// When it came.
        at: Stamp,
    },
    /// The child left and comes again.
    LeftAt {
        /// When it left.
        at: Stamp,
    },
}

/// A direction with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposal {
    /// Which way.
    pub direction: Direction,
    /// Why.
    pub reason: Reason,
}

impl ChildDays {
    /// The last passage of that day that stands.
    pub fn last_on(&self, day: DayKey) -> Option<&Passage> {
        self.passages
            .iter()
            .rev()
            .find(|p| p.day == day && !p.undone)
    }

    /// True while the child is at the nursery on that day.
    pub fn is_here(&self, day: DayKey) -> bool {
        self.last_on(day)
            .is_some_and(|p| p.direction == Direction::In)
    }

    /// Which way a tap on that day goes. A day left open before is never toggled: only
    /// the passages of the same day count.
    pub fn propose(&self, day: DayKey) -> Proposal {
        match self.last_on(day) {
            None => Proposal {
                direction: Direction::In,
                reason: Reason::NotHereYet,
            },
            Some(p) if p.direction == Direction::In => Proposal {
                direction: Direction::Out,
                reason: Reason::HereSince { at: p.at },
            },
            Some(p) => Proposal {
                direction: Direction::In,
                reason: Reason::LeftAt { at: p.at },
            },
        }
    }

    /// The passages of that day that stand, in order.
    pub fn standing_on(&self, day: DayKey) -> impl DoubleEndedIterator<Item = &Passage> {
        self.passages
            .iter()
            .filter(move |p| p.day == day && !p.undone)
    }

    /// The latest passage that stands, of whatever day.
    pub fn latest(&self) -> Option<&Passage> {
        self.passages.iter().rev().find(|p| !p.undone)
    }

    /// Everything that is remembered, oldest first, what was taken back included.
    pub fn passages(&self) -> &[Passage] {
        &self.passages
    }

    /// The fee of that day that stands.
    pub fn fee_on(&self, day: DayKey) -> Option<&FeeMade> {
        self.fees.iter().rev().find(|f| f.day == day && !f.void)
    }

    /// Yen charged in that month so far, one day left out.
    pub fn month_yen(&self, year: i16, month: i8, without: Option<DayKey>) -> u32 {
        let mut days: Vec<DayKey> = self
            .fees
            .iter()
            .map(|f| f.day)
            .filter(|day| {
                Some(*day) != without
                    && matches!(day, DayKey::Date(d) if (d.year(), d.month()) == (year, month))
            })
            .collect();
        days.sort_unstable();
        days.dedup();
        days.into_iter()
            .filter_map(|day| Some(self.fee_on(day)?.fee.yen()))
            .fold(0, u32::saturating_add)
    }

    /// Days whose fee is left to staff.
    pub fn unsettled(&self) -> Vec<&FeeMade> {
        self.fees
            .iter()
            .filter(|f| {
                matches!(f.fee, Fee::Unsettled(_))
                    && self.fee_on(f.day).map(|s| s.fact) == Some(f.fact)
            })
            .collect()
    }

    /// What staff entered that speaks of that day.
    pub fn excused_on(&self, date: Date) -> impl Iterator<Item = Excused> {
        self.excused
            .iter()
            .filter(move |e| !e.undone && e.excused.covers(date))
            .map(|e| e.excused)
    }

    /// Absences staff entered, what was taken back included.
    pub fn excused(&self) -> &[ExcusedMade] {
        &self.excused
    }

    /// Days somebody left open and nothing has closed.
    pub fn open_days(&self) -> Vec<DayKey> {
        let mut days: Vec<DayKey> = self.passages.iter().map(|p| p.day).collect();
        days.sort_unstable();
        days.dedup();
        days.retain(|day| self.is_here(*day) && !self.closed.contains(day));
        days
    }

    /// Days that were closed as unknown and that nobody has put right since.
    pub fn unknown_days(&self) -> impl Iterator<Item = DayKey> {
        self.closed.iter().copied().filter(|day| self.is_here(*day))
    }

    /// True when staff have seen that absence notice.
    pub fn has_seen(&self, notice: &NoticeId) -> bool {
        self.seen.contains(notice)
    }

    /// With one more passage, to see what would be.
    pub fn with(mut self, passage: Passage) -> Self {
        self.passages.push(passage);
        self
    }

    /// As a correction would leave it, to see what would be.
    pub fn corrected(mut self, fact: FactId, correction: &Correction, day: Option<DayKey>) -> Self {
        self.correct(fact, correction, day, Depth::PAPERS);
        self
    }

    /// As a handover would leave it, to see what would be.
    pub fn handed_over(mut self, passage: FactId, at: Stamp) -> Self {
        self.hand_over(passage, at);
        self
    }

    /// As a fee would leave it, to see what would be.
    pub fn charged(mut self, fact: FactId, cause: FactId, fee: DayFee) -> Self {
        let made = FeeMade {
            fact,
            cause,
            day: fee.day,
            fee: fee.fee,
            void: false,
        };
        self.charge(made, Depth::PAPERS);
        self
    }

    pub(crate) fn push(&mut self, passage: Passage, depth: Depth) {
        self.passages.push(passage);
        trim(&mut self.passages, depth.passages);
    }

    pub(crate) fn undo(&mut self, fact: FactId) -> bool {
        let voided = self.void_fees(fact);
        let passage = self.passages.iter_mut().find(|p| p.fact == fact);
        let excused = self.excused.iter_mut().find(|e| e.fact == fact);
        voided
            | passage.map(|p| p.undone = true).is_some()
            | excused.map(|e| e.undone = true).is_some()
    }

    pub(crate) fn hand_over(&mut self, passage: FactId, at: Stamp) -> bool {
        self.passages
            .iter_mut()
            .find(|p| p.fact == passage)
            .map(|p| p.handover = Some(at))
            .is_some()
    }

    pub(crate) fn answer(&mut self, passage: FactId, answer: Answer) -> bool {
        self.passages
            .iter_mut()
            .find(|p| p.fact == passage)
            .map(|p| {
                p.answers.retain(|a| a.question != answer.question);
                p.answers.push(answer);
            })
            .is_some()
    }

    pub(crate) fn charge(&mut self, mut fee: FeeMade, depth: Depth) {
        // What was taken back before its fee was known costs nothing.
        fee.void |= self
            .passages
            .iter()
            .any(|p| p.fact == fee.cause && p.undone);
        self.fees.push(fee);
        trim(&mut self.fees, depth.fees);
    }

    pub(crate) fn excuse(&mut self, excused: ExcusedMade, depth: Depth) {
        self.excused.push(excused);
        trim(&mut self.excused, depth.others);
    }

    pub(crate) fn see(&mut self, notice: NoticeId, depth: Depth) -> bool {
        let new = !self.seen.contains(&notice);
        if new {
            self.seen.push(notice);
            trim(&mut self.seen, depth.others);
        }
        new
    }

    pub(crate) fn close(&mut self, day: DayKey, depth: Depth) {
        if !self.closed.contains(&day) {
            self.closed.push(day);
            trim(&mut self.closed, depth.others);
        }
    }

    /// What was replaced stands no more; what is true takes its place, or the place its
    /// time gives it in its day.
    pub(crate) fn correct(
        &mut self,
        fact: FactId,
        correction: &Correction,
        day: Option<DayKey>,
        depth: Depth,
    ) {
        let mut place = None;
        if let Some(wrong) = correction.replaces {
            place = self.passages.iter().position(|p| p.fact == wrong);
            if let Some(p) = place {
                self.passages[p].undone = true;
            }
            self.void_fees(wrong);
        }
        let (Some(truly), Some(day)) = (correction.truly, day) else {
            return;
        };
        let passage = Passage {
            corrected: true,
            ..Passage::new(fact, day, truly.stamp(), truly.direction)
        };
        let at = match place {
            Some(p) if self.passages[p].day == day => p + 1,
            _ => self.place_of(day, truly.at_ms),
        };
        self.passages.insert(at, passage);
        trim(&mut self.passages, depth.passages);
    }

    /// Before the first passage of that day that came later; else after its last.
    fn place_of(&self, day: DayKey, at_ms: i64) -> usize {
        let of_day = |p: &Passage| p.day == day && !p.undone;
        self.passages
            .iter()
            .position(|p| of_day(p) && p.at.wall_ms > at_ms)
            .or_else(|| Some(self.passages.iter().rposition(of_day)? + 1))
            .unwrap_or_else(|| {
                // A day without passages stands before the days after it.
                self.passages
                    .iter()
                    .position(
                        |p| matches!((p.day, day), (DayKey::Date(a), DayKey::Date(b)) if a > b),
                    )
                    .unwrap_or(self.passages.len())
            })
    }

    /// Fees go to the day of what they are for, when a clock that came late has moved it.
    pub(crate) fn follow_passages(&mut self) {
        for fee in &mut self.fees {
            if let Some(passage) = self.passages.iter().find(|p| p.fact == fee.cause) {
                fee.day = passage.day;
            }
        }
    }

    fn void_fees(&mut self, cause: FactId) -> bool {
        let mut any = false;
        for fee in self.fees.iter_mut().filter(|f| f.cause == cause) {
            fee.void = true;
            any = true;
        }
        any
    }

    pub(crate) fn passages_mut(&mut self) -> &mut [Passage] {
        &mut self.passages
    }
}

impl TruePassage {
    /// The stamp of what a person says was so: exact to the minute they name, and of no
    /// boot, so that no interval is measured from it.
    pub const fn stamp(&self) -> Stamp {
        Stamp {
            wall_ms: self.at_ms,
            boot: crate::time::BootId(uuid::Uuid::nil()),
            mono_ms: 0,
            quality: Quality {
                source: ClockSource::Estimated,
                uncertainty_ms: Some(0),
            },
        }
    }
}

fn trim<T>(list: &mut Vec<T>, keep: usize) {
    if list.len() > keep {
        list.drain(..list.len() - keep);
    }
}
