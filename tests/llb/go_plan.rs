//! A plan of the Go original → a graph, with that translation's own ways.
//!
//! It differs from `llb::lower` on purpose: mounts are writable and take outputs, a stage's env is set again after its
//! operations, directories are always copied by content. What is compared here is the builder.

use std::collections::BTreeMap;

use base64::Engine as _;
use cogpack::llb::definition::Definition;
use cogpack::llb::graph::exec::{Exec, Mount, MountKind};
use cogpack::llb::graph::file::{Action, Copy, CopyFrom, Mkfile, Owner};
use cogpack::llb::graph::platform::normalize;
use cogpack::llb::graph::source::{Http, Image, Local};
use cogpack::llb::graph::{Graph, Meta, State};
use cogpack::llb::reference::normalize as normalize_reference;
use cogpack::plan::model::Platform;
use serde::Deserialize;
use serde_json::Value;

use super::build::{new_graph, secret, sharing, ssh, with_image_config};
use super::scenario::{Owned, Scenario};
use super::shlex;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    platform: PlanPlatform,
    stages: Vec<Stage>,
    #[serde(rename = "export")]
    _export: Option<Value>,
    #[serde(rename = "contexts")]
    _contexts: Option<Value>,
}

#[derive(Deserialize)]
struct PlanPlatform {
    os: String,
    arch: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Translate {
    exec_form: Option<String>,
    chown: bool,
    name_stages: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Stage {
    id: String,
    #[serde(rename = "name")]
    _name: Option<String>,
    source: Input,
    #[serde(default, deserialize_with = "null_is_default")]
    operations: Vec<Operation>,
    #[serde(rename = "phaseKey")]
    _phase_key: Option<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    env: Vec<String>,
    #[serde(default, deserialize_with = "empty_is_none")]
    dir: Option<String>,
    #[serde(rename = "provides")]
    _provides: Option<Vec<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Input {
    stage: Option<String>,
    image: Option<String>,
    local: Option<String>,
    url: Option<String>,
    scratch: bool,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Operation {
    Exec {
        command: String,
        #[serde(default, deserialize_with = "null_is_default")]
        mounts: Vec<PlanMount>,
    },
    #[serde(rename_all = "camelCase")]
    Copy {
        from: Input,
        #[serde(default, deserialize_with = "null_is_default")]
        src: Vec<String>,
        dest: String,
        chown: Option<String>,
        #[serde(default, deserialize_with = "null_is_default")]
        patterns: Patterns,
        #[serde(default)]
        create_dest_path: bool,
    },
    Env {
        vars: BTreeMap<String, String>,
    },
    Mkfile {
        dest: String,
        data: String,
        mode: u32,
    },
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Patterns {
    #[serde(deserialize_with = "null_is_default")]
    include: Vec<String>,
    #[serde(deserialize_with = "null_is_default")]
    exclude: Vec<String>,
}

/// Go writes an empty list as `null`.
fn null_is_default<'de, D: serde::Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

/// What Go leaves out is empty to it.
fn empty_is_none<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.filter(|text| !text.is_empty()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanMount {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    source: Input,
    #[serde(default)]
    target: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    sharing: String,
    #[serde(default)]
    size: i64,
    #[serde(default, deserialize_with = "empty_is_none")]
    env: Option<String>,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    readonly: bool,
    #[serde(default)]
    selector: String,
}

pub fn definition(scenario: &Scenario) -> Definition {
    let plan = scenario.plan.as_ref().expect("a plan");
    let platform = Platform { os: plan.platform.os.clone(), arch: plan.platform.arch.clone(), variant: None };
    let mut translation =
        Translation { graph: new_graph(&scenario.marshal), platform, scenario, stages: BTreeMap::new() };
    let mut last = State::scratch();
    for stage in &plan.stages {
        last = translation.stage(stage);
        translation.stages.insert(stage.id.clone(), last.clone());
    }
    translation.graph.finish(&last)
}

struct Translation<'a> {
    graph: Graph,
    platform: Platform,
    scenario: &'a Scenario,
    stages: BTreeMap<String, State>,
}

impl Translation<'_> {
    /// Where a stage starts: an image brings the values of its config.
    fn source(&mut self, input: &Input) -> State {
        let state = self.input(input);
        let Some(reference) = &input.image else { return state };
        let reference = normalize_reference(reference).expect("a reference");
        match self.scenario.image_configs.get(&reference) {
            Some(config) => with_image_config(state, config),
            None => state,
        }
    }

    /// What a copy or a mount reads: of an image only the files.
    fn input(&mut self, input: &Input) -> State {
        if let Some(stage) = &input.stage {
            return self.stages[stage].clone();
        }
        if let Some(reference) = &input.image {
            let meta = Meta { platform: Some(self.platform.clone()), ..Meta::default() };
            return self.graph.image(reference, &Image::default(), meta).expect("a reference");
        }
        if let Some(name) = &input.local {
            return self.graph.local(name, &Local::default(), Meta::default());
        }
        if let Some(url) = &input.url {
            return self.graph.http(url, &Http::default(), Meta::default());
        }
        assert!(input.scratch, "an input is one of stage, image, local, url and scratch");
        State::scratch()
    }

    fn stage(&mut self, stage: &Stage) -> State {
        let set_env = |state: State| {
            state.with(|values| {
                for (name, value) in stage.env.iter().filter_map(|line| line.split_once('=')) {
                    values.env.set(name, value);
                }
            })
        };
        let mut state = set_env(self.source(&stage.source));
        if let Some(dir) = &stage.dir {
            state = state.with(|values| values.enter(dir));
        }
        for operation in &stage.operations {
            state = self.operation(stage, operation, state);
        }
        let platform = normalize(&self.platform);
        set_env(state).with(|values| values.platform = values.platform.take().or(Some(platform)))
    }

    fn operation(&mut self, stage: &Stage, operation: &Operation, state: State) -> State {
        let named = |word: &str| match self.scenario.translate.name_stages {
            true => Meta::default().named(format!("{}: {word}", stage.id)),
            false => Meta::default(),
        };
        match operation {
            Operation::Exec { command, mounts } => {
                let meta = named("exec");
                let exec = self.exec(stage, command, mounts, &state);
                self.graph.exec(&state, exec, meta).root
            }
            Operation::Copy { from, src, dest, chown, patterns, create_dest_path } => {
                let meta = named("copy");
                let from = self.input(from);
                src.iter().fold(state, |state, src| {
                    let copy = Copy {
                        owner: chown
                            .as_deref()
                            .filter(|it| self.scenario.translate.chown && !it.is_empty())
                            .map(Owner::parse),
                        include: patterns.include.clone(),
                        exclude: patterns.exclude.clone(),
                        wildcard: true,
                        empty_wildcard: true,
                        follow_symlinks: true,
                        contents_only: true,
                        create_dest: *create_dest_path,
                        ..Copy::new(CopyFrom::State(from.clone()), src, dest)
                    };
                    self.graph.file(&state, &[Action::Copy(Box::new(copy))], meta.clone())
                })
            }
            Operation::Env { vars } => state.with(|values| {
                for (name, value) in vars {
                    values.env.set(name, value);
                }
            }),
            Operation::Mkfile { dest, data, mode } => {
                let data = base64::engine::general_purpose::STANDARD.decode(data).expect("base64");
                let mkfile = Mkfile { path: dest.clone(), mode: *mode, data, ..Mkfile::default() };
                let meta = named("mkfile");
                self.graph.file(&state, &[Action::Mkfile(mkfile)], meta)
            }
        }
    }

    fn exec(&mut self, stage: &Stage, command: &str, mounts: &[PlanMount], state: &State) -> Exec {
        let args = match self.scenario.translate.exec_form.as_deref() {
            None | Some("sh") => vec!["/bin/sh".to_owned(), "-c".to_owned(), command.to_owned()],
            Some("shlex") => shlex::split(command),
            Some(other) => panic!("no such form: {other}"),
        };
        let mut values = state.values().clone();
        if let Some(dir) = &stage.dir {
            values.enter(dir);
        }
        let mut exec = Exec { args, values: Some(values), ..Exec::default() };
        for it in mounts {
            let owned = Owned {
                id: it.id.clone(),
                target: Some(it.target.clone()).filter(|target| !target.is_empty()),
                env: it.env.clone(),
                optional: it.optional,
                ..Owned::default()
            };
            let scratch = |kind| Mount { kind, ..Mount::bind(&it.target, State::scratch()) };
            let id = if it.id.is_empty() { &it.target } else { &it.id };
            match it.kind.as_str() {
                "secret" => exec.secrets.push(secret(&owned)),
                "ssh" => exec.ssh.push(ssh(&owned)),
                "cache" => {
                    exec.mounts.push(scratch(MountKind::Cache { id: id.clone(), sharing: sharing(&it.sharing) }))
                }
                "tmpfs" => exec.mounts.push(scratch(MountKind::Tmpfs { size: it.size })),
                _ => exec.mounts.push(Mount {
                    readonly: it.readonly,
                    selector: it.selector.clone(),
                    ..Mount::bind(&it.target, self.input(&it.source))
                }),
            }
        }
        exec
    }
}
