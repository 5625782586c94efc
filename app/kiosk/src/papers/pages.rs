//! The papers as HTML to be printed on A4. Everything that is not of this file is escaped;
//! there are no scripts, and the page may load nothing.

use jiff::civil::Date;
use machitap_domain::nursery::{
    absence::AbsenceKind,
    papers::{Attended, Charge, ChildPapers, ClassPapers, DayMark, Line},
};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    Sheet,
    words::{self, plain},
};

const COMMON_CSS: &str = include_str!("print.css");
const REGISTER_CSS: &str = include_str!("register.css");
const STATEMENT_CSS: &str = include_str!("statement.css");

/// Nothing but this page's own style.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// A class's register: one sheet, its head again on each further page.
pub(super) fn register(sheet: &Sheet<'_>, class: &ClassPapers) -> String {
    let papers = sheet.papers;
    let days: Vec<Date> = papers.month.days().collect();
    let title = format!("出席簿 {} {}", words::month(papers.month), class.name);
    let content = html! {
        section {
            (head(sheet, "出席簿", &class.name))
            (warnings(words::notes(papers).into_iter().chain(class.children.iter().filter_map(words::undated))))
            table {
                colgroup {
                    col class="name";
                    @for _ in &days { col class="day"; }
                    @for _ in TOTALS { col class="total"; }
                }
                thead {
                    tr {
                        th { "氏名" }
                        @for date in &days {
                            th { (date.day()) br; (words::weekday(*date)) }
                        }
                        @for (first, second) in TOTALS { th { (first) br; (second) } }
                    }
                }
                tbody {
                    @for child in &class.children { (register_row(child)) }
                }
                (day_totals(class))
            }
            p class="note" {
                "各日は、上が登園、下が降園の時刻。遅＝遅刻の連絡あり　病＝病欠　都＝都合欠　停＝出席停止　忌＝忌引　欠＝その他の欠席　"
                "未＝登園も連絡も記録なし　？＝降園時刻 不明　休＝休園　―＝在籍外　×＝この端末に記録なし　訂＝職員が訂正"
            }
        }
    };
    page(&title, REGISTER_CSS, &content)
}

const TOTALS: [(&str, &str); 6] = [
    ("出", "席"),
    ("不", "明"),
    ("遅", "刻"),
    ("欠", "席"),
    ("未確", "認"),
    ("記録", "なし"),
];

/// Characters of a name that stand on a line in full size.
const NAME_FITS: usize = 9;

fn register_row(child: &ChildPapers) -> Markup {
    let t = child.totals;
    let long = child.name.reveal().chars().count() > NAME_FITS;
    html! {
        tr {
            th {
                small { (plain(child.kana.reveal())) }
                b class=[long.then_some("long")] { (plain(child.name.reveal())) }
                small { (words::care_of(child)) }
            }
            @for mark in &child.days { (cell(mark)) }
            @for n in [t.present, t.unknown, t.late, t.absent(), t.unreported, t.not_kept] {
                td class="total" { (n) }
            }
        }
    }
}

fn cell(mark: &DayMark) -> Markup {
    match mark {
        DayMark::Present(a) => html! { td { (stay(a, &words::time(a.last))) } },
        DayMark::Unknown(a) => html! { td class="look" { (stay(a, "？")) } },
        DayMark::Absent(why) => html! { td { b { (absence(*why)) } } },
        DayMark::Unreported => html! { td class="look" { b { "未" } } },
        DayMark::Closed => html! { td class="off" { "休" } },
        DayMark::NotEnrolled => html! { td class="off" { "―" } },
        DayMark::NotKept => html! { td class="look" { b { "×" } } },
        DayMark::Blank => html! { td {} },
    }
}

fn stay(a: &Attended, last: &str) -> Markup {
    html! {
        @if a.late || a.corrected {
            @if a.late { "遅" }
            @if a.corrected { "訂" }
            br;
        }
        @if a.first.is_some() { (words::time(a.first)) } @else { "？" }
        br;
        (last)
    }
}

const fn absence(why: AbsenceKind) -> &'static str {
    match why {
        AbsenceKind::Sick => "病",
        AbsenceKind::Family => "都",
        AbsenceKind::Suspended => "停",
        AbsenceKind::Bereavement => "忌",
        AbsenceKind::Other => "欠",
        AbsenceKind::Late => "遅",
    }
}

fn day_totals(class: &ClassPapers) -> Markup {
    let per_day = class.per_day();
    let row = |what: &str, of: Vec<u32>| {
        html! {
            tr {
                th { (what) }
                @for n in of { td { (n) } }
                td colspan=(TOTALS.len()) {}
            }
        }
    };
    html! {
        tfoot {
            (row("出席 計", per_day.iter().map(|d| d.present).collect()))
            (row("欠席 計", per_day.iter().map(|d| d.absent).collect()))
            (row("未確認 計", per_day.iter().map(|d| d.unreported).collect()))
        }
    }
}

