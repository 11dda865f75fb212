//! A typed reading of [`Data`]: a table with these keys, a string, a list of strings; what does not fit becomes a
//! diagnostic and is left out. No string gets through that holds a control character or a URL with a secret in it.

use indexmap::IndexMap;

use crate::diagnostic::Sink;
use crate::project::config::Located;
use crate::project::data::{Data, DataKind, Entry};
use crate::project::{credentials, mistake};
use crate::source::Span;
use crate::version::Constraint;

/// A table of a document, and how messages call it.
pub struct Table<'a> {
    entries: &'a IndexMap<String, Entry>,
    /// Where it stands.
    pub span: Span,
    path: String,
}

/// One entry of a table whose keys are free.
pub struct Field<'a> {
    /// Its key.
    pub key: &'a str,
    /// Where the key stands.
    pub key_span: Span,
    /// Its value.
    pub value: Value<'a>,
}

/// A value of a document, and how messages call it.
pub struct Value<'a> {
    /// The value; never null.
    pub data: &'a Data,
    /// Dotted: `build.run[0]`.
    pub path: String,
}

impl<'a> Table<'a> {
    /// A table with no keys but these.
    pub fn read(value: &Value<'a>, keys: &[&str], sink: &mut Sink) -> Option<Self> {
        let table = Self::open(value, sink)?;
        for (key, entry) in table.entries {
            if !keys.contains(&key.as_str()) {
                sink.push(mistake::key_unknown(&table.path_of(key), key, keys, entry.key_span));
            }
        }
        Some(table)
    }

    /// A table whose keys are free.
    pub fn open(value: &Value<'a>, sink: &mut Sink) -> Option<Self> {
        match &value.data.kind {
            DataKind::Map(entries) => Some(Self { entries, span: value.data.span, path: value.path.clone() }),
            _ => value.refuse("a table", sink),
        }
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// All entries that are not null, in the order they stand.
    pub fn fields(&self) -> impl Iterator<Item = Field<'a>> + '_ {
        self.entries.iter().filter_map(|(key, entry)| {
            Some(Field { key, key_span: entry.key_span, value: Value::present(&entry.value, || self.path_of(key))? })
        })
    }

    /// The value of a key; null is absent.
    pub fn value(&self, key: &str) -> Option<Value<'a>> {
        Value::present(&self.entries.get(key)?.value, || self.path_of(key))
    }

    /// Where a key stands, if it is there with a value.
    pub fn key_span(&self, key: &str) -> Option<Span> {
        self.entries.get(key).filter(|entry| entry.value.kind != DataKind::Null).map(|entry| entry.key_span)
    }

    /// A key's value that must be there.
    pub fn required(&self, key: &str, sink: &mut Sink) -> Option<Value<'a>> {
        let value = self.value(key);
        if value.is_none() {
            sink.push(mistake::key_missing(&self.path_of(key), self.span));
        }
        value
    }

    /// A key's string, one line.
    pub fn string(&self, key: &str, sink: &mut Sink) -> Option<Located<String>> {
        self.value(key)?.string(sink)
    }

    /// A key's list of strings, one line each; absent: empty.
    pub fn strings(&self, key: &str, sink: &mut Sink) -> Vec<Located<String>> {
        let items = self.items(key, sink);
        items.iter().filter_map(|item| item.filled(sink)).collect()
    }

    /// A key's list; absent: empty.
    pub fn items(&self, key: &str, sink: &mut Sink) -> Vec<Value<'a>> {
        self.value(key).map(|value| value.items(sink)).unwrap_or_default()
    }

    /// A key's table with no keys but these.
    pub fn table(&self, key: &str, keys: &[&str], sink: &mut Sink) -> Option<Self> {
        Self::read(&self.value(key)?, keys, sink)
    }

    /// A key's integer in a range.
    pub fn int(&self, key: &str, range: std::ops::RangeInclusive<i64>, sink: &mut Sink) -> Option<Located<i64>> {
        self.value(key)?.int(range, sink)
    }
}

