//! The nursery's staff panel: a plain day, and the fullest and the oddest there may be.

use machitap_domain::{
    attendance::{Direction, Role},
    nursery::{
        absence::AbsenceKind,
        alarm::{AlarmKind, AlarmReason},
        correction::CorrectionReason,
    },
    roster::ClassMark,
};
use machitap_kiosk_core::view::{
    AlarmRow, AlarmSheet, Alarms, Badge, ChildSheet, ClassList, Correcting, Excusing, PassageRow,
    People, PersonRow, Place, Screen, Stick, TaskKind, TaskRow, Tasks, View, WallTime,
};

use super::{
    EVENING, LONG, MORNING, NURSERY, screen,
    staff_lists::{self as lists, LONG_NAME, at},
    trusted, unsure,
};

const FRIDAY: WallTime = WallTime {
    day: 20,
    weekday: 5,
    ..MORNING
};

fn passage(direction: Direction, at: Option<WallTime>) -> PassageRow {
    PassageRow {
        direction,
        at,
        handover: None,
        corrected: false,
    }
}

fn sheet(place: Place, passages: Vec<PassageRow>) -> ChildSheet {
    ChildSheet {
        child: lists::child(("山田 花子", "やまだ はなこ"), ClassMark::Cherry, place),
        class: "さくら組".into(),
        passages,
        day: None,
        yen: 0,
        said: Vec::new(),
        note: None,
        handover_due: false,
    }
}

fn sheet_here() -> ChildSheet {
    let mut here = sheet(
        Place::Here(Some(MORNING)),
        vec![passage(Direction::In, Some(MORNING))],
    );
    here.yen = 100;
    here.child.attention = true;
    here.said = vec![
        ("けさの 体温は？".into(), "36.8℃".into()),
        ("きょうの お迎えは どなたですか？".into(), "祖父母".into()),
    ];
    here
}

fn sheet_full() -> ChildSheet {
    let handed = PassageRow {
        handover: Some(at(18, 4)),
        corrected: true,
        ..passage(Direction::Out, Some(at(17, 58)))
    };
    let mut full = sheet(
        Place::Gone(Some(at(17, 58))),
        vec![
            passage(Direction::In, Some(at(7, 2))),
            passage(Direction::Out, Some(at(10, 15))),
            PassageRow {
                corrected: true,
                ..passage(Direction::In, Some(at(13, 30)))
            },
            passage(Direction::Out, None),
            passage(Direction::In, Some(at(15, 41))),
            handed,
        ],
    );
    full.child.name = LONG_NAME.0.to_owned().into();
    full.child.kana = LONG_NAME.1.to_owned().into();
    full.class = "ひまわり組（合同保育）".into();
    full.yen = 12_400;
    full.said = vec![
        ("けさの 体温は？".into(), "37.4℃".into()),
        (
            "お薬は ありますか？".into(),
            "あり・職員に わたしました".into(),
        ),
        (
            "きょうの お迎えは どなたですか？ 何時ごろですか？".into(),
            "ファミリーサポートの方・18時ごろ".into(),
        ),
    ];
    full.note = Some(
        "きのうの夜に せきが 出ていました。外あそびは 様子を 見て おねがいします。"
            .to_owned()
            .into(),
    );
    full
}

fn correcting() -> Correcting {
    Correcting {
        child: "山田 花子".to_owned().into(),
        was: Some(passage(Direction::Out, Some(at(18, 31)))),
        direction: Direction::Out,
        at: at(17, 58),
        strike: false,
        reasons: vec![
            CorrectionReason::ForgotToTap,
            CorrectionReason::WrongChild,
            CorrectionReason::WrongWay,
            CorrectionReason::WrongTime,
            CorrectionReason::Clock,
        ],
        reason: Some(3),
        yen: Some(200),
        out_of_order: false,
    }
}

fn excusing() -> Excusing {
    Excusing {
        child: "山田 花子".to_owned().into(),
        reasons: vec![
            AbsenceKind::Sick,
            AbsenceKind::Family,
            AbsenceKind::Suspended,
            AbsenceKind::Bereavement,
            AbsenceKind::Other,
            AbsenceKind::Late,
        ],
        reason: Some(0),
        from: MORNING,
        until: WallTime {
            day: 26,
            weekday: 4,
            ..MORNING
        },
        at: None,
    }
}

fn alarm(kind: AlarmKind, name: Option<&str>, of: &str, at: Option<WallTime>) -> AlarmRow {
    AlarmRow {
        kind,
        name: name.map(|n| n.to_owned().into()),
        of: of.to_owned().into(),
        at,
    }
}

fn barred() -> AlarmRow {
    alarm(
        AlarmKind::Barred,
        Some("高橋 一郎"),
        "高橋 翔・高橋 結",
        Some(at(17, 12)),
    )
}

