//! Documents of a project (TOML, YAML, JSON) → one tree in which everything knows its place, or a [`DataError`].
//!
//! Tables keep the order of the file, whatever the format. The span of a text includes its quotes, so does a key's. The
//! span of a TOML table is its `[header]`, or the braces of an inline table, or the key that brings it about.

mod error;
mod json;
mod offsets;
mod toml;
mod yaml;

use indexmap::IndexMap;

use crate::project::tree::{FILE_LIMIT, LOCK_LIMIT};
use crate::source::{FileId, Span};

pub use error::{DataError, DataErrorKind};

/// Lists and tables nest at most this deep. A TOML dotted key counts a level a part.
pub const DEPTH_LIMIT: usize = 64;

/// The aliases of a YAML file repeat at most this many values.
pub const COPY_LIMIT: usize = 10_000;

/// The formats of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// TOML 1.1.
    Toml,
    /// YAML 1.2, core schema.
    Yaml,
    /// JSON as RFC 8259 has it.
    Json,
}

/// Reads a document; `file` is the text's own id.
pub fn parse(format: Format, file: FileId, text: &str) -> Result<Data, DataError> {
    match format {
        Format::Toml => parse_toml(file, text),
        Format::Yaml => parse_yaml(file, text),
        Format::Json => parse_json(file, text),
    }
}

/// Reads a TOML document: always a table. Dates and floats are [`DataKind::Number`].
pub fn parse_toml(file: FileId, text: &str) -> Result<Data, DataError> {
    check_size(file, text, LOCK_LIMIT)?;
    toml::parse(file, text)
}

/// Reads a YAML document; an empty one is null.
///
/// Plain scalars mean what the YAML 1.2 core schema says: `true`, `True`, `TRUE` (and false) are booleans, `yes` and `on`
/// are texts; `null`, `~` and nothing are null. A decimal integer without leading zeros is [`DataKind::Int`]; hexadecimal,
/// octal, `007`, floats and integers that do not fit are [`DataKind::Number`], as written. Aliases are followed. Tags,
/// merge keys, keys that are no scalars, and several documents in one file are errors.
pub fn parse_yaml(file: FileId, text: &str) -> Result<Data, DataError> {
    check_size(file, text, FILE_LIMIT)?;
    yaml::parse(file, text)
}

/// Reads a JSON document, without comments, trailing commas and other extensions.
pub fn parse_json(file: FileId, text: &str) -> Result<Data, DataError> {
    check_size(file, text, LOCK_LIMIT)?;
    json::parse(file, text)
}

/// Reads a JSON document that a program wrote, such as a plan: it may be larger than a file of a project.
pub fn parse_written_json(file: FileId, text: &str) -> Result<Data, DataError> {
    if u32::try_from(text.len()).is_err() {
        return Err(DataError::too_large(Span::new(file, 0, 0), 1 << 32));
    }
    json::parse(file, text)
}

fn check_size(file: FileId, text: &str, limit: u64) -> Result<(), DataError> {
    if text.len() as u64 > limit { Err(DataError::too_large(Span::new(file, 0, 0), limit)) } else { Ok(()) }
}

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

#[cfg(test)]
mod tests;
