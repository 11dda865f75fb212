//! [`Value`]s → the text that Python's `str` makes of them; f-strings.

use ruff_python_ast::{ConversionFlag, FStringPart, FStringValue, InterpolatedStringElement};

use crate::schema::value::eval::Evaluator;
use crate::schema::value::{MOST_LENGTH, Value, format};
use crate::schema::{Found, error};
use crate::source::Span;

impl<'a> Evaluator<'_, 'a> {
    pub(super) fn f_string(&self, value: &FStringValue, span: Span) -> Found<Value<'a>> {
        let mut text = String::new();
        for part in value {
            match part {
                FStringPart::Literal(literal) => text.push_str(&literal.value),
                FStringPart::FString(part) => {
                    for element in &part.elements {
                        text.push_str(&self.element(element)?);
                    }
                }
            }
        }
        if text.len() > MOST_LENGTH { Err(error::too_much_work(span)) } else { Ok(Value::text(&text)) }
    }

    fn element(&self, element: &InterpolatedStringElement) -> Found<String> {
        match element {
            InterpolatedStringElement::Literal(literal) => Ok(literal.value.to_string()),
            InterpolatedStringElement::Interpolation(found) => {
                let unknown = || error::unknown_value(self.span(found));
                let value = self.value(&found.expression)?;
                self.known(&value)?;
                let wanted = match &found.format_spec {
                    None => String::new(),
                    Some(spec) => match &spec.elements[..] {
                        [InterpolatedStringElement::Literal(spec)] => spec.value.to_string(),
                        _ => return Err(unknown()),
                    },
                };
                if found.debug_text.is_some() {
                    return Err(unknown());
                }
                match found.conversion {
                    ConversionFlag::None if wanted.is_empty() => written(&value),
                    ConversionFlag::None => format::formatted(&value, &wanted),
                    ConversionFlag::Str if wanted.is_empty() => written(&value),
                    ConversionFlag::Repr if wanted.is_empty() => format::shown(&value),
                    _ => None,
                }
                .ok_or_else(unknown)
            }
        }
    }
}

/// As `str` writes it; `None` when that depends on more than the value, as with members of enumerations, whose text
/// differs between versions of Python.
pub(super) fn written(value: &Value<'_>) -> Option<String> {
    Some(match value {
        Value::None => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => float(*value),
        Value::Text(text) => (**text).to_owned(),
        Value::Items(..) | Value::Table(_) => format::shown(value)?,
        _ => return None,
    })
}

/// The shortest digits that mean the number; with an exponent below 1e-4 and from 1e16.
fn float(value: f64) -> String {
    let exponential = format!("{value:e}");
    let (digits, exponent) = exponential.split_once('e').unwrap_or((&exponential, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value == 0.0 || (-4..16).contains(&exponent) {
        return format!("{value:?}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_python_writes_them() {
        let cases = [
            (0.0, "0.0"),
            (1.0, "1.0"),
            (-0.5, "-0.5"),
            (0.1, "0.1"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.25e300, "1.25e+300"),
        ];
        for (value, text) in cases {
            assert_eq!(written(&Value::Float(value)).as_deref(), Some(text));
        }
    }
}
