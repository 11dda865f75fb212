//! The whole pipeline: a directory → [`Compilation`], one call per pass.
//!
//! ```no_run
//! let compiled = cogpack::compile::directory(std::path::Path::new("."), &Default::default())?;
//! println!("{}", cogpack::plan::write::to_json(&compiled.plan));
//! # Ok::<(), cogpack::compile::Failure>(())
//! ```

mod blocks;
mod environment;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use tracing::{debug, info};

use crate::check;
use crate::check::hir::Hir;
use crate::diagnostic::render::{self, Format, Style};
use crate::diagnostic::{Diagnostic, Sink};
use crate::llb;
use crate::llb::config::ImageConfig;
use crate::plan::compose::compose;
use crate::plan::lock::{self, Lock};
use crate::plan::metadata::Metadata;
use crate::plan::model::Plan;
use crate::plan::place::OriginPlaces;
use crate::plan::validate::validate;
use crate::project::disk::DiskTree;
use crate::project::tree::{Tree, TreeError};
use crate::project::{self, Project};
use crate::resolve::trace::Trace;
use crate::resolve::{self, Choices, Inputs, Library, Resolution};
use crate::schema::{Predictor, Schema};
use crate::source::SourceMap;
use crate::syntax::ast::Ast;

pub use blocks::BlockFile;
use blocks::Wanted;

/// What the caller decides.
#[derive(Clone, Debug)]
pub struct Options {
    /// Stack, blocks and params.
    pub choices: Choices,
    /// Operating system and architecture in OCI's words.
    pub platform: (String, String),
    /// Block files besides those in the project.
    pub blocks: Vec<BlockFile>,
    /// Whether what is chosen must be what `cogpack.lock` says.
    pub locked: bool,
    /// Whether images have the digests that `cogpack.lock` has of them.
    pub pinned: bool,
}

impl Default for Options {
    fn default() -> Self {
        let platform = ("linux".into(), "amd64".into());
        Self { choices: Choices::default(), platform, blocks: Vec::new(), locked: false, pinned: true }
    }
}

/// What a project compiles to.
#[derive(Clone, Debug)]
pub struct Compilation {
    /// The build.
    pub plan: Plan,
    /// What was decided on the way.
    pub metadata: Metadata,
    /// The configs of the images that metadata knows, by their references.
    pub image_configs: IndexMap<String, ImageConfig>,
    /// The texts of the blocks that took part, by the names that origins use.
    pub sources: IndexMap<String, Arc<str>>,
    /// What the predictor takes and gives, if a block asked for it.
    pub schema: Option<Schema>,
    /// The blocks and stacks as they were read and checked.
    pub front: Front,
    /// Findings that do not stop the build.
    pub warnings: Vec<Diagnostic>,
}

/// The blocks and stacks of a project as far as they are read.
#[derive(Clone, Debug)]
pub struct Front {
    /// The trees, the project's first.
    pub asts: Vec<Ast>,
    /// The checked form.
    pub hir: Hir,
}

/// Compiles a project. `None` when `sink` holds an error.
pub fn compile(tree: Box<dyn Tree>, options: &Options, sources: &SourceMap, sink: &mut Sink) -> Option<Compilation> {
    let project = Project::read(tree, sources, sink);
    let mut library = Library::of_project(&project, sink);
    let mut program = blocks::read(&project, options, sources, sink);
    let world = environment::of(&library, &BTreeSet::new());
    library.take_base(&project, options.choices.base.as_ref(), (&options.platform.0, &options.platform.1), sink);

    let stacks = check::check_stacks(&program.borrow().sources(), &world, sink);
    let mut trace = Trace::default();
    let predictor = Predictor::new(&project, sources);
    let inputs = Inputs { predictor: Some(&predictor), ..inputs(&stacks, &project, &library, options, sources) };
    let stack = resolve::choose_stack(&inputs, &mut trace, sink)?.name.text.clone();
    info!(stack, "stack chosen");
    let left_out = program.add_shipped(&stacks.stacks[&stack], &project, options, Wanted::Detected, sources, sink);

    let world = environment::of(&library, &program.columns_asked(sources));
    let hir = check::check(&program.borrow().sources(), &world, sink);
    let inputs = Inputs { hir: &hir, left_out: Some(&left_out), ..inputs };
    let stack = stop_at_errors(hir.stacks.get(&stack), sink)?;
    let resolution = resolve::resolve(&inputs, stack, trace, sink);
    predictor.report(sink);
    let resolution = resolution?;
    log_resolution(&resolution);
    let metadata = Metadata::new(&inputs, &resolution);
    let lock = lock_of(&project, options, sources, sink);
    if let Some(lock) = lock.as_ref().filter(|_| options.locked) {
        lock.check(&metadata, sink);
    }
    let plan = compose(&inputs, &resolution, sink);
    predictor.report(sink);
    let mut plan = plan?;
    let base = [&resolution.base.build, &resolution.base.runtime];
    let mut image_configs = environment::image_configs(&library, &plan, &base);
    if let Some(lock) = lock.filter(|_| options.pinned) {
        if options.locked {
            lock.check_images(&plan, sink);
        }
        lock.pin(&mut plan, &mut image_configs);
    }
    validate(&plan, &OriginPlaces::new(&plan, sources), sink);
    project.tree().unnameable().iter().for_each(|name| sink.push(project::error::name_not_text(name)));
    let plan = stop_at_errors(Some(plan), sink)?;
    info!(stages = plan.stages.len(), "plan composed");
    Some(Compilation {
        metadata,
        image_configs,
        sources: program.texts(sources),
        schema: predictor.asked().cloned(),
        front: Front { hir, asts: program.into_asts() },
        warnings: sink.diagnostics().to_vec(),
        plan,
    })
}

