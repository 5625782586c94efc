use machitap_domain::fare::rules::{Colour, Shape};
use machitap_kiosk_core::view::FareTold;
use slint::ComponentHandle;

use crate::screens::{App, FareApi, FareColour, FareShape};

pub(super) fn show(app: &App, told: &FareTold) {
    let api = app.global::<FareApi>();
    api.set_name(told.name.as_str().into());
    api.set_colour(match told.colour {
        Colour::Blue => FareColour::Blue,
        Colour::Green => FareColour::Green,
        Colour::Yellow => FareColour::Yellow,
        Colour::Orange => FareColour::Orange,
        Colour::Purple => FareColour::Purple,
        Colour::Grey => FareColour::Grey,
    });
    api.set_shape(match told.shape {
        Shape::Circle => FareShape::Circle,
        Shape::Square => FareShape::Square,
        Shape::Triangle => FareShape::Triangle,
        Shape::Diamond => FareShape::Diamond,
        Shape::Star => FareShape::Star,
        Shape::Bar => FareShape::Bar,
    });
    api.set_again(told.again);
}
