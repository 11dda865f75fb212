//! What a container writes → stderr.

use std::io::Write as _;

use crate::cli::output::Output;
use crate::diagnostic::render;
use crate::model::{From, Line, Show};

/// Shows lines: the model's, and what is wrong with its server; all with `--verbose`.
pub fn shown(output: &Output) -> Show {
    let (verbose, quiet) = (output.is_verbose(), output.is_quiet());
    Box::new(move |found: &Line| {
        let is_wanted = match found.from {
            From::Model => !quiet,
            From::Trouble | From::Server => verbose,
        };
        if is_wanted {
            line(&found.text);
        }
    })
}

/// A line on stderr. What programs in containers write must not steer the terminal.
fn line(text: &str) {
    // Nothing is left to tell anyone when stderr is gone.
    let _ = std::io::stderr().write_all(format!("{}\n", render::visible(text)).as_bytes());
}