fn alarms() -> Vec<AlarmRow> {
    let mut all = vec![
        barred(),
        alarm(
            AlarmKind::NotToday,
            Some("渡邉 ハツエ"),
            "渡邉 結衣",
            Some(at(17, 20)),
        ),
        alarm(
            AlarmKind::StillHere,
            Some(LONG_NAME.0),
            "ひまわり組（合同保育）",
            None,
        ),
        alarm(AlarmKind::NotReported, None, "さかな組", Some(at(9, 30))),
    ];
    let names = lists::names();
    all.extend(names.iter().take(8).map(|name| {
        alarm(
            AlarmKind::NotReported,
            Some(name.0),
            "くま組",
            Some(at(9, 30)),
        )
    }));
    all
}

fn child_alarm(kind: AlarmKind, at: WallTime) -> AlarmSheet {
    AlarmSheet {
        alarm: alarm(kind, Some("山田 花子"), "さくら組", Some(at)),
        found: match kind {
            AlarmKind::NotReported => vec![
                AlarmReason::AbsentConfirmed,
                AlarmReason::ComesLater,
                AlarmReason::Here,
                AlarmReason::PassedOn,
            ],
            _ => vec![
                AlarmReason::OnTheWay,
                AlarmReason::Gone,
                AlarmReason::PassedOn,
            ],
        },
    }
}

fn tasks() -> Vec<TaskRow> {
    let task = |kind, name: &str, class: &str, day, note: Option<&str>| TaskRow {
        kind,
        name: name.to_owned().into(),
        class: class.into(),
        day,
        note: note.map(|n| n.to_owned().into()),
    };
    vec![
        task(
            TaskKind::DayUnknown,
            "山田 花子",
            "さくら組",
            Some(FRIDAY),
            None,
        ),
        task(TaskKind::FeeUnsettled, "髙橋 翔", "うさぎ組", None, None),
        task(
            TaskKind::HandoverMissing,
            LONG_NAME.0,
            "ひまわり組（合同保育）",
            Some(FRIDAY),
            None,
        ),
        task(
            TaskKind::Notice(AbsenceKind::Sick),
            "渡邉 結衣",
            "ほし組",
            Some(MORNING),
            Some("ゆうべから 熱が あります。あす 病院に 行きます。"),
        ),
        task(
            TaskKind::Notice(AbsenceKind::Late),
            "齋藤 蓮",
            "さかな組",
            Some(MORNING),
            Some(
                "10時30分ごろ 歯医者の あとに 行きます。給食は 食べます。お迎えは いつもと おなじ 時間に 祖母が 行きます。",
            ),
        ),
        task(
            TaskKind::Notice(AbsenceKind::Bereavement),
            "NGUYEN THI MAI",
            "さくら組",
            Some(MORNING),
            None,
        ),
    ]
}

fn people(long: bool) -> View {
    let person = |name: &str, role| PersonRow {
        name: name.to_owned().into(),
        role,
    };
    let mut people = vec![
        person("山田 恵", Role::Guardian),
        person("山田 健一", Role::Guardian),
        person("山田 ハツエ", Role::Collector),
    ];
    if long {
        people.push(person(
            "アントワネット・ビクトリア 長宗我部",
            Role::Collector,
        ));
        let names = lists::names();
        people.extend(
            names
                .iter()
                .skip(3)
                .take(7)
                .map(|n| person(n.0, Role::Collector)),
        );
        people.push(person("佐藤 みどり", Role::Staff));
    }
    View::People(People {
        child: if long { LONG_NAME.0 } else { "山田 花子" }
            .to_owned()
            .into(),
        people,
    })
}

fn class(
    mark: ClassMark,
    name: &str,
    children: Vec<machitap_kiosk_core::view::BoardChild>,
) -> View {
    View::ClassList(ClassList {
        class: lists::class_of(name, mark, &children),
        children,
    })
}

