//! Prizes and projects: on disk before it is said, on its way until the city has answered.

mod any_order;
mod gifts;

use std::collections::BTreeMap;

use super::{
    own::{elsewhere, own, tell, who, word},
    town::{City, Kiosk, LIFE, MORNING, VISIT, card},
};
use crate::{
    input::{Input, StoreTrouble, Touch},
    output::Tone,
    session::OFFER_CARDS,
    view::{
        GiftSheet, GoalBar, Happened, OwnPage, OwnTab, Pages, PrizeCard, PrizeSheet, ProjectCard,
        SpendState, Spent, SpentFor, View, WhyNot,
    },
};
use jiff::{civil::date, tz::TimeZone};
use machitap_domain::{
    Fact, FactBody, FactId, Folds, Quality,
    ids::OfferId,
    points::{
        accounts::{Accounts, Own as OwnPart, Standing},
        offers::{Offers, Progress},
        spend::{SPENDS_OPEN, Spend, SpendVerdict},
    },
};

pub(super) fn offers() -> Offers {
    serde_json::from_value(serde_json::json!({
        "prizes": [
            {"id": "rice", "name": {"ja": "お米", "en": "Rice"}, "text": {"ja": "新米 5 kg"},
             "picture": "rice", "points": 200, "from": "2026-03-01", "until": "2026-04-30",
             "winners": 5, "per_person": 2},
            {"id": "towel", "name": {"ja": "手ぬぐい"}, "picture": "towel", "points": 5,
             "from": "2026-03-01", "until": "2026-04-01", "winners": 50}
        ],
        "projects": [
            {"id": "wifi", "name": {"ja": "Wi-Fi"}, "picture": "wifi", "goal": 300,
             "from": "2026-03-01", "until": "2027-03-31", "steps": [10, 50, 100]}
        ]
    }))
    .unwrap()
}

pub(super) fn city() -> City {
    City {
        offers: offers(),
        ..City::default()
    }
}

/// Resident 1 at a tab of their own page, with so many points from elsewhere and 10 from here.
fn at(tab: OwnTab, free: u64) -> Kiosk {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    tell(&mut kiosk, elsewhere(free));
    kiosk.tap(card(1));
    kiosk.touch(Touch::Own);
    kiosk.touch(Touch::Tab(tab));
    kiosk
}

fn prizes(kiosk: &Kiosk) -> &Pages<PrizeCard> {
    match &own(kiosk).page {
        OwnPage::Prizes(prizes) => prizes,
        other => panic!("the prizes expected, found {other:?}"),
    }
}

fn projects(kiosk: &Kiosk) -> &Pages<ProjectCard> {
    match &own(kiosk).page {
        OwnPage::Projects(projects) => projects,
        other => panic!("the projects expected, found {other:?}"),
    }
}

fn prize(kiosk: &Kiosk) -> &PrizeSheet {
    match &own(kiosk).page {
        OwnPage::Prize(sheet) => sheet,
        other => panic!("a prize expected, found {other:?}"),
    }
}

fn gift(kiosk: &Kiosk) -> &GiftSheet {
    match &own(kiosk).page {
        OwnPage::Gift(sheet) => sheet,
        other => panic!("a project expected, found {other:?}"),
    }
}

fn spent(kiosk: &Kiosk) -> &Spent {
    match &own(kiosk).page {
        OwnPage::Spent(spent) => spent,
        other => panic!("points spent expected, found {other:?}"),
    }
}

fn spends(kiosk: &Kiosk) -> usize {
    kiosk.count(|b| matches!(b, FactBody::Spend(_)))
}

fn answers(kiosk: &Kiosk) -> usize {
    kiosk.count(|b| matches!(b, FactBody::SpendAnswered { .. }))
}

fn last_spend(kiosk: &Kiosk) -> FactId {
    kiosk.last(|b| matches!(b, FactBody::Spend(_))).id
}

