//! `cogpack completions`

use clap::CommandFactory as _;

use crate::cli::args::{Cli, CompletionsArgs};
use crate::cli::exit::{Exit, Problem};
use crate::cli::output::Output;

/// Prints the script.
pub fn run(args: &CompletionsArgs, output: &Output) -> Result<Exit, Problem> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "cogpack", &mut script);
    output.machine(&script);
    Ok(Exit::Success)
}
