//! One child: where it is, what is recorded of its day, what staff can do.

use machitap_domain::{
    DayKey, Draft, FactBody, Folds, Now, Pseudonym,
    attendance::{ChildDays, Direction, Passage, Role, Via},
    nursery::{
        board::local,
        fee::{DayFee, Fee, fee_of},
        settings::Counts,
        tariff::Care,
    },
    roster::May,
};

use super::{Page, correct::Correct, excuse::Excuse};
use crate::{
    input::StaffAct,
    output::{Output, Tone},
    session::{
        Session, State, Turn, clock,
        household::How,
        price::{Going, says},
    },
    view::{ChildSheet, PassageRow, People, PersonRow, View},
};

/// A child and the day staff look at.
#[derive(Clone, Copy)]
pub(super) struct Sheet {
    pub(super) subject: Pseudonym,
    pub(super) day: DayKey,
}

/// The last passage that waits for the handover.
fn to_hand_over(days: &ChildDays, day: DayKey) -> Option<&Passage> {
    days.standing_on(day)
        .next_back()
        .filter(|p| p.handover.is_none() && !p.corrected)
}

impl Session {
    pub(super) fn passage_row(&self, passage: &Passage) -> PassageRow {
        let time = |at| clock::stamp_time(at, &self.zone);
        PassageRow {
            direction: passage.direction,
            at: time(&passage.at),
            handover: passage.handover.as_ref().and_then(time),
            corrected: passage.corrected,
        }
    }

    /// What the child is certified for on that day.
    pub(super) fn care_on(&self, subject: &Pseudonym, day: DayKey) -> Care {
        match (self.child_of(subject), day) {
            (Some((_, child)), DayKey::Date(date)) => child.care(date),
            _ => Care::default(),
        }
    }

    pub(super) fn sheet_view(&self, sheet: &Sheet, now: &Now, folds: &Folds) -> Option<View> {
        let nursery = self.nursery()?;
        let today = now.stamp().day(&self.zone);
        let (_, child) = self.child_of(&sheet.subject)?;
        let shown = self
            .placed(now, folds)?
            .into_iter()
            .find(|(p, _)| p.subject == sheet.subject)
            .map(|(_, shown)| shown)?;
        let days = folds.child(&sheet.subject);
        let passages: Vec<&Passage> = days.standing_on(sheet.day).collect();
        let said = passages
            .iter()
            .flat_map(|p| &p.answers)
            .filter_map(|said| {
                let question = nursery.questions.iter().find(|q| q.id == said.question)?;
                let answer = question.answers.iter().find(|a| a.id == said.answer)?;
                let text =
                    |t: &machitap_domain::catalogue::Text| t.in_language(self.language).to_owned();
                Some((text(&question.text), text(&answer.text)))
            })
            .collect();
        let note = match sheet.day {
            DayKey::Date(date) => self.absences.as_ref().and_then(|(absences, _)| {
                absences
                    .of(&child.citizen, date)
                    .find_map(|n| n.note.clone())
            }),
            DayKey::Boot(_) => None,
        };
        Some(View::ChildSheet(ChildSheet {
            child: shown,
            class: child.class.clone(),
            passages: passages.iter().map(|p| self.passage_row(p)).collect(),
            day: match sheet.day {
                day if day == today => None,
                DayKey::Date(date) => Some(clock::day_time(date)),
                DayKey::Boot(_) => None,
            },
            yen: days.fee_on(sheet.day).map_or(0, |made| made.fee.yen()),
            said,
            note,
            handover_due: nursery.counts == Counts::Handover
                && to_hand_over(&days, sheet.day).is_some(),
        }))
    }

    pub(super) fn act_on_child(&mut self, cx: &mut Turn<'_>, sheet: Sheet, act: StaffAct) {
        let today = cx.now.stamp().day(&self.zone);
        match act {
            StaffAct::In if sheet.day == today => self.by_hand(cx, &sheet, Direction::In),
            StaffAct::Out if sheet.day == today => self.by_hand(cx, &sheet, Direction::Out),
            StaffAct::HandOver if sheet.day == today => self.hand_over(cx, &sheet),
            StaffAct::Pass if sheet.day == today => self.turn_to(Page::People(sheet)),
            StaffAct::Excuse => {
                if let Some((date, _)) = local(&cx.now.clock, &self.zone) {
                    self.turn_to(Page::Excuse(Excuse::new(sheet.subject, date)));
                }
            }
            StaffAct::Correct(n) => {
                let days = cx.folds.child(&sheet.subject);
                let passage = days.standing_on(sheet.day).nth(n).cloned();
                if let Some(passage) = passage {
                    let correct = Correct::of(&sheet, &passage, cx.now);
                    self.turn_to(Page::Correct(correct));
                }
            }
            StaffAct::Add => self.open_add(cx, sheet),
            _ => {}
        }
    }

