//! What staff do at the panel: by hand, corrections, absences, notices, papers.

use jiff::civil::date;
use machitap_domain::{
    DayKey, FactBody,
    attendance::{
        Direction::{In, Out},
        Role, Via,
    },
    catalogue::Service,
    nursery::{
        absence::{AbsenceKind, AbsenceNotice},
        correction::CorrectionReason,
        settings::Counts,
    },
};

use super::{
    prices,
    town::{Kiosk, card, citizen},
};
use crate::{
    input::{Input, PapersAnswer, StaffAct, Touch},
    output::Tone,
    view::{ChildSheet, Correcting, Papers, Stick, TaskKind, View, YearMonth},
};

const TODAY: DayKey = DayKey::Date(date(2026, 4, 1));

fn sheet(kiosk: &Kiosk) -> &ChildSheet {
    match kiosk.view() {
        View::ChildSheet(sheet) => sheet,
        other => panic!("a child's sheet expected, found {other:?}"),
    }
}

fn correcting(kiosk: &Kiosk) -> &Correcting {
    match kiosk.view() {
        View::Correcting(correcting) => correcting,
        other => panic!("a correction expected, found {other:?}"),
    }
}

/// The sheet of the nth child of the only class.
fn open_sheet(kiosk: &mut Kiosk, n: usize) {
    kiosk.open_panel();
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Pick(n));
}

fn reason(kiosk: &mut Kiosk, why: CorrectionReason) {
    let n = correcting(kiosk).reasons.iter().position(|r| *r == why);
    kiosk.touch(Touch::Pick(n.unwrap()));
}

#[test]
fn staff_bring_a_child_in_and_out_by_hand() {
    let mut kiosk = Kiosk::new(Service::nursery());
    open_sheet(&mut kiosk, 2);
    kiosk.act(StaffAct::Out);
    assert_eq!(kiosk.passages(), [], "who is not here cannot leave");
    kiosk.act(StaffAct::In);
    assert_eq!(kiosk.tones.last(), Some(&Tone::Done));
    assert_eq!(sheet(&kiosk).passages.len(), 1);
    kiosk.act(StaffAct::In);
    assert_eq!(kiosk.passages(), [In], "nobody is here twice");
    kiosk.wait(10_000);
    kiosk.act(StaffAct::Out);
    assert_eq!(kiosk.passages(), [In, Out]);
    let fact = kiosk.last(|b| matches!(b, FactBody::Attendance { .. }));
    assert!(matches!(
        fact.body,
        FactBody::Attendance {
            via: Via::Staff,
            role: Some(Role::Staff),
            staff: Some(_),
            by: None,
            ..
        }
    ));
}

#[test]
fn a_wrong_time_is_put_right_with_a_reason_and_the_fee_follows() {
    let mut kiosk = Kiosk::new(prices::nursery(Counts::Tap));
    kiosk.tap(card(13)); // 8:55, ¥100
    kiosk.touch(Touch::Confirm);
    kiosk.wait_until("09:20");
    open_sheet(&mut kiosk, 2);
    assert_eq!(sheet(&kiosk).yen, 100);
    kiosk.act(StaffAct::Correct(0));
    kiosk.touch(Touch::Minutes(10));
    assert_eq!(correcting(&kiosk).yen, Some(0));
    kiosk.touch(Touch::Confirm);
    assert!(
        matches!(kiosk.view(), View::Correcting(_)),
        "not without a reason"
    );
    reason(&mut kiosk, CorrectionReason::WrongTime);
    kiosk.touch(Touch::Confirm);
    assert_eq!(sheet(&kiosk).yen, 0);
    let row = &sheet(&kiosk).passages[0];
    assert_eq!(
        (row.at.unwrap().hour, row.at.unwrap().minute, row.corrected),
        (9, 5, true)
    );
    // The old fact stands in the journal as it was.
    assert_eq!(kiosk.passages(), [In]);
    let days = kiosk.days(3);
    assert_eq!(days.passages().len(), 2);
    assert!(days.is_here(TODAY));
}

