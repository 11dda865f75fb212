//! The clauses in the braces of `run`: mounts, variables, network.

use std::collections::BTreeMap;

use crate::check::checker::Checker;
use crate::check::error;
use crate::check::expr::shows;
use crate::check::hir::{Clause, Expr, MountKind, Sharing};
use crate::check::path;
use crate::check::types::Type;
use crate::source::Span;
use crate::syntax::ast::{self, Ident, RunClause};

impl Checker<'_, '_> {
    pub(super) fn clauses(&mut self, clauses: &[RunClause]) -> Vec<Clause> {
        let checked: Vec<Clause> = clauses.iter().map(|clause| self.clause(clause)).collect();
        self.report_targets_twice(&checked);
        checked
    }

    fn clause(&mut self, clause: &RunClause) -> Clause {
        match clause {
            RunClause::Mount(mount) => Clause::Mount { kind: self.mount(mount), span: mount.span },
            RunClause::Env(env) => Clause::Env(self.env(env)),
            RunClause::Network { .. } => Clause::NetworkNone,
            RunClause::When(when) => {
                let condition = self.condition(&when.condition, "when");
                let shown = shows(&condition);
                let then = self.knowing(&shown.when_true, |checker| checker.clauses(&when.then));
                let otherwise = when.otherwise.as_deref().unwrap_or_default();
                let otherwise = self.knowing(&shown.when_false, |checker| checker.clauses(otherwise));
                Clause::When { condition, then, otherwise }
            }
            RunClause::For(repeat) => {
                let list = self.repeated(&repeat.list);
                let (local, body) = self.looped(repeat, &list, |checker| checker.clauses(&repeat.body));
                Clause::For { local, list, body }
            }
        }
    }

    fn mount(&mut self, mount: &ast::Mount) -> MountKind {
        match &mount.kind {
            ast::MountKind::Cache { target, id, sharing } => MountKind::Cache {
                target: self.path(target),
                id: id.as_ref().map(|id| self.mount_id(id)),
                sharing: sharing.as_ref().map_or(Sharing::Shared, sharing_of),
            },
            ast::MountKind::Bind { source, input, target, rw } => {
                let input = self.input(input);
                let source = source.as_ref().map(|source| {
                    let source = self.text(source);
                    self.source_paths(&source, &input.kind);
                    source
                });
                MountKind::Bind { source, input, target: self.path(target), writable: rw.is_some() }
            }
            ast::MountKind::Tmpfs { target, size } => MountKind::Tmpfs {
                target: self.path(target),
                size: size.as_ref().map(|size| self.expect(size, &Type::Int)),
            },
            ast::MountKind::Secret { id, target, env, optional } => MountKind::Secret {
                id: self.mount_id(id),
                target: target.as_ref().map(|target| self.path(target)),
                env: env.as_ref().map(|env| env.name.clone()),
                optional: optional.is_some(),
            },
            ast::MountKind::Ssh { id } => MountKind::Ssh { id: id.as_ref().map(|id| self.mount_id(id)) },
        }
    }

    fn mount_id(&mut self, id: &ast::Expr) -> Expr {
        let checked = self.text(id);
        for (text, span) in path::literals(&checked) {
            if text.is_empty() || text.contains(['\0', '\n']) {
                self.report(error::invalid_id(&text, span));
            }
        }
        checked
    }

    /// Two mounts on one literal path that certainly are there together.
    fn report_targets_twice(&mut self, clauses: &[Clause]) {
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for clause in clauses {
            let Clause::Mount { kind, .. } = clause else { continue };
            let Some(target) = target(kind) else { continue };
            let crate::check::hir::ExprKind::Str(text) = &target.kind else { continue };
            let path = text.trim_end_matches('/').to_owned();
            match seen.get(&path) {
                Some(first) => self.report(error::mount_target_twice(text, target.span, *first)),
                None => {
                    seen.insert(path, target.span);
                }
            }
        }
    }
}

fn target(kind: &MountKind) -> Option<&Expr> {
    match kind {
        MountKind::Cache { target, .. } | MountKind::Bind { target, .. } | MountKind::Tmpfs { target, .. } => {
            Some(target)
        }
        MountKind::Secret { target, .. } => target.as_ref(),
        MountKind::Ssh { .. } => None,
    }
}

/// The grammar lets only these three words through.
fn sharing_of(written: &Ident) -> Sharing {
    match written.name.as_str() {
        "private" => Sharing::Private,
        "locked" => Sharing::Locked,
        _ => Sharing::Shared,
    }
}
