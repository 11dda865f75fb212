//! `cogpack compile`

use std::mem::{ManuallyDrop, take};

use crate::cli::args::{CompileArgs, Emit};
use crate::cli::exit::{Exit, Problem};
use crate::cli::lowerable::{self, Lowerable};
use crate::cli::output::Output;
use crate::cli::{files, project};
use crate::compile;
use crate::diagnostic::Sink;
use crate::llb;
use crate::llb::config::ImageConfig;
use crate::plan::write;
use crate::source::SourceMap;
use crate::syntax;

/// Compiles and prints.
pub fn run(args: &CompileArgs, output: &Output) -> Result<Exit, Problem> {
    if args.emit == Emit::Llb && args.output.is_none() && output.is_terminal() {
        return Err(Problem::usage("LLB is binary, and is not written to a terminal").help(
            "write it to a file with `-o FILE`, pipe it to `buildctl build`, or read it with `--emit llb-json`",
        ));
    }
    let sources = SourceMap::new();
    let mut sink = Sink::new();
    let emitted = match args.emit {
        Emit::Ast | Emit::Hir => front(args, &sources, &mut sink)?,
        Emit::Plan | Emit::Llb | Emit::LlbJson | Emit::ImageConfig => match lowerable(args, &sources, &mut sink)? {
            // The process is about to end. Giving all this back first, piece by piece, would take a tenth of its time.
            Some(lowerable) => emit(args, &mut ManuallyDrop::new(lowerable), &mut sink)?,
            None => None,
        },
    };
    if !sink.diagnostics().is_empty() {
        output.findings(sink.diagnostics(), &sources);
    }
    let Some(bytes) = emitted.filter(|_| !sink.has_errors()) else {
        return Ok(Exit::stopped_by(sink.diagnostics()));
    };
    match &args.output {
        Some(path) => files::write(path, &bytes)?,
        None => output.machine(&bytes),
    }
    Ok(Exit::Success)
}

fn front(args: &CompileArgs, sources: &SourceMap, sink: &mut Sink) -> Result<Option<Vec<u8>>, Problem> {
    if args.plan.is_some() {
        return Err(Problem::usage("a plan has no blocks to print").help("leave `--plan` out"));
    }
    let tree = project::open(args.project.directory.as_deref())?;
    let front = compile::front(Box::new(tree), &project::options(&args.project)?, sources, sink);
    Ok(front.map(|front| match args.emit {
        Emit::Ast => front.asts.iter().map(syntax::dump).collect::<String>().into_bytes(),
        _ => crate::check::dump(&front.hir).into_bytes(),
    }))
}

fn lowerable(args: &CompileArgs, sources: &SourceMap, sink: &mut Sink) -> Result<Option<Lowerable>, Problem> {
    match &args.plan {
        Some(path) => lowerable::of_plan(path, sources, sink),
        None => {
            lowerable::of_project(args.project.directory.as_deref(), &project::options(&args.project)?, sources, sink)
        }
    }
}

fn emit(args: &CompileArgs, lowerable: &mut Lowerable, sink: &mut Sink) -> Result<Option<Vec<u8>>, Problem> {
    if args.emit == Emit::Plan {
        return Ok(Some(write::to_json(&lowerable.plan).into_bytes()));
    }
    let mut image_configs = take(&mut lowerable.image_configs);
    for entry in &args.image_config {
        let (reference, config) = image_config(entry)?;
        image_configs.insert(reference, config);
    }
    let options = llb::lower::Options {
        image_configs,
        sources: take(&mut lowerable.sources),
        local_unique: args.local_unique.clone(),
        ..llb::lower::Options::default()
    };
    match llb::lower(&lowerable.plan, &options) {
        Ok(lowered) => {
            let lowered = ManuallyDrop::new(lowered);
            Ok(Some(match args.emit {
                Emit::LlbJson => llb::json::to_json(&lowered.definition).into_bytes(),
                Emit::ImageConfig => lowered.config.to_json().into_bytes(),
                _ => lowered.definition.to_bytes(),
            }))
        }
        Err(found) => {
            found.into_iter().for_each(|diagnostic| sink.push(diagnostic));
            Ok(None)
        }
    }
}

/// `REF=FILE`
fn image_config(entry: &str) -> Result<(String, ImageConfig), Problem> {
    let Some((reference, path)) = entry.rsplit_once('=') else {
        return Err(Problem::usage(format!("`{entry}` names no file")).help("write `--image-config REF=FILE`"));
    };
    let text = files::read(std::path::Path::new(path))?;
    let config = ImageConfig::from_json(reference, &text).map_err(|found| Problem::usage(found.message))?;
    Ok((reference.to_owned(), config))
}
