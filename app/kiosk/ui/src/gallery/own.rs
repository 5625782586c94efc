//! A resident's own page, prizes and projects.

use machitap_domain::{
    points::{caps::Age, offers::Picture},
    preferences::{Preferences, TextSize},
};
use machitap_kiosk_core::view::{
    AmountKey, AsOf, Card, Coming, Gained, GiftSheet, GoalBar, Happened, Held, HistoryRow, Listed,
    Overview, Own, OwnPage, OwnPlace, OwnTab, Pages, Phone, PhoneCode, PreferenceSheet, PrizeCard,
    PrizeSheet, ProjectCard, Remaining, Screen, SpendState, Spent, SpentFor, View, VisitDone,
    VisitEnded, WallTime, WhyNot,
};

use super::{EVENING, HALL, LONG, in_text_size, screen, trusted};

const UNDO: Remaining = Remaining {
    left_ms: 58_000,
    total_ms: 60_000,
};
const LONG_PRIZE: &str = "地元の みかん 5キロと 干物の つめあわせ セット";
const TABS: [OwnTab; 7] = [
    OwnTab::Overview,
    OwnTab::History,
    OwnTab::Prizes,
    OwnTab::Projects,
    OwnTab::Held,
    OwnTab::Phone,
    OwnTab::Preferences,
];
const PLACE: OwnPlace = OwnPlace {
    place: 12,
    of: 340,
    to_next: Some(20),
    ahead: Some(10),
};

const fn day(month: u8, day: u8, weekday: u8) -> WallTime {
    WallTime {
        month,
        day,
        weekday,
        ..EVENING
    }
}

fn own(tab: OwnTab, page: OwnPage) -> Own {
    Own {
        tabs: TABS.to_vec(),
        tab,
        balance: 510,
        reserved: 0,
        elsewhere: Some(AsOf::Minutes(0)),
        page,
        remaining: UNDO,
    }
}

fn overview() -> Overview {
    Overview {
        week: Some(40),
        month: Some(180),
        place: Some(PLACE),
        spins: Some(2),
        visits: 52,
    }
}

fn prize(name: &str, picture: Picture, points: u32, cannot: Option<WhyNot>) -> PrizeCard {
    PrizeCard {
        name: name.into(),
        text: Some("地元の 農家から とどく 新米です。".into()),
        picture,
        points,
        winners: 5,
        entries: 1,
        limit: Some(3),
        until: day(11, 30, 1),
        cannot,
    }
}

fn prizes() -> Vec<PrizeCard> {
    vec![
        prize("新米 5キロ", Picture::Rice, 200, None),
        prize(LONG_PRIZE, Picture::Orange, 100, Some(WhyNot::Limit)),
        prize("お弁当 引きかえ券", Picture::Bento, 100, None),
        prize(
            "自転車",
            Picture::Bicycle,
            2_000,
            Some(WhyNot::NotEnough { missing: 1_490 }),
        ),
    ]
}

const fn bar(given: u64, goal: u64, percent: u8, on_its_way: u64) -> GoalBar {
    GoalBar {
        given,
        on_its_way,
        goal,
        percent,
    }
}

fn project(name: &str, picture: Picture, goal: GoalBar, cannot: Option<WhyNot>) -> ProjectCard {
    ProjectCard {
        name: name.into(),
        text: Some("津波タワーでも スマホが つかえるように。".into()),
        picture,
        goal,
        until: day(3, 31, 3),
        cannot,
    }
}

fn projects() -> Vec<ProjectCard> {
    vec![
        project(
            "津波タワーに Wi-Fi",
            Picture::Wifi,
            bar(6_240, 10_000, 62, 0),
            None,
        ),
        project(
            "通学路の あかりを ふやして、冬の 夕方も 安心して 帰れるように",
            Picture::Lamp,
            bar(30_000, 30_000, 100, 0),
            Some(WhyNot::GoalReached),
        ),
        project("海べに ベンチ", Picture::Bench, bar(0, 5_000, 0, 0), None),
    ]
}

fn amount(points: u32, selected: bool, cannot: Option<WhyNot>) -> AmountKey {
    AmountKey {
        points,
        selected,
        cannot,
    }
}

fn gift(chosen: bool) -> GiftSheet {
    GiftSheet {
        card: projects().swap_remove(0),
        amounts: vec![
            amount(10, false, None),
            amount(50, chosen, None),
            amount(100, false, None),
            amount(1_000, false, Some(WhyNot::NotEnough { missing: 490 })),
        ],
        after: chosen.then_some(460),
    }
}

