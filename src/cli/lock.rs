//! `cogpack lock`

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use crate::cli::args::LockArgs;
use crate::cli::build::{Environment, normalized};
use crate::cli::exit::{Exit, Problem};
use crate::cli::output::Output;
use crate::cli::{files, project, registry, runtime};
use crate::compile::{self, Options};
use crate::diagnostic::{Diagnostic, Sink};
use crate::image;
use crate::plan::lock;
use crate::project::disk::DiskTree;
use crate::source::SourceMap;

/// Compiles, asks for digests, and writes what was chosen beside the project's other files.
pub fn run(args: &LockArgs, output: &Output) -> Result<Exit, Problem> {
    let sources = SourceMap::new();
    let mut sink = Sink::new();
    let root = project::root(args.project.directory.as_deref())?;
    let tree: DiskTree = project::open(Some(&root))?;
    let options = Options { pinned: false, ..project::options(&args.project)? };
    let compiled = compile::compile(Box::new(tree), &options, &sources, &mut sink);
    if !sink.diagnostics().is_empty() {
        output.findings(sink.diagnostics(), &sources);
    }
    let Some(compiled) = compiled else { return Ok(Exit::stopped_by(sink.diagnostics())) };
    let images = if args.offline { BTreeSet::new() } else { lock::images(&compiled.plan) };
    let digests = match digests(images)? {
        Ok(digests) => digests,
        Err(found) => {
            output.findings(&found, &sources);
            return Ok(Exit::stopped_by(&found));
        }
    };
    let path = root.join(lock::FILE);
    files::write(&path, lock::to_text(&compiled.metadata, &digests).as_bytes())?;
    output.say(&format!("wrote {}", path.display()));
    Ok(Exit::Success)
}

/// The digests that the images have now, asked for at the same time. What is found: each that has none.
fn digests(images: BTreeSet<String>) -> Result<Result<BTreeMap<String, String>, Vec<Diagnostic>>, Problem> {
    let environment = Environment::read();
    let asked = images.into_iter().map(async |image| {
        let full = normalized(&image).unwrap_or_else(|| image.clone());
        let digest = image::digest(registry::place(full, &environment).await).await;
        digest.map(|digest| (image, digest)).map_err(|found| *found)
    });
    let (digests, found): (Vec<_>, Vec<_>) = runtime::block_on(join_all(asked))?.into_iter().partition(Result::is_ok);
    if found.is_empty() {
        return Ok(Ok(digests.into_iter().flatten().collect()));
    }
    Ok(Err(found.into_iter().filter_map(Result::err).map(or_offline).collect()))
}

/// What else to do where a registry does not answer.
fn or_offline(mut found: Diagnostic) -> Diagnostic {
    let help = found.help.take().map(|help| format!("{help}; or ")).unwrap_or_default();
    found.help(format!("{help}write versions without digests with `cogpack lock --offline`"))
}
