//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cli::build::BuildArgs;
use crate::cli::inspect::InspectArgs;
use crate::cli::predict::PredictArgs;
use crate::cli::push::PushArgs;
use crate::cli::run::RunArgs;
use crate::cli::serve::ServeArgs;
use crate::cli::train::TrainArgs;

/// Compiles a project into an OCI image build.
#[derive(Debug, Parser)]
#[command(name = "cogpack", version, about, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Examples:
  cogpack predict -i s=hello   a prediction of the project in this folder
  cogpack plan                 what a build of it would do
  cogpack check                what is wrong with it
  cogpack init --block tool    a block of your own, in blocks/tool.block
  cogpack explain E0302        a page about a finding")]
pub struct Cli {
    /// Options that every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const GENERAL: &str = "Options of every command";

/// Options that every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// How findings are written
    #[arg(long, global = true, value_enum, default_value_t = Format::Full, help_heading = GENERAL)]
    pub format: Format,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN", help_heading = GENERAL)]
    pub color: When,
    /// Say what each pass does
    #[arg(short, long, global = true, help_heading = GENERAL)]
    pub verbose: bool,
    /// Say nothing but findings and errors
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = GENERAL)]
    pub quiet: bool,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// With the lines they are about
    Full,
    /// One line each
    Short,
    /// One JSON document
    Json,
    /// One SARIF log
    Sarif,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build an image
    Build(Box<BuildArgs>),
    /// Run a prediction, and build the project first
    Predict(Box<PredictArgs>),
    /// Serve predictions on a port of this machine
    Serve(Box<ServeArgs>),
    /// Run a command in a model's image
    Run(Box<RunArgs>),
    /// Run a training
    Train(Box<TrainArgs>),
    /// Build a project and push its image
    Push(Box<PushArgs>),
    /// Show what a model is, takes and gives
    Inspect(InspectArgs),
    /// Compile a project to a plan or to LLB
    Compile(CompileArgs),
    /// Show what a build of a project would do
    Plan(PlanArgs),
    /// Write chosen versions, base images and digests to cogpack.lock
    Lock(LockArgs),
    /// Find what is wrong with a project or with block files
    Check(CheckArgs),
    /// Format block files
    Fmt(FmtArgs),
    /// List the blocks, or show one
    Blocks(BlocksArgs),
    /// Explain a finding, or what takes part in a project
    Explain(ExplainArgs),
    /// Compare two plans
    Diff(DiffArgs),
    /// Read real images, and compare them with what is known of them
    Images(ImagesArgs),
    /// Show the engines that images can be built on
    Doctor(DoctorArgs),
    /// Start a project, or a block in one
    Init(InitArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

/// Which project, and what the caller decides about it.
#[derive(Clone, Debug, Default, Args)]
pub struct ProjectArgs {
    /// The project [default: the nearest folder upwards with a cog.yaml or cogpack.toml, else this one]
    #[arg(value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// What is decided about it.
    #[command(flatten)]
    pub choices: ChoiceArgs,
}

/// What the caller decides about a project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct ChoiceArgs {
    /// Take this stack instead of detecting one
    #[arg(long, value_name = "NAME")]
    pub stack: Option<String>,
    /// Let a block take part without being detected; may be repeated
    #[arg(long, value_name = "BLOCK")]
    pub with: Vec<String>,
    /// Leave a block out; may be repeated
    #[arg(long, value_name = "BLOCK")]
    pub without: Vec<String>,
    /// Set a block's param; may be repeated. `cogpack blocks NAME` lists them
    #[arg(long, value_name = "BLOCK.PARAM=VALUE")]
    pub set: Vec<String>,
    /// Build on this image and start from it, or from a second one: names or references
    #[arg(long, value_name = "BUILD[,RUNTIME]")]
    pub base: Option<String>,
    /// The NVIDIA driver of the machines that the image runs on, or `host` for this machine's: is it new enough for CUDA?
    #[arg(long, value_name = "VERSION|host")]
    pub driver: Option<String>,
    /// Fail when something would be chosen otherwise than `cogpack.lock` says
    #[arg(long)]
    pub locked: bool,
    /// What the image runs on: linux/amd64 or linux/arm64 [default: linux/amd64]
    #[arg(long, value_name = "OS/ARCH", value_delimiter = ',')]
    pub platform: Vec<String>,
    /// A block file, or a folder of them, besides those of the project; may be repeated
    #[arg(long, value_name = "PATH")]
    pub blocks: Vec<PathBuf>,
}

/// `cogpack compile`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cogpack compile -o plan.json
  cogpack compile --emit llb examples/service | buildctl build --local context=examples/service
  cogpack compile --plan plan.json --emit image-config")]
pub struct CompileArgs {
    /// The project.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Lower this plan instead of a project
    #[arg(long, value_name = "FILE", conflicts_with_all = ["directory", "stack", "with", "without", "set", "blocks", "base", "driver", "locked"])]
    pub plan: Option<PathBuf>,
    /// What to print
    #[arg(long, value_enum, default_value_t = Emit::Plan, value_name = "FORM")]
    pub emit: Emit,
    /// Write to a file instead of stdout
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The OCI config of a base image, instead of what is known of it
    #[arg(long, value_name = "REF=FILE")]
    pub image_config: Vec<String>,
    /// Mark local sources with this id, as a client that sends them does
    #[arg(long, value_name = "ID")]
    pub local_unique: Option<String>,
}

