//! An expression as written → the names it mentions, before anything about them is known.

use crate::syntax::ast::{Elem, Expr, ExprKind, StrPart};

/// A name in an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mention<'a> {
    /// A plain name.
    Name(&'a str),
    /// The name of `dep.NAME`.
    Dependency(&'a str),
    /// A name that is called.
    Call(&'a str),
}

/// Calls `found` for every name in `expr`.
pub(super) fn mentions<'a>(expr: &'a Expr, found: &mut dyn FnMut(Mention<'a>)) {
    match &expr.kind {
        ExprKind::None | ExprKind::Bool(_) | ExprKind::Int(_) => {}
        ExprKind::Str(literal) => {
            for part in &literal.parts {
                if let StrPart::Interp { expr, .. } = part {
                    mentions(expr, found);
                }
            }
        }
        ExprKind::Name(name) => found(Mention::Name(name)),
        ExprKind::List(elements) => elements_mention(elements, found),
        ExprKind::Paren(inner) | ExprKind::Not(inner) => mentions(inner, found),
        ExprKind::Binary { left, right, .. } => {
            mentions(left, found);
            mentions(right, found);
        }
        ExprKind::If { then, condition, otherwise } => {
            mentions(then, found);
            mentions(condition, found);
            if let Some(otherwise) = otherwise {
                mentions(otherwise, found);
            }
        }
        ExprKind::Field { base, name } => match &base.kind {
            ExprKind::Name(dep) if dep == "dep" => found(Mention::Dependency(&name.name)),
            _ => mentions(base, found),
        },
        ExprKind::Call { callee, args } => {
            match &callee.kind {
                ExprKind::Name(name) => found(Mention::Call(name)),
                _ => mentions(callee, found),
            }
            for arg in args {
                mentions(arg, found);
            }
        }
    }
}

fn elements_mention<'a>(elements: &'a [Elem], found: &mut dyn FnMut(Mention<'a>)) {
    for element in elements {
        match element {
            Elem::Expr(expr) => mentions(expr, found),
            Elem::When(when) => {
                mentions(&when.condition, found);
                elements_mention(&when.then, found);
                elements_mention(when.otherwise.as_deref().unwrap_or_default(), found);
            }
            Elem::For(repeat) => {
                mentions(&repeat.list, found);
                elements_mention(&repeat.body, found);
            }
        }
    }
}
