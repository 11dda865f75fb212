//! Knowledge levels (DESIGN §3.4): a checked expression → the first thing in it that is known too late.

use crate::check::hir::{Expr, ExprKind};
use crate::check::program::Program;
use crate::check::scope::Scope;
use crate::check::types::{Method, Record, Type};
use crate::check::walk;
use crate::source::Span;

/// When a value is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// From the project alone.
    Facts,
    /// Once it is decided which blocks take part.
    Selection,
    /// Once versions and base images are chosen.
    Resolution,
}

/// Something that is not known from the project alone.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Late {
    /// When it is known.
    pub level: Level,
    /// As it is written: `dep.torch`, `base`, `packages.pinned`, `venv`.
    pub what: String,
    /// Where it stands.
    pub span: Span,
}

/// A use of something late in an expression.
pub(super) struct LateUse {
    /// The place in the expression.
    pub span: Span,
    /// What makes it late; stands elsewhere when a `let` or function carries it.
    pub cause: Late,
}

/// The first thing in `expr` that is known later than `limit`.
pub(super) fn late_use(expr: &Expr, limit: Level, scope: &Scope, program: &Program<'_>) -> Option<LateUse> {
    let mut found = None;
    walk::any(expr, &mut |part| {
        let late = own_level(part, scope, program).filter(|late| late.level > limit);
        found = late.map(|cause| LateUse { span: part.span, cause });
        found.is_some()
    });
    found
}

/// The latest thing in `expr`, the first of them.
pub(super) fn latest(expr: &Expr, scope: &Scope, program: &Program<'_>) -> Option<Late> {
    [Level::Selection, Level::Facts]
        .into_iter()
        .find_map(|limit| late_use(expr, limit, scope, program))
        .map(|u| u.cause)
}

/// What makes `part` itself late, not looking at what is in it.
fn own_level(part: &Expr, scope: &Scope, program: &Program<'_>) -> Option<Late> {
    let after_resolution = |what: String| Some(Late { level: Level::Resolution, what, span: part.span });
    match &part.kind {
        ExprKind::Root => match &part.ty {
            Type::Record(record @ (Record::Base | Record::Dependency { .. })) => after_resolution(record.to_string()),
            _ => None,
        },
        ExprKind::Method { method: Method::PackagesPinned, .. } => after_resolution("packages.pinned".into()),
        ExprKind::Capability(name) => Some(Late { level: Level::Selection, what: name.clone(), span: part.span }),
        ExprKind::Local(id) => scope.local(*id).late.clone(),
        ExprKind::Call { function, .. } => program.functions.get(function.0)?.late.clone(),
        _ => None,
    }
}
