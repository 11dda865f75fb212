//! The statements of a module or class → the names they bind, and where.
//!
//! Bindings are kept in the order of the text. One that stands in an `if`, a `try`, a loop or the like may not happen.

use std::collections::BTreeMap;

use ruff_python_ast::{Alias, CmpOp, ExceptHandler, Expr, Pattern, Stmt, StmtClassDef, StmtFunctionDef};
use ruff_text_size::Ranged;

use crate::schema::python::library;

/// What a name is bound to.
#[derive(Clone, Copy, Debug)]
pub enum Bound<'a> {
    /// `class NAME`
    Class(&'a StmtClassDef),
    /// `def NAME`
    Function(&'a StmtFunctionDef),
    /// `NAME = …`
    Value(&'a Expr),
    /// `import …`, `from … import NAME`
    Import(Import<'a>),
    /// Something that only running would tell: a loop, a `with`, an unpacked tuple, `+=`, `del`.
    Unknown,
}

/// What an import names.
#[derive(Clone, Copy, Debug)]
pub struct Import<'a> {
    /// `a.b` in `from a.b import c`; empty in `from . import c`.
    pub module: &'a str,
    /// How many dots stand before it.
    pub level: u32,
    /// `c`; absent when the module itself is bound.
    pub name: Option<&'a str>,
}

/// One time that a name is bound.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    /// The offset at which it has happened.
    pub at: u32,
    /// Where to point.
    pub range: ruff_text_size::TextRange,
    /// Whether it may not happen.
    pub conditional: bool,
    /// To what.
    pub bound: Bound<'a>,
}

/// The names of a module or class.
#[derive(Debug, Default)]
pub struct Scope<'a> {
    /// By name, in the order of the text.
    pub names: BTreeMap<&'a str, Vec<Binding<'a>>>,
    /// `from … import *`, by its offset.
    pub stars: Vec<(u32, Import<'a>)>,
    /// Bodies of `if TYPE_CHECKING`, which do not run.
    hints: Vec<&'a [Stmt]>,
}

impl<'a> Scope<'a> {
    /// Collects what the statements bind.
    pub fn of(body: &'a [Stmt]) -> Self {
        let mut scope = Self::default();
        scope.statements(body, false);
        let mut hinted = Self::default();
        while let Some(body) = scope.hints.pop() {
            hinted.statements(body, true);
            scope.hints.append(&mut hinted.hints);
        }
        for (name, bindings) in hinted.names {
            scope.names.entry(name).or_insert(bindings);
        }
        scope
    }

    fn statements(&mut self, body: &'a [Stmt], conditional: bool) {
        for statement in body {
            self.statement(statement, conditional);
        }
    }

    fn bind(&mut self, name: &'a str, node: &impl Ranged, conditional: bool, bound: Bound<'a>) {
        let at = node.range().end().to_u32();
        self.names.entry(name).or_default().push(Binding { at, range: node.range(), conditional, bound });
    }

    fn statement(&mut self, statement: &'a Stmt, conditional: bool) {
        match statement {
            Stmt::ClassDef(class) => {
                let range = class.name.range();
                let bound = Bound::Class(class);
                let binding = Binding { at: class.end().to_u32(), range, conditional, bound };
                self.names.entry(class.name.as_str()).or_default().push(binding);
            }
            Stmt::FunctionDef(function) => {
                let range = function.name.range();
                let bound = Bound::Function(function);
                let binding = Binding { at: function.end().to_u32(), range, conditional, bound };
                self.names.entry(function.name.as_str()).or_default().push(binding);
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.assign(target, &assign.value, statement, conditional);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let (Expr::Name(name), Some(value)) = (&*assign.target, &assign.value) {
                    self.bind(name.id.as_str(), statement, conditional, Bound::Value(value));
                }
            }
            Stmt::TypeAlias(alias) => {
                if let Expr::Name(name) = &*alias.name {
                    self.bind(name.id.as_str(), statement, conditional, Bound::Value(&alias.value));
                }
            }
            Stmt::AugAssign(assign) => self.unknown(&assign.target, statement, conditional),
            Stmt::Delete(delete) => {
                delete.targets.iter().for_each(|target| self.unknown(target, statement, conditional))
            }
            Stmt::Import(import) => import.names.iter().for_each(|alias| self.import(alias, conditional)),
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                for alias in &import.names {
                    self.import_from(Import { module, level: import.level, name: None }, alias, conditional);
                }
            }
            _ => self.compound(statement, conditional),
        }
    }

    /// `A = 1`, and `A, B = 1, 2` where both sides are written out.
    fn assign(&mut self, target: &'a Expr, value: &'a Expr, whole: &'a Stmt, conditional: bool) {
        let targets = match target {
            Expr::Name(name) => return self.bind(name.id.as_str(), whole, conditional, Bound::Value(value)),
            Expr::Tuple(tuple) => &tuple.elts,
            Expr::List(list) => &list.elts,
            _ => return,
        };
        let values = match value {
            Expr::Tuple(tuple) => &tuple.elts,
            Expr::List(list) => &list.elts,
            _ => return self.unknown(target, whole, conditional),
        };
        if targets.len() != values.len() || targets.iter().chain(values).any(Expr::is_starred_expr) {
            return self.unknown(target, whole, conditional);
        }
        targets.iter().zip(values).for_each(|(target, value)| self.assign(target, value, whole, conditional));
    }

    fn import(&mut self, alias: &'a Alias, conditional: bool) {
        let path = alias.name.as_str();
        let (name, module) = match &alias.asname {
            Some(name) => (name.as_str(), path),
            None => (path.split('.').next().unwrap_or(path), path.split('.').next().unwrap_or(path)),
        };
        self.bind(name, alias, conditional, Bound::Import(Import { module, level: 0, name: None }));
    }

    fn import_from(&mut self, import: Import<'a>, alias: &'a Alias, conditional: bool) {
        let name = alias.name.as_str();
        if name == "*" {
            self.stars.push((alias.end().to_u32(), import));
            return;
        }
        let local = alias.asname.as_ref().map_or(name, |local| local.as_str());
        self.bind(local, alias, conditional, Bound::Import(Import { name: Some(name), ..import }));
    }

    /// Statements that hold others, which may not happen.
    fn compound(&mut self, statement: &'a Stmt, inside: bool) {
        match statement {
            Stmt::If(found) => {
                // What only type checkers see is bound to nothing else.
                let is_hint = is_type_checking(&found.test);
                if is_hint {
                    self.hints.push(&found.body);
                } else if !is_script(&found.test) {
                    self.statements(&found.body, true);
                }
                let is_certain = is_hint && found.elif_else_clauses.len() == 1;
                found.elif_else_clauses.iter().for_each(|clause| self.statements(&clause.body, !is_certain || inside));
            }
            Stmt::Try(found) if found.finalbody.is_empty() && found.orelse.is_empty() && cannot_fail(&found.body) => {
                self.statements(&found.body, inside);
            }
            Stmt::Try(found) => {
                self.statements(&found.body, true);
                for handler in &found.handlers {
                    let ExceptHandler::ExceptHandler(handler) = handler;
                    if let Some(name) = &handler.name {
                        self.bind(name.as_str(), name, true, Bound::Unknown);
                    }
                    self.statements(&handler.body, true);
                }
                self.statements(&found.orelse, true);
                self.statements(&found.finalbody, true);
            }
            Stmt::With(found) => {
                for target in found.items.iter().filter_map(|item| item.optional_vars.as_deref()) {
                    self.unknown(target, target, true);
                }
                self.statements(&found.body, true);
            }
            Stmt::For(found) => {
                self.unknown(&found.target, &*found.target, true);
                self.statements(&found.body, true);
                self.statements(&found.orelse, true);
            }
            Stmt::While(found) => {
                self.statements(&found.body, true);
                self.statements(&found.orelse, true);
            }
            Stmt::Match(found) => {
                for case in &found.cases {
                    self.captured(&case.pattern);
                    self.statements(&case.body, true);
                }
            }
            _ => {}
        }
    }

    /// The names in an assignment's target, a loop's, a `with`'s.
    fn unknown(&mut self, target: &'a Expr, whole: &impl Ranged, conditional: bool) {
        match target {
            Expr::Name(name) => self.bind(name.id.as_str(), whole, conditional, Bound::Unknown),
            Expr::Starred(starred) => self.unknown(&starred.value, whole, conditional),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|target| self.unknown(target, whole, conditional)),
            Expr::List(list) => list.elts.iter().for_each(|target| self.unknown(target, whole, conditional)),
            _ => {}
        }
    }

    fn captured(&mut self, pattern: &'a Pattern) {
        match pattern {
            Pattern::MatchAs(found) => {
                if let Some(name) = &found.name {
                    self.bind(name.as_str(), name, true, Bound::Unknown);
                }
                found.pattern.iter().for_each(|inner| self.captured(inner));
            }
            Pattern::MatchStar(found) => {
                if let Some(name) = &found.name {
                    self.bind(name.as_str(), name, true, Bound::Unknown);
                }
            }
            Pattern::MatchMapping(found) => {
                if let Some(name) = &found.rest {
                    self.bind(name.as_str(), name, true, Bound::Unknown);
                }
                found.patterns.iter().for_each(|inner| self.captured(inner));
            }
            Pattern::MatchSequence(found) => found.patterns.iter().for_each(|inner| self.captured(inner)),
            Pattern::MatchOr(found) => found.patterns.iter().for_each(|inner| self.captured(inner)),
            Pattern::MatchClass(found) => {
                found.arguments.patterns.iter().for_each(|inner| self.captured(inner));
                found.arguments.keywords.iter().for_each(|inner| self.captured(&inner.pattern));
            }
            Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => {}
        }
    }
}

