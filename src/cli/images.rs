//! `cogpack images`

use std::path::Path;

use crate::cli::args::{ImageInspectArgs, ImageVerifyArgs, ImagesArgs, ImagesCommand};
use crate::cli::exit::{Exit, Problem};
use crate::cli::output::Output;
use crate::cli::project;
use crate::diagnostic::{Diagnostic, Sink};
use crate::image::{self, compare, error, write};
use crate::project::Project;
use crate::resolve::Library;
use crate::resolve::image::Image;
use crate::source::SourceMap;

/// Reads real images.
pub fn run(args: &ImagesArgs, output: &Output) -> Result<Exit, Problem> {
    match &args.command {
        ImagesCommand::Inspect(args) => inspect(args, output),
        ImagesCommand::Verify(args) => verify(args, output),
    }
}

fn inspect(args: &ImageInspectArgs, output: &Output) -> Result<Exit, Problem> {
    let image = match image::read(Path::new(&args.source), &args.platform) {
        Ok(image) => image,
        Err(found) => return Ok(failed(&[*found], output)),
    };
    let text = if args.json { format!("{:#}\n", write::json(&image)) } else { write::toml(&image) };
    output.machine(text.as_bytes());
    Ok(Exit::Success)
}

fn verify(args: &ImageVerifyArgs, output: &Output) -> Result<Exit, Problem> {
    let (sources, mut sink) = (SourceMap::new(), Sink::new());
    let tree = project::open(args.directory.as_deref())?;
    let project = Project::read(Box::new(tree), &sources, &mut sink);
    let library = Library::of_project(&project, &mut sink);
    if sink.has_errors() {
        output.findings(sink.diagnostics(), &sources);
        return Ok(Exit::Project);
    }
    let is_named = |image: &&Image| image.name == args.image || image.reference == args.image;
    let Some(known) = library.images.all().find(is_named) else {
        let message = format!("nothing describes the image `{}`", args.image);
        return Err(Problem::usage(message).help("name an image of `cogpack.toml`, or one that comes with Cogpack"));
    };
    let real = match image::read(Path::new(&args.source), &args.platform) {
        Ok(real) => real,
        Err(found) => return Ok(failed(&[*found], output)),
    };
    let differences: Vec<Diagnostic> =
        compare::compare(known, &real).iter().map(|difference| error::differs(&known.name, difference)).collect();
    if differences.is_empty() {
        output.say(&format!("`{}` is as its metadata say", known.name));
        return Ok(Exit::Success);
    }
    Ok(failed(&differences, output))
}

fn failed(found: &[Diagnostic], output: &Output) -> Exit {
    output.findings(found, &SourceMap::new());
    Exit::stopped_by(found)
}
