//! A resident's own page: the balance over all kiosks, what was done, what is held.

use machitap_domain::{
    Incarnation, Pseudonym, Quality,
    catalogue::Language,
    points::{
        accounts::{Accounts, EarnedIn, Own as OwnPart, Standing},
        caps::Age,
    },
    ranking::{Period, Span},
};
use uuid::Uuid;

use super::{
    draw, points,
    town::{Kiosk, LIFE, MORNING, NTP, VISIT, card, citizen, felica, purposes},
};
use crate::{
    input::{CardProblem, Input, StaffAct, Touch},
    session::{HISTORY_ROWS, OWN_MS},
    view::{
        AsOf, GainedFor, Happened, Held, HistoryRow, Listed, MessageKind, Overview, Own, OwnPage,
        OwnTab, Pages, View, VisitDone,
    },
};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

pub(super) fn who(n: u32) -> Pseudonym {
    purposes().visit.unwrap().pseudonym(&citizen(n))
}

/// The city's word about resident 1.
pub(super) fn word(as_of_ms: i64, standing: Standing) -> Accounts {
    Accounts {
        as_of_ms,
        life: Some(LIFE),
        holders: [(who(1), standing)].into(),
    }
}

pub(super) fn tell(kiosk: &mut Kiosk, accounts: Accounts) {
    kiosk.give(Input::Accounts(Box::new(accounts)));
}

/// So many points earned elsewhere, and nothing else.
pub(super) fn elsewhere(free: u64) -> Accounts {
    let standing = Standing {
        free,
        ..Standing::default()
    };
    word(MORNING, standing)
}

fn done(kiosk: &Kiosk) -> &VisitDone {
    match kiosk.view() {
        View::VisitDone(done) => done,
        other => panic!("a visit expected, found {other:?}"),
    }
}

pub(super) fn own(kiosk: &Kiosk) -> &Own {
    match kiosk.view() {
        View::Own(own) => own,
        other => panic!("an own page expected, found {other:?}"),
    }
}

fn overview(kiosk: &Kiosk) -> &Overview {
    match &own(kiosk).page {
        OwnPage::Overview(overview) => overview,
        other => panic!("the overview expected, found {other:?}"),
    }
}

fn history(kiosk: &Kiosk) -> &Pages<HistoryRow> {
    match &own(kiosk).page {
        OwnPage::History(history) => history,
        other => panic!("the history expected, found {other:?}"),
    }
}

fn held(kiosk: &Kiosk) -> Held {
    match &own(kiosk).page {
        OwnPage::Held(held) => *held,
        other => panic!("what is held expected, found {other:?}"),
    }
}

/// Resident 1 at their own page, with one visit.
fn opened() -> Kiosk {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.tap(card(1));
    kiosk.touch(Touch::Own);
    kiosk
}

#[test]
fn the_balance_is_over_all_kiosks_and_says_how_old_the_citys_word_is() {
    for (ago, said) in [
        (0, AsOf::Minutes(0)),
        (-MINUTE, AsOf::Minutes(0)),
        (59 * MINUTE + 59_999, AsOf::Minutes(59)),
        (HOUR, AsOf::Hours(1)),
        (DAY - 1, AsOf::Hours(23)),
        (3 * DAY, AsOf::Days(3)),
        (i64::MAX, AsOf::Days(u32::MAX)),
    ] {
        let mut kiosk = Kiosk::new(VISIT);
        let standing = Standing {
            free: 500,
            ..Standing::default()
        };
        tell(&mut kiosk, word(MORNING.saturating_sub(ago), standing));
        kiosk.tap(card(1));
        assert_eq!(done(&kiosk).balance, Some(510));
        match said {
            AsOf::Days(u32::MAX) => assert!(matches!(done(&kiosk).elsewhere, Some(AsOf::Days(_)))),
            said => assert_eq!(done(&kiosk).elsewhere, Some(said), "{ago}"),
        }
    }
}

