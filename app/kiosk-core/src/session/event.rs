//! An event's door: one tap comes in, where the event has an exit the next one leaves.

use jiff::civil::DateTime;
use machitap_domain::{
    Credential, FactBody, Folds, Now, Stamp,
    catalogue::Service,
    event::{Asked, Event, EventRules, Verdict, judge},
    fact::Refusal,
    ids::EventId,
    points::{
        PointRule, VisitMade,
        earn::{self, Earning, Zero, entered, is_provisional},
    },
};

use super::{After, Session, State, Turn, clock, done, visit::Visitor};
use crate::{
    output::{Output, Tone},
    view::{EventCounts, EventDone, EventDoor, EventSign, MessageKind, NextEvent},
};

/// A facility of events gives points for nothing else.
const NOTHING_ELSE: PointRule = PointRule::plain(0, 0);

/// An entry as it was put on disk, and why it earned what it earned.
pub(super) struct Entered {
    pub(super) visitor: Visitor,
    pub(super) made: VisitMade,
    pub(super) earning: Option<Earning>,
}

impl Session {
    fn event_rules(&self) -> Option<&EventRules> {
        self.service().and_then(Service::as_event)
    }

    /// The time the clock says, whoever vouches for it: see [`machitap_domain::event`].
    fn moment(&self, now: &Now) -> DateTime {
        now.stamp().said(&self.zone)
    }

    pub(super) fn at_the_door(
        &mut self,
        cx: &mut Turn<'_>,
        rules: &EventRules,
        credential: &Credential,
    ) {
        let Some(visitor) = self.visitor(cx.folds, credential) else {
            return self.refuse(cx, MessageKind::UnknownCard, Refusal::UnknownCard);
        };
        self.serve_as(cx.folds, &visitor);
        let account = cx.folds.account(&visitor.subject);
        let repeat_ms = self.timing().repeat_ms;
        let lately = |at: &Stamp| cx.now.at_least_since(at) < repeat_ms;
        if let Some(last) = account.latest_entry() {
            if let Some(ended) = last.ended.filter(|e| lately(&e.at)) {
                cx.out.push(Output::Tone(Tone::Read));
                let done = done::Done::left_before(self, cx, &visitor, last, ended);
                return self.go(State::Done(done));
            }
            if last.ended.is_none() && lately(&last.at) {
                return self.show_entry(cx, &visitor, last);
            }
        }
        let verdict = judge(
            rules,
            &Asked {
                citizen: visitor.citizen.as_ref(),
                account: &account,
                counts: cx.folds.events(),
                roster: self.roster.as_ref().map(|(r, _)| r),
                moment: self.moment(cx.now),
            },
        );
        match verdict {
            Verdict::Enter { event, earns } => self.enter(cx, visitor, event, earns),
            Verdict::Leave { entry, .. } => self.leave(cx, visitor, &entry),
            Verdict::Inside { entry, .. } => self.show_entry(cx, &visitor, &entry),
            Verdict::NoEvent => self.refuse(cx, MessageKind::NoEvent, Refusal::NoEvent),
            Verdict::Full(_) => self.refuse(cx, MessageKind::EventFull, Refusal::EventFull),
            Verdict::NotListed(_) => self.refuse(cx, MessageKind::NotListed, Refusal::NotListed),
        }
    }

    fn show_entry(&mut self, cx: &mut Turn<'_>, visitor: &Visitor, entry: &VisitMade) {
        cx.out.push(Output::Tone(Tone::Read));
        let done = done::Done::entered_before(self, cx, visitor, entry);
        self.go(State::Done(done));
    }

    fn enter(&mut self, cx: &mut Turn<'_>, visitor: Visitor, event: &Event, earns: bool) {
        let earning = earns
            .then(|| self.ask_as(cx, &visitor, |a| entered(a, &event.id, event.points)))
            .flatten();
        let body = FactBody::EventEntered {
            event: event.id.clone(),
            credential: visitor.credential.kind(),
        };
        let entry = self.draft(cx.now, Some(visitor.subject), None, body);
        let fact = entry.id;
        let mut drafts = vec![entry];
        let lines = earning.as_ref().map_or(Vec::new(), |e| e.lines.clone());
        for line in &lines {
            let award = FactBody::Award(line.clone());
            drafts.push(self.draft(cx.now, Some(visitor.subject), Some(fact), award));
        }
        let at = cx.now.stamp();
        let made = VisitMade {
            points: earning.as_ref().map_or(0, Earning::points),
            lines,
            event: Some(event.id.clone()),
            ..VisitMade::new(fact, at.day(&self.zone), at)
        };
        let planned = done::Planned::Entered(Box::new(Entered {
            visitor,
            made,
            earning,
        }));
        self.append(cx, drafts, After::Done(planned));
    }

