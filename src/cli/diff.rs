//! `cogpack diff`

use std::path::Path;

use crate::cli::args::DiffArgs;
use crate::cli::exit::{Exit, Problem};
use crate::cli::output::Output;
use crate::cli::{files, project};
use crate::compile::{self, Options};
use crate::diagnostic::Sink;
use crate::plan::diff::lines::{Line, lines};
use crate::plan::diff::{Change, diff};
use crate::plan::model::Plan;
use crate::plan::read;
use crate::plan::validate::validate;
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
    let difference = diff(&old, &new);
    if args.json {
        let text = serde_json::to_string_pretty(&difference).map_err(|error| Problem {
            message: error.to_string(),
            help: None,
            exit: Exit::Bug,
        })?;
        output.machine(format!("{text}\n").as_bytes());
    } else if difference.is_empty() {
        output.say("the plans are the same");
    } else {
        let lines = lines(&difference);
        output.machine(
            lines.iter().map(|line| coloured(line, output.stdout.colour) + "\n").collect::<String>().as_bytes(),
        );
    }
    Ok(if args.exit_code && !difference.is_empty() { Exit::Project } else { Exit::Success })
}

fn coloured(line: &Line, colour: bool) -> String {
    let code = match line.change {
        _ if !colour => return line.plain(),
        Change::Added => 32,
        Change::Removed => 31,
        Change::Changed | Change::Moved => 33,
        Change::Same => return line.plain(),
    };
    format!("\x1b[{code}m{}\x1b[0m", line.plain())
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