pub(super) fn views() -> Vec<(&'static str, Screen)> {
    let (am, pm) = (trusted(MORNING), trusted(EVENING));
    let at = |clock, view| screen(NURSERY.0, clock, &[], view);
    let long = |view| screen(LONG.0, pm, &[], view);
    let sheet_of = View::ChildSheet;
    let mut late = excusing();
    late.reason = Some(5);
    late.until = late.from;
    late.at = Some(lists::at(10, 30));
    let mut unexcused = excusing();
    unexcused.reason = None;
    unexcused.until = unexcused.from;
    unexcused.child = LONG_NAME.0.to_owned().into();
    let adding = Correcting {
        was: None,
        reason: None,
        yen: None,
        ..correcting()
    };
    let disordered = Correcting {
        child: LONG_NAME.0.to_owned().into(),
        out_of_order: true,
        at: lists::at(7, 1),
        reason: Some(4),
        ..correcting()
    };
    let striking = Correcting {
        strike: true,
        reason: Some(1),
        yen: Some(0),
        was: Some(passage(Direction::In, None)),
        direction: Direction::In,
        ..correcting()
    };
    let waiting = ChildSheet {
        day: Some(FRIDAY),
        yen: 300,
        ..sheet(Place::Expected, vec![passage(Direction::In, Some(FRIDAY))])
    };
    let handover = ChildSheet {
        handover_due: true,
        yen: 200,
        ..sheet(
            Place::Gone(Some(EVENING)),
            vec![
                passage(Direction::In, Some(MORNING)),
                passage(Direction::Out, Some(EVENING)),
            ],
        )
    };
    let mut all = vec![
        (
            "staff-class",
            at(am, class(ClassMark::Cherry, "さくら組", lists::few())),
        ),
        (
            "staff-class-full",
            long(class(
                ClassMark::Sunflower,
                "ひまわり組（合同保育）",
                lists::many(),
            )),
        ),
        ("staff-child", at(pm, sheet_of(sheet_here()))),
        ("staff-child-full", long(sheet_of(sheet_full()))),
        (
            "staff-child-unknown",
            at(am, sheet_of(sheet(Place::Unknown, Vec::new()))),
        ),
        (
            "staff-child-absent",
            at(am, {
                let mut absent = sheet(Place::Absent(AbsenceKind::Suspended), Vec::new());
                absent.note = Some("インフルエンザです。".to_owned().into());
                sheet_of(absent)
            }),
        ),
        ("staff-child-handover", at(pm, sheet_of(handover))),
        ("staff-child-day", at(am, sheet_of(waiting))),
        ("staff-people", at(am, people(false))),
        ("staff-people-many", at(am, people(true))),
        ("staff-correcting", at(pm, View::Correcting(correcting()))),
        ("staff-correcting-add", at(pm, View::Correcting(adding))),
        (
            "staff-correcting-order",
            at(pm, View::Correcting(disordered)),
        ),
        (
            "staff-correcting-strike",
            at(pm, View::Correcting(striking)),
        ),
        ("staff-excusing", at(am, View::Excusing(excusing()))),
        ("staff-excusing-late", at(am, View::Excusing(late))),
        ("staff-excusing-why", at(am, View::Excusing(unexcused))),
        (
            "staff-alarms",
            at(pm, View::Alarms(Alarms { alarms: alarms() })),
        ),
        (
            "staff-alarms-none",
            at(pm, View::Alarms(Alarms { alarms: Vec::new() })),
        ),
        (
            "staff-alarm-missing",
            at(
                am,
                View::AlarmSheet(child_alarm(AlarmKind::NotReported, lists::at(9, 30))),
            ),
        ),
        (
            "staff-alarm-still",
            at(
                pm,
                View::AlarmSheet(child_alarm(AlarmKind::StillHere, lists::at(19, 15))),
            ),
        ),
        (
            "staff-alarm-barred",
            at(
                pm,
                View::AlarmSheet(AlarmSheet {
                    alarm: barred(),
                    found: vec![AlarmReason::Handled, AlarmReason::PassedOn],
                }),
            ),
        ),
        (
            "staff-alarm-not-today",
            at(
                unsure(None),
                View::AlarmSheet(AlarmSheet {
                    alarm: alarm(AlarmKind::NotToday, None, LONG_NAME.0, None),
                    found: vec![AlarmReason::Handled, AlarmReason::PassedOn],
                }),
            ),
        ),
        ("staff-tasks", at(am, View::Tasks(Tasks { tasks: tasks() }))),
        (
            "staff-tasks-none",
            at(am, View::Tasks(Tasks { tasks: Vec::new() })),
        ),
    ];
    let offline = Badge::Offline { pending: 128 };
    for (name, clock, badges, view) in [
        ("staff-board", am, vec![], lists::board(5, false)),
        ("staff-board-full", pm, vec![], lists::board(8, false)),
        (
            "staff-board-old",
            unsure(None),
            vec![offline, Badge::ClockUnsure],
            lists::board(8, true),
        ),
        ("staff-board-classes", pm, vec![], lists::board(13, true)),
        ("staff-emergency", am, vec![], lists::emergency(3, false)),
        (
            "staff-emergency-full",
            unsure(Some(MORNING)),
            vec![offline, Badge::ClockUnsure],
            lists::emergency(8, true),
        ),
        (
            "staff-emergency-none",
            am,
            vec![],
            lists::emergency(0, false),
        ),
        (
            "staff-papers",
            pm,
            vec![],
            lists::papers(Some(9), Stick::Ready),
        ),
        (
            "staff-papers-made",
            pm,
            vec![],
            lists::papers(None, Stick::Ready),
        ),
        (
            "staff-papers-full",
            pm,
            vec![],
            lists::papers(
                Some(120),
                Stick::Written {
                    files: 8,
                    folder: "machitap-2026-10".into(),
                },
            ),
        ),
        (
            "staff-papers-writing",
            pm,
            vec![],
            lists::papers(Some(9), Stick::Writing),
        ),
        (
            "staff-papers-none",
            pm,
            vec![],
            lists::papers(Some(9), Stick::None),
        ),
        (
            "staff-papers-failed",
            pm,
            vec![],
            lists::papers(Some(9), Stick::Failed),
        ),
    ] {
        all.push((name, screen(NURSERY.0, clock, &badges, view)));
    }
    all
}
