//! What the Slint compiler makes of `ui/app.slint`.
#![allow(missing_docs, unreachable_pub, clippy::all)]
#![allow(
    clippy::todo,
    clippy::unimplemented,
    clippy::undocumented_unsafe_blocks
)]

slint::include_modules!();
