//! A card nobody knows becomes a resident's, with staff beside it.

use anyhow::Result;
use machitap_sim::town;

use crate::player::Player;

pub(crate) fn play(p: &mut Player<'_>) -> Result<()> {
    p.tap("newcomer", "message:unknown")?;
    p.picture(
        "welcome",
        "A card of somebody new, and where to go with it.",
    )?;
    p.rest()?;

    p.tap("staff-centre", "staff-pin")?;
    p.type_pin(town::STAFF_PIN)?;
    p.wait_for("staff-panel")?;
    p.touch("カードの 登録")?;
    p.wait_for("staff:desk")?;
    p.tap("newcomer", "staff:desk")?;
    p.see_label(
        "はじめての 登録",
        "desk-card",
        "The desk: staff see what the card is, and what can be done.",
    )?;
    p.touch("はじめての 登録")?;
    for kana in ["ハマ", "マツ", "　", "ハル"] {
        write(p, kana)?;
    }
    p.picture("desk-kana", "The name, by two touches a kana.")?;
    p.touch("すすむ")?;
    p.wait_for_label("1文字 けす")?;
    for digit in "19440503".chars() {
        p.touch(&digit.to_string())?;
    }
    p.see_label("1944-05-03", "desk-birth", "The date of birth.")?;
    p.touch("すすむ")?;
    p.touch("みなと")?;
    p.touch("すすむ")?;
    p.see_label(
        "同意します",
        "desk-consent",
        "What the resident reads, and agrees to.",
    )?;
    p.touch("同意します")?;
    p.see_label("これで 記録する", "desk-summary", "All of it once more.")?;
    p.touch("これで 記録する")?;
    p.see(
        "registered",
        "registered",
        "Registered: an id of the range this kiosk was leased.",
    )?;
    // The number stays long enough to be written down; the next card ends it.
    p.tap("newcomer", "visit-done")?;
    p.picture("first-visit", "The same card, right after.")?;
    p.rest()
}

/// Writes kana as a finger does: the row, then the kana.
fn write(p: &Player<'_>, kana: &str) -> Result<()> {
    const ROWS: [&str; 4] = ["ハヒフヘホ", "マミムメモ", "タチツテト", "ラリルレロ"];
    for c in kana.chars() {
        if c == '　' {
            p.touch("空白を 入れる")?;
            continue;
        }
        let row = ROWS.iter().find(|row| row.contains(c));
        let head = row.and_then(|row| row.chars().next()).unwrap_or(c);
        p.touch(&format!("{head}の 行"))?;
        p.touch(&format!("{c}を 書く"))?;
    }
    Ok(())
}
