//! Two [`Plan`]s → what differs, by stage and operation: [`PlanDiff`], which is written as JSON or as [`lines`].
//!
//! Where a block statement stands (`origin`) is no difference.

mod align;
mod fields;
pub mod lines;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::describe::summary;
use super::model::{Operation, OperationKind, Plan, Stage};
use align::{Pair, align, in_order};
pub use fields::{FieldChange, TextLine};

/// What differs between two plans.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PlanDiff {
    /// In the platform.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub platform: Vec<FieldChange>,
    /// Stages that differ: those of the new plan in its order, each removed one where it was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<StageChange>,
    /// In what the image's config gets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub export: Vec<FieldChange>,
    /// In the contexts; fields start with a context's name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contexts: Vec<FieldChange>,
}

/// How something differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It is in both plans and not the same; a stage may have moved, too.
    Changed,
    /// Only the new plan has it.
    Added,
    /// Only the old plan has it.
    Removed,
    /// It is the same at another place among the others.
    Moved,
    /// It is the same. Only lines of a text are told so, around those that differ.
    Same,
}

/// A stage that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageChange {
    /// Its id.
    pub id: String,
    /// How it differs.
    pub change: Change,
    /// Whether it stands at another place among the stages of both plans.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub moved: bool,
    /// What differs beside its operations; of an added or removed stage all it has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    /// Its operations that differ; of an added or removed stage all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<OperationChange>,
}

/// An operation that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OperationChange {
    /// How it differs.
    pub change: Change,
    /// Its position in the old stage, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<usize>,
    /// Its position in the new stage, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<usize>,
    /// What it does, in one line.
    pub summary: String,
    /// What differs in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
}

impl PlanDiff {
    /// Whether the plans are the same.
    pub fn is_empty(&self) -> bool {
        self.platform.is_empty() && self.stages.is_empty() && self.export.is_empty() && self.contexts.is_empty()
    }
}

/// Compares two plans.
pub fn diff(old: &Plan, new: &Plan) -> PlanDiff {
    PlanDiff {
        platform: fields::differences(&json(&old.platform), &json(&new.platform)),
        stages: stages(&old.stages, &new.stages),
        export: fields::differences(&json(&old.export), &json(&new.export)),
        contexts: fields::differences(&json(&old.contexts), &json(&new.contexts)),
    }
}

fn json(part: &impl Serialize) -> Value {
    // Everything in a plan can be written, so this is never the default.
    serde_json::to_value(part).unwrap_or_default()
}

fn stages(old: &[Stage], new: &[Stage]) -> Vec<StageChange> {
    let old_by_id: BTreeMap<&str, usize> =
        old.iter().enumerate().map(|(index, stage)| (stage.id.as_str(), index)).collect();
    let new_ids: BTreeMap<&str, usize> =
        new.iter().enumerate().map(|(index, stage)| (stage.id.as_str(), index)).collect();
    let common: Vec<usize> = new.iter().filter_map(|stage| old_by_id.get(stage.id.as_str()).copied()).collect();
    let unmoved = in_order(&common, old.len());
    let removed = |index: &usize| !new_ids.contains_key(old[*index].id.as_str());
    let mut found = Vec::new();
    let mut next_old = 0;
    for stage in new {
        let Some(&index) = old_by_id.get(stage.id.as_str()) else {
            found.push(whole(stage, Change::Added));
            continue;
        };
        if unmoved[index] {
            found.extend((next_old..index).filter(removed).map(|gone| whole(&old[gone], Change::Removed)));
            next_old = index + 1;
        }
        found.extend(changed(&old[index], stage, !unmoved[index]));
    }
    found.extend((next_old..old.len()).filter(removed).map(|gone| whole(&old[gone], Change::Removed)));
    found
}

/// The fields of a stage that are not its operations.
fn frame(stage: &Stage) -> Value {
    let mut value = json(&Stage { operations: Vec::new(), origin: None, ..stage.clone() });
    if let Value::Object(fields) = &mut value {
        fields.shift_remove("id");
    }
    value
}

/// An operation without its origin; what a file holds is a text where it can be one.
fn content(operation: &Operation) -> Value {
    let mut value = json(&operation.kind);
    if let (OperationKind::Mkfile(mkfile), Value::Object(fields)) = (&operation.kind, &mut value)
        && let Ok(text) = std::str::from_utf8(&mkfile.data)
    {
        fields.insert("data".to_owned(), Value::String(text.to_owned()));
    }
    value
}

fn whole(stage: &Stage, change: Change) -> StageChange {
    let (nothing, all) = (Value::Object(serde_json::Map::new()), frame(stage));
    let added = change == Change::Added;
    let fields = if added { fields::differences(&nothing, &all) } else { fields::differences(&all, &nothing) };
    let operations = stage.operations.iter().enumerate().map(|(index, operation)| OperationChange {
        change,
        old: (!added).then_some(index),
        new: added.then_some(index),
        summary: summary(&operation.kind),
        fields: Vec::new(),
    });
    StageChange { id: stage.id.clone(), change, moved: false, fields, operations: operations.collect() }
}

fn changed(old: &Stage, new: &Stage, moved: bool) -> Option<StageChange> {
    let fields = fields::differences(&frame(old), &frame(new));
    let operations = operations(&old.operations, &new.operations);
    let same = fields.is_empty() && operations.is_empty();
    if same && !moved {
        return None;
    }
    let change = if same { Change::Moved } else { Change::Changed };
    Some(StageChange { id: new.id.clone(), change, moved, fields, operations })
}

fn operations(old: &[Operation], new: &[Operation]) -> Vec<OperationChange> {
    let contents = |list: &[Operation]| -> Vec<Value> { list.iter().map(content).collect() };
    let (old_contents, new_contents) = (contents(old), contents(new));
    let alike = |old: &Value, new: &Value| old["op"] == new["op"];
    let pairs = align(&old_contents, &new_contents, alike).into_iter();
    pairs
        .filter_map(|pair| match pair {
            Pair::Same => None,
            Pair::Removed(index) => Some(OperationChange {
                change: Change::Removed,
                old: Some(index),
                new: None,
                summary: summary(&old[index].kind),
                fields: Vec::new(),
            }),
            Pair::Added(index) => Some(OperationChange {
                change: Change::Added,
                old: None,
                new: Some(index),
                summary: summary(&new[index].kind),
                fields: Vec::new(),
            }),
            Pair::Changed(before, after) => Some(OperationChange {
                change: Change::Changed,
                old: Some(before),
                new: Some(after),
                summary: summary(&new[after].kind),
                fields: fields::differences(&old_contents[before], &new_contents[after]),
            }),
        })
        .collect()
}
