//! How the kiosks serve a resident. It is chosen there, and only said here.

use machitap_domain::{
    catalogue::Language,
    preferences::{Preferences, TextSize},
};

use super::both;
use crate::web::html::Html;

pub(super) fn section(html: &mut Html, chosen: &Preferences) {
    html.raw("<section><h2>");
    both(html, "画面の設定", "Display settings");
    html.raw("</h2><dl>");
    let mut row = |name: (&'static str, &'static str), value: (&'static str, &'static str)| {
        html.raw("<dt>");
        both(html, name.0, name.1);
        html.raw("</dt><dd>");
        both(html, value.0, value.1);
        html.raw("</dd>");
    };
    let as_the_kiosk = ("端末にまかせる", "As the kiosk does");
    row(
        ("ことば", "Language"),
        match chosen.language {
            None => as_the_kiosk,
            Some(Language::Ja) => ("日本語", "Japanese"),
            Some(Language::Easy) => ("やさしい日本語", "Plain Japanese"),
            Some(Language::En) => ("英語", "English"),
            Some(Language::Zh) => ("中国語", "Chinese"),
            Some(Language::Vi) => ("ベトナム語", "Vietnamese"),
            Some(Language::Pt) => ("ポルトガル語", "Portuguese"),
        },
    );
    row(
        ("文字の大きさ", "Text size"),
        match chosen.text {
            TextSize::Normal => ("ふつう", "Normal"),
            TextSize::Large => ("大きい", "Large"),
            TextSize::Largest => ("とても大きい", "Largest"),
        },
    );
    // No kiosk offers it to everybody: it is said where somebody asked for it.
    if let Some(voice) = chosen.voice {
        let said = if voice {
            ("あり", "On")
        } else {
            ("なし", "Off")
        };
        row(("音声", "Voice"), said);
    }
    row(
        ("動き", "Motion"),
        if chosen.still {
            ("なし", "None")
        } else {
            ("あり", "On")
        },
    );
    html.raw("</dl><p>");
    both(
        html,
        "変えるときは、端末の「わたしのページ」で。",
        "Change it on your page at a kiosk.",
    );
    html.raw("</p></section>");
}
