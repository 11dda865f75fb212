//! The operations of a stage but `run`: paths, owners, modes, variables.

use crate::check::block::name;
use crate::check::checker::Checker;
use crate::check::error;
use crate::check::expr::texts;
use crate::check::hir::{EnvSetting, Expr, InputKind, OperationKind};
use crate::check::path::{self, Problem};
use crate::check::shell;
use crate::syntax::ast;

impl Checker<'_, '_> {
    pub(super) fn copy(&mut self, copy: &ast::Copy) -> OperationKind {
        let source = self.text_or_texts(&copy.source);
        let input = self.input(&copy.input);
        self.source_paths(&source, &input.kind);
        let target = self.path(&copy.target);
        OperationKind::Copy {
            source,
            input,
            target,
            chown: copy.chown.as_ref().map(|owner| self.user(owner)),
            chmod: copy.chmod.map(|mode| mode.bits),
            include: copy.include.as_ref().map(|patterns| self.patterns(patterns)),
            exclude: copy.exclude.as_ref().map(|patterns| self.patterns(patterns)),
            contents_only: copy.contents_only.is_some(),
            optional: copy.optional.is_some(),
        }
    }

    /// Patterns of names in what is copied.
    pub(super) fn patterns(&mut self, patterns: &ast::Expr) -> Expr {
        let checked = self.expect(patterns, &texts());
        self.project_paths(&checked);
        checked
    }

    /// A path in the input that something is read from.
    pub(super) fn source_paths(&mut self, source: &Expr, input: &InputKind) {
        let check = match input {
            InputKind::Context { .. } => path::in_project,
            _ => path::in_tree,
        };
        for (text, span) in path::literals(source) {
            if let Err(problem) = check(&text) {
                self.report(error::invalid_path(&text, span, problem));
            }
        }
        if let Some((start, up)) = path::template_start(source) {
            if up {
                self.report(error::invalid_path(start, source.span, Problem::Parent));
            } else if start.starts_with('/') && matches!(input, InputKind::Context { .. }) {
                self.report(error::invalid_path(start, source.span, Problem::NotRelative));
            }
        }
    }

    /// A path of the image: a `string`, absolute.
    pub(super) fn path(&mut self, written: &ast::Expr) -> Expr {
        let checked = self.text(written);
        self.absolute_paths(&checked);
        checked
    }

    /// Refuses paths that certainly are not absolute, or go up.
    pub(super) fn absolute_paths(&mut self, checked: &Expr) {
        for (text, span) in path::literals(checked) {
            if let Err(problem) = path::absolute(&text) {
                self.report(error::invalid_path(&text, span, problem));
            }
        }
        if let Some((start, up)) = path::template_start(checked) {
            if up {
                self.report(error::invalid_path(start, checked.span, Problem::Parent));
            } else if !start.is_empty() && !start.starts_with('/') {
                self.report(error::invalid_path(start, checked.span, Problem::NotAbsolute));
            }
        }
    }

    /// `USER` or `USER:GROUP`.
    pub(super) fn user(&mut self, written: &ast::Expr) -> Expr {
        let checked = self.text(written);
        for (text, span) in path::literals(&checked) {
            if text.is_empty() || text.contains(char::is_whitespace) || text.matches(':').count() > 1 {
                self.report(error::invalid_user(&text, span));
            }
        }
        checked
    }

    /// `env NAME = value` of a stage, a run or an export.
    pub(super) fn env(&mut self, env: &ast::Env) -> EnvSetting {
        let value = self.text(&env.value);
        self.expanded_by_nobody(&value, Some(&env.name.name));
        EnvSetting { name: name(&env.name), prepend: env.prepend, value }
    }

    /// Refuses `$NAME` where no shell reads it. `variable` is the name of the variable that is set.
    pub(super) fn expanded_by_nobody(&mut self, value: &Expr, variable: Option<&str>) {
        for (text, span) in path::written(value) {
            if let Some((range, _)) = shell::unexpanded_variable(&text) {
                self.report(error::unexpanded_variable(&text, range, span, variable));
            }
        }
    }

    pub(super) fn mkfile(&mut self, mkfile: &ast::Mkfile) -> OperationKind {
        OperationKind::Mkfile {
            path: self.path(&mkfile.path),
            mode: mkfile.mode.map(|mode| mode.bits),
            content: self.text(&mkfile.content),
        }
    }

    pub(super) fn mkdir(&mut self, mkdir: &ast::Mkdir) -> OperationKind {
        OperationKind::Mkdir {
            path: self.path(&mkdir.path),
            mode: mkdir.mode.map(|mode| mode.bits),
            chown: mkdir.chown.as_ref().map(|owner| self.user(owner)),
        }
    }

    pub(super) fn rm(&mut self, rm: &ast::Rm) -> OperationKind {
        let path = self.path(&rm.path);
        for (text, span) in path::literals(&path) {
            if text.split('/').all(|part| part.is_empty() || part == ".") {
                self.report(error::removes_everything(span));
            }
        }
        OperationKind::Rm { path, optional: rm.optional.is_some() }
    }
}
