//! The engine on a real journal, without a screen, a reader or a broker.

mod clock;
mod commands;
mod documents;
mod handoff;
mod papers;
mod privacy;
mod reader;
mod rig;
mod store;
mod taps;
mod updates;
mod voice;
