//! `cogpack check`

use std::path::Path;

use crate::cli::args::CheckArgs;
use crate::cli::exit::{Exit, Problem};
use crate::cli::output::Output;
use crate::cli::{files, project};
use crate::compile::{self, BlockFile, Options};
use crate::diagnostic::{Severity, Sink};
use crate::project::memory::MemoryTree;
use crate::source::SourceMap;

/// Finds what is wrong, and changes nothing.
pub fn run(args: &CheckArgs, output: &Output) -> Result<Exit, Problem> {
    let sources = SourceMap::new();
    let mut sink = Sink::new();
    let (directories, blocks): (Vec<_>, Vec<_>) = args.paths.iter().partition(|path| files::is_directory(path));
    if !blocks.is_empty() {
        check_blocks(&blocks, &sources, &mut sink)?;
    }
    match directories.as_slice() {
        [] if blocks.is_empty() => check_project(None, &sources, &mut sink)?,
        [] => {}
        [directory] => check_project(Some(directory), &sources, &mut sink)?,
        _ => {
            return Err(
                Problem::usage("one project at a time can be checked").help("call `cogpack check` once for each")
            );
        }
    }
    if !sink.diagnostics().is_empty() || output.findings_are_a_document() {
        output.findings(sink.diagnostics(), &sources);
    }
    if sink.has_errors() {
        return Ok(Exit::Project);
    }
    if !sink.diagnostics().iter().any(|found| found.severity == Severity::Warning) {
        output.say("no problems found");
    }
    Ok(Exit::Success)
}

fn check_project(directory: Option<&Path>, sources: &SourceMap, sink: &mut Sink) -> Result<(), Problem> {
    let tree = project::open(directory)?;
    if let Some(compiled) = compile::compile(Box::new(tree), &Options::default(), sources, sink)
        && let Err(found) = compile::lower(&compiled)
    {
        found.into_iter().for_each(|diagnostic| sink.push(diagnostic));
    }
    project::hint_at_large_files(directory, sink)
}

/// Block files alone: beside those that ship, as if they lay in a project that has nothing else.
fn check_blocks(paths: &[&std::path::PathBuf], sources: &SourceMap, sink: &mut Sink) -> Result<(), Problem> {
    let mut blocks = Vec::new();
    for path in paths {
        blocks.push(BlockFile { name: path.display().to_string(), text: files::read(path)? });
    }
    compile::all_blocks(Box::new(MemoryTree::new()), &Options { blocks, ..Options::default() }, sources, sink);
    Ok(())
}
