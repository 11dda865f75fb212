//! `cogpack push`

use std::path::PathBuf;

use clap::Args;

use crate::cli::build;
use crate::cli::exit::{Exit, Problem};
use crate::cli::model::{self, BuildingArgs, What};
use crate::cli::output::Output;

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
        None => {
            let config = model::config(&directory)?;
            config.image.or(config.model).map(|name| name.value).ok_or_else(|| {
                Problem::usage("nothing says where the image goes")
                    .help("write `image: registry.example/team/model` in cog.yaml, or `cogpack push NAME`")
            })?
        }
    };
    let mut args = args.building.build(directory, name);
    args.push = true;
    build::run(&args, output)
}