/// The project's lock, as far as it matters.
fn lock_of(project: &Project, options: &Options, sources: &SourceMap, sink: &mut Sink) -> Option<Lock> {
    if !options.locked && !options.pinned {
        return None;
    }
    let read = Lock::read(project, sources);
    match read {
        Ok(None) if options.locked => sink.push(lock::missing()),
        Ok(lock) => return lock,
        Err(found) => sink.push(*found),
    }
    None
}

/// Parses and checks every block of the project, and those that ship and its stack names.
pub fn front(tree: Box<dyn Tree>, options: &Options, sources: &SourceMap, sink: &mut Sink) -> Option<Front> {
    let project = Project::read(tree, sources, sink);
    let library = Library::of_project(&project, sink);
    let mut program = blocks::read(&project, options, sources, sink);
    let world = environment::of(&library, &BTreeSet::new());
    let stacks = check::check_stacks(&program.borrow().sources(), &world, sink);
    let inputs = inputs(&stacks, &project, &library, options, sources);
    if let Some(stack) = resolve::choose_stack(&inputs, &mut Trace::default(), sink) {
        program.add_shipped(stack, &project, options, Wanted::All, sources, sink);
    }
    let world = environment::of(&library, &program.columns_asked(sources));
    let hir = check::check(&program.borrow().sources(), &world, sink);
    Some(Front { hir, asts: program.into_asts() })
}

/// Parses and checks every block there is: the project's, and all that ship and are not replaced.
pub fn all_blocks(tree: Box<dyn Tree>, options: &Options, sources: &SourceMap, sink: &mut Sink) -> Hir {
    let project = Project::read(tree, sources, sink);
    let library = Library::of_project(&project, sink);
    let mut program = blocks::read(&project, options, sources, sink);
    program.add_all_shipped(sources, sink);
    check::check(&program.borrow().sources(), &environment::of(&library, &program.columns_asked(sources)), sink)
}

/// Lowers a compilation to LLB and an image config.
pub fn lower(compilation: &Compilation) -> Result<llb::lower::Lowered, Vec<Diagnostic>> {
    let options = llb::lower::Options {
        image_configs: compilation.image_configs.clone(),
        sources: compilation.sources.clone(),
        ..llb::lower::Options::default()
    };
    llb::lower(&compilation.plan, &options)
}

/// Compiles a directory on disk.
///
/// # Errors
/// [`Failure::Directory`] when it cannot be opened, [`Failure::Project`] when something in it is wrong.
pub fn directory(path: &Path, options: &Options) -> Result<Compilation, Failure> {
    let tree = DiskTree::open(path).map_err(Failure::Directory)?;
    let sources = SourceMap::new();
    let mut sink = Sink::new();
    compile(Box::new(tree), options, &sources, &mut sink)
        .ok_or_else(|| Failure::Project(render::render(sink.diagnostics(), &sources, Format::Full, &Style::PLAIN)))
}

/// Why a directory does not compile.
#[derive(Debug)]
pub enum Failure {
    /// It cannot be opened.
    Directory(TreeError),
    /// Something in it is wrong: the findings as people read them.
    Project(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(error) => write!(f, "{error}"),
            Self::Project(report) => f.write_str(report),
        }
    }
}

impl std::error::Error for Failure {}

fn inputs<'a>(
    hir: &'a Hir,
    project: &'a Project,
    library: &'a Library,
    options: &'a Options,
    sources: &'a SourceMap,
) -> Inputs<'a> {
    let platform = (options.platform.0.as_str(), options.platform.1.as_str());
    Inputs { hir, project, sources, library, choices: &options.choices, left_out: None, platform, predictor: None }
}

/// What `-v` shows of the decisions, and `COGPACK_DEBUG=1` of the reasons.
fn log_resolution(resolution: &Resolution<'_>) {
    let names: Vec<&str> = resolution.blocks.iter().map(|taken| taken.block.name.text.as_str()).collect();
    info!(blocks = names.join(", "), "blocks taken");
    for (name, dependency) in &resolution.dependencies {
        if let Some(version) = &dependency.version {
            info!(name, %version, "version chosen");
        }
    }
    info!(build = resolution.base.build.reference, runtime = resolution.base.runtime.reference, "base images chosen");
    let Trace { stacks, blocks, images } = &resolution.trace;
    for decision in stacks.iter().chain(blocks).chain(images) {
        let files = decision.files.join(", ");
        debug!(name = decision.name, chosen = decision.chosen, reason = decision.reason, files, "decision");
    }
}

fn stop_at_errors<T>(value: Option<T>, sink: &Sink) -> Option<T> {
    if sink.has_errors() { None } else { value }
}

/// The configs of the images of a plan that metadata knows, by their references: for a plan that was read, too.
pub fn image_configs(plan: &Plan) -> IndexMap<String, ImageConfig> {
    environment::image_configs(&Library::shipped(), plan, &[])
}