#[test]
fn only_this_journal_speaks_where_the_city_has_said_nothing() {
    let mut kiosk = Kiosk::new(VISIT);
    tell(&mut kiosk, elsewhere(500));
    kiosk.tap(card(2));
    assert_eq!(
        (done(&kiosk).balance, done(&kiosk).elsewhere),
        (Some(10), None)
    );
    // Its word may come while the screen stands.
    let standing = Standing {
        free: 40,
        ..Standing::default()
    };
    let mut accounts = elsewhere(500);
    accounts.holders.insert(who(2), standing);
    tell(&mut kiosk, accounts);
    assert_eq!(done(&kiosk).balance, Some(50));
}

#[test]
fn without_a_trusted_clock_no_age_is_made_up() {
    let mut kiosk = Kiosk::new(VISIT);
    tell(&mut kiosk, elsewhere(500));
    kiosk.now.clock.quality = Quality::UNKNOWN;
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).elsewhere, Some(AsOf::Unknown));
    kiosk.touch(Touch::Own);
    assert_eq!(own(&kiosk).elsewhere, Some(AsOf::Unknown));
    assert_eq!(
        (overview(&kiosk).week, overview(&kiosk).month),
        (None, None)
    );
}

#[test]
fn what_the_city_said_of_another_life_takes_nothing_off() {
    let mut kiosk = Kiosk::new(VISIT);
    let standing = Standing {
        free: 500,
        own: OwnPart {
            earned: 70,
            ..OwnPart::default()
        },
        ..Standing::default()
    };
    let mut accounts = word(MORNING, standing);
    accounts.life = Some(Incarnation(Uuid::from_u128(9)));
    tell(&mut kiosk, accounts);
    kiosk.tap(card(1));
    assert_eq!(done(&kiosk).balance, Some(510));
}

#[test]
fn a_copied_number_has_no_own_page() {
    let mut kiosk = Kiosk::new(points::hall("", 0, false, true));
    kiosk.tap(felica(50));
    let shown = done(&kiosk);
    assert_eq!(
        (shown.balance, shown.elsewhere, shown.own),
        (None, None, false)
    );
    kiosk.touch(Touch::Own);
    assert!(matches!(kiosk.view(), View::VisitDone(_)));
    kiosk.wait(70_000);
    kiosk.tap(felica(50));
    assert!(matches!(kiosk.view(), View::VisitEnded(ended) if !ended.own));
    kiosk.touch(Touch::Own);
    assert!(matches!(kiosk.view(), View::VisitEnded(_)));
}

#[test]
fn it_opens_from_a_visit_and_from_its_end() {
    let mut kiosk = Kiosk::in_city(points::hall("", 0, false, true), draw::city());
    kiosk.touch(Touch::Own);
    assert!(matches!(kiosk.view(), View::Idle(_)), "nobody is here");
    kiosk.tap(card(1));
    assert!(done(&kiosk).own);
    kiosk.wait(70_000);
    kiosk.tap(card(1));
    assert!(matches!(kiosk.view(), View::VisitEnded(ended) if ended.own));
    kiosk.touch(Touch::Spin);
    assert!(
        matches!(kiosk.view(), View::VisitEnded(_)),
        "not offered here"
    );
    kiosk.touch(Touch::Own);
    assert_eq!(own(&kiosk).tab, OwnTab::Overview);
    // The end that was said before, too.
    kiosk.touch(Touch::Cancel);
    kiosk.tap(card(1));
    assert!(matches!(kiosk.view(), View::VisitEnded(ended) if ended.own && ended.already));
}

#[test]
fn the_overview_says_what_there_is() {
    let mut kiosk = Kiosk::in_city(VISIT, draw::city());
    let today = jiff::civil::date(2026, 4, 1);
    let earned = |period, points| EarnedIn {
        span: Span::of(period, today),
        points,
    };
    let standing = Standing {
        free: 500,
        visits: 51,
        earned: vec![earned(Period::Week, 40), earned(Period::Month, 40)],
        ..Standing::default()
    };
    tell(&mut kiosk, word(MORNING - 2 * HOUR, standing));
    kiosk.tap(card(1));
    kiosk.touch(Touch::Own);
    let page = own(&kiosk);
    assert_eq!((page.balance, page.reserved), (510, 0));
    assert_eq!(page.elsewhere, Some(AsOf::Hours(2)));
    assert_eq!(
        page.tabs,
        [
            OwnTab::Overview,
            OwnTab::History,
            OwnTab::Preferences,
            OwnTab::Held
        ]
    );
    assert_eq!(
        (page.remaining.left_ms, page.remaining.total_ms),
        (OWN_MS, OWN_MS)
    );
    let expected = Overview {
        week: Some(50),
        month: Some(50),
        place: None,
        spins: Some(2),
        visits: 52,
    };
    assert_eq!(overview(&kiosk), &expected);
}

