//! Documents of a project (TOML, YAML, JSON) as one tree in which everything knows its place.

use indexmap::IndexMap;

use crate::source::Span;

/// A value of a document and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// What it is.
    pub kind: DataKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of values.
#[derive(Clone, Debug, PartialEq)]
pub enum DataKind {
    /// `null`, `~`
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer that fits; `written` is its text.
    Int {
        /// Its value.
        value: i64,
        /// As it stands in the file.
        written: String,
    },
    /// Another number, as it stands in the file: `3.10` stays `3.10`. TOML dates are of this kind too.
    Number(String),
    /// A text.
    String(String),
    /// A list.
    List(Vec<Data>),
    /// A table; keys know their place.
    Map(IndexMap<String, Entry>),
}

/// An entry of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Where its key stands.
    pub key_span: Span,
    /// Its value.
    pub value: Data,
}

impl Data {
    /// What messages call a value of this kind: `a string`, `a list`.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            DataKind::Null => "null",
            DataKind::Bool(_) => "a boolean",
            DataKind::Int { .. } => "an integer",
            DataKind::Number(_) => "a number",
            DataKind::String(_) => "a string",
            DataKind::List(_) => "a list",
            DataKind::Map(_) => "a table",
        }
    }

    /// The value at a TOML dotted key (`tool.poetry.name`, `tool."a.b"`), if every table on the way has it.
    pub fn get(&self, dotted: &str) -> Option<&Self> {
        split_key(dotted)?.iter().try_fold(self, |data, key| match &data.kind {
            DataKind::Map(entries) => entries.get(key.as_str()).map(|entry| &entry.value),
            _ => None,
        })
    }
}

/// The parts of a TOML dotted key; `None` when it is not one.
pub fn split_key(dotted: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = dotted.trim();
    loop {
        let (part, after) = match rest.chars().next()? {
            quote @ ('"' | '\'') => {
                let end = rest[1..].find(quote)? + 1;
                (rest[1..end].to_owned(), rest[end + 1..].trim_start())
            }
            _ => {
                let end = rest.find('.').unwrap_or(rest.len());
                (rest[..end].trim().to_owned(), &rest[end..])
            }
        };
        if part.is_empty() {
            return None;
        }
        parts.push(part);
        match after.strip_prefix('.') {
            Some(next) => rest = next.trim_start(),
            None if after.is_empty() => return Some(parts),
            None => return None,
        }
    }
}
