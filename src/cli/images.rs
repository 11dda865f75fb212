//! `cogpack images`

use std::path::Path;

use crate::cli::args::{ImageInspectArgs, ImageVerifyArgs, ImagesArgs, ImagesCommand};
use crate::cli::build::{self, Environment};
use crate::cli::exit::{Exit, Problem};
use crate::cli::output::Output;
use crate::cli::{project, registry, runtime};
use crate::diagnostic::{Diagnostic, Sink};
use crate::image::find::Description;
use crate::image::{self, compare, error, write};
use crate::project::Project;
use crate::resolve::Library;
use crate::source::SourceMap;

/// Reads real images.
pub fn run(args: &ImagesArgs, output: &Output) -> Result<Exit, Problem> {
    match &args.command {
        ImagesCommand::Inspect(args) => inspect(args, output),
        ImagesCommand::Verify(args) => verify(args, output),
    }
}

fn inspect(args: &ImageInspectArgs, output: &Output) -> Result<Exit, Problem> {
    let image = match real(&args.source, &args.platform)? {
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
    let Some(known) = library.images.called(&args.image) else {
        let message = format!("nothing describes the image `{}`", args.image);
        return Err(Problem::usage(message).help("name an image of `cogpack.toml`, or one that comes with Cogpack"));
    };
    let real = match real(&args.source, &args.platform)? {
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

/// Reads what lies at a path, else what a registry has.
fn real(source: &Path, platform: &str) -> Result<Result<Description, Box<Diagnostic>>, Problem> {
    let Some(reference) = named(source) else { return Ok(image::read(source, platform)) };
    let runtime = runtime::start()?;
    let place = runtime.block_on(registry::place(reference, &Environment::read()));
    let read = image::fetch(place, runtime.handle(), platform);
    // A lookup of a name cannot be stopped, and nobody waits for it any more.
    runtime.shutdown_background();
    Ok(read)
}

/// The full reference, where the name of an image is meant: what is there is a path, and so is what looks like one.
fn named(source: &Path) -> Option<String> {
    let text = source.to_str()?;
    let is_path = [".", "/", "~"].iter().any(|start| text.starts_with(start))
        || [".tar", ".tar.gz", ".tgz"].iter().any(|end| text.ends_with(end))
        || source.exists();
    if is_path { None } else { build::normalized(text) }
}

fn failed(found: &[Diagnostic], output: &Output) -> Exit {
    output.findings(found, &SourceMap::new());
    Exit::stopped_by(found)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test makes the file that is named")]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_or_looks_like_a_path_is_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("image");
        std::fs::write(&there, "").unwrap();
        for path in [there.to_str().unwrap(), "./image", "../image", "/image", "~/image", "image.tar", "a/b.tgz", "A"] {
            assert_eq!(named(Path::new(path)), None, "{path}");
        }
        for (name, full) in [
            ("python:3.12-slim", "docker.io/library/python:3.12-slim"),
            ("team/base", "docker.io/team/base:latest"),
            ("127.0.0.1:5000/base", "127.0.0.1:5000/base:latest"),
        ] {
            assert_eq!(named(Path::new(name)).as_deref(), Some(full));
        }
    }
}
