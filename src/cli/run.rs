//! `cogpack run`

use std::io::{IsTerminal as _, Write as _};
use std::sync::{Arc, OnceLock};

use clap::Args;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Notify;

use crate::cli::exit::{Exit, Problem};
use crate::cli::model::{self, BuildingArgs, Drive, drive};
use crate::cli::output::Output;
use crate::model::{Consumer, Container, Keeper, Model, Settings, Stream, ended};

/// `cogpack run`
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  cogpack run python -c 'import torch; print(torch.__version__)'
  cogpack run --model my-model ls /src
  cogpack run -- python -m pytest -q")]
pub struct RunArgs {
    /// A project's directory, an image's name or digest, or an archive [default: the project that this folder is in]
    #[arg(short, long, value_name = "MODEL|DIR")]
    pub model: Option<String>,
    /// How it is built, if it is a project.
    #[command(flatten)]
    pub building: BuildingArgs,
    /// An environment variable; without a value, that of this process. May be repeated
    #[arg(short, long, value_name = "NAME=VALUE")]
    pub env: Vec<String>,
    /// Graphics cards: `all`, a number, `device=ID,…`, or `none` [default: all, if cog.yaml has `gpu: true`]
    #[arg(long, value_name = "CARDS")]
    pub gpus: Option<String>,
    /// The command and its arguments
    #[arg(value_name = "CMD", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<String>,
}

/// Runs a command in a model's image.
pub fn run(args: &RunArgs, output: &Output) -> Result<Exit, Problem> {
    let what = model::what(args.model.as_deref())?;
    let given = model::ContainerArgs { env: args.env.clone(), gpus: args.gpus.clone(), setup_timeout: 0 };
    let (cards, environment) = (given.cards()?, given.environment()?);
    let prepared = match Drive::prepare(&what, &args.building, output)? {
        Ok(prepared) => prepared,
        Err(exit) => return Ok(exit),
    };
    let unwritten = Arc::new(OnceLock::new());
    let done = drive(&prepared, async |keeper: &Keeper, model: Model| {
        let mut settings = Settings {
            image: model.id.clone(),
            command: Some(args.command.clone()),
            environment: environment.clone(),
            run: model.reference.clone(),
            // Somebody at a terminal would wait for a program that waits for them.
            stdin: !std::io::stdin().is_terminal(),
            ..Settings::default()
        };
        let gone = Arc::new(Notify::new());
        let start = async |settings: &Settings| {
            Container::start(keeper, settings, pass_on(Arc::clone(&gone), Arc::clone(&unwritten))).await
        };
        let (mut container, mut input) = model::with_cards(&cards, &model, &mut settings, output, start).await?;
        if settings.stdin {
            tokio::spawn(async move {
                // It ends early when the program reads no more.
                let _ = tokio::io::copy(&mut tokio::io::stdin(), &mut input).await;
                let _ = input.shutdown().await;
            });
        }
        tokio::select! {
            code = container.ended() => {
                container.written().await;
                if code < 0 { Err(ended(code, false, Vec::new())) } else { Ok(code) }
            }
            () = gone.notified() => Ok(0),
        }
    })?;
    if let Some(problem) = unwritten.get() {
        return Err(Problem::clone(problem));
    }
    Ok(match done {
        Ok(code) => Exit::Command(u8::try_from(code).unwrap_or(1)),
        Err(exit) => exit,
    })
}

/// What a program writes is passed on as it is: it is the program that the user asked for. `gone` hears when nobody reads it, or it
/// cannot be written.
fn pass_on(gone: Arc<Notify>, unwritten: Arc<OnceLock<Problem>>) -> Consumer {
    Box::new(move |stream, bytes: &[u8]| {
        let written = match stream {
            Stream::Out => Output::piece(bytes),
            Stream::Err => Ok(std::io::stderr().write_all(bytes).is_ok()),
        };
        match written {
            Ok(true) => {}
            Ok(false) => gone.notify_one(),
            Err(problem) => {
                // The first is the one to tell.
                let _ = unwritten.set(problem);
                gone.notify_one();
            }
        }
    })
}
