//! The state of checking one block, stack or function: its names, and where findings go.

use crate::check::error;
use crate::check::hir::{Expr, ExprKind, LocalId};
use crate::check::level::{Level, late_use};
use crate::check::program::Program;
use crate::check::scope::{LocalKind, Place, Scope};
use crate::check::signature;
use crate::check::types::Type;
use crate::diagnostic::{Diagnostic, Severity, Sink};
use crate::source::{FileId, Span};
use crate::syntax::ast::Ident;

/// Checks one block, stack or function.
pub(super) struct Checker<'p, 'a> {
    pub program: &'p Program<'a>,
    pub sink: &'p mut Sink,
    pub scope: Scope,
    /// The file it stands in.
    pub file: FileId,
    /// What it is called in messages: "a stack", "a function"; `dep` is only there in blocks.
    pub owner: Owner,
    /// Whether `run` steps have the network.
    pub network: bool,
    /// What is being checked where versions are not known yet, as messages call it.
    pub early: Option<&'static str>,
}

/// What is being checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// A block.
    Block,
    /// A stack.
    Stack,
    /// A function.
    Function,
}

impl<'p, 'a> Checker<'p, 'a> {
    /// A checker with no names yet.
    pub(super) fn new(program: &'p Program<'a>, file: FileId, owner: Owner, sink: &'p mut Sink) -> Self {
        Self { program, sink, scope: Scope::default(), file, owner, network: false, early: None }
    }

    /// Notes a finding.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        report(diagnostic, self.sink);
    }

    /// Whether so much was found that nothing more is noted.
    pub(super) fn is_full(&self) -> bool {
        is_full(self.sink)
    }

    /// Notes a finding; the expression it is about has no type.
    pub(super) fn refuse(&mut self, span: Span, diagnostic: Diagnostic) -> Expr {
        self.report(diagnostic);
        erroneous(span)
    }

    /// Binds a name to a new local, unless it is taken or built in.
    pub(super) fn bind(&mut self, name: &Ident, kind: LocalKind) -> LocalId {
        let misnamed = signature::is_builtin_name(&name.name);
        let refused = if misnamed {
            Some(error::shadows_builtin(name))
        } else if let Some(first) = self.scope.find(&name.name) {
            Some(error::duplicate_name(name, self.scope.local(first).span))
        } else if self.scope.capabilities.contains_key(&name.name) {
            Some(error::name_of_capability(name))
        } else {
            None
        };
        let local = self.scope.add(&name.name, name.span, kind);
        let entry = self.scope.local_mut(local);
        entry.misnamed = misnamed;
        // A name that was refused is not also called unused.
        entry.used = refused.is_some();
        refused.into_iter().for_each(|refused| self.report(refused));
        local
    }

    /// Runs `body` where `places` are known not to be `none`.
    pub(super) fn knowing<T>(&mut self, places: &[Place], body: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.scope.note_present(places);
        let result = body(self);
        self.scope.forget(mark);
        result
    }

    /// Runs `body` in a scope of its own: the names it binds end with it.
    pub(super) fn scoped<T>(&mut self, body: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.scope.enter();
        let result = body(self);
        self.scope.leave(mark);
        result
    }

    /// Checks an expression that stands in `place`, and refuses what is known later than `limit` in it.
    pub(super) fn known_by(
        &mut self,
        limit: Level,
        place: &'static str,
        check: impl FnOnce(&mut Self) -> Expr,
    ) -> Expr {
        let outer = self.early.replace(place);
        let expr = check(self);
        self.early = outer;
        if let Some(late) = late_use(&expr, limit, &self.scope, self.program) {
            self.report(error::known_too_late(&late, place));
        }
        expr
    }

    /// Warns about `let`s and `param`s that nothing reads; not where statements are missing that did not parse.
    pub(super) fn report_unused(&mut self) {
        if self.sink.diagnostics().iter().any(|found| found.code.name.starts_with("cogpack::syntax::")) {
            return;
        }
        let unused: Vec<Diagnostic> = self
            .scope
            .locals()
            .iter()
            .filter(|local| !local.used && matches!(local.kind, LocalKind::Let | LocalKind::Param))
            .map(error::unused)
            .collect();
        unused.into_iter().for_each(|diagnostic| self.report(diagnostic));
    }
}

/// More warnings and more findings than this are not noted: nobody reads them, and they take time to compare.
const MOST_WARNINGS: usize = 200;
const MOST: usize = 1_000;

/// Notes a finding. There is always room for errors: warnings stop earlier.
pub(super) fn report(diagnostic: Diagnostic, sink: &mut Sink) {
    let most = if diagnostic.severity == Severity::Error { MOST } else { MOST_WARNINGS };
    if sink.diagnostics().len() < most {
        sink.push(diagnostic);
    }
}

/// Whether so much was found that nothing more is noted.
pub(super) fn is_full(sink: &Sink) -> bool {
    sink.diagnostics().len() >= MOST
}

/// What stands for an expression that was reported.
pub(super) fn erroneous(span: Span) -> Expr {
    Expr { kind: ExprKind::None, ty: Type::Error, span }
}
