//! An afternoon at the community centre.

use std::time::{Duration, Instant};

use anyhow::Result;
use machitap_sim::stage::Stage;

use crate::{
    desk,
    player::{Player, say, until_past},
};

/// A little over the centre's `repeat_ms`.
const REPEAT: Duration = Duration::from_millis(8_500);
/// How long the link may take.
const LINK_LIMIT: Duration = Duration::from_secs(90);

pub(crate) fn play(stage: &mut Stage, p: &mut Player<'_>) -> Result<()> {
    // Fifty ids: so many new residents can come before this kiosk must be leased more.
    stage.city.lease(p.kiosk().id(), "MHN-700000", 50)?;
    p.kiosk().start()?;
    p.see("idle", "centre-idle", "The hall of the community centre.")?;
    p.tap("hanako", "visit-done")?;
    let came = Instant::now();
    p.picture("visit", "A visit: ten points, and the balance.")?;
    p.rest()?;
    p.tap("suica", "visit-done")?;
    p.picture(
        "visit-felica",
        "A transport card: recorded, but a number that can be copied is told no balance.",
    )?;
    p.rest()?;
    p.tap("stranger", "message:unknown")?;
    p.picture("centre-unknown", "A card the town does not know.")?;
    p.rest()?;
    desk::play(p)?;
    until_past(came, REPEAT)?;
    p.tap("hanako", "visit-done")?;
    p.picture(
        "second-visit",
        "The second visit of a day earns no points, and says why.",
    )?;
    p.rest()?;

    p.tap("jiro", "visit-done")?;
    p.touch_undo()?;
    p.see(
        "undone",
        "visit-undone",
        "A visit taken back, its points with it.",
    )?;
    p.rest()?;

    // A spin is one only where the city's word for this kiosk is known beforehand.
    p.kiosk().wait_until_counted(LINK_LIMIT)?;
    p.tap("minato", "visit-done")?;
    p.touch_beginning("ガチャを まわす")?;
    p.see(
        "draw",
        "draw",
        "The spin a visit earned. What it brings is on the disk before it moves.",
    )?;
    p.touch_beginning("あける")?;
    p.see_label("おわる", "draw-opened", "The capsule is open.")?;
    p.touch_beginning("おわる")?;
    p.rest()?;
    p.tap("minato", "visit-done")?;
    p.touch("わたしの ページ")?;
    p.see("own:overview", "own", "A resident's own page.")?;
    p.touch("まちを おうえんする")?;
    p.see("own:projects", "projects", "What the town would build.")?;
    p.touch_beginning("海の見える ベンチ")?;
    p.wait_for("own:gift")?;
    p.touch("10 ポイント")?;
    p.touch("10 ポイントで おうえんする")?;
    p.see(
        "own:spent",
        "gift",
        "Ten points for a bench; the bar has grown.",
    )?;
    p.touch("もどる")?;
    p.wait_for("own:projects")?;
    p.touch("もどる")?;
    p.wait_for("own:overview")?;
    p.touch("おわる")?;
    p.rest()?;

    say("The city's side is killed (SIGKILL) while people come.");
    stage.city.kill();
    p.speak("Tiếng Việt")?;
    p.tap("christiana", "visit-done")?;
    p.picture(
        "visit-vietnamese",
        "A visit, in Vietnamese, while the city is down.",
    )?;
    p.rest()?;
    p.kiosk().kill();
    p.kiosk().start()?;
    p.rest()?;
    p.tap("manyo", "visit-done")?;
    p.picture("visit-offline", "After the kiosk was killed, too.")?;
    p.rest()?;
    stage.city.start()?;
    p.kiosk().wait_until_counted(LINK_LIMIT)?;
    p.see("idle", "centre-evening", "Evening: everything is counted.")
}
