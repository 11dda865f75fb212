//! The command line of a build → an image, with what is shown on the way and left behind.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::oneshot;

use crate::build::engine::Engine;
use crate::build::failure::Failure;
use crate::build::progress::{self, View};
use crate::build::request::{Places, Target};
use crate::build::{self, Built, engine};
use crate::cli::build::{BuildArgs, Environment, Given, Progress, context, given, progress as shown, steps};
use crate::cli::exit::{Exit, Problem};
use crate::cli::lowerable::{self, Lowerable};
use crate::cli::output::Output;
use crate::cli::{files, project, runtime};
use crate::diagnostic::{Label, Sink};
use crate::plan::place::span_of;
use crate::schema::Schema;
use crate::source::SourceMap;

/// How long the daemon may take to hear that a build is cancelled.
pub const CANCELLING: Duration = Duration::from_millis(1500);

/// Builds an image.
pub fn run(args: &BuildArgs, output: &Output) -> Result<Exit, Problem> {
    let environment = Environment::read();
    let ready = match prepare(args, &environment, output)? {
        Prepared::Ready(ready) => ready,
        Prepared::Stopped(exit) => return Ok(exit),
    };
    let runtime = runtime::start()?;
    let view = shown::view(ready.given.progress, &environment, output);
    let interrupted = runtime::interrupts(engine::end_daemons, Duration::ZERO)?;
    let build = async {
        let engine = engine::find(&ready.given.choice).await?;
        ready.build(&engine, view, output).await
    };
    let ended = runtime.block_on(until_interrupted(build, interrupted));
    // Tasks that are under way end here: what they do is of no use any more.
    runtime.shutdown_timeout(CANCELLING);
    match ended {
        Ok(done) => {
            leave_behind(&ready.given, &done)?;
            conclude(&ready.given, &done, output);
            Ok(Exit::Success)
        }
        Err(failure) => Ok(ready.tell(&failure, output)),
    }
}

/// Says what came out, as it is asked for.
fn conclude(given: &Given, done: &Done, output: &Output) {
    let is_stdout = |output: &build::request::Output| output.destination.as_deref() == Some(Path::new("-"));
    match given.progress {
        // It is for programs, which know it already.
        Progress::Rawjson => {}
        Progress::Quiet => {
            let id = done.id.as_deref().filter(|_| !output.is_quiet() && !given.request.outputs.iter().any(is_stdout));
            if let Some(id) = id {
                output.machine(format!("{id}\n").as_bytes());
            }
        }
        Progress::Auto | Progress::Plain | Progress::Tty => output.say(&done.summary),
    }
}

/// What comes of reading the command line and the project.
pub enum Prepared {
    /// It can be built.
    Ready(Box<Ready>),
    /// It is wrong, and was told so.
    Stopped(Exit),
}

/// A build that only needs an engine.
pub struct Ready {
    /// What the command line says, with what is built.
    pub given: Given,
    /// What the project's predictor takes and gives.
    pub schema: Option<Schema>,
    sources: Arc<SourceMap>,
}

/// A build that went well.
pub struct Done {
    /// What came out.
    pub built: Built,
    /// What Docker calls the image's id, if there is an image.
    pub id: Option<String>,
    /// What is said of it.
    pub summary: String,
}

/// Reads the command line and the project, and tells what it finds. Nothing is started.
pub fn prepare(args: &BuildArgs, environment: &Environment, output: &Output) -> Result<Prepared, Problem> {
    let mut given = given(args, environment, output.is_terminal())?;
    let sources = Arc::new(SourceMap::new());
    let mut sink = Sink::new();
    let filled = fill(&mut given, args, &sources, &mut sink)?;
    if !sink.diagnostics().is_empty() {
        output.findings(sink.diagnostics(), &sources);
    }
    let Some(schema) = filled.filter(|_| !sink.has_errors()) else {
        return Ok(Prepared::Stopped(Exit::stopped_by(sink.diagnostics())));
    };
    given.request.places = places(&sources);
    Ok(Prepared::Ready(Box::new(Ready { given, schema: schema.0, sources })))
}

impl Ready {
    /// Builds.
    pub async fn build(&self, engine: &Engine, view: View, output: &Output) -> Result<Done, Failure> {
        let request = &self.given.request;
        let (events, received) = unbounded_channel();
        let shown = tokio::spawn(progress::show(received, view));
        let built = build::solve(engine, request, &events).await;
        drop(events);
        // It ends when nobody can tell it of more.
        let model = shown.await.unwrap_or_default();
        let built = built?;
        let sizes = match shown::has_table(model.elapsed().as_secs_f64(), output) {
            true => build::sizes(engine, request, &built).await,
            false => None,
        };
        let mut summary = shown::summary(request, &built, sizes, &model, output);
        if !engine.features.keeps(&request.outputs) {
            summary += "\n  this engine keeps no images: push this one with `--push`, or write it with `-o type=oci,dest=FILE`";
        }
        Ok(Done { summary, id: built.image_id(engine.features.store).map(str::to_owned), built })
    }

