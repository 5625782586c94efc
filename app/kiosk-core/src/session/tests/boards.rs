//! The boards of the idle screen, and where a visitor stands.

use jiff::civil::{Date, date};
use machitap_domain::{
    Quality,
    catalogue::{Language, Service, Text},
    points::{
        accounts::{Accounts, EarnedIn, Standing},
        caps::Age,
    },
    ranking::{
        Board, Curve, Group, GroupBoard, GroupKind, Period, Ranking, Row, Scope, Span, Step,
    },
};

use super::town::{Kiosk, LIFE, MORNING, VISIT, card, citizen, felica, purposes};
use crate::{
    input::{Input, Touch},
    view::{AsOf, BoardOf, BoardRows, BoardTitle, Idle, OwnPlace, View},
};

const HOUR: i64 = 3_600_000;

/// The Monday of the week the tests begin in.
fn week() -> Date {
    date(2026, 3, 30)
}

fn board(scope: Scope, span: Span, places: &[i64]) -> Board {
    let row = |(n, points): (usize, &i64)| Row {
        place: u32::try_from(n).unwrap() + 1,
        nickname: (n == 0).then(|| "カモメ".to_owned().into()),
        points: *points,
    };
    let steps: Vec<Step> = places.iter().map(|p| Step(*p, 1)).collect();
    Board {
        scope,
        span,
        rows: places.iter().enumerate().map(row).collect(),
        curve: Curve::try_from(steps).unwrap(),
    }
}

fn groups(kind: GroupKind, span: Span, names: &[&str]) -> GroupBoard {
    let row = |(n, name): (usize, &&str)| Group {
        place: u32::try_from(n).unwrap() + 1,
        name: Text {
            ja: (*name).into(),
            en: Some("North".into()),
            ..Text::default()
        },
        members: 8,
        points: 100,
    };
    GroupBoard {
        kind,
        span,
        rows: names.iter().enumerate().map(row).collect(),
    }
}

fn of(period: Period, from: Date) -> Span {
    Span { period, from }
}

fn here() -> Scope {
    Scope::Facility("here".parse().unwrap())
}

fn ranking(boards: Vec<Board>, groups: Vec<GroupBoard>) -> Input {
    Input::Ranking(Box::new(Ranking {
        as_of_ms: MORNING,
        boards,
        groups,
    }))
}

fn idle(kiosk: &Kiosk) -> &Idle {
    match kiosk.view() {
        View::Idle(idle) => idle,
        other => panic!("the idle screen expected, found {other:?}"),
    }
}

fn titles(kiosk: &Kiosk) -> Vec<(BoardOf, Period, bool)> {
    let boards = idle(kiosk).boards.iter();
    boards
        .map(|b| (b.title.of, b.title.period, b.title.last))
        .collect()
}

#[test]
fn boards_stand_in_turn_and_empty_ones_are_left_out() {
    let mut kiosk = Kiosk::new(VISIT);
    let (this_week, april) = (
        of(Period::Week, week()),
        of(Period::Month, date(2026, 4, 1)),
    );
    kiosk.give(ranking(
        vec![
            board(Scope::Town, april, &[50]),
            board(here(), this_week, &[20, 10]),
            board(Scope::Facility("there".parse().unwrap()), this_week, &[90]),
            board(Scope::Town, this_week, &[30]),
        ],
        vec![
            groups(GroupKind::Team, april, &["海"]),
            groups(GroupKind::Area, april, &["南"]),
            groups(GroupKind::Area, this_week, &["北"]),
        ],
    ));
    let all = [
        (BoardOf::Town, Period::Week, false),
        (BoardOf::Facility, Period::Week, false),
        (BoardOf::Town, Period::Month, false),
        (BoardOf::Areas, Period::Week, false),
        (BoardOf::Teams, Period::Month, false),
    ];
    assert_eq!(titles(&kiosk), all);
    let BoardRows::Residents(rows) = &idle(&kiosk).boards[1].rows else {
        panic!("residents expected");
    };
    let rows: Vec<_> = rows
        .iter()
        .map(|r| (r.place, r.nickname.is_some(), r.points))
        .collect();
    assert_eq!(rows, [(1, true, 20), (2, false, 10)]);
    kiosk.touch(Touch::Language(Language::En));
    let BoardRows::Groups(rows) = &idle(&kiosk).boards[3].rows else {
        panic!("groups expected");
    };
    assert_eq!((rows[0].name.as_str(), rows[0].members), ("North", 8));
    kiosk.give(ranking(
        vec![
            board(Scope::Town, this_week, &[]),
            board(here(), this_week, &[5]),
        ],
        vec![groups(GroupKind::Area, this_week, &[])],
    ));
    assert_eq!(titles(&kiosk), [(BoardOf::Facility, Period::Week, false)]);
}

