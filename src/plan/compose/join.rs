//! Joins the drafts: leaves out stages without operations, gives the main line its order, and finds for each input the
//! stage it means.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::check::hir::Name;
use crate::check::is_of_the_system;
use crate::check::phase::{Phase, Side};
use crate::diagnostic::Sink;
use crate::plan::compose::stages::{Draft, origin};
use crate::plan::compose::{BUILD_BASE, RUNTIME_BASE, error, inputs_of};
use crate::plan::error::stage_never_runs;
use crate::plan::model::{Input, Operation, OperationKind, Origin, Stage, User};
use crate::plan::visit;
use crate::resolve::image::{Image, Images};
use crate::resolve::{Inputs, Resolution};
use crate::source::Span;

/// The stages of a plan, and the working directory that its image must have where nothing else says so.
pub struct Joined {
    /// In build order.
    pub stages: Vec<Stage>,
    /// Set when the last stage ends elsewhere than its base began.
    pub working_dir: Option<String>,
}

/// What a stage leaves behind that the language ends with it, and what the image says that it began with.
#[derive(Clone, Copy, Default)]
struct Leftover<'r> {
    base: Option<&'r Image>,
    dir: bool,
    user: bool,
}

impl Leftover<'_> {
    /// The directory to go back to.
    fn dir(&self) -> String {
        self.base.and_then(|image| image.workdir.clone()).unwrap_or_else(|| "/".into())
    }
}

/// Joins the drafts, which come in the order of their phases. `None` after errors.
pub fn join(
    inputs: &Inputs<'_>,
    resolution: &Resolution<'_>,
    mut drafts: Vec<Draft<'_>>,
    sink: &mut Sink,
) -> Option<Joined> {
    let left_out = leave_out(&mut drafts);
    check_layers(resolution, &drafts, sink);
    check_needs(resolution, &drafts, sink);
    let mut line = Line::start(inputs, resolution);
    for draft in drafts {
        line.add(draft, &left_out, sink);
    }
    line.enter(Side::Runtime);
    (!sink.has_errors()).then(|| line.finish(sink))
}

/// What was left out: the name of each stage in its block, by id.
type LeftOut<'r> = IndexMap<String, &'r Name>;

/// Takes away stages without operations, and layers of such stages. A layer is of an earlier stage, so once is enough.
fn leave_out<'r>(drafts: &mut Vec<Draft<'r>>) -> LeftOut<'r> {
    let mut left_out = LeftOut::new();
    drafts.retain_mut(|draft| {
        draft.operations.retain(|(operation, _)| match &operation.kind {
            OperationKind::Layer(layer) => !left_out.contains_key(&layer.stage),
            _ => true,
        });
        let keep = !draft.operations.is_empty();
        if !keep {
            left_out.insert(draft.id.clone(), &draft.stage.name);
        }
        keep
    });
    left_out
}

fn check_layers(resolution: &Resolution<'_>, drafts: &[Draft<'_>], sink: &mut Sink) {
    let by_id: IndexMap<&str, &Draft<'_>> = drafts.iter().map(|draft| (draft.id.as_str(), draft)).collect();
    for draft in drafts {
        if resolution.blocks[draft.participant].needs_same_base() {
            continue;
        }
        for (operation, span) in &draft.operations {
            let OperationKind::Layer(layer) = &operation.kind else { continue };
            let Some(layered) = by_id.get(layer.stage.as_str()) else { continue };
            if let Some(path) = layered.writes.iter().find(|path| is_of_the_system(path)) {
                sink.push(error::system_layer(&layered.stage.name.text, path, *span, layered.stage.name.span));
            }
        }
    }
}

