//! What the checker finds, one constructor for each finding, by what it is about.

mod literal;
mod name;
mod shell;
mod structure;
mod value;

pub(super) use literal::*;
pub(super) use name::*;
pub(super) use shell::*;
pub(super) use structure::*;
pub(super) use value::*;

use crate::check::types::Type;

/// `a `string``, `an `int``: what a value of a type is called.
fn an(ty: &Type) -> String {
    match ty {
        Type::Never => "`none`".into(),
        Type::Data => "`data`".into(),
        Type::Int => "an `int`".into(),
        Type::Record(record) => format!("the record `{record}`"),
        _ => format!("a `{ty}`"),
    }
}

/// A text as it may stand in a message: in one line, not too long.
fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let line: String = text.chars().map(|c| if c.is_control() { '␣' } else { c }).take(LONGEST).collect();
    if text.chars().count() > LONGEST { format!("{line}…") } else { line }
}
