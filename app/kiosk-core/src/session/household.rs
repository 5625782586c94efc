//! A household at the nursery's door: who goes which way, and the ring that runs out.

use jiff::tz::TimeZone;
use machitap_domain::{
    Credential, DayKey, FactBody, Folds, Millis, Now, Pseudonym,
    attendance::{Direction, Reason, Via},
    roster::{Guardian, Household},
};

use super::{ABANDONED_MS, After, Session, State, Turn, clock, done};
use crate::{
    input::Touch,
    output::{Output, Tone},
    view::{self, ChildRow, Remaining, RowReason},
};

/// An open household.
pub(super) struct Open {
    credential: Credential,
    guardian: Option<Guardian>,
    children: Vec<(Pseudonym, ChildRow)>,
    until: Millis,
    total_ms: Millis,
    untouched: bool,
}

impl Open {
    pub(super) const fn until(&self) -> Millis {
        self.until
    }

    pub(super) const fn untouched(&self) -> bool {
        self.untouched
    }

    pub(super) fn is_of(&self, credential: &Credential) -> bool {
        self.credential == *credential
    }

    pub(super) fn view(&self, now: &Now) -> view::Household {
        view::Household {
            who: self.guardian.as_ref().map(|g| g.name.clone()),
            role: machitap_domain::attendance::Role::Guardian,
            quote: None,
            children: self.children.iter().map(|(_, row)| row.clone()).collect(),
            confirms_in: self.untouched.then(|| Remaining {
                left_ms: self.until.saturating_sub(now.mono_ms),
                total_ms: self.total_ms,
            }),
        }
    }
}

/// Each child with the way a tap on that day takes it.
fn rows(
    household: &Household,
    subjects: &[Pseudonym],
    folds: &Folds,
    day: DayKey,
    zone: &TimeZone,
) -> Vec<ChildRow> {
    household
        .children
        .iter()
        .zip(subjects)
        .map(|(child, subject)| {
            let proposal = folds.child(subject).propose(day);
            let reason = match proposal.reason {
                Reason::NotHereYet => RowReason::NotHereYet,
                Reason::HereSince { at } => RowReason::HereSince(clock::stamp_time(&at, zone)),
                Reason::LeftAt { at } => RowReason::LeftAt(clock::stamp_time(&at, zone)),
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
        })
        .collect()
}

impl Session {
    pub(super) fn open_household(
        &mut self,
        cx: &mut Turn<'_>,
        credential: Credential,
        household: &Household,
        guardian: Option<&Guardian>,
    ) {
        let Some(key) = self.purposes.nursery.clone() else {
            // A kiosk without the nursery's key cannot name a child: it is not enrolled for it.
            cx.out.push(Output::Tone(Tone::Ask));
            self.go(State::Base);
            return;
        };
        let subjects: Vec<Pseudonym> = household
            .children
            .iter()
            .map(|c| key.pseudonym(&c.citizen))
            .collect();
        let day = cx.now.stamp().day(&self.zone);
        let rows = rows(household, &subjects, cx.folds, day, &self.zone);
        let timing = self.timing();
        let recent: Vec<_> = subjects
            .iter()
            .map(|s| cx.folds.child(s))
            .map(|days| {
                days.latest()
                    .filter(|p| cx.now.at_least_since(&p.at) < timing.repeat_ms)
                    .cloned()
            })
            .collect();
        let same_boot = recent
            .iter()
            .flatten()
            .any(|p| p.at.boot == cx.now.boot || p.day == day);
        if recent.iter().any(Option::is_some) && same_boot {
            cx.out.push(Output::Tone(Tone::Read));
            let children = rows.into_iter().zip(subjects).zip(recent);
            let done = done::Done::nursery_before(self, cx, children);
            self.go(State::Done(done));
            return;
        }
        // Something may have been recorded moments before a power cut, and no clock can
        // say so: the household is asked instead of confirmed for.
        let unsure = recent.iter().any(Option::is_some);
        let wait = if unsure {
            ABANDONED_MS
        } else {
            timing.confirm_ms
        };
        self.go(State::Household(Open {
            credential,
            guardian: guardian.cloned(),
            children: subjects.into_iter().zip(rows).collect(),
            until: cx.now.mono_ms + wait,
            total_ms: wait,
            untouched: !unsure,
        }));
    }

    pub(super) fn touch_household(&mut self, cx: &mut Turn<'_>, touch: Touch) {
        match touch {
            Touch::Confirm => return self.confirm_household(cx),
            Touch::Cancel => return self.go(State::Base),
            Touch::ToggleChild(_) | Touch::TurnChild(_) => {}
            _ => return,
        }
        let State::Household(open) = &mut self.state else {
            return;
        };
        open.untouched = false;
        open.until = cx.now.mono_ms + ABANDONED_MS;
        self.changed = true;
        match touch {
            Touch::ToggleChild(n) => {
                if let Some((_, row)) = open.children.get_mut(n) {
                    row.selected = !row.selected;
                }
            }
            Touch::TurnChild(n) => {
                if let Some((_, row)) = open.children.get_mut(n) {
                    row.direction = match row.direction {
                        Direction::In => Direction::Out,
                        Direction::Out => Direction::In,
                    };
                    row.reason = RowReason::ByHand;
                }
            }
            _ => {}
        }
    }

    /// Records what the screen shows. Nobody selected means nothing to record.
    pub(super) fn confirm_household(&mut self, cx: &mut Turn<'_>) {
        let State::Household(open) = std::mem::replace(&mut self.state, State::Base) else {
            return;
        };
        self.changed = true;
        let by = open
            .guardian
            .as_ref()
            .zip(self.purposes.nursery.as_ref())
            .map(|(g, key)| key.pseudonym(&g.citizen));
        let via = Via::Card(open.credential.kind());
        let mut drafts = Vec::new();
        let mut acts = Vec::new();
        let mut shown = Vec::new();
        for (subject, row) in open.children.into_iter().filter(|(_, row)| row.selected) {
            let draft = self.draft(
                cx.now,
                Some(subject),
                None,
                FactBody::Attendance {
                    direction: row.direction,
                    by,
                    via,
                    role: None,
                    card: None,
                    staff: None,
                },
            );
            acts.push((draft.id, subject));
            drafts.push(draft);
            shown.push(row);
        }
        if drafts.is_empty() {
            self.go(State::Base);
            if let Some(credential) = self.next_card.take() {
                self.open(cx, credential);
            }
            return;
        }
        let planned = done::Planned::Nursery {
            acts,
            children: shown,
        };
        self.append(cx, drafts, After::Done(planned));
    }
}
