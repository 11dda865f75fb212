//! Joins the drafts: leaves out stages without operations, gives the main line its order, and finds for each input the
//! stage it means.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::phase::{Phase, Side};
use crate::diagnostic::Sink;
use crate::plan::compose::stages::Draft;
use crate::plan::compose::{BUILD_BASE, RUNTIME_BASE, error, inputs_of, inputs_of_mut};
use crate::plan::model::{Input, Operation, OperationKind, Stage, User};
use crate::resolve::image::Image;
use crate::resolve::{Inputs, Resolution};
use crate::source::Span;

/// The stages of a plan, and the working directory that its image must have where nothing else says so.
pub struct Joined {
    /// In build order.
    pub stages: Vec<Stage>,
    /// Set when the last stage ends elsewhere than its base began.
    pub working_dir: Option<String>,
}

/// What a stage leaves behind that the language ends with it.
#[derive(Clone, Copy, Default)]
struct Leftover {
    dir: bool,
    user: bool,
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
    (!sink.has_errors()).then(|| line.finish())
}

/// Takes away stages without operations, and layers of such stages, until nothing changes. Gives back the ids that were
/// left out, with the places of their names.
fn leave_out(drafts: &mut Vec<Draft<'_>>) -> BTreeMap<String, Span> {
    let mut left_out = BTreeMap::new();
    loop {
        let before = left_out.len();
        drafts.retain(|draft| {
            let keep = !draft.operations.is_empty();
            if !keep {
                left_out.insert(draft.id.clone(), draft.stage.name.span);
            }
            keep
        });
        if left_out.len() == before {
            return left_out;
        }
        for draft in drafts.iter_mut() {
            draft.operations.retain(|(operation, _)| match &operation.kind {
                OperationKind::Layer(layer) => !left_out.contains_key(&layer.stage),
                _ => true,
            });
        }
    }
}

/// What lies in these belongs to the base image it was made on.
const SYSTEM: [&str; 5] = ["/etc", "/var", "/usr", "/bin", "/sbin"];

/// Whether a path lies where only its base image may write, or holds such a place.
fn is_system(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let below = |directory: &str| path == directory || path.starts_with(&format!("{directory}/"));
    if path.is_empty() {
        return true;
    }
    !below("/usr/local") && (SYSTEM.into_iter().any(below) || path.starts_with("/lib"))
}

fn check_layers(resolution: &Resolution<'_>, drafts: &[Draft<'_>], sink: &mut Sink) {
    let by_id: BTreeMap<&str, &Draft<'_>> = drafts.iter().map(|draft| (draft.id.as_str(), draft)).collect();
    for draft in drafts {
        if resolution.blocks[draft.participant].block.needs_same_base() {
            continue;
        }
        for (operation, span) in &draft.operations {
            let OperationKind::Layer(layer) = &operation.kind else { continue };
            let Some(layered) = by_id.get(layer.stage.as_str()) else { continue };
            if let Some(path) = layered.writes.iter().find(|path| is_system(path)) {
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
        for need in &participant.block.needs {
            if need.side.is_some_and(|only| only != side) {
                continue;
            }
            let Some(provider) = participant.providers.get(&need.name.text) else { continue };
            let Some(awaited) = first.get(&(*provider, side)) else { continue };
            if draft.stage.phase < awaited.stage.phase {
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
    leftovers: BTreeMap<String, Leftover>,
}

impl<'r> Line<'r> {
    fn start(inputs: &Inputs<'_>, resolution: &'r Resolution<'_>) -> Self {
        let environment = &inputs.project.config.environment;
        let mut line = Self {
            stages: Vec::new(),
            base: [&resolution.base.build, &resolution.base.runtime],
            environment: environment.iter().map(|entry| entry.value.clone()).collect(),
            entered: Vec::new(),
            last: BTreeMap::new(),
            leftovers: BTreeMap::new(),
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
            origin: None,
        });
    }

    fn add(&mut self, draft: Draft<'_>, left_out: &BTreeMap<String, Span>, sink: &mut Sink) {
        let phase = draft.stage.phase;
        self.enter(phase.side());
        let main_line = draft.source.is_none();
        let mut source = draft.source.unwrap_or_else(|| self.last_before(phase));
        let source_span = draft.stage.from.as_ref().map_or(draft.stage.span, |from| from.span);
        self.resolve(&mut source, source_span, left_out, sink);
        let mut operations = Vec::with_capacity(draft.operations.len());
        for (mut operation, span) in draft.operations {
            for input in inputs_of_mut(&mut operation) {
                self.resolve(input, span, left_out, sink);
            }
            operations.push(operation);
        }
        let leftover = Leftover {
            dir: operations.iter().any(|operation| matches!(operation.kind, OperationKind::Workdir(_))),
            user: operations.iter().any(|operation| matches!(operation.kind, OperationKind::User(_))),
        };
        let before = self.leftover_of(&source);
        if before.user {
            operations.insert(0, Operation { kind: OperationKind::User(User { user: "0".into() }), origin: None });
        }
        let dir = before.dir.then(|| self.image(phase.side()).workdir.clone().unwrap_or_else(|| "/".into()));
        if main_line {
            self.last.insert(phase, draft.id.clone());
        }
        self.leftovers.insert(draft.id.clone(), leftover);
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

    fn resolve(&mut self, input: &mut Input, used: Span, left_out: &BTreeMap<String, Span>, sink: &mut Sink) {
        let Input::Stage { stage } = input else { return };
        if let Some(phase) = Phase::from_key(stage) {
            self.enter(phase.side());
            *input = self.last_before(phase);
        } else if let Some(declared) = left_out.get(stage) {
            sink.push(error::left_out(stage, used, *declared));
        }
    }

    fn leftover_of(&self, source: &Input) -> Leftover {
        match source {
            Input::Stage { stage } => self.leftovers.get(stage).copied().unwrap_or_default(),
            _ => Leftover::default(),
        }
    }

    fn finish(self) -> Joined {
        let base = self.image(Side::Runtime).workdir.clone().unwrap_or_else(|| "/".into());
        let ends_elsewhere =
            self.last.values().next_back().and_then(|id| self.leftovers.get(id)).is_some_and(|last| last.dir);
        Joined { stages: to_image_last(self.stages, &self.last), working_dir: ends_elsewhere.then_some(base) }
    }
}

/// The image is the last stage of a plan: side branches after the end of the main line go before it. One that reads the
/// image itself can change nothing in it, and is left out.
fn to_image_last(mut stages: Vec<Stage>, last: &BTreeMap<Phase, String>) -> Vec<Stage> {
    let image = last.values().next_back();
    let Some(position) = image.and_then(|id| stages.iter().position(|stage| stage.id == *id)) else { return stages };
    let branches = stages.split_off(position + 1);
    let image = stages.pop();
    let mut behind: BTreeSet<String> = image.iter().map(|stage| stage.id.clone()).collect();
    for branch in branches {
        let inputs = std::iter::once(&branch.source).chain(branch.operations.iter().flat_map(inputs_of));
        let reads_image =
            inputs.into_iter().any(|input| matches!(input, Input::Stage { stage } if behind.contains(stage)));
        if reads_image {
            behind.insert(branch.id);
        } else {
            stages.push(branch);
        }
    }
    stages.extend(image);
    stages
}