/// The city answers the last spend, and tells what is left elsewhere of it.
/// What this journal makes of one visit and so many points spent.
const fn own_part(spent: u64) -> OwnPart {
    OwnPart {
        earned: 10,
        spent,
        visits: 1,
    }
}

fn answer(kiosk: &mut Kiosk, verdict: SpendVerdict, free: u64, own: OwnPart) {
    let spend = last_spend(kiosk);
    let fact = kiosk.last(|b| matches!(b, FactBody::Spend(_))).clone();
    let FactBody::Spend(Spend { what, points }) = fact.body else {
        unreachable!("asked for a spend")
    };
    let (machitap_domain::points::spend::SpendFor::PrizeEntry(id)
    | machitap_domain::points::spend::SpendFor::Donation(id)) = what;
    let settled = verdict == SpendVerdict::Settled;
    let standing = Standing {
        free,
        own,
        answers: [(spend, verdict)].into(),
        spent: BTreeMap::from_iter(settled.then(|| (id, u64::from(points)))),
        ..Standing::default()
    };
    tell(kiosk, word(MORNING + 1, standing));
}

#[test]
fn a_prize_is_entered_for_and_is_on_its_way_until_the_city_answers() {
    let mut kiosk = at(OwnTab::Prizes, 500);
    let card = &prizes(&kiosk).rows[0];
    assert_eq!((card.name.as_str(), card.points), ("お米", 200));
    assert_eq!((card.entries, card.limit, card.winners), (0, Some(2), 5));
    assert_eq!((card.until.month, card.until.day), (4, 30));
    assert_eq!(card.cannot, None);
    kiosk.touch(Touch::Pick(0));
    assert_eq!(prize(&kiosk).after, Some(310));
    assert_eq!(spends(&kiosk), 0, "looked at, not entered");

    let screens = kiosk.screens.len();
    kiosk.tones.clear();
    kiosk.touch(Touch::Confirm);
    let (on_disk, _) = kiosk.screens[screens];
    assert_eq!(
        kiosk.screens.len(),
        screens + 1,
        "nothing was shown between"
    );
    assert!(matches!(&kiosk.journal[on_disk - 1].body, FactBody::Spend(s) if s.points == 200));
    assert_eq!(kiosk.journal[on_disk - 1].subject, Some(who(1)));
    assert_eq!(kiosk.tones, [Tone::Done]);
    let shown = spent(&kiosk).clone();
    assert_eq!(
        (shown.what, shown.state),
        (SpentFor::Prize, SpendState::OnItsWay)
    );
    assert_eq!((shown.points, shown.entries), (200, Some(1)));
    assert_eq!(shown.undo.unwrap().left_ms, 60_000);
    assert_eq!((own(&kiosk).balance, own(&kiosk).reserved), (310, 200));

    let own_part = own_part(200);
    answer(&mut kiosk, SpendVerdict::Settled, 310, own_part);
    assert_eq!(answers(&kiosk), 1);
    let answered = kiosk.last(|b| matches!(b, FactBody::SpendAnswered { .. }));
    assert_eq!(
        (answered.subject, answered.caused_by),
        (Some(who(1)), Some(last_spend(&kiosk)))
    );
    let shown = spent(&kiosk);
    assert_eq!((shown.state, shown.undo), (SpendState::Settled, None));
    assert_eq!((own(&kiosk).balance, own(&kiosk).reserved), (310, 0));
    kiosk.touch(Touch::Undo);
    assert_eq!(kiosk.count(|b| matches!(b, FactBody::Undone { .. })), 0);
    kiosk.touch(Touch::Confirm);
    assert_eq!(prizes(&kiosk).rows[0].entries, 1, "counted once");
    kiosk.touch(Touch::Tab(OwnTab::History));
    let OwnPage::History(history) = &own(&kiosk).page else {
        panic!("the history expected");
    };
    let row = Happened::Spent {
        what: SpentFor::Prize,
        name: "お米".into(),
        points: 200,
        state: SpendState::Settled,
    };
    assert_eq!(history.rows[0].what, row);
}

