//! Facts in plain Japanese. Nothing here says who: no name, no notice, no illness, no answer.

pub(super) mod points;

use machitap_domain::{
    Fact, FactBody, Pseudonym,
    attendance::{Direction, Via},
    fact::{Class, Component, Refusal, StaffOutcome},
    nursery::{
        alarm::{AlarmKind, AlarmReason},
        correction::CorrectionReason,
        fee::{Fee, Unsettled},
    },
    register::Answer as RegisterAnswer,
};

use crate::month::Month;

/// What happened, in a few words.
pub(super) fn what(fact: &Fact) -> String {
    match &fact.body {
        FactBody::Attendance { direction, via, .. } => {
            let way = match direction {
                Direction::In => "登園",
                Direction::Out => "降園",
            };
            match via {
                Via::Card(_) => way.to_owned(),
                Via::Pass => format!("{way}（カードなし・職員が確認）"),
                Via::Staff => format!("{way}（職員が記録）"),
            }
        }
        FactBody::Award(award) => format!("ポイント +{}", award.points),
        FactBody::Refused { why } => format!("受け付けなかったカード：{}", refusal(*why)),
        FactBody::Health { component, trouble } => health(*component, *trouble),
        FactBody::Fee(day) => format!("延長保育料：{}", fee(day.fee)),
        FactBody::Corrected { correction, .. } => {
            format!("職員が記録を訂正（{}）", corrected(correction.why))
        }
        FactBody::Alarm { alarm: kind, .. } => format!("警報：{}", alarm(*kind)),
        FactBody::AlarmSeen { found: reason, .. } => format!("警報に対応：{}", found(*reason)),
        FactBody::EmergencyClosed(report) => format!(
            "非常時の点呼を終了（在園 {}・確認 {}・未確認 {}）",
            report.here, report.found, report.missing
        ),
        FactBody::PapersWritten { month } => match month.parse::<Month>() {
            Ok(month) => format!("{month} の帳票を書き出した"),
            Err(_) => "帳票を書き出した".to_owned(),
        },
        body => plain(body).to_owned(),
    }
}

const fn plain(body: &FactBody) -> &'static str {
    match body {
        FactBody::Started { .. } => "端末が起動",
        FactBody::Visit { .. } => "来館",
        FactBody::VisitEnded => "退館",
        FactBody::Ride(_) => "乗車",
        FactBody::EventEntered { .. } => "催しに入場",
        FactBody::EventLeft => "催しから退場",
        FactBody::Announced { .. } => "受付",
        FactBody::HandedOff { withdrawn: false } => "受付を相手のシステムに渡した",
        FactBody::HandedOff { withdrawn: true } => "受付の取り消しを相手のシステムに渡した",
        FactBody::SpinsGiven(_) => "ガチャの回数を渡した",
        FactBody::Drawn(_) => "ガチャを回した",
        FactBody::DrawSeen => "ガチャの結果を見た",
        FactBody::PrizeHanded { .. } => "景品を手渡した",
        FactBody::Volunteered { .. } => "ボランティアを職員が記録",
        FactBody::Spend(_) => "ポイントの利用を申し込み",
        FactBody::SpendAnswered { .. } => "ポイントの利用の返事",
        FactBody::Paired { .. } => "スマホ連携のコードを表示",
        FactBody::Registered(_) => "カードを登録",
        FactBody::Relinked(_) => "カードを取り替え",
        FactBody::ReleasedId(_) => "IDの利用をやめる申し出",
        FactBody::RegistrationAnswered { answer } => match answer {
            RegisterAnswer::Accepted => "登録が確定",
            RegisterAnswer::Refused { .. } => "登録は不成立：本人に連絡する",
        },
        FactBody::Preferred(_) => "画面の設定を選んだ",
        FactBody::Undone { .. } => "取り消し",
        FactBody::ClockCorrected { .. } => "時計が合った",
        FactBody::JournalReplaced { .. } => "記録簿を新しくした",
        FactBody::Staff { outcome } => match outcome {
            StaffOutcome::Opened => "職員画面を開いた",
            StaffOutcome::WrongPin => "職員画面：暗証番号ちがい",
            StaffOutcome::LockedOut => "職員画面：ロック",
            StaffOutcome::Closed => "職員画面を閉じた",
        },
        FactBody::HandedOver { .. } => "引き渡し（職員が記録）",
        FactBody::DayClosed { .. } => "降園の記録がないまま、その日を閉じた",
        FactBody::Excused { .. } => "欠席・遅刻を職員が入力",
        FactBody::ExcuseSeen { .. } => "欠席・遅刻の連絡を職員が確認",
        FactBody::PassGiven { .. } => "カード忘れを職員が確認",
        FactBody::NoticeSeen { .. } => "お知らせを家庭が確認",
        FactBody::Answered(_) => "登園時の質問に回答",
        FactBody::EmergencyOpened => "非常時の点呼を開始",
        FactBody::EmergencyTick { found: true } => "非常時の点呼：1人を確認",
        FactBody::EmergencyTick { found: false } => "非常時の点呼：確認を取り消し",
        _ => "この版では読めない記録",
    }
}