/// `TYPE_CHECKING`, `typing.TYPE_CHECKING`
fn is_type_checking(test: &Expr) -> bool {
    match test {
        Expr::Name(name) => name.id.as_str() == "TYPE_CHECKING",
        Expr::Attribute(member) => member.attr.as_str() == "TYPE_CHECKING",
        _ => false,
    }
}

/// Whether only names are imported that every Python, or every Cog, has.
fn cannot_fail(body: &[Stmt]) -> bool {
    body.iter().all(|statement| match statement {
        Stmt::Import(import) => {
            import.names.iter().all(|alias| ["cog", "typing", "enum"].contains(&alias.name.as_str()))
        }
        Stmt::ImportFrom(import) => {
            let module = import.module.as_ref().map_or("", |module| module.as_str());
            import.level == 0 && import.names.iter().all(|alias| library::is_everywhere(module, alias.name.as_str()))
        }
        _ => false,
    })
}

/// `__name__ == "__main__"`, which never holds for a file that is imported.
pub fn is_script(test: &Expr) -> bool {
    let Expr::Compare(found) = test else { return false };
    let name = matches!(&*found.left, Expr::Name(name) if name.id.as_str() == "__name__");
    let main = matches!(&found.comparators[..], [Expr::StringLiteral(text)] if text.value.to_str() == "__main__");
    name && main && matches!(&found.ops[..], [CmpOp::Eq])
}
