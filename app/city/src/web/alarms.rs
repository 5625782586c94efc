//! What somebody must look at, at the top of the page: open alarms of every day, and what
//! became of those of the day that is shown.

use std::collections::HashMap;

use jiff::{civil::Date, tz::TimeZone};
use machitap_domain::{Fact, FactBody};

use super::{html::Html, words};
use crate::{
    db::{AlarmRow, Db, DbError},
    nursery::read,
};

/// Open alarms shown of one facility, those that came last; the heading says how many
/// there are. Many from one place do not push another's off the page.
const OPEN_MAX: u32 = 20;

/// Alarms of the day shown that somebody has seen to.
const SEEN_MAX: u32 = 50;

/// Where an alarm may come from: facilities the city knows, with name and zone.
pub(super) type Places = HashMap<String, (String, TimeZone)>;

pub(super) struct Alarms {
    open: Vec<AlarmRow>,
    seen: Vec<AlarmRow>,
    /// Open alarms of known facilities.
    count: u64,
    /// Open alarms that name a facility nobody knows.
    strange: u64,
}

impl Alarms {
    pub(super) fn load(db: &Db, places: &Places, span: (i64, i64)) -> Result<Self, DbError> {
        let mut alarms = Self {
            open: Vec::new(),
            seen: db.seen_alarms(span.0, span.1, SEEN_MAX)?,
            count: 0,
            strange: 0,
        };
        alarms.seen.retain(|a| places.contains_key(&a.facility));
        let mut open = db.open_alarms()?;
        // The fewest first: what one place cries out a thousand times stands last.
        open.sort_by_key(|(_, count)| *count);
        for (facility, count) in open {
            if places.contains_key(&facility) {
                alarms.count += count;
                alarms.open.extend(db.open_alarms_of(&facility, OPEN_MAX)?);
            } else {
                alarms.strange += count;
            }
        }
        Ok(alarms)
    }

    /// How many nobody has seen to.
    pub(super) const fn open(&self) -> u64 {
        self.count + self.strange
    }

    pub(super) fn section(&self, html: &mut Html, places: &Places, today: Date) {
        if self.open() == 0 && self.seen.is_empty() {
            return;
        }
        html.raw(if self.open() > 0 {
            "<section class=\"alarm\"><h2>警報<small>未対応 "
        } else {
            "<section><h2>警報<small>未対応 "
        });
        html.text(self.open()).raw(" 件");
        if self.count > self.open.len() as u64 {
            html.raw("（施設ごとに新しいものだけを表示）");
        }
        html.raw("</small></h2>");
        if self.strange > 0 {
            html.raw("<p class=\"empty\">知らない施設の名前がついた警報が ")
                .text(self.strange)
                .raw(" 件あります。端末を調べてください。</p>");
        }
        html.raw("<div class=\"scroll\"><table><thead><tr><th scope=\"col\">対応</th><th scope=\"col\">内容</th><th scope=\"col\">時刻</th><th scope=\"col\">施設</th></tr></thead><tbody>");
        for row in self.open.iter().chain(&self.seen) {
            line(html, row, places, today);
        }
        html.raw("</tbody></table></div></section>");
    }
}

fn line(html: &mut Html, row: &AlarmRow, places: &Places, today: Date) {
    html.raw("<tr><td>");
    let seen: Option<Fact> = row.seen.as_deref().and_then(|b| read(b).ok());
    match seen.map(|f| f.body) {
        Some(FactBody::AlarmSeen { found, .. }) => html
            .raw("<span class=\"mark good\">対応済み</span> ")
            .text(words::found(found)),
        _ => html.raw("<span class=\"mark bad\">未対応</span>"),
    };
    html.raw("</td><td>");
    match read(&row.alarm).map(|f| f.body) {
        Ok(FactBody::Alarm { alarm, .. }) => html.text(words::alarm(alarm)),
        _ => html.raw("読めない警報"),
    };
    html.raw("</td><td class=\"t\">");
    let place = places.get(&row.facility);
    let at = place.and_then(|(_, zone)| super::day::local(row.shown_ms, zone));
    match at {
        Some(at) if at.date() == today => html.text(at.strftime("%H:%M")),
        Some(at) => html.text(at.strftime("%Y-%m-%d %H:%M")),
        None => html.raw("—"),
    };
    html.raw("</td><td>");
    match place {
        Some((name, _)) => html.text(name),
        None => html.text(&row.facility),
    };
    html.raw("</td></tr>");
}
