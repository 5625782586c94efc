use machitap_domain::{
    FactBody,
    points::{Award, AwardReason},
    preferences::{Preference, Preferences, Preferred, TextSize},
};

use super::*;
use crate::points::tests::sample::{City, DAY, Kiosk, catalogue, who};

const CAPPED: &str = r#"{"caps":[{"from":"2026-01-01","caps":{"all":{"day":15}}}]}"#;

fn shown(city: &City, n: u8) -> String {
    let ledger = city.rebuilt();
    render(&Nonce::random(), &ledger, &who(n), city.now_ms)
}

/// The lines of a list, without markup.
fn listed(html: &str, heading: &str) -> Vec<String> {
    let Some(section) = html.split("<h2>").find(|s| s.starts_with(heading)) else {
        return Vec::new();
    };
    let items = section.split("<li>").skip(1);
    items
        .map(|item| item.split("</li>").next().unwrap().replace("</time>", " "))
        .map(|item| item.replace("<time>", ""))
        .collect()
}

#[test]
fn a_page_says_what_stands_and_why_newest_first() {
    let mut city = City::new(&catalogue(CAPPED));
    let (mut hall, mut gym) = (Kiosk::new(&city, 1, "hall"), Kiosk::new(&city, 2, "gym"));
    hall.visit(who(1), city.now_ms - 8 * DAY);
    hall.visit(who(1), city.now_ms);
    gym.visit(who(1), city.now_ms + 1_000);
    let undone = gym.visit(who(1), city.now_ms + 2_000);
    gym.undo(who(1), undone, city.now_ms + 3_000);
    let helped = FactBody::Volunteered {
        activity: "beach".parse().unwrap(),
        staff: None,
    };
    let helped = gym.record(who(1), gym.stamp(city.now_ms), None, helped);
    let award = FactBody::Award(Award {
        points: 50,
        reason: AwardReason::Volunteering("beach".parse().unwrap()),
    });
    gym.record(who(1), gym.stamp(city.now_ms), Some(helped), award);
    hall.spend(who(1), 2, city.now_ms).unwrap();
    hall.heard_by(&city, 9);
    gym.heard_by(&city, 9);

    let page = shown(&city, 1);
    assert!(page.contains("<dd class=\"large\">73</dd>"), "{page}");
    assert!(page.contains("申込中<span lang=\"en\">On their way</span></dt><dd>2</dd>"));
    assert!(page.contains("Earned this week</span></dt><dd>65</dd>"));
    assert!(page.contains("Earned this month</span></dt><dd>75</dd>"));
    assert!(!page.contains("まちの立て替え"));
    assert_eq!(
        listed(&page, "送っているもの"),
        ["2026/11/24 「とう」を応援：2（まちの返事を待っている）"]
    );
    assert_eq!(
        listed(&page, "これまで"),
        [
            "2026/11/24 利用（ところ）：+0（10のうち。取り消した）",
            "2026/11/24 利用（ところ）：+5（10のうち。まち全体で1日に15まで）",
            "2026/11/24 ボランティア（ところ）：+50",
            "2026/11/24 利用（ところ）：+10",
            "2026/11/16 利用（ところ）：+10",
        ]
    );

    city.turn();
    let page = shown(&city, 1);
    assert!(listed(&page, "送っているもの").is_empty());
    assert_eq!(
        listed(&page, "これまで")[0],
        "2026/11/24 「とう」を応援：-2"
    );
}

#[test]
fn a_page_says_nobodys_name_and_no_pseudonym() {
    let city = City::new(&catalogue("{}"));
    let mut hall = Kiosk::new(&city, 1, "hall");
    hall.visit(who(1), city.now_ms);
    hall.heard_by(&city, 9);
    let page = shown(&city, 1);
    assert!(!page.contains(&who(1).to_string()));
    assert_eq!(page.matches("<h1>").count(), 1);
    // Whoever has nothing yet sees that, and nothing of others.
    let page = shown(&city, 2);
    assert!(page.contains("<dd class=\"large\">0</dd>") && page.contains("まだありません。"));
    assert!(listed(&page, "これまで").is_empty());
}

#[test]
fn a_page_shows_the_latest_fifty_lines() {
    let mut city = City::new(&catalogue("{}"));
    let mut hall = Kiosk::new(&city, 1, "hall");
    for day in 0..60 {
        hall.visit(who(1), city.now_ms + day * DAY);
    }
    hall.heard_by(&city, 200);
    city.now_ms += 60 * DAY;
    let lines = listed(&shown(&city, 1), "これまで");
    assert_eq!(lines.len(), LINES_MAX);
    assert!(lines[0].starts_with("2027/01/22"), "{}", lines[0]);
}

#[test]
fn what_waits_for_a_clock_stands_first() {
    let city = City::new(&catalogue("{}"));
    let mut hall = Kiosk::new(&city, 1, "hall");
    hall.visit(who(1), city.now_ms);
    let mut at = hall.stamp(city.now_ms);
    at.quality = machitap_domain::Quality::UNKNOWN;
    hall.earn(who(1), at, 7);
    hall.heard_by(&city, 9);
    let lines = listed(&shown(&city, 1), "これまで");
    assert_eq!(
        lines,
        [
            "日付は確認中 利用（ところ）：+7",
            "2026/11/24 利用（ところ）：+10"
        ]
    );
}

#[test]
fn a_page_says_how_its_resident_is_served_once_they_chose() {
    let city = City::new(&catalogue("{}"));
    let mut hall = Kiosk::new(&city, 1, "hall");
    hall.visit(who(1), city.now_ms);
    hall.heard_by(&city, 9);
    assert!(!shown(&city, 1).contains("画面の設定"));
    let large = Preferences::default().with(Preference::Text(TextSize::Large));
    let body = FactBody::Preferred(Preferred::over(None, large));
    hall.record(who(1), hall.stamp(city.now_ms), None, body);
    hall.heard_by(&city, 9);
    let page = shown(&city, 1);
    assert!(page.contains("画面の設定"));
    assert!(
        page.contains("大きい<span lang=\"en\">Large</span>"),
        "{page}"
    );
    assert!(!shown(&city, 2).contains("画面の設定"), "of nobody else");
}
