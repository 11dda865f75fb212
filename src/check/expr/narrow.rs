//! A checked condition → the names that are not `none` where it holds, and where it does not.

use crate::check::hir::{Expr, ExprKind};
use crate::check::scope::Place;
use crate::syntax::ast::BinaryOp;

/// What a condition shows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::check) struct Shown {
    /// Not `none` where the condition is true.
    pub when_true: Vec<Place>,
    /// Not `none` where it is false.
    pub when_false: Vec<Place>,
}

/// What `condition` shows about plain names.
pub(in crate::check) fn shows(condition: &Expr) -> Shown {
    match &condition.kind {
        ExprKind::Not(inner) => {
            let Shown { when_true, when_false } = shows(inner);
            Shown { when_true: when_false, when_false: when_true }
        }
        ExprKind::Binary { op, left, right } => match op {
            BinaryOp::And => {
                let (left, right) = (shows(left), shows(right));
                Shown {
                    when_true: either(left.when_true, right.when_true),
                    when_false: both(&left.when_false, &right.when_false),
                }
            }
            BinaryOp::Or => {
                let (left, right) = (shows(left), shows(right));
                Shown {
                    when_true: both(&left.when_true, &right.when_true),
                    when_false: either(left.when_false, right.when_false),
                }
            }
            BinaryOp::Ne => Shown { when_true: compared_with_none(left, right), when_false: Vec::new() },
            BinaryOp::Eq => Shown { when_true: Vec::new(), when_false: compared_with_none(left, right) },
            _ => Shown::default(),
        },
        _ => Shown::default(),
    }
}

fn compared_with_none(left: &Expr, right: &Expr) -> Vec<Place> {
    let is_none = |expr: &Expr| matches!(expr.kind, ExprKind::None);
    let compared = match (is_none(left), is_none(right)) {
        (true, false) => right,
        (false, true) => left,
        _ => return Vec::new(),
    };
    place(compared).into_iter().collect()
}

fn place(expr: &Expr) -> Option<Place> {
    match expr.kind {
        ExprKind::Local(id) => Some(Place::Local(id)),
        ExprKind::Schema => Some(Place::Schema),
        _ => None,
    }
}

fn either(mut one: Vec<Place>, other: Vec<Place>) -> Vec<Place> {
    for place in other {
        if !one.contains(&place) {
            one.push(place);
        }
    }
    one
}

fn both(one: &[Place], other: &[Place]) -> Vec<Place> {
    one.iter().filter(|place| other.contains(place)).copied().collect()
}
