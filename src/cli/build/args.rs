//! The command line of `cogpack build`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::args::ProjectArgs;

const OUTPUT: &str = "Where the image goes";
const CACHE: &str = "Cache";
const STEPS: &str = "What steps are given";
const PLAN: &str = "Building a plan";

/// `cogpack build`
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "Examples:
  cogpack build -t my-model                                 an image in Docker, to run
  cogpack build -t registry.example/team/model:1 --push     an image in a registry
  cogpack build --platform linux/amd64,linux/arm64 -t registry.example/team/model --push
  cogpack build -o type=oci,dest=model.tar                  an archive
  cogpack build --secret id=token,src=token.txt --ssh default -t my-model
  cogpack build --cache-to registry.example/team/cache --cache-from registry.example/team/cache -t my-model
  cogpack build --plan plan.json --context context=. -o type=oci,dest=model.tar")]
pub struct BuildArgs {
    /// The project.
    #[command(flatten)]
    pub project: ProjectArgs,

    /// The image's name, with a tag or not; may be repeated
    #[arg(short, long, value_name = "NAME", help_heading = OUTPUT)]
    pub tag: Vec<String>,
    /// Push the image to the registry of its name
    #[arg(long, help_heading = OUTPUT)]
    pub push: bool,
    /// What to make, as `type=image|docker|oci|tar|local|registry|cacheonly,KEY=VALUE,…`, a folder, or `-`; may be repeated
    #[arg(short, long, value_name = "SPEC", help_heading = OUTPUT)]
    pub output: Vec<String>,
    /// Write the image's id to a file
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub iidfile: Option<PathBuf>,
    /// Write what was built to a file, as JSON
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    pub metadata_file: Option<PathBuf>,
    /// Attest how the image was made: `true`, `false`, or `mode=min|max,…`
    #[arg(long, value_name = "SPEC", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = OUTPUT)]
    pub provenance: Option<String>,
    /// Attest what is in the image: `true`, `false`, or `generator=IMAGE`
    #[arg(long, value_name = "SPEC", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = OUTPUT)]
    pub sbom: Option<String>,

    /// Keep the steps that were done: a reference, or `type=registry|local|inline|gha|s3|azblob,…`; may be repeated
    #[arg(long, value_name = "SPEC", help_heading = CACHE)]
    pub cache_to: Vec<String>,
    /// Use steps that were done elsewhere: a reference, or `type=registry|local|gha|s3|azblob,…`; may be repeated
    #[arg(long, value_name = "SPEC", help_heading = CACHE)]
    pub cache_from: Vec<String>,
    /// Run every step again
    #[arg(long, help_heading = CACHE)]
    pub no_cache: bool,
    /// Ask registries again for the base images
    #[arg(long, help_heading = CACHE)]
    pub pull: bool,

    /// A secret that steps may mount: `id=ID`, with `src=FILE` or `env=VARIABLE`; may be repeated
    #[arg(long, value_name = "SPEC", help_heading = STEPS)]
    pub secret: Vec<String>,
    /// An ssh agent that steps may use: `default`, `ID`, `ID=SOCKET` or `ID=KEY,…`; may be repeated
    #[arg(long, value_name = "SPEC", help_heading = STEPS)]
    pub ssh: Vec<String>,
    /// The network of steps that have one
    #[arg(long, value_enum, default_value_t = Network::Default, value_name = "MODE", help_heading = STEPS)]
    pub network: Network,
    /// Certificates that steps trust besides those of the base image, as PEM
    #[arg(long, value_name = "FILE", help_heading = STEPS)]
    pub ca: Option<PathBuf>,
    /// A privilege that steps may have: `network.host` or `security.insecure`; may be repeated
    #[arg(long, value_name = "PRIVILEGE", help_heading = STEPS)]
    pub allow: Vec<String>,

    /// Build this plan instead of a project
    #[arg(
        long, value_name = "FILE", help_heading = PLAN,
        conflicts_with_all = ["directory", "stack", "with", "without", "set", "platform", "blocks", "base", "driver", "locked"]
    )]
    pub plan: Option<PathBuf>,
    /// The folder of a context that the plan reads; may be repeated
    #[arg(long, value_name = "NAME=DIR", help_heading = PLAN)]
    pub context: Vec<String>,

    /// Where to build: `docker`, a Docker context, `unix://…`, `tcp://…`, `docker-container://NAME`… [default: see `cogpack doctor`]
    #[arg(long, value_name = "ADDRESS")]
    pub engine: Option<String>,
    /// How progress is shown [default: $BUILDKIT_PROGRESS, else auto]
    #[arg(long, value_enum, value_name = "KIND")]
    pub progress: Option<Progress>,
}

/// The network of steps that have one: those of blocks that say `uses network`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Network {
    /// The engine's own
    #[default]
    Default,
    /// None
    None,
    /// That of the engine's host
    Host,
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Progress {
    /// `tty` on a terminal, else `plain`
    #[default]
    Auto,
    /// Lines
    Plain,
    /// A view that changes
    Tty,
    /// What BuildKit reports, as JSON
    Rawjson,
    /// The image's id, on standard output
    Quiet,
}
