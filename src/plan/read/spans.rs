//! The JSON that a plan was read from → where each part of the plan stands in it.

use crate::plan::place::{Place, Places, Step};
use crate::project::data::{Data, DataKind};
use crate::source::Span;

/// The places of a plan that was read.
#[derive(Debug)]
pub struct PlanSpans {
    root: Data,
    /// For each stage of the plan its position in the file.
    order: Vec<usize>,
}

impl PlanSpans {
    /// Keeps the JSON, and for each stage of the plan its position in the file's list.
    pub fn new(root: Data, order: Vec<usize>) -> Self {
        Self { root, order }
    }

    /// The places after the plan's stages were put in another order, or some of them left out.
    pub fn reordered(mut self, order: &[usize]) -> Self {
        self.order = order.iter().filter_map(|&index| self.order.get(index).copied()).collect();
        self
    }
}

impl Places for PlanSpans {
    fn span(&self, place: &Place) -> Option<Span> {
        let mut at = &self.root;
        let item = |data, index: usize| entry(data, &Step::Item(index));
        if let Some(stage) = place.stage {
            at = item(field(&self.root, "stages")?, *self.order.get(stage)?)?;
        }
        if let Some(operation) = place.operation {
            at = item(field(at, "operations")?, operation)?;
        }
        for step in &place.path {
            if let (Step::Name(name), DataKind::Map(entries)) = (step, &at.kind) {
                return entries.get(name.as_str()).map(|entry| entry.key_span);
            }
            match entry(at, step) {
                Some(inner) => at = inner,
                None => break,
            }
        }
        Some(short(at))
    }
}

fn field<'a>(data: &'a Data, name: &str) -> Option<&'a Data> {
    match &data.kind {
        DataKind::Map(entries) => entries.get(name).map(|entry| &entry.value),
        _ => None,
    }
}

fn entry<'a>(data: &'a Data, step: &Step) -> Option<&'a Data> {
    match (step, &data.kind) {
        (Step::Field(name), _) => field(data, name),
        (Step::Item(index), DataKind::List(entries)) => entries.get(*index),
        _ => None,
    }
}

/// Of an object only the line that names it: underlining all of it says nothing.
fn short(data: &Data) -> Span {
    let DataKind::Map(entries) = &data.kind else { return data.span };
    let named = entries.get("id").or_else(|| entries.get("op")).map(|entry| entry.value.span);
    named.or_else(|| entries.first().map(|(_, entry)| entry.key_span)).unwrap_or(data.span)
}
