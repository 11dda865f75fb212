//! `predict` and `train`: inputs in, an output out.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value as Json};

use crate::build;
use crate::build::failure::Failure;
use crate::cli::exit::{Exit, Problem};
use crate::cli::files;
use crate::cli::model::args::{Cards, variable};
use crate::cli::model::pieces::Pieces;
use crate::cli::model::{BuildingArgs, ContainerArgs, Drive, InputArgs, What, drive, shown};
use crate::cli::output::Output;
use crate::diagnostic::Diagnostic;
use crate::model::{self, Answer, Asked, Given, Keeper, Model, Running, Settings, Writer, Written, read_inputs};
use crate::schema::Schema;
use crate::source::SourceMap;

/// The variable that `--use-replicate-token` passes on, and what models find it as.
const TOKEN: (&str, &str) = ("REPLICATE_API_TOKEN", "replicate_api_token");

/// A prediction, or a training.
#[derive(Debug)]
pub struct Prediction<'a> {
    /// Whether it is a training.
    pub training: bool,
    /// The inputs, and where the output goes.
    pub input: &'a InputArgs,
    /// The container.
    pub container: &'a ContainerArgs,
    /// Whether the model is given the user's token.
    pub use_replicate_token: bool,
}

/// Runs it.
pub fn predict(asked: &Prediction<'_>, what: &What, args: &BuildingArgs, output: &Output) -> Result<Exit, Problem> {
    let stop = |found: &[Diagnostic]| {
        output.findings(found, &SourceMap::new());
        Ok(Exit::Project)
    };
    let given = match Given::parse(&asked.input.input, asked.input.json.as_deref().map(json).transpose()?) {
        Ok(given) => given,
        Err(found) => return stop(&[*found]),
    };
    asked.destination().map_or(Ok(()), |path| files::writable(path))?;
    let start = Start {
        cards: asked.container.cards()?,
        environment: asked.container.environment()?,
        context: context(asked)?,
    };
    let prepared = match Drive::prepare(what, args, output)? {
        Ok(prepared) => prepared,
        Err(exit) => return Ok(exit),
    };
    if prepared.is_project()
        && let Err(found) = asked.checked(&given, prepared.schema(), &prepared.name)
    {
        return stop(&found);
    }
    let done = drive(&prepared, async |keeper: &Keeper, model: Model| {
        let name = prepared.name.as_str();
        let can = if asked.training { model.trains() } else { model.predicts() };
        if !can {
            return Err(if asked.training { model::no_trainer(name) } else { model::no_predictor(name) });
        }
        let schema = model.schema.as_ref();
        let input = match read_inputs(&given, schema, asked.training) {
            Ok(input) => input,
            Err(found) => return Err(Failure::Refused(found)),
        };
        let writer = Writer::new(schema, asked.training, asked.destination().cloned());
        asked.answered(keeper, &model, input, &start, writer, output).await
    })?;
    match done {
        Ok(done) => {
            done.unprinted.map_or(Ok(()), Err)?;
            write(&done.written, done.to_stdout, output)?;
            Ok(Exit::Success)
        }
        Err(exit) => Ok(exit),
    }
}

/// What came of it.
#[derive(Default)]
struct Done {
    written: Written,
    /// Whether a file that is all of the output is printed.
    to_stdout: bool,
    /// Why what came piece by piece could not be printed.
    unprinted: Option<Problem>,
}

/// What the container is started with.
struct Start {
    cards: Cards,
    environment: Vec<String>,
    context: Map<String, Json>,
}

