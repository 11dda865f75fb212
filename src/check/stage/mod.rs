//! A stage as written → a checked stage.

mod code;
mod export;
mod habit;
mod input;
mod mount;
mod operation;
mod run;
pub(super) mod structure;

use crate::check::block::name;
use crate::check::checker::Checker;
use crate::check::error;
use crate::check::expr::shows;
use crate::check::hir::{self, Expr, Input, Let, LocalId, Operation, OperationKind, Stmt};
use crate::check::phase::Phase;
use crate::check::scope::LocalKind;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{self, StageStmt};

/// What a stage's statements declare about the stage.
#[derive(Default)]
struct Head {
    from: Option<(Input, Span)>,
    writes: Vec<Expr>,
}

impl Checker<'_, '_> {
    /// Checks a stage of a phase.
    pub(super) fn stage(&mut self, stage: &ast::Stage, phase: Phase) -> hir::Stage {
        let mut head = Head::default();
        let body = self.scoped(|checker| {
            let mut body = Vec::new();
            for (index, statement) in stage.body.iter().enumerate() {
                match statement {
                    StageStmt::From(from) => checker.from(from, index, &mut head),
                    StageStmt::Writes(writes) => checker.writes(writes, &mut head),
                    _ => body.extend(checker.statement(statement)),
                }
            }
            body
        });
        hir::Stage {
            name: name(&stage.name),
            title: self.title(stage),
            phase,
            from: head.from.map(|(input, _)| input),
            writes: head.writes,
            body,
            span: stage.span,
        }
    }

    fn title(&mut self, stage: &ast::Stage) -> Option<String> {
        let title = stage.title.as_ref()?;
        let text = title.literal();
        if text.is_none() {
            self.report(error::interpolated_name("the title of a stage", title.span));
        }
        text.map(str::to_owned)
    }

    fn from(&mut self, from: &ast::From, index: usize, head: &mut Head) {
        let input = self.input(&from.input);
        match &head.from {
            Some((_, first)) => self.report(error::second_from(from.span, *first)),
            None => {
                if index > 0 {
                    self.report(error::late_from(from.span));
                }
                head.from = Some((input, from.span));
            }
        }
    }

    fn writes(&mut self, writes: &ast::Writes, head: &mut Head) {
        for path in &writes.paths {
            let checked = self.text_or_texts(path);
            self.absolute_paths(&checked);
            head.writes.push(checked);
        }
    }

    /// Statements in braces: the names they bind end with them.
    fn statements(&mut self, statements: &[StageStmt]) -> Vec<Stmt> {
        self.scoped(|checker| statements.iter().filter_map(|statement| checker.statement(statement)).collect())
    }

    fn statement(&mut self, statement: &StageStmt) -> Option<Stmt> {
        let (kind, span) = match statement {
            StageStmt::From(from) => return self.misplaced(error::nested_from(from.span)),
            StageStmt::Writes(writes) => return self.misplaced(error::nested_writes(writes.span)),
            StageStmt::Let(binding) => return Some(Stmt::Let(self.stage_let(binding))),
            StageStmt::When(when) => return Some(self.when_statement(when)),
            StageStmt::For(repeat) => return Some(self.for_statement(repeat)),
            StageStmt::Run(run) => (self.run(run), run.span),
            StageStmt::Copy(copy) => (self.copy(copy), copy.span),
            StageStmt::Env(env) => (OperationKind::Env(self.env(env)), env.span),
            StageStmt::Workdir(setting) => (OperationKind::Workdir(self.path(&setting.value)), setting.span),
            StageStmt::User(setting) => (OperationKind::User(self.user(&setting.value)), setting.span),
            StageStmt::Mkfile(mkfile) => (self.mkfile(mkfile), mkfile.span),
            StageStmt::Mkdir(mkdir) => (self.mkdir(mkdir), mkdir.span),
            StageStmt::Rm(rm) => (self.rm(rm), rm.span),
            StageStmt::Layer(layer) => (OperationKind::Layer { stage: name(&layer.stage) }, layer.span),
        };
        Some(Stmt::Op(Operation { kind, span }))
    }

    fn misplaced(&mut self, diagnostic: Diagnostic) -> Option<Stmt> {
        self.report(diagnostic);
        None
    }

    /// A `let` in a stage: its name is there from here on, so it cannot mean itself.
    fn stage_let(&mut self, binding: &ast::Let) -> Let {
        let value = self.expr(&binding.value, None);
        let local = self.bind(&binding.name, LocalKind::Let);
        self.settle(local, &value, value.ty.clone());
        Let { name: name(&binding.name), value, local }
    }

    fn when_statement(&mut self, when: &ast::When<StageStmt>) -> Stmt {
        let condition = self.condition(&when.condition, "when");
        let shown = shows(&condition);
        let then = self.knowing(&shown.when_true, |checker| checker.statements(&when.then));
        let otherwise = when.otherwise.as_deref().unwrap_or_default();
        let otherwise = self.knowing(&shown.when_false, |checker| checker.statements(otherwise));
        Stmt::When { condition, then, otherwise }
    }

    fn for_statement(&mut self, repeat: &ast::For<StageStmt>) -> Stmt {
        let list = self.repeated(&repeat.list);
        let (local, body) = self.looped(repeat, &list, |checker| checker.statements(&repeat.body));
        Stmt::For { local, list, body }
    }

    /// Runs `body` where the name of a `for` is bound.
    fn looped<S, T>(
        &mut self,
        repeat: &ast::For<S>,
        list: &Expr,
        body: impl FnOnce(&mut Self) -> Vec<T>,
    ) -> (LocalId, Vec<T>) {
        self.scoped(|checker| {
            let local = checker.bind_loop(&repeat.name, list);
            (local, body(checker))
        })
    }
}
