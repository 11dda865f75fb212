//! String literals: plain ones, those that are versions or constraints, and those with interpolations.

use crate::check::checker::Checker;
use crate::check::error;
use crate::check::expr::strip_optional;
use crate::check::hir::{Expr, ExprKind};
use crate::check::types::Type;
use crate::source::Span;
use crate::syntax::ast::{self, StrLit, StrPart};
use crate::version::{Constraint, Version};

impl Checker<'_, '_> {
    /// A string literal; a version or constraint where one is asked for.
    pub(super) fn string(&mut self, literal: &StrLit, hint: Option<&Type>) -> Expr {
        let span = literal.span;
        match (literal.literal(), hint.map(strip_optional)) {
            (Some(text), Some(Type::Version)) => match Version::parse(text) {
                Ok(version) => Expr { kind: ExprKind::Version(version), ty: Type::Version, span },
                Err(invalid) => self.refuse(span, error::invalid_version(text, span, &invalid)),
            },
            (Some(text), Some(Type::Constraint)) => match Constraint::parse(text) {
                Ok(constraint) => Expr { kind: ExprKind::Constraint(constraint), ty: Type::Constraint, span },
                Err(invalid) => self.refuse(span, error::invalid_constraint(text, span, &invalid)),
            },
            (Some(text), _) => Expr { kind: ExprKind::Str(text.to_owned()), ty: Type::String, span },
            (None, _) => self.template(literal),
        }
    }

    fn template(&mut self, literal: &StrLit) -> Expr {
        let parts = literal.parts.iter().map(|part| self.template_part(part)).collect();
        Expr { kind: ExprKind::Template(parts), ty: Type::String, span: literal.span }
    }

    fn template_part(&mut self, part: &StrPart) -> Expr {
        match part {
            StrPart::Text { value, span } => Expr { kind: ExprKind::Str(value.clone()), ty: Type::String, span: *span },
            StrPart::Interp { raw: true, expr, span } => {
                self.leavable(expr, None);
                self.refuse(*span, error::raw_outside_shell(*span))
            }
            StrPart::Interp { raw: false, expr, span } => {
                let value = self.interpolated(expr, *span);
                match value.ty {
                    Type::String | Type::Int | Type::Version | Type::Constraint | Type::Error => value,
                    _ => {
                        let diagnostic = error::not_interpolatable(&value);
                        self.refuse(value.span, diagnostic)
                    }
                }
            }
        }
    }

    /// What stands in `${…}`; optional values and the names of shell variables are refused.
    pub(in crate::check) fn interpolated(&mut self, expr: &ast::Expr, span: Span) -> Expr {
        if let ast::ExprKind::Name(name) = &expr.kind
            && is_shell_variable(name)
            && self.scope.find(name).is_none()
            && !self.scope.capabilities.contains_key(name)
        {
            return self.refuse(span, error::shell_variable_in_braces(name, span));
        }
        let value = self.leavable(expr, None);
        match &value.ty {
            Type::Optional(_) | Type::Never => {
                let diagnostic = error::optional_value(&value, "an interpolation needs a value");
                self.refuse(value.span, diagnostic)
            }
            Type::Record(record) => {
                let diagnostic = error::record_value(record, value.span, "interpolated");
                self.refuse(value.span, diagnostic)
            }
            _ => value,
        }
    }
}

/// `HOME`, `CUDA_VERSION`: how variables of the shell are called, and nothing in this language.
fn is_shell_variable(name: &str) -> bool {
    name.chars().any(|c| c.is_ascii_uppercase()) && !name.chars().any(|c| c.is_ascii_lowercase() || c == '-')
}
