//! Facts in plain Japanese.

use machitap_domain::{
    Fact, FactBody, Pseudonym,
    attendance::{Direction, Via},
    fact::{Class, Component, Refusal, StaffOutcome},
};

/// What happened, in a few words.
pub(super) fn what(fact: &Fact) -> String {
    match &fact.body {
        FactBody::Started { .. } => "端末が起動".to_owned(),
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
        FactBody::Visit { .. } => "来館".to_owned(),
        FactBody::Award(award) => format!("ポイント +{}", award.points),
        FactBody::Undone { .. } => "取り消し".to_owned(),
        FactBody::Refused { why } => format!(
            "受け付けなかったカード：{}",
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
            }
        ),
        FactBody::ClockCorrected { .. } => "時計が合った".to_owned(),
        FactBody::Health { component, trouble } => {
            let part = match component {
                Component::Reader => "カードリーダー",
                Component::Store => "記録装置",
                Component::Documents => "設定データ",
                Component::Clock => "時計",
            };
            match trouble {
                None => format!("{part}：復旧"),
                Some(Class::Retry) => format!("{part}：一時的な不調"),
                Some(Class::Refuse) => format!("{part}：受付を停止"),
                Some(Class::Repair) => format!("{part}：修理が必要"),
            }
        }
        FactBody::Staff { outcome } => match outcome {
            StaffOutcome::Opened => "職員画面を開いた",
            StaffOutcome::WrongPin => "職員画面：暗証番号ちがい",
            StaffOutcome::LockedOut => "職員画面：ロック",
            StaffOutcome::Closed => "職員画面を閉じた",
        }
        .to_owned(),
        FactBody::JournalReplaced { .. } => "記録簿を新しくした".to_owned(),
        _ => "この版では読めない記録".to_owned(),
    }
}

/// The first digits of a pseudonym: enough to tell two lines of one page apart.
pub(super) fn short(who: Pseudonym) -> String {
    let mut text = who.to_string();
    text.truncate(6);
    text
}
