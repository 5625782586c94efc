//! The kiosk's program and its shells: one program, since each links all the screens.

mod binary;
mod common;
mod config;
mod doctor;
mod journald;
mod link;
#[cfg(feature = "offscreen")]
mod offscreen;
mod papers;
mod support;
