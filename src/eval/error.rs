//! What evaluation finds wrong: values of the project that may not stand where a block puts them.

use crate::diagnostic::{Diagnostic, code};
use crate::eval::value::Origin;
use crate::source::Span;

/// Points at the project's file if the value came from one, and at the block's expression.
fn at_value(diagnostic: Diagnostic, origin: Origin, used: Span) -> Diagnostic {
    match origin.span {
        Some(span) => diagnostic.at(span, "this value").related(used, "is used here"),
        None => diagnostic.at(used, "this value"),
    }
}

/// E0601: a value of the project begins with `-`.
pub fn leading_dash(text: &str, origin: Origin, used: Span) -> Diagnostic {
    let diagnostic = Diagnostic::error(code::EVAL_LEADING_DASH, format!("`{text}` would be read as an option"))
        .help("a value from the project may not begin with `-` in a command");
    at_value(diagnostic, origin, used)
}

/// E0602: a value holds a NUL character.
pub fn nul(what: &str, origin: Origin, used: Span) -> Diagnostic {
    let diagnostic = Diagnostic::error(code::EVAL_NUL, format!("{what} holds a NUL character"))
        .help("remove the character: neither commands, paths nor variables can hold one");
    at_value(diagnostic, origin, used)
}

/// E0603: a document's value is of another type than the block asks for.
pub fn wrong_data_type(key: &str, wanted: &str, found: &str, span: Span, used: Span) -> Diagnostic {
    Diagnostic::error(code::EVAL_DATA_TYPE, format!("`{key}` is {found}, and {wanted} is expected"))
        .at(span, found)
        .related(used, "is read here")
        .help(format!("write {wanted} here"))
}

/// E0604: a document's value is not a constraint.
pub fn bad_constraint(text: &str, reason: &str, span: Span, used: Span) -> Diagnostic {
    Diagnostic::error(code::EVAL_BAD_CONSTRAINT, format!("`{text}` is not a constraint: {reason}"))
        .at(span, "this constraint")
        .related(used, "is read here")
        .help("write a constraint such as `>=3.10,<3.13`, `^3.11` or `3.12`")
}

/// E0605: a pattern or a path that a block computes leads out of the project.
pub fn bad_path(problem: &str, origin: Origin, used: Span) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(code::EVAL_BAD_PATH, problem).help("name a path inside the project, without `..`");
    at_value(diagnostic, origin, used)
}

/// E0001: the value is not what the checker proved it to be.
pub fn mistyped(wanted: &str, used: Span) -> Diagnostic {
    Diagnostic::bug(format!("this expression was checked to be a {wanted}, and its value is none"))
        .at(used, "evaluated here")
}

/// E0608: a text holds a URL with a user name or a password. The text is not repeated: it may be a secret.
pub fn credentials(what: &str, origin: Origin, used: Span) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(code::EVAL_CREDENTIALS, format!("{what} holds a URL with a user name or a password"))
            .help("take it out of the URL and mount it as a secret: `mount secret ID as env NAME` in a `run` step");
    at_value(diagnostic, origin, used)
}

/// E0609: computing a value takes more than any block should.
pub fn too_much(what: &str, used: Span) -> Diagnostic {
    Diagnostic::error(code::EVAL_TOO_MUCH, format!("computing this takes too much: {what}"))
        .at(used, "given up here")
        .help("make the lists and texts smaller, or leave the work to a `run` step")
}