#[test]
fn a_declined_entry_gives_its_points_back() {
    let mut kiosk = at(OwnTab::Prizes, 500);
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Confirm);
    let own_part = own_part(0);
    answer(&mut kiosk, SpendVerdict::Declined, 150, own_part);
    assert_eq!(spent(&kiosk).state, SpendState::Declined);
    assert_eq!((own(&kiosk).balance, own(&kiosk).reserved), (150, 0));
    kiosk.touch(Touch::Confirm);
    assert_eq!(prizes(&kiosk).rows[0].entries, 0);
}

#[test]
fn an_entry_is_taken_back_while_the_ring_runs_and_its_answer_is_journalled_too() {
    let mut kiosk = at(OwnTab::Prizes, 500);
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Confirm);
    kiosk.touch(Touch::Undo);
    let shown = spent(&kiosk);
    assert_eq!((shown.state, shown.undo), (SpendState::TakenBack, None));
    assert_eq!(shown.entries, Some(0));
    assert_eq!((own(&kiosk).balance, own(&kiosk).reserved), (510, 0));
    kiosk.touch(Touch::Undo);
    assert_eq!(kiosk.count(|b| matches!(b, FactBody::Undone { .. })), 1);
    let own_part = OwnPart {
        earned: 10,
        ..OwnPart::default()
    };
    answer(&mut kiosk, SpendVerdict::Declined, 510, own_part);
    assert_eq!(answers(&kiosk), 1);
    assert_eq!(spent(&kiosk).state, SpendState::TakenBack);
    assert_eq!(own(&kiosk).balance, 510);

    let mut kiosk = at(OwnTab::Prizes, 500);
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Confirm);
    // A shorter ring than the page stands.
    kiosk.catalogue(|c| {
        let facility = c.facilities.values_mut().next().unwrap();
        facility.timing.undo_ms = 10_000;
    });
    kiosk.wait(10_000);
    assert_eq!(spent(&kiosk).state, SpendState::OnItsWay);
    assert_eq!(spends(&kiosk), 1);
    kiosk.touch(Touch::Undo);
    assert_eq!(kiosk.count(|b| matches!(b, FactBody::Undone { .. })), 0);
}

#[test]
fn what_cannot_be_entered_for_says_why_and_spends_nothing() {
    type Change = fn(&mut Kiosk);
    let cases: [(u64, usize, Change, WhyNot); 6] = [
        (100, 0, |_| {}, WhyNot::NotEnough { missing: 90 }),
        (
            500,
            0,
            |k| {
                k.now.clock.quality = Quality::UNKNOWN;
                k.give(Input::Tick);
            },
            WhyNot::NoDay,
        ),
        (
            500,
            0,
            |k| {
                let mut accounts = elsewhere(500);
                accounts.holders.get_mut(&who(1)).unwrap().spent =
                    [("rice".parse().unwrap(), 400)].into();
                tell(k, accounts);
            },
            WhyNot::Limit,
        ),
        (
            500,
            1,
            |k| k.catalogue(|c| c.offers.prizes[1].until = date(2026, 3, 31)),
            WhyNot::NotToday,
        ),
        (
            500,
            0,
            |k| k.catalogue(|c| c.offers.prizes[0].from = date(2026, 4, 2)),
            WhyNot::NotToday,
        ),
        // Points that another kiosk spent meanwhile.
        (
            500,
            0,
            |k| {
                let mut accounts = elsewhere(0);
                accounts.as_of_ms += 1;
                tell(k, accounts);
            },
            WhyNot::NotEnough { missing: 190 },
        ),
    ];
    for (n, (free, pick, change, why)) in cases.into_iter().enumerate() {
        let mut kiosk = at(OwnTab::Prizes, free);
        kiosk.touch(Touch::Pick(pick));
        change(&mut kiosk);
        assert_eq!(prize(&kiosk).card.cannot, Some(why), "{n}");
        assert_eq!(prize(&kiosk).after, None, "{n}");
        kiosk.tones.clear();
        kiosk.touch(Touch::Confirm);
        assert_eq!(kiosk.tones, [Tone::Ask], "{n}");
        assert_eq!((spends(&kiosk), own(&kiosk).reserved), (0, 0), "{n}");
        assert_eq!(prize(&kiosk).card.cannot, Some(why), "still there: {n}");
        kiosk.touch(Touch::Cancel);
        assert!(matches!(own(&kiosk).page, OwnPage::Prizes(_)), "{n}");
    }
}

