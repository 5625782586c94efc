//! A morning at the nursery.

use std::time::{Duration, Instant};

use anyhow::Result;
use machitap_card::virt::Fault;
use machitap_sim::{stage::Stage, town};

use crate::player::{Player, say, until_past};

/// A little over the nursery's `repeat_ms`.
const REPEAT: Duration = Duration::from_millis(20_500);
/// Slow enough for a picture of a card being read.
const SLOW: Duration = Duration::from_millis(350);
/// How long the link may take to notice, and to find back.
const LINK_LIMIT: Duration = Duration::from_secs(90);

pub(crate) fn play(stage: &mut Stage, p: &mut Player<'_>) -> Result<()> {
    first_day(stage, p)?;
    let arrived = arrivals(p)?;
    bad_cards(p)?;
    in_english(p)?;
    staff(p)?;
    without_the_city(stage, p)?;
    after_a_power_cut(p)?;
    until_past(arrived, REPEAT)?;
    pick_up(p)
}

fn first_day(stage: &mut Stage, p: &mut Player<'_>) -> Result<()> {
    stage.broker.stop()?;
    p.kiosk().start()?;
    p.see(
        "out-of-service:no-catalogue",
        "no-catalogue",
        "A new kiosk that has not heard from the city says so.",
    )?;
    stage.broker.start()?;
    p.wait_for("idle")?;
    p.kiosk().wait_until_counted(LINK_LIMIT)?;
    p.see(
        "idle",
        "idle",
        "The city's documents arrive: the nursery is open.",
    )
}

/// When the first family arrived.
fn arrivals(p: &mut Player<'_>) -> Result<Instant> {
    let card = p.hold_faulty("hanako", Fault::Slow(SLOW))?;
    p.see("reading", "reading", "A My Number Card is read.")?;
    p.see("household", "household", "A mother with two children.")?;
    card.remove();
    p.touch("山田 太郎を 降園に かえる")?;
    p.see_label(
        "山田 太郎を 登園に かえる",
        "turned",
        "A touch turns the way of one child round.",
    )?;
    p.touch("山田 太郎を 登園に かえる")?;
    p.touch("山田 さくら")?;
    p.see_label(
        "今回は",
        "left-out",
        "Another leaves one child out: it stays at home today.",
    )?;
    p.touch("山田 さくら")?;
    p.touch("記録する")?;
    let arrived = Instant::now();
    p.see(
        "nursery-done",
        "done",
        "Both are recorded, and only now it says so.",
    )?;
    p.rest()?;

    p.tap("jiro", "household")?;
    p.picture(
        "ring",
        "A father touches nothing: the ring runs out by itself …",
    )?;
    p.see(
        "nursery-done",
        "done-by-itself",
        "… and his child is recorded.",
    )?;
    p.rest()?;
    p.tap("jiro", "nursery-done")?;
    p.picture("already", "He taps once more: nothing is recorded twice.")?;
    p.touch_undo()?;
    p.see(
        "undone",
        "undone",
        "He takes it back; the record of both stays in the journal.",
    )?;
    p.rest()?;
    Ok(arrived)
}

fn bad_cards(p: &mut Player<'_>) -> Result<()> {
    p.tap("stranger", "message:unknown")?;
    p.picture(
        "unknown-card",
        "A card without the town's application is told where to ask.",
    )?;
    p.rest()?;
    let card = p.hold_faulty("hanako", Fault::BreaksFirst(1_000))?;
    p.see(
        "message:hold-still",
        "hold-still",
        "A card that is waved about.",
    )?;
    card.remove();
    p.rest()?;
    let card = p.hold_faulty("hanako", Fault::LeavesAfter(3))?;
    p.see(
        "message:removed-early",
        "removed-early",
        "A card that leaves too early.",
    )?;
    card.remove();
    p.rest()?;
    let wallet = p.kiosk().wallet();
    let (one, other) = (wallet.blank()?, wallet.blank()?);
    let held = (
        p.kiosk().insert_into(0, one)?,
        p.kiosk().insert_into(1, other)?,
    );
    p.see("message:two-cards", "two-cards", "Two cards at once.")?;
    drop(held);
    p.rest()?;
    p.tap("forged", "message:not-genuine")?;
    p.picture("not-genuine", "A card that cannot prove itself.")?;
    p.rest()
}

fn in_english(p: &mut Player<'_>) -> Result<()> {
    p.touch("English")?;
    p.see_label("日本語", "idle-english", "The same in English.")?;
    p.tap("christiana", "household")?;
    p.picture("household-english", "A family with long names, in English.")?;
    p.touch("Record")?;
    p.see("nursery-done", "done-english", "Recorded.")?;
    p.rest()
}

fn staff(p: &mut Player<'_>) -> Result<()> {
    p.tap("staff", "staff-pin")?;
    p.picture(
        "staff-pin",
        "A member of staff: the card alone opens nothing.",
    )?;
    p.type_pin("000000")?;
    p.see_label("番号が", "staff-pin-wrong", "A wrong PIN.")?;
    p.type_pin(town::STAFF_PIN)?;
    p.see(
        "staff-panel",
        "staff-panel",
        "The right one: who is here, and how the kiosk is.",
    )?;
    p.touch("とじる")?;
    p.rest()
}

fn without_the_city(stage: &mut Stage, p: &mut Player<'_>) -> Result<()> {
    stage.broker.kill();
    p.control()
        .wait_until(LINK_LIMIT, "the kiosk to notice", |s| !s.connected)?;
    p.see_label(
        "通信は",
        "offline",
        "The broker is gone. A badge says so, and work goes on.",
    )?;
    p.tap("sora", "household")?;
    p.picture("own-tag", "A child with a tag of its own.")?;
    p.touch("記録する")?;
    p.wait_for("nursery-done")?;
    p.tap("midori", "household")?;
    p.touch("記録する")?;
    p.see("nursery-done", "offline-done", "Recorded without the city.")?;
    p.rest()?;
    p.picture("offline-waiting", "What waits is counted in the badge.")?;
    stage.broker.start()?;
    p.kiosk().wait_until_counted(LINK_LIMIT)?;
    p.picture(
        "caught-up",
        "The broker is back: all that waited is counted.",
    )
}

fn after_a_power_cut(p: &mut Player<'_>) -> Result<()> {
    p.tap("manyo", "household")?;
    p.touch("記録する")?;
    p.wait_for("nursery-done")?;
    say("The kiosk is killed in the middle of this screen (SIGKILL) and starts again.");
    p.kiosk().kill();
    p.kiosk().start()?;
    p.rest()?;
    p.tap("manyo", "nursery-done")?;
    p.picture(
        "after-kill",
        "The family is unsure and taps again: it was recorded.",
    )?;
    p.rest()?;
    if let Some(pcscd) = p.kiosk().pcscd() {
        pcscd.kill();
    }
    p.see(
        "out-of-service:reader-gone",
        "reader-gone",
        "The card service dies …",
    )?;
    if let Some(pcscd) = p.kiosk().pcscd() {
        pcscd.restart()?;
    }
    p.see(
        "idle",
        "reader-back",
        "… and comes back; nobody had to do anything.",
    )
}

fn pick_up(p: &mut Player<'_>) -> Result<()> {
    p.tap("hanako", "household")?;
    p.picture(
        "pick-up",
        "Later: the same card now proposes to take both home.",
    )?;
    p.touch("記録する")?;
    p.see("nursery-done", "home", "And home they go.")?;
    p.rest()
}
