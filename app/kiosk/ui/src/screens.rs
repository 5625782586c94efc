//! What the Slint compiler makes of `ui/app.slint`.
#![allow(missing_docs, unreachable_pub, clippy::all)]

slint::include_modules!();
