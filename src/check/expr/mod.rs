//! An expression as written → a checked expression with its type.

mod call;
mod fit;
mod list;
mod literal;
mod name;
mod narrow;
mod operator;

pub(super) use fit::{fits, join, strip_optional};
pub(super) use narrow::shows;

use crate::check::checker::{Checker, erroneous};
use crate::check::error;
use crate::check::hir::{Expr, ExprKind};
use crate::check::types::Type;
use crate::syntax::ast;

/// `string`s in a list.
pub(super) fn texts() -> Type {
    Type::List(Box::new(Type::String))
}

impl Checker<'_, '_> {
    /// Checks an expression. `hint` is the type that the place asks for: string literals become versions and
    /// constraints by it; whether the result fits is for the caller to see to.
    pub(super) fn expr(&mut self, expr: &ast::Expr, hint: Option<&Type>) -> Expr {
        let span = expr.span;
        let plain = |kind, ty| Expr { kind, ty, span };
        match &expr.kind {
            ast::ExprKind::None => plain(ExprKind::None, Type::Never),
            ast::ExprKind::Bool(value) => plain(ExprKind::Bool(*value), Type::Bool),
            ast::ExprKind::Int(value) => plain(ExprKind::Int(*value), Type::Int),
            ast::ExprKind::Str(literal) => self.string(literal, hint),
            ast::ExprKind::Name(name) => self.name(name, span),
            ast::ExprKind::List(elements) => self.list(elements, span, hint),
            ast::ExprKind::Paren(inner) => self.expr(inner, hint),
            ast::ExprKind::Not(inner) => {
                let inner = self.condition(inner, "not");
                plain(ExprKind::Not(Box::new(inner)), Type::Bool)
            }
            ast::ExprKind::Binary { op, op_span, left, right } => {
                self.binary(&operator::Sides { op: *op, op_span: *op_span, left, right, span }, hint)
            }
            ast::ExprKind::If { then, condition, otherwise: Some(otherwise) } => {
                self.choice(&operator::Choice { then, condition, otherwise, span }, hint)
            }
            ast::ExprKind::If { then, condition, otherwise: None } => {
                self.report(error::dangling_if(span));
                self.leavable_parts(then, condition, span, hint);
                erroneous(span)
            }
            ast::ExprKind::Field { base, name } => self.field(base, name, span),
            ast::ExprKind::Call { callee, args } => self.call(callee, args, span),
        }
    }

    /// Checks an expression whose value must be of a type.
    pub(super) fn expect(&mut self, expr: &ast::Expr, expected: &Type) -> Expr {
        let checked = self.expr(expr, Some(expected));
        self.coerce(checked, expected)
    }

    /// Refuses a value that does not fit a type.
    pub(super) fn coerce(&mut self, checked: Expr, expected: &Type) -> Expr {
        if fits(&checked.ty, expected) {
            return checked;
        }
        let span = checked.span;
        let diagnostic = match &checked.ty {
            Type::Optional(inner) if fits(inner, expected) => {
                error::optional_value(&checked, &error::asked_for(expected))
            }
            _ => error::type_mismatch(&checked, expected),
        };
        self.refuse(span, diagnostic)
    }

    /// Checks an expression that must be a `string`.
    pub(super) fn text(&mut self, expr: &ast::Expr) -> Expr {
        self.expect(expr, &Type::String)
    }

    /// Checks a string or a list of strings.
    pub(super) fn text_or_texts(&mut self, expr: &ast::Expr) -> Expr {
        let hint = texts();
        let checked = self.expr(expr, Some(&hint));
        match &checked.ty {
            Type::List(_) => self.coerce(checked, &hint),
            _ => self.coerce(checked, &Type::String),
        }
    }

    /// Checks a condition: what stands after `word`.
    pub(super) fn condition(&mut self, expr: &ast::Expr, word: &str) -> Expr {
        let checked = self.expr(expr, Some(&Type::Bool));
        match checked.ty {
            Type::Bool | Type::Error => checked,
            _ => {
                let diagnostic = error::condition_not_bool(&checked, word);
                self.refuse(checked.span, diagnostic)
            }
        }
    }

    /// Checks a value that may be left out by an `if` without `else`: a list element or a whole interpolation.
    pub(super) fn leavable(&mut self, expr: &ast::Expr, hint: Option<&Type>) -> Expr {
        match &expr.kind {
            ast::ExprKind::If { then, condition, otherwise: None } => {
                self.leavable_parts(then, condition, expr.span, hint)
            }
            _ => self.expr(expr, hint),
        }
    }

    fn leavable_parts(
        &mut self,
        then: &ast::Expr,
        condition: &ast::Expr,
        span: crate::source::Span,
        hint: Option<&Type>,
    ) -> Expr {
        let condition = self.condition(condition, "if");
        let shown = shows(&condition);
        let then = self.knowing(&shown.when_true, |checker| checker.expr(then, hint));
        let ty = then.ty.clone();
        let kind = ExprKind::If { then: Box::new(then), condition: Box::new(condition), otherwise: None };
        Expr { kind, ty, span }
    }
}

/// Whether a value may be left out: an `if` without `else`.
pub(super) fn is_leavable(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::If { otherwise: None, .. })
}
