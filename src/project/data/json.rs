//! JSON text → [`Data`]: jsonc-parser reads it, with all its extensions off.

use indexmap::IndexMap;
use indexmap::map::Entry as Slot;
use jsonc_parser::ast::{ObjectProp, ObjectPropName, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::errors::{ParseError, ParseErrorKind as Problem};
use jsonc_parser::{CollectOptions, ParseOptions, ParseStringErrorKind, parse_to_ast};

use super::offsets::span;
use super::{DEPTH_LIMIT, Data, DataError, DataKind, Entry};
use crate::source::{FileId, Span};

const BYTE_ORDER_MARK: &str = "\u{feff}";

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

pub(super) fn parse(file: FileId, text: &str) -> Result<Data, DataError> {
    let body = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let place = Place { file, text, skipped: text.len() - body.len() };
    if let Some(offset) = too_deep(body) {
        return Err(DataError::too_deep(place.of(Range::new(offset, offset + 1))));
    }
    let parsed = parse_to_ast(body, &CollectOptions::default(), &STRICT).map_err(|error| refused(&error, place))?;
    match parsed.value {
        Some(value) => convert(value, place),
        None => Err(DataError::syntax("JSON", "the file is empty", place.of(Range::new(0, 0)))),
    }
}

/// Where the parser's offsets lie in the file.
#[derive(Clone, Copy)]
struct Place<'t> {
    file: FileId,
    text: &'t str,
    skipped: usize,
}

impl Place<'_> {
    fn of(self, range: Range) -> Span {
        span(self.file, self.text, range.start + self.skipped..range.end + self.skipped)
    }
}

/// The bracket that opens one level too many.
fn too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                if depth > DEPTH_LIMIT {
                    return Some(offset);
                }
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// Recursion is bounded by [`too_deep`], which was asked before.
fn convert(value: Value<'_>, place: Place<'_>) -> Result<Data, DataError> {
    let span = place.of(value.range());
    let kind = match value {
        Value::NullKeyword(_) => DataKind::Null,
        Value::BooleanLit(literal) => DataKind::Bool(literal.value),
        Value::NumberLit(literal) => match literal.value.parse() {
            Ok(value) => DataKind::Int { value, written: literal.value.to_owned() },
            Err(_) => DataKind::Number(literal.value.to_owned()),
        },
        Value::StringLit(literal) => {
            check_control(span, place)?;
            DataKind::String(literal.value.into_owned())
        }
        Value::Array(array) => {
            DataKind::List(array.elements.into_iter().map(|element| convert(element, place)).collect::<Result<_, _>>()?)
        }
        Value::Object(object) => table(object.properties, place)?,
    };
    Ok(Data { kind, span })
}

fn table(properties: Vec<ObjectProp<'_>>, place: Place<'_>) -> Result<DataKind, DataError> {
    let mut entries = IndexMap::with_capacity(properties.len());
    for property in properties {
        let key_span = place.of(property.name.range());
        check_control(key_span, place)?;
        let name = match property.name {
            ObjectPropName::String(name) => name.value.into_owned(),
            ObjectPropName::Word(name) => name.value.to_owned(),
        };
        let value = convert(property.value, place)?;
        match entries.entry(name) {
            Slot::Vacant(slot) => {
                slot.insert(Entry { key_span, value });
            }
            Slot::Occupied(slot) => {
                return Err(DataError::duplicate_key(slot.key(), key_span, Some(slot.get().key_span)));
            }
        }
    }
    Ok(DataKind::Map(entries))
}

/// The parser takes line breaks and tabs in texts as they are; JSON does not.
fn check_control(literal: Span, place: Place<'_>) -> Result<(), DataError> {
    let range = literal.range();
    let found = place.text.get(range.clone()).and_then(|text| text.bytes().position(|byte| byte < 0x20));
    match found.map(|offset| range.start + offset) {
        None => Ok(()),
        Some(at) => {
            let place = span(place.file, place.text, at..at + 1);
            Err(DataError::syntax(
                "JSON",
                "a line break, a tab or another control character is written as an escape",
                place,
            ))
        }
    }
}

fn refused(error: &ParseError, place: Place<'_>) -> DataError {
    let span = place.of(error.range());
    match error.kind() {
        Problem::NestingDepthExceeded => DataError::too_deep(span),
        kind => DataError::syntax("JSON", &problem(kind), span),
    }
}

fn problem(kind: &Problem) -> String {
    let words = match kind {
        Problem::BareDecimalPointNumbersNotAllowed => "a number needs digits on both sides of its point",
        Problem::CommentsNotAllowed => "JSON has no comments",
        Problem::ExpectedColonAfterObjectKey => "a `:` is missing after the key",
        Problem::ExpectedObjectValue => "a value is missing after the `:`",
        Problem::ExpectedDigit | Problem::ExpectedDigitFollowingNegativeSign => "a digit is missing in the number",
        Problem::ExpectedPlusMinusOrDigitInNumberLiteral => "the number's exponent is missing",
        Problem::ExpectedStringObjectProperty => "a key is written in double quotes",
        Problem::HexadecimalNumbersNotAllowed => "numbers are decimal",
        Problem::ExpectedComma => "a `,` is missing",
        Problem::MultipleRootJsonValues => "the file goes on after its value",
        Problem::NonFiniteNumbersNotAllowed => "`Infinity` and `NaN` are not numbers of JSON",
        Problem::SingleQuotedStringsNotAllowed => "a text is written in double quotes",
        Problem::TrailingCommasNotAllowed => "nothing follows this `,`",
        Problem::UnaryPlusNumbersNotAllowed => "a number does not begin with `+`",
        Problem::UnexpectedCloseBrace => "a value is missing before this `}`",
        Problem::UnexpectedCloseBracket => "a value is missing before this `]`",
        Problem::UnexpectedColon => "a `:` stands only after a key",
        Problem::UnexpectedComma => "a value is missing before this `,`",
        Problem::UnexpectedWord => "a word that is not `true`, `false` or `null` needs double quotes",
        Problem::UnexpectedToken => "this does not belong here",
        Problem::UnexpectedTokenInObject => "a key or `}` is missing here",
        Problem::UnterminatedArray => "this `[` is never closed",
        Problem::UnterminatedCommentBlock => "JSON has no comments",
        Problem::UnterminatedObject => "this `{` is never closed",
        Problem::NestingDepthExceeded => "it nests too deep",
        Problem::String(kind) => string_problem(kind),
    };
    words.to_owned()
}

fn string_problem(kind: &ParseStringErrorKind) -> &'static str {
    match kind {
        ParseStringErrorKind::ExpectedFourHexDigits => "`\\u` needs four hexadecimal digits",
        ParseStringErrorKind::InvalidUnicodeEscapeSequence(_) => "this `\\u` is no character",
        ParseStringErrorKind::UnterminatedStringLiteral => "this text is never closed",
        _ => "JSON has no such escape",
    }
}
