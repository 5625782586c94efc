//! The nursery's door: prices, notices, questions, and what a card is told that opens
//! nothing here.

use machitap_domain::{
    attendance::{Direction, Role},
    roster::ClassMark,
};
use machitap_kiosk_core::view::{
    Badge, ChildRow, Household, Message, MessageKind, Notice, NurseryDone, PriceAt, Question,
    Quote, Remaining, RowReason, Screen, View, WallTime,
};

use super::{
    CONTACT, EVENING, LONG, MORNING, NURSERY,
    nursery::{CONFIRM, UNDO, hanako, idle, long_name, many, taro},
    screen, trusted, unsure,
};

const EARLY: WallTime = at(8, 59);
const LATE: WallTime = at(18, 12);
const OFFLINE: Badge = Badge::Offline { pending: 12 };
const LONG_WHO: &str = "長宗我部 アントワネット・エリザベス・ヴィクトリア";

const FREE: Quote = Quote {
    yen: 0,
    cheaper: None,
    dearer: None,
    at_handover: false,
    unsettled: false,
};

const fn at(hour: u8, minute: u8) -> WallTime {
    WallTime {
        hour,
        minute,
        ..MORNING
    }
}

const fn price(hour: u8, minute: u8, yen: u32) -> Option<PriceAt> {
    Some(PriceAt {
        at: at(hour, minute),
        yen,
    })
}

/// Each of them costs that much.
fn costing(mut children: Vec<ChildRow>, yen: u32) -> Vec<ChildRow> {
    for child in &mut children {
        child.yen = yen;
    }
    children
}

/// All of it on one screen.
fn all_at_once() -> Vec<ChildRow> {
    let mut children = costing(many(), 1_200);
    children[1].name = "ヴィクトリーナ・アレクサンドラ・マルガリータ 長宗我部"
        .to_owned()
        .into();
    children[1].kana = children[0].kana.clone();
    children[1].reason = RowReason::SaidAbsent;
    children
}

/// Whether the ring runs, as the core has it for a household that nobody touched.
fn confirms(role: Role, children: &[ChildRow], quote: Option<&Quote>) -> bool {
    let mut ways = children.iter().filter(|c| c.selected).map(|c| c.direction);
    let first = ways.next();
    first.is_some_and(|first| {
        children.len() <= 2
            && ways.all(|way| way == first)
            && !(role == Role::Collector && first == Direction::In)
            && quote.is_none_or(|q| q.cheaper.is_none())
    })
}

fn door(who: Option<(&str, Role)>, children: Vec<ChildRow>, quote: Option<Quote>) -> View {
    let role = who.map_or(Role::Child, |(_, role)| role);
    let confirms = confirms(role, &children, quote.as_ref());
    View::Household(Household {
        who: who.map(|(who, _)| who.to_owned().into()),
        role,
        children,
        confirms_in: confirms.then_some(CONFIRM),
        quote,
    })
}

fn notice(text: &str, nth: usize, of: usize) -> View {
    View::Notice(Notice {
        text: text.to_owned().into(),
        nth,
        of,
    })
}

fn question(text: &str, answers: &[&str], nth: usize, of: usize) -> Question {
    Question {
        name: "山田 花子".to_owned().into(),
        kana: "やまだ はなこ".to_owned().into(),
        mark: ClassMark::Cherry,
        text: text.into(),
        answers: answers.iter().map(|&a| a.into()).collect(),
        nth,
        of,
        remaining: Remaining {
            left_ms: 20_000,
            total_ms: 20_000,
        },
    }
}

fn message(kind: MessageKind) -> View {
    View::Message(Message {
        kind,
        contact: CONTACT.into(),
        next_event: None,
    })
}

pub(super) fn views() -> Vec<(&'static str, Screen)> {
    let mut all = households();
    all.extend(prices());
    all.extend(asked());
    all.extend(told());
    all
}

