//! [`Plan`] → [`Definition`] and the image's config.
//!
//! Stages are lowered in the order they stand; each leaves a state that later ones start at or read from. What the result
//! does not need is left behind when the graph is written.

mod copy;
mod exec;
mod input;
mod label;
mod layer;
mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostic, Severity, Sink};
use crate::llb::config::{Base, ImageConfig};
use crate::llb::definition::Definition;
use crate::llb::error::{self, Place};
use crate::llb::graph::{Caps, Constraints, FileRef, Graph, State};
use crate::plan::model::{Input, Layer, Plan};

/// What lowering may know beside the plan.
#[derive(Clone, Debug)]
pub struct Options {
    /// The configs of base images, by the reference that the plan uses.
    pub image_configs: IndexMap<String, ImageConfig>,
    /// The texts of files that the plan's origins name, by that name. BuildKit quotes them when a step fails.
    pub sources: IndexMap<String, Arc<str>>,
    /// Keeps the contexts of one build apart from those of another. Set it when the definition is to be solved; without
    /// it the same plan gives the same bytes.
    pub local_unique: Option<String>,
    /// Whether the engine has merge and diff, which came with BuildKit 0.10.
    pub merge_diff: bool,
    /// What the engine knows.
    pub caps: Caps,
    /// Whether images are looked up at their registry even when the engine has them.
    pub pull: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            image_configs: IndexMap::new(),
            sources: IndexMap::new(),
            local_unique: None,
            merge_diff: true,
            caps: Caps::Unknown,
            pull: false,
        }
    }
}

/// What a plan is lowered to.
#[derive(Clone, Debug, PartialEq)]
pub struct Lowered {
    /// What is built. Without ops where the image is an empty file tree.
    pub definition: Definition,
    /// How the image runs.
    pub config: ImageConfig,
    /// The image that the last stage and those before it started at, as the plan names it.
    pub base: Option<String>,
}

/// Lowers a plan that was validated. Of one that was not, it says what cannot be lowered.
pub fn lower(plan: &Plan, options: &Options) -> Result<Lowered, Vec<Diagnostic>> {
    let mut lowering = Lowering::new(plan, options);
    for (place, stage) in plan.stages.iter().enumerate() {
        let built = lowering.stage(stage);
        if lowering.is_full {
            break;
        }
        lowering.stages.insert(&stage.id, Built { place, ..built });
    }
    let last = plan.stages.last().and_then(|stage| lowering.stages.get(stage.id.as_str()));
    let (result, image) = last.map_or((State::scratch(), None), |built| (built.result.clone(), built.image));
    let base = match image.map(|image| options.image_configs.get(image)) {
        None => Base::None,
        Some(None) => Base::Unknown,
        Some(Some(config)) => Base::Image(config),
    };
    let found = lowering.sink.into_diagnostics();
    if found.iter().any(|it| it.severity == Severity::Error) {
        return Err(found);
    }
    Ok(Lowered {
        definition: lowering.graph.finish(&result),
        config: ImageConfig::of_image(&plan.platform, base, result.values(), &plan.export),
        base: image.map(str::to_owned),
    })
}

/// A lowering under way.
struct Lowering<'a> {
    plan: &'a Plan,
    options: &'a Options,
    graph: Graph,
    stages: IndexMap<&'a str, Built<'a>>,
    /// Sources that were made.
    sources: BTreeMap<&'a Input, State>,
    /// Differences that were made, by stage.
    diffs: IndexMap<&'a str, State>,
    /// Stages that leave their layers to the next one.
    passing: BTreeSet<&'a str>,
    files: IndexMap<&'a str, FileRef>,
    sink: Sink,
    /// How many bytes of variables were written so far.
    variables: usize,
    /// Those were too many.
    is_full: bool,
}

/// How many bytes of variables all commands may have: a command carries all of its stage's, so a short plan could become
/// a definition of any size. Engines refuse messages above 16 MiB.
const MOST_VARIABLES: usize = 64 << 20;

/// A stage that was lowered.
#[derive(Clone)]
struct Built<'a> {
    /// Where it stands in the plan.
    place: usize,
    /// What it starts at.
    source: State,
    /// The stage it starts at.
    parent: Option<&'a str>,
    /// What it leaves.
    result: State,
    /// Layers that it leaves to the stage that starts at it.
    layers: Vec<(&'a Layer, Place<'a>)>,
    /// What it changes.
    writes: &'a [String],
    /// The image that the stages before it start at.
    image: Option<&'a str>,
}

impl<'a> Lowering<'a> {
    fn new(plan: &'a Plan, options: &'a Options) -> Self {
        let graph = Graph::new(Constraints {
            platform: plan.platform.clone(),
            filters: Vec::new(),
            local_unique: options.local_unique.clone(),
            caps: options.caps.clone(),
        });
        Self {
            plan,
            options,
            graph,
            stages: IndexMap::new(),
            sources: BTreeMap::new(),
            diffs: IndexMap::new(),
            passing: if options.merge_diff { BTreeSet::new() } else { layer::passing(plan) },
            files: IndexMap::new(),
            sink: Sink::new(),
            variables: 0,
            is_full: false,
        }
    }

    /// Counts variables that are written or copied.
    fn spend(&mut self, bytes: usize, at: Place) {
        self.variables = self.variables.saturating_add(bytes);
        if self.variables > MOST_VARIABLES && !self.is_full {
            self.is_full = true;
            self.sink.push(error::too_many_variables(at, MOST_VARIABLES));
        }
    }
}
