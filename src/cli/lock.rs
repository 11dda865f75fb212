//! `cogpack lock`

use crate::cli::args::LockArgs;
use crate::cli::exit::{Exit, Problem};
use crate::cli::output::Output;
use crate::cli::{files, project};
use crate::compile;
use crate::diagnostic::Sink;
use crate::plan::lock;
use crate::project::disk::DiskTree;
use crate::source::SourceMap;

/// Compiles, and writes what was chosen beside the project's other files.
pub fn run(args: &LockArgs, output: &Output) -> Result<Exit, Problem> {
    let sources = SourceMap::new();
    let mut sink = Sink::new();
    let root = project::root(args.project.directory.as_deref())?;
    let tree: DiskTree = project::open(Some(&root))?;
    let compiled = compile::compile(Box::new(tree), &project::options(&args.project)?, &sources, &mut sink);
    if !sink.diagnostics().is_empty() {
        output.findings(sink.diagnostics(), &sources);
    }
    let Some(compiled) = compiled else { return Ok(Exit::stopped_by(sink.diagnostics())) };
    files::write(&root.join(lock::FILE), lock::to_text(&compiled.metadata).as_bytes())?;
    Ok(Exit::Success)
}
