//! YAML text → [`Data`]: built from saphyr's events without recursion, so that depth and aliases can be limited.

use std::borrow::Cow;
use std::collections::BTreeMap;

use indexmap::IndexMap;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, StrInput};

use super::offsets::{CharOffsets, span};
use super::{COPY_LIMIT, DEPTH_LIMIT, Data, DataError, DataKind, Entry};
use crate::source::{FileId, Span};

pub(super) fn parse(file: FileId, text: &str) -> Result<Data, DataError> {
    let place = Place { file, text, offsets: CharOffsets::new(text) };
    let mut builder = Builder { place: &place, open: Vec::new(), root: None, anchors: BTreeMap::new(), copied: 0 };
    let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(text);
    let mut documents = 0_usize;
    while let Some(event) = parser.next_event() {
        let (event, at) = event.map_err(|error| refused(&error, &place))?;
        let at = place.of(at);
        if matches!(event, Event::DocumentStart(_)) {
            documents += 1;
            if documents > 1 {
                return Err(DataError::unsupported("several documents", at));
            }
        }
        builder.take(event, at)?;
    }
    Ok(builder.root.unwrap_or(Data { kind: DataKind::Null, span: place.end() }))
}

/// Where the parser's character counts lie in the file.
struct Place<'t> {
    file: FileId,
    text: &'t str,
    offsets: CharOffsets<'t>,
}

impl Place<'_> {
    fn of(&self, at: saphyr_parser::Span) -> Span {
        span(self.file, self.text, self.offsets.byte(at.start.index())..self.offsets.byte(at.end.index()))
    }

    fn end(&self) -> Span {
        Span::new(self.file, self.text.len(), self.text.len())
    }

    /// The span without what follows a closing quote or bracket: the parser's goes on to the end of a comment.
    fn closed(&self, span: Span) -> Span {
        let text = self.text.get(span.range()).unwrap_or_default();
        let length = match text.bytes().next() {
            Some(b']' | b'}') => 1,
            Some(quote @ (b'"' | b'\'')) => quoted_length(text, quote),
            _ => text.len(),
        };
        Span::new(self.file, span.range().start, span.range().start + length)
    }

    /// The span without the anchor that it begins with.
    fn after_anchor(&self, anchor: usize, span: Span) -> Span {
        let range = span.range();
        let Some(mut rest) = self.text.get(range.clone()).filter(|_| anchor > 0) else { return span };
        if !rest.starts_with('&') {
            return span;
        }
        rest = rest.trim_start_matches(|letter: char| !letter.is_whitespace()).trim_start();
        while rest.starts_with('#') {
            rest = rest.trim_start_matches(|letter: char| letter != '\n').trim_start();
        }
        Span::new(self.file, range.end - rest.len(), range.end)
    }

    /// Whether the collection that starts here is written in brackets.
    fn is_flow(&self, start: Span) -> bool {
        self.text.get(start.range().start..).is_some_and(|rest| rest.starts_with(['[', '{']))
    }
}

/// A list or table that is not at its end.
struct Open {
    anchor: usize,
    span: Span,
    content: Content,
}

enum Content {
    List(Vec<Data>),
    Map { entries: IndexMap<String, Entry>, key: Option<(String, Span)> },
}

/// A value that has a name.
struct Anchored {
    value: Data,
    /// Values in it, itself included.
    size: usize,
    /// Levels in it, zero for a scalar.
    depth: usize,
}

struct Builder<'p, 't> {
    place: &'p Place<'t>,
    open: Vec<Open>,
    root: Option<Data>,
    anchors: BTreeMap<usize, Anchored>,
    copied: usize,
}

