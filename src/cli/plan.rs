//! `cogpack plan`

use serde::Serialize;

use crate::cli::args::PlanArgs;
use crate::cli::exit::{Exit, Problem};
use crate::cli::output::Output;
use crate::cli::project;
use crate::compile::{self, Compilation};
use crate::diagnostic::Sink;
use crate::plan::describe::describe;
use crate::plan::metadata::Metadata;
use crate::plan::model::Plan;
use crate::plan::why;
use crate::source::SourceMap;

#[derive(Serialize)]
struct Document<'a> {
    plan: &'a Plan,
    metadata: &'a Metadata,
}

/// Compiles, and shows the plan.
pub fn run(args: &PlanArgs, output: &Output) -> Result<Exit, Problem> {
    let sources = SourceMap::new();
    let mut sink = Sink::new();
    let tree = project::open(args.project.directory.as_deref())?;
    let compiled = compile::compile(Box::new(tree), &project::options(&args.project)?, &sources, &mut sink);
    if !sink.diagnostics().is_empty() {
        output.findings(sink.diagnostics(), &sources);
    }
    let Some(compiled) = compiled else { return Ok(Exit::stopped_by(sink.diagnostics())) };
    if let Some(name) = &args.why {
        let told = why::why(&compiled.plan, &compiled.metadata, name).ok_or_else(|| unknown(&compiled, name))?;
        output.machine(told.as_bytes());
    } else if args.json {
        let document = Document { plan: &compiled.plan, metadata: &compiled.metadata };
        let text = serde_json::to_string_pretty(&document).map_err(|error| Problem {
            message: error.to_string(),
            help: None,
            exit: Exit::Bug,
        })?;
        output.machine(format!("{text}\n").as_bytes());
    } else {
        output.machine(readable(&compiled).as_bytes());
    }
    Ok(Exit::Success)
}

fn unknown(compiled: &Compilation, name: &str) -> Problem {
    let help = why::instead(&compiled.plan, &compiled.metadata, name);
    Problem::usage(format!("nothing in this build is called `{name}`")).help(help)
}

fn readable(compiled: &Compilation) -> String {
    let Metadata { stack, blocks, base_image, dependencies, .. } = &compiled.metadata;
    let mut head = format!("stack     {stack}\nblocks    {}\n", blocks.join(", "));
    if base_image.build == base_image.runtime {
        head.push_str(&format!("base      {}\n", base_image.build));
    } else {
        head.push_str(&format!("base      {} to build, {} to run\n", base_image.build, base_image.runtime));
    }
    let versions: Vec<String> = dependencies
        .iter()
        .filter_map(|(name, dependency)| Some(format!("{name} {}", dependency.version.as_ref()?)))
        .collect();
    if !versions.is_empty() {
        head.push_str(&format!("versions  {}\n", versions.join(", ")));
    }
    head + "\n" + &describe(&compiled.plan)
}