#[test]
fn the_history_is_newest_first_and_says_what_was_taken_back() {
    let mut kiosk = Kiosk::new(points::hall(
        r#","visits_per_day":2,"volunteering":[{"id":"beach","name":{"ja":"海の掃除","en":"Beach"},"points":100}]"#,
        2,
        false,
        false,
    ));
    kiosk.tap(card(1));
    kiosk.touch(Touch::Pick(1));
    kiosk.touch(Touch::Undo);
    kiosk.wait(HOUR as u64);
    kiosk.open_panel();
    kiosk.act(StaffAct::Help);
    kiosk.touch(Touch::Pick(0));
    kiosk.tap(card(1));
    kiosk.wait(HOUR as u64);
    kiosk.tap(card(1));
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Own);
    kiosk.touch(Touch::Tab(OwnTab::History));
    kiosk.touch(Touch::Language(Language::En));
    let rows = &history(&kiosk).rows;
    let hours: Vec<_> = rows.iter().map(|r| r.at.unwrap().hour).collect();
    assert_eq!(hours, [10, 9, 8]);
    let Happened::Visit {
        purpose,
        points,
        lines,
        undone,
    } = &rows[0].what
    else {
        panic!("a visit expected");
    };
    assert_eq!(
        (purpose.as_deref(), *points, *undone),
        (Some("自習室"), 10, false)
    );
    assert_eq!(lines[0].why, GainedFor::Visit);
    let helped = Happened::Helped {
        name: "Beach".into(),
        points: 100,
        undone: false,
    };
    assert_eq!(rows[1].what, helped);
    assert!(matches!(
        rows[2].what,
        Happened::Visit {
            undone: true,
            points: 10,
            ..
        }
    ));
}

#[test]
fn a_time_nobody_vouches_for_is_not_said_and_keeps_its_place() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.tap(card(1));
    kiosk.restart(2, 200_000, 0, Quality::UNKNOWN);
    kiosk.tap(card(1));
    kiosk.touch(Touch::Own);
    kiosk.touch(Touch::Tab(OwnTab::History));
    let times: Vec<_> = history(&kiosk)
        .rows
        .iter()
        .map(|r| r.at.is_some())
        .collect();
    assert_eq!(times, [false, true]);
}

#[test]
fn the_history_is_turned_over_and_never_past_its_ends() {
    let mut kiosk = Kiosk::new(VISIT);
    for _ in 0..HISTORY_ROWS + 1 {
        kiosk.tap(card(1));
        kiosk.wait(HOUR as u64);
    }
    kiosk.tap(card(1));
    kiosk.tap(card(1));
    kiosk.touch(Touch::Own);
    kiosk.touch(Touch::Tab(OwnTab::History));
    let at = |k: &Kiosk| (history(k).page, history(k).of, history(k).rows.len());
    assert_eq!(at(&kiosk), (1, 2, HISTORY_ROWS));
    for (by, page, rows) in [
        (1, 2, 2),
        (1, 2, 2),
        (i32::MAX, 2, 2),
        (-1, 1, HISTORY_ROWS),
        (i32::MIN, 1, HISTORY_ROWS),
    ] {
        kiosk.touch(Touch::Pages(by));
        assert_eq!(at(&kiosk), (page, 2, rows), "{by}");
    }
    kiosk.touch(Touch::Pick(0));
    assert_eq!(at(&kiosk), (1, 2, HISTORY_ROWS), "a line opens nothing");
}