/// The statements: each class's sums on a sheet, then a sheet for each child with lines.
pub(super) fn statement(sheet: &Sheet<'_>) -> String {
    let papers = sheet.papers;
    let title = format!("延長保育料 利用明細 {}", words::month(papers.month));
    let content = html! {
        @for class in &papers.classes {
            (class_sums(sheet, class))
            @for child in class.children.iter().filter(|c| !c.lines.is_empty()) {
                (child_sheet(sheet, class, child))
            }
        }
    };
    page(&title, STATEMENT_CSS, &content)
}

fn class_sums(sheet: &Sheet<'_>, class: &ClassPapers) -> Markup {
    let yen = class
        .children
        .iter()
        .fold(0u32, |all, c| all.saturating_add(c.sum.yen));
    html! {
        section {
            (head(sheet, "延長保育料 集計", &class.name))
            (warnings(words::notes(sheet.papers).into_iter().chain(class.children.iter().filter_map(words::undated))))
            table {
                thead {
                    tr { th { "氏名" } th { "利用日数" } th { "保育前" } th { "保育後" } th { "金額" } th { "備考" } }
                }
                tbody {
                    @for child in &class.children {
                        tr {
                            td class="t" { (plain(child.name.reveal())) small { (plain(child.kana.reveal())) } }
                            td class="n" { (child.lines.len()) "日" }
                            td class="n" { (child.sum.before_min) "分" }
                            td class="n" { (child.sum.after_min) "分" }
                            td class="n" { (words::yen(child.sum.yen)) "円" }
                            td class="t" { (words::sum_remark(child)) }
                        }
                    }
                }
                tfoot {
                    tr { th colspan="4" { "クラス計" } td class="n" { (words::yen(yen)) "円" } td {} }
                }
            }
        }
    }
}

fn child_sheet(sheet: &Sheet<'_>, class: &ClassPapers, child: &ChildPapers) -> Markup {
    let sum = child.sum;
    html! {
        section {
            (head(sheet, "延長保育料 利用明細", &class.name))
            h2 { (plain(child.name.reveal())) " さん" }
            p { (plain(child.kana.reveal())) "　認定：" (words::care_of(child)) }
            (warnings(words::not_kept(sheet.papers).into_iter().chain(words::undated(child))))
            table {
                thead {
                    tr {
                        th { "日付" } th { "認定" } th { "登園" } th { "降園" }
                        th { "保育前" } th { "保育後" } th { "金額" } th { "備考" }
                    }
                }
                tbody { @for line in &child.lines { (statement_row(line)) } }
                tfoot {
                    tr {
                        th colspan="4" { "合計" }
                        td class="n" { (sum.before_min) "分" }
                        td class="n" { (sum.after_min) "分" }
                        td class="n" { (words::yen(sum.yen)) "円" }
                        td class="t" { (words::sum_remark(child)) }
                    }
                }
            }
            p class="note" {
                "時刻は園の端末の時計の時と分です。「確認待ち」の日は、まだ料金に入っていません。"
            }
        }
    }
}

fn statement_row(line: &Line) -> Markup {
    let handed =
        |at| html! { @if let Some(at) = at { small { "引き渡し " (words::time(Some(at))) } } };
    html! {
        tr {
            td { (line.date.month()) "/" (line.date.day()) "（" (words::weekday(line.date)) "）" }
            td { (words::care(line.care)) }
            td { (words::time(line.attended.first)) (handed(line.handed_in)) }
            td { (words::time(line.attended.last)) (handed(line.handed_out)) }
            @match line.charge {
                Charge::Settled { before_min, after_min, yen, .. } => {
                    td class="n" { (before_min) "分" }
                    td class="n" { (after_min) "分" }
                    td class="n" { (words::yen(yen)) "円" }
                }
                Charge::Waiting(_) => { td class="n" {} td class="n" {} td class="n" {} }
            }
            td class="t" { (words::remark(line)) }
        }
    }
}

fn head(sheet: &Sheet<'_>, what: &str, class: &str) -> Markup {
    html! {
        header {
            h1 { (what) span { (words::month(sheet.papers.month)) } span { (plain(class)) } }
            p {
                (plain(sheet.facility))
                br;
                "端末 " (sheet.kiosk)
                @if let Some(made) = sheet.made {
                    "　作成 " (words::date(made.date())) " " (words::time(Some(made.time())))
                }
            }
        }
    }
}

fn warnings(said: impl Iterator<Item = String>) -> Markup {
    let said: Vec<String> = said.map(|line| plain(&line)).collect();
    html! {
        @if !said.is_empty() {
            div class="warn" { @for line in &said { p { (line) } } }
        }
    }
}

fn page(title: &str, css: &str, content: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang="ja" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (plain(title)) }
                // Both are files of this program.
                style { (PreEscaped(COMMON_CSS)) (PreEscaped(css)) }
            }
            body { (content) }
        }
    }
    .into_string()
}
