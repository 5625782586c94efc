use std::{
    fs,
    io::{BufRead, BufReader},
};

use machitap_domain::fare::rules::{Chime, Colour, Shape};
use machitap_kiosk_core::view::{FareTold, OutOfService, OutReason, View};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;

use super::*;

/// LEDs whose `brightness` is a pipe: what is written to it is read in the order it was.
struct Bench {
    dir: TempDir,
}

impl Bench {
    fn new(names: &[&str]) -> Self {
        let dir = TempDir::new().unwrap();
        for name in names {
            let led = dir.path().join(name);
            fs::create_dir(&led).unwrap();
            fs::write(led.join("max_brightness"), "255\n").unwrap();
            let mode = Mode::RUSR | Mode::WUSR;
            mknodat(CWD, led.join("brightness"), FileType::Fifo, mode, 0).unwrap();
        }
        Self { dir }
    }

    fn reader(&self, name: &str) -> BufReader<std::fs::File> {
        let path = self.dir.path().join(name).join("brightness");
        // Both ways, so that opening does not wait for the other side.
        let pipe = fs::File::options().read(true).write(true).open(path);
        BufReader::new(pipe.unwrap())
    }

    fn wiring(&self, names: &[(Lamp, &str)]) -> Wiring {
        let names = names.iter().map(|(lamp, name)| (*lamp, (*name).to_owned()));
        Wiring {
            class: self.dir.path().to_owned(),
            names: names.collect(),
        }
    }
}

struct Nothing;

impl Display for Nothing {
    fn show(&mut self, _: Box<Screen>, _: u64) {}
}

fn lines(reader: &mut impl BufRead, count: usize) -> Vec<String> {
    let line = |_| {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        line.trim().to_owned()
    };
    (0..count).map(line).collect()
}

fn fare(colour: Colour, chime: Chime) -> Box<Screen> {
    let told = FareTold {
        name: "ふつう".to_owned(),
        colour,
        shape: Shape::Circle,
        chime,
        again: false,
    };
    screen(View::Fare(told))
}

fn screen(view: View) -> Box<Screen> {
    Box::new(Screen::bare(view))
}

#[test]
fn a_class_lights_the_lamp_of_its_colour_in_the_rhythm_of_its_chime() {
    let bench = Bench::new(&["led0", "led1"]);
    let (mut blue, mut any) = (bench.reader("led0"), bench.reader("led1"));
    let wired = [(Lamp::Class(Colour::Blue), "led0"), (Lamp::Fare, "led1")];
    let lamps = bench.wiring(&wired).open().unwrap();
    let mut display = Lit::new(Nothing, lamps);
    display.show(fare(Colour::Blue, Chime::Two), 1);
    assert_eq!(lines(&mut blue, 5), ["0", "255", "0", "255", "0"]);
    display.show(fare(Colour::Grey, Chime::One), 2);
    assert_eq!(lines(&mut any, 3), ["0", "255", "0"], "no lamp for grey");
}

#[test]
fn what_comes_next_cuts_a_rhythm_short_and_the_end_is_dark() {
    let bench = Bench::new(&["blue", "red"]);
    let (mut blue, mut red) = (bench.reader("blue"), bench.reader("red"));
    let wired = [(Lamp::Class(Colour::Blue), "blue"), (Lamp::Ask, "red")];
    let mut display = Lit::new(Nothing, bench.wiring(&wired).open().unwrap());
    display.show(fare(Colour::Blue, Chime::Long), 1);
    assert_eq!(lines(&mut blue, 2), ["0", "255"]);
    let out = View::OutOfService(OutOfService {
        why: OutReason::ReaderGone,
        contact: String::new(),
    });
    display.show(screen(out.clone()), 2);
    display.show(screen(out.clone()), 3);
    assert_eq!(lines(&mut red, 2), ["0", "255"]);
    assert_eq!(lines(&mut blue, 1), ["0"], "out before the other is on");
    drop(display);
    assert_eq!(lines(&mut red, 1), ["0"]);
}

#[test]
fn a_check_lets_the_lamps_be() {
    let bench = Bench::new(&["blue"]);
    let mut blue = bench.reader("blue");
    let wired = [(Lamp::Class(Colour::Blue), "blue")];
    drop(bench.wiring(&wired).open().unwrap());
    let mut display = Lit::new(Nothing, bench.wiring(&wired).open().unwrap());
    display.show(fare(Colour::Blue, Chime::Long), 1);
    assert_eq!(lines(&mut blue, 2), ["0", "255"], "one 0, of the run");
}

#[test]
fn a_lamp_that_is_not_there_is_named() {
    let bench = Bench::new(&[]);
    let faults = bench.wiring(&[(Lamp::Ask, "red")]).open().unwrap_err();
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].0, Lamp::Ask);
    assert!(faults[0].1.contains("red"), "{faults:?}");
}
