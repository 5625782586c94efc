//! Prizes and projects: on disk before it is said, on its way until the city has answered.

use std::collections::BTreeMap;

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
use proptest::prelude::*;

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

    let own_part = OwnPart {
        earned: 10,
        spent: 200,
        visits: 1,
    };
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
    let own_part = OwnPart {
        earned: 10,
        spent: 0,
        visits: 1,
    };
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
        [OwnTab::Overview, OwnTab::History, OwnTab::Held]
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

fn bar(given: u64, on_its_way: u64, percent: u8) -> GoalBar {
    GoalBar {
        given,
        on_its_way,
        goal: 300,
        percent,
    }
}

fn given(kiosk: &mut Kiosk, points: u64) {
    let projects = [("wifi".parse::<OfferId>().unwrap(), points)].into();
    kiosk.give(Input::Progress(Box::new(Progress {
        as_of_ms: MORNING,
        projects,
        ..Progress::default()
    })));
}

#[test]
fn a_gift_makes_the_bar_grow() {
    let mut kiosk = at(OwnTab::Projects, 100);
    assert_eq!(
        projects(&kiosk).rows[0].goal,
        bar(0, 0, 0),
        "no progress has come"
    );
    given(&mut kiosk, 100);
    assert_eq!(projects(&kiosk).rows[0].goal, bar(100, 0, 33));
    kiosk.touch(Touch::Pick(0));
    let keys: Vec<_> = gift(&kiosk).amounts.iter().map(|a| a.points).collect();
    assert_eq!((keys, gift(&kiosk).after), (vec![10, 50, 100], None));
    kiosk.touch(Touch::Confirm);
    assert_eq!(spends(&kiosk), 0, "no amount is chosen");
    kiosk.touch(Touch::Pick(9));
    assert!(
        gift(&kiosk).amounts.iter().all(|a| !a.selected),
        "no such key"
    );
    kiosk.touch(Touch::Pick(1));
    assert_eq!(gift(&kiosk).after, Some(60));
    assert!(gift(&kiosk).amounts[1].selected);
    kiosk.touch(Touch::Confirm);
    let shown = spent(&kiosk);
    assert_eq!((shown.what, shown.points), (SpentFor::Project, 50));
    assert_eq!(shown.goal, Some(bar(150, 50, 50)));
    kiosk.touch(Touch::Undo);
    assert_eq!(spent(&kiosk).goal, Some(bar(100, 0, 33)));
}

#[test]
fn a_goal_that_is_reached_takes_nothing_more() {
    let mut kiosk = at(OwnTab::Projects, 100);
    given(&mut kiosk, 299);
    assert_eq!(projects(&kiosk).rows[0].goal.percent, 99, "not yet");
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Confirm);
    assert_eq!(spent(&kiosk).goal, Some(bar(309, 10, 100)));
    kiosk.touch(Touch::Confirm);
    assert_eq!(projects(&kiosk).rows[0].cannot, Some(WhyNot::GoalReached));
    // Reached by others while an amount is chosen.
    let mut kiosk = at(OwnTab::Projects, 100);
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Pick(0));
    given(&mut kiosk, 300);
    assert_eq!(gift(&kiosk).amounts[0].cannot, Some(WhyNot::GoalReached));
    kiosk.touch(Touch::Confirm);
    assert_eq!(spends(&kiosk), 0);
    given(&mut kiosk, u64::MAX);
    assert_eq!(gift(&kiosk).card.goal.percent, 100);
}

#[test]
fn an_amount_nobody_offers_any_more_or_has_is_not_given() {
    let mut kiosk = at(OwnTab::Projects, 50);
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Pick(2));
    let cannot = gift(&kiosk).amounts[2].cannot;
    assert_eq!(cannot, Some(WhyNot::NotEnough { missing: 40 }));
    kiosk.touch(Touch::Confirm);
    assert_eq!(spends(&kiosk), 0);
    kiosk.touch(Touch::Pick(1));
    kiosk.catalogue(|c| c.offers.projects[0].steps = vec![10, 20]);
    assert_eq!(gift(&kiosk).after, None);
    kiosk.tones.clear();
    kiosk.touch(Touch::Confirm);
    assert_eq!(
        (spends(&kiosk), kiosk.tones.as_slice()),
        (0, &[Tone::Ask][..])
    );
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
    let own_part = OwnPart {
        earned: 10,
        spent: 200,
        visits: 1,
    };
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
    let own_part = OwnPart {
        earned: 10,
        spent: 200,
        visits: 1,
    };
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
    let own_part = OwnPart {
        earned: 10,
        spent: 200,
        visits: 1,
    };
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

#[derive(Debug, Clone)]
enum Op {
    Tap,
    Touch(Touch),
    Wait(u64),
    /// The city tells what it has, having counted so much of the journal, in parts of 8.
    Tell {
        counted: usize,
        spent_elsewhere: u64,
    },
    Disk(bool),
    ClockLost(bool),
}

