use machitap_kiosk_core::view::{StaffPanel, StaffPin};
use slint::ComponentHandle;

use super::{grouped, int};
use crate::screens::{App, StaffApi};

pub(super) fn pin(app: &App, pin: StaffPin) {
    let api = app.global::<StaffApi>();
    api.set_entered(int(pin.entered));
    api.set_length(int(pin.length));
    api.set_wrong(pin.wrong.is_some());
    api.set_tries_left(int(pin.wrong.unwrap_or(0)));
}

pub(super) fn panel(app: &App, panel: &StaffPanel) {
    let api = app.global::<StaffApi>();
    api.set_who(panel.who.reveal().into());
    api.set_here_known(panel.here.is_some());
    api.set_here(int(panel.here.unwrap_or(0)));
    api.set_expected(int(panel.expected));
    api.set_roster_known(panel.roster_days.is_some());
    api.set_roster_days(int(panel.roster_days.unwrap_or(0)));
    api.set_connected(panel.connected);
    api.set_pending(grouped(panel.pending));
    api.set_facts(grouped(panel.facts));
    api.set_helping(panel.helping);
    api.set_prizes(panel.prizes);
    let event = panel.event.as_ref();
    api.set_event(event.map(|e| e.name.as_str().into()).unwrap_or_default());
    if let Some(event) = event {
        api.set_came(grouped(event.came));
        api.set_inside(grouped(event.inside));
        api.set_left(grouped(event.left));
        api.set_capacity(event.capacity.map(grouped).unwrap_or_default());
    }
    let over = panel.hand_offs.unwrap_or_default();
    api.set_hands_over(panel.hand_offs.is_some());
    api.set_waiting(grouped(over.waiting));
    api.set_missed(grouped(over.missed));
    api.set_software(panel.software.as_str().into());
}
