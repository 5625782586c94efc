use machitap_domain::{points::caps::Age, preferences::TextSize};
use machitap_kiosk_core::view::{
    AmountKey, AsOf, GoalBar, Happened, Held, HistoryRow, Own, OwnPage, OwnPlace, OwnTab, Pages,
    PreferenceSheet, PrizeCard, ProjectCard, SpendState, SpentFor, WhyNot,
};
use slint::{ComponentHandle, SharedString};

use super::{code, draw::picture, grouped, header::time, int};
use crate::screens::{
    AgeBandItem, AgeKind, AmountItem, App, DeedItem, DeedRow, GoalItem, HeldItem, OfferItem,
    OwnApi, OwnPart, OwnPlaceItem, OwnTabItem, ServedItem, SpendItem, TextItem, WhyNotItem,
    WordAge,
};
use crate::tongues::tongue;

pub(super) fn age(word: Option<AsOf>) -> WordAge {
    let (kind, number) = match word {
        None => (AgeKind::HereOnly, 0),
        Some(AsOf::Minutes(n)) => (AgeKind::Minutes, int(n)),
        Some(AsOf::Hours(n)) => (AgeKind::Hours, int(n)),
        Some(AsOf::Days(n)) => (AgeKind::Days, int(n)),
        Some(AsOf::Unknown) => (AgeKind::Unknown, 0),
    };
    WordAge { kind, number }
}

pub(super) fn place(place: Option<OwnPlace>) -> OwnPlaceItem {
    place.map_or_else(OwnPlaceItem::default, |p| OwnPlaceItem {
        known: true,
        place: grouped(p.place),
        of: grouped(p.of),
        to_next: p.to_next.map(grouped).unwrap_or_default(),
    })
}

/// The key of a tab.
pub(super) const fn tab(tab: OwnTab) -> OwnTabItem {
    match tab {
        OwnTab::Overview => OwnTabItem::Overview,
        OwnTab::History => OwnTabItem::History,
        OwnTab::Prizes => OwnTabItem::Prizes,
        OwnTab::Projects => OwnTabItem::Projects,
        OwnTab::Held => OwnTabItem::Held,
        OwnTab::Phone => OwnTabItem::Phone,
        OwnTab::Preferences => OwnTabItem::Preferences,
    }
}

/// The tab a key names.
pub(crate) const fn tab_of(item: OwnTabItem) -> OwnTab {
    match item {
        OwnTabItem::Overview => OwnTab::Overview,
        OwnTabItem::History => OwnTab::History,
        OwnTabItem::Prizes => OwnTab::Prizes,
        OwnTabItem::Projects => OwnTab::Projects,
        OwnTabItem::Held => OwnTab::Held,
        OwnTabItem::Phone => OwnTab::Phone,
        OwnTabItem::Preferences => OwnTab::Preferences,
    }
}

fn served(PreferenceSheet { chosen, spoken, .. }: PreferenceSheet) -> ServedItem {
    ServedItem {
        has_tongue: chosen.language.is_some(),
        tongue: chosen.language.map(tongue).unwrap_or_default(),
        text: match chosen.text {
            TextSize::Normal => TextItem::Normal,
            TextSize::Large => TextItem::Large,
            TextSize::Largest => TextItem::Largest,
        },
        still: chosen.still,
        voice: spoken,
    }
}

/// The text size a key names.
pub(crate) const fn text_of(item: TextItem) -> TextSize {
    match item {
        TextItem::Normal => TextSize::Normal,
        TextItem::Large => TextSize::Large,
        TextItem::Largest => TextSize::Largest,
    }
}

