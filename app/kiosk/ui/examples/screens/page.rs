//! The page: chapters, what to choose by, and every picture. It needs nothing beside it but
//! the pictures.

use std::fmt::Write as _;

use crate::Shot;

/// The chapters with the first words of their views' names. What fits nowhere has its own.
const CHAPTERS: [(&str, &str, &[&str]); 11] = [
    ("hall", "公民館・図書館", &["visit", "languages", "undone"]),
    ("draw", "ガチャ", &["draw"]),
    ("own", "じぶんの ページ", &["own"]),
    (
        "nursery",
        "保育園",
        &["nursery", "household", "price", "notice", "question"],
    ),
    ("event", "催し", &["event"]),
    ("reception", "受付", &["reception"]),
    ("fare", "バス", &["fare"]),
    ("desk", "登録の 窓口", &["desk", "registered"]),
    ("staff", "職員", &["staff"]),
    ("message", "お知らせ", &["message", "reading"]),
    ("out", "使えない とき", &["out", "starting"]),
];
const OTHERS: (&str, &str) = ("others", "そのほか");

/// What the page calls a facet.
fn title(facet: &str) -> &str {
    match facet {
        "look" => "いろ",
        "language" => "ことば",
        "size" => "画面",
        other => other,
    }
}

fn chapter_of(view: &str) -> (&'static str, &'static str) {
    let first = view.split('-').next().unwrap_or(view);
    let mut all = CHAPTERS.iter();
    all.find(|(_, _, firsts)| firsts.contains(&first))
        .map_or(OTHERS, |(id, title, _)| (*id, *title))
}

/// The whole page.
pub(crate) fn of(shots: &[Shot]) -> String {
    let mut nav = String::new();
    let mut body = String::new();
    let chapters = CHAPTERS.iter().map(|(id, title, _)| (*id, *title));
    for (id, title) in chapters.chain([OTHERS]) {
        let of_it: Vec<_> = shots
            .iter()
            .filter(|shot| chapter_of(shot.view).0 == id)
            .collect();
        if of_it.is_empty() {
            continue;
        }
        // Writing to a text cannot fail, here and below.
        let _ = write!(nav, "<a href=\"#of-{id}\">{title}</a>");
        let _ = write!(body, "<section id=\"of-{id}\"><h2>{title}</h2>");
        for of_view in of_it.chunk_by(|a, b| a.view == b.view) {
            view(of_view, &mut body);
        }
        body.push_str("</section>\n");
    }
    format!(
        "<!doctype html><html lang=\"ja\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <title>Machitap — 画面一覧</title><style>{}</style>\n\
         <header><h1>Machitap 画面一覧</h1><form>{}\
         <label>さがす<input type=\"search\" name=\"words\" placeholder=\"画面の ことば\">\
         </label><output></output></form><nav>{nav}</nav></header>\n<main>{body}</main>\n\
         <dialog><figure><img alt=\"\"><figcaption></figcaption></figure></dialog>\n\
         <script>{}</script></html>\n",
        include_str!("page.css"),
        choices(shots),
        include_str!("page.js"),
    )
}

/// A list to choose from for each facet; the first of each is chosen, for a page of thousands
/// is no page.
fn choices(shots: &[Shot]) -> String {
    let mut out = String::new();
    let facets = shots.first().map(Shot::facets).into_iter().flatten();
    for (nth, (name, _)) in facets.enumerate() {
        let mut values: Vec<String> = Vec::new();
        for shot in shots {
            let value = shot.facets()[nth].1.clone();
            if !values.contains(&value) {
                values.push(value);
            }
        }
        let _ = write!(out, "<label>{}<select name=\"{name}\">", title(name));
        for value in &values {
            let _ = write!(out, "<option>{value}</option>");
        }
        if values.len() > 1 {
            out.push_str("<option value=\"\">すべて</option>");
        }
        out.push_str("</select></label>");
    }
    out
}

fn view(shots: &[&Shot], out: &mut String) {
    let name = shots[0].view;
    let _ = write!(out, "<article id=\"{name}\"><h3>{name}</h3>");
    for shot in shots {
        let (file, facets) = (shot.file(), shot.facets());
        out.push_str("<figure");
        for (name, value) in &facets {
            let _ = write!(out, " data-{name}=\"{value}\"");
        }
        let said = facets.map(|(_, value)| value).join(" · ");
        let _ = write!(
            out,
            "><a href=\"{file}\"><img loading=\"lazy\" src=\"{file}\" alt=\"{}\"></a>\
             <figcaption>{said}</figcaption></figure>",
            escaped(&shot.words)
        );
    }
    out.push_str("</article>");
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('"', "&quot;").replace('\n', " ")
}
