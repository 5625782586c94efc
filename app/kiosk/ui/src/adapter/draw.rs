use machitap_domain::draw::{record::How, table::Picture};
use machitap_kiosk_core::view::{Draw, DrawLater, DrawOffer, DrawStage, OddsRow};
use slint::{ComponentHandle, SharedString};

use super::int;
use crate::{
    numbers::percent,
    screens::{App, DrawApi, DrawStep, DrawWait, OddsItem, PrizeItem},
};

pub(super) fn offer(app: &App, offer: Option<&DrawOffer>) {
    let api = app.global::<DrawApi>();
    let some = offer.filter(|o| o.left > 0);
    api.set_offer(some.map(|o| o.name.as_str().into()).unwrap_or_default());
    api.set_offer_left(int(some.map_or(0, |o| o.left)));
    api.set_offer_wait(wait(some.and_then(|o| o.later)));
}

pub(super) fn show(app: &App, draw: &Draw) {
    let api = app.global::<DrawApi>();
    api.set_name(draw.name.as_str().into());
    api.set_left(draw.left.map_or(-1, int));
    api.set_spin(draw.spin);
    api.set_wait(wait(draw.later));
    let ceiling = draw.ceiling.as_ref();
    api.set_ceiling(ceiling.map(|c| c.name.as_str().into()).unwrap_or_default());
    api.set_ceiling_blanks(int(ceiling.map_or(0, |c| c.blanks)));
    api.set_odds_open(draw.odds.is_some());
    let (step, won) = match &draw.stage {
        DrawStage::Ready => (DrawStep::Ready, None),
        DrawStage::Capsule(won) => (DrawStep::Capsule, Some(won)),
        DrawStage::Opened(won) => (DrawStep::Opened, Some(won)),
    };
    api.set_step(step);
    api.set_won(won.map_or_else(SharedString::new, |w| w.name.as_str().into()));
    api.set_picture(won.map_or(PrizeItem::Gift, |w| picture(w.picture)));
    api.set_blank(won.is_some_and(|w| w.blank));
    api.set_instead(won.is_some_and(|w| w.how == How::Gone));
    api.set_at_ceiling(won.is_some_and(|w| w.how == How::Ceiling));
    api.set_again(won.is_some_and(|w| w.again));
}

pub(super) fn odds(row: &OddsRow) -> OddsItem {
    OddsItem {
        name: row.name.as_str().into(),
        picture: picture(row.picture),
        percent: percent(row.weight),
        left: row.left.map_or(-1, int),
    }
}

const fn wait(later: Option<DrawLater>) -> DrawWait {
    match later {
        None => DrawWait::None,
        Some(DrawLater::EnoughToday) => DrawWait::EnoughToday,
        Some(DrawLater::ClockUnsure) => DrawWait::ClockUnsure,
        Some(DrawLater::NotReady) => DrawWait::NotReady,
    }
}

pub(super) const fn picture(picture: Picture) -> PrizeItem {
    match picture {
        Picture::Thanks => PrizeItem::Thanks,
        Picture::Star => PrizeItem::Star,
        Picture::Gift => PrizeItem::Gift,
        Picture::Ticket => PrizeItem::Ticket,
        Picture::Sunset => PrizeItem::Sunset,
        Picture::Fish => PrizeItem::Fish,
        Picture::Orange => PrizeItem::Orange,
        Picture::Flower => PrizeItem::Flower,
        Picture::Cup => PrizeItem::Cup,
        Picture::Book => PrizeItem::Book,
        Picture::Towel => PrizeItem::Towel,
        Picture::Ball => PrizeItem::Ball,
        Picture::Rice => PrizeItem::Rice,
        Picture::Bento => PrizeItem::Bento,
        Picture::Bicycle => PrizeItem::Bicycle,
        Picture::Tree => PrizeItem::Tree,
        Picture::Wifi => PrizeItem::Wifi,
        Picture::Bench => PrizeItem::Bench,
        Picture::Lamp => PrizeItem::Lamp,
        Picture::Bus => PrizeItem::Bus,
    }
}