impl Builder<'_, '_> {
    fn take(&mut self, event: Event<'_>, at: Span) -> Result<(), DataError> {
        match event {
            Event::Scalar(_, _, _, Some(_)) | Event::SequenceStart(_, Some(_)) | Event::MappingStart(_, Some(_)) => {
                Err(DataError::unsupported("tags", at))
            }
            Event::Scalar(text, style, anchor, None) => {
                self.scalar(text, style, anchor, self.place.closed(self.place.after_anchor(anchor, at)))
            }
            Event::SequenceStart(anchor, None) => {
                self.start(anchor, self.place.after_anchor(anchor, at), Content::List(Vec::new()))
            }
            Event::MappingStart(anchor, None) => {
                let content = Content::Map { entries: IndexMap::new(), key: None };
                self.start(anchor, self.place.after_anchor(anchor, at), content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(at),
            Event::Alias(anchor) => self.alias(anchor, at),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                Ok(())
            }
        }
    }

    /// Whether the next value is a key.
    fn key_is_next(&self) -> bool {
        matches!(self.open.last(), Some(Open { content: Content::Map { key: None, .. }, .. }))
    }

    fn scalar(&mut self, text: Cow<'_, str>, style: ScalarStyle, anchor: usize, at: Span) -> Result<(), DataError> {
        if self.key_is_next() && style == ScalarStyle::Plain && text == "<<" {
            return Err(DataError::unsupported("merge keys", at));
        }
        let kind = |text: Cow<'_, str>| match style {
            ScalarStyle::Plain => plain(text),
            _ => DataKind::String(text.into_owned()),
        };
        if !self.key_is_next() {
            return self.finish(anchor, Data { kind: kind(text), span: at });
        }
        if anchor > 0 {
            self.remember(anchor, &Data { kind: kind(text.clone()), span: at })?;
        }
        let Some(Open { content: Content::Map { entries, key }, .. }) = self.open.last_mut() else { return Ok(()) };
        if let Some(first) = entries.get(text.as_ref()) {
            return Err(DataError::duplicate_key(&text, at, Some(first.key_span)));
        }
        *key = Some((text.into_owned(), at));
        Ok(())
    }

    fn start(&mut self, anchor: usize, span: Span, content: Content) -> Result<(), DataError> {
        if self.key_is_next() {
            return Err(DataError::unsupported("lists and tables as keys", span));
        }
        if self.open.len() >= DEPTH_LIMIT {
            return Err(DataError::too_deep(span));
        }
        self.open.push(Open { anchor, span, content });
        Ok(())
    }

    fn end(&mut self, at: Span) -> Result<(), DataError> {
        let Some(Open { anchor, span, content }) = self.open.pop() else { return Ok(()) };
        let (kind, last) = match content {
            Content::List(elements) => {
                let last = elements.last().map(|element| element.span);
                (DataKind::List(elements), last)
            }
            Content::Map { entries, .. } => {
                let last = entries.last().map(|(_, entry)| entry.key_span.to(entry.value.span));
                (DataKind::Map(entries), last)
            }
        };
        // The end of a block is known only at the next token, after blank lines and comments.
        let end = if self.place.is_flow(span) { Some(self.place.closed(at)) } else { last };
        self.finish(anchor, Data { kind, span: end.map_or(span, |end| span.to(end)) })
    }

    fn alias(&mut self, anchor: usize, at: Span) -> Result<(), DataError> {
        if self.key_is_next() {
            return Err(DataError::unsupported("aliases as keys", at));
        }
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Err(DataError::syntax("YAML", "this alias stands in the value that it names", at));
        };
        self.copied = self.copied.saturating_add(anchored.size);
        if self.copied > COPY_LIMIT {
            return Err(DataError::alias_growth(at));
        }
        if self.open.len() + anchored.depth > DEPTH_LIMIT {
            return Err(DataError::too_deep(at));
        }
        let value = anchored.value.clone();
        self.place_value(value);
        Ok(())
    }

    fn finish(&mut self, anchor: usize, value: Data) -> Result<(), DataError> {
        if anchor > 0 {
            self.remember(anchor, &value)?;
        }
        self.place_value(value);
        Ok(())
    }

    fn remember(&mut self, anchor: usize, value: &Data) -> Result<(), DataError> {
        let (size, depth) = measure(value);
        self.copied = self.copied.saturating_add(size);
        if self.copied > COPY_LIMIT {
            return Err(DataError::alias_growth(value.span));
        }
        self.anchors.insert(anchor, Anchored { value: value.clone(), size, depth });
        Ok(())
    }

    fn place_value(&mut self, value: Data) {
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(value),
            Some(Content::List(elements)) => elements.push(value),
            Some(Content::Map { entries, key }) => {
                if let Some((name, key_span)) = key.take() {
                    entries.insert(name, Entry { key_span, value });
                }
            }
        }
    }
}

