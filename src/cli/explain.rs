//! `cogpack explain`

use crate::cli::args::ExplainArgs;
use crate::cli::exit::{Exit, Problem};
use crate::cli::output::Output;
use crate::diagnostic::{code, explain};

/// Prints the page of a code, or the list of all codes.
pub fn run(args: &ExplainArgs, output: &Output) -> Result<Exit, Problem> {
    let text = match &args.code {
        Some(asked) => {
            let code = explain::explain(asked).map_err(|unknown| {
                Problem::usage(unknown.to_string()).help("`cogpack explain` alone lists the codes")
            })?;
            explain::page(code, &output.stdout)
        }
        None => code::ALL.iter().map(|code| format!("{}  {}\n", code.alias, code.name)).collect(),
    };
    output.machine(text.as_bytes());
    Ok(Exit::Success)
}
