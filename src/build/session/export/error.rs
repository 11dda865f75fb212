//! What is wrong with an export, one constructor a code.

use std::path::Path;

use crate::diagnostic::{Diagnostic, code};

/// Writing failed on the way.
pub fn write(path: &Path, error: &std::io::Error) -> Diagnostic {
    let message = format!("cannot write `{}`: {}", path.display(), words(error));
    Diagnostic::error(code::EXPORT_WRITE, message).help("make room, or give another `dest`")
}

/// The engine wants something written that we do not write.
pub fn entry(path: &str, reason: &str) -> Diagnostic {
    let message = format!("the engine exports `{}`, {reason}", path.escape_debug());
    Diagnostic::error(code::EXPORT_ENTRY, message).help("export an archive instead: `-o type=tar,dest=FILE`")
}

/// The system's words as messages hold them: lower case, without its number.
fn words(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split_once(" (os error").map_or(text.as_str(), |(words, _)| words);
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