/// How many values a value holds, itself included, and how many levels. Recursion is bounded by [`DEPTH_LIMIT`].
fn measure(value: &Data) -> (usize, usize) {
    let inner: Vec<&Data> = match &value.kind {
        DataKind::List(elements) => elements.iter().collect(),
        DataKind::Map(entries) => entries.values().map(|entry| &entry.value).collect(),
        _ => return (1, 0),
    };
    inner
        .into_iter()
        .map(measure)
        .fold((1, 1), |(size, depth), (inner_size, inner_depth)| (size + inner_size, depth.max(inner_depth + 1)))
}

/// Up to the closing quote of a text that begins with its opening one.
fn quoted_length(text: &str, quote: u8) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        let doubled = quote == b'\'' && bytes.get(at + 1) == Some(&quote);
        match *byte {
            b'\\' if quote == b'"' => at += 2,
            byte if byte == quote && doubled => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// What a scalar without quotes means.
fn plain(text: Cow<'_, str>) -> DataKind {
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => DataKind::Null,
        "true" | "True" | "TRUE" => DataKind::Bool(true),
        "false" | "False" | "FALSE" => DataKind::Bool(false),
        _ => match number(&text) {
            None => DataKind::String(text.into_owned()),
            Some(None) => DataKind::Number(text.into_owned()),
            Some(Some(value)) => DataKind::Int { value, written: text.into_owned() },
        },
    }
}

/// Whether a text is a number of the core schema, and its value when it is a decimal integer that fits.
fn number(text: &str) -> Option<Option<i64>> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits(unsigned) {
        let plain = unsigned == "0" || !unsigned.starts_with('0');
        return Some(if plain { text.parse().ok() } else { None });
    }
    let based = |prefix, belongs: fn(u8) -> bool| {
        text.strip_prefix(prefix).is_some_and(|rest: &str| !rest.is_empty() && rest.bytes().all(belongs))
    };
    let special = matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN");
    let octal = based("0o", |byte| matches!(byte, b'0'..=b'7'));
    let hexadecimal = based("0x", |byte| byte.is_ascii_hexdigit());
    let float = || {
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (unsigned, None),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits_or_nothing = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        digits_or_nothing(whole)
            && digits_or_nothing(fraction)
            && whole.len() + fraction.len() > 0
            && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)))
    };
    (special || octal || hexadecimal || float()).then_some(None)
}

fn refused(error: &ScanError, place: &Place<'_>) -> DataError {
    let offset = place.offsets.byte(error.marker().index());
    let length = place.text.get(offset..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let at = span(place.file, place.text, offset..offset + length);
    if error.info().contains("recursion limit") {
        return DataError::too_deep(at);
    }
    DataError::syntax("YAML", &problem(error.info()), at)
}

/// Our words for what the parser says, where its own are about its inner workings.
fn problem(message: &str) -> String {
    let words = [
        ("unknown anchor", "this alias names nothing that stands before it"),
        ("mapping values are not allowed", "a `: ` does not belong here; a text that holds one needs quotes"),
        ("illegal placement of ':'", "a `:` does not belong here"),
        ("tabs disallowed", "lines are indented with spaces, not with tabs"),
        ("quoted scalar, found unexpected end of stream", "this text is never closed"),
        ("unknown escape", "this text has an escape that YAML does not know"),
        (
            "block mapping, did not find expected key",
            "a key is missing here, or the line is not indented as the others are",
        ),
        ("simple key expect", "a `:` is missing after the key"),
        ("expected '-' indicator", "a `-` is missing here, or the line is not indented as the others are"),
        ("misplaced bracket", "this bracket closes nothing"),
        ("expected ',' or '}'", "a `,` or `}` is missing"),
        ("expected ',' or ']'", "a `,` or `]` is missing"),
        ("unexpected character", "a text that begins with this character needs quotes"),
        ("plain scalar cannot start with '-'", "a text that begins with `-` needs quotes here"),
    ];
    match words.into_iter().find(|(theirs, _)| message.contains(theirs)) {
        Some((_, ours)) => ours.to_owned(),
        None => message.chars().filter(|letter| !letter.is_control()).collect(),
    }
}
