//! A household at the nursery's door: who goes which way, and the ring that runs out.

use jiff::civil::Date;
use machitap_domain::{
    Credential, Draft, FactBody, FactId, Folds, Millis, Now, Pseudonym, Stamp,
    attendance::{ChildDays, Direction, Reason, Role, Via},
    fact::Refusal,
    nursery::{
        absence::AbsenceKind,
        board::{Sources, local},
        fee::DayFee,
        tariff::Care,
    },
    pseudonym::PurposeKey,
    roster::{Child, Guardian, Household, May},
};

use super::{
    ABANDONED_MS, After, Session, State, Turn, clock, done, followup,
    price::{Going, says},
};
use crate::{
    input::Touch,
    output::{Output, Tone},
    view::{self, ChildRow, MessageKind, Remaining, RowReason},
};

/// Children that every panel shows on one page, whatever else stands there: nobody is recorded who
/// was not on the screen.
const SEEN_AT_ONCE: usize = 2;

/// How somebody came to the door.
#[derive(Clone)]
pub(super) enum How {
    /// With a card.
    Card(Credential),
    /// Without one: staff vouched for them by that fact.
    Pass {
        fact: FactId,
        staff: Option<Pseudonym>,
    },
}

/// A child of the open household.
struct OpenChild {
    subject: Pseudonym,
    care: Care,
    row: ChildRow,
}

/// An open household.
pub(super) struct Open {
    how: How,
    household: Household,
    guardian: Option<Guardian>,
    children: Vec<OpenChild>,
    /// When the card was held: leaving counts from here.
    tapped: Stamp,
    until: Millis,
    total_ms: Millis,
    /// It confirms by itself when the ring has run out.
    by_itself: bool,
}

impl Open {
    pub(super) const fn until(&self) -> Millis {
        self.until
    }

    pub(super) const fn by_itself(&self) -> bool {
        self.by_itself
    }

    pub(super) fn is_of(&self, credential: &Credential) -> bool {
        matches!(&self.how, How::Card(card) if card == credential)
    }

    fn role(&self) -> Role {
        self.guardian.as_ref().map_or(Role::Child, |g| g.role)
    }

    /// The chosen children with the way they go; a coming counts now, a going from the tap.
    fn going(&self, now: &Now) -> Vec<Going> {
        self.children
            .iter()
            .filter(|c| c.row.selected)
            .map(|c| Going {
                subject: c.subject,
                care: c.care,
                direction: c.row.direction,
                at: match c.row.direction {
                    Direction::In => now.stamp(),
                    Direction::Out => self.tapped,
                },
            })
            .collect()
    }

    /// Nobody need be asked: all are seen and go one way, and a collector only fetches.
    fn is_clear(&self) -> bool {
        if self.children.len() > SEEN_AT_ONCE {
            return false;
        }
        let mut ways = self
            .children
            .iter()
            .filter(|c| c.row.selected)
            .map(|c| c.row.direction);
        let Some(first) = ways.next() else {
            return false;
        };
        let collector_brings = self.role() == Role::Collector && first == Direction::In;
        ways.all(|way| way == first) && !collector_brings
    }
}

