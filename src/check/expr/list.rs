//! Lists and their elements, with `when` and `for` among them.

use crate::check::checker::Checker;
use crate::check::error;
use crate::check::expr::{fits, join, shows};
use crate::check::hir::{Elem, Expr, ExprKind, LocalId};
use crate::check::scope::LocalKind;
use crate::check::types::Type;
use crate::source::Span;
use crate::syntax::ast::{self, Ident};

/// The type that the elements seen so far have, and the first of them.
struct Seen {
    ty: Type,
    first: Option<Span>,
    /// What the place asks of elements.
    expected: Option<Type>,
}

/// Lists of lists go no deeper: a chain of `let`s could make a type of any size, and types are walked and copied.
const DEEPEST: usize = 16;

/// How many lists are in each other.
fn list_depth(ty: &Type) -> usize {
    std::iter::successors(Some(ty), |ty| match ty {
        Type::List(element) => Some(element),
        _ => None,
    })
    .count()
        - 1
}

impl Checker<'_, '_> {
    /// `[…]`
    pub(super) fn list(&mut self, elements: &[ast::Elem], span: Span, hint: Option<&Type>) -> Expr {
        let expected = match hint.map(super::strip_optional) {
            Some(Type::List(element)) => Some((**element).clone()),
            _ => None,
        };
        let mut seen = Seen { ty: Type::Never, first: None, expected };
        let elements = self.elements(elements, &mut seen);
        self.refuse_values_in_code(&elements);
        if list_depth(&seen.ty) >= DEEPEST {
            return self.refuse(span, error::deep_list(span));
        }
        Expr { kind: ExprKind::List(elements), ty: Type::List(Box::new(seen.ty)), span }
    }

    fn elements(&mut self, elements: &[ast::Elem], seen: &mut Seen) -> Vec<Elem> {
        elements.iter().map(|element| self.element(element, seen)).collect()
    }

    fn element(&mut self, element: &ast::Elem, seen: &mut Seen) -> Elem {
        match element {
            ast::Elem::Expr(expr) => Elem::Expr(self.element_value(expr, seen)),
            ast::Elem::When(when) => {
                let condition = self.condition(&when.condition, "when");
                let shown = shows(&condition);
                let then = self.knowing(&shown.when_true, |checker| checker.elements(&when.then, seen));
                let otherwise = when.otherwise.as_deref().unwrap_or_default();
                let otherwise = self.knowing(&shown.when_false, |checker| checker.elements(otherwise, seen));
                Elem::When { condition, then, otherwise }
            }
            ast::Elem::For(repeat) => {
                let list = self.repeated(&repeat.list);
                let (local, body) = self.scoped(|checker| {
                    let local = checker.bind_loop(&repeat.name, &list);
                    (local, checker.elements(&repeat.body, seen))
                });
                Elem::For { local, list, body }
            }
        }
    }

    fn element_value(&mut self, expr: &ast::Expr, seen: &mut Seen) -> Expr {
        let hint = seen.expected.clone().or_else(|| Some(seen.ty.clone()).filter(|ty| *ty != Type::Never));
        let value = self.leavable(expr, hint.as_ref());
        match &value.ty {
            Type::Error => return value,
            Type::Optional(_) | Type::Never => {
                let diagnostic = error::optional_value(&value, "a list holds no optional values");
                return self.refuse(value.span, diagnostic);
            }
            Type::Record(record) => {
                let diagnostic = error::record_value(record, value.span, "put into a list");
                return self.refuse(value.span, diagnostic);
            }
            _ => {}
        }
        if let Some(expected) = &seen.expected
            && !fits(&value.ty, expected)
        {
            let diagnostic = error::element_mismatch(&value, expected);
            return self.refuse(value.span, diagnostic);
        }
        if seen.ty == Type::Never {
            seen.ty = value.ty.clone();
            seen.first = Some(value.span);
        } else if let Some(ty) = join(&seen.ty, &value.ty) {
            seen.ty = ty;
        } else {
            let diagnostic = error::mixed_list(&value, &seen.ty, seen.first);
            return self.refuse(value.span, diagnostic);
        }
        value
    }

    /// What `for` goes through.
    pub(in crate::check) fn repeated(&mut self, list: &ast::Expr) -> Expr {
        let list = self.expr(list, None);
        match list.ty {
            Type::List(_) | Type::Error => list,
            _ => {
                let diagnostic = error::not_a_list(&list);
                self.refuse(list.span, diagnostic)
            }
        }
    }

    /// Binds the name of a `for` to the elements of its list.
    pub(in crate::check) fn bind_loop(&mut self, name: &Ident, list: &Expr) -> LocalId {
        let local = self.bind(name, LocalKind::Loop);
        let ty = match &list.ty {
            Type::List(element) if **element != Type::Never => (**element).clone(),
            _ => Type::Error,
        };
        self.settle(local, list, ty);
        local
    }
}
