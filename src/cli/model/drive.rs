//! A model, found or built, and what a command does with it: until it is done, or the user interrupts. Containers are removed
//! whatever comes.

use std::sync::OnceLock;
use std::time::Duration;

use crate::build::engine;
use crate::build::failure::Failure;
use crate::cli::build::{
    CANCELLING, Environment, Prepared, Ready, docker_config, exit, prepare, until_interrupted, view,
};
use crate::cli::exit::{Exit, Problem};
use crate::cli::model::named::{config, image_name};
use crate::cli::model::{BuildingArgs, What};
use crate::cli::output::Output;
use crate::cli::runtime;
use crate::model::{Docker, Finder, Keeper, Model};
use crate::schema::Schema;
use crate::source::SourceMap;

/// How long a second interrupt waits for what the first began: the container is being removed.
const REMOVING: Duration = Duration::from_secs(3);

/// A command about a model, as far as it is known before anything starts.
pub struct Drive<'a> {
    choice: engine::Choice,
    environment: Environment,
    what: &'a What,
    /// The build, for a project.
    ready: Option<Box<Ready>>,
    /// How the model is called.
    pub name: String,
    output: &'a Output,
}

impl<'a> Drive<'a> {
    /// Reads the project, if it is one. `Err(exit)`: it is wrong, and was told so.
    pub fn prepare(what: &'a What, args: &BuildingArgs, output: &'a Output) -> Result<Result<Self, Exit>, Problem> {
        Self::prepare_as(what, None, args, output)
    }

    /// The same, and a project's image has this name.
    pub fn prepare_as(
        what: &'a What,
        name: Option<&str>,
        args: &BuildingArgs,
        output: &'a Output,
    ) -> Result<Result<Self, Exit>, Problem> {
        let environment = Environment::read();
        let choice = engine::Choice { engine: args.engine.clone(), environment: environment.of_engines() };
        let mut drive = Self { choice, environment, what, ready: None, name: String::new(), output };
        match what {
            What::Named(named) => {
                drive.name = named.to_string();
                args.unused(&drive.name)?;
            }
            What::Project(directory) => {
                let tag = match name {
                    Some(name) => name.to_owned(),
                    None => image_name(directory, &config(directory)?),
                };
                drive.name.clone_from(&tag);
                let args = args.build(directory.clone(), tag);
                match prepare(&args, &drive.environment, output)? {
                    Prepared::Ready(ready) => drive.ready = Some(ready),
                    Prepared::Stopped(exit) => return Ok(Err(exit)),
                }
            }
        }
        Ok(Ok(drive))
    }

    /// Whether it is a project.
    pub fn is_project(&self) -> bool {
        self.ready.is_some()
    }

    /// What a project's predictor takes, known before it is built.
    pub fn schema(&self) -> Option<&Schema> {
        self.ready.as_ref()?.schema.as_ref()
    }

    /// What brings images into an engine, and out of it.
    pub fn finder<'d>(&self, docker: &'d Docker, say: &'d (dyn Fn(&str) + Sync)) -> Finder<'d> {
        Finder { docker, docker_config: docker_config(&self.environment), say }
    }

    async fn model(&self, docker: &Docker, engine: &engine::Engine) -> Result<Model, Failure> {
        let say = |line: &str| self.output.say(line);
        let finder = self.finder(docker, &say);
        let (named, ready) = match (self.what, &self.ready) {
            (What::Named(named), _) => return finder.find(named).await,
            (What::Project(_), None) => return Err(Failure::Interrupted),
            (What::Project(_), Some(ready)) => (&self.name, ready),
        };
        let view = view(ready.given.progress, &self.environment, self.output);
        let done = ready.build(engine, view, self.output).await?;
        self.output.say(&done.summary);
        let ids = [&done.built.digest, &done.built.config_digest];
        let mut ids: Vec<&str> = ids.into_iter().flatten().map(String::as_str).collect();
        ids.push(named);
        finder.built(&ids, named).await
    }
}

/// Finds or builds the model, and does `work` with it.
pub fn drive<T>(
    drive: &Drive<'_>,
    work: impl AsyncFnOnce(&Keeper, Model) -> Result<T, Failure>,
) -> Result<Result<T, Exit>, Problem> {
    let runtime = runtime::start()?;
    let interrupted = runtime::interrupts(engine::end_daemons, REMOVING)?;
    let kept = OnceLock::new();
    let whole = async {
        let engine = engine::find(&drive.choice).await?;
        let docker = Docker::of(&engine).await?;
        let keeper = kept.get_or_init(|| Keeper::new(docker));
        let model = drive.model(keeper.docker(), &engine).await?;
        work(keeper, model).await
    };
    let ended = runtime.block_on(until_interrupted(whole, interrupted));
    if let Some(keeper) = kept.get() {
        let left = runtime.block_on(keeper.end());
        if !left.is_empty() {
            drive.output.findings(&left, &SourceMap::new());
        }
    }
    runtime.shutdown_timeout(CANCELLING);
    Ok(ended.map_err(|failure| match &drive.ready {
        Some(ready) => ready.tell(&failure, drive.output),
        None => {
            if !failure.diagnostics().is_empty() {
                drive.output.findings(failure.diagnostics(), &SourceMap::new());
            }
            exit(&failure)
        }
    }))
}