#[test]
fn own_entries_count_against_the_limit_on_their_way_too() {
    let mut kiosk = at(OwnTab::Prizes, 900);
    for entered in 1..=3 {
        kiosk.touch(Touch::Pick(0));
        kiosk.touch(Touch::Confirm);
        assert_eq!(spends(&kiosk), entered.min(2));
        kiosk.touch(Touch::Tab(OwnTab::Prizes));
    }
    let card = &prizes(&kiosk).rows[0];
    assert_eq!((card.entries, card.cannot), (2, Some(WhyNot::Limit)));
    assert_eq!(own(&kiosk).balance, 510);
}

#[test]
fn too_many_without_an_answer_wait() {
    let mut kiosk = at(OwnTab::Prizes, 900);
    for _ in 0..SPENDS_OPEN {
        kiosk.touch(Touch::Pick(1));
        kiosk.touch(Touch::Confirm);
        kiosk.touch(Touch::Confirm);
    }
    assert_eq!(spends(&kiosk), SPENDS_OPEN);
    assert_eq!(prizes(&kiosk).rows[1].cannot, Some(WhyNot::TooManyOpen));
    kiosk.touch(Touch::Pick(1));
    kiosk.touch(Touch::Confirm);
    assert_eq!(spends(&kiosk), SPENDS_OPEN);
}

#[test]
fn an_offer_taken_out_while_it_is_looked_at_is_said_to_be_gone() {
    for (tab, take_out) in [
        (
            OwnTab::Prizes,
            (|o: &mut Offers| drop(o.prizes.remove(0))) as fn(&mut Offers),
        ),
        (OwnTab::Projects, |o: &mut Offers| o.projects.clear()),
    ] {
        let mut kiosk = at(tab, 500);
        kiosk.touch(Touch::Pick(0));
        kiosk.touch(Touch::Pick(0));
        kiosk.catalogue(|c| take_out(&mut c.offers));
        assert_eq!(own(&kiosk).page, OwnPage::OfferGone);
        assert_eq!(own(&kiosk).tab, tab);
        assert!(own(&kiosk).tabs.contains(&tab));
        kiosk.touch(Touch::Confirm);
        assert_eq!(spends(&kiosk), 0);
        match tab {
            OwnTab::Prizes => assert_eq!(prizes(&kiosk).rows[0].name, "手ぬぐい"),
            // The last of its kind: its tab is gone with it.
            _ => assert!(matches!(own(&kiosk).page, OwnPage::Overview(_))),
        }
    }
}

#[test]
fn an_offer_taken_out_after_it_was_entered_for_leaves_its_id() {
    let mut kiosk = at(OwnTab::Prizes, 500);
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Confirm);
    kiosk.catalogue(|c| c.offers = Offers::default());
    assert_eq!(
        (spent(&kiosk).name.as_str(), spent(&kiosk).entries),
        ("rice", None)
    );
    kiosk.touch(Touch::Undo);
    assert_eq!(spent(&kiosk).state, SpendState::TakenBack);
    kiosk.touch(Touch::Cancel);
    assert!(matches!(own(&kiosk).page, OwnPage::Overview(_)));
    assert_eq!(
        own(&kiosk).tabs,
        [
            OwnTab::Overview,
            OwnTab::History,
            OwnTab::Preferences,
            OwnTab::Held
        ]
    );
}