fn spent(what: SpentFor, state: SpendState) -> Spent {
    let gift = what == SpentFor::Project;
    Spent {
        what,
        name: if gift {
            "津波タワーに Wi-Fi"
        } else {
            "新米 5キロ"
        }
        .into(),
        picture: if gift { Picture::Wifi } else { Picture::Rice },
        points: if gift { 50 } else { 200 },
        state,
        entries: (!gift).then_some(2),
        goal: gift.then_some(bar(6_290, 10_000, 62, 50)),
        undo: (state == SpendState::OnItsWay).then_some(UNDO),
    }
}

fn visit(at: Option<WallTime>, purpose: Option<&str>, points: u32, undone: bool) -> HistoryRow {
    HistoryRow {
        at,
        what: Happened::Visit {
            purpose: purpose.map(Into::into),
            points,
            lines: Vec::new(),
            undone,
        },
    }
}

fn bought(what: SpentFor, name: &str, points: u32, state: SpendState) -> HistoryRow {
    HistoryRow {
        at: Some(day(11, 20, 5)),
        what: Happened::Spent {
            what,
            name: name.into(),
            points,
            state,
        },
    }
}

fn history() -> Vec<HistoryRow> {
    vec![
        visit(Some(EVENING), Some("学習室"), 10, false),
        bought(SpentFor::Prize, LONG_PRIZE, 100, SpendState::OnItsWay),
        bought(
            SpentFor::Project,
            "津波タワーに Wi-Fi",
            1_050,
            SpendState::Declined,
        ),
        HistoryRow {
            at: Some(day(11, 19, 4)),
            what: Happened::Helped {
                name: "海岸 清掃".into(),
                points: 100,
                undone: false,
            },
        },
        visit(Some(day(11, 18, 3)), None, 10, true),
        visit(None, Some("体育室（バドミントン・卓球）"), 10, false),
    ]
}

const fn held(listed: bool) -> Held {
    Held {
        visits: 52,
        spends: 3,
        spins: 9,
        claims: if listed { 1 } else { 0 },
        listed: if listed {
            Some(Listed {
                cards: 1,
                age: Some(Age::Senior),
                birth_month: Some(12),
            })
        } else {
            None
        },
        told: listed,
        preferences: None,
        since: if listed { Some(day(4, 1, 3)) } else { None },
    }
}

fn pages<Row>(rows: Vec<Row>, page: usize, of: usize) -> Pages<Row> {
    Pages { rows, page, of }
}

fn done() -> VisitDone {
    VisitDone {
        balance: Some(1_290),
        elsewhere: Some(AsOf::Minutes(4)),
        place: Some(PLACE),
        own: true,
        visits: Some(35),
        next: Coming {
            stamps: Some(Card {
                have: 5,
                of: 10,
                points: 100,
            }),
            ..Coming::default()
        },
        undo: Some(UNDO),
        ..VisitDone::of(Gained::Points(10))
    }
}

