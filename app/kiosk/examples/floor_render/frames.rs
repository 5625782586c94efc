//! A screen as a display shows it: a beat sixty times a second, by the real clock.

use std::{
    error::Error,
    thread,
    time::{Duration, Instant},
};

use machitap_kiosk_core::Screen;
use serde_json::{Value, json};

use crate::bare::{Panel, answer, wanted};

const BEATS_A_SECOND: u32 = 60;

pub(crate) fn serve(view: &str, time: Duration) -> Result<(), Box<dyn Error>> {
    let screen = wanted(|name, _| name == view)?;
    answer(|panel| Ok(watch(panel, &screen, time).to_string()))
}

/// The frames drawn, in order: at which beat, the nanoseconds each took and its pixels; and how
/// many beats went by while a frame was not ready.
fn watch(panel: &mut Panel, screen: &Screen, time: Duration) -> Value {
    let beat = Duration::from_secs(1) / BEATS_A_SECOND;
    let mut frames = Vec::new();
    let mut missed = 0;
    let mut nth = 0;
    let start = Instant::now();
    while beat * nth < time {
        thread::sleep((beat * nth).saturating_sub(start.elapsed()));
        let from = Instant::now();
        if nth == 0 {
            panel.show(screen);
        }
        let drawn = panel.draw();
        let took = from.elapsed();
        if let Some(pixels) = drawn {
            // A frame of half a minute was none.
            let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
            frames.push(json!({ "beat": nth, "nanos": nanos, "pixels": pixels }));
        }
        // A display does not wait for who is late, be it the frame or the waking.
        let next = (start.elapsed().as_nanos() / beat.as_nanos()) as u32 + 1;
        if drawn.is_some() || panel.moves() {
            missed += next - nth - 1;
        }
        nth = next;
    }
    json!({ "frames": frames, "missed": missed })
}
