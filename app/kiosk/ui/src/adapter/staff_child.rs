use machitap_domain::{
    attendance::{Direction, Role},
    nursery::{absence::AbsenceKind, correction::CorrectionReason},
};
use machitap_kiosk_core::view::{ChildSheet, Correcting, Excusing, PassageRow, People, PersonRow};
use slint::ComponentHandle;

use super::{grouped, header::time, int, staff_board};
use crate::screens::{
    App, PassageItem, PersonItem, RoleItem, SaidItem, StaffChildApi, Way, WhyItem,
};

pub(super) fn sheet(app: &App, sheet: &ChildSheet) {
    let api = app.global::<StaffChildApi>();
    api.set_child(staff_board::child(&sheet.child));
    api.set_class(sheet.class.as_str().into());
    api.set_day(time(sheet.day));
    api.set_yen(grouped(sheet.yen));
    api.set_note(
        sheet
            .note
            .as_ref()
            .map(|note| note.reveal().into())
            .unwrap_or_default(),
    );
    api.set_handover_due(sheet.handover_due);
}

pub(super) fn passage(row: &PassageRow) -> PassageItem {
    PassageItem {
        way: way(row.direction),
        at: time(row.at),
        handover: time(row.handover),
        corrected: row.corrected,
    }
}

pub(super) fn said((question, answer): &(String, String)) -> SaidItem {
    SaidItem {
        question: question.as_str().into(),
        answer: answer.as_str().into(),
    }
}

pub(super) fn people(app: &App, people: &People) {
    app.global::<StaffChildApi>()
        .set_name(people.child.reveal().into());
}

pub(super) fn person(person: &PersonRow) -> PersonItem {
    PersonItem {
        name: person.name.reveal().into(),
        role: match person.role {
            Role::Guardian => RoleItem::Guardian,
            Role::Collector => RoleItem::Collector,
            Role::Staff => RoleItem::Staff,
            Role::Child => RoleItem::Child,
        },
    }
}

pub(super) fn correcting(app: &App, correcting: &Correcting) {
    let api = app.global::<StaffChildApi>();
    api.set_name(correcting.child.reveal().into());
    api.set_adding(correcting.was.is_none());
    api.set_was(correcting.was.as_ref().map(passage).unwrap_or_default());
    api.set_way(way(correcting.direction));
    api.set_at(time(Some(correcting.at)));
    api.set_strike(correcting.strike);
    api.set_chosen(chosen(correcting.reason));
    api.set_costs(correcting.yen.map(grouped).unwrap_or_default());
    api.set_out_of_order(correcting.out_of_order);
}

pub(super) fn why(reason: &CorrectionReason) -> WhyItem {
    match reason {
        CorrectionReason::ForgotToTap => WhyItem::ForgotToTap,
        CorrectionReason::WrongChild => WhyItem::WrongChild,
        CorrectionReason::WrongWay => WhyItem::WrongWay,
        CorrectionReason::WrongTime => WhyItem::WrongTime,
        CorrectionReason::Clock => WhyItem::Clock,
    }
}

pub(super) fn excusing(app: &App, excusing: &Excusing) {
    let api = app.global::<StaffChildApi>();
    api.set_name(excusing.child.reveal().into());
    api.set_chosen(chosen(excusing.reason));
    api.set_from(time(Some(excusing.from)));
    api.set_until(time(Some(excusing.until)));
    let reason = excusing.reason.and_then(|i| excusing.reasons.get(i));
    api.set_late(reason == Some(&AbsenceKind::Late));
    api.set_at(time(excusing.at));
}

fn chosen(reason: Option<usize>) -> i32 {
    reason.map_or(-1, int)
}

const fn way(direction: Direction) -> Way {
    match direction {
        Direction::In => Way::In,
        Direction::Out => Way::Out,
    }
}