#[test]
fn it_says_what_this_kiosk_holds_and_no_name() {
    let mut kiosk = Kiosk::in_city(VISIT, draw::city());
    kiosk.tap(card(50));
    kiosk.touch(Touch::Spin);
    kiosk.touch(Touch::Confirm);
    kiosk.touch(Touch::Confirm);
    kiosk.tap(card(50));
    kiosk.touch(Touch::Own);
    kiosk.touch(Touch::Tab(OwnTab::Held));
    let listed = Listed {
        cards: 1,
        age: None,
        birth_month: None,
    };
    let found = held(&kiosk);
    assert_eq!((found.visits, found.spends, found.spins), (1, 0, 1));
    assert_eq!((found.listed, found.told), (Some(listed), false));
    let since = found.since.unwrap();
    assert_eq!(
        (since.month, since.day, since.hour, since.minute),
        (4, 1, 8, 55)
    );
    kiosk.roster(|r| {
        r.residents[0].age = Some(Age::Adult);
        r.residents[0].birth_month = Some(4);
        r.residents[0].cards = vec![felica(50), felica(51)];
    });
    let listed = Listed {
        cards: 2,
        age: Some(Age::Adult),
        birth_month: Some(4),
    };
    assert_eq!(held(&kiosk).listed, Some(listed));
    kiosk.tap(card(1));
    tell(&mut kiosk, elsewhere(5));
    kiosk.touch(Touch::Own);
    kiosk.touch(Touch::Tab(OwnTab::Held));
    assert_eq!((held(&kiosk).listed, held(&kiosk).told), (None, true));
}

#[test]
fn it_closes_by_a_touch_and_by_itself_and_every_touch_gives_it_time() {
    for touch in [Touch::Cancel, Touch::Confirm] {
        for tab in [
            OwnTab::Overview,
            OwnTab::History,
            OwnTab::Preferences,
            OwnTab::Held,
        ] {
            let mut kiosk = opened();
            kiosk.touch(Touch::Tab(tab));
            assert_eq!(own(&kiosk).tab, tab);
            kiosk.touch(touch);
            assert!(matches!(kiosk.view(), View::Idle(_)));
        }
    }
    let mut kiosk = opened();
    kiosk.wait(OWN_MS - 1_000);
    kiosk.touch(Touch::Tab(OwnTab::History));
    kiosk.wait(OWN_MS - 1_000);
    assert_eq!(own(&kiosk).tab, OwnTab::History);
    kiosk.wait(1_000);
    assert!(matches!(kiosk.view(), View::Idle(_)));
}

#[test]
fn the_next_card_leads_to_its_own_tap() {
    let mut kiosk = opened();
    kiosk.tap(card(2));
    assert_eq!(done(&kiosk).visits, Some(1));
    let mut kiosk = opened();
    kiosk.tap(card(1));
    assert!(done(&kiosk).already, "their own, once more");
    // Whoever comes next does not read on where the card cannot be read.
    let mut kiosk = opened();
    kiosk.bad_tap(CardProblem::HoldStill);
    assert_eq!(kiosk.message(), MessageKind::HoldStill);
}

#[test]
fn tabs_that_are_not_there_do_not_open() {
    let mut kiosk = opened();
    for tab in [OwnTab::Prizes, OwnTab::Projects] {
        kiosk.touch(Touch::Tab(tab));
        assert_eq!(own(&kiosk).tab, OwnTab::Overview);
    }
    for touch in [
        Touch::Undo,
        Touch::Pick(0),
        Touch::Spin,
        Touch::Own,
        Touch::Digit(1),
    ] {
        kiosk.touch(touch);
        assert_eq!(own(&kiosk).tab, OwnTab::Overview, "{touch:?}");
    }
    kiosk.touch(Touch::Pages(1));
    assert_eq!(own(&kiosk).tab, OwnTab::Overview);
}

#[test]
fn a_clock_that_comes_back_tells_the_week_again() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.now.clock.quality = Quality::UNKNOWN;
    kiosk.tap(card(1));
    kiosk.touch(Touch::Own);
    assert_eq!(overview(&kiosk).week, None);
    kiosk.now.clock.quality = NTP;
    kiosk.give(Input::Tick);
    assert_eq!(overview(&kiosk).week, Some(10));
}
