//! The desk where cards are registered. Nobody named here exists.

use machitap_domain::register::{FormSlip, NoNumber, WhyNot, kana};
use machitap_kiosk_core::view::{
    CardIs, Desk, DeskDeed, DeskSlip, DeskStep, DeskSummary, Registered, Remaining, Screen, View,
};

use super::{EVENING, HALL, screen, trusted};

const UNDO: Remaining = Remaining {
    left_ms: 58_000,
    total_ms: 60_000,
};
const CONSENT: &str = "登録すると、町は あなたの おなまえ・生年月日・地区を ポイントの 事業の ために \
    つかいます。マイナンバーは つかいません。いつでも やめられます。";

fn card(is: CardIs) -> DeskStep {
    let nobodys = matches!(is, CardIs::Unknown | CardIs::Refused(_));
    DeskStep::Card {
        is,
        register: nobodys,
        relink: nobodys,
        release: matches!(is, CardIs::Resident { .. }),
    }
}

fn summary(deed: DeskDeed) -> DeskStep {
    let asked = deed == DeskDeed::Register;
    DeskStep::Summary(DeskSummary {
        number: (deed != DeskDeed::Release).then(|| "MNT-200417".to_owned().into()),
        kana: asked.then(|| "ヒナガタジマ　ミドリ".to_owned().into()),
        birth: asked.then(|| (2_018, 4, 7).into()),
        area: asked.then(|| "みなと町".to_owned()),
        guardian: asked,
    })
}

fn done(deed: DeskDeed) -> View {
    View::Registered(Registered {
        deed,
        number: (deed != DeskDeed::Release).then(|| "MNT-200417".to_owned().into()),
        provisional: deed != DeskDeed::Release,
        undo: Some(UNDO),
    })
}

pub(super) fn views() -> Vec<(&'static str, Screen)> {
    let at = |view| screen(HALL.0, trusted(EVENING), &[], view);
    let page = |deed, nth, of, step, slip| {
        at(View::Desk(Box::new(Desk {
            step,
            deed,
            nth,
            of,
            slip,
        })))
    };
    let first = |step, slip| page(None, 0, 0, step, slip);
    let desk = |nth, step, slip| page(Some(DeskDeed::Register), nth, 5, step, slip);
    let kana = |name: &str| DeskStep::Kana {
        name: name.to_owned().into(),
        board: &kana::BOARD,
    };
    let birth = |digits: &str| DeskStep::Birth {
        digits: digits.to_owned().into(),
    };
    let areas = ["みなと町", "山の手", "川むこう", "中央", "東の浜", "西の浜"];
    let area = |chosen| DeskStep::Area {
        areas: areas.map(str::to_owned).to_vec(),
        chosen,
    };
    let number = DeskStep::Number {
        prefix: "MNT-".to_owned(),
        digits: "2004".to_owned().into(),
        length: 6,
    };
    let consent = |guardian| DeskStep::Consent {
        text: CONSENT.to_owned(),
        guardian,
    };
    let over = DeskSlip::NoNumber(NoNumber::Over);
    let no_day = DeskSlip::Form(FormSlip::NoSuchDay);
    vec![
        ("desk-hold", first(DeskStep::Hold, None)),
        ("desk-hold-over", first(DeskStep::Hold, Some(over))),
        ("desk-card", first(card(CardIs::Unknown), None)),
        (
            "desk-card-resident",
            first(card(CardIs::Resident { provisional: true }), None),
        ),
        (
            "desk-card-refused",
            first(card(CardIs::Refused(WhyNot::CardTaken)), None),
        ),
        ("desk-kana", desk(1, kana("ヒナガタジマ　ミド"), None)),
        (
            "desk-kana-none",
            desk(1, kana(""), Some(DeskSlip::Form(FormSlip::NoName))),
        ),
        ("desk-birth", desk(2, birth("20180"), None)),
        ("desk-birth-wrong", desk(2, birth("20180231"), Some(no_day))),
        ("desk-area", desk(3, area(Some(1)), None)),
        (
            "desk-number",
            page(
                Some(DeskDeed::Relink),
                1,
                4,
                number,
                Some(DeskSlip::NumberShort),
            ),
        ),
        ("desk-consent", desk(4, consent(None), None)),
        (
            "desk-consent-child",
            desk(4, consent(Some(false)), Some(DeskSlip::GuardianMissing)),
        ),
        ("desk-summary", desk(5, summary(DeskDeed::Register), None)),
        (
            "desk-summary-release",
            page(
                Some(DeskDeed::Release),
                1,
                1,
                summary(DeskDeed::Release),
                None,
            ),
        ),
        ("registered", at(done(DeskDeed::Register))),
        ("registered-relink", at(done(DeskDeed::Relink))),
        ("registered-release", at(done(DeskDeed::Release))),
    ]
}
