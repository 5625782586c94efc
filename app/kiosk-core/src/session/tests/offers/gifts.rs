//! Gifts to projects, and the bar that grows.

use super::*;

fn bar(given: u64, on_its_way: u64, percent: u8) -> GoalBar {
    GoalBar {
        given,
        on_its_way,
        goal: 300,
        percent,
    }
}

fn given(kiosk: &mut Kiosk, points: u64) {
    let projects = [("wifi".parse::<OfferId>().unwrap(), points)].into();
    kiosk.give(Input::Progress(Box::new(Progress {
        as_of_ms: MORNING,
        projects,
        ..Progress::default()
    })));
}

#[test]
fn a_gift_makes_the_bar_grow() {
    let mut kiosk = at(OwnTab::Projects, 100);
    assert_eq!(
        projects(&kiosk).rows[0].goal,
        bar(0, 0, 0),
        "no progress has come"
    );
    given(&mut kiosk, 100);
    assert_eq!(projects(&kiosk).rows[0].goal, bar(100, 0, 33));
    kiosk.touch(Touch::Pick(0));
    let keys: Vec<_> = gift(&kiosk).amounts.iter().map(|a| a.points).collect();
    assert_eq!((keys, gift(&kiosk).after), (vec![10, 50, 100], None));
    kiosk.touch(Touch::Confirm);
    assert_eq!(spends(&kiosk), 0, "no amount is chosen");
    kiosk.touch(Touch::Pick(9));
    assert!(
        gift(&kiosk).amounts.iter().all(|a| !a.selected),
        "no such key"
    );
    kiosk.touch(Touch::Pick(1));
    assert_eq!(gift(&kiosk).after, Some(60));
    assert!(gift(&kiosk).amounts[1].selected);
    kiosk.touch(Touch::Confirm);
    let shown = spent(&kiosk);
    assert_eq!((shown.what, shown.points), (SpentFor::Project, 50));
    assert_eq!(shown.goal, Some(bar(150, 50, 50)));
    kiosk.touch(Touch::Undo);
    assert_eq!(spent(&kiosk).goal, Some(bar(100, 0, 33)));
}

#[test]
fn a_goal_that_is_reached_takes_nothing_more() {
    let mut kiosk = at(OwnTab::Projects, 100);
    given(&mut kiosk, 299);
    assert_eq!(projects(&kiosk).rows[0].goal.percent, 99, "not yet");
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Confirm);
    assert_eq!(spent(&kiosk).goal, Some(bar(309, 10, 100)));
    kiosk.touch(Touch::Confirm);
    assert_eq!(projects(&kiosk).rows[0].cannot, Some(WhyNot::GoalReached));
    // Reached by others while an amount is chosen.
    let mut kiosk = at(OwnTab::Projects, 100);
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Pick(0));
    given(&mut kiosk, 300);
    assert_eq!(gift(&kiosk).amounts[0].cannot, Some(WhyNot::GoalReached));
    kiosk.touch(Touch::Confirm);
    assert_eq!(spends(&kiosk), 0);
    given(&mut kiosk, u64::MAX);
    assert_eq!(gift(&kiosk).card.goal.percent, 100);
}

#[test]
fn an_amount_nobody_offers_any_more_or_has_is_not_given() {
    let mut kiosk = at(OwnTab::Projects, 50);
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Pick(2));
    let cannot = gift(&kiosk).amounts[2].cannot;
    assert_eq!(cannot, Some(WhyNot::NotEnough { missing: 40 }));
    kiosk.touch(Touch::Confirm);
    assert_eq!(spends(&kiosk), 0);
    kiosk.touch(Touch::Pick(1));
    kiosk.catalogue(|c| c.offers.projects[0].steps = vec![10, 20]);
    assert_eq!(gift(&kiosk).after, None);
    kiosk.tones.clear();
    kiosk.touch(Touch::Confirm);
    assert_eq!(
        (spends(&kiosk), kiosk.tones.as_slice()),
        (0, &[Tone::Ask][..])
    );
}
