//! The values of params: their defaults, what `cogpack.toml` sets, what `--set` says.

use crate::check::hir::{Hir, Param, Stack};
use crate::check::types::Type;
use crate::diagnostic::Sink;
use crate::eval::Evaluator;
use crate::eval::value::{Origin, Value, ValueKind};
use crate::project::data::{Data, DataKind};
use crate::project::settings::ParamSetting;
use crate::resolve::{Inputs, error};
use crate::source::shipped;
use crate::version::{Constraint, Version};

/// Finds params that were set and do not exist.
pub fn check_names(inputs: &Inputs<'_>, stack: &Stack, sink: &mut Sink) {
    let settings = &inputs.project.settings.params;
    let from_file = settings.iter().flat_map(|(block, params)| {
        let spans = move |param: &ParamSetting| Some((params.block, param.name));
        params.values.iter().map(move |(name, param)| (block.as_str(), name.as_str(), spans(param)))
    });
    let from_caller = inputs.choices.set.iter().map(|set| (set.block.as_str(), set.param.as_str(), None));
    for (block, param, spans) in from_file.chain(from_caller) {
        let Some(params) = params_of(inputs.hir, stack, block) else {
            // A block that ships and is not of this stack is not read.
            if shipped::block(block).is_some() {
                continue;
            }
            let known = inputs.block_names().chain([stack.name.text.as_str()]);
            sink.push(error::unknown_block(block, known, spans.map(|(block, _)| block)));
            continue;
        };
        if !params.iter().any(|known| known.name.text == param) {
            let known = params.iter().map(|known| known.name.text.as_str());
            sink.push(error::unknown_param(block, param, known, spans.map(|(_, param)| param)));
        }
    }
}

fn params_of<'a>(hir: &'a Hir, stack: &'a Stack, block: &str) -> Option<&'a [Param]> {
    if let Some(block) = hir.blocks.get(block) {
        return Some(&block.params);
    }
    (stack.name.text == block).then_some(&stack.params)
}

/// The params of the stack.
pub fn of_stack(inputs: &Inputs<'_>, stack: &Stack, sink: &mut Sink) -> Option<Vec<Value>> {
    let evaluator = Evaluator::new(inputs.hir, inputs.facts(), &stack.lets, stack.frame);
    set(inputs, &stack.name.text, &stack.params, &evaluator, sink)
}

/// Computes the params of a block or stack and gives them to its evaluator.
pub fn set(
    inputs: &Inputs<'_>,
    owner: &str,
    params: &[Param],
    evaluator: &Evaluator<'_>,
    sink: &mut Sink,
) -> Option<Vec<Value>> {
    let mut values = Vec::with_capacity(params.len());
    for param in params {
        let value = value(inputs, owner, param, evaluator, sink)?;
        evaluator.set(param.local, value.clone());
        values.push(value);
    }
    Some(values)
}

fn value(inputs: &Inputs<'_>, owner: &str, param: &Param, evaluator: &Evaluator<'_>, sink: &mut Sink) -> Option<Value> {
    let name = &param.name.text;
    let chosen = inputs.choices.set.iter().rev().find(|set| set.block == owner && set.param == *name);
    if let Some(chosen) = chosen {
        let value = from_text(&chosen.value, &param.ty);
        if value.is_none() {
            let found = format!("`{}`", chosen.value);
            sink.push(error::bad_param(owner, name, &param.ty.to_string(), &found, None));
        }
        return value;
    }
    let setting = inputs.project.settings.params.get(owner).and_then(|params| params.values.get(name));
    if let Some(setting) = setting {
        let value = from_data(&setting.value.value, &param.ty);
        if value.is_none() {
            let found = described(&setting.value.value);
            sink.push(error::bad_param(owner, name, &param.ty.to_string(), &found, Some(setting.value.span)));
        }
        return value;
    }
    match &param.default {
        None => Some(Value::none()),
        Some(default) => match evaluator.value(default) {
            Ok(value) => Some(value),
            Err(found) => {
                sink.push(*found);
                None
            }
        },
    }
}

/// A value of another type, as a message calls it.
fn described(data: &Data) -> String {
    match &data.kind {
        DataKind::String(text) => format!("`{text}`"),
        DataKind::List(_) => "this list".into(),
        _ => data.kind_name().into(),
    }
}

/// What a text of the command line means for a type.
fn from_text(text: &str, ty: &Type) -> Option<Value> {
    let kind = match ty {
        Type::Bool => ValueKind::Bool(text.parse().ok()?),
        Type::Int => ValueKind::Int(text.parse().ok()?),
        Type::String => ValueKind::String(text.into()),
        Type::Version => ValueKind::Version(Version::parse(text).ok()?),
        Type::Constraint => ValueKind::Constraint(Constraint::parse(text).ok()?),
        Type::List(_) if text.is_empty() => ValueKind::List(Vec::new()),
        Type::List(element) => {
            let items = text.split(',').map(|item| from_text(item.trim(), element)).collect::<Option<_>>()?;
            ValueKind::List(items)
        }
        Type::Optional(_) if text == "none" => ValueKind::None,
        Type::Optional(inner) => return from_text(text, inner),
        Type::Data | Type::Record(_) | Type::Never | Type::Error => return None,
    };
    Some(kind.into())
}

/// What a value of `cogpack.toml` means for a type.
fn from_data(data: &Data, ty: &Type) -> Option<Value> {
    let kind = match (ty, &data.kind) {
        (Type::Bool, DataKind::Bool(value)) => ValueKind::Bool(*value),
        (Type::Int, DataKind::Int { value, .. }) => ValueKind::Int(*value),
        (Type::String, DataKind::String(text)) => ValueKind::String(text.as_str().into()),
        (Type::Version, DataKind::String(text)) => ValueKind::Version(Version::parse(text).ok()?),
        (Type::Constraint, DataKind::String(text)) => ValueKind::Constraint(Constraint::parse(text).ok()?),
        (Type::List(element), DataKind::List(items)) => {
            ValueKind::List(items.iter().map(|item| from_data(item, element)).collect::<Option<_>>()?)
        }
        (Type::Optional(inner), _) => return from_data(data, inner),
        _ => return None,
    };
    Some(Value { kind, origin: Origin::project(Some(data.span)) })
}
