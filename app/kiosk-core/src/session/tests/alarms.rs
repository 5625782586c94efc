//! What the kiosk sees by itself: nobody reported, nobody fetched; and the emergency.

use jiff::civil::{date, time};
use machitap_domain::{
    FactBody, Quality,
    catalogue::Service,
    nursery::{
        absence::{AbsenceKind, AbsenceNotice},
        alarm::{AlarmKind, AlarmReason},
        house::EmergencyReport,
        settings::Nursery,
    },
};

use super::town::{Kiosk, MORNING, NTP, card, citizen, felica};
use crate::{
    input::{StaffAct, Touch},
    session::EMERGENCY_IDLE_MS,
    view::{Badge, Board, Emergency, View},
};

fn nursery() -> Service {
    Service::Nursery(Box::new(Nursery {
        cutoff: Some(time(9, 30, 0, 0)),
        ..Nursery::default()
    }))
}

fn alarms(kiosk: &Kiosk, kind: AlarmKind) -> usize {
    kiosk.count(|b| matches!(b, FactBody::Alarm { alarm, .. } if *alarm == kind))
}

fn board(kiosk: &Kiosk) -> &Board {
    match kiosk.view() {
        View::Board(board) => board,
        other => panic!("the board expected, found {other:?}"),
    }
}

fn notice(id: &str, n: u32, why: AbsenceKind) -> AbsenceNotice {
    AbsenceNotice {
        id: id.parse().unwrap(),
        child: citizen(n),
        why,
        from: date(2026, 4, 1),
        until: None,
        at: (why == AbsenceKind::Late).then(|| time(10, 0, 0, 0)),
        note: None,
    }
}

#[test]
fn a_child_neither_here_nor_excused_raises_one_alarm_at_the_cut_off() {
    let mut kiosk = Kiosk::new(nursery());
    kiosk.absences(vec![
        notice("n-1", 2, AbsenceKind::Sick),
        notice("n-2", 3, AbsenceKind::Late),
    ]);
    kiosk.wait_until("09:29");
    assert_eq!(alarms(&kiosk, AlarmKind::NotReported), 0);
    kiosk.wait_until("09:31");
    assert_eq!(
        alarms(&kiosk, AlarmKind::NotReported),
        1,
        "the first child alone"
    );
    assert!(
        kiosk
            .screen()
            .header
            .badges
            .contains(&Badge::ForStaff { alarms: 1 })
    );
    kiosk.wait_until("10:02");
    assert_eq!(
        alarms(&kiosk, AlarmKind::NotReported),
        2,
        "the late one is overdue"
    );
    // A restart raises nothing anew.
    let (mono, wall) = (kiosk.now.mono_ms, kiosk.now.clock.wall_ms);
    kiosk.restart(1, mono + 1_000, wall + 1_000, NTP);
    kiosk.wait(120_000);
    assert_eq!(alarms(&kiosk, AlarmKind::NotReported), 2);
}

#[test]
fn an_alarm_stays_until_a_person_says_what_was_found() {
    let mut kiosk = Kiosk::new(nursery());
    kiosk.tap(card(13));
    kiosk.touch(Touch::Confirm);
    kiosk.wait_until("09:31");
    assert_eq!(alarms(&kiosk, AlarmKind::NotReported), 2);
    // One of them comes after all: the alarm is still for a person to see to.
    kiosk.tap(card(11));
    kiosk.touch(Touch::ToggleChild(1));
    kiosk.touch(Touch::Confirm);
    kiosk.open_panel();
    assert_eq!((board(&kiosk).alarms, board(&kiosk).total.unknown), (2, 1));
    kiosk.act(StaffAct::Alarms);
    kiosk.touch(Touch::Pick(1));
    let View::AlarmSheet(sheet) = kiosk.view() else {
        panic!("{:?}", kiosk.view())
    };
    let absent = sheet
        .found
        .iter()
        .position(|f| *f == AlarmReason::AbsentConfirmed);
    kiosk.touch(Touch::Pick(absent.unwrap()));
    let View::Alarms(left) = kiosk.view() else {
        panic!("{:?}", kiosk.view())
    };
    assert_eq!(left.alarms.len(), 1);
    kiosk.touch(Touch::Cancel);
    assert_eq!(board(&kiosk).alarms, 1);
    assert_eq!(
        (board(&kiosk).total.absent, board(&kiosk).total.unknown),
        (1, 0)
    );
}

