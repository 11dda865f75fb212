//! The state of checking one block, stack or function: its names, and where findings go.

use crate::check::error;
use crate::check::hir::{Expr, ExprKind, LocalId};
use crate::check::level::{Level, late_use};
use crate::check::program::Program;
use crate::check::scope::{LocalKind, Place, Scope};
use crate::check::signature;
use crate::check::types::Type;
use crate::diagnostic::{Diagnostic, Sink};
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
        Self { program, sink, scope: Scope::default(), file, owner, network: false }
    }

    /// Notes a finding.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.push(diagnostic);
    }

    /// Notes a finding; the expression it is about has no type.
    pub(super) fn refuse(&mut self, span: Span, diagnostic: Diagnostic) -> Expr {
        self.report(diagnostic);
        erroneous(span)
    }

    /// Binds a name to a new local, unless it is taken or built in.
    pub(super) fn bind(&mut self, name: &Ident, kind: LocalKind) -> LocalId {
        let misnamed = signature::is_builtin_name(&name.name);
        if misnamed {
            self.report(error::shadows_builtin(name));
        } else if let Some(first) = self.scope.find(&name.name) {
            let first = self.scope.local(first).span;
            self.report(error::duplicate_name(name, first));
        } else if self.scope.capabilities.contains_key(&name.name) {
            self.report(error::name_of_capability(name));
        }
        let local = self.scope.add(&name.name, name.span, kind);
        self.scope.local_mut(local).misnamed = misnamed;
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

    /// Refuses what is known later than `limit` in `expr`, which stands in `place`.
    pub(super) fn known_by(&mut self, limit: Level, expr: &Expr, place: &str) {
        if let Some(late) = late_use(expr, limit, &self.scope, self.program) {
            self.report(error::known_too_late(&late, place));
        }
    }

    /// Warns about `let`s and `param`s that nothing reads.
    pub(super) fn report_unused(&mut self) {
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

/// What stands for an expression that was reported.
pub(super) fn erroneous(span: Span) -> Expr {
    Expr { kind: ExprKind::None, ty: Type::Error, span }
}
