//! What is wrong with the Python of a predictor → diagnostics, one constructor a finding.

mod input;
mod name;
mod types;

pub use input::*;
pub use name::*;
pub use types::*;

use crate::diagnostic::suggest::did_you_mean;
use crate::diagnostic::{Diagnostic, code};
use crate::schema::python::files::MOST_FILES;
use crate::source::Span;

/// A file that is not Python.
pub fn syntax(path: &str, reason: &str, span: Span) -> Box<Diagnostic> {
    let reason = reason.strip_suffix('.').unwrap_or(reason);
    Diagnostic::error(code::SCHEMA_SYNTAX, format!("`{path}` is not Python: {reason}"))
        .at(span, "not expected here")
        .help("mend it: Python would not import the file either")
        .into()
}

/// A file that nests too deeply.
pub fn too_deep(span: Span) -> Box<Diagnostic> {
    limit("this nests too deeply", span, "write it in several statements")
}

/// More files than are read.
pub fn too_many_files(path: &str) -> Box<Diagnostic> {
    Diagnostic::error(
        code::SCHEMA_LIMIT,
        format!("`{path}` is not read: the types of the predictor come from more than {MOST_FILES} files"),
    )
    .help("keep the types of inputs and outputs in fewer files")
    .into()
}

/// Names that lead to names that lead to names.
pub fn too_long_a_way(span: Span) -> Box<Diagnostic> {
    limit("this leads to itself, or through too many names", span, "write the type or value out")
}

/// A value that takes too long to work out.
pub fn too_much_work(span: Span) -> Box<Diagnostic> {
    limit("this is too much to work out", span, "write the value out, or make it smaller")
}

fn limit(message: &str, span: Span, help: &str) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_LIMIT, message).at(span, "here").help(help).into()
}

/// A file without a statement (a warning).
pub fn empty_file(path: &str, span: Span) -> Diagnostic {
    Diagnostic::warning(code::SCHEMA_EMPTY, format!("`{path}` is empty, so the image has no schema"))
        .at(span, "named here")
        .help("write the predictor in it")
}

/// A class or function that is not there.
pub fn no_predictor<'n>(
    name: &str,
    path: &str,
    known: impl IntoIterator<Item = &'n str>,
    span: Span,
) -> Box<Diagnostic> {
    let help = did_you_mean(name, known, || format!("write `class {name}` in `{path}`, or mend the name"));
    Diagnostic::error(code::SCHEMA_NO_PREDICTOR, format!("`{path}` has no `{name}`"))
        .at(span, "named here")
        .help(help)
        .into()
}

/// A class that comes from elsewhere.
pub fn foreign_predictor(name: &str, from: &str, span: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_NO_PREDICTOR, format!("`{name}` comes from `{from}`, which is not in the project"))
        .at(span, "named here")
        .help("name a class or function of the project, with the inputs and the output in its signature")
        .into()
}

/// A predictor that is no class and no function.
pub fn no_callable(name: &str, span: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_NO_PREDICTOR, format!("`{name}` is not a class or a function"))
        .at(span, "named here")
        .help("name a class with a method `run`, or a function")
        .into()
}

/// A class without the method.
pub fn no_method(class: &str, method: &str, span: Span, class_span: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_NO_METHOD, format!("`{class}` has no method `{method}`"))
        .at(class_span, "this class")
        .related(span, "named here")
        .help(format!("write `def {method}(self, …) -> …` in it"))
        .into()
}

/// A class whose method may be in a base that cannot be read.
pub fn foreign_method(class: &str, base: &str, method: &str, class_span: Span) -> Box<Diagnostic> {
    let message = format!("`{class}` may have its method `{method}` from `{base}`, which is not in the project");
    Diagnostic::error(code::SCHEMA_NO_METHOD, message)
        .at(class_span, "this class")
        .help(format!("write `def {method}(self, …) -> …` in it, which may call the base's"))
        .into()
}

/// Both names of the one method.
pub fn two_methods(class: &str, run: Span, predict: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_TWO_METHODS, format!("`{class}` has `run` and `predict`, and Cog takes only one"))
        .at(predict, "this one")
        .related(run, "and this one")
        .help("keep `run`, and give the other a name that begins with `_`")
        .into()
}

/// A parameter that no request can fill.
pub fn parameter(message: String, span: Span, help: &str) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_PARAMETER, message).at(span, "here").help(help).into()
}

/// An input without a type.
pub fn no_annotation(name: &str, span: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_NO_ANNOTATION, format!("the input `{name}` has no type"))
        .at(span, "no annotation")
        .help(format!("write its type: `{name}: str`"))
        .into()
}

/// A method without the type of its result.
pub fn no_return(name: &str, span: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_NO_RETURN, format!("`{name}` does not say what it returns"))
        .at(span, "no `-> …`")
        .help(format!("write its type: `def {name}(…) -> str:`"))
        .into()
}
