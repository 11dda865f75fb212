//! Operators and the choice between two values.

use crate::check::checker::Checker;
use crate::check::error;
use crate::check::expr::{fits, join, shows};
use crate::check::hir::{Expr, ExprKind};
use crate::check::types::Type;
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp};

/// An operator and its sides as written.
pub(super) struct Sides<'e> {
    pub op: BinaryOp,
    pub op_span: Span,
    pub left: &'e ast::Expr,
    pub right: &'e ast::Expr,
    pub span: Span,
}

/// `then if condition else otherwise` as written.
pub(super) struct Choice<'e> {
    pub then: &'e ast::Expr,
    pub condition: &'e ast::Expr,
    pub otherwise: &'e ast::Expr,
    pub span: Span,
}

impl Checker<'_, '_> {
    /// `left op right`
    pub(super) fn binary(&mut self, sides: &Sides<'_>, hint: Option<&Type>) -> Expr {
        match sides.op {
            BinaryOp::Coalesce => self.coalesce(sides, hint),
            BinaryOp::And | BinaryOp::Or => self.logical(sides),
            BinaryOp::Eq | BinaryOp::Ne => self.equality(sides),
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => self.comparison(sides),
            BinaryOp::In => self.membership(sides),
        }
    }

    /// `then if condition else otherwise`
    pub(super) fn choice(&mut self, choice: &Choice<'_>, hint: Option<&Type>) -> Expr {
        let condition = self.condition(choice.condition, "if");
        let shown = shows(&condition);
        let (then, otherwise) = if hint.is_none() && is_text(choice.then) && !is_text(choice.otherwise) {
            let otherwise = self.knowing(&shown.when_false, |checker| checker.expr(choice.otherwise, hint));
            let then = self.knowing(&shown.when_true, |checker| checker.expr(choice.then, Some(&otherwise.ty)));
            (then, otherwise)
        } else {
            let then = self.knowing(&shown.when_true, |checker| checker.expr(choice.then, hint));
            let hint = hint.cloned().unwrap_or_else(|| then.ty.clone());
            let otherwise = self.knowing(&shown.when_false, |checker| checker.expr(choice.otherwise, Some(&hint)));
            (then, otherwise)
        };
        let Some(ty) = join(&then.ty, &otherwise.ty) else {
            return self.refuse(choice.span, error::branches_differ(&then, &otherwise));
        };
        let kind =
            ExprKind::If { then: Box::new(then), condition: Box::new(condition), otherwise: Some(Box::new(otherwise)) };
        Expr { kind, ty, span: choice.span }
    }

    fn coalesce(&mut self, sides: &Sides<'_>, hint: Option<&Type>) -> Expr {
        let left = self.expr(sides.left, hint);
        let value = match &left.ty {
            Type::Optional(inner) => (**inner).clone(),
            Type::Never | Type::Error => left.ty.clone(),
            _ => {
                let diagnostic = error::coalesce_needs_optional(&left, sides.op_span);
                self.expr(sides.right, Some(&left.ty));
                return self.refuse(sides.span, diagnostic);
            }
        };
        let right_hint = if value == Type::Never { hint.cloned() } else { Some(value.clone()) };
        let right = self.expr(sides.right, right_hint.as_ref());
        let ty = match value {
            Type::Never => Some(right.ty.clone()),
            value => join(&value, &right.ty),
        };
        match ty {
            Some(ty) => combined(sides, left, right, ty),
            None => self.refuse(sides.span, error::branches_differ(&left, &right)),
        }
    }

    fn logical(&mut self, sides: &Sides<'_>) -> Expr {
        let word = if sides.op == BinaryOp::And { "and" } else { "or" };
        let left = self.condition(sides.left, word);
        let shown = shows(&left);
        let known = if sides.op == BinaryOp::And { shown.when_true } else { shown.when_false };
        let right = self.knowing(&known, |checker| checker.condition(sides.right, word));
        combined(sides, left, right, Type::Bool)
    }

    fn equality(&mut self, sides: &Sides<'_>) -> Expr {
        match (is_none(sides.left), is_none(sides.right)) {
            (true, false) => {
                let right = self.compared_with_none(sides.right);
                let left = self.expr(sides.left, None);
                combined(sides, left, right, Type::Bool)
            }
            (false, true) => {
                let left = self.compared_with_none(sides.left);
                let right = self.expr(sides.right, None);
                combined(sides, left, right, Type::Bool)
            }
            _ => {
                let (left, right) = self.pair(sides);
                self.equal(sides, left, right)
            }
        }
    }

