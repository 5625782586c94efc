//! One day on a page.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use machitap_domain::{FacilityId, Fact, KioskId};

use super::{html::Html, words};
use crate::{
    db::{Db, DbError, JournalRow, PageFact, PageKiosk},
    ingest::runs::Runs,
    ledger::{Zones, catalogue},
};

/// Lines shown of one facility, the latest; the heading says how many there are.
const LINES_MAX: u32 = 500;

/// Dead letters shown, the latest.
const LETTERS_MAX: u32 = 20;

/// Missing runs shown of one journal.
const RUNS_MAX: usize = 5;

pub(super) fn render(
    db: &Db,
    city: &TimeZone,
    refresh_s: u32,
    date: Option<Date>,
    now_ms: i64,
) -> Result<String, DbError> {
    let today = local(now_ms, city).map_or(Date::MIN, |z| z.date());
    let day = date.unwrap_or(today);
    let zones = Zones::load(db, city.clone())?;
    let names = catalogue(db)?;
    let named = |id: &str| -> String {
        id.parse::<FacilityId>()
            .ok()
            .and_then(|id| Some(names.as_ref()?.facilities.get(&id)?.name.ja.clone()))
            .unwrap_or_else(|| id.to_owned())
    };
    let span = bounds(day, city);
    let facilities = db.page_facilities(span.0, span.1)?;
    let kiosks = db.page_kiosks()?;
    let journals = db.journals()?;
    let letters = db.dead_letters()?;

    let mut html = Html::default();
    html.raw("<!DOCTYPE html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\">")
        .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    if refresh_s > 0 && date.is_none() {
        html.raw("<meta http-equiv=\"refresh\" content=\"")
            .text(refresh_s)
            .raw("\">");
    }
    let title = names
        .as_ref()
        .map_or_else(|| "まち".to_owned(), |c| c.name.ja.clone());
    html.raw("<title>")
        .text(&title)
        .raw(" ")
        .text(day)
        .raw(" の記録</title><style>")
        .raw(include_str!("style.css"))
        .raw("</style></head><body><header><h1>")
        .text(&title)
        .raw(" カードの記録</h1><p>")
        .text(in_words(day))
        .raw("</p></header><main>");
    days(&mut html, day, today);
    figures(&mut html, &facilities, &kiosks, &journals, letters);
    if facilities.is_empty() {
        html.raw(
            "<section><h2>記録</h2><p class=\"empty\">この日の記録はまだありません。</p></section>",
        );
    }
    for (id, count) in &facilities {
        let zone = id
            .parse()
            .map_or_else(|_| city.clone(), |id| zones.of(&id).clone());
        let facts = db.page_facts(id, span.0, span.1, LINES_MAX)?;
        facility(&mut html, &named(id), *count, &facts, &zone);
    }
    kiosk_table(&mut html, db, &kiosks, &journals, &named, city)?;
    dead(&mut html, db, letters, city)?;
    html.raw("</main><footer>時刻は施設の時間帯です。氏名はここには出ません。人は用途ごとの仮の番号の先頭だけで示しています。</footer></body></html>\n");
    Ok(html.finish())
}

fn local(ms: i64, zone: &TimeZone) -> Option<jiff::ZonedDateTime> {
    Some(
        Timestamp::from_millisecond(ms)
            .ok()?
            .to_zoned_datetime(zone.clone()),
    )
}

/// The day in that zone, as milliseconds since 1970-01-01T00:00:00Z.
fn bounds(day: Date, zone: &TimeZone) -> (i64, i64) {
    let start = |date: Date| {
        date.to_zoned_datetime(zone.clone())
            .map(|z| z.timestamp().as_millisecond())
            .ok()
    };
    let from = start(day).unwrap_or(0);
    let to = day
        .checked_add(1.day())
        .ok()
        .and_then(start)
        .unwrap_or(from);
    (from, to)
}

fn in_words(day: Date) -> String {
    let weekday = ["月", "火", "水", "木", "金", "土", "日"]
        [usize::from(day.weekday().to_monday_zero_offset().unsigned_abs()) % 7];
    format!(
        "{}年{}月{}日（{weekday}）",
        day.year(),
        day.month(),
        day.day()
    )
}

fn days(html: &mut Html, day: Date, today: Date) {
    html.raw("<nav aria-label=\"日付\">");
    if let Ok(before) = day.checked_sub(1.day()) {
        html.raw("<a href=\"/?day=")
            .text(before)
            .raw("\">← 前の日</a>");
    }
    if day != today {
        html.raw("<a href=\"/\">今日</a>");
    }
    if day < today
        && let Ok(after) = day.checked_add(1.day())
    {
        html.raw("<a href=\"/?day=")
            .text(after)
            .raw("\">次の日 →</a>");
    }
    html.raw("</nav>");
}

