use machitap_kiosk_core::View;
use machitap_wire::{
    Signer, Topic,
    command::{Command, Order},
    envelope::{self, Kind},
};
use uuid::Uuid;

use super::{
    super::Msg,
    rig::{Kiosk, Place, citizen},
};

fn restart(number: i64) -> Command {
    Command {
        number,
        kiosk: "kiosk-1".parse().unwrap(),
        until_ms: i64::MAX,
        order: Order::Restart,
    }
}

fn give(kiosk: &mut Kiosk, command: &Command) {
    let bytes = envelope::seal(Kind::Command, Uuid::nil(), "town", command, &kiosk.city);
    kiosk.receive(&Topic::Commands("kiosk-1".parse().unwrap()), bytes);
}

#[test]
fn a_restart_waits_until_nobody_is_served_and_is_obeyed_once() {
    let place = Place::new();
    let mut kiosk = place.hall();
    kiosk.tap(citizen("SKM-000001"));
    give(&mut kiosk, &restart(5));
    assert!(!kiosk.engine.ends_by_command(), "somebody is served");
    place.pass(60_000);
    kiosk.say(Msg::Pulse);
    assert!(matches!(kiosk.view(), View::Idle(_)));
    assert!(kiosk.engine.ends_by_command());

    drop(kiosk);
    let mut again = place.hall();
    give(&mut again, &restart(5));
    assert!(!again.engine.ends_by_command(), "obeyed before");
    give(&mut again, &restart(6));
    assert!(again.engine.ends_by_command());
}

#[test]
fn nobody_else_commands() {
    let place = Place::new();
    let mut kiosk = place.hall();
    let stranger = Signer::from_seed([9; 32]);
    let forged = envelope::seal(Kind::Command, Uuid::nil(), "town", &restart(5), &stranger);
    kiosk.receive(&Topic::Commands("kiosk-1".parse().unwrap()), forged);
    let other = Command {
        kiosk: "kiosk-2".parse().unwrap(),
        ..restart(5)
    };
    give(&mut kiosk, &other);
    assert!(!kiosk.engine.ends_by_command());
}