/// A stage may not stand in an earlier phase than the first stage of what its block needs.
fn check_needs(resolution: &Resolution<'_>, drafts: &[Draft<'_>], sink: &mut Sink) {
    let mut first: BTreeMap<(usize, Side), &Draft<'_>> = BTreeMap::new();
    for draft in drafts {
        first.entry((draft.participant, draft.stage.phase.side())).or_insert(draft);
    }
    for draft in drafts {
        let side = draft.stage.phase.side();
        let participant = &resolution.blocks[draft.participant];
        let mut told = BTreeSet::new();
        for need in &participant.needs {
            if need.side.is_some_and(|only| only != side) {
                continue;
            }
            let Some(provider) = participant.providers.get(&need.name.text) else { continue };
            let Some(awaited) = first.get(&(*provider, side)) else { continue };
            if draft.stage.phase < awaited.stage.phase && told.insert(*provider) {
                sink.push(error::too_early(
                    &need.name,
                    draft.stage.name.span,
                    &draft.stage.phase.name(),
                    &resolution.blocks[*provider].block.name.text,
                    &awaited.stage.phase.name(),
                    awaited.stage.name.span,
                ));
            }
        }
    }
}

/// The stages joined so far.
struct Line<'r> {
    stages: Vec<Stage>,
    base: [&'r Image; 2],
    environment: Vec<String>,
    entered: Vec<Side>,
    /// The last main-line stage of each phase that has one.
    last: BTreeMap<Phase, String>,
    leftovers: IndexMap<String, Leftover<'r>>,
    images: &'r Images,
    places: IndexMap<String, Span>,
    /// The stack's declaration, which base images come from: it says which blocks decide about them.
    stack: Origin,
}

impl<'r> Line<'r> {
    fn start(inputs: &Inputs<'r>, resolution: &'r Resolution<'_>) -> Self {
        let environment = &inputs.project.config.environment;
        let stack = &resolution.stack.name;
        let mut line = Self {
            stages: Vec::new(),
            base: [&resolution.base.build, &resolution.base.runtime],
            environment: environment.iter().map(|entry| entry.value.clone()).collect(),
            entered: Vec::new(),
            last: BTreeMap::new(),
            leftovers: IndexMap::new(),
            images: &inputs.library.images,
            places: IndexMap::new(),
            stack: origin(inputs.sources, &stack.text, stack.span),
        };
        line.enter(Side::Build);
        line
    }

