use machitap_domain::{FactBody, catalogue::Service, fact::StaffOutcome};

use super::town::{Kiosk, card, felica};
use crate::{
    input::Touch,
    lockout::{LOCK_MS, TRIES},
    view::{MessageKind, View},
};

fn enter(kiosk: &mut Kiosk, pin: &str) {
    for digit in pin.bytes() {
        kiosk.touch(Touch::Digit(digit - b'0'));
    }
}

fn outcomes(kiosk: &Kiosk) -> Vec<StaffOutcome> {
    kiosk
        .journal
        .iter()
        .filter_map(|f| match f.body {
            FactBody::Staff { outcome } => Some(outcome),
            _ => None,
        })
        .collect()
}

#[test]
fn card_and_pin_open_a_panel_that_locks_itself() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(11));
    kiosk.touch(Touch::Confirm);
    kiosk.tap(felica(90));
    enter(&mut kiosk, "24681");
    kiosk.touch(Touch::Erase);
    enter(&mut kiosk, "10");
    let View::Board(board) = kiosk.view() else {
        panic!("{:?}", kiosk.view())
    };
    assert_eq!((board.total.here, board.total.enrolled), (2, 3));
    kiosk.wait(60_000);
    assert!(matches!(kiosk.view(), View::Idle(_)));
    assert_eq!(
        outcomes(&kiosk),
        [StaffOutcome::Opened, StaffOutcome::Closed]
    );
}

#[test]
fn a_blank_or_wrong_pin_never_opens_and_five_lock_across_a_restart() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(90));
    kiosk.touch(Touch::Confirm);
    assert!(matches!(kiosk.view(), View::StaffPin(_)), "blank");
    for left in (1..TRIES).rev() {
        enter(&mut kiosk, "000000");
        let View::StaffPin(pin) = kiosk.view() else {
            panic!("{:?}", kiosk.view())
        };
        assert_eq!((pin.wrong, pin.entered), (Some(left), 0));
    }
    enter(&mut kiosk, "000000");
    assert_eq!(kiosk.message(), MessageKind::StaffLocked { minutes: 15 });
    let now = kiosk.now;
    kiosk.restart(1, now.mono_ms + 1_000, now.clock.wall_ms, now.clock.quality);
    kiosk.tap(card(90));
    assert_eq!(kiosk.message(), MessageKind::StaffLocked { minutes: 15 });
    kiosk.wait(LOCK_MS);
    kiosk.tap(card(90));
    enter(&mut kiosk, "246810");
    assert!(matches!(kiosk.view(), View::Board(_)));
}

#[test]
fn a_pad_left_alone_closes_and_any_card_ends_the_panel() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(90));
    enter(&mut kiosk, "24");
    kiosk.wait(60_000);
    assert!(matches!(kiosk.view(), View::Idle(_)));
    kiosk.tap(card(90));
    enter(&mut kiosk, "246810");
    kiosk.tap(card(11));
    assert!(matches!(kiosk.view(), View::Household(_)));
    assert_eq!(outcomes(&kiosk).last(), Some(&StaffOutcome::Closed));
}