impl Prediction<'_> {
    /// The file that the output is written to, if it is no name for standard output.
    fn destination(&self) -> Option<&PathBuf> {
        let is_stdout = |path: &Path| ["-", "/dev/stdout"].iter().any(|name| path == Path::new(name));
        self.input.output.as_ref().filter(|path| !is_stdout(path))
    }

    /// Whether the inputs are right, as far as the project's source tells.
    fn checked(&self, given: &Given, schema: Option<&Schema>, name: &str) -> Result<(), Vec<Diagnostic>> {
        let inputs =
            schema.and_then(|schema| if self.training { schema.training.as_ref() } else { schema.inputs.as_ref() });
        if inputs.is_none() {
            let failure = if self.training { model::no_trainer(name) } else { model::no_predictor(name) };
            return Err(failure.diagnostics().to_vec());
        }
        read_inputs(given, schema, self.training).map(drop)
    }

    async fn answered(
        &self,
        keeper: &Keeper,
        model: &Model,
        input: Map<String, Json>,
        start: &Start,
        writer: Writer,
        output: &Output,
    ) -> Result<Done, Failure> {
        let mut running = self.started(keeper, model, start, output).await?;
        running.ready(Duration::from_secs(self.container.setup_timeout)).await?;
        let path = if self.training { "/trainings" } else { "/predictions" };
        let asked = Asked { path, input, context: start.context.clone(), id: self.id(&writer)? };
        let mut pieces = Pieces::new(&writer);
        let answer = running.predict(&asked, &mut pieces).await?;
        // What it wrote is shown before its output.
        running.stop().await;
        let word = if self.training { "training" } else { "prediction" };
        let (printed, unprinted) = pieces.end().await;
        match answer {
            Answer::Output(_) if printed => Ok(Done { unprinted, ..Done::default() }),
            Answer::Output(Json::Null) if writer.promises() => {
                output.say("the model gave no output; with `-v` there is what its server says of that");
                Ok(Done::default())
            }
            Answer::Output(value) => {
                let to_stdout = self.input.output.is_some() && self.destination().is_none() && value.is_string();
                Ok(Done { written: writer.whole(&value), to_stdout, unprinted: None })
            }
            Answer::Failed(said) => Err(model::prediction_failed(word, &said)),
            Answer::Refused(said) => Err(model::refused(word, &said)),
        }
    }

    /// How it is called, if its output is printed as it comes.
    fn id(&self, writer: &Writer) -> Result<Option<String>, Failure> {
        (!self.training && writer.prints_pieces()).then(build::random).transpose()
    }

    async fn started<'k>(
        &self,
        keeper: &'k Keeper,
        model: &Model,
        start: &Start,
        output: &Output,
    ) -> Result<Running<'k>, Failure> {
        let mut settings = Settings {
            image: model.id.clone(),
            environment: start.environment.clone(),
            run: model.reference.clone(),
            port: Some((model.port(&start.environment), None)),
            ..Settings::default()
        };
        if self.training {
            let mode = ["--x-mode".to_owned(), "train".to_owned()];
            settings.command = Some(model.image.cmd.iter().cloned().chain(mode).collect());
        }
        with_cards(&start.cards, model, &mut settings, output, async |settings: &Settings| {
            Running::start(keeper, settings, shown(output)).await
        })
        .await
    }
}

/// Starts with the graphics cards that are asked for; where only `cog.yaml` asks for them, without if there are none.
pub async fn with_cards<T>(
    cards: &Cards,
    model: &Model,
    settings: &mut Settings,
    output: &Output,
    start: impl AsyncFn(&Settings) -> Result<T, Failure>,
) -> Result<T, Failure> {
    settings.gpus = match cards {
        Cards::None => None,
        Cards::Default => model::gpus(None, model),
        Cards::Some(gpus) => Some(gpus.clone()),
    };
    match start(settings).await {
        Err(failure) if *cards == Cards::Default && settings.gpus.is_some() && model::lacks_gpus(&failure) => {
            output.say("the engine has no graphics cards to give: the model runs without them");
            settings.gpus = None;
            start(settings).await
        }
        done => done,
    }
}

/// The text of `--json`.
fn json(place: &str) -> Result<String, Problem> {
    match place {
        "-" => files::stdin(),
        text if text.trim_start().starts_with('{') => Ok(text.to_owned()),
        path => files::read(path.strip_prefix('@').unwrap_or(path).as_ref()).map_err(|problem| {
            let help = "give a file, an object as in `{\"name\": \"ann\"}`, or `--json -` for standard input";
            if problem.help.is_some() { problem } else { problem.help(help) }
        }),
    }
}

fn context(asked: &Prediction<'_>) -> Result<Map<String, Json>, Problem> {
    if !asked.use_replicate_token {
        return Ok(Map::new());
    }
    let (name, key) = TOKEN;
    match variable(name).filter(|token| !token.is_empty()) {
        Some(token) => Ok(Map::from_iter([(key.to_owned(), Json::String(token))])),
        None => Err(Problem::usage(format!("`--use-replicate-token` passes `{name}` on, which is not set"))
            .help(format!("set it: `export {name}=…`"))),
    }
}

fn write(written: &Written, to_stdout: bool, output: &Output) -> Result<(), Problem> {
    if let [(_, bytes)] = written.files.as_slice()
        && to_stdout
    {
        output.machine(bytes);
        return Ok(());
    }
    for (path, bytes) in &written.files {
        files::write(path, bytes)?;
        output.say(&format!("wrote {}", path.display()));
    }
    output.machine(written.text.as_bytes());
    Ok(())
}
