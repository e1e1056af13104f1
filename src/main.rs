//! The `unecho` command.

use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(unecho::command::main(env::args_os()))
}
