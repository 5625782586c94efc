//! `machitap-city`: the city's side of Machitap on the command line.

mod cli;
mod log;

use std::process::ExitCode;

use clap::Parser;
use machitap_city::exit::Exit;

fn main() -> ExitCode {
    let args = match cli::Args::try_parse() {
        Ok(args) => args,
        Err(why) => {
            // Help and version are not errors and go to stdout.
            let code = if why.use_stderr() {
                Exit::Usage
            } else {
                Exit::Ok
            };
            if why.print().is_err() {
                return ExitCode::from(Exit::Io.code());
            }
            return ExitCode::from(code.code());
        }
    };
    log::start();
    match cli::run(args) {
        Ok(()) => ExitCode::from(Exit::Ok.code()),
        Err(why) => {
            eprintln!("machitap-city: {why}");
            ExitCode::from(why.exit.code())
        }
    }
}
