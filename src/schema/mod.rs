//! The Python file of a predictor → [`Schema`]: the OpenAPI document that Cog's server serves, and the inputs it speaks
//! of. No Python is run.
//!
//! Source is parsed, never imported: names are followed through the project's own files, and what is known of `typing`,
//! `enum`, `dataclasses`, `pathlib` and `cog` itself. What cannot be told from the text is a finding, never a guess.

mod check;
mod constraint;
mod document;
mod error;
mod field;
mod input;
mod model;
mod output;
mod pattern;
mod predictor;
mod python;
mod signature;
mod types;
mod value;

pub use check::{Problem, ProblemKind};
pub use model::{Input, InputType, Schema};
pub use predictor::Predictor;

use serde_json::Value as Json;

use crate::diagnostic::{Diagnostic, Sink};
use crate::project::Project;
use crate::project::config::{Located, split_reference};
use crate::schema::document::{Document, Mode};
use crate::schema::python::files::Files;
use crate::schema::python::world::World;
use crate::schema::signature::Target;
use crate::source::{SourceMap, Span};

/// What a pass of this room gives, or the one finding that ended it.
type Found<T> = Result<T, Box<Diagnostic>>;

/// A predictor or a trainer, read.
struct Endpoint {
    inputs: Vec<Input>,
    output: Json,
    streaming: bool,
}

/// Reads what `run`, `predict` and `train` of `cog.yaml` name. `None`: there is nothing to read, or `sink` has a finding
/// that says why it cannot be read.
pub fn read(project: &Project, sources: &SourceMap, sink: &mut Sink) -> Option<Schema> {
    let config = &project.config;
    let files = Files::new(project, sources);
    let world = World::new(&files);
    let predict = config.run.as_ref().or(config.predict.as_ref());
    let mut read = |reference: Option<&Located<String>>, mode| match reference {
        None => Some(None),
        Some(reference) => endpoint(&world, reference, mode, sink).map(Some),
    };
    let (predict, train) = (read(predict, Mode::Predict), read(config.train.as_ref(), Mode::Train));
    let (predict, train) = (predict?, train?);
    if predict.is_none() && train.is_none() {
        return None;
    }
    let mut document = Document::default();
    for (endpoint, mode) in [(&predict, Mode::Predict), (&train, Mode::Train)] {
        if let Some(endpoint) = endpoint {
            document.add(mode, &endpoint.inputs, endpoint.output.clone(), endpoint.streaming);
        }
    }
    Some(Schema {
        text: document.into_text(),
        inputs: predict.map(|endpoint| endpoint.inputs),
        training: train.map(|endpoint| endpoint.inputs),
    })
}

fn endpoint(world: &World<'_>, reference: &Located<String>, mode: Mode, sink: &mut Sink) -> Option<Endpoint> {
    let (path, name) = split_reference(&reference.value)?;
    let path = crate::project::path::inside("", path)?;
    // That a file is missing, or cannot be read, has been told where the project was read.
    world.files().project().text(&path).ok()??;
    let target = match target(world, &path, name, reference.span, mode, sink) {
        Ok(target) => target?,
        Err(found) => {
            sink.push(*found);
            return None;
        }
    };
    let wrong = signature::check_shape(&target);
    let is_whole = wrong.is_empty();
    wrong.into_iter().for_each(|found| sink.push(found));
    let inputs = input::read(world, &target, sink);
    if world.is_spent() {
        return None;
    }
    let output = output::read(world, &target).map_err(|found| sink.push(*found)).ok();
    let endpoint = Endpoint { inputs: inputs?, output: output?, streaming: target.streaming };
    is_whole.then_some(endpoint)
}

/// The function that a reference names; `None` when the file is empty.
fn target<'a>(
    world: &World<'a>,
    path: &str,
    name: &str,
    span: Span,
    mode: Mode,
    sink: &mut Sink,
) -> Found<Option<Target<'a>>> {
    let Some(module) = world.files().load(path)? else {
        return Ok(None);
    };
    if module.is_empty() {
        sink.push(error::empty_file(path, span));
        return Ok(None);
    }
    signature::Finder { world, mode }.find(module, name, span).map(Some)
}