pub(super) fn views() -> Vec<(&'static str, Screen)> {
    let at = |view| screen(HALL.0, trusted(EVENING), &[], view);
    let page = |tab, page| at(View::Own(Box::new(own(tab, page))));
    let first = VisitDone {
        place: Some(OwnPlace {
            place: 1,
            to_next: None,
            ..PLACE
        }),
        elsewhere: None,
        ..done()
    };
    let rich = Own {
        tabs: vec![OwnTab::Overview, OwnTab::History, OwnTab::Held],
        balance: 112_480,
        reserved: 1_200,
        elsewhere: None,
        ..own(
            OwnTab::Overview,
            OwnPage::Overview(Overview {
                week: None,
                month: None,
                place: None,
                spins: None,
                visits: 1_024,
            }),
        )
    };
    let old = Own {
        elsewhere: Some(AsOf::Days(12)),
        ..own(OwnTab::Overview, OwnPage::Overview(overview()))
    };
    let refused = PrizeSheet {
        card: prizes().swap_remove(3),
        after: None,
    };
    let long = PrizeSheet {
        card: PrizeCard {
            cannot: None,
            limit: None,
            ..prizes().swap_remove(1)
        },
        after: Some(410),
    };
    let largest = |screen: &Screen| in_text_size(screen, TextSize::Largest);
    let preferred = View::Own(Box::new(own(
        OwnTab::Preferences,
        OwnPage::Preferences(PreferenceSheet {
            chosen: Preferences {
                text: TextSize::Largest,
                still: true,
                ..Preferences::default()
            },
            spoken: true,
            undo: Some(UNDO),
        }),
    )));
    let enter = PrizeSheet {
        card: prizes().swap_remove(0),
        after: Some(310),
    };
    vec![
        ("visit-done-own", at(View::VisitDone(done()))),
        ("visit-done-first", at(View::VisitDone(first))),
        (
            "visit-ended-own",
            at(View::VisitEnded(VisitEnded {
                minutes: Some(95),
                already: false,
                own: true,
                undo: Some(UNDO),
            })),
        ),
        ("own", page(OwnTab::Overview, OwnPage::Overview(overview()))),
        (
            "own-long",
            screen(LONG.0, trusted(EVENING), &[], View::Own(Box::new(rich))),
        ),
        ("own-old", at(View::Own(Box::new(old)))),
        (
            "own-history",
            page(OwnTab::History, OwnPage::History(pages(history(), 1, 3))),
        ),
        (
            "own-history-empty",
            page(OwnTab::History, OwnPage::History(pages(Vec::new(), 1, 1))),
        ),
        (
            "own-prizes",
            page(OwnTab::Prizes, OwnPage::Prizes(pages(prizes(), 1, 2))),
        ),
        ("own-prize", page(OwnTab::Prizes, OwnPage::Prize(enter))),
        ("own-prize-long", page(OwnTab::Prizes, OwnPage::Prize(long))),
        (
            "own-prize-not-enough",
            page(OwnTab::Prizes, OwnPage::Prize(refused)),
        ),
        (
            "own-projects",
            page(OwnTab::Projects, OwnPage::Projects(pages(projects(), 1, 1))),
        ),
        (
            "own-gift",
            page(OwnTab::Projects, OwnPage::Gift(gift(false))),
        ),
        (
            "own-gift-chosen",
            page(OwnTab::Projects, OwnPage::Gift(gift(true))),
        ),
        (
            "own-spent-prize",
            page(
                OwnTab::Prizes,
                OwnPage::Spent(spent(SpentFor::Prize, SpendState::OnItsWay)),
            ),
        ),
        (
            "own-spent-gift",
            page(
                OwnTab::Projects,
                OwnPage::Spent(spent(SpentFor::Project, SpendState::OnItsWay)),
            ),
        ),
        (
            "own-spent-settled",
            page(
                OwnTab::Prizes,
                OwnPage::Spent(spent(SpentFor::Prize, SpendState::Settled)),
            ),
        ),
        (
            "own-spent-declined",
            page(
                OwnTab::Prizes,
                OwnPage::Spent(spent(SpentFor::Prize, SpendState::Declined)),
            ),
        ),
        (
            "own-spent-taken-back",
            page(
                OwnTab::Projects,
                OwnPage::Spent(spent(SpentFor::Project, SpendState::TakenBack)),
            ),
        ),
        ("own-offer-gone", page(OwnTab::Prizes, OwnPage::OfferGone)),
        (
            "own-phone",
            page(
                OwnTab::Phone,
                OwnPage::Phone(Phone {
                    minutes: 5,
                    no_clock: false,
                }),
            ),
        ),
        (
            "own-phone-no-clock",
            page(
                OwnTab::Phone,
                OwnPage::Phone(Phone {
                    minutes: 5,
                    no_clock: true,
                }),
            ),
        ),
        ("languages", at(View::Languages)),
        (
            "own-languages",
            page(OwnTab::Preferences, OwnPage::Languages),
        ),
        (
            "own-preferences",
            page(
                OwnTab::Preferences,
                OwnPage::Preferences(PreferenceSheet {
                    chosen: Preferences::default(),
                    spoken: false,
                    undo: None,
                }),
            ),
        ),
        ("own-preferences-largest", largest(&at(preferred))),
        (
            "own-largest",
            largest(&page(OwnTab::Overview, OwnPage::Overview(overview()))),
        ),
        ("visit-done-largest", largest(&at(View::VisitDone(done())))),
        (
            "own-code",
            page(
                OwnTab::Phone,
                OwnPage::Code(PhoneCode {
                    address: "https://points.example/pair#00112233445566778899aabbccddeeff"
                        .to_owned()
                        .into(),
                    remaining: Remaining {
                        left_ms: 290_000,
                        total_ms: 300_000,
                    },
                }),
            ),
        ),
        ("own-held", page(OwnTab::Held, OwnPage::Held(held(true)))),
        (
            "own-held-little",
            page(OwnTab::Held, OwnPage::Held(held(false))),
        ),
    ]
}
