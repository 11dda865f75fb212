//! `cogpack diff`

use std::path::Path;

use crate::cli::args::DiffArgs;
use crate::cli::exit::{Exit, Problem};
use crate::cli::output::Output;
use crate::cli::{files, project};
use crate::compile::{self, Options};
use crate::diagnostic::Sink;
use crate::plan::model::Plan;
use crate::plan::validate::validate;
use crate::plan::{diff, read};
use crate::source::SourceMap;

/// Compares two plans.
pub fn run(args: &DiffArgs, output: &Output) -> Result<Exit, Problem> {
    let sources = SourceMap::new();
    let mut sink = Sink::new();
    let old = plan(&args.old, &sources, &mut sink)?;
    let new = plan(&args.new, &sources, &mut sink)?;
    if sink.has_errors() {
        output.findings(sink.diagnostics(), &sources);
    }
    let (Some(old), Some(new)) = (old, new) else { return Ok(Exit::Project) };
    let difference = diff::diff(&old, &new);
    if args.json {
        output.machine(difference.to_json().as_bytes());
    } else if difference.is_empty() {
        output.say("the plans are the same");
    } else {
        output.machine(diff::render(&difference, output.stdout.colour).as_bytes());
    }
    Ok(if args.exit_code && !difference.is_empty() { Exit::Project } else { Exit::Success })
}

/// A plan file, or the plan of a project.
fn plan(path: &Path, sources: &SourceMap, sink: &mut Sink) -> Result<Option<Plan>, Problem> {
    if files::is_directory(path) {
        let tree = project::open(Some(path))?;
        let compiled = compile::compile(Box::new(tree), &Options::default(), sources, sink);
        return Ok(compiled.map(|compiled| compiled.plan));
    }
    let file = sources.add(path.display().to_string(), files::read(path)?);
    let Some(read) = read::read(file, &sources.file(file).text, sink) else { return Ok(None) };
    validate(&read.plan, &read.places, sink);
    Ok((!sink.has_errors()).then_some(read.plan))
}
