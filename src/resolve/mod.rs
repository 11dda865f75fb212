//! Checked blocks, a project and the catalogs → [`Resolution`]: the blocks that take part, versions, base images.
//!
//! The steps are those of the design: stack, blocks, requirements, versions, base images. Each decision is kept in a
//! [`trace::Trace`].

pub mod base;
mod blocks;
pub mod catalog;
mod driver;
pub mod error;
pub mod glance;
pub mod image;
pub mod library;
mod lone;
mod needs;
mod order;
mod own;
mod params;
mod pin;
mod quick;
mod solve;
mod stack;
pub mod trace;
mod unlisted;
mod versions;

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::check::hir::{Block, Hir, Need, Stack};
use crate::check::phase::Side;
use crate::diagnostic::Sink;
use crate::eval::value::Value;
use crate::eval::{Evaluator, Facts, Resolved};
use crate::project::Project;
use crate::project::packages::Marker;
use crate::resolve::base::BasePair;
use crate::resolve::image::Images;
use crate::resolve::library::Catalogs;
use crate::resolve::trace::Trace;
use crate::schema::Predictor;
use crate::source::{SourceMap, Span, shipped};
use crate::version::{Constraint, Version};

/// What is known of the world outside the project: releases and base images.
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// By name.
    pub catalogs: Catalogs,
    /// The base images.
    pub images: Images,
}

/// What the caller decides, over what `cogpack.toml` says.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// `--stack`
    pub stack: Option<String>,
    /// `--with`
    pub with: Vec<String>,
    /// `--without`
    pub without: Vec<String>,
    /// `--set BLOCK.PARAM=VALUE`
    pub set: Vec<ParamChoice>,
    /// `--base BUILD[,RUNTIME]`
    pub base: Option<BaseChoice>,
    /// `--driver VERSION`: the NVIDIA driver of the machines that the image runs on
    pub driver: Option<Version>,
}

/// `--base BUILD[,RUNTIME]`: names of images, or references.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseChoice {
    /// What is built on.
    pub build: String,
    /// What the image starts from; absent: what goes with the first.
    pub runtime: Option<String>,
}

/// `--set BLOCK.PARAM=VALUE`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamChoice {
    /// The block, or the stack.
    pub block: String,
    /// The param.
    pub param: String,
    /// Its value as text.
    pub value: String,
}

/// The decisions against shipped blocks that were not read, by name.
pub type LeftOut = BTreeMap<String, trace::Decision>;

/// What every step reads.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The checked blocks and stacks.
    pub hir: &'a Hir,
    /// The project.
    pub project: &'a Project,
    /// The texts, for traces and for documents that are read on demand.
    pub sources: &'a SourceMap,
    /// Releases and base images.
    pub library: &'a Library,
    /// What the caller decides.
    pub choices: &'a Choices,
    /// The shipped blocks of the stack that were not read.
    pub left_out: Option<&'a LeftOut>,
    /// `linux`, `amd64`.
    pub platform: (&'a str, &'a str),
    /// The predictor, whose schema is read when it is asked for.
    pub predictor: Option<&'a Predictor<'a>>,
}

impl<'a> Inputs<'a> {
    /// The blocks that can be named: those that were read, and all that ship.
    fn block_names(&self) -> impl Iterator<Item = &'a str> + Clone {
        let hir = self.hir;
        let shipped = shipped::BLOCKS.iter().map(|block| block.stem());
        hir.blocks.keys().map(String::as_str).chain(shipped.filter(|name| !hir.blocks.contains_key(*name)))
    }

    /// `linux/amd64`
    fn platform(&self) -> String {
        format!("{}/{}", self.platform.0, self.platform.1)
    }

    /// The file of a place, as messages call who asks.
    fn called(&self, span: Span) -> String {
        format!("`{}`", self.sources.file(span.file).name)
    }

    /// The facts before resolution.
    pub fn facts(&self) -> Facts<'a> {
        Facts {
            project: self.project,
            sources: self.sources,
            platform: self.platform,
            predictor: self.predictor,
            resolved: None,
        }
    }
}

/// What takes part in a build, and at which versions.
#[derive(Clone, Debug)]
pub struct Resolution<'a> {
    /// The stack.
    pub stack: &'a Stack,
    /// The values of the stack's params.
    pub stack_params: Vec<Value>,
    /// The blocks, in the order they build.
    pub blocks: Vec<Participant<'a>>,
    /// By name, in the order the blocks ask for them.
    pub dependencies: IndexMap<String, Dependency>,
    /// The base images.
    pub base: BasePair,
    /// The lines that install one package each, by normalized name.
    pub pinned: BTreeMap<String, String>,
    /// The lines that install the project's requirements, each at its version where that is known.
    pub lines: Vec<String>,
    /// Why all this was chosen.
    pub trace: Trace,
}

/// A block that takes part.
#[derive(Clone, Debug)]
pub struct Participant<'a> {
    /// The block.
    pub block: &'a Block,
    /// The values of its params, in their order.
    pub params: Vec<Value>,
    /// What it needs: without those whose condition does not hold.
    pub needs: Vec<&'a Need>,
    /// The values of the capabilities it needs, where they have one.
    pub capabilities: BTreeMap<String, Value>,
    /// For each capability it needs, the participant that provides it; absent: the base image.
    pub providers: IndexMap<String, usize>,
}

impl<'a> Participant<'a> {
    /// Whether both sides must start from one image.
    pub fn needs_same_base(&self) -> bool {
        self.needs.iter().any(|need| need.name.text == base::SAME_BASE)
    }