#[test]
fn a_time_out_of_order_or_in_the_future_is_not_taken() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(13));
    kiosk.touch(Touch::Confirm);
    kiosk.wait_until("12:00");
    kiosk.tap(card(13));
    kiosk.touch(Touch::Confirm);
    open_sheet(&mut kiosk, 2);
    kiosk.act(StaffAct::Correct(0));
    kiosk.touch(Touch::Minutes(240));
    assert!(correcting(&kiosk).out_of_order, "in after out");
    kiosk.touch(Touch::Cancel);
    kiosk.act(StaffAct::Correct(1));
    kiosk.touch(Touch::Minutes(60));
    assert!(correcting(&kiosk).out_of_order, "in the future");
    reason(&mut kiosk, CorrectionReason::WrongTime);
    kiosk.touch(Touch::Confirm);
    assert_eq!(kiosk.count(|b| matches!(b, FactBody::Corrected { .. })), 0);
    kiosk.touch(Touch::Minutes(-70));
    kiosk.touch(Touch::Confirm);
    assert_eq!(kiosk.count(|b| matches!(b, FactBody::Corrected { .. })), 1);
    // A day has no minute before it begins.
    kiosk.act(StaffAct::Correct(0));
    kiosk.touch(Touch::Minutes(-600));
    assert_eq!(correcting(&kiosk).at.hour, 8, "it stays within its day");
}

#[test]
fn a_tap_that_never_was_is_struck_out_and_one_that_is_missing_added() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(13));
    kiosk.touch(Touch::Confirm);
    kiosk.wait_until("10:00");
    open_sheet(&mut kiosk, 2);
    kiosk.act(StaffAct::Correct(0));
    kiosk.act(StaffAct::Strike);
    reason(&mut kiosk, CorrectionReason::WrongChild);
    kiosk.touch(Touch::Confirm);
    assert!(sheet(&kiosk).passages.is_empty());
    assert!(!kiosk.days(3).is_here(TODAY));
    kiosk.act(StaffAct::Add);
    assert_eq!(
        (correcting(&kiosk).direction, correcting(&kiosk).at.hour),
        (In, 10)
    );
    kiosk.touch(Touch::Minutes(-60));
    reason(&mut kiosk, CorrectionReason::ForgotToTap);
    kiosk.touch(Touch::Confirm);
    assert!(kiosk.days(3).is_here(TODAY));
    assert_eq!(sheet(&kiosk).passages[0].at.unwrap().hour, 9);
}

#[test]
fn a_correction_can_itself_be_put_right() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.tap(card(13));
    kiosk.touch(Touch::Confirm);
    kiosk.wait_until("10:00");
    open_sheet(&mut kiosk, 2);
    for by in [10, 20] {
        kiosk.act(StaffAct::Correct(0));
        kiosk.touch(Touch::Minutes(by));
        reason(&mut kiosk, CorrectionReason::WrongTime);
        kiosk.touch(Touch::Confirm);
    }
    assert_eq!(sheet(&kiosk).passages.len(), 1);
    let at = sheet(&kiosk).passages[0].at.unwrap();
    assert_eq!((at.hour, at.minute), (9, 25));
}

#[test]
fn a_day_nobody_closed_is_closed_by_hand_the_next_morning() {
    let mut kiosk = Kiosk::new(prices::nursery(Counts::Tap));
    kiosk.wait_until("09:00:05");
    kiosk.tap(card(13));
    kiosk.touch(Touch::Confirm);
    kiosk.wait(24 * 3_600_000);
    kiosk.open_panel();
    kiosk.act(StaffAct::Tasks);
    let View::Tasks(tasks) = kiosk.view() else {
        panic!("{:?}", kiosk.view())
    };
    assert_eq!(tasks.tasks[0].kind, TaskKind::DayUnknown);
    assert_eq!(tasks.tasks[0].day.unwrap().day, 1);
    kiosk.touch(Touch::Pick(0));
    assert_eq!(
        (correcting(&kiosk).direction, correcting(&kiosk).at.hour),
        (Out, 19)
    );
    kiosk.touch(Touch::Minutes(-50)); // 18:10
    assert_eq!(correcting(&kiosk).yen, Some(150));
    reason(&mut kiosk, CorrectionReason::ForgotToTap);
    kiosk.touch(Touch::Confirm);
    assert_eq!(sheet(&kiosk).day.unwrap().day, 1);
    assert_eq!(kiosk.days(3).unknown_days().count(), 0);
    assert_eq!(kiosk.days(3).fee_on(TODAY).unwrap().fee.yen(), 150);
    kiosk.touch(Touch::Cancel);
    let View::Tasks(tasks) = kiosk.view() else {
        panic!("{:?}", kiosk.view())
    };
    assert!(tasks.tasks.is_empty());
}

