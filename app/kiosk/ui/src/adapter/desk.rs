//! The desk, as its pages want it.

use machitap_domain::register::{FormSlip, NoNumber, WhyNot};
use machitap_kiosk_core::view::{
    CardIs, Desk, DeskCounts, DeskDeed, DeskSlip, DeskStep, DeskSummary, Registered,
};
use slint::{ComponentHandle, ModelRc, SharedString, VecModel};

use super::grouped;
use crate::screens::{
    App, AreaItem, CardIsItem, DayItem, DeskApi, DeskDeedItem, DeskPart, RefusedItem, SlipItem,
    StaffApi,
};

/// Rows of the kana board.
const BOARD_ROWS: usize = 5;
/// Digits of a date: year, month, day.
const DATE: [usize; 3] = [4, 2, 2];

pub(super) fn counts(app: &App, counts: Option<DeskCounts>) {
    let api = app.global::<StaffApi>();
    api.set_desk(counts.is_some());
    if let Some(counts) = counts {
        api.set_desk_left(grouped(counts.left));
        api.set_desk_waiting(grouped(counts.waiting));
        api.set_desk_refused(grouped(counts.refused));
    }
}

pub(super) fn show(app: &App, desk: &Desk) {
    let api = app.global::<DeskApi>();
    api.set_deed(desk.deed.map_or_else(DeskDeedItem::default, deed));
    api.set_nth(super::int(desk.nth));
    api.set_of(super::int(desk.of));
    api.set_slip(desk.slip.map_or(SlipItem::None, slip));
    let part = match &desk.step {
        DeskStep::Hold => DeskPart::Hold,
        DeskStep::Card {
            is,
            register,
            relink,
            release,
        } => {
            let (kind, why) = card(*is);
            api.set_is(kind);
            api.set_refused(why);
            api.set_registers(*register);
            api.set_relinks(*relink);
            api.set_releases(*release);
            DeskPart::Card
        }
        DeskStep::Kana { name, board } => {
            api.set_written(name.reveal().as_str().into());
            api.set_board(keys(board));
            DeskPart::Kana
        }
        DeskStep::Birth { digits } => {
            api.set_written(date(digits.reveal()));
            DeskPart::Birth
        }
        DeskStep::Area { areas, chosen } => {
            let rows = areas.iter().enumerate().map(|(i, name)| AreaItem {
                name: name.as_str().into(),
                chosen: *chosen == Some(i),
            });
            api.set_areas(ModelRc::new(rows.collect::<VecModel<_>>()));
            DeskPart::Area
        }
        DeskStep::Number {
            prefix,
            digits,
            length,
        } => {
            let digits = digits.reveal();
            let missing = length.saturating_sub(digits.len());
            api.set_written(format!("{prefix}{digits}{}", "_".repeat(missing)).into());
            DeskPart::Number
        }
        DeskStep::Consent { text, guardian } => {
            api.set_consent(text.as_str().into());
            api.set_for_a_child(guardian.is_some());
            api.set_guardian(guardian.unwrap_or(false));
            DeskPart::Consent
        }
        DeskStep::Summary(all) => {
            summary(&api, all);
            DeskPart::Summary
        }
    };
    api.set_part(part);
}

fn summary(api: &DeskApi<'_>, all: &DeskSummary) {
    let text = |value: Option<&String>| value.map(|t| t.as_str().into()).unwrap_or_default();
    api.set_number(text(all.number.as_ref().map(|n| n.reveal())));
    api.set_kana(text(all.kana.as_ref().map(|n| n.reveal())));
    let birth = all.birth.as_ref().map(|birth| {
        let (year, month, day) = *birth.reveal();
        DayItem {
            year: year.into(),
            month: month.into(),
            day: day.into(),
        }
    });
    api.set_birth(birth.unwrap_or_default());
    api.set_area(text(all.area.as_ref()));
    api.set_guardian(all.guardian);
}

pub(super) fn registered(app: &App, done: &Registered) {
    let api = app.global::<DeskApi>();
    api.set_deed(deed(done.deed));
    let number = done.number.as_ref().map(|n| n.reveal().as_str().into());
    api.set_number(number.unwrap_or_default());
    api.set_provisional(done.provisional);
}

