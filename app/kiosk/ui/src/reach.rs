//! Where on a panel that hangs high a screen is drawn so that whoever sits reaches all of it.

/// How a panel hangs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mounting {
    /// Its diagonal, inches.
    pub inches: f32,
    /// How far its picture's lower edge is above the floor, millimetres; `None` where it hangs
    /// so that all of it is in reach.
    pub floor_mm: Option<u32>,
}

impl Default for Mounting {
    fn default() -> Self {
        Self {
            inches: LEAST_INCHES,
            floor_mm: None,
        }
    }
}

/// The smallest panel all screens hold on with keys of a finger's size, inches of its diagonal.
/// What is lowered is a panel of its own, and no smaller.
const LEAST_INCHES: f32 = 10.1;

/// What a person in a wheelchair reaches, millimetres above the floor.
const HIGHEST_MM: f32 = 1_200.0;
const LOWEST_MM: f32 = 800.0;

/// Whatever lowers the screen by less is not worth a key.
const FINGER_MM: f32 = 20.0;

/// Height to width of the panels that lie, as all screens hold on them: 1024×600 and 1280×800.
const FLATTEST: f32 = 600.0 / 1_024.0;
const SQUAREST: f32 = 800.0 / 1_280.0;

const MM_PER_INCH: f32 = 25.4;

/// A part of the panel, pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

/// The place on a panel of so many pixels; `None` where all of it is in reach as it hangs, where
/// nothing is, and where it is too small to draw on a part of it.
pub(crate) fn in_reach(width: f32, height: f32, mounting: Mounting) -> Option<Place> {
    let per_mm = width.hypot(height) / (mounting.inches * MM_PER_INCH);
    let floor = mounting.floor_mm? as f32;
    let top = floor + height / per_mm;
    if top <= HIGHEST_MM || floor >= HIGHEST_MM {
        return None;
    }
    let lower = floor.max(LOWEST_MM);
    let (least, room) = (least_height(width / per_mm)?, HIGHEST_MM - lower);
    // Where the least does not end in reach, it hangs as low as it can.
    let lower = if room < least { floor } else { lower };
    let tall = (room.max(least) * per_mm).min(width * SQUAREST);
    if lower + tall / per_mm > top - FINGER_MM {
        return None;
    }
    let wide = width.min(tall / FLATTEST);
    let (wide, tall) = (wide.floor(), tall.floor());
    Some(Place {
        x: ((width - wide) / 2.0).floor(),
        y: (height - tall - (lower - floor) * per_mm).floor().max(0.0),
        width: wide,
        height: tall,
    })
}

