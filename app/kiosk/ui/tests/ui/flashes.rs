//! Nothing large flashes more than three times a second (WCAG 2.2, 2.3.1).

use std::time::Duration;

use machitap_kiosk_core::Screen;
use machitap_kiosk_ui::gallery;
use slint::{PhysicalPosition, PhysicalSize, Rgb8Pixel};

use crate::{
    display::{Display, Drawn},
    stage::light::{light, luminance},
};

const WIDTH: u32 = 480;
const HEIGHT: u32 = 300;
/// A quarter of a field of ten degrees. The guideline takes 341×256 of 1024×768 pixels for
/// such a field, a third of the screen by a third. Here all that flashes anywhere on the screen,
/// and at whatever time, is held against it, which is stricter.
const LARGE: usize = (WIDTH * HEIGHT / 9 / 4) as usize;

/// Of the relative luminance, from 0 to 1.
const CHANGE: f32 = 0.1;
/// Where the darker of two is as light as this, no change is a flash.
const DARKER: f32 = 0.8;
/// Of the red light without the green and the blue: 20 of 320. The guideline counts it where one
/// of the two is a saturated red; here it counts always.
const RED_CHANGE: f32 = 20.0 / 320.0;

/// More changes to and fro than three flashes have.
const TURNS: usize = 7;
const SECOND_MS: u32 = 1_000;

/// Three frames of a display that has sixty a second: what alternates in each frame does so here.
const STEP: Duration = Duration::from_millis(50);
/// So many pictures of a movement, two seconds of it.
const PICTURES: usize = 40;
/// Longer than anything waits before it moves.
const WATCHED: Duration = Duration::from_secs(13);

/// One measure of one pixel, and when it changed its direction by as much as counts.
#[derive(Clone, Copy)]
struct Swing {
    extreme: f32,
    rising: Option<bool>,
    turns: [u32; TURNS],
    count: usize,
}

impl Swing {
    const fn at(value: f32) -> Self {
        Self {
            extreme: value,
            rising: None,
            turns: [0; TURNS],
            count: 0,
        }
    }

    /// True when this is one turn too many within a second.
    fn turn(&mut self, now_ms: u32, value: f32, counts: impl Fn(f32, f32) -> bool) -> bool {
        let rises = value > self.extreme;
        if self.rising == Some(rises) {
            self.extreme = value;
            return false;
        }
        if !counts(value, self.extreme) {
            return false;
        }
        self.rising = Some(rises);
        self.extreme = value;
        self.turns[self.count % TURNS] = now_ms;
        self.count += 1;
        // The place of the next is that of the oldest.
        let oldest = self.turns[self.count % TURNS];
        self.count >= TURNS && now_ms - oldest < SECOND_MS
    }
}

#[derive(Clone, Copy)]
struct Pixel {
    bright: Swing,
    red: Swing,
    flashes: bool,
}

impl Pixel {
    fn see(&mut self, now_ms: u32, (bright, red): (f32, f32)) {
        let bright = self.bright.turn(now_ms, bright, |a, b| {
            (a - b).abs() >= CHANGE && a.min(b) < DARKER
        });
        let red = self
            .red
            .turn(now_ms, red, |a, b| (a - b).abs() > RED_CHANGE);
        self.flashes |= bright || red;
    }
}

/// The pixels of a screen over some time.
struct Flashes {
    width: usize,
    last: Vec<Rgb8Pixel>,
    /// Those that have changed; most never do.
    pixels: Vec<Option<Pixel>>,
    /// The light of each value of a colour: there are few, and many pixels.
    lights: [f64; 256],
}

impl Flashes {
    fn from(first: &[Rgb8Pixel], width: u32) -> Self {
        Self {
            width: width as usize,
            last: first.to_vec(),
            pixels: vec![None; first.len()],
            lights: std::array::from_fn(|value| light([value as u8; 3])[0]),
        }
    }

    /// How bright, and how red.
    fn measures(&self, colour: Rgb8Pixel) -> (f32, f32) {
        let [r, g, b] = [colour.r, colour.g, colour.b].map(|value| self.lights[usize::from(value)]);
        (luminance([r, g, b]) as f32, (r - g - b).max(0.0) as f32)
    }