#[test]
fn a_child_still_here_after_closing_raises_an_alarm() {
    let mut kiosk = Kiosk::new(nursery());
    kiosk.tap(card(13));
    kiosk.touch(Touch::Confirm);
    kiosk.wait_until("19:09");
    assert_eq!(
        alarms(&kiosk, AlarmKind::StillHere),
        0,
        "ten minutes of grace"
    );
    kiosk.wait_until("19:11");
    assert_eq!(alarms(&kiosk, AlarmKind::StillHere), 1);
}

#[test]
fn without_a_clock_nobody_is_missed_and_nobody_is_called_present() {
    let mut kiosk = Kiosk::new(nursery());
    kiosk.restart(2, 120_000, MORNING + 7_200_000, Quality::UNKNOWN);
    kiosk.wait(3_600_000);
    assert_eq!(alarms(&kiosk, AlarmKind::NotReported), 0);
    kiosk.open_panel();
    assert!(!board(&kiosk).age.clock_trusted);
    assert_eq!(board(&kiosk).total.expected, 3);
}

fn emergency(kiosk: &Kiosk) -> &Emergency {
    match kiosk.view() {
        View::Emergency(emergency) => emergency,
        other => panic!("the tick-off list expected, found {other:?}"),
    }
}

#[test]
fn one_act_opens_a_tick_off_list_that_survives_and_ends_with_a_report() {
    let mut kiosk = Kiosk::new(nursery());
    kiosk.tap(card(11));
    kiosk.touch(Touch::Confirm);
    kiosk.open_panel();
    kiosk.act(StaffAct::Emergency);
    assert_eq!(
        (emergency(&kiosk).rows.len(), emergency(&kiosk).found),
        (2, 0)
    );
    kiosk.touch(Touch::Pick(1));
    assert_eq!(emergency(&kiosk).found, 1);
    assert!(emergency(&kiosk).rows[1].found.is_some());
    // It does not lock itself while people are being counted.
    kiosk.wait(EMERGENCY_IDLE_MS - 1);
    assert_eq!(emergency(&kiosk).found, 1);
    // The power goes; whoever opens the panel next goes on with the same list.
    let (mono, wall) = (kiosk.now.mono_ms, kiosk.now.clock.wall_ms);
    kiosk.restart(1, mono + 5_000, wall + 5_000, NTP);
    assert!(kiosk.screen().header.badges.contains(&Badge::Emergency));
    kiosk.tap(felica(90));
    for digit in [2, 4, 6, 8, 1, 0] {
        kiosk.touch(Touch::Digit(digit));
    }
    assert_eq!(emergency(&kiosk).found, 1);
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Pick(1)); // the first tick was a slip
    kiosk.act(StaffAct::EndEmergency);
    assert!(emergency(&kiosk).sure);
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Pick(0));
    assert!(!emergency(&kiosk).sure, "any other touch takes it back");
    kiosk.act(StaffAct::EndEmergency);
    kiosk.act(StaffAct::EndEmergency);
    let closed = kiosk.last(|b| matches!(b, FactBody::EmergencyClosed(_)));
    assert_eq!(
        closed.body,
        FactBody::EmergencyClosed(EmergencyReport {
            here: 2,
            found: 1,
            missing: 1
        })
    );
    assert!(matches!(kiosk.view(), View::Board(_)));
    assert_eq!(kiosk.count(|b| matches!(b, FactBody::EmergencyOpened)), 1);
}
