//! Methods of texts, lists and tables that leave them as they are.

use std::rc::Rc;

use crate::schema::value::arguments::Arguments;
use crate::schema::value::eval::Evaluator;
use crate::schema::value::operator::joined;
use crate::schema::value::{Shape, Value, format};
use crate::schema::{Found, error};
use crate::source::Span;

impl<'a> Evaluator<'_, 'a> {
    pub(super) fn method(&self, of: &Value<'a>, name: &str, given: &Arguments<'a>, span: Span) -> Found<Value<'a>> {
        self.known(of)?;
        let found = match of.plain() {
            Value::Text(text) if name == "join" => self.join(text, given, span)?,
            Value::Text(text) if name == "format" => self.format(text, given)?,
            Value::Text(text) => text_method(text, name, given),
            Value::Table(items) => self.table_method(items, name, given)?,
            Value::Items(Shape::List, items) if name == "copy" && given.is_empty() => {
                Some(Value::Items(Shape::List, Rc::clone(items)))
            }
            _ => None,
        };
        found.ok_or_else(|| error::unknown_value(span))
    }

    fn join(&self, separator: &str, given: &Arguments<'a>, span: Span) -> Found<Option<Value<'a>>> {
        let Some([parts]) = given.positional() else {
            return Ok(None);
        };
        let mut texts = Vec::new();
        let parts = self.iterate(parts, span)?;
        for (index, part) in parts.iter().enumerate() {
            self.known(part)?;
            let Some(text) = part.as_text() else {
                return Ok(None);
            };
            texts.extend((index > 0).then_some(separator));
            texts.push(text);
        }
        Ok(joined(&texts))
    }

    fn format(&self, text: &str, given: &Arguments<'a>) -> Found<Option<Value<'a>>> {
        let values: Vec<Value<'a>> = given.values.iter().map(|(value, _)| value.clone()).collect();
        let named: Vec<(&str, &Value<'a>)> =
            given.named.iter().map(|(name, value, _)| (name.as_str(), value)).collect();
        values.iter().chain(named.iter().map(|(_, value)| *value)).try_for_each(|value| self.known(value))?;
        Ok(format::braces(text, &values, &named))
    }

    fn table_method(
        &self,
        items: &[(Value<'a>, Value<'a>)],
        name: &str,
        given: &Arguments<'a>,
    ) -> Found<Option<Value<'a>>> {
        let pair =
            |(key, value): &(Value<'a>, Value<'a>)| Value::Items(Shape::Tuple, Rc::from([key.clone(), value.clone()]));
        Ok(match (name, given.positional()) {
            ("keys", Some([])) => Some(Value::view(items.iter().map(|(key, _)| key.clone()).collect())),
            ("values", Some([])) => Some(Value::view(items.iter().map(|(_, value)| value.clone()).collect())),
            ("items", Some([])) => Some(Value::view(items.iter().map(pair).collect())),
            ("copy", Some([])) => Some(Value::Table(items.into())),
            ("get", Some([key, rest @ ..])) if rest.len() < 2 => {
                let found = items.iter().find(|(known, _)| known.equals(key) == Some(true)).map(|(_, value)| value);
                let value = found.or(rest.first()).cloned().unwrap_or(Value::None);
                self.known(&value)?;
                Some(value)
            }
            _ => None,
        })
    }
}

fn text_method<'a>(text: &str, name: &str, given: &Arguments<'a>) -> Option<Value<'a>> {
    let ascii = text.is_ascii();
    match (name, given.positional()?) {
        ("upper", []) if ascii => Some(Value::text(&text.to_ascii_uppercase())),
        ("lower", []) if ascii => Some(Value::text(&text.to_ascii_lowercase())),
        ("title", []) if ascii => Some(Value::text(&crate::schema::document::titled(text))),
        ("capitalize", []) if ascii => Some(Value::text(&capitalized(text))),
        ("strip", given) => stripped(text, given, true, true),
        ("lstrip", given) => stripped(text, given, true, false),
        ("rstrip", given) => stripped(text, given, false, true),
        ("removeprefix", [part]) => Some(Value::text(text.strip_prefix(part.as_text()?).unwrap_or(text))),
        ("removesuffix", [part]) => Some(Value::text(text.strip_suffix(part.as_text()?).unwrap_or(text))),
        ("splitlines", []) if text.chars().all(|c| c == '\n' || (' '..='~').contains(&c)) => {
            Some(Value::list(text.lines().map(Value::text).collect()))
        }
        ("split", []) if ascii => {
            let words = text.split(is_blank).filter(|word| !word.is_empty());
            Some(Value::list(words.map(Value::text).collect()))
        }
        ("split", [separator]) => {
            let separator = separator.as_text().filter(|separator| !separator.is_empty())?;
            Some(Value::list(text.split(separator).map(Value::text).collect()))
        }
        ("replace", [from, to]) => {
            let from = from.as_text().filter(|from| !from.is_empty())?;
            let pieces: Vec<&str> = text.split(from).collect();
            let to = to.as_text()?;
            let mut texts = Vec::new();
            for (index, piece) in pieces.into_iter().enumerate() {
                texts.extend((index > 0).then_some(to));
                texts.push(piece);
            }
            joined(&texts)
        }
        ("startswith", [prefix]) => Some(Value::Bool(text.starts_with(prefix.as_text()?))),
        ("endswith", [suffix]) => Some(Value::Bool(text.ends_with(suffix.as_text()?))),
        _ => None,
    }
}

/// What Python's texts call white space.
fn is_blank(character: char) -> bool {
    character.is_whitespace() || ('\x1c'..='\x1f').contains(&character)
}

fn capitalized(text: &str) -> String {
    let (first, rest) = text.split_at_checked(1).unwrap_or(("", text));
    first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
}

fn stripped<'a>(text: &str, given: &[Value<'a>], start: bool, end: bool) -> Option<Value<'a>> {
    let characters: Option<Vec<char>> = match given {
        [] | [Value::None] => None,
        [characters] => Some(characters.as_text()?.chars().collect()),
        _ => return None,
    };
    let is_out = |character: char| characters.as_ref().map_or(is_blank(character), |all| all.contains(&character));
    let text = if start { text.trim_start_matches(is_out) } else { text };
    Some(Value::text(if end { text.trim_end_matches(is_out) } else { text }))
}
