//! One day on a page.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use machitap_domain::Fact;

use super::{
    alarms::{Alarms, Places},
    attendance::{People, Place},
    html::Html,
    kiosks, words,
};
use crate::{
    db::{Db, DbError, JournalRow, PageFact, PageKiosk},
    ledger::{Zones, catalogue},
};

/// Lines shown of one facility, the latest; the heading says how many there are.
const LINES_MAX: u32 = 500;

/// What does not change from one page to the next.
#[derive(Debug)]
pub(super) struct Setting {
    /// The city's zone.
    pub(super) zone: TimeZone,
    /// The page shows itself anew so often, seconds.
    pub(super) refresh_s: u32,
    /// Who is counted.
    pub(super) people: People,
}

pub(super) fn render(
    db: &Db,
    setting: &Setting,
    date: Option<Date>,
    now_ms: i64,
) -> Result<String, DbError> {
    let city = &setting.zone;
    let today = local(now_ms, city).map_or(Date::MIN, |z| z.date());
    let day = date.unwrap_or(today);
    let zones = Zones::load(db, city.clone())?;
    let names = catalogue(db)?;
    let kiosks = db.page_kiosks()?;
    let mut places = Places::new();
    for (id, facility) in names.iter().flat_map(|c| &c.facilities) {
        let place = (facility.name.ja.clone(), zones.of(id).clone());
        places.insert(id.to_string(), place);
    }
    for kiosk in &kiosks {
        places
            .entry(kiosk.facility.clone())
            .or_insert_with(|| (kiosk.facility.clone(), city.clone()));
    }
    let named = |id: &str| {
        places
            .get(id)
            .map_or_else(|| id.to_owned(), |p| p.0.clone())
    };
    let span = bounds(day, city);
    let facilities = db.page_facilities(span.0, span.1)?;
    let journals = db.journals()?;
    let letters = db.dead_letters()?;
    let alarms = Alarms::load(db, &places, span)?;

    let mut html = Html::default();
    let title = names
        .as_ref()
        .map_or_else(|| "まち".to_owned(), |c| c.name.ja.clone());
    let refresh_s = if date.is_none() { setting.refresh_s } else { 0 };
    head(&mut html, &title, day, refresh_s, alarms.open());
    alarms.section(&mut html, &places, today);
    days(&mut html, day, today);
    figures(&mut html, &facilities, &kiosks, &journals, letters);
    if day == today {
        let nurseries = names.iter().flat_map(|c| &c.facilities);
        for (id, facility) in nurseries {
            let Some(nursery) = facility.service.as_nursery() else {
                continue;
            };
            let place = Place {
                id,
                name: &facility.name.ja,
                nursery,
                zone: zones.of(id),
                people: &setting.people,
                now_ms,
            };
            place.section(&mut html, db, &kiosks, &journals)?;
        }
    }
    if facilities.is_empty() {
        html.raw(
            "<section><h2>記録</h2><p class=\"empty\">この日の記録はまだありません。</p></section>",
        );
    }
    let mut strange = 0;
    for (id, count) in &facilities {
        // A kiosk may write any name into a fact; only known ones get a place of their own.
        let Some((name, zone)) = places.get(id) else {
            strange += count;
            continue;
        };
        let facts = db.page_facts(id, span.0, span.1, LINES_MAX)?;
        facility(&mut html, name, *count, &facts, zone);
    }
    if strange > 0 {
        html.raw("<section><h2>知らない施設<small>")
            .text(strange)
            .raw(" 件</small></h2><p class=\"empty\">設定にない施設の名前がついた記録です。端末を調べてください。</p></section>");
    }
    kiosks::table(&mut html, db, &kiosks, &journals, &named, city)?;
    kiosks::dead(&mut html, db, letters, city)?;
    html.raw("</main><footer>時刻は施設の時間帯です。氏名はここには出ません。人は用途ごとの仮の番号の先頭だけで示しています。</footer></body></html>\n");
    Ok(html.finish())
}

fn head(html: &mut Html, title: &str, day: Date, refresh_s: u32, open: u64) {
    html.raw("<!DOCTYPE html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\">")
        .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    if refresh_s > 0 {
        html.raw("<meta http-equiv=\"refresh\" content=\"")
            .text(refresh_s)
            .raw("\">");
    }
    html.raw("<title>");
    if open > 0 {
        html.raw("【警報 ").text(open).raw("】");
    }
    html.text(title)
        .raw(" ")
        .text(day)
        .raw(" の記録</title><style>")
        .raw(include_str!("style.css"))
        .raw("</style></head><body><header><h1>")
        .text(title)
        .raw(" カードの記録</h1><p>")
        .text(in_words(day))
        .raw("</p></header><main>");
}

pub(super) fn local(ms: i64, zone: &TimeZone) -> Option<jiff::ZonedDateTime> {
    Some(
        Timestamp::from_millisecond(ms)
            .ok()?
            .to_zoned_datetime(zone.clone()),
    )
}

/// The day in that zone, as milliseconds since 1970-01-01T00:00:00Z.
pub(super) fn bounds(day: Date, zone: &TimeZone) -> (i64, i64) {
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
        match fact.as_ref().and_then(words::whom) {
            Some(who) => html.text(who),
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

#[cfg(test)]
mod tests {
    use machitap_domain::notices::Notices;
    use machitap_wire::DocumentName;

    use super::*;
    use crate::publish;

    const HOSTILE: &str = "</td><script>alert('x')</script><img src=x onerror=\"y\">";

    fn setting() -> Setting {
        Setting {
            zone: TimeZone::get("Asia/Tokyo").unwrap(),
            refresh_s: 30,
            people: People::default(),
        }
    }

    fn page(db: &Db) -> String {
        render(db, &setting(), None, 1_775_012_400_000).unwrap()
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
        assert!(render(&db, &setting(), None, 1).is_err());
    }
}
