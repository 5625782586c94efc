//! What the staff's pages offer, by their Japanese labels.

use std::collections::BTreeMap;

use machitap_domain::{
    attendance::Direction,
    nursery::{
        absence::AbsenceKind,
        alarm::{AlarmKind, AlarmReason},
        correction::CorrectionReason,
    },
};
use machitap_kiosk_core::{
    Touch, View,
    input::StaffAct,
    view::{AlarmRow, Board, ChildSheet, Correcting, Excusing, Place, Stick, TaskKind},
};

/// All that must be on that page, and nothing else; `None` for one that is not the staff's.
pub(crate) fn expected(view: &View) -> Option<BTreeMap<String, Touch>> {
    let mut all = Labels::default();
    match view {
        View::Board(board) => on_board(board, &mut all),
        View::ClassList(list) => all.picks(list.children.iter().map(|c| c.name.reveal().clone())),
        View::ChildSheet(sheet) => on_sheet(sheet, &mut all),
        View::People(people) => all.picks(people.people.iter().map(|p| p.name.reveal().clone())),
        View::Correcting(correcting) => on_correcting(correcting, &mut all),
        View::Excusing(excusing) => on_excusing(excusing, &mut all),
        View::Alarms(alarms) => all.picks(alarms.alarms.iter().map(alarm)),
        View::AlarmSheet(sheet) => all.picks(sheet.found.iter().map(|&f| found(f).to_owned())),
        View::Tasks(tasks) => {
            let rows = tasks.tasks.iter().zip(1..);
            all.picks(rows.map(|(task, n)| {
                let name = task.name.reveal();
                match task.kind {
                    TaskKind::DayUnknown => format!("{n}. {name}：降園の 時刻が わかりません"),
                    TaskKind::FeeUnsettled => format!("{n}. {name}：料金が 決まっていません"),
                    TaskKind::HandoverMissing => {
                        format!("{n}. {name}：引き渡しの 時刻が ありません")
                    }
                    TaskKind::Notice(why) => {
                        format!("{n}. {name}：連絡：{} を 読んだ", absence(why))
                    }
                }
            }));
        }
        View::Emergency(emergency) => {
            all.picks(emergency.rows.iter().map(|row| row.name.reveal().clone()));
            let end = match emergency.sure {
                true => "ほんとうに 点呼を おわる",
                false => "点呼を おわる",
            };
            all.act(end, StaffAct::EndEmergency);
        }
        View::Papers(papers) => {
            all.put("まえの 月", Touch::Months(-1));
            all.put("つぎの 月", Touch::Months(1));
            if papers.rows.is_some() && papers.stick != Stick::Writing {
                all.act("USBメモリーに\n書き出す", StaffAct::Write);
            }
        }
        View::Helping(helping) => all.picks(
            helping
                .activities
                .iter()
                .map(|a| format!("{}（+{}）", a.name, a.points)),
        ),
        View::PrizeCounter(counter) => {
            for (n, row) in counter.rows.iter().flatten().enumerate() {
                let label = |did| format!("{}. {}：{did}", n + 1, row.name);
                if row.handed {
                    all.act(&label("取り消す"), StaffAct::TakeBack(n));
                } else {
                    all.put(&label("わたす"), Touch::Pick(n));
                }
            }
        }
        _ => return None,
    }
    let back = match view {
        View::Board(_) => "とじる",
        _ => "もどる",
    };
    all.put(back, Touch::Cancel);
    Some(all.0)
}

#[derive(Default)]
struct Labels(BTreeMap<String, Touch>);

impl Labels {
    fn put(&mut self, label: &str, touch: Touch) {
        assert_eq!(self.0.insert(label.to_owned(), touch), None, "{label}");
    }

    fn act(&mut self, label: &str, act: StaffAct) {
        self.put(label, Touch::Act(act));
    }

    fn picks(&mut self, labels: impl Iterator<Item = String>) {
        for (i, label) in labels.enumerate() {
            self.put(&label, Touch::Pick(i));
        }
    }
}

fn on_board(board: &Board, all: &mut Labels) {
    all.picks(board.classes.iter().map(|c| c.name.clone()));
    let emergency = match board.emergency {
        true => "点呼を つづける\n（ひなん中）",
        false => "緊急・ひなんの\n点呼",
    };
    all.act(emergency, StaffAct::Emergency);
    all.act("要確認", StaffAct::Alarms);
    all.act("やること", StaffAct::Tasks);
    all.act("月の 帳票", StaffAct::Papers);
    all.act("端末の ようす", StaffAct::Kiosk);
}

