//! Two JSON values → the fields that differ, with texts compared line by line.

use serde::Serialize;
use serde_json::{Map, Value};
use similar::{ChangeTag, TextDiff};

use super::Change;
use super::align::MOST_STEPS;

/// A text on one line that is longer is told as lines, too.
const SHORT: usize = 60;

/// Lines shown around those that differ.
const AROUND: usize = 2;

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldChange {
    /// The names on the way to it, joined with `.`; entries of lists as `[0]`. What a file holds is `data`, as text.
    pub field: String,
    /// What it was; absent: it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Value>,
    /// What it is; absent: it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Value>,
    /// For texts and lists: the lines or entries that differ and some around them; empty for others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub text: Vec<TextLine>,
}

/// A line of a text, or an entry of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TextLine {
    /// Added, removed or the same.
    pub change: Change,
    /// The line, without its end.
    pub text: String,
}

/// The fields that differ between two objects.
pub fn differences(old: &Value, new: &Value) -> Vec<FieldChange> {
    let mut found = Vec::new();
    compare(String::new(), Some(old), Some(new), &mut found);
    found
}

/// Recursion ends with the nesting of the plan's own types.
fn compare(field: String, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<FieldChange>) {
    match (old, new) {
        (Some(old), Some(new)) if old == new && !old.is_object() => {}
        (Some(Value::Object(before)), Some(Value::Object(after))) if field.is_empty() || share_names(before, after) => {
            let names = after.keys().chain(before.keys().filter(|name| !after.contains_key(*name)));
            let count = found.len();
            for name in names {
                let inner = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
                compare(inner, before.get(name), after.get(name), found);
            }
            if count == found.len() && is_ordered(&field) && !before.keys().eq(after.keys()) {
                let names = |names: serde_json::map::Keys<'_>| Value::from(names.cloned().collect::<Vec<_>>());
                let (old, new) = (names(before.keys()), names(after.keys()));
                let text = entries(&old, &new);
                found.push(FieldChange { field: format!("{field} (order)"), old: Some(old), new: Some(new), text });
            }
        }
        (Some(Value::Array(before)), Some(Value::Array(after)))
            if before.len() == after.len() && before.iter().chain(after).all(Value::is_object) =>
        {
            for (index, (old, new)) in before.iter().zip(after).enumerate() {
                compare(format!("{field}[{index}]"), Some(old), Some(new), found);
            }
        }
        (old, new) => {
            let text = match (old, new) {
                (Some(Value::String(old)), Some(Value::String(new))) => lines(old, new),
                (Some(old @ Value::Array(_)), Some(new @ Value::Array(_))) => entries(old, new),
                _ => Vec::new(),
            };
            found.push(FieldChange { field, old: old.cloned(), new: new.cloned(), text });
        }
    }
}

/// Objects without a common name, such as two kinds of input, are told as one thing in place of another.
fn share_names(old: &Map<String, Value>, new: &Map<String, Value>) -> bool {
    old.is_empty() || new.is_empty() || old.keys().any(|name| new.contains_key(name))
}

/// Variables are set in the order they stand; the order of other names means nothing.
fn is_ordered(field: &str) -> bool {
    matches!(field, "vars" | "prepend")
}

fn lines(old: &str, new: &str) -> Vec<TextLine> {
    let short = |text: &str| text.len() <= SHORT && !text.contains('\n');
    if short(old) && short(new) {
        return Vec::new();
    }
    text_lines(&old.lines().collect::<Vec<_>>(), &new.lines().collect::<Vec<_>>())
}

fn entries(old: &Value, new: &Value) -> Vec<TextLine> {
    let texts = |list: &Value| -> Vec<String> { list.as_array().into_iter().flatten().map(shown).collect() };
    let (old, new) = (texts(old), texts(new));
    text_lines(&old.iter().map(String::as_str).collect::<Vec<_>>(), &new.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A value on one line; a text without quotes.
pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn text_lines(old: &[&str], new: &[&str]) -> Vec<TextLine> {
    if old.len().saturating_mul(new.len()) > MOST_STEPS {
        let gone = old.iter().map(|text| TextLine { change: Change::Removed, text: (*text).to_owned() });
        let come = new.iter().map(|text| TextLine { change: Change::Added, text: (*text).to_owned() });
        return gone.chain(come).collect();
    }
    let compared = TextDiff::from_slices(old, new);
    let mut found = Vec::new();
    for (number, group) in compared.grouped_ops(AROUND).iter().enumerate() {
        if number > 0 {
            found.push(TextLine { change: Change::Same, text: "…".to_owned() });
        }
        for line in group.iter().flat_map(|step| compared.iter_changes(step)) {
            let change = match line.tag() {
                ChangeTag::Equal => Change::Same,
                ChangeTag::Delete => Change::Removed,
                ChangeTag::Insert => Change::Added,
            };
            found.push(TextLine { change, text: line.value().to_owned() });
        }
    }
    found
}