fn op() -> impl Strategy<Value = Op> {
    let touch = prop_oneof![
        2 => Just(Touch::Confirm),
        1 => Just(Touch::Cancel),
        2 => Just(Touch::Undo),
        2 => Just(Touch::Own),
        1 => Just(Touch::Tab(OwnTab::Overview)),
        1 => Just(Touch::Tab(OwnTab::History)),
        3 => Just(Touch::Tab(OwnTab::Prizes)),
        3 => Just(Touch::Tab(OwnTab::Projects)),
        6 => (0usize..3).prop_map(Touch::Pick),
        1 => (-1i32..2).prop_map(Touch::Pages),
    ];
    prop_oneof![
        3 => Just(Op::Tap),
        12 => touch.prop_map(Op::Touch),
        2 => prop_oneof![1u64..5_000, Just(61_000), Just(86_400_000)].prop_map(Op::Wait),
        3 => (0usize..9, prop_oneof![3 => Just(0u64), 1 => 0u64..300])
            .prop_map(|(counted, spent_elsewhere)| Op::Tell { counted, spent_elsewhere }),
        1 => any::<bool>().prop_map(Op::Disk),
        1 => any::<bool>().prop_map(Op::ClockLost),
    ]
}

/// A city that answers each spend once, against what there is over all kiosks.
struct Town {
    elsewhere: u64,
    answers: BTreeMap<FactId, SpendVerdict>,
    as_of_ms: i64,
    counted: usize,
    told: Accounts,
}

impl Town {
    fn new() -> Self {
        Self {
            elsewhere: 600,
            answers: BTreeMap::new(),
            as_of_ms: MORNING,
            counted: 0,
            told: Accounts::default(),
        }
    }

    /// What the journal comes to, so far as it was counted, with every answer given.
    fn count(&mut self, journal: &[Fact]) -> Folds {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let mut folds = Folds::default();
        for fact in journal {
            folds.apply(fact, &zone);
        }
        for open in folds.account(&who(1)).spends().open().to_vec() {
            let account = folds.account(&who(1));
            let earned = u64::try_from(account.balance()).unwrap() + self.elsewhere;
            let settled = account.spends().settled() + u64::from(open.spend.points);
            let verdict =
                *self
                    .answers
                    .entry(open.fact)
                    .or_insert(if open.undone || settled > earned {
                        SpendVerdict::Declined
                    } else {
                        SpendVerdict::Settled
                    });
            let of = journal.iter().find(|f| f.id == open.fact).unwrap();
            let answered = Fact {
                body: FactBody::SpendAnswered { verdict },
                caused_by: Some(open.fact),
                ..of.clone()
            };
            folds.apply(&answered, &zone);
        }
        folds
    }

    fn tell(&mut self, kiosk: &mut Kiosk, counted: usize, spent_elsewhere: u64) {
        self.elsewhere = self.elsewhere.saturating_sub(spent_elsewhere);
        self.counted = self.counted.max(kiosk.journal.len() * counted / 8);
        let folds = self.count(&kiosk.journal[..self.counted]);
        let account = folds.account(&who(1));
        self.as_of_ms += 1;
        let standing = Standing {
            free: account.free(self.elsewhere),
            own: OwnPart::of(&account),
            answers: self.answers.clone(),
            ..Standing::default()
        };
        self.told = word(self.as_of_ms, standing);
        tell(kiosk, self.told.clone());
    }

    fn free(&self, kiosk: &Kiosk) -> u64 {
        let account = kiosk.folds.account(&who(1));
        self.told.known(&who(1), LIFE, &account).free
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// What is said to be free is what is known, nothing is reserved that was not free, each
    /// spend is answered once, and in the end city and kiosk agree.
    #[test]
    fn the_balance_is_what_is_known_and_covers_every_spend(
        ops in prop::collection::vec(op(), 0..80),
    ) {
        let mut kiosk = Kiosk::in_city(VISIT, city());
        let mut town = Town::new();
        town.tell(&mut kiosk, 8, 0);
        for op in ops {
            let (before, facts) = (town.free(&kiosk), kiosk.journal.len());
            match op {
                Op::Tap => kiosk.tap(card(1)),
                Op::Touch(touch) => kiosk.touch(touch),
                Op::Wait(ms) => kiosk.wait(ms),
                Op::Tell { counted, spent_elsewhere } => {
                    town.tell(&mut kiosk, counted, spent_elsewhere);
                }
                Op::Disk(full) => kiosk.disk = full.then_some(StoreTrouble::Full),
                Op::ClockLost(lost) => {
                    kiosk.now.clock.quality = if lost { Quality::UNKNOWN } else { super::town::NTP };
                }
            }
            for fact in &kiosk.journal[facts..] {
                if let FactBody::Spend(spend) = &fact.body {
                    prop_assert!(u64::from(spend.points) <= before, "{spend:?} of {before}");
                }
            }
            let account = kiosk.folds.account(&who(1));
            match kiosk.view() {
                View::VisitDone(done) => prop_assert_eq!(done.balance, Some(town.free(&kiosk))),
                View::Own(own) => {
                    prop_assert_eq!(own.balance, town.free(&kiosk));
                    prop_assert_eq!(own.reserved, account.spends().reserved());
                    prop_assert!(own.tabs.contains(&own.tab));
                }
                _ => {}
            }
            let mut answered: Vec<_> = kiosk.journal.iter().filter_map(|f| {
                matches!(f.body, FactBody::SpendAnswered { .. }).then_some(f.caused_by)
            }).collect();
            let all = answered.len();
            answered.sort();
            answered.dedup();
            prop_assert_eq!(answered.len(), all, "answered once");
        }
        kiosk.disk = None;
        kiosk.give(Input::Store(None));
        town.tell(&mut kiosk, 8, 0);
        kiosk.give(Input::Tick);
        let account = kiosk.folds.account(&who(1));
        prop_assert!(account.spends().open().is_empty(), "every answer is journalled");
        let settled = account.spends().settled();
        let earned = u64::try_from(account.balance()).unwrap() + town.elsewhere;
        prop_assert_eq!(town.free(&kiosk), earned.saturating_sub(settled));
    }
}
