//! How much larger than they are made the words of a screen are drawn, for whoever asked for it.
//! Titles and numbers are large already; a screen that says much bears less.

use machitap_domain::preferences::TextSize;
use machitap_kiosk_core::view::{Gained, Screen, View, VisitDone};

/// More purposes than this fill the screen.
const PURPOSES: usize = 4;

/// The factor.
pub(crate) fn factor(screen: &Screen) -> f32 {
    let wanted = match screen.text {
        TextSize::Normal => 1.0,
        TextSize::Large => 1.12,
        TextSize::Largest => 1.25,
    };
    let most = match full(&screen.view) {
        0..=2 => 1.25,
        3 => 1.12,
        _ => 1.0,
    };
    f32::min(wanted, most)
}

/// How many things it says, one below the other.
fn full(view: &View) -> u32 {
    match view {
        View::VisitDone(done) => visit(done),
        View::EventDone(done) => {
            u32::from(done.balance.is_some())
                + u32::from(done.cut.is_some() || done.provisional)
                + u32::from(done.points > 0)
                + u32::from(done.tap_to_leave)
        }
        View::VisitChoice(choice) if choice.purposes.len() > PURPOSES => 4,
        _ => 0,
    }
}

fn visit(done: &VisitDone) -> u32 {
    let points = matches!(done.gained, Gained::Points(_));
    u32::from(done.balance.is_some() || done.visits.is_some())
        + u32::from(done.next.stamps.is_some() || done.next.streak.is_some())
        + u32::from(points && (done.cut.is_some() || done.provisional))
        + u32::from(done.purpose.is_some() || done.heads.is_some())
        + u32::from(done.tap_to_leave)
        + if points { 0 } else { 2 }
}
