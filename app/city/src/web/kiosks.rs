//! The kiosks, and what could not be taken.

use jiff::tz::TimeZone;
use machitap_domain::KioskId;
use machitap_wire::update::Stage;

use super::{day::local, html::Html};
use crate::{
    db::{Db, DbError, JournalRow, PageKiosk},
    ingest::runs::Runs,
};

/// Dead letters shown, the latest.
const LETTERS_MAX: u32 = 20;

/// Missing runs shown of one journal.
const RUNS_MAX: usize = 5;

pub(super) fn table(
    html: &mut Html,
    db: &Db,
    kiosks: &[PageKiosk],
    journals: &[JournalRow],
    named: &dyn Fn(&str) -> String,
    zone: &TimeZone,
) -> Result<(), DbError> {
    html.raw("<section><h2>端末</h2>");
    if kiosks.is_empty() {
        html.raw("<p class=\"empty\">登録された端末はまだありません。</p></section>");
        return Ok(());
    }
    html.raw("<div class=\"scroll\"><table><thead><tr><th scope=\"col\">端末</th><th scope=\"col\">施設</th><th scope=\"col\">状態</th><th scope=\"col\">最後の連絡</th><th scope=\"col\">版</th><th scope=\"col\">更新</th><th scope=\"col\" class=\"n\">連続して受領</th><th scope=\"col\">足りない番号</th><th scope=\"col\">記録の鎖</th></tr></thead><tbody>");
    for kiosk in kiosks {
        let id: Option<KioskId> = kiosk.id.parse().ok();
        let own: Vec<&JournalRow> = journals
            .iter()
            .filter(|j| Some(&j.kiosk) == id.as_ref())
            .collect();
        html.raw("<tr><td>")
            .text(&kiosk.id)
            .raw("</td><td>")
            .text(named(&kiosk.facility));
        html.raw("</td><td>");
        html.raw(if kiosk.revoked {
            "<span class=\"mark bad\">登録取消</span>"
        } else if kiosk.online {
            "<span class=\"mark good\">接続中</span>"
        } else {
            "<span class=\"mark warn\">切断</span>"
        });
        html.raw("</td><td class=\"t\">");
        match kiosk.seen_ms.and_then(|ms| local(ms, zone)) {
            Some(at) => html.text(at.strftime("%m/%d %H:%M:%S")),
            None => html.raw("まだない"),
        };
        html.raw("</td><td>")
            .text(kiosk.software.as_deref().unwrap_or("—"));
        html.raw("</td><td>");
        update(html, kiosk.update.as_ref().map(|u| &u.stage));
        html.raw("</td><td class=\"n\">");
        match own.last() {
            Some(last) => html.text(last.contiguous),
            None => html.raw("0"),
        };
        html.raw("</td><td>");
        let mut missing = Vec::new();
        for journal in &own {
            let runs = Runs::new(
                journal.contiguous,
                &db.runs(journal.id, journal.contiguous)?,
            );
            missing.extend(runs.missing(runs.top().max(journal.announced), RUNS_MAX));
        }
        if missing.is_empty() {
            html.raw("なし");
        }
        for run in missing.iter().take(RUNS_MAX) {
            html.text(run.from);
            if run.to > run.from {
                html.raw("–").text(run.to);
            }
            html.raw(" ");
        }
        html.raw("</td><td>");
        html.raw(if own.iter().any(|j| j.forked) {
            "<span class=\"mark bad\">食い違い</span> 二つの記録簿が同じ番号を使いました。端末を調べてください。"
        } else {
            "<span class=\"mark good\">つながっている</span>"
        });
        html.raw("</td></tr>");
    }
    html.raw("</tbody></table></div></section>");
    Ok(())
}

/// How an update stands, for the office; why one was refused, as the machine says it.
fn update(html: &mut Html, stage: Option<&Stage>) {
    let mark = |html: &mut Html, kind: &'static str, text: &'static str| {
        html.raw("<span class=\"mark ")
            .raw(kind)
            .raw("\">")
            .raw(text)
            .raw("</span>");
    };
    match stage {
        None => {
            html.raw("—");
        }
        Some(Stage::Fetching { percent, waits }) => {
            html.text(percent).raw(" % 受信");
            if let Some(why) = waits {
                html.raw(" <code>").text(why).raw("</code>");
            }
        }
        Some(Stage::Writing) => {
            html.raw("書き込み中");
        }
        Some(Stage::Waiting) => {
            html.raw("切り替え待ち");
        }
        Some(Stage::Trying) => mark(html, "warn", "試行中"),
        Some(Stage::Kept) => mark(html, "good", "済み"),
        Some(Stage::WentBack) => mark(html, "bad", "前の版に戻った"),
        Some(Stage::Refused { why }) => {
            mark(html, "bad", "できなかった");
            html.raw(" <code>").text(why).raw("</code>");
        }
    }
}

pub(super) fn dead(html: &mut Html, db: &Db, count: u64, zone: &TimeZone) -> Result<(), DbError> {
    html.raw("<section><h2>受け取れなかった電文<small>")
        .text(count)
        .raw(" 件</small></h2>");
    if count == 0 {
        html.raw("<p class=\"empty\">ありません。</p></section>");
        return Ok(());
    }
    html.raw("<div class=\"scroll\"><table><thead><tr><th scope=\"col\">最後</th><th scope=\"col\">端末</th><th scope=\"col\">理由</th><th scope=\"col\" class=\"n\">大きさ</th><th scope=\"col\" class=\"n\">回数</th></tr></thead><tbody>");
    for letter in db.latest_letters(LETTERS_MAX)? {
        html.raw("<tr><td class=\"t\">");
        match local(letter.last_ms, zone) {
            Some(at) => html.text(at.strftime("%m/%d %H:%M:%S")),
            None => html.raw("—"),
        };
        html.raw("</td><td>")
            .text(&letter.kiosk)
            .raw("</td><td><code>")
            .text(&letter.reason)
            .raw("</code></td><td class=\"n\">")
            .text(letter.size)
            .raw(" B</td><td class=\"n\">")
            .text(letter.times)
            .raw("</td></tr>");
    }
    html.raw("</tbody></table></div></section>");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(stage: Option<&Stage>) -> String {
        let mut html = Html::default();
        update(&mut html, stage);
        html.finish()
    }

    #[test]
    fn how_an_update_stands_is_told_in_words_and_a_reason_is_only_text() {
        assert_eq!(told(None), "—");
        let waits = Stage::waits(40, "<script>");
        assert_eq!(told(Some(&waits)), "40 % 受信 <code>&lt;script&gt;</code>");
        let marked = [
            (Stage::Trying, "warn", "試行中"),
            (Stage::Kept, "good", "済み"),
            (Stage::WentBack, "bad", "前の版に戻った"),
            (Stage::refused("x"), "bad", "できなかった"),
        ];
        for (stage, kind, text) in marked {
            let html = told(Some(&stage));
            let mark = format!("<span class=\"mark {kind}\">{text}</span>");
            assert!(html.starts_with(&mark), "{html}");
        }
    }
}
