//! What a block needs → what of it this project makes it need.

use crate::check::hir::{Block, Expr, ExprKind, Need};
use crate::diagnostic::Sink;
use crate::eval::Evaluator;
use crate::eval::value::{Value, ValueKind};
use crate::source::Span;

/// A need that counts.
pub struct Needed<'a> {
    /// As the block says it.
    pub need: &'a Need,
    /// What of the project its condition holds for, if that has a place.
    pub cause: Option<Span>,
}

/// The needs of a block without condition, and those whose condition holds.
pub fn of<'a>(block: &'a Block, evaluator: &Evaluator<'_>, sink: &mut Sink) -> Vec<Needed<'a>> {
    let mut needs = Vec::with_capacity(block.needs.len());
    for need in &block.needs {
        let Some(condition) = &need.condition else {
            needs.push(Needed { need, cause: None });
            continue;
        };
        match evaluator.bool(condition) {
            Ok(true) => needs.push(Needed { need, cause: cause(condition, evaluator) }),
            Ok(false) => {}
            Err(found) => sink.push(*found),
        }
    }
    needs
}

/// The place in the project of the first value that a condition asks about.
fn cause(condition: &Expr, evaluator: &Evaluator<'_>) -> Option<Span> {
    match &condition.kind {
        ExprKind::Binary { left, right, .. } => cause(left, evaluator).or_else(|| cause(right, evaluator)),
        ExprKind::Not(inner) => cause(inner, evaluator),
        _ => place(&evaluator.value(condition).ok()?),
    }
}

fn place(value: &Value) -> Option<Span> {
    match &value.kind {
        ValueKind::List(items) => items.iter().find_map(place),
        _ => value.origin.span,
    }
}
