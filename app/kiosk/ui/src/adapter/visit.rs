use machitap_domain::points::caps::{CapHit, Period, Scope};
use machitap_kiosk_core::view::{
    Card, Gained, GainedFor, GainedLine, PointsFrom, PurposeRow, VisitChoice, VisitDone, VisitEnded,
};
use slint::{ComponentHandle, SharedString};

use super::{grouped, header::time, int, own};
use crate::screens::{
    App, CapItem, CardItem, FromItem, GainedItem, LineItem, LineKind, PeriodItem, PurposeItem,
    VisitApi,
};

pub(super) fn choice(app: &App, choice: &VisitChoice) {
    let api = app.global::<VisitApi>();
    api.set_counts_heads(choice.heads.is_some());
    api.set_heads(choice.heads.unwrap_or(0).into());
}

pub(super) fn purpose(row: &PurposeRow) -> PurposeItem {
    PurposeItem {
        name: row.name.as_str().into(),
        points: match row.points {
            0 => SharedString::new(),
            points => grouped(points),
        },
        selected: row.selected,
    }
}

pub(super) fn done(app: &App, done: &VisitDone) {
    let api = app.global::<VisitApi>();
    let (gained, points) = match done.gained {
        Gained::Points(points) => (GainedItem::Points, points),
        Gained::AlreadyToday => (GainedItem::AlreadyToday, 0),
        Gained::NotHere => (GainedItem::NotHere, 0),
        Gained::Closed => (GainedItem::Closed, 0),
        Gained::Capped(_) => (GainedItem::Capped, 0),
    };
    let cap = match done.gained {
        Gained::Capped(hit) => Some(hit),
        _ => done.cut,
    };
    api.set_gained(gained);
    api.set_points(grouped(points));
    api.set_cap(cap.map(self::cap).unwrap_or_default());
    api.set_provisional(done.provisional);
    api.set_purpose(done.purpose.as_deref().unwrap_or_default().into());
    api.set_heads(done.heads.unwrap_or(0).into());
    api.set_tap_to_leave(done.tap_to_leave);
    let help = |line: &GainedLine| matches!(line.why, GainedFor::Volunteering(_));
    api.set_helped(done.lines.iter().any(help));
    api.set_balance_known(done.balance.is_some());
    api.set_balance(grouped(done.balance.unwrap_or(0)));
    api.set_visits_known(done.visits.is_some());
    api.set_visits(grouped(done.visits.unwrap_or(0)));
    api.set_streak(done.next.streak.map(card).unwrap_or_default());
    api.set_stamps(done.next.stamps.map(card).unwrap_or_default());
    let (from, day) = match done.next.points_from {
        None => (FromItem::Unsaid, None),
        Some(PointsFrom::Today) => (FromItem::Today, None),
        Some(PointsFrom::Tomorrow) => (FromItem::Tomorrow, None),
        Some(PointsFrom::Day(day)) => (FromItem::Day, Some(day)),
    };
    api.set_from(from);
    api.set_from_day(time(day));
    api.set_already(done.already);
    api.set_own(done.own);
    api.set_place(own::place(done.place));
    api.set_age(own::age(done.elsewhere));
}

pub(super) fn line(line: &GainedLine) -> LineItem {
    let (kind, name) = match &line.why {
        GainedFor::Visit => (LineKind::Visit, ""),
        GainedFor::FirstVisit => (LineKind::FirstVisit, ""),
        GainedFor::Streak => (LineKind::Streak, ""),
        GainedFor::Stamps => (LineKind::Stamps, ""),
        GainedFor::Window => (LineKind::Window, ""),
        GainedFor::Birthday => (LineKind::Birthday, ""),
        GainedFor::Campaign(name) | GainedFor::Volunteering(name) | GainedFor::Event(name) => {
            (LineKind::Named, name.as_str())
        }
    };
    LineItem {
        kind,
        name: name.into(),
        points: grouped(line.points),
    }
}

fn cap(hit: CapHit) -> CapItem {
    CapItem {
        known: true,
        period: match hit.period {
            Period::Day => PeriodItem::Day,
            Period::Month => PeriodItem::Month,
            Period::Year => PeriodItem::Year,
        },
        here: hit.scope == Scope::Facility,
        points: grouped(hit.cap),
    }
}

fn card(card: Card) -> CardItem {
    CardItem {
        have: int(card.have),
        of: int(card.of),
        points: grouped(card.points),
    }
}

pub(super) fn ended(app: &App, ended: VisitEnded) {
    let api = app.global::<VisitApi>();
    let minutes = ended.minutes.and_then(|m| i32::try_from(m).ok());
    api.set_minutes(minutes.unwrap_or(-1));
    api.set_already(ended.already);
    api.set_own(ended.own);
}
