//! One JSON object of a plan → its fields, strictly: what is unknown or of a wrong type is reported at its place.
//!
//! An absent field and `null` are the same everywhere, and so is an empty text where a text may be left out: that is
//! how Go writes what is not set.

use indexmap::IndexMap;

use crate::diagnostic::Sink;
use crate::plan::error;
use crate::project::data::{Data, DataKind, Entry};
use crate::source::Span;

/// An object and what messages call it.
pub struct Fields<'a> {
    /// Such as ``stage `build` ``.
    pub owner: String,
    entries: &'a IndexMap<String, Entry>,
    span: Span,
}

/// What messages call a value of JSON.
pub fn kind_name(data: &Data) -> &'static str {
    match data.kind {
        DataKind::Map(_) => "an object",
        DataKind::Int { .. } => "a number",
        _ => data.kind_name(),
    }
}

fn wrong_type(what: &str, data: &Data, expected: &str, sink: &mut Sink) {
    sink.push(error::wrong_type(what, kind_name(data), expected).at(data.span, format!("not {expected}")));
}

/// A text; `what` is what messages call it.
pub fn text(data: &Data, what: &str, sink: &mut Sink) -> Option<String> {
    match &data.kind {
        DataKind::String(text) => Some(text.clone()),
        _ => {
            wrong_type(what, data, "a string", sink);
            None
        }
    }
}

/// The entries of a list; `null` has none.
pub fn list<'a>(data: &'a Data, what: &str, sink: &mut Sink) -> &'a [Data] {
    match &data.kind {
        DataKind::List(entries) => entries,
        DataKind::Null => &[],
        _ => {
            wrong_type(what, data, "a list", sink);
            &[]
        }
    }
}

/// A list of texts.
pub fn texts(data: &Data, what: &str, sink: &mut Sink) -> Vec<String> {
    let entries = list(data, what, sink);
    entries.iter().filter_map(|entry| text(entry, &format!("an entry of {what}"), sink)).collect()
}

impl<'a> Fields<'a> {
    /// Looks into an object; anything else is reported.
    pub fn of(data: &'a Data, owner: impl Into<String>, sink: &mut Sink) -> Option<Self> {
        let owner = owner.into();
        match &data.kind {
            DataKind::Map(entries) => Some(Self { owner, entries, span: data.span }),
            _ => {
                wrong_type(&owner, data, "an object", sink);
                None
            }
        }
    }

    /// Reports every field that is not one of these.
    pub fn only(&self, known: &[&str], sink: &mut Sink) {
        for (name, entry) in self.entries {
            if !known.contains(&name.as_str()) {
                sink.push(error::unknown_field(name, &self.owner, known).at(entry.key_span, "unknown field"));
            }
        }
    }

    /// What messages call a field.
    pub fn called(&self, name: &str) -> String {
        format!("`{name}` of {}", self.owner)
    }

    /// The names that stand here, `null` or not, with their places.
    pub fn names(&self) -> impl Iterator<Item = (&'a str, &'a Entry)> {
        self.entries.iter().map(|(name, entry)| (name.as_str(), entry))
    }

    /// A short piece of the object that a message can underline.
    pub fn place(&self) -> Span {
        self.entries.first().map_or(self.span, |(_, entry)| entry.key_span)
    }

    /// A field that is there and not `null`.
    pub fn get(&self, name: &str) -> Option<&'a Data> {
        self.entries.get(name).map(|entry| &entry.value).filter(|data| data.kind != DataKind::Null)
    }

    /// A field that must be there.
    pub fn need(&self, name: &str, sink: &mut Sink) -> Option<&'a Data> {
        let found = self.get(name);
        if found.is_none() {
            sink.push(error::missing_field(name, &self.owner).at(self.place(), format!("no `{name}` beside this")));
        }
        found
    }

    /// A text that must be there.
    pub fn need_text(&self, name: &str, sink: &mut Sink) -> Option<String> {
        let data = self.need(name, sink)?;
        text(data, &self.called(name), sink)
    }

    /// A text; the empty one is none.
    pub fn text(&self, name: &str, sink: &mut Sink) -> Option<String> {
        let found = text(self.get(name)?, &self.called(name), sink)?;
        (!found.is_empty()).then_some(found)
    }

    /// A list of texts.
    pub fn texts(&self, name: &str, sink: &mut Sink) -> Vec<String> {
        self.get(name).map_or_else(Vec::new, |data| texts(data, &self.called(name), sink))
    }

    /// A list.
    pub fn list(&self, name: &str, sink: &mut Sink) -> &'a [Data] {
        self.get(name).map_or(&[], |data| list(data, &self.called(name), sink))
    }

    /// A boolean; absent is false.
    pub fn flag(&self, name: &str, sink: &mut Sink) -> bool {
        let Some(data) = self.get(name) else { return false };
        match data.kind {
            DataKind::Bool(flag) => flag,
            _ => {
                wrong_type(&self.called(name), data, "a boolean", sink);
                false
            }
        }
    }

    /// A whole number from 0 to `most`, which messages call `expected`.
    pub fn number(&self, name: &str, most: u64, expected: &str, sink: &mut Sink) -> Option<u64> {
        let data = self.get(name)?;
        let written = match &data.kind {
            DataKind::Int { value, written } => match u64::try_from(*value) {
                Ok(value) if value <= most => return Some(value),
                _ => written,
            },
            DataKind::Number(written) => written,
            _ => {
                wrong_type(&self.called(name), data, "a number", sink);
                return None;
            }
        };
        sink.push(error::bad_number(&self.called(name), written, expected).at(data.span, format!("not {expected}")));
        None
    }

    /// The word of a field that takes only some words.
    pub fn word(&self, name: &str, known: &[&str], sink: &mut Sink) -> Option<String> {
        let data = self.get(name)?;
        let word = text(data, &self.called(name), sink)?;
        if !known.contains(&word.as_str()) {
            sink.push(error::unknown_word(&self.called(name), &word, known).at(data.span, "unknown word"));
            return None;
        }
        Some(word)
    }

    /// A table, each value read by `read`, which gets what messages call it.
    pub fn table<T>(
        &self,
        name: &str,
        sink: &mut Sink,
        read: impl Fn(&Data, &str, &mut Sink) -> Option<T>,
    ) -> IndexMap<String, T> {
        let Some(data) = self.get(name) else { return IndexMap::new() };
        let DataKind::Map(entries) = &data.kind else {
            wrong_type(&self.called(name), data, "an object", sink);
            return IndexMap::new();
        };
        let mut found = IndexMap::with_capacity(entries.len());
        for (key, entry) in entries {
            if let Some(value) = read(&entry.value, &format!("`{key}` in {}", self.called(name)), sink) {
                found.insert(key.clone(), value);
            }
        }
        found
    }
}
