use machitap_domain::{attendance::Direction, roster::ClassMark};
use machitap_kiosk_core::view::{ChildRow, Household, NurseryDone, RowReason};
use slint::ComponentHandle;

use super::header::time;
use crate::screens::{App, Because, ChildItem, Greeting, MarkItem, NurseryApi, Way};

pub(super) fn household(app: &App, household: &Household) {
    let api = app.global::<NurseryApi>();
    api.set_who(
        household
            .who
            .as_ref()
            .map(|who| who.reveal().into())
            .unwrap_or_default(),
    );
    api.set_greeting(greeting(&household.children));
}

pub(super) fn done(app: &App, done: &NurseryDone) {
    let api = app.global::<NurseryApi>();
    api.set_already(done.already);
    api.set_greeting(greeting(&done.children));
}

/// One way for all of the act, or not.
fn greeting(children: &[ChildRow]) -> Greeting {
    let mut ways = children.iter().filter(|c| c.selected).map(|c| c.direction);
    let first = ways.next();
    let one = ways.all(|way| Some(way) == first);
    match first {
        Some(Direction::In) if one => Greeting::In,
        Some(Direction::Out) if one => Greeting::Out,
        _ => Greeting::Mixed,
    }
}

/// Those the act was about.
pub(super) fn taken(done: &NurseryDone) -> impl Iterator<Item = &ChildRow> {
    done.children.iter().filter(|c| c.selected)
}

pub(super) fn child(child: &ChildRow) -> ChildItem {
    let (because, since) = match child.reason {
        RowReason::NotHereYet => (Because::NotHereYet, None),
        RowReason::HereSince(at) => (Because::HereSince, at),
        RowReason::LeftAt(at) => (Because::LeftAt, at),
        RowReason::ByHand | RowReason::SaidAbsent => (Because::ByHand, None),
    };
    ChildItem {
        name: child.name.reveal().into(),
        kana: child.kana.reveal().into(),
        class: child.class.as_str().into(),
        mark: match child.mark {
            ClassMark::Cherry => MarkItem::Cherry,
            ClassMark::Sunflower => MarkItem::Sunflower,
            ClassMark::Bear => MarkItem::Bear,
            ClassMark::Rabbit => MarkItem::Rabbit,
            ClassMark::Star => MarkItem::Star,
            ClassMark::Fish => MarkItem::Fish,
        },
        way: match child.direction {
            Direction::In => Way::In,
            Direction::Out => Way::Out,
        },
        because,
        since: time(since),
        selected: child.selected,
    }
}
