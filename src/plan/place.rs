//! A part of a plan → where it was written: in the plan's own file when it was read, in a block when it was composed.
//!
//! Validation speaks of a [`Place`]; whoever made the plan answers with a span through [`Places`].

use std::borrow::Cow;

use crate::plan::model::{Origin, Plan};
use crate::source::{Position, SourceMap, Span};

/// A part of a plan, from the outside in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The stage, by its position in [`Plan::stages`](super::model::Plan::stages); absent: the plan itself.
    pub stage: Option<usize>,
    /// The operation in the stage.
    pub operation: Option<usize>,
    /// The way on from there, in the names of Plan JSON.
    pub path: Vec<Step>,
}

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The value of a field or of a table's entry.
    Field(Cow<'static, str>),
    /// The name of a table's entry; always the last step.
    Name(String),
    /// An entry of a list, from 0.
    Item(usize),
}

impl Place {
    /// The plan itself.
    pub fn plan() -> Self {
        Self::default()
    }

    /// A stage of the plan.
    pub fn stage(index: usize) -> Self {
        Self { stage: Some(index), ..Self::default() }
    }

    /// An operation of this stage.
    pub fn operation(mut self, index: usize) -> Self {
        self.operation = Some(index);
        self
    }

    /// A field of it.
    pub fn field(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.path.push(Step::Field(name.into()));
        self
    }

    /// The name of an entry of it.
    pub fn name(mut self, name: &str) -> Self {
        self.path.push(Step::Name(name.to_owned()));
        self
    }

    /// An entry of this list.
    pub fn item(mut self, index: usize) -> Self {
        self.path.push(Step::Item(index));
        self
    }
}

/// Knows where the parts of one plan were written.
pub trait Places {
    /// Where a part stands, or the nearest part around it that stands somewhere.
    fn span(&self, place: &Place) -> Option<Span>;
}

/// For a plan of which nothing is known: no part of it stands anywhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nowhere;

impl Places for Nowhere {
    fn span(&self, _: &Place) -> Option<Span> {
        None
    }
}

/// For a plan that was composed: what stands in a block is found through its origin.
pub struct OriginPlaces<'a> {
    plan: &'a Plan,
    sources: &'a SourceMap,
}

impl<'a> OriginPlaces<'a> {
    /// The places of `plan`, whose origins name texts of `sources`.
    pub fn new(plan: &'a Plan, sources: &'a SourceMap) -> Self {
        Self { plan, sources }
    }
}

/// Where an origin stands in the texts of this run.
pub fn span_of(origin: &Origin, sources: &SourceMap) -> Option<Span> {
    let file = sources.find(&origin.file)?;
    let text = sources.file(file);
    let start = text.offset(Position { line: origin.line, column: origin.column })?;
    let end = text.offset(Position { line: origin.end_line, column: origin.end_column })?;
    Some(Span::new(file, start, end.max(start)))
}

impl Places for OriginPlaces<'_> {
    fn span(&self, place: &Place) -> Option<Span> {
        let stage = self.plan.stages.get(place.stage?)?;
        let operation = place.operation.and_then(|index| stage.operations.get(index)?.origin.as_ref());
        span_of(operation.or(stage.origin.as_ref())?, self.sources)
    }
}