pub(super) fn show(app: &App, own: &Own) {
    let api = app.global::<OwnApi>();
    api.set_balance(grouped(own.balance));
    api.set_reserved(some(own.reserved));
    api.set_age(age(own.elsewhere));
    let turns = |page: usize, of: usize| {
        api.set_page(int(page));
        api.set_pages(int(of));
    };
    turns(1, 1);
    let part = match &own.page {
        OwnPage::Overview(all) => {
            api.set_week(all.week.map(grouped).unwrap_or_default());
            api.set_month(all.month.map(grouped).unwrap_or_default());
            api.set_place(place(all.place));
            api.set_spins(all.spins.map_or(-1, int));
            api.set_visits(grouped(all.visits));
            OwnPart::Overview
        }
        OwnPage::History(Pages { page, of, .. }) => {
            turns(*page, *of);
            OwnPart::History
        }
        OwnPage::Prizes(Pages { page, of, .. }) => {
            turns(*page, *of);
            OwnPart::Prizes
        }
        OwnPage::Projects(Pages { page, of, .. }) => {
            turns(*page, *of);
            OwnPart::Projects
        }
        OwnPage::Prize(sheet) => {
            api.set_offer(prize(&sheet.card));
            api.set_cost(grouped(sheet.card.points));
            api.set_after(sheet.after.map(grouped).unwrap_or_default());
            OwnPart::Prize
        }
        OwnPage::Gift(sheet) => {
            api.set_offer(project(&sheet.card));
            let chosen = sheet.amounts.iter().find(|a| a.selected);
            api.set_cost(chosen.map(|a| grouped(a.points)).unwrap_or_default());
            api.set_after(sheet.after.map(grouped).unwrap_or_default());
            OwnPart::Gift
        }
        OwnPage::Spent(spent) => {
            api.set_offer(OfferItem {
                name: spent.name.as_str().into(),
                picture: picture(spent.picture),
                entries: spent.entries.map(grouped).unwrap_or_default(),
                goal: spent.goal.map(goal).unwrap_or_default(),
                ..OfferItem::default()
            });
            api.set_cost(grouped(spent.points));
            api.set_gift(spent.what == SpentFor::Project);
            api.set_state(state(spent.state));
            OwnPart::Spent
        }
        OwnPage::OfferGone => OwnPart::OfferGone,
        OwnPage::Held(all) => {
            api.set_held(held(all));
            OwnPart::Held
        }
        OwnPage::Phone(phone) => {
            api.set_minutes(phone.minutes.into());
            api.set_no_clock(phone.no_clock);
            OwnPart::Phone
        }
        OwnPage::Code(code) => {
            api.set_code(code::picture(code.address.reveal()));
            OwnPart::Code
        }
        OwnPage::Preferences(sheet) => {
            api.set_served(served(*sheet));
            OwnPart::Preferences
        }
        OwnPage::Languages => OwnPart::Languages,
    };
    api.set_part(part);
}

