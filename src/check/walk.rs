//! A checked expression → its parts.

use crate::check::hir::{Elem, Expr, ExprKind};

/// Whether `test` holds for `expr` or something in it; the outermost is asked first, then from left to right.
pub(super) fn any(expr: &Expr, test: &mut dyn FnMut(&Expr) -> bool) -> bool {
    if test(expr) {
        return true;
    }
    match &expr.kind {
        ExprKind::None
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Str(_)
        | ExprKind::Version(_)
        | ExprKind::Constraint(_)
        | ExprKind::Local(_)
        | ExprKind::Capability(_)
        | ExprKind::Root
        | ExprKind::Schema => false,
        ExprKind::Template(parts) => parts.iter().any(|part| any(part, test)),
        ExprKind::List(elements) => any_element(elements, test),
        ExprKind::Field { base, .. } => any(base, test),
        ExprKind::Builtin { args, .. } | ExprKind::Call { args, .. } => args.iter().any(|arg| any(arg, test)),
        ExprKind::Method { base, args, .. } => any(base, test) || args.iter().any(|arg| any(arg, test)),
        ExprKind::Not(inner) => any(inner, test),
        ExprKind::Binary { left, right, .. } => any(left, test) || any(right, test),
        ExprKind::If { then, condition, otherwise } => {
            any(then, test) || any(condition, test) || otherwise.as_ref().is_some_and(|other| any(other, test))
        }
    }
}

fn any_element(elements: &[Elem], test: &mut dyn FnMut(&Expr) -> bool) -> bool {
    elements.iter().any(|element| match element {
        Elem::Expr(expr) => any(expr, test),
        Elem::When { condition, then, otherwise } => {
            any(condition, test) || any_element(then, test) || any_element(otherwise, test)
        }
        Elem::For { list, body, .. } => any(list, test) || any_element(body, test),
    })
}