const fn refusal(why: Refusal) -> &'static str {
    match why {
        Refusal::UnknownCard => "登録がない",
        Refusal::RemovedEarly => "離すのが早い",
        Refusal::NotGenuine => "本物と確かめられない",
        Refusal::Unreadable => "読み取れない",
        Refusal::TwoCards => "2枚同時",
        Refusal::NotOfThisPlace => "この園の登録ではない",
        Refusal::Released => "使えなくなったカード",
        Refusal::NoChildToday => "今日 通うお子さんがいない",
        Refusal::AskStaff => "職員が対応",
        Refusal::NoEvent => "催しの受付時間ではない",
        Refusal::EventFull => "催しが満員",
        Refusal::NotListed => "催しの名簿にない",
        Refusal::NotLinked => "この受付の番号がない",
    }
}

fn health(component: Component, trouble: Option<Class>) -> String {
    let part = match component {
        Component::Reader => "カードリーダー",
        Component::Store => "記録装置",
        Component::Documents => "設定データ",
        Component::Clock => "時計",
        Component::Draw => "ガチャ",
        Component::Fares => "運賃の名簿",
        Component::HandOff => "受付の引き渡し",
    };
    match trouble {
        None => format!("{part}：復旧"),
        Some(Class::Retry) => format!("{part}：一時的な不調"),
        Some(Class::Refuse) => format!("{part}：受付を停止"),
        Some(Class::Repair) => format!("{part}：修理が必要"),
    }
}

fn fee(fee: Fee) -> String {
    match fee {
        Fee::Settled { yen: 0, .. } => "なし".to_owned(),
        Fee::Settled { yen, .. } => format!("{yen}円"),
        Fee::Unsettled(Unsettled::Clock) => "時刻が不確かなので職員が決める".to_owned(),
        Fee::Unsettled(Unsettled::Handover) => "引き渡しの記録がないので職員が決める".to_owned(),
    }
}

const fn corrected(why: CorrectionReason) -> &'static str {
    match why {
        CorrectionReason::ForgotToTap => "タッチ忘れ",
        CorrectionReason::WrongChild => "別の子",
        CorrectionReason::WrongWay => "登園と降園の取り違え",
        CorrectionReason::WrongTime => "時刻ちがい",
        CorrectionReason::Clock => "端末の時計のずれ",
    }
}

/// What is wrong.
pub(super) const fn alarm(kind: AlarmKind) -> &'static str {
    match kind {
        AlarmKind::NotReported => "登園も連絡もない子がいる",
        AlarmKind::StillHere => "閉園後も園にいる子がいる",
        AlarmKind::Barred => "引き渡せない人がカードをかざした",
        AlarmKind::NotToday => "お迎えの日でない人がカードをかざした",
    }
}

/// What somebody found.
pub(super) const fn found(reason: AlarmReason) -> &'static str {
    match reason {
        AlarmReason::AbsentConfirmed => "家庭に確認、欠席",
        AlarmReason::ComesLater => "家庭に確認、あとから登園",
        AlarmReason::Here => "園にいた（タッチ忘れ）",
        AlarmReason::Gone => "降園していた（タッチ忘れ）",
        AlarmReason::OnTheWay => "迎えが向かっている",
        AlarmReason::Handled => "職員が話した",
        AlarmReason::PassedOn => "連絡がつかず、園長か市に引き継いだ",
    }
}

/// The first digits of whom a fact is about: enough to tell two lines of one page apart.
/// None where the line itself says something that must not be joined with the line of a
/// coming or going: who was stopped at the door, who is ill, who was told what.
pub(super) fn whom(fact: &Fact) -> Option<String> {
    let silent = matches!(
        fact.body,
        FactBody::Alarm { .. }
            | FactBody::AlarmSeen { .. }
            | FactBody::Excused { .. }
            | FactBody::ExcuseSeen { .. }
            | FactBody::Answered(_)
            | FactBody::NoticeSeen { .. }
            | FactBody::PassGiven { .. }
    );
    fact.subject.filter(|_| !silent).map(short)
}

