//! What is wrong with `Input(…)` and with defaults → diagnostics.

use crate::diagnostic::suggest::did_you_mean;
use crate::diagnostic::{Diagnostic, code};
use crate::schema::error::of_value;
use crate::schema::value::Value;
use crate::source::Span;

/// An argument that `Input` does not have.
pub fn unknown_argument(name: &str, known: &[&str], span: Span) -> Box<Diagnostic> {
    let help = match name {
        "default_factory" => "write the value itself: `default=…`".to_owned(),
        "gt" | "lt" => format!("write `{}e=…`, which includes the number", &name[..1]),
        "pattern" => "it is called `regex`".to_owned(),
        "options" | "enum" => "it is called `choices`".to_owned(),
        "title" | "help" => "it is called `description`".to_owned(),
        _ => did_you_mean(name, known.iter().copied(), || format!("`Input` has {}", known.join(", "))),
    };
    argument(format!("`Input` has no `{name}`"), span, help)
}

/// An argument that is given twice.
pub fn argument_twice(name: &str, span: Span) -> Box<Diagnostic> {
    argument(format!("`{name}` is given twice"), span, "keep one")
}

/// More than a default without a name.
pub fn too_many_arguments(span: Span) -> Box<Diagnostic> {
    argument("only the default may stand without a name".into(), span, "write `description=…`, `ge=…` and so on")
}

/// An argument of the wrong type.
pub fn argument_type(name: &str, wanted: &str, given: &Value<'_>, span: Span) -> Box<Diagnostic> {
    let message = format!("`{name}` is {wanted}, not `{}`", given.type_name());
    of_value(given, span, argument(message, span, format!("write {wanted}")))
}

fn argument(message: String, span: Span, help: impl Into<String>) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_ARGUMENT, message).at(span, "here").help(help).into()
}

/// A constraint that the input's type does not have, or that another rules out.
pub fn constraint(message: String, span: Span, help: &str) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_CONSTRAINT, message).at(span, "here").help(help).into()
}

/// A default that the input would not take.
pub fn default(name: &str, reason: &str, span: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_DEFAULT, format!("the default of `{name}` {reason}"))
        .at(span, "this default")
        .help("change the default, or what the input takes")
        .into()
}

/// `None` as the default of an input that may not be `None` (a warning).
pub fn required_none(name: &str, ty: &str, span: Span) -> Diagnostic {
    let message =
        format!("the input `{name}` is required although its default is `None`, for `{ty}` does not allow it");
    Diagnostic::warning(code::SCHEMA_REQUIRED, message)
        .at(span, "this default counts for nothing")
        .help(format!("write `{name}: {ty} | None`, or leave the default out"))
}
