//! The parameters of a predictor's function → its [`Input`]s.

use ruff_python_ast::{Expr, ParameterWithDefault};
use ruff_text_size::Ranged;
use serde_json::Value as Json;

use crate::diagnostic::Sink;
use crate::schema::constraint::Constraints;
use crate::schema::field::Field;
use crate::schema::model::{Input, InputType};
use crate::schema::python::world::World;
use crate::schema::signature::Target;
use crate::schema::types::annotation::Annotations;
use crate::schema::types::{Fields, Type, enumeration};
use crate::schema::value::Value;
use crate::schema::value::eval::Evaluator;
use crate::schema::{Found, constraint, error};
use crate::source::Span;

/// What an annotation says about an input.
struct Declared {
    ty: InputType,
    nullable: bool,
    choices: Option<Vec<Json>>,
}

impl Declared {
    /// An input of which nothing else is said.
    fn into_input(self, name: &str, order: usize) -> Input {
        Input {
            name: name.to_owned(),
            order,
            ty: self.ty,
            nullable: self.nullable,
            required: false,
            default: None,
            description: None,
            minimum: None,
            maximum: None,
            min_length: None,
            max_length: None,
            pattern: None,
            choices: self.choices,
            deprecated: None,
            accept: None,
        }
    }
}

/// Reads every parameter; `None` when one of them is wrong, and `sink` says how.
pub fn read<'a>(world: &World<'a>, target: &Target<'a>, sink: &mut Sink) -> Option<Vec<Input>> {
    let own = usize::from(target.class.is_some());
    let parameters = &target.function.parameters;
    let mut inputs = Some(Vec::new());
    for (order, parameter) in parameters.posonlyargs.iter().chain(&parameters.args).skip(own).enumerate() {
        match input(world, target, parameter, order, sink) {
            Ok(input) => inputs.iter_mut().for_each(|inputs| inputs.push(input.clone())),
            Err(found) => {
                sink.push(*found);
                inputs = None;
                if world.is_spent() {
                    break;
                }
            }
        }
    }
    inputs
}

fn input<'a>(
    world: &World<'a>,
    target: &Target<'a>,
    parameter: &'a ParameterWithDefault,
    order: usize,
    sink: &mut Sink,
) -> Found<Input> {
    let name = parameter.name().as_str();
    let span = target.module.span_of(parameter.name());
    let annotation = parameter.annotation().ok_or_else(|| error::no_annotation(name, span))?;
    let declared = declared(world, target, name, annotation)?;
    let evaluator = Evaluator::new(world, target.place());
    let mut input = declared.into_input(name, order);
    let given = match parameter.default() {
        None => None,
        Some(expr) => match evaluator.value(expr)? {
            Value::Unknown(found) => return Err(Box::new((*found).clone())),
            Value::Field(field) => {
                Constraints { evaluator: &evaluator, field: &field, name }.read_into(&mut input)?;
                given(&field)?
            }
            value => Some((value, evaluator.span(expr))),
        },
    };
    fill_default(&mut input, given, annotation, target, sink)?;
    Ok(input)
}

/// The default that `Input(…)` is given, be it `None`.
fn given<'a>(field: &Field<'a>) -> Found<Option<(Value<'a>, Span)>> {
    let found = field.get("default")?.map(|(value, span)| (value.clone(), span));
    Ok(found.or_else(|| field.place("default").map(|span| (Value::None, span))))
}

