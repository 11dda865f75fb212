//! [`Value`]s → texts: `repr`, and the formats that are understood. `None` is what is not known to be right.

use crate::schema::value::text::written;
use crate::schema::value::{MOST_LENGTH, Shape, Value};

/// How deep lists are written in each other.
const MOST_DEPTH: usize = 16;

/// As `repr` writes it.
pub(super) fn shown(value: &Value<'_>) -> Option<String> {
    let mut text = String::new();
    show(value, MOST_DEPTH, &mut text)?;
    Some(text)
}

fn show(value: &Value<'_>, depth: usize, text: &mut String) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    if text.len() > MOST_LENGTH {
        return None;
    }
    match value {
        Value::Text(found) => text.push_str(&quoted(found)?),
        Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) => text.push_str(&written(value)?),
        Value::Items(shape, items) => {
            let (open, close) = match (shape, items.len()) {
                (Shape::List, _) => ("[", "]"),
                (Shape::Tuple, 1) => ("(", ",)"),
                (Shape::Tuple, _) => ("(", ")"),
                (Shape::Set | Shape::View, _) => return None,
            };
            text.push_str(open);
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                show(item, depth, text)?;
            }
            text.push_str(close);
        }
        Value::Table(items) => {
            text.push('{');
            for (index, (key, value)) in items.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                show(key, depth, text)?;
                text.push_str(": ");
                show(value, depth, text)?;
            }
            text.push('}');
        }
        _ => return None,
    }
    Some(())
}

/// A text in quotes. Which characters beyond ASCII are written as they are differs between versions of Python.
fn quoted(text: &str) -> Option<String> {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut found = String::from(quote);
    for character in text.chars() {
        match character {
            '\n' => found.push_str("\\n"),
            '\r' => found.push_str("\\r"),
            '\t' => found.push_str("\\t"),
            '\\' => found.push_str("\\\\"),
            character if character == quote => found.extend(['\\', character]),
            ' '..='~' => found.push(character),
            _ => return None,
        }
    }
    found.push(quote);
    Some(found)
}

/// As `format` writes it: `.2f`, `d`, `,`, `%`, `s`.
pub(super) fn formatted(value: &Value<'_>, spec: &str) -> Option<String> {
    match (value, spec) {
        (Value::Int(_), "d") | (Value::Text(_), "s") => written(value),
        (Value::Int(number), "," | ",d") => {
            let digits = number.unsigned_abs().to_string();
            let mut text = String::from(if *number < 0 { "-" } else { "" });
            for (index, digit) in digits.chars().enumerate() {
                if index > 0 && (digits.len() - index) % 3 == 0 {
                    text.push(',');
                }
                text.push(digit);
            }
            Some(text)
        }
        (Value::Int(_) | Value::Float(_), spec) => {
            let (digits, unit) = spec.strip_prefix('.')?.split_at_checked(spec.len().checked_sub(2)?)?;
            let digits = digits.parse().ok().filter(|digits: &usize| *digits <= 20)?;
            let number = value.number().filter(|number| number.is_finite())?;
            match unit {
                "f" => Some(format!("{number:.digits$}")),
                "%" => Some(format!("{:.digits$}%", number * 100.0)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// `PATTERN % VALUE`, with `%s`, `%d`, `%r`, `%.1f` and `%%`.
pub(super) fn percent<'a>(pattern: &str, value: &Value<'a>) -> Option<Value<'a>> {
    let values = match value {
        Value::Items(Shape::Tuple, items) => &items[..],
        Value::Table(_) => return None,
        one => std::slice::from_ref(one),
    };
    let (mut values, mut rest, mut text) = (values.iter(), pattern, String::new());
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        let end = after.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let (spec, after) = after.split_at_checked(end + 1).filter(|_| after.is_char_boundary(end + 1))?;
        rest = after;
        text.push_str(&match spec {
            "%" => "%".to_owned(),
            "s" => written(values.next()?)?,
            "r" => shown(values.next()?)?,
            "d" | "i" => written(values.next().filter(|value| matches!(value, Value::Int(_)))?)?,
            spec => formatted(values.next()?, spec).filter(|_| spec.starts_with('.') && spec.ends_with('f'))?,
        });
        if text.len() > MOST_LENGTH {
            return None;
        }
    }
    text.push_str(rest);
    values.next().is_none().then(|| Value::text(&text))
}

/// `PATTERN.format(…)`, with `{}`, `{0}` and `{name}`, and the formats that are understood.
pub(super) fn braces<'a>(pattern: &str, values: &[Value<'a>], named: &[(&str, &Value<'a>)]) -> Option<Value<'a>> {
    let (mut next, mut rest, mut text) = (0, pattern, String::new());
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let after = &rest[at..];
        if let Some(after) = after.strip_prefix("{{").or_else(|| after.strip_prefix("}}")) {
            text.push_str(&rest[at..=at]);
            rest = after;
            continue;
        }
        let (field, after) = after.strip_prefix('{')?.split_once('}')?;
        let (name, spec) = field.split_once(':').unwrap_or((field, ""));
        let value = match name.parse::<usize>() {
            Ok(index) => values.get(index)?,
            Err(_) if name.is_empty() => {
                next += 1;
                values.get(next - 1)?
            }
            Err(_) => named.iter().find(|(known, _)| *known == name)?.1,
        };
        text.push_str(&if spec.is_empty() { written(value)? } else { formatted(value, spec)? });
        rest = after;
        if text.len() > MOST_LENGTH {
            return None;
        }
    }
    text.push_str(rest);
    Some(Value::text(&text))
}