#[test]
fn a_period_that_is_over_is_said_to_be_and_a_longer_past_one_is_left_out() {
    for (span, shown) in [
        (of(Period::Week, week()), Some(false)),
        (of(Period::Week, date(2026, 3, 23)), Some(true)),
        (of(Period::Week, date(2026, 3, 16)), None),
        (of(Period::Week, date(2026, 4, 6)), None),
        (of(Period::Month, date(2026, 4, 1)), Some(false)),
        (of(Period::Month, date(2026, 3, 1)), Some(true)),
        (of(Period::Month, date(2026, 2, 1)), None),
    ] {
        let mut kiosk = Kiosk::new(VISIT);
        kiosk.give(ranking(vec![board(Scope::Town, span, &[10])], Vec::new()));
        let title = shown.map(|last| BoardTitle {
            of: BoardOf::Town,
            period: span.period,
            last,
        });
        let found: Vec<_> = idle(&kiosk).boards.iter().map(|b| b.title).collect();
        assert_eq!(found, Vec::from_iter(title), "{span:?}");
    }
}

#[test]
fn while_no_day_is_known_no_board_claims_a_week() {
    let mut kiosk = Kiosk::new(VISIT);
    let this_week = of(Period::Week, week());
    kiosk.give(ranking(
        vec![board(Scope::Town, this_week, &[10])],
        Vec::new(),
    ));
    assert_eq!(idle(&kiosk).boards.len(), 1);
    kiosk.now.clock.quality = Quality::UNKNOWN;
    kiosk.give(Input::Tick);
    assert!(idle(&kiosk).boards.is_empty());
    assert_eq!(idle(&kiosk).boards_as_of, None, "no board, no age");
}

#[test]
fn only_a_place_of_visits_shows_boards() {
    for service in [Service::nursery(), super::fare::bus()] {
        let mut kiosk = Kiosk::new(service);
        let this_week = of(Period::Week, week());
        kiosk.give(ranking(
            vec![board(Scope::Town, this_week, &[10])],
            Vec::new(),
        ));
        let View::Idle(idle) = kiosk.view() else {
            continue;
        };
        assert!(idle.boards.is_empty());
    }
}

#[test]
fn boards_older_than_an_hour_say_how_old() {
    for (ago, said) in [
        (0, None),
        (HOUR - 1, None),
        (HOUR, Some(AsOf::Hours(1))),
        (25 * HOUR, Some(AsOf::Days(1))),
        (-HOUR, None),
    ] {
        let mut kiosk = Kiosk::new(VISIT);
        let board = board(Scope::Town, of(Period::Week, week()), &[10]);
        kiosk.give(Input::Ranking(Box::new(Ranking {
            as_of_ms: MORNING - ago,
            boards: vec![board],
            groups: Vec::new(),
        })));
        assert_eq!(idle(&kiosk).boards_as_of, said, "{ago}");
    }
}

/// What the city told of resident 1: so many points this week.
fn told(kiosk: &mut Kiosk, week: Date, points: u64) {
    let who = purposes().visit.unwrap().pseudonym(&citizen(1));
    let standing = Standing {
        earned: vec![EarnedIn {
            span: of(Period::Week, week),
            points,
        }],
        ..Standing::default()
    };
    kiosk.give(Input::Accounts(Box::new(Accounts {
        as_of_ms: MORNING,
        life: Some(LIFE),
        holders: [(who, standing)].into(),
    })));
}

fn place(kiosk: &Kiosk) -> Option<OwnPlace> {
    match kiosk.view() {
        View::VisitDone(done) => done.place,
        other => panic!("a visit expected, found {other:?}"),
    }
}

#[test]
fn a_visitor_is_told_their_place_and_what_the_next_one_takes() {
    let this_week = of(Period::Week, week());
    let town = |points: &[i64]| ranking(vec![board(Scope::Town, this_week, points)], Vec::new());
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.give(town(&[50, 30, 20, 5]));
    told(&mut kiosk, week(), 20);
    kiosk.tap(card(1));
    // 20 in the curve, and 10 from this visit: beside the one who has 30.
    let expected = OwnPlace {
        place: 2,
        of: 4,
        to_next: Some(20),
        ahead: Some(25),
    };
    assert_eq!(place(&kiosk), Some(expected));
    // The board moves while the screen stands.
    kiosk.give(town(&[25, 20]));
    let first = OwnPlace {
        place: 1,
        of: 2,
        to_next: None,
        ahead: Some(5),
    };
    assert_eq!(place(&kiosk), Some(first));
}

#[test]
fn there_is_no_place_without_a_board_of_this_week_and_none_for_a_child() {
    let this_week = of(Period::Week, week());
    let last = of(Period::Week, date(2026, 3, 23));
    let town = |span| ranking(vec![board(Scope::Town, span, &[50])], Vec::new());
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.tap(card(1));
    assert_eq!(place(&kiosk), None, "no ranking");
    kiosk.give(town(last));
    assert_eq!(place(&kiosk), None, "last week's");
    kiosk.give(town(this_week));
    assert!(place(&kiosk).is_some());
    kiosk.now.clock.quality = Quality::UNKNOWN;
    kiosk.give(Input::Tick);
    assert_eq!(place(&kiosk), None, "no day");
    kiosk.now.clock.quality = super::town::NTP;
    kiosk.wait(10_000);
    kiosk.tap(felica(50));
    assert_eq!(place(&kiosk), None, "a number that can be copied");
    for (age, told) in [(Some(Age::Child), false), (None, true)] {
        let mut kiosk = Kiosk::new(VISIT);
        kiosk.give(town(this_week));
        kiosk.roster(|r| r.residents[0].age = age);
        kiosk.tap(card(50));
        assert_eq!(place(&kiosk).is_some(), told, "{age:?}");
    }
}