impl Session {
    pub(super) fn open_household(
        &mut self,
        cx: &mut Turn<'_>,
        how: How,
        household: &Household,
        guardian: Option<&Guardian>,
    ) {
        let Some(key) = self.purposes.nursery.clone() else {
            // A kiosk without the nursery's key cannot name a child: it is not enrolled for it.
            cx.out.push(Output::Tone(Tone::Ask));
            self.go(State::Base);
            return;
        };
        let today = local(&cx.now.clock, &self.zone).map(|(date, _)| date);
        if let Some(person) = guardian
            && person.may(today) != May::Yes
        {
            let never = person.may(today) == May::Never;
            return self.silent_stop(cx, key.pseudonym(&person.citizen), never);
        }
        let children = self.children_today(cx.folds, cx.now, household, &key, today);
        if children.is_empty() {
            return self.refuse(cx, MessageKind::NoChildToday, Refusal::NoChildToday);
        }
        if let How::Card(_) = how
            && self.shows_what_was_just_done(cx, &children)
        {
            return;
        }
        // Something may have been recorded moments before a power cut, and no clock can
        // say so: the household is asked instead of confirmed for.
        let unsure = self.just_now(cx, &children).any(|p| p.is_some());
        let confirm_ms = self.timing().confirm_ms;
        let mut open = Open {
            how,
            household: household.clone(),
            guardian: guardian.cloned(),
            children,
            tapped: cx.now.stamp(),
            until: 0,
            total_ms: 0,
            by_itself: false,
        };
        let (_, quote) = self.quote(&open.going(cx.now), cx.now, cx.folds);
        open.by_itself = !unsure && open.is_clear() && quote.is_none_or(|q| q.cheaper.is_none());
        open.total_ms = if open.by_itself {
            confirm_ms
        } else {
            ABANDONED_MS
        };
        open.until = cx.now.mono_ms + open.total_ms;
        self.go(State::Household(open));
    }

    /// Neutral to whoever stands there; staff and the city learn of it.
    fn silent_stop(&mut self, cx: &mut Turn<'_>, person: Pseudonym, never: bool) {
        use machitap_domain::nursery::alarm::AlarmKind;
        let alarm = if never {
            AlarmKind::Barred
        } else {
            AlarmKind::NotToday
        };
        let why = Refusal::AskStaff;
        let mut drafts = vec![self.draft(cx.now, None, None, FactBody::Refused { why })];
        let open = cx
            .folds
            .house()
            .open_alarms()
            .any(|a| a.alarm == alarm && a.subject == person);
        if !open {
            let day = cx.now.stamp().day(&self.zone);
            let body = FactBody::Alarm { alarm, day };
            drafts.push(self.draft(cx.now, Some(person), None, body));
        }
        self.quiet_message(cx, MessageKind::PleaseWait);
        self.append(cx, drafts, After::Quiet);
    }

    /// The children who belong here today, each with the way a tap takes it. Without a
    /// known day, everybody on the roster.
    fn children_today(
        &self,
        folds: &Folds,
        now: &Now,
        household: &Household,
        key: &PurposeKey,
        today: Option<Date>,
    ) -> Vec<OpenChild> {
        let day = now.stamp().day(&self.zone);
        let open_today = today
            .zip(self.nursery())
            .is_none_or(|(date, nursery)| nursery.is_open(date));
        let mut children: Vec<OpenChild> = household
            .children
            .iter()
            .filter(|c| today.is_none_or(|date| c.is_enrolled(date)))
            .map(|child| {
                let subject = key.pseudonym(&child.citizen);
                let days = folds.child(&subject);
                let absent = days.last_on(day).is_none() && self.said_absent(folds, child, today);
                OpenChild {
                    subject,
                    care: today.map_or_else(Care::default, |date| child.care(date)),
                    row: self.row(child, &days, day, absent),
                }
            })
            // On a day the nursery is closed only those who are here can go.
            .filter(|c| open_today || c.row.direction == Direction::Out)
            .collect();
        // Siblings of a child said to be absent go without it; if all were, they come all
        // the same.
        let all_absent = children
            .iter()
            .all(|c| c.row.reason == RowReason::SaidAbsent);
        for child in &mut children {
            child.row.selected = all_absent || child.row.reason != RowReason::SaidAbsent;
        }
        children
    }

    fn row(
        &self,
        child: &Child,
        days: &ChildDays,
        day: machitap_domain::DayKey,
        absent: bool,
    ) -> ChildRow {
        let proposal = days.propose(day);
        let time = |at| clock::stamp_time(&at, &self.zone);
        let reason = match proposal.reason {
            Reason::NotHereYet if absent => RowReason::SaidAbsent,
            Reason::NotHereYet => RowReason::NotHereYet,
            Reason::HereSince { at } => RowReason::HereSince(time(at)),
            Reason::LeftAt { at } => RowReason::LeftAt(time(at)),
        };
        ChildRow {
            name: child.name.clone(),
            kana: child.kana.clone(),
            class: child.class.clone(),
            mark: child.mark,
            direction: proposal.direction,
            reason,
            selected: true,
            yen: 0,
        }
    }

