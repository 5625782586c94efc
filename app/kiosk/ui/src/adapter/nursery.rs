use machitap_domain::{
    attendance::{Direction, Role},
    roster::ClassMark,
};
use machitap_kiosk_core::view::{ChildRow, Household, NurseryDone, PriceAt, Quote, RowReason};
use slint::{ComponentHandle, SharedString};

use super::{breaks::in_two, grouped, header::time};
use crate::screens::{
    App, Because, ChildItem, Comer, Greeting, MarkItem, NurseryApi, PriceItem, QuoteItem, Way,
};

pub(super) fn household(app: &App, household: &Household) {
    let api = app.global::<NurseryApi>();
    api.set_who(
        household
            .who
            .as_ref()
            .map(|who| who.reveal().into())
            .unwrap_or_default(),
    );
    api.set_role(match household.role {
        Role::Guardian => Comer::Guardian,
        Role::Collector => Comer::Collector,
        Role::Staff => Comer::Staff,
        Role::Child => Comer::Child,
    });
    let children = &household.children;
    api.set_greeting(greeting(children.iter().filter(|c| c.selected)));
    api.set_all(greeting(children.iter()));
    api.set_nobody(!children.iter().any(|c| c.selected));
    api.set_quote(household.quote.as_ref().map(quote).unwrap_or_default());
}

pub(super) fn done(app: &App, done: &NurseryDone) {
    let api = app.global::<NurseryApi>();
    api.set_already(done.already);
    api.set_greeting(greeting(taken(done)));
}

/// One way for all of them, or not.
fn greeting<'a>(children: impl Iterator<Item = &'a ChildRow>) -> Greeting {
    let mut ways = children.map(|c| c.direction);
    let first = ways.next();
    let one = ways.all(|way| Some(way) == first);
    match first {
        Some(Direction::In) if one => Greeting::In,
        Some(Direction::Out) if one => Greeting::Out,
        _ => Greeting::Mixed,
    }
}

fn quote(quote: &Quote) -> QuoteItem {
    QuoteItem {
        shown: true,
        yen: yen(quote.yen),
        cheaper: price(quote.cheaper),
        dearer: price(quote.dearer),
        at_handover: quote.at_handover,
        unsettled: quote.unsettled,
    }
}

fn price(price: Option<PriceAt>) -> PriceItem {
    price.map_or_else(PriceItem::default, |price| PriceItem {
        known: true,
        at: time(Some(price.at)),
        yen: grouped(price.yen),
    })
}

/// An amount that is added; empty where nothing is.
fn yen(yen: u32) -> SharedString {
    match yen {
        0 => SharedString::default(),
        yen => grouped(yen),
    }
}

/// Those the act was about.
pub(super) fn taken(done: &NurseryDone) -> impl Iterator<Item = &ChildRow> {
    done.children.iter().filter(|c| c.selected)
}

pub(super) fn mark(mark: ClassMark) -> MarkItem {
    match mark {
        ClassMark::Cherry => MarkItem::Cherry,
        ClassMark::Sunflower => MarkItem::Sunflower,
        ClassMark::Bear => MarkItem::Bear,
        ClassMark::Rabbit => MarkItem::Rabbit,
        ClassMark::Star => MarkItem::Star,
        ClassMark::Fish => MarkItem::Fish,
    }
}

pub(super) fn child(child: &ChildRow) -> ChildItem {
    let (because, since) = match child.reason {
        RowReason::NotHereYet => (Because::NotHereYet, None),
        RowReason::HereSince(at) => (Because::HereSince, at),
        RowReason::LeftAt(at) => (Because::LeftAt, at),
        RowReason::ByHand => (Because::ByHand, None),
        RowReason::SaidAbsent => (Because::SaidAbsent, None),
    };
    ChildItem {
        name: child.name.reveal().into(),
        name_parts: in_two(child.name.reveal()).into(),
        kana: child.kana.reveal().into(),
        kana_parts: in_two(child.kana.reveal()).into(),
        class: child.class.as_str().into(),
        mark: mark(child.mark),
        way: match child.direction {
            Direction::In => Way::In,
            Direction::Out => Way::Out,
        },
        because,
        since: time(since),
        selected: child.selected,
        yen: yen(child.yen),
    }
}