/// Column by column; empty where there is no key.
fn keys(board: &[&str]) -> ModelRc<SharedString> {
    let column = |letters: &&str| {
        let mut keys: Vec<SharedString> = letters
            .chars()
            .map(|c| {
                if c == '\u{3000}' {
                    SharedString::new()
                } else {
                    c.into()
                }
            })
            .collect();
        keys.resize(BOARD_ROWS, SharedString::new());
        keys
    };
    ModelRc::new(board.iter().flat_map(column).collect::<VecModel<_>>())
}

/// Eight digits as a date, with room for what is missing.
fn date(digits: &str) -> SharedString {
    let mut rest = digits.chars();
    let parts = DATE.map(|length| {
        let part: String = rest.by_ref().take(length).collect();
        let missing = length - part.len();
        part + &"_".repeat(missing)
    });
    parts.join("-").into()
}

const fn deed(deed: DeskDeed) -> DeskDeedItem {
    match deed {
        DeskDeed::Register => DeskDeedItem::Register,
        DeskDeed::Relink => DeskDeedItem::Relink,
        DeskDeed::Release => DeskDeedItem::Release,
    }
}

fn card(is: CardIs) -> (CardIsItem, RefusedItem) {
    let plain = |item| (item, RefusedItem::default());
    match is {
        CardIs::Unknown => plain(CardIsItem::Unknown),
        CardIs::Resident { provisional: false } => plain(CardIsItem::Resident),
        CardIs::Resident { provisional: true } => plain(CardIsItem::Provisional),
        CardIs::Released => plain(CardIsItem::Released),
        CardIs::Staff => plain(CardIsItem::Staff),
        CardIs::Refused(why) => (CardIsItem::Refused, refused(why)),
    }
}

const fn refused(why: WhyNot) -> RefusedItem {
    match why {
        WhyNot::OutsideLease => RefusedItem::OutsideLease,
        WhyNot::IdTaken => RefusedItem::IdTaken,
        WhyNot::CardTaken => RefusedItem::CardTaken,
        WhyNot::UnknownId => RefusedItem::UnknownId,
        WhyNot::IdReleased => RefusedItem::IdReleased,
        WhyNot::CardReleased => RefusedItem::CardReleased,
        WhyNot::NotThePerson => RefusedItem::NotThePerson,
        WhyNot::Unreadable => RefusedItem::Unreadable,
    }
}

const fn slip(slip: DeskSlip) -> SlipItem {
    match slip {
        DeskSlip::HoldStill => SlipItem::HoldStill,
        DeskSlip::RemovedEarly => SlipItem::RemovedEarly,
        DeskSlip::TwoCards => SlipItem::TwoCards,
        DeskSlip::NotGenuine => SlipItem::NotGenuine,
        DeskSlip::NoUsableNumber => SlipItem::NoUsableNumber,
        DeskSlip::AnotherCard => SlipItem::AnotherCard,
        DeskSlip::Form(FormSlip::NoName) => SlipItem::NoName,
        DeskSlip::Form(FormSlip::NotKana) => SlipItem::NotKana,
        DeskSlip::Form(FormSlip::NoSuchDay) => SlipItem::NoSuchDay,
        DeskSlip::Form(FormSlip::NotBornYet) => SlipItem::NotBornYet,
        DeskSlip::Form(FormSlip::TooLongAgo) => SlipItem::TooLongAgo,
        DeskSlip::Form(FormSlip::NoArea) => SlipItem::NoArea,
        DeskSlip::NoNumber(NoNumber::NoLease) => SlipItem::NoLease,
        DeskSlip::NoNumber(NoNumber::UsedUp) => SlipItem::UsedUp,
        DeskSlip::NoNumber(NoNumber::Over) => SlipItem::LeaseOver,
        DeskSlip::NoNumber(NoNumber::ClockUnsure) | DeskSlip::ClockUnsure => SlipItem::ClockUnsure,
        DeskSlip::NoCityKey => SlipItem::NoCityKey,
        DeskSlip::NumberShort => SlipItem::NumberShort,
        DeskSlip::IdReleased => SlipItem::IdReleased,
        DeskSlip::GuardianMissing => SlipItem::GuardianMissing,
    }
}
