//! The findings about engines, one constructor a code.

use std::error::Error;

use crate::build::failure::Failure;
use crate::diagnostic::{Diagnostic, code};

/// There is no engine.
pub(super) fn none_found(tried: &[String]) -> Failure {
    let list: String = tried.iter().map(|line| format!("\n  {line}")).collect();
    Failure::engine(
        Diagnostic::error(code::ENGINE_NONE, format!("there is no BuildKit to build with{list}"))
            .help("start Docker, or name a BuildKit with `--engine` or `BUILDKIT_HOST`"),
    )
}

/// It was there, and broke.
pub(super) fn broken(name: &str, error: &(dyn Error + 'static)) -> Failure {
    let why = causes(error);
    Failure::engine(
        Diagnostic::error(code::ENGINE_BROKEN, format!("the engine `{name}` does not answer: {why}"))
            .help("see whether it still runs: `cogpack doctor`"),
    )
}

/// An error and what caused it, each said once.
pub(super) fn causes(error: &(dyn Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if !said.iter().any(|before| before.contains(&text)) {
            said.push(text);
        }
        next = error.source();
    }
    said.join(": ")
}

/// An introduction that cannot be sent.
pub(super) fn bad_session() -> Failure {
    Failure::engine(Diagnostic::bug("a session's introduction is no text for a header"))
}
