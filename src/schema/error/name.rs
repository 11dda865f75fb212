//! Names and values that only running would tell → diagnostics.

use crate::diagnostic::{Diagnostic, code};
use crate::schema::python::object::Object;
use crate::schema::value::Value;
use crate::source::Span;

/// A name that is bound nowhere.
pub fn unknown_name(name: &str, span: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_NAME, format!("`{name}` is not known here"))
        .at(span, "nothing binds it before this")
        .help("import it, or define it above")
        .into()
}

/// A name that a module or class does not have.
pub fn unknown_member(name: &str, of: &str, span: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_NAME, format!("`{of}` has no `{name}`"))
        .at(span, "asked for here")
        .help("mend the name, or define it there")
        .into()
}

/// A name that several statements bind to different things.
pub fn bound_twice(name: &str, span: Span, places: [Span; 2]) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_NAME, format!("which `{name}` this is, is only known when the file runs"))
        .at(span, "used here")
        .related(places[0], "may be this")
        .related(places[1], "or this")
        .help("bind the name once, outside of `if` and `try`")
        .into()
}

/// A name whose value a statement works out.
pub fn computed(name: &str, span: Span, place: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_NAME, format!("what `{name}` is, is only known when the file runs"))
        .at(span, "used here")
        .related(place, "worked out here")
        .help("bind the name once, with `=`, to a value that is written out")
        .into()
}

/// A list or table that is changed after it was bound.
pub fn changed(name: &str, span: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_NAME, format!("`{name}` may be changed after it is bound"))
        .at(span, "used here")
        .help("write the whole value where the name is bound, and change it nowhere else")
        .into()
}

/// `from … import *` of a module that cannot be read.
pub fn star(name: &str, module: &str, span: Span) -> Box<Diagnostic> {
    let message = format!("`{name}` may come from `from {module} import *`, which is not in the project");
    Diagnostic::error(code::SCHEMA_NAME, message).at(span, "used here").help("import each name that is used").into()
}

/// A value that only running would tell.
pub fn unknown_value(span: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_VALUE, "this value is only known when the file runs")
        .at(span, "here")
        .help("write the value out: a text, a number, a list, or a name that is bound to one")
        .into()
}

/// Half of a character.
pub fn half_character(span: Span) -> Box<Diagnostic> {
    Diagnostic::error(
        code::SCHEMA_VALUE,
        "this text holds half of a character: `\\ud800` to `\\udfff` are no characters",
    )
    .at(span, "here")
    .help("write the character itself, or `\\U` and eight digits")
    .into()
}

/// A value that a library gives.
fn foreign_value(name: &str, span: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_VALUE, format!("`{name}` is not in the project, so its value is not known"))
        .at(span, "here")
        .help("write the value out: a text, a number, a list, or a name that is bound to one")
        .into()
}

/// `found`, unless something in the value is not known: then that is what is wrong.
pub fn of_value(value: &Value<'_>, span: Span, found: Box<Diagnostic>) -> Box<Diagnostic> {
    match value {
        Value::Object(Object::Foreign(name)) => foreign_value(name, span),
        Value::Object(_) => unknown_value(span),
        Value::Unknown(found) => Box::new((**found).clone()),
        Value::Items(_, items) => items.iter().fold(found, |found, item| of_value(item, span, found)),
        Value::Table(items) => items.iter().fold(found, |found, (_, item)| of_value(item, span, found)),
        _ => found,
    }
}

/// A set where an order matters.
pub fn unordered(span: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_VALUE, "a set has no order, so each run of Python gives another")
        .at(span, "a set")
        .help("write a list, or `sorted(…)`")
        .into()
}

/// `...`, which other libraries take for "required".
pub fn ellipsis(span: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_VALUE, "`...` is not a value")
        .at(span, "here")
        .help("leave the default out: then the input is required")
        .into()
}

/// A number that JSON readers would get wrong.
pub fn too_large_number(span: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_VALUE, "this number does not fit into 64 bits")
        .at(span, "here")
        .help("write a smaller number")
        .into()
}

/// The same finding, told where the way to it began.
pub fn through(found: Box<Diagnostic>, span: Span) -> Box<Diagnostic> {
    match found.related.len() {
        0..3 => Box::new(found.related(span, "used here")),
        _ => found,
    }
}