    /// An evaluator for its expressions, which knows its params and the capabilities it needs.
    pub fn evaluator<'e>(&self, hir: &'e Hir, facts: Facts<'e>) -> Evaluator<'e>
    where
        'a: 'e,
    {
        let mut evaluator = Evaluator::new(hir, facts, &self.block.lets, self.block.frame);
        for (param, value) in self.block.params.iter().zip(&self.params) {
            evaluator.set(param.local, value.clone());
        }
        for (name, value) in &self.capabilities {
            evaluator.set_capability(name.clone(), value.clone());
        }
        evaluator
    }
}

/// A requirement after resolution.
#[derive(Clone, Debug, Default)]
pub struct Dependency {
    /// The one version; absent when nothing is asked for.
    pub version: Option<Version>,
    /// How many numbers of the version are known, where it stands for all that begin with them.
    pub precision: Option<usize>,
    /// The newest release that runs, where a package brings a newer one than the image has.
    pub newer: Option<Version>,
    /// The other columns of its catalog row; of the newer one, if there is one.
    pub columns: IndexMap<String, String>,
    /// All that is asked of it.
    pub requirements: Vec<Requirement>,
    /// Whether the image that runs need not have it, because what needs it brings its own.
    pub brought: bool,
}

/// A constraint and where it came from.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// The versions that will do.
    pub constraint: Constraint,
    /// The file of the project that says so, or the block.
    pub span: Span,
    /// Who asks, for people: `` block `uv` ``, `` `.python-version` ``.
    pub by: String,
    /// For which releases of Python; `None`: for all.
    pub when: Option<Marker>,
}

/// Chooses the stack: the first whose detect holds, or the one that was named.
pub fn choose_stack<'a>(inputs: &Inputs<'a>, trace: &mut Trace, sink: &mut Sink) -> Option<&'a Stack> {
    stack::choose(inputs, trace, sink)
}

/// Decides what takes part. `None` after errors.
pub fn resolve<'a>(inputs: &Inputs<'a>, stack: &'a Stack, mut trace: Trace, sink: &mut Sink) -> Option<Resolution<'a>> {
    params::check_names(inputs, stack, sink);
    let taken = blocks::participants(inputs, stack, &mut trace, sink)?;
    let mut ordered = order::order(taken, sink)?;
    blocks::give_values(inputs, &mut ordered, sink);
    let dependencies = versions::resolve(inputs, &ordered, sink)?;
    driver::check(inputs, &dependencies, sink);
    let base = base::choose(inputs, &ordered, &dependencies, &mut trace, sink)?;
    let stack_params = params::of_stack(inputs, stack, sink)?;
    let pinned = pin::packages(inputs, &dependencies);
    let lines = pin::lines(inputs, &dependencies);
    if sink.has_errors() {
        return None;
    }
    Some(Resolution { stack, stack_params, blocks: ordered, dependencies, base, pinned, lines, trace })
}

impl Resolution<'_> {
    /// The indexes of the builds that were chosen, then those that the project names. A lock tells its own.
    pub fn indexes(&self, inputs: &Inputs<'_>) -> Vec<String> {
        let packages = &inputs.project.packages;
        let is_locked = |name: &String| packages.by_name.get(name).is_some_and(|package| package.locked.is_some());
        let of_builds = self.dependencies.iter().filter(|(name, _)| !is_locked(name));
        let of_builds = of_builds.filter_map(|(_, dependency)| dependency.columns.get("index").cloned());
        let named = packages.indexes.iter().map(|index| index.value.clone());
        let mut seen = std::collections::BTreeSet::new();
        of_builds.chain(named).filter(|url| seen.insert(url.trim_end_matches('/').to_owned())).collect()
    }

    /// An evaluator for a participant's phase bodies, which know versions and base images.
    pub fn evaluator<'r>(&'r self, inputs: &Inputs<'r>, participant: &'r Participant<'r>) -> Evaluator<'r> {
        participant.evaluator(inputs.hir, Facts { resolved: Some(self), ..inputs.facts() })
    }

    /// An evaluator for the stack's export settings.
    pub fn stack_evaluator<'r>(&'r self, inputs: &Inputs<'r>) -> Evaluator<'r> {
        let facts = Facts { resolved: Some(self), ..inputs.facts() };
        let evaluator = Evaluator::new(inputs.hir, facts, &self.stack.lets, self.stack.frame);
        for (param, value) in self.stack.params.iter().zip(&self.stack_params) {
            evaluator.set(param.local, value.clone());
        }
        evaluator
    }
}

impl Resolved for Resolution<'_> {
    fn version(&self, dependency: &str) -> Option<&Version> {
        self.dependencies.get(dependency)?.version.as_ref()
    }

    fn column(&self, dependency: &str, column: &str) -> Option<&str> {
        self.dependencies.get(dependency)?.columns.get(column).map(String::as_str)
    }

    fn image(&self, side: Side) -> &str {
        &self.base.image(side).reference
    }

    fn image_has(&self, side: Side, package: &str) -> bool {
        self.base.image(side).packages.contains_key(package)
    }

    fn base_has(&self, package: &str) -> bool {
        self.base.has(package, &self.dependencies)
    }

    fn pinned(&self, packages: &[String]) -> Vec<String> {
        packages
            .iter()
            .filter_map(|name| self.pinned.get(&crate::project::packages::normalize(name)))
            .cloned()
            .collect()
    }

    fn lines(&self) -> &[String] {
        &self.lines
    }
}
