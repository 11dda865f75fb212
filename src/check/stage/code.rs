//! Words that a program runs as code, in a list that is run as it is: `["sh", "-c", "…"]`.

use crate::check::checker::Checker;
use crate::check::error;
use crate::check::hir::{Elem, Expr, ExprKind};
use crate::check::path;
use crate::check::shell::{self, Lexed, Piece, Place};
use crate::check::types::Type;

impl Checker<'_, '_> {
    /// In any list that looks like a command, what is run as code holds only text of the block. Every list is looked
    /// at: it may become a command by way of a `let` or a function.
    pub(in crate::check) fn refuse_values_in_code(&mut self, elements: &[Elem]) {
        for (index, element) in elements.iter().enumerate() {
            let foreign: Vec<&Expr> = values(element).into_iter().filter(|value| !self.is_own_text(value)).collect();
            if foreign.is_empty() {
                continue;
            }
            let Some(runner) = runner(elements, index) else { continue };
            for value in foreign {
                self.report(error::exec_code(&runner, value.span));
            }
        }
    }

    /// No shell reads a `$NAME` in the words of a command, but in what is run as code.
    pub(super) fn words(&mut self, list: &Expr) {
        let ExprKind::List(elements) = &list.kind else {
            self.expanded_by_nobody(list, None);
            return;
        };
        for (index, element) in elements.iter().enumerate() {
            let mentions = |value: &&Expr| path::written(value).iter().any(|(text, _)| text.contains('$'));
            let mentioning: Vec<&Expr> = values(element).into_iter().filter(mentions).collect();
            if !mentioning.is_empty() && runner(elements, index).is_none() {
                mentioning.into_iter().for_each(|value| self.expanded_by_nobody(value, None));
            }
        }
    }

    /// Text that is written in the block, or a command of `cog.yaml`, which is code anyway.
    fn is_own_text(&self, value: &Expr) -> bool {
        match &value.kind {
            ExprKind::Str(_) => true,
            ExprKind::If { then, otherwise, .. } => {
                self.is_own_text(then) && otherwise.as_ref().is_none_or(|otherwise| self.is_own_text(otherwise))
            }
            _ => value.ty == Type::Error || self.is_command(value),
        }
    }
}

/// More words than this before the code are not looked at.
const MOST_WORDS: usize = 16;

/// What runs the element at `index` as code, if the words before it say so. The list is read as the shell text that
/// runs the same words.
fn runner(elements: &[Elem], index: usize) -> Option<String> {
    if index == 0 || index > MOST_WORDS {
        return None;
    }
    let before: Vec<Option<String>> = elements.get(..index)?.iter().map(literal).collect();
    let mut pieces = Vec::new();
    for word in &before {
        pieces.push(word.as_deref().map_or(Piece::Slot, Piece::Text));
        pieces.push(Piece::Text(" "));
    }
    pieces.push(Piece::Slot);
    let Lexed { slots, .. } = shell::lex(&pieces);
    match slots.into_iter().last()?.place {
        Place::CodeArgument(runner) => Some(runner),
        _ => None,
    }
}

/// A literal word, quoted.
fn literal(element: &Elem) -> Option<String> {
    match element {
        Elem::Expr(Expr { kind: ExprKind::Str(text), .. }) => Some(shell::quote(text)),
        _ => None,
    }
}

/// The values that an element may give.
fn values(element: &Elem) -> Vec<&Expr> {
    match element {
        Elem::Expr(value) => vec![value],
        Elem::When { then, otherwise, .. } => then.iter().chain(otherwise).flat_map(values).collect(),
        Elem::For { body, .. } => body.iter().flat_map(values).collect(),
    }
}
