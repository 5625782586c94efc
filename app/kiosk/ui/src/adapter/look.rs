//! The city's colours and drawings, and the house's own pictures in those colours.

use machitap_domain::look::{Colour, Drawing, Look, Paints};
use slint::{Color, ComponentHandle, Image};

use crate::screens::{App, LookApi, Palette};

const MARK: &str = include_str!("../../ui/icons/mark.svg");
const READER: &str = include_str!("../../ui/icons/reader.svg");

/// What the reader is drawn in, in the house's own look.
const READER_INKS: [&str; 3] = ["#0A5A4C", "#07443A", "#7FC4B2"];

pub(super) fn show(app: &App, look: &Look) {
    let paints = look.colours.paints();
    let palette = app.global::<Palette>();
    palette.set_paper(color(paints.paper));
    palette.set_line(color(paints.line));
    palette.set_primary(color(paints.primary));
    palette.set_primary_pressed(color(paints.primary_pressed));
    palette.set_primary_tint(color(paints.primary_tint));
    palette.set_on_primary_tint(color(paints.on_primary_tint));
    let api = app.global::<LookApi>();
    // What the renderer cannot draw is as good as not there: a crest is no reason to stand still.
    let citys = |of: &Option<Drawing>| drawn(of.as_ref()?.svg());
    let crest = citys(&look.crest).or_else(|| drawn(MARK));
    api.set_crest(crest.unwrap_or_default());
    api.set_mascot(citys(&look.mascot).unwrap_or_default());
    api.set_reader(drawn(&inked(READER, &paints)).unwrap_or_default());
}

fn drawn(svg: &str) -> Option<Image> {
    Image::load_from_svg_data(svg.as_bytes()).ok()
}

fn color(of: Colour) -> Color {
    let [r, g, b] = of.rgb();
    Color::from_rgb_u8(r, g, b)
}

fn inked(svg: &str, paints: &Paints) -> String {
    if paints.primary == Paints::HOUSE.primary {
        return svg.to_owned();
    }
    let light = paints.primary.mixed(Colour::WHITE, 0.6);
    let inks = [paints.primary, paints.primary_pressed, light];
    READER_INKS
        .iter()
        .zip(inks)
        .fold(svg.to_owned(), |svg, (from, to)| {
            svg.replace(from, &to.to_string())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gallery;

    #[test]
    fn the_pictures_have_the_inks_that_are_changed() {
        for ink in READER_INKS {
            assert!(READER.contains(ink), "{ink}");
        }
    }

    #[test]
    fn the_sea_is_drawn() {
        let [_, (_, sea)] = gallery::looks();
        for drawing in [&sea.crest, &sea.mascot] {
            let image = drawing.as_ref().and_then(|d| drawn(d.svg()));
            assert!(image.is_some_and(|i| i.size().width > 0));
        }
        let blue = inked(READER, &sea.colours.paints());
        assert!(blue.contains("#134B7A") && !blue.contains("#0A5A4C"));
    }
}
