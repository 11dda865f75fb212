//! `cogpack train`

use clap::Args;

use crate::cli::exit::{Exit, Problem};
use crate::cli::model::{self, ContainerArgs, InputArgs, ModelArgs, Prediction};
use crate::cli::output::Output;

/// `cogpack train`
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  cogpack train -i data=@data.zip -o weights.bin
  cogpack train my-model -i steps=100")]
pub struct TrainArgs {
    /// The model.
    #[command(flatten)]
    pub model: ModelArgs,
    /// The inputs.
    #[command(flatten)]
    pub input: InputArgs,
    /// The container.
    #[command(flatten)]
    pub container: ContainerArgs,
}

/// Runs a training.
pub fn run(args: &TrainArgs, output: &Output) -> Result<Exit, Problem> {
    let what = model::what(args.model.model.as_deref())?;
    let training =
        Prediction { training: true, input: &args.input, container: &args.container, use_replicate_token: false };
    model::predict(&training, &what, &args.model.building, output)
}
