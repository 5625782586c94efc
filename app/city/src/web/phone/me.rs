//! `/me`: what a resident has and why, in plain lines. It says whose by showing what is
//! theirs: no name, no number, no pseudonym.

mod served;

use std::cmp::Reverse;

use jiff::{Timestamp, civil::Date};
use machitap_domain::{
    Pseudonym,
    catalogue::Catalogue,
    ranking::{Period, Span},
};

use super::pages::{Nonce, begin, both, end};
use crate::{
    ledger::Ledger,
    points::{
        Judged, Resident,
        story::{self, Line},
    },
    web::{html::Html, words},
};

/// Lines that are shown, the latest.
const LINES_MAX: usize = 50;

pub(super) fn render(nonce: &Nonce, ledger: &Ledger, who: &Pseudonym, now_ms: i64) -> String {
    let town = ledger.town();
    let today = town.today(now_ms);
    let nothing = Resident::default();
    let resident = ledger.resident(who).unwrap_or(&nothing);
    let mut lines = story::story(town, who, resident, today);
    // What nobody knows the day of is most likely new: it waits for a clock.
    lines.sort_by_cached_key(|line| {
        Reverse((
            line.day.is_none(),
            line.day,
            line.what.rank(),
            line.what.order(),
        ))
    });

    let mut html = Html::default();
    begin(&mut html, nonce, "マイページ", "Your page");
    figures(&mut html, &resident.judged, today);
    waiting(&mut html, &lines, &town.catalogue);
    history(&mut html, &lines, &town.catalogue);
    if let Some(preferences) = ledger.preferences(who) {
        served::section(&mut html, &preferences);
    }
    html.raw("<form method=\"post\" action=\"/me/unpair\"><button class=\"calm\">");
    both(&mut html, "このスマホの連携をやめる", "Unpair this phone");
    html.raw("</button></form><p>");
    let now = Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::MAX);
    html.text(town.zones.city().to_datetime(now).strftime("%m/%d %H:%M"))
        .raw(" 現在</p>");
    end(&mut html);
    html.finish()
}

fn figures(html: &mut Html, judged: &Judged, today: Date) {
    html.raw("<section><h2>");
    both(html, "ポイント", "Points");
    html.raw("</h2><dl>");
    let mut figure = |ja, en, points: u64, large: bool| {
        html.raw("<dt>");
        both(html, ja, en);
        html.raw(if large {
            "</dt><dd class=\"large\">"
        } else {
            "</dt><dd>"
        });
        html.text(points).raw("</dd>");
    };
    let earned = |period| {
        let span = Span::of(period, today);
        let there = judged.in_span.iter().find(|e| e.span == span);
        there.map_or(0, |e| e.points)
    };
    figure("使えるポイント", "To spend", judged.free, true);
    figure("申込中", "On their way", judged.reserved, false);
    figure(
        "今週もらった",
        "Earned this week",
        earned(Period::Week),
        false,
    );
    figure(
        "今月もらった",
        "Earned this month",
        earned(Period::Month),
        false,
    );
    if judged.owed > 0 {
        figure("まちの立て替え", "Lent by the town", judged.owed, false);
    }
    html.raw("</dl></section>");
}

fn waiting(html: &mut Html, lines: &[Line<'_>], names: &Catalogue) {
    let waiting: Vec<&Line<'_>> = lines.iter().filter(|l| l.what.waits()).collect();
    if waiting.is_empty() {
        return;
    }
    html.raw("<section><h2>");
    both(html, "送っているもの", "On its way");
    html.raw("</h2><ul>");
    for line in waiting {
        item(html, line, names);
    }
    html.raw("</ul></section>");
}

fn history(html: &mut Html, lines: &[Line<'_>], names: &Catalogue) {
    html.raw("<section><h2>");
    both(html, "これまで", "History");
    html.raw("</h2>");
    let mut past = lines.iter().filter(|l| !l.what.waits()).peekable();
    if past.peek().is_none() {
        html.raw("<p>");
        both(html, "まだありません。", "Nothing yet.");
        html.raw("</p></section>");
        return;
    }
    html.raw("<ul>");
    for line in past.take(LINES_MAX) {
        item(html, line, names);
    }
    html.raw("</ul></section>");
}

fn item(html: &mut Html, line: &Line<'_>, names: &Catalogue) {
    html.raw("<li>");
    match line.day {
        Some(day) => html.raw("<time>").text(day.strftime("%Y/%m/%d")),
        None => html.raw("<time>").raw("日付は確認中"),
    };
    html.raw("</time>")
        .text(words::points::line(&line.what, line.day, names))
        .raw("</li>");
}

#[cfg(test)]
mod tests;