    /// Tells why there is nothing.
    pub fn tell(&self, failure: &Failure, output: &Output) -> Exit {
        if !failure.diagnostics().is_empty() {
            output.findings(failure.diagnostics(), &self.sources);
        }
        exit(failure)
    }
}

/// What is known of a predictor, if anything.
struct Known(Option<Schema>);

/// Adds what is built and the contexts. `None` when `sink` says why that cannot be.
fn fill(given: &mut Given, args: &BuildArgs, sources: &SourceMap, sink: &mut Sink) -> Result<Option<Known>, Problem> {
    let found = match &given.plan {
        Some(path) => vec![lowerable::of_plan(path, sources, sink)?],
        None => {
            let directory = args.project.directory.as_deref();
            let on = |platform: &(String, String)| {
                let options = project::options_on(&args.project, platform.clone())?;
                lowerable::of_project(directory, &options, sources, sink)
            };
            given.platforms.iter().map(on).collect::<Result<_, _>>()?
        }
    };
    let Some(found) = found.into_iter().collect::<Option<Vec<Lowerable>>>() else { return Ok(None) };
    let mut known = Known(None);
    for Lowerable { mut plan, image_configs, sources: texts, schema, .. } in found {
        known.0 = known.0.or(schema);
        if given.plan.is_some() {
            given.request.contexts = context::of_plan(&plan, &given.folders, sources, sink)?;
        }
        steps::set_network(&mut plan, given.network);
        steps::check_given(&plan, &given.request)?;
        if let Some(certificates) = &given.ca {
            steps::trust(&mut plan, &mut given.request, certificates);
        }
        given.request.targets.push(Target { plan, image_configs, sources: texts });
    }
    if given.plan.is_none() {
        let root = project::root(args.project.directory.as_deref())?;
        given.request.contexts = context::of_project(&root, sources, sink)?;
        project::hint_at_large_files(Some(&root), sink)?;
    }
    Ok(Some(known))
}

/// Where the steps of a build stand in blocks.
fn places(sources: &Arc<SourceMap>) -> Places {
    let sources = Arc::clone(sources);
    Places::new(move |origin| Some(Label { span: span_of(origin, &sources)?, text: String::new() }))
}

/// The outcome, unless the user interrupts: then what runs is dropped, which cancels it.
pub async fn until_interrupted<T>(
    work: impl Future<Output = Result<T, Failure>>,
    interrupted: oneshot::Receiver<()>,
) -> Result<T, Failure> {
    tokio::select! {
        outcome = work => outcome,
        Ok(()) = interrupted => Err(Failure::Interrupted),
    }
}

/// How the process ends.
pub fn exit(failure: &Failure) -> Exit {
    match failure {
        Failure::Refused(found) => Exit::stopped_by(found),
        Failure::Build(_) => Exit::Build,
        Failure::Engine(_) => Exit::Engine,
        Failure::Interrupted => Exit::Interrupted,
    }
}

/// Writes the files that say what was built.
fn leave_behind(given: &Given, done: &Done) -> Result<(), Problem> {
    if let Some(path) = &given.iidfile {
        files::write(path, done.id.as_deref().unwrap_or_default().as_bytes())?;
    }
    if let Some(path) = &given.metadata_file {
        write_metadata(path, &done.built)?;
    }
    Ok(())
}

fn write_metadata(path: &Path, built: &Built) -> Result<(), Problem> {
    let text = serde_json::to_string_pretty(&metadata(&built.response)).unwrap_or_default();
    files::write(path, format!("{text}\n").as_bytes())
}

/// As Docker's: the answers of exporters by name. Objects come in base64, and are decoded.
pub fn metadata(response: &BTreeMap<String, String>) -> Json {
    let decoded = |text: &String| {
        let bytes = STANDARD.decode(text).ok()?;
        serde_json::from_slice(&bytes).ok().filter(|value: &Json| value.as_object().is_some_and(|it| !it.is_empty()))
    };
    let rows = response.iter().map(|(name, text)| (name.clone(), decoded(text).unwrap_or_else(|| json!(text))));
    Json::Object(rows.collect())
}
