//! The kiosk; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    machitap_kiosk::app::main()
}
