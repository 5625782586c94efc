//! The script, played: on the running kiosk, with cards in the real card stack.

mod cards;
mod screen;

use std::{collections::BTreeSet, thread::JoinHandle, time::Duration};

use anyhow::{Context, Result, ensure};
use jiff::{
    Timestamp,
    civil::{Date, Time},
};
use machitap_card::virt::Fault;
use machitap_domain::{CitizenId, roster::Child};

use super::{
    Monday,
    script::{Act, Line},
};
use crate::{
    album::Album,
    ledger,
    stage::{Control, Kiosk, Stage, StagedClock, Vouched},
    town,
};

/// How long a screen may take to come.
const SCREEN_LIMIT: Duration = Duration::from_secs(20);
/// How long the link may take to find back, and all to be counted.
const LINK_LIMIT: Duration = Duration::from_secs(120);
/// A card that leaves early is away after so many commands.
const EARLY: u32 = 3;
/// The script may fall behind the clock by this much: a slow machine is waited for, one
/// that would move a tap into another minute is not.
const LATE: jiff::SignedDuration = jiff::SignedDuration::from_secs(15);
/// Recording, where waiting would not cost less.
const RECORD: &str = "記録する";
/// Recording, where it would.
const RECORD_NOW: &str = "いま 記録する";

/// A kiosk and a day before it.
pub struct Player<'a> {
    stage: &'a mut Stage,
    kiosk: Kiosk,
    control: Control,
    clock: StagedClock,
    monday: &'a Monday,
    day: Date,
    /// A card on its way out of the reader.
    leaving: Option<JoinHandle<()>>,
    album: Option<Album>,
    cases: BTreeSet<usize>,
    taps: u32,
    again: u32,
}

/// What was played.
#[derive(Debug)]
pub struct Played {
    /// The kiosk, still running.
    pub kiosk: Kiosk,
    /// The numbers of the special cases.
    pub cases: BTreeSet<usize>,
    /// Cards held to the reader.
    pub taps: u32,
    /// Of them, held again because nothing noticed them.
    pub again: u32,
}

impl<'a> Player<'a> {
    /// For a kiosk that is not started yet.
    pub fn new(
        stage: &'a mut Stage,
        kiosk: Kiosk,
        clock: StagedClock,
        monday: &'a Monday,
        album: Option<Album>,
    ) -> Self {
        Self {
            control: kiosk.control(),
            stage,
            kiosk,
            clock,
            monday,
            day: Date::default(),
            leaving: None,
            album,
            cases: BTreeSet::new(),
            taps: 0,
            again: 0,
        }
    }

    /// Plays all of it.
    ///
    /// # Errors
    /// At the first line that does not go as it says; names it.
    pub fn play(mut self, script: &[Line]) -> Result<Played> {
        let played = script.iter().try_for_each(|line| {
            self.line(line)
                .with_context(|| format!("script.txt:{}: {}", line.number, line.text))
        });
        if let Some(album) = &self.album {
            album.finish()?;
        }
        played?;
        self.clear()?;
        Ok(Played {
            kiosk: self.kiosk,
            cases: self.cases,
            taps: self.taps,
            again: self.again,
        })
    }

    fn line(&mut self, line: &Line) -> Result<()> {
        if let Some(at) = line.at {
            self.pass_until(at)?;
        }
        line.act.as_ref().map_or(Ok(()), |act| self.act(act))
    }

    fn moment(&self, at: Time) -> Result<Timestamp> {
        Ok(ledger::zone().to_timestamp(self.day.to_datetime(at))?)
    }

    fn pass_until(&mut self, at: Time) -> Result<()> {
        let then = self.moment(at)?;
        if !self.clock.pass_until(then)? {
            let late = self.clock.now()?.duration_since(then);
            ensure!(late < LATE, "the play is {late:#} behind its clock");
        }
        self.nudge()
    }

    /// The kiosk's engine looks at its clock when something happens; a question does.
    fn nudge(&mut self) -> Result<()> {
        if self.kiosk.process().is_some() {
            self.control.status()?;
        }
        Ok(())
    }

