//! `cogpack push`

use std::path::{Path, PathBuf};

use clap::Args;

use crate::build::engine;
use crate::cli::build::{self, Environment};
use crate::cli::exit::{Exit, Problem};
use crate::cli::model::{self, BuildingArgs, Drive, What, drive};
use crate::cli::output::Output;
use crate::cli::{project, runtime};
use crate::diagnostic::Sink;
use crate::model::{Keeper, Model};
use crate::project::Project;
use crate::source::SourceMap;

/// `cogpack push`
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  cogpack push                                    to the name that cog.yaml says
  cogpack push registry.example/team/model:1.0")]
pub struct PushArgs {
    /// The name, with its registry [default: `image:` of cog.yaml, else `model:`]
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// The project [default: the one that this folder is in]
    #[arg(short = 'C', long, value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// How it is built.
    #[command(flatten)]
    pub building: BuildingArgs,
}

/// Builds a project and pushes its image.
pub fn run(args: &PushArgs, output: &Output) -> Result<Exit, Problem> {
    let directory = match &args.directory {
        Some(directory) => directory.clone(),
        None => match model::what(None)? {
            What::Project(directory) => directory,
            What::Named(_) => PathBuf::new(),
        },
    };
    let name = match &args.name {
        Some(name) => name.clone(),
        None => match declared(&directory, output)? {
            Some(name) => name,
            None => return Ok(Exit::Project),
        },
    };
    if pushes(&args.building)? {
        let mut args = args.building.build(directory, name);
        args.push = true;
        return build::run(&args, output);
    }
    of_store(directory, &name, &args.building, output)
}

/// What `cog.yaml` calls the image; `None`: it is wrong, and was told so.
fn declared(directory: &Path, output: &Output) -> Result<Option<String>, Problem> {
    let (sources, mut sink) = (SourceMap::new(), Sink::new());
    let config = Project::read(Box::new(project::open(Some(directory))?), &sources, &mut sink).config;
    if let Some(name) = config.image.or(config.model) {
        return Ok(Some(name.value));
    }
    if sink.has_errors() {
        output.findings(sink.diagnostics(), &sources);
        return Ok(None);
    }
    Err(Problem::usage("nothing says where the image goes")
        .help("write `image: registry.example/team/model` in cog.yaml, or `cogpack push NAME`"))
}

/// Whether the engine pushes what it builds. Why there is none is told by the build.
fn pushes(args: &BuildingArgs) -> Result<bool, Problem> {
    let choice = engine::Choice { engine: args.engine.clone(), environment: Environment::read().of_engines() };
    let found = runtime::block_on(engine::find(&choice))?;
    Ok(found.map_or(true, |engine| engine.features.can_push().is_ok()))
}

/// An engine with a store of Docker's own pushes what it has: build first, then let it push.
fn of_store(directory: PathBuf, name: &str, args: &BuildingArgs, output: &Output) -> Result<Exit, Problem> {
    let what = What::Project(directory);
    let prepared = match Drive::prepare_as(&what, Some(name), args, output)? {
        Ok(prepared) => prepared,
        Err(exit) => return Ok(exit),
    };
    let reference = build::normalized(name).unwrap_or_else(|| name.to_owned());
    let done = drive(&prepared, async |keeper: &Keeper, _: Model| {
        let say = |line: &str| output.say(line);
        prepared.finder(keeper.docker(), &say).push(&reference).await
    })?;
    Ok(done.err().unwrap_or(Exit::Success))
}
