//! TOML text → [`Data`]: the `toml` crate reads it; its own tokens tell beforehand how deep it nests.

use indexmap::IndexMap;
use toml::de::{DeTable, DeValue};
use toml_parser::lexer::TokenKind;

use super::offsets::span;
use super::{DEPTH_LIMIT, Data, DataError, DataKind, Entry};
use crate::source::{FileId, Span};

/// Takes the place of a key that stands twice, to find out which table it stands in.
const STAND_IN: &str = "cogpack-stand-in";

pub(super) fn parse(file: FileId, text: &str) -> Result<Data, DataError> {
    let place = Place { file, text };
    if let Some(range) = too_deep(text) {
        return Err(DataError::too_deep(place.of(range)));
    }
    match DeTable::parse(text) {
        Ok(document) => Ok(Data { kind: table(document.into_inner(), place), span: place.of(0..text.len()) }),
        Err(error) => Err(refused(&error, place)),
    }
}

/// Where the parser's offsets lie in the file.
#[derive(Clone, Copy)]
struct Place<'t> {
    file: FileId,
    text: &'t str,
}

impl Place<'_> {
    fn of(self, range: std::ops::Range<usize>) -> Span {
        span(self.file, self.text, range)
    }
}

/// The token that opens one level too many. Where the text is no TOML, it counts too much rather than too little.
fn too_deep(text: &str) -> Option<std::ops::Range<usize>> {
    let mut levels = Levels::default();
    let token = toml_parser::Source::new(text).lex().find(|token| {
        levels.take(token.kind());
        levels.header + levels.brackets + levels.dots > DEPTH_LIMIT
    })?;
    Some(token.span().start()..token.span().end())
}

/// How deep a place in a document lies.
#[derive(Default)]
struct Levels {
    /// Levels of the table that the last `[header]` names.
    header: usize,
    /// What closes each open bracket, and the dots of the key before it.
    open: Vec<(TokenKind, usize)>,
    /// Levels of all open brackets, with the keys before them.
    brackets: usize,
    /// Dots of the key that is being read.
    dots: usize,
    line: Line,
}

/// What a line is.
#[derive(Default, PartialEq)]
enum Line {
    #[default]
    Start,
    Header,
    Entry,
}

impl Levels {
    fn take(&mut self, kind: TokenKind) {
        match kind {
            TokenKind::Whitespace | TokenKind::Comment => return,
            TokenKind::Newline if self.open.is_empty() => return self.end_line(),
            TokenKind::LeftSquareBracket if self.line == Line::Start => {
                self.header = 0;
                self.line = Line::Header;
            }
            TokenKind::LeftSquareBracket if self.line != Line::Header => self.enter(TokenKind::RightSquareBracket),
            TokenKind::LeftCurlyBracket if self.line != Line::Header => self.enter(TokenKind::RightCurlyBracket),
            TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => self.leave(kind),
            TokenKind::Dot => self.dots += 1,
            TokenKind::Comma => self.dots = 0,
            _ => {}
        }
        if self.line == Line::Start {
            self.line = Line::Entry;
        }
    }

    fn end_line(&mut self) {
        if self.line == Line::Header {
            self.header = self.dots + 1;
        }
        self.dots = 0;
        self.line = Line::Start;
    }

    fn enter(&mut self, closing: TokenKind) {
        self.open.push((closing, self.dots));
        self.brackets += self.dots + 1;
        self.dots = 0;
    }

    fn leave(&mut self, closing: TokenKind) {
        if let Some((_, dots)) = self.open.pop_if(|(expected, _)| *expected == closing) {
            self.brackets -= dots + 1;
            self.dots = dots;
        }
    }
}

/// Recursion is bounded by [`too_deep`], which was asked before.
fn table(entries: DeTable<'_>, place: Place<'_>) -> DataKind {
    let entry = |(key, value): (toml::Spanned<_>, toml::Spanned<DeValue<'_>>)| {
        let key_span = place.of(key.span());
        let name: std::borrow::Cow<'_, str> = key.into_inner();
        let span = place.of(value.span());
        (name.into_owned(), Entry { key_span, value: Data { kind: convert(value.into_inner(), span, place), span } })
    };
    let mut entries: Vec<(String, Entry)> = entries.into_iter().map(entry).collect();
    entries.sort_by_cached_key(|(_, entry)| first_place(entry));
    DataKind::Map(entries.into_iter().collect::<IndexMap<_, _>>())
}

