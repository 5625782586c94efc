//! The words of the papers, which are Japanese: they go to the city and to families.

use jiff::civil::{Date, Time, Weekday};
use machitap_domain::nursery::{
    absence::AbsenceKind,
    fee::Unsettled,
    papers::{Attended, Charge, ChildPapers, DayMark, Line, Month, NotKept, Papers},
    tariff::Care,
};

pub(super) fn month(month: Month) -> String {
    format!("{}年{}月", month.year(), month.month())
}

pub(super) fn date(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

pub(super) fn weekday(date: Date) -> &'static str {
    match date.weekday() {
        Weekday::Monday => "月",
        Weekday::Tuesday => "火",
        Weekday::Wednesday => "水",
        Weekday::Thursday => "木",
        Weekday::Friday => "金",
        Weekday::Saturday => "土",
        Weekday::Sunday => "日",
    }
}

/// `08:31`; nothing for a time nobody recorded.
pub(super) fn time(at: Option<Time>) -> String {
    at.map_or_else(String::new, |at| {
        format!("{:02}:{:02}", at.hour(), at.minute())
    })
}

pub(super) const fn care(care: Care) -> &'static str {
    match care {
        Care::Standard => "標準時間",
        Care::Short => "短時間",
    }
}

/// `標準時間`, or `標準時間、16日から短時間` where it changed.
pub(super) fn care_of(child: &ChildPapers) -> String {
    let runs = child.care.iter().enumerate().map(|(n, run)| {
        if n == 0 {
            care(run.care).to_owned()
        } else {
            format!("{}日から{}", run.from.day(), care(run.care))
        }
    });
    runs.collect::<Vec<_>>().join("、")
}

pub(super) const fn absence(why: AbsenceKind) -> &'static str {
    match why {
        AbsenceKind::Sick => "病欠",
        AbsenceKind::Family => "都合欠",
        AbsenceKind::Suspended => "出席停止",
        AbsenceKind::Bereavement => "忌引",
        AbsenceKind::Other => "欠席",
        AbsenceKind::Late => "遅刻",
    }
}

/// A day of the register in a cell of its own.
pub(super) fn mark(mark: &DayMark) -> String {
    match mark {
        DayMark::Present(a) => stay(a, &time(a.last)),
        DayMark::Unknown(a) => stay(a, "不明"),
        DayMark::Absent(why) => absence(*why).to_owned(),
        DayMark::Unreported => "未確認".to_owned(),
        DayMark::Closed => "休園".to_owned(),
        DayMark::NotEnrolled => "在籍外".to_owned(),
        DayMark::NotKept => "記録なし".to_owned(),
        DayMark::Blank => String::new(),
    }
}

fn stay(a: &Attended, last: &str) -> String {
    let first = a.first.map_or("不明".to_owned(), |at| time(Some(at)));
    let late = if a.late { "遅刻 " } else { "" };
    let corrected = if a.corrected { "＊" } else { "" };
    format!("{late}{first}〜{last}{corrected}")
}

/// What stands beside a line of the statement.
pub(super) fn remark(line: &Line) -> String {
    let mut said = Vec::new();
    match line.charge {
        Charge::Waiting(Unsettled::Clock) => said.push("確認待ち（時刻）"),
        Charge::Waiting(Unsettled::Handover) => said.push("確認待ち（引き渡し）"),
        Charge::Settled { .. } => {}
    }
    if line.open {
        said.push("降園時刻 不明");
    }
    if line.attended.corrected {
        said.push("職員が訂正");
    }
    said.join("、")
}

/// What stands beside the sum: days that wait, and the cap.
pub(super) fn sum_remark(child: &ChildPapers) -> String {
    let mut said = Vec::new();
    if child.sum.waiting > 0 {
        said.push(format!("確認待ち {}日", child.sum.waiting));
    }
    if let Some(cap) = child.cap {
        let reached = if cap.reached { "（到達）" } else { "" };
        said.push(format!("月額上限 {}円{reached}", yen(cap.yen)));
    }
    said.join("、")
}

/// What whoever reads the papers must know about them, a line each.
pub(super) fn notes(papers: &Papers) -> Vec<String> {
    not_kept(papers)
        .into_iter()
        .chain(off_roster(papers))
        .collect()
}

/// That days are missing because their records are not on this kiosk.
pub(super) fn not_kept(papers: &Papers) -> Option<String> {
    Some(match papers.not_kept? {
        NotKept::Before(from) => {
            format!("{}より前の記録は、この端末にありません。", date(from))
        }
        NotKept::All => "この月の記録は、この端末にありません。".to_owned(),
    })
}

/// That there are records of children without a name here.
fn off_roster(papers: &Papers) -> Option<String> {
    let off = papers.off_roster;
    (off.children > 0).then(|| {
        format!(
            "名簿にない園児{}人の記録があります（延長保育料 計{}円）。この書類には含まれません。",
            off.children,
            yen(off.yen)
        )
    })
}

/// That a child has records no clock ever dated.
pub(super) fn undated(child: &ChildPapers) -> Option<String> {
    (child.undated > 0).then(|| {
        format!(
            "{}：日付のわからない記録が{}件あります。この書類には含まれません。",
            child.name.reveal(),
            child.undated
        )
    })
}

/// Neither control characters nor what turns the reading direction round; a name that held
/// them could show as another's.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

/// With a comma at every third digit.
pub(super) fn yen(amount: u32) -> String {
    let digits = amount.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yen_are_grouped_by_thousands() {
        for (amount, said) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(yen(amount), said);
        }
    }
}