fn short(who: Pseudonym) -> String {
    let mut text = who.to_string();
    text.truncate(6);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As it stands on the wire, with what a reader of the page must not learn.
    fn fact(body: &str) -> Fact {
        let text = format!(
            r#"{{"v":1,"kiosk":"door-1","inc":"00000000-0000-0000-0000-000000000001","seq":1,
            "id":"00000000-0000-0000-0000-000000000002","facility":"nursery-1",
            "subject":"abcdefabcdefabcdefabcdefabcdefab",
            "at":{{"wall":1,"boot":"00000000-0000-0000-0000-000000000003","mono":1,
            "quality":{{"source":"ntp","uncertainty_ms":1}}}},
            "body":{body},
            "prev":"0000000000000000000000000000000000000000000000000000000000000000"}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn every_kind_has_words_and_none_says_who() {
        let staff = r#""staff":"f00df00df00df00df00df00df00df00d""#;
        for (body, said, of_whom) in [
            (format!(r#"{{"kind":"handed-over",{staff}}}"#), "引き渡し（職員が記録）", true),
            (
                r#"{"kind":"fee","day":{"date":"2026-11-24"},"fee":{"settled":{"yen":4294967295,"before_min":1,"after_min":2,"tariff":"2026-04-01"}}}"#.into(),
                "延長保育料：4294967295円",
                true,
            ),
            (
                r#"{"kind":"fee","day":{"date":"9999-12-31"},"fee":{"unsettled":"clock"}}"#.into(),
                "延長保育料：時刻が不確かなので職員が決める",
                true,
            ),
            (
                format!(r#"{{"kind":"corrected","why":"wrong-way",{staff}}}"#),
                "職員が記録を訂正（登園と降園の取り違え）",
                true,
            ),
            (
                r#"{"kind":"day-closed","day":{"date":"2026-11-24"}}"#.into(),
                "降園の記録がないまま、その日を閉じた",
                true,
            ),
            (
                format!(r#"{{"kind":"excused","why":"sick","from":"2026-11-24","until":"2026-11-24",{staff}}}"#),
                "欠席・遅刻を職員が入力",
                false,
            ),
            (
                format!(r#"{{"kind":"excuse-seen","notice":"yamada-hana-fever",{staff}}}"#),
                "欠席・遅刻の連絡を職員が確認",
                false,
            ),
            (
                r#"{"kind":"alarm","alarm":"barred","day":{"date":"2026-11-24"}}"#.into(),
                "警報：引き渡せない人がカードをかざした",
                false,
            ),
            (
                format!(r#"{{"kind":"alarm-seen","found":"comes-later",{staff}}}"#),
                "警報に対応：家庭に確認、あとから登園",
                false,
            ),
            (format!(r#"{{"kind":"pass-given",{staff}}}"#), "カード忘れを職員が確認", false),
            (
                r#"{"kind":"notice-seen","notice":"yamada-hana-fever"}"#.into(),
                "お知らせを家庭が確認",
                false,
            ),
            (
                r#"{"kind":"answered","question":"fever","answer":"38.5"}"#.into(),
                "登園時の質問に回答",
                false,
            ),
            (r#"{"kind":"emergency-opened"}"#.into(), "非常時の点呼を開始", true),
            (
                r#"{"kind":"emergency-tick","found":true}"#.into(),
                "非常時の点呼：1人を確認",
                true,
            ),
            (
                r#"{"kind":"emergency-closed","here":98,"found":97,"missing":1}"#.into(),
                "非常時の点呼を終了（在園 98・確認 97・未確認 1）",
                true,
            ),
            (
                r#"{"kind":"papers-written","month":"2026-11"}"#.into(),
                "2026-11 の帳票を書き出した",
                true,
            ),
            (
                r#"{"kind":"papers-written","month":"yamada-hana-fever"}"#.into(),
                "帳票を書き出した",
                true,
            ),
            (
                r#"{"kind":"ride","class":"half","why":"year-full","list":3}"#.into(),
                "乗車",
                true,
            ),
            (r#"{"kind":"draw-seen"}"#.into(), "ガチャの結果を見た", true),
            (r#"{"kind":"teleported"}"#.into(), "この版では読めない記録", true),
        ] {
            let fact = fact(&body);
            let what = what(&fact);
            assert_eq!(what, said, "{body}");
            for secret in ["yamada", "38.5", "f00d", "sick", "abcdef"] {
                assert!(!what.contains(secret), "{secret} in {what}");
            }
            assert_eq!(whom(&fact).is_some(), of_whom, "{body}");
        }
    }
}
