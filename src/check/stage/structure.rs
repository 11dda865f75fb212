//! The stages of a block among each other: what they read exists, is there before them, and may be read so.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::checker::{is_full, report};
use crate::check::error;
use crate::check::hir::{
    Block, Clause, Expr, ExprKind, Input, InputKind, MountKind, Name, Operation, OperationKind, Stage, Stmt,
};
use crate::check::path;
use crate::diagnostic::Sink;
use crate::source::Span;

/// Checks every reference between stages. `unplaced` are stages that were left out because their phase is unknown.
pub(in crate::check) fn check<'s>(block: &'s Block, unplaced: &'s [String], sink: &'s mut Sink) {
    let mut stages = BTreeMap::new();
    for (index, stage) in block.stages.iter().enumerate() {
        stages.entry(stage.name.text.as_str()).or_insert(index);
    }
    let unplaced = unplaced.iter().map(String::as_str).collect();
    let mut structure = Structure { block, stages, unplaced, made: BTreeMap::new(), sink };
    for (index, stage) in block.stages.iter().enumerate() {
        if let Some(from) = &stage.from {
            structure.input(index, from);
        }
        structure.statements(index, &stage.body);
    }
}

struct Structure<'s> {
    block: &'s Block,
    stages: BTreeMap<&'s str, usize>,
    unplaced: BTreeSet<&'s str>,
    /// By stage: all paths that it makes, where that is known.
    made: BTreeMap<usize, Option<Vec<String>>>,
    sink: &'s mut Sink,
}

impl<'s> Structure<'s> {
    fn statements(&mut self, reader: usize, statements: &'s [Stmt]) {
        for statement in statements {
            match statement {
                Stmt::Let(_) => {}
                Stmt::When { then, otherwise, .. } => {
                    self.statements(reader, then);
                    self.statements(reader, otherwise);
                }
                Stmt::For { body, .. } => self.statements(reader, body),
                Stmt::Op(operation) => self.operation(reader, operation),
            }
        }
    }

    fn operation(&mut self, reader: usize, operation: &'s Operation) {
        match &operation.kind {
            OperationKind::Run { clauses, .. } => self.clauses(reader, clauses),
            OperationKind::Copy { source, input, .. } => {
                self.input(reader, input);
                if let InputKind::Stage(name) = &input.kind
                    && let Some(stage) = self.stages.get(name.as_str())
                {
                    self.report_absent_sources(*stage, source);
                }
            }
            OperationKind::Layer { stage } => self.layer(reader, stage, operation.span),
            _ => {}
        }
    }

    fn clauses(&mut self, reader: usize, clauses: &'s [Clause]) {
        for clause in clauses {
            match clause {
                Clause::Mount { kind: MountKind::Bind { input, .. }, .. } => self.input(reader, input),
                Clause::When { then, otherwise, .. } => {
                    self.clauses(reader, then);
                    self.clauses(reader, otherwise);
                }
                Clause::For { body, .. } => self.clauses(reader, body),
                Clause::Mount { .. } | Clause::Env(_) | Clause::NetworkNone => {}
            }
        }
    }

    fn input(&mut self, reader: usize, input: &Input) {
        match &input.kind {
            InputKind::Stage(name) => {
                self.referred(reader, name, input.span);
            }
            InputKind::Phase(phase) if *phase > self.block.stages[reader].phase => {
                report(error::later_phase(*phase, &self.block.stages[reader], input.span), self.sink);
            }
            _ => {}
        }
    }