impl<'a> Value<'a> {
    /// A whole document.
    pub fn root(data: &'a Data) -> Self {
        Self { data, path: String::new() }
    }

    fn present(data: &'a Data, path: impl FnOnce() -> String) -> Option<Self> {
        (data.kind != DataKind::Null).then(|| Self { data, path: path() })
    }

    /// Reports that the value is not what is wanted: `a table`.
    pub fn refuse<T>(&self, wanted: &str, sink: &mut Sink) -> Option<T> {
        sink.push(mistake::value_type(&self.path, wanted, self.data));
        None
    }

    fn located<T>(&self, value: T) -> Located<T> {
        Located { value, span: self.data.span }
    }

    /// A string without line breaks and control characters.
    pub fn string(&self, sink: &mut Sink) -> Option<Located<String>> {
        self.checked(|character| character.is_control(), sink)
    }

    /// A string in which lines and tabs may stand.
    pub fn text(&self, sink: &mut Sink) -> Option<Located<String>> {
        self.checked(|character| character.is_control() && !matches!(character, '\n' | '\t'), sink)
    }

    fn checked(&self, refused: impl Fn(char) -> bool, sink: &mut Sink) -> Option<Located<String>> {
        let DataKind::String(text) = &self.data.kind else {
            return self.refuse("a string", sink);
        };
        if let Some(character) = text.chars().find(|character| refused(*character)) {
            sink.push(mistake::control_character(&self.path, character, self.data.span));
            return None;
        }
        if credentials::are_in(text) {
            sink.push(mistake::url_credentials(self.data.span));
            return None;
        }
        Some(self.located(text.clone()))
    }

    /// A string, one line, that is not empty.
    pub fn filled(&self, sink: &mut Sink) -> Option<Located<String>> {
        let string = self.string(sink)?;
        if string.value.trim().is_empty() {
            sink.push(mistake::value_empty(&self.path, self.data.span));
            return None;
        }
        Some(string)
    }

    /// A boolean.
    pub fn bool(&self, sink: &mut Sink) -> Option<bool> {
        match self.data.kind {
            DataKind::Bool(value) => Some(value),
            _ => self.refuse("a boolean", sink),
        }
    }

    /// An integer in a range.
    pub fn int(&self, range: std::ops::RangeInclusive<i64>, sink: &mut Sink) -> Option<Located<i64>> {
        let DataKind::Int { value, .. } = self.data.kind else {
            return self.refuse("an integer", sink);
        };
        if !range.contains(&value) {
            sink.push(mistake::number_range(&self.path, &range, self.data.span));
            return None;
        }
        Some(self.located(value))
    }

    /// A version or a constraint; a number counts as it is written, so that `3.10` is not `3.1`.
    pub fn constraint(&self, sink: &mut Sink) -> Option<Located<Constraint>> {
        let written = self.written(sink)?;
        match Constraint::parse(written.value.trim()) {
            Ok(value) => Some(Located { value, span: written.span }),
            Err(invalid) => {
                sink.push(mistake::constraint_invalid(&written.value, &invalid.reason, written.span));
                None
            }
        }
    }

    /// A string, or a number as it is written.
    pub fn written(&self, sink: &mut Sink) -> Option<Located<String>> {
        match &self.data.kind {
            DataKind::Int { written, .. } | DataKind::Number(written) => Some(self.located(written.clone())),
            DataKind::String(_) => self.string(sink),
            _ => self.refuse("a string or a number", sink),
        }
    }

    /// A list; null elements are errors.
    pub fn items(&self, sink: &mut Sink) -> Vec<Self> {
        let DataKind::List(items) = &self.data.kind else {
            sink.push(mistake::value_type(&self.path, "a list", self.data));
            return Vec::new();
        };
        items.iter().enumerate().map(|(index, data)| Self { data, path: format!("{}[{index}]", self.path) }).collect()
    }
}
