//! What the kiosk has to serve with: its reader, its disk, and that it does not boot in a moment.

use machitap_domain::{
    FactBody,
    fact::{Class, Component},
};

use super::{
    Session, State,
    turn::{After, Turn},
};
use crate::input::StoreTrouble;

impl Session {
    pub(super) fn reader(&mut self, cx: &mut Turn<'_>, ready: bool) {
        if self.reader_ready == ready {
            return;
        }
        self.reader_ready = ready;
        self.changed = true;
        if !ready && matches!(self.state, State::Reading { .. }) {
            self.go(State::Base);
        }
        let body = FactBody::Health {
            component: Component::Reader,
            trouble: (!ready).then_some(Class::Retry),
        };
        let draft = self.draft(cx.now, None, None, body);
        self.append(cx, vec![draft], After::Quiet);
    }

    pub(super) fn set_trouble(&mut self, trouble: Option<StoreTrouble>) {
        self.changed |= self.trouble != trouble;
        self.trouble = trouble;
    }

    pub(super) fn set_renewing(&mut self, renewing: bool) {
        self.changed |= self.renewing != renewing;
        self.renewing = renewing;
    }
}
