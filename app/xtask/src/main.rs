//! The project's own commands: setup, demo, test, screens, bench.
fn main() {}
