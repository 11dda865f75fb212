//! Layers: what other stages changed, added to the current state.

use std::collections::{BTreeMap, BTreeSet};

use crate::llb::error::{self, Place};
use crate::llb::graph::State;
use crate::llb::graph::file::{self as graph, Action, CopyFrom};
use crate::llb::lower::copy::matching_nothing_too;
use crate::llb::lower::label::Labels;
use crate::llb::lower::{Built, Lowering};
use crate::plan::model::{Input, Layer, Operation, OperationKind, Plan, Stage};

impl<'a> Lowering<'a> {
    /// What a stage changed, as a file tree; absent where it changed nothing.
    pub(super) fn difference(&mut self, layer: &'a Layer, at: Place<'a>) -> Option<State> {
        let built = self.layered(layer, at)?;
        if built.source.is_same_tree(&built.result) {
            return None;
        }
        let id = layer.stage.as_str();
        if let Some(diff) = self.diffs.get(id) {
            return Some(diff.clone());
        }
        let stage = &self.plan.stages[built.place];
        let meta = self.meta(&Labels::of(stage), stage.origin.as_ref(), "what the stage changed");
        let diff = self.graph.diff(&built.source, &built.result, meta);
        self.diffs.insert(id, diff.clone());
        Some(diff)
    }

    /// The copies that stand for layers where the engine has no diff: of each stage the paths it writes, read from the
    /// last stage in `layers` that goes on from it.
    pub(super) fn layer_copies(&mut self, layers: &[(&'a Layer, Place<'a>)]) -> Vec<Action> {
        let built: Vec<Built> = layers.iter().filter_map(|(layer, at)| self.layered(layer, *at)).collect();
        let places: BTreeSet<usize> = built.iter().map(|it| it.place).collect();
        let mut later = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for last in built.iter().rev() {
            let mut next = Some(last);
            // Each stage is passed once, however many layers go through it.
            while let Some(stage) = next.filter(|stage| seen.insert(stage.place)) {
                if places.contains(&stage.place) {
                    later.insert(stage.place, last);
                }
                next = stage.parent.and_then(|parent| self.stages.get(parent));
            }
        }
        let mut copied = BTreeSet::new();
        let mut copies = Vec::new();
        for it in &built {
            let from = later.get(&it.place).copied().unwrap_or(it);
            // A chain that writes one place has one copy of it.
            let new = it.writes.iter().filter(|path| copied.insert((from.place, path.as_str())));
            copies.extend(new.map(|path| copy_of(&from.result, path)));
        }
        copies
    }

    /// The layers that a stage's source leaves to it.
    pub(super) fn passed_on(&mut self, stage: &Stage) -> Vec<(&'a Layer, Place<'a>)> {
        let left = stage_of(&stage.source).and_then(|source| self.stages.get_mut(source));
        left.map(|it| std::mem::take(&mut it.layers)).unwrap_or_default()
    }

    fn layered(&mut self, layer: &'a Layer, at: Place<'a>) -> Option<Built<'a>> {
        let built = self.stages.get(layer.stage.as_str()).cloned();
        if built.is_none() {
            self.sink.push(error::unknown_stage(at, &layer.stage));
        }
        built
    }
}

/// The stages that add layers and change no files otherwise, and that are read by nothing but a stage that goes on with layers. Copied
/// together with that stage's, their layers are all copied from the last of a chain: what a later one upgrades leaves nothing
/// stale, and what all of a chain write is in the image once.
pub(super) fn passing(plan: &Plan) -> BTreeSet<&str> {
    let mut readers: BTreeMap<&str, usize> = BTreeMap::new();
    for input in plan.stages.iter().flat_map(inputs) {
        *readers.entry(input).or_default() += 1;
    }
    let sources = plan.stages.iter().filter(|stage| first_change(stage).is_some_and(is_layer));
    let continued: BTreeSet<&str> = sources.filter_map(|stage| stage_of(&stage.source)).collect();
    let passes = |stage: &&Stage| {
        let id = stage.id.as_str();
        stage.operations.iter().filter(|operation| changes_files(operation)).all(is_layer)
            && continued.contains(id)
            && readers.get(id) == Some(&1)
    };
    plan.stages.iter().filter(passes).map(|stage| stage.id.as_str()).collect()
}

/// The stages that a stage reads, each as often as it does.
fn inputs(stage: &Stage) -> impl Iterator<Item = &str> {
    let of_operations = stage.operations.iter().flat_map(|operation| match &operation.kind {
        OperationKind::Copy(copy) => stage_of(&copy.from).into_iter().collect(),
        OperationKind::Exec(exec) => exec.mounts.iter().filter_map(|mount| mount.source().and_then(stage_of)).collect(),
        OperationKind::Layer(layer) => vec![layer.stage.as_str()],
        _ => Vec::new(),
    });
    stage_of(&stage.source).into_iter().chain(of_operations)
}

fn stage_of(input: &Input) -> Option<&str> {
    match input {
        Input::Stage { stage } => Some(stage),
        _ => None,
    }
}

fn first_change(stage: &Stage) -> Option<&Operation> {
    stage.operations.iter().find(|operation| changes_files(operation))
}

fn changes_files(operation: &Operation) -> bool {
    !matches!(operation.kind, OperationKind::Env(_) | OperationKind::Workdir(_) | OperationKind::User(_))
}

fn is_layer(operation: &Operation) -> bool {
    matches!(operation.kind, OperationKind::Layer(_))
}

/// A path to the same path, if it is there. Links stay links.
fn copy_of(from: &State, path: &str) -> Action {
    let from = CopyFrom::State(State::scratch().with_tree_of(from));
    Action::Copy(Box::new(graph::Copy {
        wildcard: true,
        empty_wildcard: true,
        contents_only: true,
        create_dest: true,
        ..graph::Copy::new(from, matching_nothing_too(path), path)
    }))
}