    fn leave(&mut self, cx: &mut Turn<'_>, visitor: Visitor, entry: &VisitMade) {
        let subject = Some(visitor.subject);
        let left = self.draft(cx.now, subject, Some(entry.fact), FactBody::EventLeft);
        let planned = done::Planned::LeftEvent {
            fact: left.id,
            until: left.at,
            visitor,
            entry: Box::new(entry.clone()),
        };
        self.append(cx, vec![left], After::Done(planned));
    }

    fn ask_as<T>(
        &self,
        cx: &Turn<'_>,
        visitor: &Visitor,
        question: impl FnOnce(&earn::Asked<'_>) -> T,
    ) -> Option<T> {
        self.ask_under(cx, visitor, &NOTHING_ELSE, None, question)
    }

    /// The screen of an entry that is on disk, just now or by an earlier tap. `earning` is what
    /// was said when it was made, when that was now.
    pub(super) fn event_done(
        &self,
        cx: &Turn<'_>,
        visitor: &Visitor,
        made: &VisitMade,
        earning: Option<&Earning>,
        already: bool,
    ) -> EventDone {
        let event = made.event.as_ref().and_then(|id| self.event_of(id));
        let capped = |e: &Earning| match e.zero {
            Some(Zero::Capped(hit)) => Some(hit),
            _ => e.cut,
        };
        let unsure = !made.at.quality.is_trusted() || self.is_unsealed(cx.folds, &visitor.subject);
        let shared = || self.ask_as(cx, visitor, is_provisional).unwrap_or_default();
        let earns = event.is_some_and(|e| e.points > 0);
        EventDone {
            name: self.event_name(made.event.as_ref()),
            at: clock::stamp_time(&made.at, &self.zone),
            points: made.points,
            cut: earning.and_then(capped),
            provisional: made.points > 0 && (unsure || shared()),
            balance: (earns && visitor.may_be_told())
                .then(|| self.known(cx.folds, &visitor.subject).free),
            tap_to_leave: made.ended.is_none() && event.is_some_and(|e| e.exit),
            already,
            undo: None,
        }
    }

    fn event_of(&self, id: &EventId) -> Option<&Event> {
        self.event_rules()?.event(id)
    }

    /// An event's name; its id where the catalogue does not know it any more.
    pub(super) fn event_name(&self, id: Option<&EventId>) -> String {
        let named = id.and_then(|id| self.event_of(id));
        match (named, id) {
            (Some(event), _) => event.name.in_language(self.language).to_owned(),
            (None, Some(id)) => id.to_string(),
            (None, None) => String::new(),
        }
    }

    /// The event on the idle screen.
    pub(super) fn event_sign(&self, now: &Now, folds: &Folds) -> Option<EventSign> {
        let rules = self.event_rules()?;
        let moment = self.moment(now);
        let open = rules.open_at(moment);
        let event = open.or_else(|| rules.next_after(moment))?;
        let places_left = event.places_left(folds.events().came(&event.id));
        Some(EventSign {
            name: event.name.in_language(self.language).to_owned(),
            from: clock::civil_time(event.from),
            until: clock::civil_time(event.until),
            door: match open {
                _ if places_left == Some(0) => EventDoor::Full,
                Some(_) => EventDoor::Open,
                None => EventDoor::OpensAt(clock::civil_time(event.opens())),
            },
            places_left,
            listed_only: event.listed_only,
        })
    }

    /// Points of the event on the idle screen.
    pub(super) fn event_points(&self, now: &Now) -> u32 {
        let event = self.event_rules().and_then(|rules| {
            let moment = self.moment(now);
            rules.open_at(moment).or_else(|| rules.next_after(moment))
        });
        event.map_or(0, |e| e.points)
    }

    /// The next event, for whoever came to none. Without a trusted clock nobody is sent away
    /// until a time: staff are asked.
    pub(super) fn next_event(&self, now: &Now) -> Option<NextEvent> {
        let rules = self.event_rules()?;
        let event = rules
            .next_after(self.moment(now))
            .filter(|_| now.clock.quality.is_trusted())?;
        Some(NextEvent {
            name: event.name.in_language(self.language).to_owned(),
            opens: clock::civil_time(event.opens()),
            from: clock::civil_time(event.from),
        })
    }

    /// How the event goes whose door opened last.
    pub(super) fn event_counts(&self, now: &Now, folds: &Folds) -> Option<EventCounts> {
        let event = self.event_rules()?.latest_at(self.moment(now))?;
        let (came, inside) = (
            folds.events().came(&event.id),
            folds.events().inside(&event.id),
        );
        Some(EventCounts {
            name: event.name.in_language(self.language).to_owned(),
            came,
            inside,
            left: came.saturating_sub(inside),
            capacity: event.capacity,
        })
    }

    /// A door opens and closes by the clock, also where the clock is not on the screen.
    pub(super) fn watch_door(&mut self) {
        self.changed |= matches!(self.state, State::Base) && self.event_rules().is_some();
    }
}