    fn equal(&mut self, sides: &Sides<'_>, left: Expr, right: Expr) -> Expr {
        for side in [&left, &right] {
            if let Type::Record(record) = super::strip_optional(&side.ty) {
                let diagnostic = error::record_value(record, side.span, "compared");
                return self.refuse(sides.span, diagnostic);
            }
        }
        let comparable = |ty: &Type| *super::strip_optional(ty) != Type::Data;
        let same = fits(&left.ty, &right.ty) || fits(&right.ty, &left.ty);
        if same && comparable(&left.ty) && comparable(&right.ty) {
            return combined(sides, left, right, Type::Bool);
        }
        self.refuse(sides.span, error::not_comparable(&left, &right, sides.op, sides.op_span))
    }

    /// What is compared with `none` must be able to be `none`. A plain name counts as it was declared: comparing
    /// again what is already known to be there is no mistake.
    fn compared_with_none(&mut self, expr: &ast::Expr) -> Expr {
        let value = match &expr.kind {
            ast::ExprKind::Name(name) => self.declared(name, expr.span),
            _ => self.expr(expr, None),
        };
        match &value.ty {
            Type::Optional(_) | Type::Never | Type::Error => value,
            Type::Record(record) => {
                let diagnostic = error::record_value(record, value.span, "compared");
                self.refuse(value.span, diagnostic)
            }
            _ => {
                let diagnostic = error::never_none(&value);
                self.refuse(value.span, diagnostic)
            }
        }
    }

    fn comparison(&mut self, sides: &Sides<'_>) -> Expr {
        let (left, right) = self.pair(sides);
        for side in [&left, &right] {
            if matches!(side.ty, Type::Optional(_) | Type::Never) {
                let diagnostic = error::optional_value(side, "only values that are there have an order");
                return self.refuse(sides.span, diagnostic);
            }
        }
        match (&left.ty, &right.ty) {
            (Type::Error, _) | (_, Type::Error) | (Type::Int, Type::Int) | (Type::Version, Type::Version) => {
                combined(sides, left, right, Type::Bool)
            }
            _ => self.refuse(sides.span, error::no_order(&left, &right, sides.op_span)),
        }
    }

    fn membership(&mut self, sides: &Sides<'_>) -> Expr {
        let (left, right) = if is_text(sides.right) {
            let left = self.expr(sides.left, None);
            let hint = (left.ty == Type::Version).then_some(Type::Constraint);
            let right = self.expr(sides.right, hint.as_ref());
            (left, right)
        } else {
            let right = self.expr(sides.right, None);
            let hint = match &right.ty {
                Type::Constraint => Some(Type::Version),
                Type::List(element) => Some((**element).clone()),
                _ => None,
            };
            (self.expr(sides.left, hint.as_ref()), right)
        };
        for side in [&left, &right] {
            if matches!(side.ty, Type::Optional(_) | Type::Never) {
                let diagnostic = error::optional_value(side, "`in` needs values that are there");
                return self.refuse(sides.span, diagnostic);
            }
        }
        let holds = match &right.ty {
            Type::Error => true,
            Type::List(element) => **element == Type::Never || fits(&left.ty, element),
            Type::Constraint => fits(&left.ty, &Type::Version),
            _ => left.ty == Type::Error,
        };
        if holds {
            return combined(sides, left, right, Type::Bool);
        }
        self.refuse(sides.span, error::not_in(&left, &right, sides.op_span))
    }

    /// Checks both sides of a comparison; a string literal takes the type of the other side.
    fn pair(&mut self, sides: &Sides<'_>) -> (Expr, Expr) {
        if is_text(sides.left) && !is_text(sides.right) {
            let right = self.expr(sides.right, None);
            (self.expr(sides.left, Some(&right.ty)), right)
        } else {
            let left = self.expr(sides.left, None);
            let right = self.expr(sides.right, Some(&left.ty));
            (left, right)
        }
    }
}

fn combined(sides: &Sides<'_>, left: Expr, right: Expr, ty: Type) -> Expr {
    let kind = ExprKind::Binary { op: sides.op, left: Box::new(left), right: Box::new(right) };
    Expr { kind, ty, span: sides.span }
}

fn is_none(expr: &ast::Expr) -> bool {
    matches!(expr.kind, ast::ExprKind::None)
}

fn is_text(expr: &ast::Expr) -> bool {
    matches!(expr.kind, ast::ExprKind::Str(_))
}