pub(super) fn offers(own: &Own) -> Vec<OfferItem> {
    match &own.page {
        OwnPage::Prizes(list) => list.rows.iter().map(prize).collect(),
        OwnPage::Projects(list) => list.rows.iter().map(project).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn amounts(own: &Own) -> Vec<AmountItem> {
    let keys = match &own.page {
        OwnPage::Gift(sheet) => sheet.amounts.as_slice(),
        _ => &[],
    };
    let item = |key: &AmountKey| AmountItem {
        points: grouped(key.points),
        selected: key.selected,
        why: why(key.cannot).0,
    };
    keys.iter().map(item).collect()
}

pub(super) fn deeds(own: &Own) -> Vec<DeedRow> {
    match &own.page {
        OwnPage::History(list) => list.rows.iter().map(deed).collect(),
        _ => Vec::new(),
    }
}

fn deed(row: &HistoryRow) -> DeedRow {
    let (kind, name, points, void, state) = match &row.what {
        Happened::Visit {
            purpose,
            points,
            undone,
            ..
        } => {
            let name = purpose.as_deref().unwrap_or_default();
            let points = format!("+{}", grouped(*points));
            (DeedItem::Visit, name, points, *undone, SpendItem::default())
        }
        Happened::Helped {
            name,
            points,
            undone,
        } => {
            let points = format!("+{}", grouped(*points));
            (
                DeedItem::Helped,
                name.as_str(),
                points,
                *undone,
                SpendItem::default(),
            )
        }
        Happened::Spent {
            what,
            name,
            points,
            state: now,
        } => {
            let kind = match what {
                SpentFor::Prize => DeedItem::Prize,
                SpentFor::Project => DeedItem::Project,
            };
            let void = matches!(now, SpendState::Declined | SpendState::TakenBack);
            let points = format!("−{}", grouped(*points));
            (kind, name.as_str(), points, void, state(*now))
        }
    };
    DeedRow {
        at: time(row.at),
        kind,
        name: name.into(),
        points: points.into(),
        void,
        state,
    }
}

fn prize(card: &PrizeCard) -> OfferItem {
    let (why, missing) = why(card.cannot);
    OfferItem {
        name: card.name.as_str().into(),
        text: card.text.as_deref().unwrap_or_default().into(),
        picture: picture(card.picture),
        points: grouped(card.points),
        winners: grouped(card.winners),
        entries: grouped(card.entries),
        limit: card.limit.map(grouped).unwrap_or_default(),
        until: time(Some(card.until)),
        why,
        missing,
        ..OfferItem::default()
    }
}

fn project(card: &ProjectCard) -> OfferItem {
    let (why, missing) = why(card.cannot);
    OfferItem {
        name: card.name.as_str().into(),
        text: card.text.as_deref().unwrap_or_default().into(),
        picture: picture(card.picture),
        until: time(Some(card.until)),
        goal: goal(card.goal),
        why,
        missing,
        ..OfferItem::default()
    }
}

fn goal(bar: GoalBar) -> GoalItem {
    #[expect(clippy::cast_precision_loss, reason = "a part of a bar")]
    let own = bar.on_its_way as f32 / bar.goal.max(1) as f32;
    GoalItem {
        given: grouped(bar.given),
        on_its_way: some(bar.on_its_way),
        goal: grouped(bar.goal),
        percent: int(bar.percent),
        own,
    }
}

fn why(why: Option<WhyNot>) -> (WhyNotItem, SharedString) {
    let item = match why {
        None => WhyNotItem::None,
        Some(WhyNot::NotEnough { missing }) => return (WhyNotItem::NotEnough, grouped(missing)),
        Some(WhyNot::Limit) => WhyNotItem::Limit,
        Some(WhyNot::TooManyOpen) => WhyNotItem::TooManyOpen,
        Some(WhyNot::NoDay) => WhyNotItem::NoDay,
        Some(WhyNot::NotToday) => WhyNotItem::NotToday,
        Some(WhyNot::GoalReached) => WhyNotItem::GoalReached,
    };
    (item, SharedString::new())
}

const fn state(state: SpendState) -> SpendItem {
    match state {
        SpendState::OnItsWay => SpendItem::OnItsWay,
        SpendState::Settled => SpendItem::Settled,
        SpendState::Declined => SpendItem::Declined,
        SpendState::TakenBack => SpendItem::TakenBack,
    }
}

fn held(all: &Held) -> HeldItem {
    let listed = all.listed;
    HeldItem {
        visits: grouped(all.visits),
        spends: grouped(all.spends),
        spins: grouped(all.spins),
        claims: some(all.claims.into()),
        listed: listed.is_some(),
        cards: grouped(listed.map_or(0, |l| l.cards)),
        age: match listed.and_then(|l| l.age) {
            None => AgeBandItem::Unknown,
            Some(Age::Child) => AgeBandItem::Child,
            Some(Age::Youth) => AgeBandItem::Youth,
            Some(Age::Adult) => AgeBandItem::Adult,
            Some(Age::Senior) => AgeBandItem::Senior,
        },
        birth_month: listed.and_then(|l| l.birth_month).unwrap_or(0).into(),
        told: all.told,
        served: all.preferences.is_some(),
        since: time(all.since),
    }
}

/// A number, or nothing for none.
fn some(n: u64) -> SharedString {
    if n == 0 {
        SharedString::new()
    } else {
        grouped(n)
    }
}
