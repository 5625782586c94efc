//! How the kiosk is, and how old what it shows may be.

use machitap_domain::{Folds, Millis, Now};

use super::Panel;
use crate::{
    session::{Session, face::count},
    view::{DataAge, StaffPanel, View},
};

const DAY_MS: i64 = 86_400_000;

impl Session {
    pub(super) fn kiosk_view(&self, panel: &Panel, now: &Now, folds: &Folds) -> View {
        View::StaffPanel(StaffPanel {
            who: panel.staff().name.clone(),
            here: self.here(now, folds),
            helping: !self.activities(now).is_empty(),
            prizes: self.has_counter(),
            event: self.event_counts(now, folds),
            hand_offs: self.hand_offs(now, folds),
            expected: self
                .roster
                .iter()
                .flat_map(|(r, _)| &r.households)
                .map(|h| count(h.children.iter()))
                .sum(),
            roster_days: self.roster_days(now),
            connected: self.link.connected && self.link.city_listening,
            pending: self.link.pending,
            facts: self.last_seq,
            software: self.software.clone(),
            desk: self.desk_counts(now, folds),
        })
    }

    fn here(&self, now: &Now, folds: &Folds) -> Option<u32> {
        let sources = self.sources(folds)?;
        let day = now.stamp().day(&self.zone);
        let here = sources
            .roster
            .households
            .iter()
            .flat_map(|h| &h.children)
            .filter(|c| folds.child(&sources.key.pseudonym(&c.citizen)).is_here(day));
        Some(count(here))
    }

    pub(super) fn data_age(&self, now: &Now) -> DataAge {
        let clock_trusted = now.clock.quality.is_trusted() && !self.clock_is_held();
        DataAge {
            roster_days: self.roster_days(now).filter(|_| clock_trusted),
            absences_days: self
                .absences
                .as_ref()
                .filter(|_| clock_trusted)
                .and_then(|(_, issued_ms)| whole_days(now, *issued_ms)),
            connected: self.link.connected && self.link.city_listening,
            pending: self.link.pending,
            clock_trusted,
        }
    }

    pub(in crate::session) fn roster_days(&self, now: &Now) -> Option<u32> {
        let (_, issued_ms) = self.roster.as_ref()?;
        whole_days(now, *issued_ms)
    }
}

fn whole_days(now: &Now, since_ms: i64) -> Option<u32> {
    let age = now.clock.wall_ms.saturating_sub(since_ms).max(0);
    u32::try_from(age / DAY_MS).ok()
}

/// More than this is no task yet: the child may be on the way to its room.
pub(super) const HANDOVER_DUE_MS: Millis = 30 * 60_000;
