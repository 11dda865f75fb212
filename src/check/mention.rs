//! An expression as written → the names it mentions, before anything about them is known.

use crate::syntax::ast::{Elem, Expr, ExprKind, StrPart};

/// Expressions nested deeper than this are refused, so that no input can exhaust the stack.
pub(super) const DEEPEST: usize = 200;

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

/// Calls `found` for every name in `expr`; below [`DEEPEST`] it stops.
pub(super) fn mentions<'a>(expr: &'a Expr, found: &mut dyn FnMut(Mention<'a>)) {
    visit(expr, DEEPEST, found);
}

fn visit<'a>(expr: &'a Expr, depth: usize, found: &mut dyn FnMut(Mention<'a>)) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match &expr.kind {
        ExprKind::None | ExprKind::Bool(_) | ExprKind::Int(_) => {}
        ExprKind::Str(literal) => {
            for part in &literal.parts {
                if let StrPart::Interp { expr, .. } = part {
                    visit(expr, depth, found);
                }
            }
        }
        ExprKind::Name(name) => found(Mention::Name(name)),
        ExprKind::List(elements) => visit_elements(elements, depth, found),
        ExprKind::Paren(inner) | ExprKind::Not(inner) => visit(inner, depth, found),
        ExprKind::Binary { left, right, .. } => {
            visit(left, depth, found);
            visit(right, depth, found);
        }
        ExprKind::If { then, condition, otherwise } => {
            visit(then, depth, found);
            visit(condition, depth, found);
            if let Some(otherwise) = otherwise {
                visit(otherwise, depth, found);
            }
        }
        ExprKind::Field { base, name } => match &base.kind {
            ExprKind::Name(dep) if dep == "dep" => found(Mention::Dependency(&name.name)),
            _ => visit(base, depth, found),
        },
        ExprKind::Call { callee, args } => {
            match &callee.kind {
                ExprKind::Name(name) => found(Mention::Call(name)),
                _ => visit(callee, depth, found),
            }
            for arg in args {
                visit(arg, depth, found);
            }
        }
    }
}

fn visit_elements<'a>(elements: &'a [Elem], depth: usize, found: &mut dyn FnMut(Mention<'a>)) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for element in elements {
        match element {
            Elem::Expr(expr) => visit(expr, depth, found),
            Elem::When(when) => {
                visit(&when.condition, depth, found);
                visit_elements(&when.then, depth, found);
                visit_elements(when.otherwise.as_deref().unwrap_or_default(), depth, found);
            }
            Elem::For(repeat) => {
                visit(&repeat.list, depth, found);
                visit_elements(&repeat.body, depth, found);
            }
        }
    }
}