    fn image(&self, side: Side) -> &'r Image {
        match side {
            Side::Build => self.base[0],
            Side::Runtime => self.base[1],
        }
    }

    /// Adds the stage at which a side starts, once.
    fn enter(&mut self, side: Side) {
        if self.entered.contains(&side) {
            return;
        }
        self.entered.push(side);
        let (id, name, phase) = match side {
            Side::Build => (BUILD_BASE, "Base image to build on", Phase::BuildBase),
            Side::Runtime => (RUNTIME_BASE, "Base image", Phase::ExportBase),
        };
        let image = self.image(side);
        let provides = image.packages.keys().filter(|name| !name.contains(':')).cloned().collect();
        self.last.insert(phase, id.into());
        self.leftovers.insert(id.into(), Leftover { base: Some(image), ..Leftover::default() });
        self.stages.push(Stage {
            id: id.into(),
            name: name.into(),
            phase: Some(phase),
            source: Input::Image { image: image.reference.clone() },
            operations: Vec::new(),
            env: self.environment.clone(),
            dir: None,
            provides,
            writes: Vec::new(),
            origin: Some(self.stack.clone()),
        });
    }

    fn add(&mut self, draft: Draft<'_>, left_out: &LeftOut<'_>, sink: &mut Sink) {
        let phase = draft.stage.phase;
        self.enter(phase.side());
        let main_line = draft.source.is_none();
        let mut source = draft.source.unwrap_or_else(|| self.last_before(phase));
        let source_span = draft.stage.from.as_ref().map_or(draft.stage.span, |from| from.span);
        self.resolve(&mut source, source_span, left_out, sink);
        let mut operations = Vec::with_capacity(draft.operations.len());
        for (mut operation, span) in draft.operations {
            for input in visit::inputs_of_mut(&mut operation) {
                self.resolve(input, span, left_out, sink);
            }
            operations.push(operation);
        }
        let before = self.leftover_of(&source);
        let leftover = Leftover {
            base: before.base,
            dir: operations.iter().any(|operation| matches!(operation.kind, OperationKind::Workdir(_))),
            user: operations.iter().any(|operation| matches!(operation.kind, OperationKind::User(_))),
        };
        if before.user {
            // The user of a base image is its result's alone: commands start as root.
            let kind = OperationKind::User(User { user: "0".into() });
            operations.insert(0, Operation { kind, origin: Some(draft.origin.clone()) });
        }
        let dir = before.dir.then(|| before.dir());
        if main_line {
            self.last.insert(phase, draft.id.clone());
        }
        self.leftovers.insert(draft.id.clone(), leftover);
        self.places.insert(draft.id.clone(), draft.stage.span);
        let name = draft.stage.title.clone().unwrap_or_else(|| draft.stage.name.text.clone());
        self.stages.push(Stage {
            id: draft.id,
            name,
            phase: Some(phase),
            source,
            operations,
            env: Vec::new(),
            dir,
            provides: Vec::new(),
            writes: draft.writes,
            origin: Some(draft.origin),
        });
    }

    /// The last main-line stage of a phase, or of the nearest earlier one on its side, or the side's base image.
    fn last_before(&self, phase: Phase) -> Input {
        let base = match phase.side() {
            Side::Build => Phase::BuildBase,
            Side::Runtime => Phase::ExportBase,
        };
        let stage = self.last.range(base..=phase).next_back().map(|(_, id)| id.clone());
        Input::Stage { stage: stage.unwrap_or_else(|| BUILD_BASE.into()) }
    }

    fn resolve(&mut self, input: &mut Input, used: Span, left_out: &LeftOut<'_>, sink: &mut Sink) {
        let Input::Stage { stage } = input else { return };
        if let Some(phase) = Phase::from_key(stage) {
            self.enter(phase.side());
            *input = self.last_before(phase);
        } else if let Some(declared) = left_out.get(stage) {
            sink.push(error::left_out(&declared.text, used, declared.span));
        }
    }

    fn leftover_of(&self, source: &Input) -> Leftover<'r> {
        match source {
            Input::Stage { stage } => self.leftovers.get(stage).copied().unwrap_or_default(),
            Input::Image { image } => {
                let base = self.images.by_reference(image);
                Leftover { base, ..Leftover::default() }
            }
            _ => Leftover::default(),
        }
    }

    fn finish(self, sink: &mut Sink) -> Joined {
        let image = self.last.values().next_back();
        let left = image.and_then(|id| self.leftovers.get(id)).copied().unwrap_or_default();
        Joined {
            working_dir: left.dir.then(|| left.dir()),
            stages: to_image_last(self.stages, image.map(String::as_str), &self.places, sink),
        }
    }
}

/// The image is the last stage of a plan: side branches after the end of the main line go before it. One that reads the
/// image itself can change nothing in it, and is left out; if it runs something, that is told.
fn to_image_last(
    mut stages: Vec<Stage>,
    image: Option<&str>,
    places: &IndexMap<String, Span>,
    sink: &mut Sink,
) -> Vec<Stage> {
    let Some(position) = stages.iter().position(|stage| Some(stage.id.as_str()) == image) else { return stages };
    let branches = stages.split_off(position + 1);
    let image = stages.pop();
    let mut behind: BTreeSet<String> = image.iter().map(|stage| stage.id.clone()).collect();
    for branch in branches {
        let inputs = std::iter::once(&branch.source).chain(branch.operations.iter().flat_map(inputs_of));
        let reads_image =
            inputs.into_iter().any(|input| matches!(input, Input::Stage { stage } if behind.contains(stage)));
        if !reads_image {
            stages.push(branch);
            continue;
        }
        if branch.operations.iter().any(|operation| matches!(operation.kind, OperationKind::Exec(_)))
            && let Some(&place) = places.get(&branch.id)
        {
            sink.push(stage_never_runs(&branch.id).at(place, "never runs"));
        }
        behind.insert(branch.id);
    }
    stages.extend(image);
    stages
}
