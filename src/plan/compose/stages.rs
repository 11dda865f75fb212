//! The stages of every block that takes part, evaluated but not joined.

use crate::check::hir::{self, Block, Stmt};
use crate::check::phase::Phase;
use crate::diagnostic::Sink;
use crate::eval::{Evaluated, Evaluator};
use crate::plan::compose::operations;
use crate::plan::model::{Input, Operation, Origin};
use crate::resolve::{Inputs, Resolution};
use crate::source::{SourceMap, Span};

/// A stage whose inputs are not joined yet.
#[derive(Debug)]
pub struct Draft<'a> {
    /// `BLOCK-STAGE`
    pub id: String,
    /// Its block's place among the participants.
    pub participant: usize,
    /// The stage it was made from.
    pub stage: &'a hir::Stage,
    /// Where it starts; absent on the main line.
    pub source: Option<Input>,
    /// What it does, each with the span of its statement.
    pub operations: Vec<(Operation, Span)>,
    /// What it changes.
    pub writes: Vec<String>,
    /// Where it stands.
    pub origin: Origin,
}

/// Everything that evaluating one block's stages needs.
pub struct Scope<'a, 'e> {
    /// The block.
    pub block: &'a Block,
    /// Knows versions, base images, params and capabilities.
    pub evaluator: &'e Evaluator<'a>,
    /// The texts, for origins.
    pub sources: &'a SourceMap,
}

impl Scope<'_, '_> {
    /// The block statement at `span`.
    pub fn origin(&self, span: Span) -> Origin {
        origin(self.sources, &self.block.name.text, span)
    }
}

/// The statement at `span` of a block or stack.
pub fn origin(sources: &SourceMap, owner: &str, span: Span) -> Origin {
    let file = sources.file(span.file);
    let (start, end) = (file.position(span.start), file.position(span.end));
    Origin {
        block: owner.into(),
        file: file.name.clone(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

/// The id of a block's stage.
pub fn stage_id(block: &Block, stage: &str) -> String {
    format!("{}-{stage}", block.name.text)
}

/// The stages of all participants, in the order of their phases, within a phase in the order of the blocks.
pub fn draft<'r>(inputs: &Inputs<'r>, resolution: &'r Resolution<'r>, sink: &mut Sink) -> Vec<Draft<'r>> {
    let mut drafts = Vec::new();
    for (participant, taking_part) in resolution.blocks.iter().enumerate() {
        let evaluator = resolution.evaluator(inputs, taking_part);
        let scope = Scope { block: taking_part.block, evaluator: &evaluator, sources: inputs.sources };
        for stage in &taking_part.block.stages {
            drafts.push(draft_stage(&scope, participant, stage, sink));
        }
    }
    drafts.sort_by_key(|draft: &Draft<'_>| draft.stage.phase);
    drafts
}

fn draft_stage<'r>(scope: &Scope<'r, '_>, participant: usize, stage: &'r hir::Stage, sink: &mut Sink) -> Draft<'r> {
    let mut draft = Draft {
        id: stage_id(scope.block, &stage.name.text),
        participant,
        stage,
        source: None,
        operations: Vec::new(),
        writes: Vec::new(),
        origin: scope.origin(stage.span),
    };
    keep(statements(scope, &stage.body, &mut draft.operations, sink), sink);
    if draft.operations.is_empty() {
        return draft;
    }
    if let Some(input) = &stage.from {
        draft.source = keep(operations::input(scope, input), sink);
    }
    for path in &stage.writes {
        draft.writes.extend(keep(operations::image_paths(scope, path), sink).unwrap_or_default());
    }
    draft
}

fn statements(
    scope: &Scope<'_, '_>,
    body: &[Stmt],
    into: &mut Vec<(Operation, Span)>,
    sink: &mut Sink,
) -> Evaluated<()> {
    for statement in body {
        match statement {
            // A `let` in a loop has another value each time round, so it is not left for its first reader.
            Stmt::Let(binding) => scope.evaluator.set(binding.local, scope.evaluator.value(&binding.value)?),
            Stmt::When { condition, then, otherwise } => {
                let chosen = if scope.evaluator.bool(condition)? { then } else { otherwise };
                statements(scope, chosen, into, sink)?;
            }
            Stmt::For { local, list, body } => {
                for value in scope.evaluator.list(list)? {
                    scope.evaluator.set(*local, value);
                    statements(scope, body, into, sink)?;
                }
            }
            Stmt::Op(operation) => {
                scope.evaluator.spend_on_operation(operation.span)?;
                if let Some(kind) = keep(operations::operation(scope, operation), sink).flatten() {
                    let origin = Some(scope.origin(operation.span));
                    into.push((Operation { kind, origin }, operation.span));
                }
            }
        }
    }
    Ok(())
}

/// Puts a finding into the sink and goes on.
fn keep<T>(evaluated: Evaluated<T>, sink: &mut Sink) -> Option<T> {
    evaluated.map_err(|found| sink.push(*found)).ok()
}

/// The key by which a draft's input names a phase.
pub fn phase_reference(phase: Phase) -> Input {
    Input::Stage { stage: phase.key().into() }
}
