use i_slint_core::graphics::{ImageInner, SharedImageBuffer, euclid};
use slint::{ComponentHandle, Image};

use super::int;
use crate::{
    reach::{Mounting, in_reach},
    screens::{App, PanelApi, PartItem},
    tongues::{face, language},
};

pub(super) fn attach(app: &App) {
    let api = app.global::<PanelApi>();
    api.on_pixels(pixels);
    api.on_family_of(|of| face(language(of)).family.into());
    api.on_leading_of(|of| face(language(of)).leading);
    api.on_in_reach(|width, height, inches, floor| {
        let mounting = Mounting {
            inches,
            floor_mm: u32::try_from(floor).ok(),
        };
        in_reach(width, height, mounting).map_or_else(PartItem::default, |place| PartItem {
            x: place.x,
            y: place.y,
            width: place.width,
            height: place.height,
        })
    });
}

pub(crate) fn mount(app: &App, mounting: Mounting) {
    let api = app.global::<PanelApi>();
    api.set_inches(mounting.inches);
    api.set_floor(mounting.floor_mm.map_or(-1, int));
}

/// The picture drawn once, in its own proportions; what is pixels already stays as it is.
fn pixels(picture: Image, across: i32) -> Image {
    let size = picture.size();
    let Some(width) = u32::try_from(across).ok().filter(|w| *w > 0) else {
        return Image::default();
    };
    let height = (u64::from(size.height) * u64::from(width)).div_ceil(u64::from(size.width.max(1)));
    let room = euclid::size2(width, u32::try_from(height).unwrap_or(u32::MAX));
    let inner: &ImageInner = (&picture).into();
    match inner.render_to_buffer(Some(room)) {
        Some(SharedImageBuffer::RGBA8Premultiplied(drawn)) => {
            Image::from_rgba8_premultiplied(drawn)
        }
        _ => picture,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICTURE: &[u8] = br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 20"
        width="30" height="20"><rect x="0" y="0" width="30" height="20" fill="#0A5A4C"/></svg>"##;

    fn picture() -> Image {
        Image::load_from_svg_data(PICTURE).expect("a picture")
    }

    #[test]
    fn a_picture_becomes_pixels_of_the_width_asked_for_in_its_proportions() {
        let drawn = pixels(picture(), 61);
        assert_eq!((drawn.size().width, drawn.size().height), (61, 41));
        let buffer = drawn.to_rgba8_premultiplied().expect("pixels");
        let middle = buffer.as_slice()[20 * 61 + 30];
        assert_eq!((middle.r, middle.g, middle.b, middle.a), (10, 90, 76, 255));
    }

    #[test]
    fn no_width_is_no_picture_and_pixels_stay() {
        for across in [0, -1, i32::MIN] {
            assert_eq!(pixels(picture(), across).size().width, 0);
        }
        let drawn = pixels(picture(), 10);
        assert_eq!(pixels(drawn, 20).size().width, 10);
    }
}
