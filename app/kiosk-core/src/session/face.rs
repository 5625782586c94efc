//! The view of each state, and the header above it.

use machitap_domain::{
    Folds, Now,
    catalogue::{Language, Service},
};

use super::{Session, State, clock};
use crate::{
    input::StoreTrouble,
    view::{
        Badge, ClockFace, Header, Idle, Message, MessageKind, OutOfService, OutReason, ServiceKind,
        View,
    },
};

/// A roster older than this many days is said to be old.
pub(super) const OLD_ROSTER_DAYS: u32 = 7;

/// While connected, this many facts may wait without anybody being told.
pub(super) const SENDING_QUIETLY: u64 = 200;

impl Session {
    pub(super) fn header(&self, now: &Now, folds: &Folds) -> Header {
        let text = |of: &machitap_domain::catalogue::Text| of.in_language(self.language).to_owned();
        let face = clock::face(&now.clock, &self.zone);
        Header {
            facility: self.facility().map(|f| text(&f.name)).unwrap_or_default(),
            city: self
                .catalogue
                .as_ref()
                .map(|c| text(&c.name))
                .unwrap_or_default(),
            look: self.look.clone(),
            clock: ClockFace {
                // Without a facility there is no zone to tell a time of day in.
                time: face.time.filter(|_| self.facility().is_some()),
                trusted: face.trusted && !self.clock_is_held(),
                ..face
            },
            badges: self.badges(now, folds),
        }
    }

    fn badges(&self, now: &Now, folds: &Folds) -> Vec<Badge> {
        let mut badges = Vec::new();
        if self.nursery().is_some() {
            if folds.house().emergency().is_some() {
                badges.push(Badge::Emergency);
            }
            let alarms = count(folds.house().open_alarms());
            if alarms > 0 {
                badges.push(Badge::ForStaff { alarms });
            }
        }
        let pending = self.link.pending;
        if self.link.forked {
            badges.push(Badge::Forked);
        }
        if !self.link.connected || !self.link.city_listening {
            badges.push(Badge::Offline { pending });
        } else if pending > SENDING_QUIETLY {
            badges.push(Badge::Sending { pending });
        }
        let trusted = now.clock.quality.is_trusted() && !self.clock_is_held();
        if !trusted {
            badges.push(Badge::ClockUnsure);
        }
        badges.extend(self.fare_badge(now).filter(|_| trusted));
        // Without a trusted clock no age can be told, and none is made up.
        if let Some(days) = self.roster_days(now)
            && trusted
            && days >= OLD_ROSTER_DAYS
            && self.nursery().is_some()
        {
            badges.push(Badge::OldRoster { days });
        }
        badges
    }

    /// Why no card can be served now; the reader is not asked, a card that is being read
    /// proves it.
    pub(super) fn cannot_serve(&self) -> Option<OutReason> {
        if self.catalogue.is_none() {
            return Some(OutReason::NoCatalogue);
        }
        match self.service() {
            None => Some(OutReason::UnknownFacility),
            Some(Service::Nursery(_) | Service::Reception(_)) if self.roster.is_none() => {
                Some(OutReason::NoRoster)
            }
            Some(_) => None,
        }
    }

    fn contact(&self) -> String {
        self.catalogue
            .as_ref()
            .map(|c| c.contact.clone())
            .unwrap_or_default()
    }

    pub(super) fn view(&self, now: &Now, folds: &Folds) -> View {
        match &self.state {
            State::Base | State::Committing => self.base(now, folds),
            State::Reading { .. } => View::Reading,
            State::Languages { .. } => View::Languages,
            State::Household(open) => View::Household(self.household_view(open, now, folds)),
            State::Choosing(choosing) => self.choice_view(choosing, now),
            State::Asking(asking) => self.asking_view(asking, now),
            State::Done(done) => self.done_view(done, now, folds),
            State::Draw(drawing) => self.draw_view(drawing, now, folds),
            State::Own(owner) => self.own_view(owner, now, folds),
            State::Fare { told, .. } => View::Fare(self.fare_view(told)),
            State::Message { kind, .. } => View::Message(Message {
                kind: *kind,
                contact: self.contact(),
                next_event: match kind {
                    MessageKind::NoEvent | MessageKind::EventFull => self.next_event(now),
                    _ => None,
                },
            }),
            State::StaffPin(pin) => View::StaffPin(pin.view()),
            State::Panel(panel) => self.panel_view(panel, now, folds),
        }
    }

    pub(super) fn base(&self, now: &Now, folds: &Folds) -> View {
        let trouble = self.trouble.map(|t| match t {
            StoreTrouble::Full => OutReason::DiskFull,
            StoreTrouble::Broken => OutReason::DiskBroken,
        });
        let why = trouble
            .or_else(|| self.cannot_serve())
            .or_else(|| (!self.reader_ready).then_some(OutReason::ReaderGone))
            .or_else(|| self.renewing.then_some(OutReason::Renewing));
        match (why, self.service()) {
            (Some(why), _) => View::OutOfService(OutOfService {
                why,
                contact: match why {
                    // There is nothing to call for.
                    OutReason::Renewing => String::new(),
                    _ => self.contact(),
                },
            }),
            (None, None) => unreachable!("a kiosk that can serve has a service"),
            (None, Some(service)) => View::Idle(self.idle(now, folds, service)),
        }
    }

    fn idle(&self, now: &Now, folds: &Folds, service: &Service) -> Idle {
        let notices = self
            .notices
            .items
            .iter()
            .filter(|n| n.until_ms.is_none_or(|until| now.clock.wall_ms <= until))
            .map(|n| n.text.in_language(self.language).to_owned())
            .collect();
        let (kind, points) = match service {
            Service::Nursery(_) => (ServiceKind::Nursery, 0),
            Service::Fare(_) => (ServiceKind::Fare, 0),
            Service::Event(_) => (ServiceKind::Event, self.event_points(now)),
            Service::Reception(_) => (ServiceKind::Reception, 0),
            Service::Visit { points, .. } => {
                let today = now.stamp().said(&self.zone).date();
                (ServiceKind::Visit, points.on(today).base)
            }
        };
        let boards = match kind {
            ServiceKind::Visit => self.boards(now),
            ServiceKind::Nursery
            | ServiceKind::Fare
            | ServiceKind::Event
            | ServiceKind::Reception => Vec::new(),
        };
        Idle {
            service: kind,
            notices,
            boards_as_of: self.boards_as_of(now).filter(|_| !boards.is_empty()),
            boards,
            points,
            event: self.event_sign(now, folds),
            draw: self.draw_sign(now, service),
        }
    }

    /// The language the present session speaks.
    pub const fn language(&self) -> Language {
        self.language
    }
}

pub(super) fn count<T>(things: impl Iterator<Item = T>) -> u32 {
    u32::try_from(things.count()).unwrap_or(u32::MAX)
}
