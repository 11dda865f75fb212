//! Names and fields → what they are bound to.

use crate::check::checker::{Checker, Owner, erroneous};
use crate::check::error;
use crate::check::hir::{Expr, ExprKind};
use crate::check::scope::{Capability, Place};
use crate::check::signature;
use crate::check::types::{Record, Type, field, fields};
use crate::diagnostic::suggest::closest;
use crate::source::Span;
use crate::syntax::ast::{self, Ident};

impl Checker<'_, '_> {
    /// A plain name; narrowed where a condition has shown that it is not `none`.
    pub(super) fn name(&mut self, name: &str, span: Span) -> Expr {
        let mut value = self.declared(name, span);
        let place = match value.kind {
            ExprKind::Local(id) => Some(Place::Local(id)),
            ExprKind::Schema => Some(Place::Schema),
            _ => None,
        };
        if place.is_some_and(|place| self.scope.is_present(place))
            && let Type::Optional(inner) = value.ty
        {
            value.ty = *inner;
        }
        value
    }

    /// A plain name with the type it was declared with, whatever a condition has shown.
    pub(super) fn declared(&mut self, name: &str, span: Span) -> Expr {
        let plain = |kind, ty| Expr { kind, ty, span };
        if let Some(id) = self.scope.find(name) {
            let local = self.scope.local_mut(id);
            local.used = true;
            let ty = if local.misnamed { Type::Error } else { local.ty.clone() };
            return plain(ExprKind::Local(id), ty);
        }
        if let Some(record) = signature::root(name) {
            return plain(ExprKind::Root, Type::Record(record));
        }
        if name == "schema" {
            return plain(ExprKind::Schema, Type::Optional(Box::new(Type::String)));
        }
        if let Some(capability) = self.scope.capabilities.get(name).cloned() {
            return self.capability(name, &capability, span);
        }
        let diagnostic = if name == "dep" {
            error::bare_dep(span)
        } else if signature::builtin(name).is_some() || self.program.function(self.file, name).is_some() {
            error::function_as_value(name, span)
        } else {
            return self.unknown_name(name, span);
        };
        self.refuse(span, diagnostic)
    }

    fn unknown_name(&mut self, name: &str, span: Span) -> Expr {
        if self.is_full() || self.program.is_lost(self.file, name) {
            return erroneous(span);
        }
        let known = self.scope.names().chain(signature::VALUES.iter().copied());
        let meant = closest(name, known).map(str::to_owned);
        if let Some(local) = meant.as_deref().and_then(|meant| self.scope.find(meant)) {
            self.scope.local_mut(local).used = true;
        }
        let is_capability = self.program.providers.contains_key(name);
        self.refuse(span, error::unknown_name(name, span, meant, is_capability))
    }

    fn capability(&mut self, name: &str, capability: &Capability, span: Span) -> Expr {
        match capability {
            Capability::Valued => Expr { kind: ExprKind::Capability(name.into()), ty: Type::String, span },
            Capability::Plain => self.refuse(span, error::capability_without_value(name, span)),
            Capability::Mixed(other) => self.refuse(span, error::capability_with_some_values(name, span, *other)),
            Capability::Conditional(need) => self.refuse(span, error::capability_on_a_condition(name, span, *need)),
        }
    }

    /// `base.name` without parentheses after it.
    pub(super) fn field(&mut self, base: &ast::Expr, name: &Ident, span: Span) -> Expr {
        if matches!(&base.kind, ast::ExprKind::Name(dep) if dep == "dep") {
            return self.dependency(name, span);
        }
        let base = self.expr(base, None);
        if let Some(ty) = self.field_type(&base.ty, &name.name) {
            return Expr { kind: ExprKind::Field { base: Box::new(base), name: name.name.clone() }, ty, span };
        }
        let signature = signature::methods(&base.ty).iter().find(|signature| signature.name == name.name);
        match signature {
            Some(signature) if signature.params.is_none() => {
                let kind = ExprKind::Method { base: Box::new(base), method: signature.method, args: Vec::new() };
                Expr { kind, ty: signature.result(), span }
            }
            Some(_) => self.refuse(span, error::method_not_called(&base.ty, name, span)),
            None => self.no_such_field(&base, name, span),
        }
    }

    /// Says why a value has no field or method of a name.
    pub(super) fn no_such_field(&mut self, base: &Expr, name: &Ident, span: Span) -> Expr {
        match &base.ty {
            Type::Error => erroneous(span),
            Type::Optional(inner) if self.has_member(inner, &name.name) => {
                self.refuse(span, error::field_of_optional(base, name))
            }
            _ => {
                let known = self.members(&base.ty);
                self.refuse(span, error::unknown_field(&base.ty, name, &known))
            }
        }
    }

    fn has_member(&self, ty: &Type, name: &str) -> bool {
        self.members(ty).iter().any(|member| member == name)
    }

    /// The names that may stand after a value's dot.
    fn members(&self, ty: &Type) -> Vec<String> {
        let mut names: Vec<String> = match ty {
            Type::Record(record) => fields(record).into_iter().map(|(name, _)| name.to_owned()).collect(),
            _ => Vec::new(),
        };
        if let Type::Record(Record::Dependency { name, .. }) = ty {
            names.extend(self.columns(name).iter().map(|(column, _)| column.clone()));
        }
        names.extend(signature::methods(ty).iter().map(|signature| signature.name.to_owned()));
        names
    }

    fn field_type(&self, base: &Type, name: &str) -> Option<Type> {
        let Type::Record(record) = base else { return None };
        field(record, name).or_else(|| match record {
            Record::Dependency { name: dependency, optional } => {
                let (_, ty) = self.columns(dependency).iter().find(|(column, _)| column == name)?;
                Some(if *optional { super::fit::optional(ty.clone()) } else { ty.clone() })
            }
            _ => None,
        })
    }

    fn columns(&self, dependency: &str) -> &[(String, Type)] {
        self.program.environment.catalogs.get(dependency).map(Vec::as_slice).unwrap_or_default()
    }

    fn dependency(&mut self, name: &Ident, span: Span) -> Expr {
        if self.owner != Owner::Block {
            return self.refuse(span, error::dep_outside_block(name, span, self.owner));
        }
        match self.scope.dependencies.get(&name.name) {
            Some(dependency) => {
                let record = Record::Dependency { name: name.name.clone(), optional: dependency.optional };
                Expr { kind: ExprKind::Root, ty: Type::Record(record), span }
            }
            // To declare it would not help: it is known too late all the same.
            None if let Some(place) = self.early => {
                self.refuse(span, error::undeclared_and_too_late(name, span, place))
            }
            None => {
                let declared: Vec<String> = self.scope.dependencies.keys().cloned().collect();
                self.refuse(span, error::undeclared_dependency(name, &declared))
            }
        }
    }
}
