//! JSON text → [`Data`], strictly: no comments, no trailing commas, each name once.

use indexmap::IndexMap;
use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::project::data::{Data, DataKind, Entry};
use crate::source::{FileId, Span};

const DEEPEST: usize = 64;

/// Reads a document; or says where it goes wrong and why.
pub fn parse(file: FileId, text: &str) -> Result<Data, (Span, String)> {
    if let Some(at) = too_deep(text) {
        return Err((Span::new(file, at, at + 1), format!("it nests deeper than {DEEPEST} levels")));
    }
    let options = ParseOptions {
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
    match parse_to_ast(text, &CollectOptions::default(), &options) {
        Ok(result) => match result.value {
            Some(value) => convert(file, value),
            None => Err((Span::new(file, 0, 0), "it is empty".to_owned())),
        },
        Err(error) => {
            let range = error.range();
            Err((Span::new(file, range.start, range.end), error.kind().to_string()))
        }
    }
}

fn too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => depth += 1,
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Some(at);
        }
    }
    None
}

fn convert(file: FileId, value: Value<'_>) -> Result<Data, (Span, String)> {
    let range = value.range();
    let span = Span::new(file, range.start, range.end);
    let kind = match value {
        Value::NullKeyword(_) => DataKind::Null,
        Value::BooleanLit(lit) => DataKind::Bool(lit.value),
        Value::NumberLit(lit) => match lit.value.parse() {
            Ok(value) => DataKind::Int { value, written: lit.value.to_owned() },
            Err(_) => DataKind::Number(lit.value.to_owned()),
        },
        Value::StringLit(lit) => DataKind::String(lit.value.into_owned()),
        Value::Array(array) => {
            DataKind::List(array.elements.into_iter().map(|element| convert(file, element)).collect::<Result<_, _>>()?)
        }
        Value::Object(object) => {
            let mut entries = IndexMap::new();
            for property in object.properties {
                let key_range = property.name.range();
                let key_span = Span::new(file, key_range.start, key_range.end);
                let name = property.name.into_string();
                let value = convert(file, property.value)?;
                if entries.contains_key(&name) {
                    return Err((key_span, format!("`{name}` stands twice")));
                }
                entries.insert(name, Entry { key_span, value });
            }
            DataKind::Map(entries)
        }
    };
    Ok(Data { kind, span })
}
