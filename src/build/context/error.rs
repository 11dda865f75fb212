//! What is wrong with a context, one constructor a code.

use rustix::io::Errno;

use crate::diagnostic::{Diagnostic, code};
use crate::ignore::InvalidPattern;

/// The directory cannot be opened.
pub fn directory(context: &str, directory: &str, error: Errno) -> Diagnostic {
    let message = format!("cannot open the directory `{directory}` of the context `{context}`: {}", words(error));
    Diagnostic::error(code::CONTEXT_DIRECTORY, message).help("name a directory that exists and that you may read")
}

/// Something in the context cannot be read.
pub fn unreadable(context: &str, path: &str, error: Errno) -> Diagnostic {
    let message = format!("cannot read `{path}` of the context `{context}`: {}", words(error));
    Diagnostic::error(code::CONTEXT_UNREADABLE, message)
        .help("make it readable, or leave it out with a line in `.dockerignore`")
}

/// A file is not what the daemon was told of.
pub fn changed(context: &str, path: &str) -> Diagnostic {
    let message = format!("`{path}` of the context `{context}` changed while it was sent");
    Diagnostic::error(code::CONTEXT_CHANGED, message)
        .help("build again when nothing writes to it, or leave it out with a line in `.dockerignore`")
}

/// A name, or where a link points, cannot be sent; its other bytes are written out.
pub fn not_text(context: &str, path: &str) -> Diagnostic {
    let message = format!("the name or the target of `{path}` of the context `{context}` is not UTF-8");
    Diagnostic::error(code::CONTEXT_NAME, message).help("rename it, or leave it out with a line in `.dockerignore`")
}

/// Something that has no content to send (a warning).
pub fn special(context: &str, path: &str, kind: &str) -> Diagnostic {
    let message = format!("`{path}` of the context `{context}` is {kind} and is not sent");
    Diagnostic::warning(code::CONTEXT_SPECIAL, message)
        .help("if the build does not need it, leave it out with a line in `.dockerignore`")
}

/// A plan's pattern is none.
pub fn pattern(context: &str, invalid: &InvalidPattern) -> Diagnostic {
    let message = format!("in the files asked for of the context `{context}`, {invalid}");
    Diagnostic::error(code::CONTEXT_PATTERN, message).help("to match a special character itself, write `\\` before it")
}

/// The system's words as messages hold them: lower case, without its number.
pub fn words(error: Errno) -> String {
    let text = std::io::Error::from(error).to_string();
    let text = text.split_once(" (os error").map_or(text.as_str(), |(words, _)| words);
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
