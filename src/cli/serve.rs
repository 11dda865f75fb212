//! `cogpack serve`

use std::time::Duration;

use clap::Args;

use crate::build::failure::Failure;
use crate::cli::exit::{Exit, Problem};
use crate::cli::model::{self, ContainerArgs, Drive, ModelArgs, drive, shown};
use crate::cli::output::Output;
use crate::model::{Keeper, Model, Running, Settings, no_predictor};

/// `cogpack serve`
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  cogpack serve
  cogpack serve my-model --port 8080
  curl http://127.0.0.1:8393/predictions -H 'Content-Type: application/json' -d '{\"input\": {\"name\": \"ann\"}}'")]
pub struct ServeArgs {
    /// The model.
    #[command(flatten)]
    pub model: ModelArgs,
    /// The container.
    #[command(flatten)]
    pub container: ContainerArgs,
    /// The port of this machine, on 127.0.0.1; 0 takes any that is free
    #[arg(short, long, default_value_t = 8393)]
    pub port: u16,
}

/// Serves until the user interrupts.
pub fn run(args: &ServeArgs, output: &Output) -> Result<Exit, Problem> {
    let what = model::what(args.model.model.as_deref())?;
    let (cards, environment) = (args.container.cards()?, args.container.environment()?);
    let prepared = match Drive::prepare(&what, &args.model.building, output)? {
        Ok(prepared) => prepared,
        Err(exit) => return Ok(exit),
    };
    let done = drive(&prepared, async |keeper: &Keeper, model: Model| {
        // Of an image that is no model, only its ports tell.
        if (model.image.exposed_ports.is_empty() || model.config.is_some()) && !model.predicts() {
            return Err(no_predictor(&prepared.name));
        }
        let outside = Some(args.port).filter(|port| *port != 0);
        let mut settings = Settings {
            image: model.id.clone(),
            environment: environment.clone(),
            run: model.reference.clone(),
            port: Some((model.port(&environment), outside)),
            ..Settings::default()
        };
        let start = async |settings: &Settings| Running::start(keeper, settings, shown(output)).await;
        let mut running = model::with_cards(&cards, &model, &mut settings, output, start).await?;
        running.ready(Duration::from_secs(args.container.setup_timeout)).await?;
        if let Some(port) = running.port() {
            output.say(&format!("serving {} on http://127.0.0.1:{port}", prepared.name));
        }
        let ended: Failure = running.end().await;
        Err::<(), _>(ended)
    })?;
    Ok(done.err().unwrap_or(Exit::Success))
}
