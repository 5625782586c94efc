//! What this kiosk remembers that a resident did, newest first.

use machitap_domain::{
    Stamp,
    points::{Account, AwardReason, VisitMade, spend::Reserved},
};

use super::{
    Session, offer_of,
    offers::{spend_states, what},
};
use crate::{
    session::clock,
    view::{GainedFor, Happened, HistoryRow, SpendState},
};

/// Something that happened.
enum Deed<'a> {
    Visit(&'a VisitMade),
    Spend(&'a Reserved, SpendState),
}

impl Deed<'_> {
    const fn at(&self) -> &Stamp {
        match self {
            Self::Visit(made) => &made.at,
            Self::Spend(made, _) => &made.at,
        }
    }

    /// Whether this is the later of two; the clock decides only between boots.
    fn is_after(&self, other: &Self) -> bool {
        let (a, b) = (self.at(), other.at());
        if a.boot == b.boot {
            a.mono_ms >= b.mono_ms
        } else {
            a.wall_ms >= b.wall_ms
        }
    }
}

/// Visits keep the order of the journal, whatever their clocks said; spends are made only
/// where a clock is trusted.
fn deeds(account: &Account) -> Vec<Deed<'_>> {
    let mut spends: Vec<_> = spend_states(account).collect();
    spends.sort_by_key(|(made, _)| (made.at.wall_ms, made.at.mono_ms));
    let mut spends: Vec<_> = spends
        .into_iter()
        .map(|(made, state)| Deed::Spend(made, state))
        .collect();
    let mut visits: Vec<_> = account.recent().iter().map(Deed::Visit).collect();
    let mut all = Vec::new();
    while let (Some(visit), Some(spend)) = (visits.last(), spends.last()) {
        let later = if spend.is_after(visit) {
            &mut spends
        } else {
            &mut visits
        };
        all.extend(later.pop());
    }
    all.extend(visits.into_iter().chain(spends).rev());
    all
}

impl Session {
    pub(super) fn history(&self, account: &Account) -> Vec<HistoryRow> {
        let row = |deed: &Deed<'_>| HistoryRow {
            at: clock::stamp_time(deed.at(), &self.zone),
            what: match deed {
                Deed::Visit(made) => self.visited(made),
                Deed::Spend(made, state) => Happened::Spent {
                    what: what(&made.spend),
                    name: self.offer_name(offer_of(&made.spend.what)),
                    points: made.spend.points,
                    state: *state,
                },
            },
        };
        deeds(account).iter().map(row).collect()
    }

    fn visited(&self, made: &VisitMade) -> Happened {
        let (points, undone) = (made.points, made.undone);
        let helped = made.helped.clone().map(AwardReason::Volunteering);
        match helped.map(|reason| self.gained_for(&reason)) {
            Some(GainedFor::Volunteering(name)) => Happened::Helped {
                name,
                points,
                undone,
            },
            _ => Happened::Visit {
                purpose: made.purpose.as_ref().and_then(|p| self.purpose_name(p)),
                points,
                lines: self.lines(made),
                undone,
            },
        }
    }
}