fn households() -> Vec<(&'static str, Screen)> {
    let here = RowReason::HereSince(Some(MORNING));
    let (am, pm) = (trusted(MORNING), trusted(EVENING));
    let both = vec![hanako(Direction::Out, here), taro(Direction::Out, here)];
    let mut nobody = both.clone();
    nobody.iter_mut().for_each(|c| c.selected = false);
    let collector = Some(("山本 一郎", Role::Collector));
    let absent = vec![
        hanako(Direction::In, RowReason::SaidAbsent),
        taro(Direction::In, RowReason::NotHereYet),
    ];
    let parent = Some(("山田 恵", Role::Guardian));
    let door_at = |clock, badges: &[Badge], view| screen(NURSERY.0, clock, badges, view);
    vec![
        (
            "household-collector",
            door_at(pm, &[], door(collector, both, None)),
        ),
        (
            "household-staff",
            door_at(
                am,
                &[],
                door(
                    Some(("佐藤 みどり", Role::Staff)),
                    vec![taro(Direction::In, RowReason::NotHereYet)],
                    None,
                ),
            ),
        ),
        (
            "household-said-absent",
            door_at(am, &[], door(parent, absent, None)),
        ),
        (
            "household-nobody",
            door_at(pm, &[], door(parent, nobody, None)),
        ),
        (
            "household-long-name",
            door_at(
                am,
                &[],
                door(
                    Some((LONG_WHO, Role::Collector)),
                    vec![long_name(Direction::In, RowReason::NotHereYet)],
                    None,
                ),
            ),
        ),
        (
            "household-all-at-once",
            screen(
                LONG.0,
                trusted(LATE),
                &[OFFLINE, Badge::ForStaff { alarms: 2 }],
                door(
                    Some((LONG_WHO, Role::Collector)),
                    all_at_once(),
                    Some(Quote {
                        yen: 6_000,
                        dearer: price(18, 30, 12_000),
                        at_handover: true,
                        ..FREE
                    }),
                ),
            ),
        ),
    ]
}

fn prices() -> Vec<(&'static str, Screen)> {
    let here = RowReason::HereSince(Some(MORNING));
    let parent = Some(("山田 恵", Role::Guardian));
    let arriving = || vec![hanako(Direction::In, RowReason::NotHereYet)];
    let both = || vec![hanako(Direction::Out, here), taro(Direction::Out, here)];
    let priced = |clock, badges: &[Badge], children, quote| {
        screen(
            NURSERY.0,
            clock,
            badges,
            door(parent, children, Some(quote)),
        )
    };
    let cheaper = |yen| Quote {
        yen,
        cheaper: price(9, 0, 0),
        ..FREE
    };
    let costs = Quote {
        yen: 200,
        dearer: price(18, 30, 400),
        ..FREE
    };
    vec![
        (
            "price-none",
            priced(trusted(MORNING), &[], arriving(), FREE),
        ),
        (
            "price-soon",
            priced(
                trusted(EVENING),
                &[],
                both(),
                Quote {
                    dearer: price(18, 0, 200),
                    ..FREE
                },
            ),
        ),
        (
            "price-now",
            priced(trusted(LATE), &[], costing(both(), 100), costs),
        ),
        (
            "price-waiting-pays",
            priced(trusted(EARLY), &[], costing(arriving(), 100), cheaper(100)),
        ),
        (
            "price-waiting-pays-many",
            priced(
                trusted(EARLY),
                &[OFFLINE],
                costing(many(), 1_100),
                cheaper(5_500),
            ),
        ),
        (
            "price-at-handover",
            priced(
                trusted(LATE),
                &[OFFLINE],
                costing(both(), 100),
                Quote {
                    at_handover: true,
                    ..costs
                },
            ),
        ),
        (
            "price-at-handover-none",
            priced(
                trusted(EVENING),
                &[],
                both(),
                Quote {
                    at_handover: true,
                    ..FREE
                },
            ),
        ),
        (
            "price-unsettled",
            priced(
                unsure(Some(LATE)),
                &[OFFLINE, Badge::ClockUnsure],
                both(),
                Quote {
                    unsettled: true,
                    ..FREE
                },
            ),
        ),
        (
            "price-no-clock",
            priced(
                unsure(None),
                &[Badge::ClockUnsure],
                both(),
                Quote {
                    unsettled: true,
                    ..FREE
                },
            ),
        ),
        (
            "nursery-done-fee",
            screen(
                NURSERY.0,
                trusted(LATE),
                &[],
                View::NurseryDone(NurseryDone {
                    children: costing(both(), 100),
                    already: false,
                    undo: Some(UNDO),
                }),
            ),
        ),
        (
            "nursery-done-fee-many",
            screen(
                LONG.0,
                trusted(LATE),
                &[OFFLINE],
                View::NurseryDone(NurseryDone {
                    children: all_at_once(),
                    already: false,
                    undo: Some(UNDO),
                }),
            ),
        ),
    ]
}

