//! Options of commands about models.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::{ChoiceArgs, ProjectArgs};
use crate::cli::build::{BuildArgs, Progress};
use crate::cli::exit::Problem;
use crate::model::Gpus;

const BUILDING: &str = "Building a project";
const INPUT: &str = "Inputs and output";
const CONTAINER: &str = "The container";

/// Which model.
#[derive(Clone, Debug, Default, Args)]
pub struct ModelArgs {
    /// A project's directory, an image's name or digest, or an archive [default: the project that this folder is in]
    #[arg(value_name = "MODEL|DIR")]
    pub model: Option<String>,
    /// How it is built, if it is a project.
    #[command(flatten)]
    pub building: BuildingArgs,
}

/// How a project is built before it is run.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = BUILDING)]
pub struct BuildingArgs {
    /// What is decided about the project.
    #[command(flatten)]
    pub choices: ChoiceArgs,
    /// Run every step again
    #[arg(long)]
    pub no_cache: bool,
    /// A secret that steps may mount: `id=ID`, with `src=FILE` or `env=VARIABLE`; may be repeated
    #[arg(long, value_name = "SPEC")]
    pub secret: Vec<String>,
    /// An ssh agent that steps may use: `default`, `ID`, `ID=SOCKET` or `ID=KEY,…`; may be repeated
    #[arg(long, value_name = "SPEC")]
    pub ssh: Vec<String>,
    /// Certificates that steps trust besides those of the base image, as PEM
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// The engine: `docker`, a Docker context, `unix://…`, `tcp://…`… [default: see `cogpack doctor`]
    #[arg(long, value_name = "ADDRESS")]
    pub engine: Option<String>,
    /// How progress is shown [default: $BUILDKIT_PROGRESS, else auto]
    #[arg(long, value_enum, value_name = "KIND")]
    pub progress: Option<Progress>,
}

impl BuildingArgs {
    /// For what is there and is not built: nothing may be said of how it is.
    pub fn unused(&self, name: &str) -> Result<(), Problem> {
        let is_unused = self.choices == ChoiceArgs::default()
            && !self.no_cache
            && [&self.secret, &self.ssh].iter().all(|given| given.is_empty())
            && self.ca.is_none();
        if is_unused {
            return Ok(());
        }
        Err(Problem::usage(format!("options say how a project is built, and `{name}` is an image")).help(
            "leave out those below `Building a project` in `--help`, all but `--engine` and `--progress`; or name \
                 a project's directory",
        ))
    }

    /// The same as `cogpack build -t NAME` is told.
    pub fn build(&self, directory: PathBuf, tag: String) -> BuildArgs {
        BuildArgs {
            project: ProjectArgs { directory: Some(directory), choices: self.choices.clone() },
            tag: vec![tag],
            no_cache: self.no_cache,
            secret: self.secret.clone(),
            ssh: self.ssh.clone(),
            ca: self.ca.clone(),
            engine: self.engine.clone(),
            progress: self.progress,
            ..BuildArgs::default()
        }
    }
}

/// What a prediction is given.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = INPUT)]
pub struct InputArgs {
    /// An input; `NAME=@FILE` for a file, and several times for a list
    #[arg(short, long, value_name = "NAME=VALUE")]
    pub input: Vec<String>,
    /// The inputs as a JSON object, from a file or from stdin; texts that begin with `@` name files
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<String>,
    /// Where the output is written [default: texts and values to stdout, files to `output.…`]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// What a container is given.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = CONTAINER)]
pub struct ContainerArgs {
    /// An environment variable; without a value, that of this process. May be repeated
    #[arg(short, long, value_name = "NAME=VALUE")]
    pub env: Vec<String>,
    /// Graphics cards: `all`, a number, `device=ID,…`, or `none` [default: all, if cog.yaml has `gpu: true`]
    #[arg(long, value_name = "CARDS")]
    pub gpus: Option<String>,
    /// How long the model may take until it is ready
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub setup_timeout: u64,
}

/// What `--gpus` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cards {
    /// Nothing.
    Default,
    /// None are wanted.
    None,
    /// These.
    Some(Gpus),
}

impl ContainerArgs {
    /// The variables. Those without a value are taken from this process; one that it has not is left out, as Docker does.
    pub fn environment(&self) -> Result<Vec<String>, Problem> {
        let mut environment = Vec::new();
        for text in &self.env {
            let name = text.split('=').next().unwrap_or_default();
            if name.is_empty() || name.chars().any(char::is_whitespace) {
                return Err(
                    Problem::usage(format!("`--env {text}` names no variable")).help("write `--env NAME=VALUE`")
                );
            }
            if text.contains('=') {
                environment.push(text.clone());
            } else {
                environment.extend(variable(name).map(|value| format!("{name}={value}")));
            }
        }
        Ok(environment)
    }

    /// The graphics cards.
    pub fn cards(&self) -> Result<Cards, Problem> {
        match self.gpus.as_deref() {
            None => Ok(Cards::Default),
            Some("none" | "0") => Ok(Cards::None),
            Some(text) => Gpus::parse(text).map(Cards::Some).ok_or_else(|| {
                Problem::usage(format!("`--gpus {text}` names no graphics cards"))
                    .help("write `all`, a number, `device=0,1`, or `none`")
            }),
        }
    }
}

/// A variable of this process.
#[expect(clippy::disallowed_methods, reason = "the environment is read here")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
