//! A type as written → the type.

use crate::check::checker::report;
use crate::check::error;
use crate::check::types::Type;
use crate::diagnostic::Sink;
use crate::syntax::ast::TypeExpr;

/// The names of types.
pub(super) const NAMES: &[&str] = &["bool", "int", "string", "version", "constraint", "data", "list"];

/// The type that is written; what is wrong with it is reported once.
pub(super) fn resolve(written: &TypeExpr, sink: &mut Sink) -> Type {
    let plain = match (written.name.name.as_str(), &written.argument) {
        ("bool", None) => Type::Bool,
        ("int", None) => Type::Int,
        ("string", None) => Type::String,
        ("version", None) => Type::Version,
        ("constraint", None) => Type::Constraint,
        ("data", None) => Type::Data,
        ("list", Some(argument)) => match resolve(argument, sink) {
            Type::Optional(_) => {
                report(error::optional_elements(argument.span), sink);
                Type::Error
            }
            element => Type::List(Box::new(element)),
        },
        _ => {
            report(error::unknown_type(written), sink);
            Type::Error
        }
    };
    match plain {
        Type::Error => Type::Error,
        plain if written.optional => Type::Optional(Box::new(plain)),
        plain => plain,
    }
}
