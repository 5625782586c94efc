use machitap_kiosk_core::{
    enrolling::CODE_DIGITS,
    view::{Enrol, EnrolStep, EnrolTold},
};

use slint::{ComponentHandle, ModelRc, SharedString, VecModel};

use super::int;
use crate::screens::{App, EnrolApi, EnrolStepItem, EnrolTellItem};

pub(super) fn show(app: &App, enrol: &Enrol) {
    let api = app.global::<EnrolApi>();
    api.set_address(enrol.address.as_str().into());
    match &enrol.step {
        EnrolStep::Code { digits, told } => {
            api.set_step(EnrolStepItem::Code);
            api.set_digits(cells(digits));
            api.set_told(tell(&api, told.as_ref()));
        }
        EnrolStep::Asking => api.set_step(EnrolStepItem::Asking),
        EnrolStep::Done {
            kiosk,
            place,
            clock_off,
        } => {
            api.set_step(EnrolStepItem::Done);
            api.set_kiosk(kiosk.as_str().into());
            api.set_place(place.as_str().into());
            api.set_clock_off(*clock_off);
        }
    }
}

fn cells(digits: &[u8]) -> ModelRc<SharedString> {
    let typed = digits.iter().map(|d| SharedString::from(d.to_string()));
    let all = typed.chain(std::iter::repeat(SharedString::new()));
    ModelRc::new(VecModel::from(all.take(CODE_DIGITS).collect::<Vec<_>>()))
}

fn tell(api: &EnrolApi<'_>, told: Option<&EnrolTold>) -> EnrolTellItem {
    let Some(told) = told else {
        return EnrolTellItem::Nothing;
    };
    match told {
        EnrolTold::Revoked => EnrolTellItem::Revoked,
        EnrolTold::Slip => EnrolTellItem::Slip,
        EnrolTold::Wrong { tries_left } => {
            api.set_tries_left(int(*tries_left));
            EnrolTellItem::Wrong
        }
        EnrolTold::Unknown => EnrolTellItem::Unknown,
        EnrolTold::Used => EnrolTellItem::Used,
        EnrolTold::Over => EnrolTellItem::Over,
        EnrolTold::Spent => EnrolTellItem::Spent,
        EnrolTold::OtherJournal { wanted } => {
            api.set_wanted(wanted.as_str().into());
            EnrolTellItem::OtherJournal
        }
        EnrolTold::NoAnswer => EnrolTellItem::NoAnswer,
        EnrolTold::Unable => EnrolTellItem::Unable,
        EnrolTold::CannotKeep => EnrolTellItem::CannotKeep,
    }
}
