//! The appliance's shell: joins reader, journal, link, screens, sound, clock and watchdog
//! to the core.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod desk;
pub mod display;
pub mod doctor;
pub mod documents;
pub mod engine;
pub mod enrolment;
pub mod exit;
mod files;
pub mod handoff;
mod http;
pub mod lamps;
pub mod link;
pub mod log;
pub mod messages;
pub mod names;
#[cfg(feature = "offscreen")]
pub mod offscreen;
pub mod papers;
pub mod sound;
pub mod support;
pub mod trace;
pub mod update;
pub mod watchdog;