#[test]
fn a_disk_that_fails_spends_nothing_and_says_so() {
    for trouble in [StoreTrouble::Full, StoreTrouble::Broken] {
        let mut kiosk = at(OwnTab::Prizes, 500);
        kiosk.touch(Touch::Pick(0));
        kiosk.disk = Some(trouble);
        kiosk.tones.clear();
        kiosk.touch(Touch::Confirm);
        assert!(matches!(kiosk.view(), View::OutOfService(_)));
        assert_eq!(kiosk.tones, [Tone::Ask]);
        assert_eq!((spends(&kiosk), answers(&kiosk)), (0, 0));
        kiosk.disk = None;
        kiosk.give(Input::Store(None));
        kiosk.tap(card(1));
        kiosk.touch(Touch::Own);
        assert_eq!((own(&kiosk).balance, own(&kiosk).reserved), (510, 0));
    }
}

#[test]
fn an_undo_that_fails_takes_nothing_back() {
    let mut kiosk = at(OwnTab::Prizes, 500);
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Confirm);
    kiosk.disk = Some(StoreTrouble::Full);
    kiosk.touch(Touch::Undo);
    assert!(matches!(kiosk.view(), View::OutOfService(_)));
    let account = kiosk.folds.account(&who(1));
    assert_eq!(account.spends().reserved(), 200);
}

#[test]
fn without_a_day_offers_are_shown_and_none_can_be_taken() {
    let mut kiosk = at(OwnTab::Prizes, 500);
    kiosk.now.clock.quality = Quality::UNKNOWN;
    kiosk.give(Input::Tick);
    let why: Vec<_> = prizes(&kiosk).rows.iter().map(|p| p.cannot).collect();
    assert_eq!(why, [Some(WhyNot::NoDay); 2]);
    kiosk.touch(Touch::Tab(OwnTab::Projects));
    assert_eq!(projects(&kiosk).rows[0].cannot, Some(WhyNot::NoDay));
}

#[test]
fn without_the_citys_word_what_is_known_here_is_enough() {
    let mut kiosk = Kiosk::in_city(VISIT, city());
    kiosk.tap(card(1));
    kiosk.touch(Touch::Own);
    kiosk.touch(Touch::Tab(OwnTab::Prizes));
    let why: Vec<_> = prizes(&kiosk).rows.iter().map(|p| p.cannot).collect();
    assert_eq!(why, [Some(WhyNot::NotEnough { missing: 190 }), None]);
    kiosk.touch(Touch::Pick(1));
    kiosk.touch(Touch::Confirm);
    assert_eq!((own(&kiosk).balance, own(&kiosk).elsewhere), (5, None));
    assert_eq!(spent(&kiosk).entries, Some(1));
}

#[test]
fn in_one_boot_the_history_keeps_the_order_of_deeds() {
    let mut kiosk = at(OwnTab::Prizes, 500);
    // The time server sets the clock back a little after the visit.
    kiosk.now.clock.wall_ms -= 60_000;
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Confirm);
    kiosk.touch(Touch::Tab(OwnTab::History));
    let OwnPage::History(history) = &own(&kiosk).page else {
        panic!("the history expected");
    };
    assert!(matches!(history.rows[0].what, Happened::Spent { .. }));
}

#[test]
fn settled_entries_count_though_the_citys_word_is_lost() {
    let mut kiosk = at(OwnTab::Prizes, 900);
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Confirm);
    let own_part = own_part(200);
    answer(&mut kiosk, SpendVerdict::Settled, 710, own_part);
    tell(&mut kiosk, Accounts::default());
    assert_eq!(spent(&kiosk).entries, Some(1));
}

