//! `cogpack predict`

use clap::Args;

use crate::cli::exit::{Exit, Problem};
use crate::cli::model::{self, ContainerArgs, InputArgs, ModelArgs, Prediction};
use crate::cli::output::Output;

/// `cogpack predict`
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  cogpack predict -i s=hello                         the project of this folder, built first
  cogpack predict my-model -i s=hello                an image
  cogpack predict -i image=@photo.png -o out.png     a file in, a file out
  cogpack predict --json inputs.json                 inputs from a file")]
pub struct PredictArgs {
    /// The model.
    #[command(flatten)]
    pub model: ModelArgs,
    /// The inputs.
    #[command(flatten)]
    pub input: InputArgs,
    /// The container.
    #[command(flatten)]
    pub container: ContainerArgs,
    /// Give the model REPLICATE_API_TOKEN of this process, in its scope's context
    #[arg(long)]
    pub use_replicate_token: bool,
}

/// Runs a prediction.
pub fn run(args: &PredictArgs, output: &Output) -> Result<Exit, Problem> {
    let what = model::what(args.model.model.as_deref())?;
    let prediction = Prediction {
        training: false,
        input: &args.input,
        container: &args.container,
        use_replicate_token: args.use_replicate_token,
    };
    model::predict(&prediction, &what, &args.model.building, output)
}