/// Where an entry first appears: `[a.b]` may stand before `[a]`.
fn first_place(entry: &Entry) -> u32 {
    match &entry.value.kind {
        DataKind::Map(entries) => {
            entries.first().map_or(entry.key_span.start, |(_, first)| entry.key_span.start.min(first_place(first)))
        }
        _ => entry.key_span.start,
    }
}

fn convert(value: DeValue<'_>, span: Span, place: Place<'_>) -> DataKind {
    let written = || place.text.get(span.range()).unwrap_or_default().to_owned();
    match value {
        DeValue::String(text) => DataKind::String(text.into_owned()),
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(value) => DataKind::Int { value, written: written() },
            Err(_) => DataKind::Number(written()),
        },
        DeValue::Float(_) | DeValue::Datetime(_) => DataKind::Number(written()),
        DeValue::Boolean(value) => DataKind::Bool(value),
        DeValue::Array(elements) => DataKind::List(
            elements
                .into_iter()
                .map(|element| {
                    let span = place.of(element.span());
                    Data { kind: convert(element.into_inner(), span, place), span }
                })
                .collect(),
        ),
        DeValue::Table(entries) => table(entries, place),
    }
}

fn refused(error: &toml::de::Error, place: Place<'_>) -> DataError {
    let range = error.span().unwrap_or(place.text.len()..place.text.len());
    let span = place.of(range);
    let message = error.message();
    if message == "duplicate key" {
        let written = place.text.get(span.range()).unwrap_or_default();
        let key = DeTable::parse(&format!("{written} = 0"))
            .ok()
            .and_then(|table| table.into_inner().into_iter().next())
            .map_or_else(|| written.to_owned(), |(key, _)| key.into_inner().into_owned());
        return DataError::duplicate_key(&key, span, first_key(&key, span, place));
    }
    DataError::syntax("TOML", problem(message).unwrap_or(message), span)
}

/// Where the key that stands again at `again` stands first: in the table in which a stand-in for it ends up.
fn first_key(key: &str, again: Span, place: Place<'_>) -> Option<Span> {
    let (before, after) = (place.text.get(..again.range().start)?, place.text.get(again.range().end..)?);
    let line = after.split_inclusive('\n').next().unwrap_or_default();
    let changed = format!("{before}{STAND_IN}{line}");
    let (document, _) = DeTable::parse_recoverable(&changed);
    let mut tables = vec![document.get_ref()];
    while let Some(table) = tables.pop() {
        if table.contains_key(STAND_IN) {
            let first = table.get_key_value(key)?.0.span();
            return (first.end <= again.range().start).then(|| place.of(first));
        }
        tables.extend(table.values().flat_map(|value| inner_tables(value.get_ref())));
    }
    None
}

/// The tables in a value that lie next below it.
fn inner_tables<'v, 'i>(value: &'v DeValue<'i>) -> Vec<&'v DeTable<'i>> {
    match value {
        DeValue::Table(table) => vec![table],
        DeValue::Array(elements) => elements.iter().flat_map(|element| inner_tables(element.get_ref())).collect(),
        _ => Vec::new(),
    }
}

/// Our words for what the parser says; `None` where its own will do.
fn problem(message: &str) -> Option<&'static str> {
    let words = [
        ("string values must be quoted", "a value is missing; a text needs quotes"),
        ("invalid boolean", "this is no value; a text needs quotes"),
        ("invalid basic string, expected `\"`", "this text is never closed"),
        ("invalid literal string, expected `'`", "this text is never closed"),
        ("key with no value", "a `=` is missing after the key"),
        ("unclosed table", "a `]` is missing"),
        ("unclosed array", "a `]` is missing"),
        ("unclosed inline table", "a `}` is missing"),
        ("unexpected key or value, expected newline", "the line goes on after its value"),
        ("cannot extend value", "this key has a value already, and it is no table"),
    ];
    words.into_iter().find(|(theirs, _)| message.starts_with(theirs)).map(|(_, ours)| ours)
}