fn figures(
    html: &mut Html,
    facilities: &[(String, u64)],
    kiosks: &[PageKiosk],
    journals: &[JournalRow],
    letters: u64,
) {
    let forks = journals.iter().filter(|j| j.forked).count() as u64;
    html.raw("<ul class=\"figures\">");
    for (value, label) in [
        (facilities.iter().map(|f| f.1).sum(), "この日の記録"),
        (
            kiosks.iter().filter(|k| k.online).count() as u64,
            "つながっている端末",
        ),
        (kiosks.len() as u64, "登録された端末"),
        (forks, "食い違いのある記録簿"),
        (letters, "受け取れなかった電文"),
    ] {
        html.raw("<li><b>")
            .text(value)
            .raw("</b><span>")
            .text(label)
            .raw("</span></li>");
    }
    html.raw("</ul>");
}

fn facility(html: &mut Html, name: &str, count: u64, facts: &[PageFact], zone: &TimeZone) {
    html.raw("<section><h2>")
        .text(name)
        .raw("<small>")
        .text(count)
        .raw(" 件");
    if count > facts.len() as u64 {
        html.raw("（新しい ").text(facts.len()).raw(" 件を表示）");
    }
    html.raw("</small></h2><div class=\"scroll\"><table><thead><tr><th scope=\"col\">時刻</th><th scope=\"col\">できごと</th><th scope=\"col\">人</th><th scope=\"col\">端末</th><th scope=\"col\" class=\"n\">番号</th></tr></thead><tbody>");
    for row in facts {
        html.raw("<tr><td class=\"t\">");
        match local(row.shown_ms, zone) {
            Some(at) => html.text(at.strftime("%H:%M:%S")),
            None => html.raw("—"),
        };
        match row.quality {
            0 => html.raw(" <span class=\"mark warn\" title=\"端末の時計が合っていないため、届いた時刻です\">時刻は届いた時</span>"),
            2 => html.raw(" <span class=\"mark calm\" title=\"端末の時計が合ったあとで直した時刻です\">時刻を補正</span>"),
            _ => html,
        };
        html.raw("</td><td>");
        let fact: Option<Fact> = serde_json::from_str(&row.bytes).ok();
        match &fact {
            Some(fact) => html.text(words::what(fact)),
            None => html.raw("読めない記録"),
        };
        html.raw("</td><td><code>");
        match fact.and_then(|f| f.subject) {
            Some(who) => html.text(words::short(who)),
            None => html.raw("—"),
        };
        html.raw("</code></td><td>")
            .text(&row.kiosk)
            .raw("</td><td class=\"n\">")
            .text(row.seq)
            .raw("</td></tr>");
    }
    html.raw("</tbody></table></div></section>");
}

fn kiosk_table(
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
    html.raw("<div class=\"scroll\"><table><thead><tr><th scope=\"col\">端末</th><th scope=\"col\">施設</th><th scope=\"col\">状態</th><th scope=\"col\">最後の連絡</th><th scope=\"col\" class=\"n\">連続して受領</th><th scope=\"col\">足りない番号</th><th scope=\"col\">記録の鎖</th></tr></thead><tbody>");
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
        html.raw(if kiosk.online {
            "<span class=\"mark good\">接続中</span>"
        } else {
            "<span class=\"mark warn\">切断</span>"
        });
        html.raw("</td><td class=\"t\">");
        match kiosk.seen_ms.and_then(|ms| local(ms, zone)) {
            Some(at) => html.text(at.strftime("%m/%d %H:%M:%S")),
            None => html.raw("まだない"),
        };
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

fn dead(html: &mut Html, db: &Db, count: u64, zone: &TimeZone) -> Result<(), DbError> {
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
    use machitap_domain::notices::Notices;
    use machitap_wire::DocumentName;

    use super::*;
    use crate::publish;

    const HOSTILE: &str = "</td><script>alert('x')</script><img src=x onerror=\"y\">";

    fn page(db: &Db) -> String {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        render(db, &zone, 30, None, 1_775_012_400_000).unwrap()
    }

    #[test]
    fn an_empty_city_has_a_page_that_says_so() {
        let page = page(&Db::in_memory().unwrap());
        for said in [
            "<html lang=\"ja\">",
            "2026年4月1日（水）",
            "この日の記録はまだありません",
            "登録された端末はまだありません",
        ] {
            assert!(page.contains(said), "{said}");
        }
    }

    #[test]
    fn what_a_kiosk_or_a_stranger_wrote_stays_text() {
        let db = Db::in_memory().unwrap();
        db.put_letter(HOSTILE, HOSTILE, HOSTILE.as_bytes(), i64::MAX)
            .unwrap();
        let page = page(&db);
        assert!(page.contains("&lt;script&gt;"));
        assert!(!page.contains("<script") && !page.contains("<img"));
    }

    #[test]
    fn a_catalogue_that_cannot_be_read_is_an_error_and_no_page() {
        let db = Db::in_memory().unwrap();
        publish::put(&db, DocumentName::Catalogue, &Notices::default(), None, 1).unwrap();
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        assert!(render(&db, &zone, 0, None, 1).is_err());
    }
}
