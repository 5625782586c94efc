//! The papers as CSV (RFC 4180) for a Japanese spreadsheet: UTF-8 with a byte order mark,
//! CRLF, and no cell that a spreadsheet would take for a formula.

use machitap_domain::nursery::papers::{Charge, ChildPapers, ClassPapers, Papers};

use super::words;

/// What makes a spreadsheet read the file as UTF-8.
const BOM: &str = "\u{feff}";

/// A table being written; every cell goes through [`Table::row`].
struct Table(csv::Writer<Vec<u8>>);

impl Table {
    fn new() -> Self {
        let writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .flexible(true)
            .from_writer(BOM.as_bytes().to_vec());
        Self(writer)
    }

    fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells = cells.into_iter().map(|cell| harmless(&cell));
        self.0
            .write_record(cells)
            .expect("memory takes every record");
    }

    fn finish(self) -> String {
        let bytes = self.0.into_inner().expect("memory takes every record");
        String::from_utf8(bytes).expect("every cell is text")
    }
}

/// The text as a spreadsheet will show it and never calculate it: what begins like a
/// formula gets an apostrophe before it.
fn harmless(cell: &str) -> String {
    let plain = words::plain(cell);
    let formula = plain
        .trim_start()
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if formula { format!("'{plain}") } else { plain }
}

fn names(class: &ClassPapers, child: &ChildPapers) -> [String; 3] {
    [
        class.name.clone(),
        child.name.reveal().clone(),
        child.kana.reveal().clone(),
    ]
}

fn texts<const N: usize>(cells: [&str; N]) -> impl Iterator<Item = String> {
    cells.into_iter().map(str::to_owned)
}

/// The notes, each in a row of its own after an empty one.
fn notes(table: &mut Table, papers: &Papers) {
    let undated = papers
        .classes
        .iter()
        .flat_map(|c| &c.children)
        .filter_map(words::undated);
    let said: Vec<String> = words::notes(papers).into_iter().chain(undated).collect();
    if said.is_empty() {
        return;
    }
    table.row([String::new()]);
    for note in said {
        table.row(["注".to_owned(), note]);
    }
}

/// The register: a row a child, a column a day; after each class its numbers.
pub(super) fn register(papers: &Papers) -> String {
    let mut table = Table::new();
    let days = papers
        .month
        .days()
        .map(|d| format!("{}日({})", d.day(), words::weekday(d)));
    table.row(
        texts(["クラス", "氏名", "ふりがな", "認定"])
            .chain(days)
            .chain(texts([
                "出席",
                "降園不明",
                "遅刻",
                "欠席",
                "うち病欠",
                "うち出停・忌引",
                "未確認",
                "記録なし",
            ])),
    );
    for class in &papers.classes {
        for child in &class.children {
            let t = child.totals;
            let totals = [
                t.present,
                t.unknown,
                t.late,
                t.absent(),
                t.sick,
                t.suspended,
                t.unreported,
                t.not_kept,
            ];
            table.row(
                names(class, child)
                    .into_iter()
                    .chain([words::care_of(child)])
                    .chain(child.days.iter().map(words::mark))
                    .chain(totals.iter().map(ToString::to_string)),
            );
        }
        let per_day = class.per_day();
        for (what, of) in [
            (
                "出席 計",
                per_day.iter().map(|d| d.present).collect::<Vec<_>>(),
            ),
            ("欠席 計", per_day.iter().map(|d| d.absent).collect()),
            ("未確認 計", per_day.iter().map(|d| d.unreported).collect()),
        ] {
            table.row(
                texts([class.name.as_str(), what, "", ""]).chain(of.iter().map(u32::to_string)),
            );
        }
    }
    notes(&mut table, papers);
    table.finish()
}

/// The statement: a row a day with extended care, then the child's sum; after each class
/// its sum.
pub(super) fn statement(papers: &Papers) -> String {
    let mut table = Table::new();
    table.row(texts([
        "クラス",
        "氏名",
        "ふりがな",
        "日付",
        "曜日",
        "認定",
        "登園",
        "降園",
        "引き渡し(登園)",
        "引き渡し(降園)",
        "保育前(分)",
        "保育後(分)",
        "金額(円)",
        "備考",
    ]));
    for class in &papers.classes {
        for child in &class.children {
            for line in &child.lines {
                let amounts = match line.charge {
                    Charge::Settled {
                        before_min,
                        after_min,
                        yen,
                        ..
                    } => [before_min, after_min, yen].map(|n| n.to_string()),
                    Charge::Waiting(_) => Default::default(),
                };
                let day = [
                    line.date.to_string(),
                    words::weekday(line.date).to_owned(),
                    words::care(line.care).to_owned(),
                    words::time(line.attended.first),
                    words::time(line.attended.last),
                    words::time(line.handed_in),
                    words::time(line.handed_out),
                ];
                table.row(
                    names(class, child)
                        .into_iter()
                        .chain(day)
                        .chain(amounts)
                        .chain([words::remark(line)]),
                );
            }
            let sum = child.sum;
            table.row(names(class, child).into_iter().chain(total(
                "合計",
                [sum.before_min, sum.after_min, sum.yen],
                words::sum_remark(child),
            )));
        }
        let sums = class.children.iter().map(|c| c.sum);
        let all = sums.fold([0u32; 3], |all, sum| {
            [
                all[0].saturating_add(sum.before_min),
                all[1].saturating_add(sum.after_min),
                all[2].saturating_add(sum.yen),
            ]
        });
        table.row(texts([class.name.as_str(), "", ""]).chain(total(
            "クラス計",
            all,
            String::new(),
        )));
    }
    notes(&mut table, papers);
    table.finish()
}

/// The cells of a sum, from the date on.
fn total(what: &str, amounts: [u32; 3], remark: String) -> impl Iterator<Item = String> {
    texts([what, "", "", "", "", "", ""])
        .chain(amounts.map(|n| n.to_string()))
        .chain([remark])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, said) in [
            ("=1+1", "'=1+1"),
            ("+81", "'+81"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =1", "' =1"),
            ("\t=1", "' =1"),
            ("\r\n@x", "'  @x"),
            ("＝1", "'＝1"),
            ("さくら", "さくら"),
            ("花-子", "花-子"),
            ("", ""),
        ] {
            assert_eq!(harmless(cell), said, "{cell:?}");
        }
    }
}
