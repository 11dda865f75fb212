//! What `Input(…)` says of an input, checked against its type as Cog does; and what defaults an input takes.

use serde_json::{Number, Value as Json};

use crate::schema::field::Field;
use crate::schema::model::{Input, InputType};
use crate::schema::value::Value;
use crate::schema::value::eval::Evaluator;
use crate::schema::{Found, check, error};
use crate::source::Span;

/// Reads the arguments of one `Input(…)`.
pub struct Constraints<'e, 'w, 'a> {
    /// Where it stands.
    pub evaluator: &'e Evaluator<'w, 'a>,
    /// The arguments.
    pub field: &'e Field<'a>,
    /// The input's name.
    pub name: &'e str,
}

impl Constraints<'_, '_, '_> {
    /// Puts all but the default into `input`.
    pub fn read_into(&self, input: &mut Input) -> Found<()> {
        input.description = self.text("description")?.map(|(text, _)| text);
        input.deprecated = match self.field.get("deprecated")? {
            None => None,
            Some((Value::Bool(value), _)) => Some(*value),
            Some((other, span)) => {
                return Err(error::argument_type("deprecated", "`True` or `False`", other, span));
            }
        };
        self.bounds(input)?;
        self.lengths(input)?;
        if let Some((accept, span)) = self.text("accept")? {
            self.fits("accept", *element(&input.ty) == InputType::File, "a path", span)?;
            input.accept = Some(accept);
        }
        self.choices(input)
    }

    fn text(&self, name: &str) -> Found<Option<(String, Span)>> {
        let Some((value, span)) = self.field.get(name)? else {
            return Ok(None);
        };
        let text = value.as_text().ok_or_else(|| error::argument_type(name, "a text", value, span))?;
        Ok(Some((text.to_owned(), span)))
    }

    fn fits(&self, argument: &str, fits: bool, of: &str, span: Span) -> Found<()> {
        let message = || format!("`{argument}` says nothing about `{}`, which is not {of}", self.name);
        if fits { Ok(()) } else { Err(error::constraint(message(), span, &format!("take `{argument}` out"))) }
    }

    fn bounds(&self, input: &mut Input) -> Found<()> {
        for (name, bound) in [("ge", &mut input.minimum), ("le", &mut input.maximum)] {
            let Some((value, span)) = self.field.get(name)? else { continue };
            let number = matches!(value.plain(), Value::Int(_) | Value::Float(_)).then(|| value.number()).flatten();
            let number = number.filter(|number| number.is_finite());
            let number = number.ok_or_else(|| error::argument_type(name, "a number", value, span))?;
            let fits = matches!(element(&input.ty), InputType::Integer | InputType::Number);
            self.fits(name, fits, "a number", span)?;
            *bound = Some(number);
        }
        Ok(())
    }

    fn lengths(&self, input: &mut Input) -> Found<()> {
        let is_text = *element(&input.ty) == InputType::String;
        for (name, length) in [("min_length", &mut input.min_length), ("max_length", &mut input.max_length)] {
            let Some((value, span)) = self.field.get(name)? else { continue };
            let count = match value {
                Value::Int(count) => u64::try_from(*count).ok(),
                _ => None,
            };
            let count = count.ok_or_else(|| error::argument_type(name, "a whole number from 0", value, span))?;
            self.fits(name, is_text, "a text", span)?;
            *length = Some(count);
        }
        if let Some((regex, span)) = self.text("regex")? {
            self.fits("regex", is_text, "a text", span)?;
            input.pattern = Some(regex);
        }
        Ok(())
    }

    fn choices(&self, input: &mut Input) -> Found<()> {
        let found = self.field.get("choices")?;
        let span = found.map(|(_, span)| span).or_else(|| input.choices.is_some().then_some(self.field.span));
        if let Some(span) = span {
            for other in ["ge", "le", "min_length", "max_length"] {
                if self.field.get(other)?.is_some() {
                    let message = format!("`{other}` and choices rule each other out");
                    return Err(error::constraint(message, span, &format!("take `{other}` out")));
                }
            }
        }
        let Some((value, span)) = found else {
            return Ok(());
        };
        if input.choices.is_some() {
            let message = format!("the type of `{}` already says its choices", self.name);
            return Err(error::constraint(message, span, "take `choices` out"));
        }
        let ty = element(&input.ty);
        self.fits("choices", matches!(ty, InputType::String | InputType::Integer), "a text or a whole number", span)?;
        let values = self.evaluator.iterate(value, span)?;
        let mut choices = Vec::new();
        for value in &values {
            self.evaluator.known(value)?;
            let choice = match (ty, value.plain()) {
                (InputType::String, Value::Text(_)) | (InputType::Integer, Value::Int(_)) => value.json(),
                _ => None,
            };
            choices.push(choice.ok_or_else(|| {
                let message = format!("a choice of `{}` is `{}`, and the input is not", self.name, value.type_name());
                error::of_value(value, span, error::constraint(message, span, "give all choices the type of the input"))
            })?);
        }
        if choices.len() < 2 {
            let message = format!("`{}` has fewer than two choices", self.name);
            return Err(error::constraint(message, span, "name at least two, or take `choices` out"));
        }
        input.choices = Some(choices);
        Ok(())
    }
}

/// What the elements of a list are; every other type itself.
pub fn element(ty: &InputType) -> &InputType {
    match ty {
        InputType::List(of) => of,
        ty => ty,
    }
}

/// A default as the input holds it: as Cog converts it, but never with loss. `None`: it does not take it.
pub fn normal(ty: &InputType, value: &Value<'_>) -> Option<Json> {
    match ty {
        InputType::Boolean => match value.plain() {
            Value::Bool(value) => Some(Json::Bool(*value)),
            other => {
                other.number().filter(|number| [0.0, 1.0].contains(number)).map(|number| Json::Bool(number == 1.0))
            }
        },
        InputType::Integer => match value.plain() {
            #[expect(clippy::cast_possible_truncation, reason = "the bounds are checked")]
            Value::Float(value) if value.fract() == 0.0 && value.abs() < 9e15 => Some(Json::from(*value as i64)),
            Value::Text(text) => text.trim().parse::<i64>().ok().map(Json::from),
            other => Value::Int(other.whole()?).json(),
        },
        InputType::Number => match value.plain() {
            Value::Text(text) => text.trim().parse().ok().and_then(Number::from_f64).map(Json::Number),
            other => other.number().and_then(Number::from_f64).map(Json::Number),
        },
        InputType::String | InputType::File | InputType::Secret => value.as_text().map(Json::from),
        InputType::Object => value.json(),
        InputType::List(of) => match value {
            Value::Items(crate::schema::value::Shape::Set, _) => None,
            Value::Items(_, items) => items.iter().map(|item| normal(of, item)).collect::<Option<_>>().map(Json::Array),
            _ => None,
        },
        InputType::Union(_) => value.json(),
    }
}

/// Whether an input takes its own default; if not, why not.
pub fn check_default(input: &Input, default: &Json) -> Result<(), String> {
    match check::problem(input, default) {
        // Python's regular expressions know the letters of all languages, those of the server do not.
        Some(problem) if problem.kind == check::ProblemKind::Pattern && !default.to_string().is_ascii() => Ok(()),
        Some(problem) if !(*element(&input.ty) == InputType::Object && problem.kind == check::ProblemKind::Type) => {
            Err(problem.reason)
        }
        _ => Ok(()),
    }
}
