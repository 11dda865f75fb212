//! Calls: built-in functions, methods, and functions written in the language.

use crate::check::checker::{Checker, erroneous};
use crate::check::error;
use crate::check::expr::texts;
use crate::check::hir::{Expr, ExprKind, FunctionId};
use crate::check::path;
use crate::check::signature::{self, Argument, Signature};
use crate::check::types::{Record, Type};
use crate::source::Span;
use crate::syntax::ast::{self, Ident};

impl Checker<'_, '_> {
    /// `callee(args)`
    pub(super) fn call(&mut self, callee: &ast::Expr, args: &[ast::Expr], span: Span) -> Expr {
        match &callee.kind {
            ast::ExprKind::Name(name) => self.call_named(name, callee.span, args, span),
            ast::ExprKind::Field { base, name } => self.call_method(base, name, args, span),
            _ => {
                let callee = self.expr(callee, None);
                self.check_anyway(args);
                if callee.ty == Type::Error {
                    return erroneous(span);
                }
                self.refuse(span, error::not_callable(&callee.ty, callee.span))
            }
        }
    }

    fn call_named(&mut self, name: &str, name_span: Span, args: &[ast::Expr], span: Span) -> Expr {
        if self.scope.find(name).is_none() {
            if let Some(signature) = signature::builtin(name) {
                return self.call_builtin(signature, args, span);
            }
            if let Some(function) = self.program.function(self.file, name) {
                return self.call_function(function, args, span);
            }
        }
        self.check_anyway(args);
        let is_value = self.scope.find(name).is_some()
            || self.scope.capabilities.contains_key(name)
            || signature::VALUES.contains(&name);
        if is_value {
            let value = self.declared(name, name_span);
            if value.ty == Type::Error {
                return erroneous(span);
            }
            return self.refuse(span, error::not_callable(&value.ty, name_span));
        }
        if self.is_full() || self.program.is_lost(self.file, name) {
            return erroneous(span);
        }
        let own = self.program.visible.get(&self.file).into_iter().flat_map(|names| names.keys().copied());
        let known: Vec<&str> = own.chain(signature::FUNCTIONS.iter().map(|signature| signature.name)).collect();
        self.refuse(span, error::unknown_function(name, name_span, &known))
    }

    fn call_builtin(&mut self, signature: &Signature, args: &[ast::Expr], span: Span) -> Expr {
        let Some(args) = self.arguments(signature.name, signature.params, args, span) else {
            return erroneous(span);
        };
        Expr { kind: ExprKind::Builtin { function: signature.function, args }, ty: signature.result(), span }
    }

    fn call_method(&mut self, base: &ast::Expr, name: &Ident, args: &[ast::Expr], span: Span) -> Expr {
        if matches!(&base.kind, ast::ExprKind::Name(dep) if dep == "dep") {
            self.check_anyway(args);
            let dependency = self.field(base, name, span);
            return match dependency.ty {
                Type::Error => dependency,
                ty => self.refuse(span, error::not_callable(&ty, name.span)),
            };
        }
        let base = self.expr(base, None);
        let found = signature::methods(&base.ty).iter().find(|signature| signature.name == name.name);
        let Some((signature, params)) = found.and_then(|signature| Some((signature, signature.params?))) else {
            self.check_anyway(args);
            if found.is_some() {
                return self.refuse(span, error::field_called(&base.ty, name));
            }
            return self.no_such_method(&base, name, span);
        };
        let Some(args) = self.arguments(&format!(".{}", name.name), params, args, span) else {
            return erroneous(span);
        };
        let ty = signature.result();
        Expr { kind: ExprKind::Method { base: Box::new(base), method: signature.method, args }, ty, span }
    }

    fn no_such_method(&mut self, base: &Expr, name: &Ident, span: Span) -> Expr {
        if let Type::Record(record) = &base.ty
            && crate::check::types::field(record, &name.name).is_some()
        {
            return self.refuse(span, error::field_called(&base.ty, name));
        }
        if signature::builtin(&name.name).is_some() && base.ty != Type::Error {
            return self.refuse(span, error::function_as_method(name));
        }
        self.no_such_field(base, name, span)
    }

    fn call_function(&mut self, id: FunctionId, args: &[ast::Expr], span: Span) -> Expr {
        let program = self.program;
        let Some(function) = program.functions.get(id.0) else { return erroneous(span) };
        if args.len() != function.params.len() {
            self.check_anyway(args);
            let params: Vec<&str> = function.params.iter().map(|(name, _)| name.as_str()).collect();
            let diagnostic = error::wrong_argument_count(&function.decl.name.name, &params, args.len(), span);
            return self.refuse(span, diagnostic);
        }
        let args = args.iter().zip(&function.params).map(|(arg, (_, ty))| self.expect(arg, ty)).collect();
        Expr { kind: ExprKind::Call { function: id, args }, ty: function.result.clone(), span }
    }

    fn arguments(
        &mut self,
        name: &str,
        params: &[(&'static str, Argument)],
        args: &[ast::Expr],
        span: Span,
    ) -> Option<Vec<Expr>> {
        if args.len() != params.len() {
            self.check_anyway(args);
            let params: Vec<&str> = params.iter().map(|(name, _)| *name).collect();
            self.report(error::wrong_argument_count(name, &params, args.len(), span));
            return None;
        }
        Some(args.iter().zip(params).map(|(arg, (_, argument))| self.argument(arg, *argument)).collect())
    }

    fn argument(&mut self, arg: &ast::Expr, argument: Argument) -> Expr {
        match argument {
            Argument::Text => self.text(arg),
            Argument::Texts => self.expect(arg, &texts()),
            Argument::Path => {
                let checked = self.text(arg);
                self.project_paths(&checked);
                checked
            }
            Argument::Patterns => {
                let checked = self.text_or_texts(arg);
                self.project_paths(&checked);
                checked
            }
            Argument::Json => self.json(arg),
        }
    }

    /// Literal paths of facts lie in the project.
    pub(in crate::check) fn project_paths(&mut self, expr: &Expr) {
        for (text, span) in path::literals(expr) {
            if let Err(problem) = path::in_project(&text) {
                self.report(error::invalid_path(&text, span, problem));
            }
        }
    }

    fn json(&mut self, arg: &ast::Expr) -> Expr {
        let checked = self.expr(arg, None);
        match &checked.ty {
            Type::Optional(_) | Type::Never => {
                let diagnostic = error::optional_value(&checked, "`to_json` needs a value");
                self.refuse(checked.span, diagnostic)
            }
            ty if has_json(ty) => checked,
            _ => {
                let diagnostic = error::not_json(&checked);
                self.refuse(checked.span, diagnostic)
            }
        }
    }

    /// Checks arguments of a call that is wrong, for what else is wrong in them.
    fn check_anyway(&mut self, args: &[ast::Expr]) {
        for arg in args {
            self.expr(arg, None);
        }
    }
}

fn has_json(ty: &Type) -> bool {
    match ty {
        Type::Bool | Type::Int | Type::String | Type::Data | Type::Record(Record::Config) | Type::Error => true,
        Type::List(element) => **element == Type::Never || has_json(element),
        _ => false,
    }
}