    fn said_absent(&self, folds: &Folds, child: &Child, today: Option<Date>) -> bool {
        let Some((date, Sources { absences, key, .. })) = today.zip(self.sources(folds)) else {
            return false;
        };
        let entered = folds.child(&key.pseudonym(&child.citizen));
        let mut said = absences
            .into_iter()
            .flat_map(|a| a.of(&child.citizen, date).map(|n| n.why))
            .chain(entered.excused_on(date).map(|e| e.why));
        said.any(|why| why != AbsenceKind::Late)
    }

    /// For each child, its latest passage while the guard against repeats lasts.
    fn just_now(
        &self,
        cx: &Turn<'_>,
        children: &[OpenChild],
    ) -> impl Iterator<Item = Option<machitap_domain::attendance::Passage>> {
        let repeat_ms = self.timing().repeat_ms;
        children
            .iter()
            .map(move |c| {
                // What staff entered by hand is no tap: it guards against nothing.
                let days = cx.folds.child(&c.subject);
                days.latest()
                    .filter(|p| !p.corrected && cx.now.at_least_since(&p.at) < repeat_ms)
                    .cloned()
            })
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// A tap that comes again too soon shows what the first one did.
    fn shows_what_was_just_done(&mut self, cx: &mut Turn<'_>, children: &[OpenChild]) -> bool {
        let day = cx.now.stamp().day(&self.zone);
        let recent: Vec<_> = self.just_now(cx, children).collect();
        let known = recent
            .iter()
            .flatten()
            .any(|p| p.at.boot == cx.now.boot || p.day == day);
        if known {
            cx.out.push(Output::Tone(Tone::Read));
            let rows = children.iter().map(|c| (c.row.clone(), c.subject));
            let done = done::Done::nursery_before(self, cx, rows.zip(recent));
            self.go(State::Done(done));
        }
        known
    }

    pub(super) fn household_view(&self, open: &Open, now: &Now, folds: &Folds) -> view::Household {
        let (yen, quote) = self.quote(&open.going(now), now, folds);
        let mut yen = yen.into_iter();
        let children = open
            .children
            .iter()
            .map(|c| ChildRow {
                yen: if c.row.selected {
                    yen.next().unwrap_or(0)
                } else {
                    0
                },
                ..c.row.clone()
            })
            .collect();
        view::Household {
            who: open.guardian.as_ref().map(|g| g.name.clone()),
            role: open.role(),
            children,
            confirms_in: open.by_itself.then(|| Remaining {
                left_ms: open.until.saturating_sub(now.mono_ms),
                total_ms: open.total_ms,
            }),
            quote,
        }
    }

    pub(super) fn touch_household(&mut self, cx: &mut Turn<'_>, touch: Touch) {
        match touch {
            Touch::Confirm => return self.confirm_household(cx),
            Touch::Cancel => return self.go(State::Base),
            Touch::Wait => return self.wait_for_less(cx),
            Touch::ToggleChild(_) | Touch::TurnChild(_) | Touch::TurnAll => {}
            _ => return,
        }
        let State::Household(open) = &mut self.state else {
            return;
        };
        open.by_itself = false;
        open.until = cx.now.mono_ms + ABANDONED_MS;
        self.changed = true;
        match touch {
            Touch::ToggleChild(n) => {
                if let Some(child) = open.children.get_mut(n) {
                    child.row.selected = !child.row.selected;
                }
            }
            Touch::TurnChild(n) => open.children.get_mut(n).into_iter().for_each(turn),
            Touch::TurnAll => open.children.iter_mut().for_each(turn),
            _ => {}
        }
    }

    /// Nothing is recorded; the screen says when to come back. Only where it pays.
    fn wait_for_less(&mut self, cx: &mut Turn<'_>) {
        let State::Household(open) = &self.state else {
            return;
        };
        let (_, quote) = self.quote(&open.going(cx.now), cx.now, cx.folds);
        if let Some(cheaper) = quote.and_then(|q| q.cheaper) {
            self.quiet_message(cx, MessageKind::ComeBackAt { at: cheaper.at });
        }
    }

    /// Records what the screen shows. Nobody selected means nothing to record.
    pub(super) fn confirm_household(&mut self, cx: &mut Turn<'_>) {
        let State::Household(open) = std::mem::replace(&mut self.state, State::Base) else {
            return;
        };
        self.changed = true;
        let going = open.going(cx.now);
        let (yen, _) = self.quote(&going, cx.now, cx.folds);
        let mut drafts = Vec::new();
        let mut acts = Vec::new();
        for going in &going {
            let passage = self.passage(&open, going);
            acts.push((passage.id, going.subject));
            let fee = self.fee_draft(cx, going, passage.id);
            drafts.push(passage);
            drafts.extend(fee);
        }
        if drafts.is_empty() {
            self.go(State::Base);
            if let Some(credential) = self.next_card.take() {
                self.open(cx, credential);
            }
            return;
        }
        let shown: Vec<ChildRow> = open
            .children
            .iter()
            .filter(|c| c.row.selected)
            .zip(yen)
            .map(|(c, yen)| ChildRow {
                yen,
                ..c.row.clone()
            })
            .collect();
        let followup = self.followup(cx, &open.household, &shown, &acts);
        let planned = done::Planned::Nursery {
            acts,
            children: shown,
            followup,
        };
        self.append(cx, drafts, After::Done(planned));
    }

    fn passage(&mut self, open: &Open, going: &Going) -> Draft {
        let key = self.purposes.nursery.as_ref();
        let by = open
            .guardian
            .as_ref()
            .zip(key)
            .map(|(g, key)| key.pseudonym(&g.citizen));
        let (via, card, staff, caused_by) = match &open.how {
            How::Card(card) => (
                Via::Card(card.kind()),
                key.map(|k| k.card(card)),
                None,
                None,
            ),
            How::Pass { fact, staff } => (Via::Pass, None, *staff, Some(*fact)),
        };
        self.draft_at(
            going.at,
            Some(going.subject),
            caused_by,
            FactBody::Attendance {
                direction: going.direction,
                by,
                via,
                role: Some(open.role()),
                card,
                staff,
            },
        )
    }

    /// The fee of the day after this passage, where it is another than before.
    pub(super) fn fee_draft(
        &mut self,
        cx: &Turn<'_>,
        going: &Going,
        passage: FactId,
    ) -> Option<Draft> {
        let (day, fee) = self.fee_after(going, cx.folds, passage)?;
        if says(&cx.folds.child(&going.subject), day, &fee) {
            return None;
        }
        let body = FactBody::Fee(DayFee { day, fee });
        Some(self.draft(cx.now, Some(going.subject), Some(passage), body))
    }

    fn followup(
        &self,
        cx: &Turn<'_>,
        household: &Household,
        shown: &[ChildRow],
        acts: &[(FactId, Pseudonym)],
    ) -> followup::Followup {
        let today = local(&cx.now.clock, &self.zone).map(|(date, _)| date);
        let notices = self.purposes.nursery.as_ref().map(|key| {
            let subject = key.household(&household.id);
            let seen = cx.folds.household(&subject);
            let unseen = household
                .notices
                .iter()
                .filter(|n| !seen.has(&n.id))
                .filter(|n| today.zip(n.until).is_none_or(|(date, until)| date <= until))
                .cloned()
                .collect();
            (subject, unseen)
        });
        let came = shown
            .iter()
            .zip(acts)
            .filter(|(row, _)| row.direction == Direction::In)
            .map(|(row, (fact, subject))| followup::Came {
                fact: *fact,
                subject: *subject,
                row: row.clone(),
            })
            .collect();
        let questions = self
            .nursery()
            .map_or_else(Vec::new, |n| n.questions.clone());
        followup::Followup::new(notices, came, questions)
    }
}

fn turn(child: &mut OpenChild) {
    child.row.direction = match child.row.direction {
        Direction::In => Direction::Out,
        Direction::Out => Direction::In,
    };
    child.row.reason = RowReason::ByHand;
}