fn asked() -> Vec<(&'static str, Screen)> {
    let am = |view| screen(NURSERY.0, trusted(MORNING), &[], view);
    let offline = |view| screen(LONG.0, trusted(MORNING), &[OFFLINE], view);
    let mut long = question(
        "きょうの お迎えは どなたが いらっしゃいますか？ いつもと ちがう 時間の ときは 先生に お知らせください。",
        &[
            "いつもの とおり",
            "おじいさん・おばあさん",
            "ファミリーサポートの方",
            "きょうだい（18歳以上）",
            "ほかの お迎えの 方",
            "まだ 決まっていません",
        ],
        3,
        3,
    );
    let child = long_name(Direction::In, RowReason::NotHereYet);
    (long.name, long.kana) = (child.name, child.kana);
    vec![
        ("notice", am(notice("あしたは おべんとうの 日です。", 1, 1))),
        (
            "notice-long",
            offline(notice(
                "11月27日（金）は 避難訓練の ため、お迎えは 16:30 までに おねがいします。くつと 上着に 名前を 書いてください。雨の ときは 12月1日（火）に のばします。",
                2,
                3,
            )),
        ),
        (
            "question-two",
            am(View::Question(question(
                "朝の 体温は 37.5℃ より 低いですか？",
                &["はい", "いいえ"],
                1,
                1,
            ))),
        ),
        (
            "question",
            am(View::Question(question(
                "朝ごはんを 食べましたか？",
                &["食べました", "すこし 食べました", "食べていません"],
                1,
                2,
            ))),
        ),
        ("question-long", offline(View::Question(long))),
    ]
}

fn told() -> Vec<(&'static str, Screen)> {
    let am = |view| screen(NURSERY.0, trusted(MORNING), &[], view);
    vec![
        (
            "message-not-of-this-place",
            am(message(MessageKind::NotOfThisPlace)),
        ),
        ("message-released", am(message(MessageKind::Released))),
        (
            "message-no-child-today",
            am(message(MessageKind::NoChildToday)),
        ),
        ("message-please-wait", am(message(MessageKind::PleaseWait))),
        (
            "message-come-back",
            screen(
                NURSERY.0,
                trusted(EARLY),
                &[],
                message(MessageKind::ComeBackAt { at: at(9, 0) }),
            ),
        ),
        (
            "nursery-idle-for-staff",
            screen(
                NURSERY.0,
                trusted(MORNING),
                &[Badge::ForStaff { alarms: 3 }],
                idle(&[]),
            ),
        ),
        (
            "nursery-idle-emergency",
            screen(
                NURSERY.0,
                unsure(Some(EVENING)),
                &[
                    Badge::Emergency,
                    OFFLINE,
                    Badge::ForStaff { alarms: 12 },
                    Badge::ClockUnsure,
                ],
                idle(&["あしたは 避難訓練です。"]),
            ),
        ),
    ]
}
