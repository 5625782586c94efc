//! The kiosk's screens, drawn from the core's plain views. No backend is chosen here.
//!
//! [`kiosk`] makes the one window on the platform that is already set, [`Ui::show_screen`]
//! draws a view, [`Ui::on_touch`] hears what people press. [`check_fonts`] belongs before
//! all of it: an unknown family is drawn as nothing, without a word.

mod adapter;
mod fonts;
pub mod gallery;
mod larger;
mod numbers;
mod reach;
mod screens;
pub mod tongues;
mod ui;

pub use fonts::{FACES, Face, GOTHIC, MARKED, MissingFont, SIMPLIFIED, check_fonts};
pub use reach::Mounting;
pub use screens::App;
pub use ui::{Ui, kiosk};
