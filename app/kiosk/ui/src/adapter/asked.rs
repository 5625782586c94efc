use machitap_kiosk_core::view::{Notice, Question};
use slint::ComponentHandle;

use super::{int, nursery::mark};
use crate::screens::{App, AskedApi};

pub(super) fn notice(app: &App, notice: &Notice) {
    let api = app.global::<AskedApi>();
    api.set_text(notice.text.reveal().into());
    api.set_nth(int(notice.nth));
    api.set_of(int(notice.of));
}

pub(super) fn question(app: &App, question: &Question) {
    let api = app.global::<AskedApi>();
    api.set_text(question.text.as_str().into());
    api.set_nth(int(question.nth));
    api.set_of(int(question.of));
    api.set_name(question.name.reveal().into());
    api.set_kana(question.kana.reveal().into());
    api.set_mark(mark(question.mark));
}
