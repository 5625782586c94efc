use machitap_kiosk_core::view::{Notice, Question};
use slint::ComponentHandle;

use super::{
    breaks::{at_words, in_two},
    int,
    nursery::mark,
};
use crate::screens::{AnswerItem, App, AskedApi};

pub(super) fn notice(app: &App, notice: &Notice) {
    let api = app.global::<AskedApi>();
    api.set_text(notice.text.reveal().into());
    api.set_face(at_words(notice.text.reveal()).into());
    api.set_nth(int(notice.nth));
    api.set_of(int(notice.of));
}

pub(super) fn question(app: &App, question: &Question) {
    let api = app.global::<AskedApi>();
    api.set_text(question.text.as_str().into());
    api.set_face(at_words(&question.text).into());
    api.set_nth(int(question.nth));
    api.set_of(int(question.of));
    api.set_name(question.name.reveal().into());
    api.set_name_parts(in_two(question.name.reveal()).into());
    api.set_kana(question.kana.reveal().into());
    api.set_kana_parts(in_two(question.kana.reveal()).into());
    api.set_mark(mark(question.mark));
}

pub(super) fn answer(answer: &String) -> AnswerItem {
    AnswerItem {
        label: answer.into(),
        parts: in_two(answer).into(),
    }
}
