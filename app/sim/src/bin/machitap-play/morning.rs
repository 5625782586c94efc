//! A morning at the nursery, from half past eight.

use std::time::Duration;

use anyhow::Result;
use jiff::{
    Timestamp,
    civil::{Time, time},
};
use machitap_card::virt::Fault;
use machitap_sim::{
    ledger,
    stage::{Stage, StagedClock},
    town,
};

use crate::player::{Player, say};

/// When the morning begins.
pub(crate) const BEGINS: Time = time(8, 30, 0, 0);
/// Slow enough for a picture of a card being read.
const SLOW: Duration = Duration::from_millis(350);
/// How long the link may take to notice, and to find back.
const LINK_LIMIT: Duration = Duration::from_secs(90);

/// That time of today in the town.
pub(crate) fn today(at: Time) -> Result<Timestamp> {
    let zone = ledger::zone();
    let today = zone.to_datetime(Timestamp::now()).date();
    Ok(zone.to_timestamp(today.to_datetime(at))?)
}

pub(crate) fn play(stage: &mut Stage, clock: &mut StagedClock, p: &mut Player<'_>) -> Result<()> {
    first_day(stage, p)?;
    arrivals(p)?;
    bad_cards(p)?;
    in_english(p)?;
    staff(p)?;
    a_price(clock, p)?;
    without_the_city(stage, p)?;
    after_a_power_cut(p)?;
    later(clock, p, time(16, 40, 0, 0))?;
    pick_up(p)
}

/// Time passes at the nursery.
fn later(clock: &mut StagedClock, p: &Player<'_>, at: Time) -> Result<()> {
    clock.pass_until(today(at)?)?;
    // The kiosk looks at its clock when something happens; a question does.
    p.control().status()?;
    p.rest()
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

fn arrivals(p: &mut Player<'_>) -> Result<()> {
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
    p.see(
        "notice",
        "notice",
        "Both are recorded. A line the family must have seen comes first …",
    )?;
    p.touch("見ました")?;
    p.see("nursery-done", "done", "… and then it says so.")?;
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
    p.rest()
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
    p.touch("ことば Language")?;
    p.see("languages", "languages", "Each language in its own words.")?;
    p.touch("English")?;
    p.see_label(
        "Records arriving and leaving",
        "idle-english",
        "The same in English.",
    )?;
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
        "staff:board",
        "staff-board",
        "The right one: who is here, class by class.",
    )?;
    p.touch("とじる")?;
    p.rest()
}

fn a_price(clock: &mut StagedClock, p: &mut Player<'_>) -> Result<()> {
    later(clock, p, time(8, 53, 10, 0))?;
    p.tap("midori", "household")?;
    p.picture(
        "price",
        "Short hours begin at nine: the price is said before it is confirmed.",
    )?;
    p.touch("待つ")?;
    p.see(
        "message:come-back-at",
        "come-back-at",
        "She waits: nothing is recorded, and from 8:55 it costs nothing.",
    )?;
    later(clock, p, time(8, 55, 10, 0))
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
