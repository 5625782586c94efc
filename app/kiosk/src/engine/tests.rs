//! The engine on a real journal, without a screen, a reader or a broker.

mod documents;
mod papers;
mod privacy;
mod rig;
mod store;
mod taps;
