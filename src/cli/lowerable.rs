//! A project, or a saved plan → what is lowered and built: the plan, and what is known besides it.

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::cli::exit::Problem;
use crate::cli::{files, project};
use crate::compile::{self, Front, Options};
use crate::diagnostic::Sink;
use crate::llb::config::ImageConfig;
use crate::plan::model::Plan;
use crate::plan::read;
use crate::plan::validate::validate;
use crate::schema::Schema;
use crate::source::SourceMap;

/// What is lowered: a plan, and what is known besides it.
pub struct Lowerable {
    /// The build.
    pub plan: Plan,
    /// What metadata says of base images, by their references.
    pub image_configs: IndexMap<String, ImageConfig>,
    /// The texts of blocks, by the names that origins use.
    pub sources: IndexMap<String, Arc<str>>,
    /// What a project's predictor takes and gives.
    pub schema: Option<Schema>,
    /// What a project was compiled from.
    #[expect(dead_code, reason = "it is kept for whoever ends the process without giving its memory back")]
    pub front: Option<Front>,
}

/// Compiles the project in `directory`, or the one that this folder is in. `None` when `sink` says why not.
pub fn of_project(
    directory: Option<&Path>,
    options: &Options,
    sources: &SourceMap,
    sink: &mut Sink,
) -> Result<Option<Lowerable>, Problem> {
    let tree = project::open(directory)?;
    let compiled = compile::compile(Box::new(tree), options, sources, sink);
    Ok(compiled.map(|compiled| Lowerable {
        plan: compiled.plan,
        image_configs: compiled.image_configs,
        sources: compiled.sources,
        schema: compiled.schema,
        front: Some(compiled.front),
    }))
}

/// The plan that is read from standard input.
const STDIN: &str = "-";

/// Reads a saved plan. `None` when `sink` says why not.
pub fn of_plan(path: &Path, sources: &SourceMap, sink: &mut Sink) -> Result<Option<Lowerable>, Problem> {
    let (name, text) = match path.to_str() {
        Some(STDIN) => ("standard input".to_owned(), files::stdin()?),
        _ => (path.display().to_string(), files::read(path)?),
    };
    let file = sources.add(name, text);
    let Some(read) = read::read(file, &sources.file(file).text, sink) else { return Ok(None) };
    validate(&read.plan, &read.places, sink);
    let plan = (!sink.has_errors()).then_some(read.plan);
    Ok(plan.map(|plan| Lowerable {
        image_configs: compile::image_configs(&plan),
        plan,
        sources: IndexMap::new(),
        schema: None,
        front: None,
    }))
}