#[test]
fn the_offers_are_turned_over() {
    let mut kiosk = at(OwnTab::Prizes, 500);
    kiosk.catalogue(|c| {
        let towel = c.offers.prizes[1].clone();
        c.offers.prizes = (0..=OFFER_CARDS)
            .map(|n| machitap_domain::points::offers::PrizeOffer {
                id: format!("towel-{n}").parse().unwrap(),
                ..towel.clone()
            })
            .collect();
    });
    assert_eq!((prizes(&kiosk).page, prizes(&kiosk).of), (1, 2));
    kiosk.touch(Touch::Pick(OFFER_CARDS));
    assert_eq!(prizes(&kiosk).page, 1, "not on this page");
    kiosk.touch(Touch::Pages(1));
    assert_eq!((prizes(&kiosk).page, prizes(&kiosk).rows.len()), (2, 1));
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Confirm);
    let fact = kiosk.last(|b| matches!(b, FactBody::Spend(_)));
    let text = serde_json::to_string(&fact.body).unwrap();
    assert!(text.contains(&format!("towel-{OFFER_CARDS}")), "{text}");
    kiosk.touch(Touch::Confirm);
    assert_eq!(prizes(&kiosk).page, 2, "back where it was");
    kiosk.catalogue(|c| c.offers.prizes.truncate(1));
    assert_eq!((prizes(&kiosk).page, prizes(&kiosk).of), (1, 1));
    kiosk.touch(Touch::Pick(0));
    assert_eq!(
        prize(&kiosk).card.name,
        "お米",
        "what is shown is what is picked"
    );
}

#[test]
fn answers_are_journalled_once_whoever_looks_and_after_a_restart() {
    let mut kiosk = at(OwnTab::Prizes, 900);
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Confirm);
    kiosk.touch(Touch::Cancel);
    kiosk.touch(Touch::Cancel);
    let own_part = own_part(200);
    kiosk.disk = Some(StoreTrouble::Full);
    let appends = kiosk.appends;
    answer(&mut kiosk, SpendVerdict::Settled, 710, own_part);
    kiosk.wait(130_000);
    assert_eq!(
        (answers(&kiosk), kiosk.appends),
        (0, appends + 1),
        "no use in trying on"
    );
    kiosk.disk = None;
    kiosk.give(Input::Store(None));
    assert_eq!(answers(&kiosk), 1);
    let shown = kiosk.screens.len();
    answer(&mut kiosk, SpendVerdict::Settled, 710, own_part);
    answer(&mut kiosk, SpendVerdict::Declined, 710, own_part);
    kiosk.wait(130_000);
    let wall = kiosk.now.clock.wall_ms;
    kiosk.restart(2, 200_000, wall, kiosk.now.clock.quality);
    answer(&mut kiosk, SpendVerdict::Settled, 710, own_part);
    assert_eq!(answers(&kiosk), 1);
    assert!(
        kiosk.screens[shown..]
            .iter()
            .all(|(_, s)| matches!(s.view, View::Idle(_)))
    );
}

#[test]
fn the_answer_is_journalled_before_the_spend_can_be_taken_back() {
    let mut kiosk = at(OwnTab::Prizes, 900);
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Confirm);
    let own_part = own_part(200);
    // The answer came and could not be put on disk: it holds all the same.
    kiosk.disk = Some(StoreTrouble::Full);
    answer(&mut kiosk, SpendVerdict::Settled, 710, own_part);
    assert_eq!(
        (spent(&kiosk).state, spent(&kiosk).undo),
        (SpendState::OnItsWay, None)
    );
    assert_eq!(spent(&kiosk).entries, Some(1), "counted once");
    kiosk.disk = None;
    kiosk.touch(Touch::Undo);
    assert_eq!(kiosk.count(|b| matches!(b, FactBody::Undone { .. })), 0);
    assert_eq!(spends(&kiosk), 1);
}
