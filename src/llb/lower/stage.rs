//! A stage: its operations in order, on the state it starts at → the state it leaves.

use crate::llb::error::Place;
use crate::llb::graph::State;
use crate::llb::graph::exec::DEFAULT_PATH;
use crate::llb::graph::file::Action;
use crate::llb::graph::state::Values;
use crate::llb::lower::copy::{Onto, is_linkable, rm_action, with_caps};
use crate::llb::lower::label::{Labels, words_for};
use crate::llb::lower::{Built, Lowering};
use crate::plan::model::{Copy, Env, Input, Layer, Operation, OperationKind, Stage};

/// A stage under way.
struct Walk<'a> {
    labels: Labels<'a>,
    state: State,
    /// Its values are the stage's own, and no longer those of its source.
    is_own: bool,
    /// File trees that are still to be laid over the state, in order.
    over: Vec<State>,
    /// Layers that are still to be copied, where the engine has no merge.
    layers: Vec<(&'a Layer, Place<'a>)>,
    /// Copies are made by themselves and merged.
    is_linked: bool,
}

impl<'a> Lowering<'a> {
    /// Lowers a stage. Its place is for the caller to fill in.
    pub(super) fn stage(&mut self, stage: &'a Stage) -> Built<'a> {
        let at = Place { stage, origin: None };
        let source = self.input(&stage.source, at);
        let (parent, image) = match &stage.source {
            Input::Stage { stage } => {
                (Some(stage.as_str()), self.stages.get(stage.as_str()).and_then(|built| built.image))
            }
            Input::Image { image } => (None, Some(image.as_str())),
            _ => (None, None),
        };
        let is_linked = self.options.merge_diff && only_copies_into_the_image(stage);
        let mut walk = Walk {
            labels: Labels::of(stage),
            state: source.clone(),
            is_own: false,
            over: Vec::new(),
            layers: self.passed_on(stage),
            is_linked,
        };
        if stage.dir.is_some() || !stage.env.is_empty() {
            self.change(&mut walk, at, |values| start(values, stage));
        }
        for operation in &stage.operations {
            if self.is_full {
                break;
            }
            self.operation(&mut walk, operation);
        }
        if !self.passing.contains(stage.id.as_str()) {
            self.settle(&mut walk);
        }
        Built { place: 0, source, parent, result: walk.state, layers: walk.layers, writes: &stage.writes, image }
    }

    fn operation(&mut self, walk: &mut Walk<'a>, operation: &'a Operation) {
        let at = Place { stage: walk.labels.stage(), origin: operation.origin.as_ref() };
        match &operation.kind {
            OperationKind::Env(env) => {
                self.change(walk, at, |values| set(values, env));
                if !env.prepend.is_empty() {
                    // Each makes the whole value anew.
                    self.spend(walk.variables(), at);
                }
            }
            OperationKind::Workdir(workdir) => self.change(walk, at, |values| values.enter(&workdir.path)),
            OperationKind::User(user) => self.change(walk, at, |values| values.user.clone_from(&user.user)),
            OperationKind::Layer(layer) if self.options.merge_diff => walk.over.extend(self.difference(layer, at)),
            OperationKind::Layer(layer) => walk.layers.push((layer, at)),
            OperationKind::Copy(copy) => self.copy(walk, copy, at),
            OperationKind::Exec(exec) => {
                self.settle(walk);
                self.spend(walk.variables() + exec.env.iter().map(String::len).sum::<usize>(), at);
                walk.state = self.exec(&walk.labels, exec, at, &walk.state);
            }
            OperationKind::Mkfile(mkfile) => {
                let action = Self::mkfile_action(mkfile, &walk.state);
                self.file(walk, &[action], at, &format!("write {}", mkfile.dest));
            }
            OperationKind::Mkdir(mkdir) => {
                let action = self.mkdir_action(mkdir, at, &walk.state);
                self.file(walk, &[action], at, &format!("make {}", mkdir.path));
            }
            OperationKind::Rm(rm) => self.file(walk, &[rm_action(rm)], at, &format!("remove {}", rm.path)),
        }
    }

    /// Changes what commands start from. The first time that is a copy of what the stage's source leaves; after that the
    /// values are changed where they are.
    fn change(&mut self, walk: &mut Walk<'a>, at: Place<'a>, change: impl FnOnce(&mut Values)) {
        if !std::mem::replace(&mut walk.is_own, true) {
            self.spend(walk.variables(), at);
        }
        walk.state.change(change);
    }

    fn copy(&mut self, walk: &mut Walk<'a>, copy: &'a Copy, at: Place<'a>) {
        let words = format!("copy {} from {} to {}", copy.src.join(" "), words_for(&copy.from), copy.dest);
        if walk.is_linked && is_linkable(copy, &walk.state.values().dir) {
            let actions = self.copy_actions(copy, at, Onto::Nothing);
            let meta = with_caps(self.meta(&walk.labels, at.origin, &words), &actions);
            let alone = walk.state.with_tree_of(&State::scratch());
            walk.over.push(self.graph.file(&alone, &actions, meta));
        } else {
            let actions = self.copy_actions(copy, at, Onto::State);
            self.file(walk, &actions, at, &words);
        }
    }

    fn file(&mut self, walk: &mut Walk<'a>, actions: &[Action], at: Place<'a>, words: &str) {
        self.settle(walk);
        let meta = with_caps(self.meta(&walk.labels, at.origin, words), actions);
        walk.state = self.graph.file(&walk.state, actions, meta);
    }

    /// Puts what waits into the state: one merge, or one op of copies.
    fn settle(&mut self, walk: &mut Walk<'a>) {
        if !walk.over.is_empty() {
            let meta = self.meta(&walk.labels, None, "merge layers");
            let mut trees = vec![walk.state.clone()];
            trees.append(&mut walk.over);
            let merged = self.graph.merge(&trees, meta);
            walk.state = walk.state.with_tree_of(&merged);
        }
        if !walk.layers.is_empty() {
            let actions = self.layer_copies(&std::mem::take(&mut walk.layers));
            let meta = self.meta(&walk.labels, None, "copy layers");
            walk.state = self.graph.file(&walk.state, &actions, meta);
        }
    }
}

impl Walk<'_> {
    /// How many bytes of variables a command would have.
    fn variables(&self) -> usize {
        self.state.values().env.bytes()
    }
}