fn fill_default(
    input: &mut Input,
    given: Option<(Value<'_>, Span)>,
    annotation: &Expr,
    target: &Target<'_>,
    sink: &mut Sink,
) -> Found<()> {
    match given {
        Some((Value::None, span)) => {
            // A secret that nobody gives is no secret: Cog takes such an input for optional.
            input.nullable = input.nullable || input.ty == InputType::Secret;
            if !input.nullable {
                let ty = target.module.text.get(std::ops::Range::from(annotation.range())).unwrap_or("…");
                let on_one_line = ty.split_whitespace().collect::<Vec<_>>().join(" ");
                sink.push(error::required_none(&input.name, &on_one_line, span));
            }
        }
        Some((value, span)) => {
            let default = constraint::normal(&input.ty, &value).ok_or_else(|| {
                let reason = format!("is `{}`, which the input does not take", value.type_name());
                error::of_value(&value, span, error::default(&input.name, &reason, span))
            })?;
            constraint::check_default(input, &default).map_err(|reason| error::default(&input.name, &reason, span))?;
            input.default = Some(default);
        }
        None => {}
    }
    input.required = input.default.is_none() && !input.nullable;
    Ok(())
}

fn declared<'a>(world: &World<'a>, target: &Target<'a>, name: &str, annotation: &'a Expr) -> Found<Declared> {
    let span = target.module.span_of(annotation);
    let ty = Annotations::new(Evaluator::new(world, target.annotations())).read(annotation)?;
    let unsupported = || error::unsupported_input(name, &ty.name(), span);
    let all = match &ty {
        Type::Union(all) => &all[..],
        one => std::slice::from_ref(one),
    };
    let nullable = all.iter().any(|one| matches!(one, Type::None));
    let all: Vec<&Type<'a>> = all.iter().filter(|one| !matches!(one, Type::None)).collect();
    match &all[..] {
        [] => Err(unsupported()),
        [Type::Literal(values)] => literal(values, nullable).ok_or_else(unsupported),
        [Type::Enumeration(module, class)] => {
            let members = enumeration::members(world, module, class)?.unwrap_or_default();
            let plain = || error::plain_enumeration(class.name.as_str(), span);
            let values: Vec<Value<'a>> = members.iter().filter(|one| one.mixed).map(|one| one.value.clone()).collect();
            if values.is_empty() { Err(plain()) } else { literal(&values, nullable).ok_or_else(plain) }
        }
        [one] => {
            let ty = input_type(one).ok_or_else(unsupported)?;
            Ok(Declared { ty, nullable, choices: None })
        }
        several => {
            let variants: Option<Vec<InputType>> = several.iter().map(|one| variant(one)).collect();
            Ok(Declared { ty: InputType::Union(variants.ok_or_else(unsupported)?), nullable, choices: None })
        }
    }
}

/// All texts, or all whole numbers; `None` among them makes the input optional.
fn literal(values: &[Value<'_>], nullable: bool) -> Option<Declared> {
    let optional = nullable || values.iter().any(|value| matches!(value, Value::None));
    let values: Vec<&Value<'_>> =
        values.iter().map(Value::plain).filter(|value| !matches!(value, Value::None)).collect();
    let ty = match values.first()? {
        Value::Text(_) if values.iter().all(|value| matches!(value, Value::Text(_))) => InputType::String,
        Value::Int(_) if values.iter().all(|value| matches!(value, Value::Int(_))) => InputType::Integer,
        _ => return None,
    };
    let mut choices: Vec<Json> = Vec::new();
    for value in values {
        let choice = value.json()?;
        if !choices.contains(&choice) {
            choices.push(choice);
        }
    }
    Some(Declared { ty, nullable: optional, choices: Some(choices) })
}

fn input_type(ty: &Type<'_>) -> Option<InputType> {
    match ty {
        Type::List(of) => scalar(of).map(|of| InputType::List(Box::new(of))),
        ty => scalar(ty),
    }
}

fn scalar(ty: &Type<'_>) -> Option<InputType> {
    Some(match ty {
        Type::Bool => InputType::Boolean,
        Type::Int => InputType::Integer,
        Type::Float => InputType::Number,
        Type::Str => InputType::String,
        Type::Path | Type::File => InputType::File,
        Type::Secret => InputType::Secret,
        Type::Any | Type::Opaque | Type::Dict(_) | Type::Record(_, _, Fields::TypedDict) => InputType::Object,
        _ => return None,
    })
}

/// What may stand in a union: what JSON itself tells apart.
fn variant(ty: &Type<'_>) -> Option<InputType> {
    let is_plain = |ty: &InputType| !matches!(ty, InputType::File | InputType::Secret);
    input_type(ty).filter(|ty| match ty {
        InputType::List(of) => is_plain(of),
        ty => is_plain(ty),
    })
}