    /// A passage that is missing, beginning with the most likely.
    pub(super) fn open_add(&mut self, cx: &Turn<'_>, sheet: Sheet) {
        let Some(nursery) = self.nursery() else {
            return;
        };
        let days = cx.folds.child(&sheet.subject);
        let direction = days.propose(sheet.day).direction;
        let today = local(&cx.now.clock, &self.zone);
        let date = match (sheet.day, today) {
            (DayKey::Date(date), _) => date,
            (DayKey::Boot(_), Some((date, _))) => date,
            (DayKey::Boot(_), None) => return,
        };
        let now_here = today.filter(|(today, _)| *today == date);
        let time = match (now_here, direction) {
            (Some((_, time)), _) => time,
            (None, Direction::In) => nursery.hours.from,
            (None, Direction::Out) => nursery.hours.until,
        };
        let at = self.zone.to_timestamp(date.to_datetime(time));
        if let Ok(at) = at {
            let correct = Correct::add(&sheet, direction, at.as_millisecond());
            self.turn_to(Page::Correct(correct));
        }
    }

    /// In or out, entered by staff for now.
    fn by_hand(&mut self, cx: &mut Turn<'_>, sheet: &Sheet, direction: Direction) {
        if cx.folds.child(&sheet.subject).propose(sheet.day).direction != direction {
            return;
        }
        let staff = self.panel_staff();
        let going = Going {
            subject: sheet.subject,
            care: self.care_on(&sheet.subject, sheet.day),
            direction,
            at: cx.now.stamp(),
        };
        let passage = self.draft(
            cx.now,
            Some(sheet.subject),
            None,
            FactBody::Attendance {
                direction,
                by: None,
                via: Via::Staff,
                role: Some(Role::Staff),
                card: None,
                staff,
            },
        );
        let mut drafts = vec![passage];
        drafts.extend(self.fee_draft(cx, &going, drafts[0].id));
        self.record(cx, drafts);
    }

    fn hand_over(&mut self, cx: &mut Turn<'_>, sheet: &Sheet) {
        let days = cx.folds.child(&sheet.subject);
        let Some(passage) = to_hand_over(&days, sheet.day).cloned() else {
            return;
        };
        let staff = self.panel_staff();
        let handed = self.draft(
            cx.now,
            Some(sheet.subject),
            Some(passage.fact),
            FactBody::HandedOver { staff },
        );
        let mut drafts = vec![handed];
        let counts = self.nursery().map(|n| n.counts);
        if counts == Some(Counts::Handover) {
            let after = days.handed_over(passage.fact, cx.now.stamp());
            drafts.extend(self.fee_again(cx, sheet, &after, passage.fact));
        }
        self.record(cx, drafts);
    }

    /// The fee of the day as it would then be, where it is another than before.
    pub(super) fn fee_again(
        &mut self,
        cx: &Turn<'_>,
        sheet: &Sheet,
        after: &ChildDays,
        cause: machitap_domain::FactId,
    ) -> Option<Draft> {
        let fee = self.fee_of_day(sheet, after)?;
        if says(after, sheet.day, &fee) {
            return None;
        }
        let body = FactBody::Fee(DayFee {
            day: sheet.day,
            fee,
        });
        Some(self.draft(cx.now, Some(sheet.subject), Some(cause), body))
    }

    pub(super) fn fee_of_day(&self, sheet: &Sheet, days: &ChildDays) -> Option<Fee> {
        let care = self.care_on(&sheet.subject, sheet.day);
        fee_of(days, sheet.day, care, self.nursery()?, &self.zone)
    }

    pub(super) fn people_view(&self, sheet: &Sheet, now: &Now) -> Option<View> {
        let (household, child) = self.child_of(&sheet.subject)?;
        let today = local(&now.clock, &self.zone).map(|(date, _)| date);
        Some(View::People(People {
            child: child.name.clone(),
            people: household
                .people
                .iter()
                .filter(|p| p.may(today) == May::Yes)
                .map(|p| PersonRow {
                    name: p.name.clone(),
                    role: p.role,
                })
                .collect(),
        }))
    }

    /// Staff vouch for somebody at the door: the door's screen opens for them, once.
    pub(super) fn pick_person(&mut self, cx: &mut Turn<'_>, sheet: &Sheet, n: usize) {
        let today = local(&cx.now.clock, &self.zone).map(|(date, _)| date);
        let picked = self.child_of(&sheet.subject).and_then(|(household, _)| {
            let person = household
                .people
                .iter()
                .filter(|p| p.may(today) == May::Yes)
                .nth(n)?;
            Some((household.clone(), person.clone()))
        });
        let (Some((household, person)), Some(key)) = (picked, self.purposes.nursery.clone()) else {
            return;
        };
        let staff = self.panel_staff();
        let subject = key.pseudonym(&person.citizen);
        let pass = self.draft(cx.now, Some(subject), None, FactBody::PassGiven { staff });
        let fact = pass.id;
        self.record(cx, vec![pass]);
        self.close_panel(cx);
        cx.out.push(Output::Tone(Tone::Read));
        self.state = State::Base;
        self.open_household(cx, How::Pass { fact, staff }, &household, Some(&person));
    }
}