#[test]
fn an_absence_is_entered_with_its_days_and_a_late_one_with_its_time() {
    let mut kiosk = Kiosk::new(Service::nursery());
    open_sheet(&mut kiosk, 2);
    kiosk.act(StaffAct::Excuse);
    kiosk.touch(Touch::Confirm);
    assert!(
        matches!(kiosk.view(), View::Excusing(_)),
        "not without a reason"
    );
    kiosk.touch(Touch::Pick(0));
    kiosk.touch(Touch::Days(2));
    kiosk.touch(Touch::Days(-9));
    kiosk.touch(Touch::Days(1));
    kiosk.touch(Touch::Confirm);
    let excused: Vec<_> = kiosk.days(3).excused_on(date(2026, 4, 2)).collect();
    assert_eq!(excused.len(), 1);
    assert_eq!(excused[0].why, AbsenceKind::Sick);
    assert_eq!(kiosk.days(3).excused_on(date(2026, 4, 3)).count(), 0);
    kiosk.touch(Touch::Cancel);
    kiosk.touch(Touch::Pick(1));
    kiosk.act(StaffAct::Excuse);
    kiosk.touch(Touch::Pick(5));
    kiosk.touch(Touch::Minutes(30));
    kiosk.touch(Touch::Confirm);
    let late: Vec<_> = kiosk.days(2).excused_on(date(2026, 4, 1)).collect();
    assert_eq!(late[0].at.unwrap().to_string(), "10:30:00");
}

#[test]
fn a_notice_waits_until_staff_have_seen_it() {
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.absences(vec![AbsenceNotice {
        id: "n-1".parse().unwrap(),
        child: citizen(3),
        why: AbsenceKind::Sick,
        from: date(2026, 4, 1),
        until: None,
        at: None,
        note: Some("ねつが あります".to_owned().into()),
    }]);
    kiosk.open_panel();
    kiosk.act(StaffAct::Tasks);
    let View::Tasks(tasks) = kiosk.view() else {
        panic!("{:?}", kiosk.view())
    };
    assert_eq!(tasks.tasks[0].kind, TaskKind::Notice(AbsenceKind::Sick));
    assert!(tasks.tasks[0].note.is_some());
    kiosk.touch(Touch::Pick(0));
    let View::Tasks(tasks) = kiosk.view() else {
        panic!("{:?}", kiosk.view())
    };
    assert!(tasks.tasks.is_empty());
    assert_eq!(kiosk.count(|b| matches!(b, FactBody::ExcuseSeen { .. })), 1);
}

fn papers(kiosk: &Kiosk) -> &Papers {
    match kiosk.view() {
        View::Papers(papers) => papers,
        other => panic!("the papers expected, found {other:?}"),
    }
}

#[test]
fn papers_are_asked_for_month_by_month_and_written_when_told() {
    let april = YearMonth {
        year: 2026,
        month: 4,
    };
    let mut kiosk = Kiosk::new(Service::nursery());
    kiosk.open_panel();
    kiosk.act(StaffAct::Papers);
    assert_eq!(kiosk.papers, [(april, false)]);
    assert_eq!(papers(&kiosk).rows, None);
    kiosk.touch(Touch::Months(-4));
    let december = YearMonth {
        year: 2025,
        month: 12,
    };
    assert_eq!(kiosk.papers[1], (december, false));
    // An answer that comes late is another month's.
    kiosk.give(Input::Papers(PapersAnswer::Table {
        month: april,
        rows: Vec::new(),
    }));
    assert_eq!(papers(&kiosk).rows, None);
    kiosk.act(StaffAct::Write);
    kiosk.act(StaffAct::Write);
    assert_eq!(kiosk.papers.len(), 3, "once is enough");
    assert_eq!(papers(&kiosk).stick, Stick::Writing);
    kiosk.give(Input::Papers(PapersAnswer::NoStick));
    assert_eq!(papers(&kiosk).stick, Stick::None);
    assert_eq!(kiosk.tones.last(), Some(&Tone::Ask));
    // The panel closed meanwhile: the answer changes nothing.
    kiosk.wait(60_000);
    kiosk.give(Input::Papers(PapersAnswer::Failed));
    assert!(matches!(kiosk.view(), View::Idle(_)));
}

#[test]
fn a_disk_that_fails_is_heard_and_the_page_shows_what_is_true() {
    let mut kiosk = Kiosk::new(Service::nursery());
    open_sheet(&mut kiosk, 2);
    kiosk.disk = Some(crate::input::StoreTrouble::Full);
    kiosk.act(StaffAct::In);
    assert_eq!(kiosk.tones.last(), Some(&Tone::Ask));
    assert!(sheet(&kiosk).passages.is_empty());
}
