//! The renderer with nothing around it, for the bench: the kiosk's screens drawn into memory,
//! and no more. Each line in asks for one measurement; each line out answers one.
//!
//! `floor_render visit-done|household|nursery-done`: nanoseconds of the one whole frame.
//! `floor_render frames VIEW MS`: each frame drawn in so many milliseconds at the beat of a
//! display, as JSON; VIEW is a name of the gallery.

#[cfg(any(feature = "winit", feature = "linuxkms", feature = "offscreen"))]
mod bare;
#[cfg(any(feature = "winit", feature = "linuxkms", feature = "offscreen"))]
mod frames;
#[cfg(any(feature = "winit", feature = "linuxkms", feature = "offscreen"))]
mod whole;

#[cfg(any(feature = "winit", feature = "linuxkms", feature = "offscreen"))]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["frames", view, ms] => frames::serve(view, std::time::Duration::from_millis(ms.parse()?)),
        [screen] => whole::serve(screen),
        _ => Err("which screen? the head of the source says how to ask".into()),
    }
}

#[cfg(not(any(feature = "winit", feature = "linuxkms", feature = "offscreen")))]
fn main() {
    eprintln!("nothing to draw with: build with the feature winit, linuxkms or offscreen");
    std::process::exit(1);
}