    /// The stage that `name` means, if it is there and before the reader.
    fn referred(&mut self, reader: usize, name: &str, span: Span) -> Option<&'s Stage> {
        let Some(&index) = self.stages.get(name) else {
            if !self.unplaced.contains(name) && !is_full(self.sink) {
                report(error::unknown_stage(name, span, self.stages.keys().copied()), self.sink);
            }
            return None;
        };
        let stages = &self.block.stages;
        if index == reader {
            report(error::stage_reads_itself(name, span), self.sink);
            return None;
        }
        if (stages[index].phase, index) > (stages[reader].phase, reader) {
            if is_full(self.sink) {
                return None;
            }
            let reads_back = reads(&stages[index], &stages[reader].name.text);
            report(error::later_stage(&stages[index], &stages[reader], span, reads_back), self.sink);
            return None;
        }
        Some(&stages[index])
    }

    fn layer(&mut self, reader: usize, name: &Name, span: Span) {
        let Some(stage) = self.referred(reader, &name.text, name.span) else { return };
        if stage.writes.is_empty() {
            report(error::layer_without_writes(stage, span), self.sink);
            return;
        }
        if self.block.needs_same_base() {
            return;
        }
        let mut literals = stage.writes.iter().flat_map(path::literals);
        if let Some((text, written)) = literals.find(|(text, _)| path::is_of_the_system(text)) {
            report(error::layer_of_the_system(&text, span, written), self.sink);
        }
    }

    /// Paths that are copied from a stage that starts from nothing, and that nothing in it makes.
    fn report_absent_sources(&mut self, index: usize, source: &Expr) {
        let stage = &self.block.stages[index];
        let Some(made) = self.made.entry(index).or_insert_with(|| all_made(stage)) else { return };
        for (text, span) in path::literals(source) {
            let is_all = text.split('/').all(|part| part.is_empty() || part == ".");
            if !is_all && !path::has_wildcards(&text) && !made.iter().any(|made| path::touches(made, &text)) {
                report(error::copy_from_nowhere(&text, span, stage, made), self.sink);
            }
        }
    }
}

/// A stage that makes more paths than this is not looked at: each copy is compared with all of them.
const MOST_MADE: usize = 500;

/// Every path that a stage makes; nothing when that cannot be known.
fn all_made(stage: &Stage) -> Option<Vec<String>> {
    let starts_empty = matches!(stage.from, Some(Input { kind: InputKind::Scratch, .. }));
    let mut made = Vec::new();
    (starts_empty && collect_made(&stage.body, &mut made) && made.len() <= MOST_MADE).then_some(made)
}

/// Whether all paths that `statements` make are known; they are added to `made`.
fn collect_made(statements: &[Stmt], made: &mut Vec<String>) -> bool {
    statements.iter().all(|statement| match statement {
        Stmt::Let(_) => true,
        Stmt::When { then, otherwise, .. } => collect_made(then, made) && collect_made(otherwise, made),
        Stmt::For { body, .. } => collect_made(body, made),
        Stmt::Op(operation) => {
            let path = match &operation.kind {
                OperationKind::Mkfile { path, .. } | OperationKind::Mkdir { path, .. } => path,
                OperationKind::Copy { target, .. } => target,
                OperationKind::Run { .. } | OperationKind::Layer { .. } => return false,
                OperationKind::Env(_)
                | OperationKind::Workdir(_)
                | OperationKind::User(_)
                | OperationKind::Rm { .. } => return true,
            };
            match &path.kind {
                ExprKind::Str(text) => {
                    made.push(text.clone());
                    true
                }
                _ => false,
            }
        }
    })
}

/// Whether a stage mentions another as an input.
fn reads(stage: &Stage, name: &str) -> bool {
    let is_it = |input: &Input| matches!(&input.kind, InputKind::Stage(stage) if stage == name);
    stage.from.as_ref().is_some_and(is_it) || statements_read(&stage.body, name)
}

fn statements_read(statements: &[Stmt], name: &str) -> bool {
    let is_it = |input: &Input| matches!(&input.kind, InputKind::Stage(stage) if stage == name);
    statements.iter().any(|statement| match statement {
        Stmt::Let(_) => false,
        Stmt::When { then, otherwise, .. } => statements_read(then, name) || statements_read(otherwise, name),
        Stmt::For { body, .. } => statements_read(body, name),
        Stmt::Op(operation) => match &operation.kind {
            OperationKind::Copy { input, .. } => is_it(input),
            OperationKind::Layer { stage } => stage.text == name,
            OperationKind::Run { clauses, .. } => clauses.iter().any(
                |clause| matches!(clause, Clause::Mount { kind: MountKind::Bind { input, .. }, .. } if is_it(input)),
            ),
            _ => false,
        },
    })
}