/// What `compile` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Emit {
    /// The syntax trees of the blocks
    Ast,
    /// The checked blocks
    Hir,
    /// The plan, as JSON
    Plan,
    /// BuildKit's definition, as protobuf
    Llb,
    /// BuildKit's definition, as JSON
    LlbJson,
    /// The image's config, as JSON
    ImageConfig,
}

/// `cogpack plan`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cogpack plan
  cogpack plan examples/service --set uv.link_mode=hardlink
  cogpack plan --without uv --json
  cogpack plan --why torch")]
pub struct PlanArgs {
    /// The project.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Print the plan and what was decided on the way, as JSON
    #[arg(long)]
    pub json: bool,
    /// Tell why a package, a block, a stage or a path is in the build
    #[arg(long, value_name = "NAME", conflicts_with = "json")]
    pub why: Option<String>,
}

/// `cogpack lock`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cogpack lock
  cogpack lock --offline    without digests
  cogpack build --locked")]
pub struct LockArgs {
    /// The project.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Ask no registry: write versions and base images without digests
    #[arg(long)]
    pub offline: bool,
}

/// `cogpack check`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cogpack check
  cogpack check blocks/tool.block --format short")]
pub struct CheckArgs {
    /// A project, or block files [default: the project that this folder is in]
    #[arg(value_name = "DIR|FILE")]
    pub paths: Vec<PathBuf>,
}

/// `cogpack fmt`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cogpack fmt
  cogpack fmt --check blocks
  cogpack fmt - < tool.block")]
pub struct FmtArgs {
    /// Block files, or folders of them; `-` reads stdin and writes stdout [default: the project's blocks]
    #[arg(value_name = "FILE|-")]
    pub files: Vec<PathBuf>,
    /// Change nothing, and fail when a file is not formatted
    #[arg(long)]
    pub check: bool,
    /// Change nothing, and print what would change
    #[arg(long)]
    pub diff: bool,
}

/// `cogpack blocks`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cogpack blocks
  cogpack blocks uv")]
pub struct BlocksArgs {
    /// Show what this block needs, provides and can be told [default: list all]
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// The project whose blocks are listed too [default: the one that this folder is in]
    #[arg(long, value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `cogpack explain`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cogpack explain E0302
  cogpack explain unknown-name
  cogpack explain --detect examples/service")]
pub struct ExplainArgs {
    /// A code such as `E0203`, or a name such as `unknown-name` [default: list all]
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
    /// Tell which stack and blocks take part in a project, and what decided it
    #[arg(long, value_name = "DIR", num_args = 0..=1, conflicts_with = "code")]
    pub detect: Option<Option<PathBuf>>,
}

/// `cogpack diff`
#[derive(Debug, Args)]
#[command(after_help = "Example:
  cogpack diff plan.json . --exit-code")]
pub struct DiffArgs {
    /// A plan file or a project
    pub old: PathBuf,
    /// A plan file or a project
    pub new: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// End with 1 when the plans differ
    #[arg(long)]
    pub exit_code: bool,
}

/// `cogpack images`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cogpack images inspect image.tar
  cogpack images inspect registry.example/team/base:3
  cogpack images verify python-3.13-slim python:3.13-slim")]
pub struct ImagesArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ImagesCommand,
}

/// What `cogpack images` does.
#[derive(Debug, Subcommand)]
pub enum ImagesCommand {
    /// Print metadata of a real image
    Inspect(ImageInspectArgs),
    /// Name every difference between metadata and a real image
    Verify(ImageVerifyArgs),
}

/// `cogpack images inspect`
#[derive(Debug, Args)]
pub struct ImageInspectArgs {
    /// A folder in OCI's layout, an archive of OCI's or Docker's, or the name of an image in a registry: what is there, or
    /// begins with `.` or `/`, is a path
    #[arg(value_name = "FOLDER|ARCHIVE|REF")]
    pub source: PathBuf,
    /// Which of its platforms is read
    #[arg(long, value_name = "OS/ARCH", default_value = "linux/amd64")]
    pub platform: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `cogpack images verify`
#[derive(Debug, Args)]
pub struct ImageVerifyArgs {
    /// The name or reference of an image that metadata describe
    #[arg(value_name = "NAME|REF")]
    pub image: String,
    /// A folder in OCI's layout, an archive of OCI's or Docker's, or the name of an image in a registry: what is there, or
    /// begins with `.` or `/`, is a path
    #[arg(value_name = "FOLDER|ARCHIVE|REF")]
    pub source: PathBuf,
    /// Which of its platforms is read
    #[arg(long, value_name = "OS/ARCH", default_value = "linux/amd64")]
    pub platform: String,
    /// The project whose images are known too [default: the one that this folder is in]
    #[arg(long, value_name = "DIR")]
    pub directory: Option<PathBuf>,
}

/// `cogpack doctor`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cogpack doctor
  cogpack doctor --engine tcp://buildkit.example:1234 --json")]
pub struct DoctorArgs {
    /// An address, `docker`, `buildkitd`, or the name of a Docker context [default: what the environment names]
    #[arg(long, value_name = "ADDRESS")]
    pub engine: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `cogpack init`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cogpack init my-model
  cogpack init --block tool")]
pub struct InitArgs {
    /// The folder [default: this one]
    #[arg(value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Start a block of this name in the project's `blocks` folder
    #[arg(long, value_name = "NAME")]
    pub block: Option<String>,
}

/// `cogpack completions`
#[derive(Debug, Args)]
#[command(after_help = "Example:
  cogpack completions bash > ~/.local/share/bash-completion/completions/cogpack")]
pub struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
