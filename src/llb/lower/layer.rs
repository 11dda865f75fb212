//! Layers: what other stages changed, added to the current state.

use std::collections::BTreeSet;

use crate::llb::error::{self, Place};
use crate::llb::graph::State;
use crate::llb::graph::file::{self as graph, Action, CopyFrom};
use crate::llb::lower::copy::matching_nothing_too;
use crate::llb::lower::label::Labels;
use crate::llb::lower::{Built, Lowering};
use crate::plan::model::Layer;

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
        let mut later = std::collections::BTreeMap::new();
        let mut seen = BTreeSet::new();
        for last in built.iter().rev() {
            let mut next = Some(last);
            // Each stage is passed once, however many layers go through it.
            while let Some(stage) = next.filter(|stage| seen.insert(stage.place)) {
                if places.contains(&stage.place) {
                    later.insert(stage.place, &last.result);
                }
                next = stage.parent.and_then(|parent| self.stages.get(parent));
            }
        }
        let copies = built.iter().flat_map(|it| {
            let from = later.get(&it.place).copied().unwrap_or(&it.result);
            it.writes.iter().map(move |path| copy_of(from, path))
        });
        copies.collect()
    }

    fn layered(&mut self, layer: &'a Layer, at: Place<'a>) -> Option<Built<'a>> {
        let built = self.stages.get(layer.stage.as_str()).cloned();
        if built.is_none() {
            self.sink.push(error::unknown_stage(at, &layer.stage));
        }
        built
    }
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