/// What a stage says for all its operations.
fn start(values: &mut Values, stage: &Stage) {
    if let Some(dir) = &stage.dir {
        values.enter(dir);
    }
    for (name, value) in stage.env.iter().filter_map(|line| line.split_once('=')) {
        values.env.set(name, value);
    }
}

fn set(values: &mut Values, env: &Env) {
    for (name, value) in &env.vars {
        values.env.set(name, value);
    }
    for (name, added) in &env.prepend {
        let present = match values.env.get(name) {
            None if name == "PATH" => DEFAULT_PATH,
            present => present.unwrap_or_default(),
        };
        let parts = added.iter().map(String::as_str).chain(Some(present).filter(|it| !it.is_empty()));
        let joined = parts.collect::<Vec<_>>().join(":");
        values.env.set(name, &joined);
    }
}

/// Whether a stage of the image's side does nothing but copy and add layers.
fn only_copies_into_the_image(stage: &Stage) -> bool {
    let is_export = stage.phase.is_some_and(|phase| phase.key().starts_with("export."));
    let changes_otherwise = |operation: &Operation| {
        use OperationKind::{Exec, Mkdir, Mkfile, Rm};
        matches!(operation.kind, Exec(_) | Mkfile(_) | Mkdir(_) | Rm(_))
    };
    is_export && !stage.operations.iter().any(changes_otherwise)
}
