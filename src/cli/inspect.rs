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
    let layers = if model.sizes.layers == 1 { "layer" } else { "layers" };
    row("size", &format!("{} in {} {layers}", bytes(model.sizes.bytes), model.sizes.layers));
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
    } else if input.default.is_none() {
        facts.push("optional".to_owned());
    }
    facts.extend(input.default.as_ref().map(|value| format!("default {value}")));
    facts.extend(input.minimum.map(|bound| format!("at least {bound}")));
    facts.extend(input.maximum.map(|bound| format!("at most {bound}")));
    facts.extend(input.min_length.map(|least| format!("at least {}", characters(least))));
    facts.extend(input.max_length.map(|most| format!("at most {}", characters(most))));
    facts.extend(input.pattern.as_ref().map(|pattern| format!("matches `{pattern}`")));
    let choices = input.choices.as_ref().map(|all| all.iter().map(Json::to_string).collect::<Vec<_>>().join(", "));
    facts.extend(choices.map(|choices| format!("one of {choices}")));
    facts.extend((input.deprecated == Some(true)).then(|| "deprecated".to_owned()));
    let mut text = format!("  {:<10} {}\n", input.name, facts.join(", "));
    for line in input.description.iter().flat_map(|text| text.lines()) {
        let _ = writeln!(text, "  {:<10} {}", "", line.trim());
    }
    text
}

fn characters(count: u64) -> String {
    if count == 1 { "1 character".into() } else { format!("{count} characters") }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn an_input_is_shown_with_all_that_it_is_checked_by() {
        let document = r#"{"components": {"schemas": {"Input": {"properties": {"s": {
            "type": "string", "minLength": 1, "maxLength": 9, "pattern": "^a", "description": "One.\n\nTwo.", "default": "a"
        }, "o": {"type": "integer", "nullable": true}}}}}}"#;
        let schema = crate::schema::Schema::from_document(document).unwrap();
        let shown: Vec<String> = schema.inputs.unwrap().iter().map(described).collect();
        let want = [
            "  o          whole number, optional\n".to_owned(),
            "  s          text, default \"a\", at least 1 character, at most 9 characters, matches `^a`\n".to_owned()
                + "             One.\n             \n             Two.\n",
        ];
        assert_eq!(BTreeSet::from_iter(shown), BTreeSet::from(want));
    }
}