/// How tall the least part is that lies on a panel so wide, millimetres; `None` where none does.
fn least_height(width_mm: f32) -> Option<f32> {
    let diagonal = LEAST_INCHES * MM_PER_INCH;
    // The flattest is the widest: where that does not fit, a squarer one may.
    let flattest = diagonal / FLATTEST.hypot(1.0);
    let wide = flattest.min(width_mm);
    let tall = (diagonal.powi(2) - wide.powi(2)).sqrt();
    (tall <= wide * SQUAREST).then_some(tall)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An upright panel of 268 by 476 mm.
    const UPRIGHT: (f32, f32) = (720.0, 1_280.0);
    const UPRIGHT_INCHES: f32 = 21.5;

    fn hung(inches: f32, floor_mm: u32) -> Mounting {
        Mounting {
            inches,
            floor_mm: Some(floor_mm),
        }
    }

    fn upright(floor_mm: u32) -> Option<Place> {
        in_reach(UPRIGHT.0, UPRIGHT.1, hung(UPRIGHT_INCHES, floor_mm))
    }

    #[test]
    fn on_an_upright_panel_it_lies_at_the_lower_edge_as_on_the_usual_panel() {
        let place = upright(850).expect("it ends at 1,326 mm");
        let whole = Place {
            x: 0.0,
            y: 830.0,
            width: 720.0,
            height: 450.0,
        };
        assert_eq!(place, whole);
    }

    #[test]
    fn where_less_is_in_reach_it_is_flatter_and_no_flatter_than_it_may_be() {
        let size = |floor| upright(floor).map(|p| (p.width, p.height));
        assert_eq!(size(1_035), Some((720.0, 443.0)));
        assert_eq!(size(1_065), Some((619.0, 363.0)), "all of it is in reach");
        assert_eq!(size(1_199), Some((595.0, 348.0)), "the least there is");
        assert_eq!(size(1_200), None, "nothing is in reach");
    }

    #[test]
    fn it_does_not_lie_below_what_is_in_reach() {
        let place = upright(750).expect("it ends at 1,226 mm");
        let below = UPRIGHT.1 - place.y - place.height;
        let per_mm = UPRIGHT.0.hypot(UPRIGHT.1) / (UPRIGHT_INCHES * MM_PER_INCH);
        assert!((below / per_mm - 50.0).abs() < 1.0, "{below} px");
    }

    #[test]
    fn where_all_is_in_reach_nothing_is_lowered() {
        assert_eq!(upright(700), None, "it ends at 1,176 mm");
        let unsaid = Mounting {
            inches: UPRIGHT_INCHES,
            floor_mm: None,
        };
        assert_eq!(in_reach(UPRIGHT.0, UPRIGHT.1, unsaid), None);
    }

    #[test]
    fn a_panel_too_small_for_a_part_of_it_stays_as_it_is() {
        assert_eq!(in_reach(1_280.0, 800.0, hung(10.1, 1_100)), None);
        let upright = in_reach(1_080.0, 1_920.0, hung(15.6, 1_000));
        assert_eq!(upright, None, "194 mm are too narrow to lie");
    }

    #[test]
    fn a_wide_panel_has_it_in_the_middle() {
        let place = in_reach(1_920.0, 1_080.0, hung(32.0, 950)).expect("it ends at 1,348 mm");
        let right = 1_920.0 - place.x - place.width;
        assert!((place.x - right).abs() <= 1.0 && right > 300.0, "{place:?}");
        assert_eq!(place.y + place.height, 1_080.0);
    }

    #[test]
    fn wherever_it_lies_all_screens_hold_on_it() {
        let mut found = 0;
        for (width, height) in [
            (720.0, 1_280.0),
            (1_080.0, 1_920.0),
            (600.0, 1_024.0),
            (800.0, 480.0),
            (1_920.0, 1_080.0),
            (1_280.0, 1_024.0),
        ] {
            for inches in [5.0, 10.1, 15.6, 18.5, 21.5, 32.0, 43.0, 60.0] {
                for floor in (0..1_300).step_by(10) {
                    let Some(place) = in_reach(width, height, hung(inches, floor)) else {
                        continue;
                    };
                    found += 1;
                    let at =
                        format!("{width}x{height} of {inches} inches at {floor} mm: {place:?}");
                    let per_mm = width.hypot(height) / (inches * MM_PER_INCH);
                    assert!(place.height > FLATTEST * place.width - 1.0, "{at}");
                    assert!(place.height < SQUAREST * place.width + 1.0, "{at}");
                    let diagonal = place.width.hypot(place.height) + 1.5;
                    assert!(diagonal > LEAST_INCHES * MM_PER_INCH * per_mm, "{at}");
                    assert!(place.x >= 0.0 && place.x + place.width <= width, "{at}");
                    assert!(place.y > 0.0 && place.y + place.height <= height, "{at}");
                    let above = |y: f32| floor as f32 + (height - y) / per_mm;
                    let (lower, upper) = (above(place.y + place.height), above(place.y));
                    let pixel = 1.5 / per_mm;
                    let low_enough = upper < HIGHEST_MM + pixel;
                    let least = floor as f32 > HIGHEST_MM - 140.0 && lower < floor as f32 + pixel;
                    assert!(low_enough || least, "{at}: up to {upper} mm");
                    assert!(lower > LOWEST_MM - pixel, "{at}: from {lower} mm");
                }
            }
        }
        assert!(found > 500, "only {found} were looked at");
    }
}
