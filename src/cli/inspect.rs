//! `cogpack inspect`

use std::fmt::Write as _;

use clap::Args;
use serde_json::{Value as Json, json};

use crate::cli::exit::{Exit, Problem};
use crate::cli::model::{self, Drive, ModelArgs, drive};
use crate::cli::output::Output;
use crate::diagnostic::render;
use crate::model::{Keeper, Model};
use crate::schema::{Input, InputType};

/// `cogpack inspect`
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  cogpack inspect
  cogpack inspect registry.example/team/model --json
  cogpack inspect model.tar")]
pub struct InspectArgs {
    /// The model.
    #[command(flatten)]
    pub model: ModelArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Shows a model.
pub fn run(args: &InspectArgs, output: &Output) -> Result<Exit, Problem> {
    let what = model::what(args.model.model.as_deref())?;
    let prepared = match Drive::prepare(&what, &args.model.building, output)? {
        Ok(prepared) => prepared,
        Err(exit) => return Ok(exit),
    };
    match drive(&prepared, async |_: &Keeper, model: Model| Ok(model))? {
        Ok(model) => {
            let text = if args.json { document(&model) } else { render::visible_whole(&readable(&model)) };
            output.machine(text.as_bytes());
            Ok(Exit::Success)
        }
        Err(exit) => Ok(exit),
    }
}

fn document(model: &Model) -> String {
    let schema: Option<Json> = model.schema.as_ref().and_then(|schema| serde_json::from_str(&schema.text).ok());
    let document = json!({
        "reference": model.reference,
        "source": model.source,
        "id": model.id,
        "names": model.names,
        "digests": model.digests,
        "platform": model.platform,
        "created": model.created,
        "version": model.version,
        "gpu": model.wants_gpus(),
        "config": model.config,
        "schema": schema,
        "image": model.image,
        "labels": model.labels,
        "sizes": model.sizes,
    });
    format!("{}\n", serde_json::to_string_pretty(&document).unwrap_or_default())
}

fn readable(model: &Model) -> String {
    let mut text = format!("{}\n", model.reference);
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(text, "  {name:<10} {value}");
        }
    };
    row("id", &model.id);
    row("names", &model.names.join(", "));
    row("platform", &model.platform);
    row("created", model.created.as_deref().unwrap_or_default());
    row("size", &format!("{} in {} layers", bytes(model.sizes.bytes), model.sizes.layers));
    row("built by", &model.version.as_deref().map(|version| format!("Cog {version}")).unwrap_or_default());
    row("gpu", if model.wants_gpus() { "yes" } else { "no" });
    let config = |pointer: &str| model.config.as_ref().and_then(|config| config.pointer(pointer)?.as_str());
    row("python", config("/build/python_version").unwrap_or_default());
    row("predictor", config("/run").or(config("/predict")).unwrap_or_default());
    row("trainer", config("/train").unwrap_or_default());
    row("runs", &[&*model.image.entrypoint, &*model.image.cmd].concat().join(" "));
    let schema = model.schema.as_ref();
    for (title, inputs) in [
        ("inputs", schema.and_then(|schema| schema.inputs.as_deref())),
        ("inputs of a training", schema.and_then(|schema| schema.training.as_deref())),
    ] {
        if let Some(inputs) = inputs {
            let _ = writeln!(text, "\n{title}");
            inputs.iter().for_each(|input| text.push_str(&described(input)));
        }
    }
    text
}

fn described(input: &Input) -> String {
    let mut facts = vec![type_name(&input.ty)];
    if input.required {
        facts.push("required".to_owned());
    }
    facts.extend(input.default.as_ref().map(|value| format!("default {value}")));
    facts.extend(input.minimum.map(|bound| format!("at least {bound}")));
    facts.extend(input.maximum.map(|bound| format!("at most {bound}")));
    let choices = input.choices.as_ref().map(|all| all.iter().map(Json::to_string).collect::<Vec<_>>().join(", "));
    facts.extend(choices.map(|choices| format!("one of {choices}")));
    facts.extend((input.deprecated == Some(true)).then(|| "deprecated".to_owned()));
    let mut text = format!("  {:<10} {}\n", input.name, facts.join(", "));
    if let Some(description) = &input.description {
        let _ = writeln!(text, "  {:<10} {description}", "");
    }
    text
}

fn type_name(ty: &InputType) -> String {
    match ty {
        InputType::Boolean => "true or false".to_owned(),
        InputType::Integer => "whole number".to_owned(),
        InputType::Number => "number".to_owned(),
        InputType::String => "text".to_owned(),
        InputType::File => "file".to_owned(),
        InputType::Secret => "secret".to_owned(),
        InputType::Object => "object".to_owned(),
        InputType::List(of) => format!("list of {}", type_name(of)),
        InputType::Union(all) => all.iter().map(type_name).collect::<Vec<_>>().join(" or "),
    }
}

/// As Docker shows sizes: `38.8 MB`.
fn bytes(count: u64) -> String {
    let mut value = count as f64;
    for unit in ["B", "kB", "MB"] {
        if value < 1000.0 {
            return if unit == "B" { format!("{count} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1000.0;
    }
    format!("{value:.2} GB")
}
