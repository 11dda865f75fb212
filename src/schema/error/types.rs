//! Types that are not known, and those that Cog does not have → diagnostics.

use crate::diagnostic::{Diagnostic, code};
use crate::source::Span;

/// What inputs may be, for help.
const INPUT_TYPES: &str = "inputs are `str`, `int`, `float`, `bool`, `dict`, `cog.Path`, `cog.Secret`, a `Literal`, a \
                           `list` of one of them, or one of them `| None`";

/// What outputs may be, for help.
const OUTPUT_TYPES: &str = "outputs are `str`, `int`, `float`, `bool`, `dict`, `cog.Path`, a class with fields, a `list` \
                            or an `Iterator` of one of them";

/// A type of a library.
pub fn foreign_type(name: &str, span: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_TYPE_UNKNOWN, format!("`{name}` is not in the project, so its fields are not known"))
        .at(span, "this type")
        .help(
            "for a JSON object, write `dict` or `Annotated[…, cog.Opaque]`; for a file, `cog.Path`; or define a class",
        )
        .into()
}

/// A class of the project on top of one of a library.
pub fn foreign_base(class: &str, base: &str, span: Span, place: Span) -> Box<Diagnostic> {
    let message = format!("the base `{base}` of `{class}` is not in the project, so its fields are not known");
    Diagnostic::error(code::SCHEMA_TYPE_UNKNOWN, message)
        .at(span, "this type")
        .related(place, "defined here")
        .help("for a JSON object, write `dict` or `Annotated[…, cog.Opaque]`; or derive it from `cog.BaseModel`")
        .into()
}

/// A class of the project with arguments.
pub fn generic_class(span: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_TYPE_UNKNOWN, "classes with type arguments are not understood")
        .at(span, "this type")
        .help("define a class for these arguments")
        .into()
}

/// An expression that is no type.
pub fn no_type(span: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_TYPE_UNKNOWN, "this is not a type that can be read from the text")
        .at(span, "here")
        .help("write the type out")
        .into()
}

/// `Iterator` without what it gives.
pub fn needs_arguments(span: Span) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_TYPE_UNKNOWN, "this type needs to say of what")
        .at(span, "here")
        .help("write it with brackets: `Iterator[str]`")
        .into()
}

/// A type that no input or output has.
pub fn unsupported(name: &str, span: Span) -> Box<Diagnostic> {
    unsupported_with(format!("`{name}` is not a type that Cog has"), span, INPUT_TYPES)
}

/// A type that no input has.
pub fn unsupported_input(name: &str, ty: &str, span: Span) -> Box<Diagnostic> {
    unsupported_with(format!("the input `{name}` cannot be `{ty}`"), span, INPUT_TYPES)
}

/// A type that no output has.
pub fn unsupported_output(ty: &str, span: Span) -> Box<Diagnostic> {
    unsupported_with(format!("an output cannot be `{ty}`"), span, OUTPUT_TYPES)
}

/// An output that may be nothing, or several things.
pub fn undecided_output(ty: &str, span: Span, help: &str) -> Box<Diagnostic> {
    unsupported_with(format!("an output cannot be `{ty}`"), span, help)
}

/// An enumeration whose members are no texts or numbers.
pub fn plain_enumeration(class: &str, span: Span) -> Box<Diagnostic> {
    unsupported_with(
        format!("requests hold texts and numbers, and the members of `{class}` are neither"),
        span,
        "derive it from `str` too: `class X(str, Enum)`; or write a `Literal`",
    )
}

fn unsupported_with(message: String, span: Span, help: &str) -> Box<Diagnostic> {
    Diagnostic::error(code::SCHEMA_TYPE, message).at(span, "this type").help(help).into()
}