    fn act(&mut self, act: &Act) -> Result<()> {
        match act {
            Act::Day(day) => {
                self.day = *day;
                Ok(())
            }
            Act::Case { number, title } => {
                println!("   case {number:>2}: {title}");
                ensure!(self.cases.insert(*number), "case {number} was there before");
                Ok(())
            }
            Act::In(household) => self.bring(*household),
            Act::Out(household) => self.fetch(*household),
            Act::Tap { card, view } => self.tap(card, None, view),
            Act::Two {
                cards: [one, other],
                view,
            } => self.two(one, other, view),
            Act::Early { card, view } => self.tap(card, Some(Fault::LeavesAfter(EARLY)), view),
            Act::See(view) => self.control.wait_for(view, SCREEN_LIMIT),
            Act::Read(text) => self.read(text),
            Act::Miss(text) => self.miss(text),
            Act::Touch(label) => self.touch(label),
            Act::TouchBeginning(with) => self.control.touch_beginning(with, SCREEN_LIMIT),
            Act::Times(times, label) => (0..*times).try_for_each(|_| self.touch(label)),
            Act::Find(text) => self.find(text),
            Act::Everyone => self.everyone(),
            Act::Pin => town::STAFF_PIN
                .chars()
                .try_for_each(|digit| self.touch(&digit.to_string())),
            Act::Kill => {
                self.clear()?;
                self.kiosk.kill();
                Ok(())
            }
            Act::Start => self.kiosk.start(),
            Act::Reboot => self.clock.reboot(),
            Act::Vouched(heard) => {
                let vouched = if *heard {
                    Vouched::Ntp
                } else {
                    Vouched::Nobody
                };
                self.clock.vouch(vouched)?;
                self.nudge()
            }
            Act::Wrong(days) => {
                self.clock.be_wrong_by(days * 86_400_000)?;
                self.nudge()
            }
            Act::Broker(true) => self.stage.broker.start(),
            Act::Broker(false) => self.stage.broker.stop(),
            Act::Counted => self.kiosk.wait_until_counted(LINK_LIMIT),
            Act::Picture { name, caption } => match &mut self.album {
                Some(album) => {
                    let file = album.next("保育園の月曜日", name, caption);
                    self.control.shot(&file)
                }
                None => Ok(()),
            },
        }
    }

    fn bring(&mut self, household: u8) -> Result<()> {
        let coming = self.monday.expected(household, self.day)?;
        self.open(household, &coming)?;
        self.record()?;
        for child in &coming {
            for usual in self.monday.usual_answers() {
                self.control.wait_for("question", SCREEN_LIMIT)?;
                self.read(child.name.reveal())?;
                self.touch(usual)?;
            }
        }
        self.control.wait_for("nursery-done", SCREEN_LIMIT)
    }

    fn fetch(&mut self, household: u8) -> Result<()> {
        let going = self.monday.expected(household, self.day)?;
        self.open(household, &going)?;
        self.record()?;
        self.control.wait_for("nursery-done", SCREEN_LIMIT)
    }

    /// The guardian's card opens the household, and its children stand there by name.
    fn open(&mut self, household: u8, children: &[&Child]) -> Result<()> {
        self.tap(&format!("g{household:02}"), None, "household")?;
        children
            .iter()
            .try_for_each(|child| self.read(child.name.reveal()))
    }

    /// Whatever it costs.
    fn record(&self) -> Result<()> {
        let labels = self.control.labels()?;
        let dear = labels.iter().any(|label| label == RECORD_NOW);
        self.touch(if dear { RECORD_NOW } else { RECORD })
    }
}

impl Monday {
    /// The usual answer to each question of the nursery.
    fn usual_answers(&self) -> impl Iterator<Item = &str> {
        let nursery = self.catalogue.facilities.values().next();
        nursery
            .and_then(|f| f.service.as_nursery())
            .into_iter()
            .flat_map(|n| &n.questions)
            .filter_map(|q| Some(q.answers.first()?.text.ja.as_str()))
    }

    /// The children of a household who belong here that day and were not said to be absent.
    fn expected(&self, household: u8, day: Date) -> Result<Vec<&Child>> {
        let household = self.household(household)?;
        let absent = |child: &CitizenId| {
            self.absences
                .of(child, day)
                .any(|notice| notice.why != machitap_domain::nursery::absence::AbsenceKind::Late)
        };
        Ok(household
            .children
            .iter()
            .filter(|c| c.is_enrolled(day) && !absent(&c.citizen))
            .collect())
    }
}