    fn see(&mut self, now: Duration, picture: &[Rgb8Pixel], drawn: &[Drawn]) {
        let now_ms = now.as_millis() as u32;
        for (at, size) in drawn {
            for y in at.y as usize..at.y as usize + size.height as usize {
                let row = y * self.width + at.x as usize;
                let colours = &picture[row..row + size.width as usize];
                for (n, colour) in (row..).zip(colours) {
                    if *colour != self.last[n] {
                        self.changed(now_ms, n, *colour);
                    }
                }
            }
        }
    }

    fn changed(&mut self, now_ms: u32, n: usize, colour: Rgb8Pixel) {
        let (before, now) = (self.measures(self.last[n]), self.measures(colour));
        self.last[n] = colour;
        let pixel = self.pixels[n].get_or_insert(Pixel {
            bright: Swing::at(before.0),
            red: Swing::at(before.1),
            flashes: false,
        });
        pixel.see(now_ms, now);
    }

    /// How many pixels have flashed.
    fn area(&self) -> usize {
        let changed = self.pixels.iter().flatten();
        changed.filter(|pixel| pixel.flashes).count()
    }
}

/// How many pictures were drawn of it, and how many of its pixels flashed.
fn film(display: &mut Display, screen: &Screen) -> (usize, usize) {
    display.show(screen);
    display.draw();
    let mut flashes = Flashes::from(display.pixels(), WIDTH);
    let mut pictures = 0;
    let end = display.now() + WATCHED;
    while pictures < PICTURES
        && let Some(quiet) = display.quiet()
        && display.now() + quiet < end
    {
        display.pass(quiet.max(STEP));
        let drawn = display.draw();
        if !drawn.is_empty() {
            flashes.see(display.now(), display.pixels(), &drawn);
            pictures += 1;
        }
    }
    (pictures, flashes.area())
}

#[test]
fn no_large_area_flashes_more_than_three_times_a_second() {
    let mut display = Display::new(WIDTH, HEIGHT);
    let mut moved = 0;
    for (name, screen) in gallery::views() {
        let (pictures, area) = film(&mut display, &screen);
        assert!(area < LARGE, "{name}: {area} pixels flash");
        moved += usize::from(pictures > PICTURES / 4);
    }
    assert!(
        moved > 10,
        "only {moved} views moved: nothing was looked at"
    );
}

/// What flashes of a whole screen that has these colours in turn, so many of them a second.
fn alternating(colours: [[u8; 3]; 2], a_second: u32) -> usize {
    let all = [(PhysicalPosition::new(0, 0), PhysicalSize::new(30, 20))];
    let picture = |n: u32| {
        let [r, g, b] = colours[n as usize % 2];
        vec![Rgb8Pixel { r, g, b }; 600]
    };
    let mut flashes = Flashes::from(&picture(0), 30);
    for n in 1..=2 * a_second {
        let now = Duration::from_secs(1) * n / a_second;
        flashes.see(now, &picture(n), &all);
    }
    flashes.area()
}

#[test]
fn what_flashes_is_counted() {
    const BLACK: [u8; 3] = [0; 3];
    const WHITE: [u8; 3] = [255; 3];
    // Two changes are a flash.
    assert_eq!(alternating([BLACK, WHITE], 10), 600, "five a second");
    assert_eq!(alternating([BLACK, WHITE], 8), 600, "four a second");
    assert_eq!(alternating([BLACK, WHITE], 6), 0, "three a second");
    assert_eq!(alternating([[235; 3], WHITE], 10), 0, "both are light");
    assert_eq!(alternating([[100; 3], [110; 3]], 10), 0, "nearly the same");
    let red = [[150, 0, 0], [30, 30, 30]];
    assert_eq!(alternating(red, 10), 600, "red counts for itself");
}

#[test]
fn what_grows_brighter_in_steps_is_one_change() {
    let all = [(PhysicalPosition::new(0, 0), PhysicalSize::new(1, 1))];
    let grey = |n: u8| [Rgb8Pixel { r: n, g: n, b: n }];
    let mut flashes = Flashes::from(&grey(0), 1);
    for n in 1..=20 {
        flashes.see(STEP * u32::from(n), &grey(12 * n), &all);
    }
    assert_eq!(flashes.area(), 0);
    let pixel = flashes.pixels[0].expect("it changed");
    assert_eq!(pixel.bright.count, 1);
}