fn on_sheet(sheet: &ChildSheet, all: &mut Labels) {
    for (i, passage) in sheet.passages.iter().enumerate() {
        let way = match passage.direction {
            Direction::In => "登園",
            Direction::Out => "降園",
        };
        let at = passage.at.map_or_else(
            || "時刻不明".to_owned(),
            |at| format!("{}:{:02}", at.hour, at.minute),
        );
        let label = format!("{}. {way} {at} を 直す", i + 1);
        all.act(&label, StaffAct::Correct(i));
    }
    all.act("記録を 足す", StaffAct::Add);
    if sheet.handover_due {
        all.act("引き渡しを 記録", StaffAct::HandOver);
    }
    // A day that is over takes nothing that happens now.
    if sheet.day.is_none() {
        all.act("カードを\nわすれた", StaffAct::Pass);
        all.act("お休み・\nおくれる", StaffAct::Excuse);
        match sheet.child.place {
            Place::Here(_) => all.act("降園を 記録", StaffAct::Out),
            _ => all.act("登園を 記録", StaffAct::In),
        }
    }
}

fn on_correcting(correcting: &Correcting, all: &mut Labels) {
    all.picks(correcting.reasons.iter().map(|&why| {
        match why {
            CorrectionReason::ForgotToTap => "かざし忘れ",
            CorrectionReason::WrongChild => "ちがう子を 記録",
            CorrectionReason::WrongWay => "登園と 降園が 逆",
            CorrectionReason::WrongTime => "時刻の まちがい",
            CorrectionReason::Clock => "時計の ずれ",
        }
        .to_owned()
    }));
    if correcting.was.is_some() {
        let strike = match correcting.strike {
            true => "取り消すのを やめる",
            false => "この 記録を 取り消す",
        };
        all.act(strike, StaffAct::Strike);
    }
    if !correcting.strike {
        for (label, by) in [
            ("1時間 もどす", -60),
            ("10分 もどす", -10),
            ("1分 もどす", -1),
            ("1分 すすめる", 1),
            ("10分 すすめる", 10),
            ("1時間 すすめる", 60),
        ] {
            all.put(label, Touch::Minutes(by));
        }
        all.put("1日\nまえの日に", Touch::Days(-1));
        all.put("1日\nあとの日に", Touch::Days(1));
        let turn = match correcting.direction {
            Direction::In => "降園に\nかえる",
            Direction::Out => "登園に\nかえる",
        };
        all.act(turn, StaffAct::Turn);
    }
    match correcting {
        Correcting { reason: None, .. } => {}
        Correcting { strike: true, .. } => all.put("取り消しを 残す", Touch::Confirm),
        Correcting {
            out_of_order: true, ..
        } => {}
        _ => all.put("これで 記録する", Touch::Confirm),
    }
}

fn on_excusing(excusing: &Excusing, all: &mut Labels) {
    all.picks(excusing.reasons.iter().map(|&why| absence(why).to_owned()));
    for (label, by) in [
        ("1週間 みじかく", -7),
        ("1日 みじかく", -1),
        ("1日 ながく", 1),
        ("1週間 ながく", 7),
    ] {
        all.put(label, Touch::Days(by));
    }
    let why = excusing.reason.map(|i| excusing.reasons[i]);
    if why == Some(AbsenceKind::Late) {
        for (label, by) in [
            ("1時間 はやく", -60),
            ("10分 はやく", -10),
            ("10分 おそく", 10),
            ("1時間 おそく", 60),
        ] {
            all.put(label, Touch::Minutes(by));
        }
    }
    if why.is_some() {
        all.put("これで 記録する", Touch::Confirm);
    }
}

fn alarm(alarm: &AlarmRow) -> String {
    let name = alarm
        .name
        .as_ref()
        .map_or("名簿に いない方", |n| n.reveal());
    let what = match alarm.kind {
        AlarmKind::NotReported => "連絡が なく、来ていません",
        AlarmKind::StillHere => "閉園後も 園に います",
        AlarmKind::Barred => "お迎えを 止めている人です",
        AlarmKind::NotToday => "お迎えの日では ない人です",
    };
    format!("{name}：{what}")
}

const fn found(reason: AlarmReason) -> &'static str {
    match reason {
        AlarmReason::AbsentConfirmed => "連絡が ついた：休み",
        AlarmReason::ComesLater => "連絡が ついた：おくれて 来る",
        AlarmReason::Here => "園に いる（かざし忘れ）",
        AlarmReason::Gone => "もう 帰った（かざし忘れ）",
        AlarmReason::OnTheWay => "お迎えが むかっている",
        AlarmReason::Handled => "本人と 話した",
        AlarmReason::PassedOn => "連絡が つかない：園長・市に 伝えた",
    }
}

const fn absence(why: AbsenceKind) -> &'static str {
    match why {
        AbsenceKind::Sick => "病気・けが",
        AbsenceKind::Family => "家の 用事",
        AbsenceKind::Suspended => "出席停止",
        AbsenceKind::Bereavement => "忌引",
        AbsenceKind::Other => "ほかの わけ",
        AbsenceKind::Late => "おくれて 来る",
    }
}
