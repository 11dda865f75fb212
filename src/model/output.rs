//! A prediction's output → what is printed, and the files that are written. Nothing is written here.

use std::collections::BTreeSet;
use std::iter;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use crate::model::{file, media};
use crate::schema::Schema;

/// Where the output goes, and what is known of it.
#[derive(Clone, Debug)]
pub struct Writer {
    schema: Json,
    schemas: Map<String, Json>,
    destination: Option<PathBuf>,
}

/// What is to be printed and written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// For standard output.
    pub text: String,
    /// Files and what is in them.
    pub files: Vec<(PathBuf, Vec<u8>)>,
}

/// How deep outputs are looked into.
const DEEPEST: usize = 32;

impl Writer {
    /// For outputs of this model.
    pub fn new(schema: Option<&Schema>, training: bool, destination: Option<PathBuf>) -> Self {
        let name = if training { "TrainingOutput" } else { "Output" };
        let document: Json = schema.and_then(|it| serde_json::from_str(&it.text).ok()).unwrap_or_default();
        let schemas = document.pointer("/components/schemas").and_then(Json::as_object).cloned().unwrap_or_default();
        let schema = schemas.get(name).cloned().unwrap_or_default();
        Self { schema, schemas, destination }
    }

    /// Whether the output is one piece after the other, all of which are printed: texts and values, not files.
    pub fn prints_pieces(&self) -> bool {
        let items = self.schema.get("items").map(|items| self.followed(items));
        self.destination.is_none() && self.is_iterator() && !items.is_some_and(|items| self.holds_file(items, DEEPEST))
    }

    /// Whether the output is declared, and is more than nothing.
    pub fn promises(&self) -> bool {
        let schema = self.followed(&self.schema);
        let is_declared = ["type", "properties", "enum"].iter().any(|key| schema.get(key).is_some());
        is_declared && schema.get("nullable") != Some(&Json::Bool(true)) && schema["type"] != "null"
    }

    /// A piece, as it is printed.
    pub fn piece(&self, piece: &Json) -> String {
        let mut text = printed(piece);
        if !self.is_concatenated() {
            text.push('\n');
        }
        text
    }

    /// What is printed after the last piece.
    pub fn last(&self) -> &'static str {
        if self.is_concatenated() { "\n" } else { "" }
    }

    /// The whole output.
    pub fn whole(&self, output: &Json) -> Written {
        let mut files = Files::default();
        let mut shown = output.clone();
        self.take_files(&mut shown, &self.schema, &mut Vec::new(), &mut files);
        let files = files.all;
        let text = self.text(&shown, output);
        match &self.destination {
            Some(path) if files.is_empty() => Written { text: String::new(), files: vec![(path.clone(), text.into())] },
            _ => Written { text, files },
        }
    }

    fn text(&self, shown: &Json, output: &Json) -> String {
        match shown {
            Json::Null => String::new(),
            Json::Array(pieces) if self.is_iterator() => {
                pieces.iter().map(|piece| self.piece(piece)).chain([self.last().to_owned()]).collect()
            }
            // Of files alone, their paths, a line each.
            Json::Array(paths) if shown != output && paths.iter().all(Json::is_string) => {
                paths.iter().map(|path| format!("{}\n", printed(path))).collect()
            }
            value @ (Json::Array(_) | Json::Object(_)) => {
                format!("{}\n", serde_json::to_string_pretty(value).unwrap_or_default())
            }
            value => format!("{}\n", printed(value)),
        }
    }

    /// Puts the paths of files in place of the URLs that hold them.
    fn take_files(&self, value: &mut Json, schema: &Json, at: &mut Vec<String>, files: &mut Files) {
        let schema = self.followed(schema);
        if at.len() > DEEPEST {
            return;
        }
        match value {
            Json::String(url) if is_file(schema) => {
                if let Some((media, bytes)) = file::from_url(url) {
                    let path = files.take(bytes, |at| self.path(at, &media), at);
                    *url = path.display().to_string();
                }
            }
            Json::Array(values) => {
                let items = schema.get("items").unwrap_or(&Json::Null);
                for (number, value) in values.iter_mut().enumerate() {
                    at.push(number.to_string());
                    self.take_files(value, items, at, files);
                    at.pop();
                }
            }
            Json::Object(values) => {
                for (name, value) in values {
                    let property =
                        schema.pointer(&format!("/properties/{}", name.replace('~', "~0").replace('/', "~1")));
                    at.push(name.clone());
                    self.take_files(value, property.unwrap_or(&Json::Null), at, files);
                    at.pop();
                }
            }
            _ => {}
        }
    }

    /// `output.png`, `output.0.png`; with `-o cat.png`: `cat.png`, `cat.0.png`.
    fn path(&self, at: &[String], media: &str) -> PathBuf {
        let named = self.destination.as_deref().unwrap_or(Path::new("output"));
        if at.is_empty() && self.destination.is_some() {
            return named.to_owned();
        }
        let own = named.extension().and_then(|ending| ending.to_str()).filter(|_| self.destination.is_some());
        let ending = own.or_else(|| media::ending(media));
        let stem = if own.is_some() { named.file_stem() } else { named.file_name() };
        let mut name = stem.unwrap_or_default().to_string_lossy().into_owned();
        for part in at {
            name.push('.');
            // A name of the model's must not lead to another folder.
            name.extend(part.chars().map(|c| if c.is_alphanumeric() || "-_".contains(c) { c } else { '_' }));
        }
        if let Some(ending) = ending {
            name.push('.');
            name.push_str(ending);
        }
        named.with_file_name(name)
    }

    fn followed<'a>(&'a self, mut schema: &'a Json) -> &'a Json {
        for _ in 0..DEEPEST {
            let name =
                schema.get("$ref").and_then(Json::as_str).and_then(|it| it.strip_prefix("#/components/schemas/"));
            let Some(next) = name.and_then(|name| self.schemas.get(name)) else { break };
            schema = next;
        }
        schema
    }

    fn holds_file(&self, schema: &Json, depth: usize) -> bool {
        let schema = self.followed(schema);
        let properties = schema.get("properties").and_then(Json::as_object);
        let mut inner = schema.get("items").into_iter().chain(properties.into_iter().flat_map(Map::values));
        schema.get("format").and_then(Json::as_str) == Some("uri")
            || depth > 0 && inner.any(|inner| self.holds_file(inner, depth - 1))
    }

    fn is_iterator(&self) -> bool {
        self.schema.get("x-cog-array-type").and_then(Json::as_str) == Some("iterator")
    }

    fn is_concatenated(&self) -> bool {
        self.schema.get("x-cog-array-display").and_then(Json::as_str) == Some("concatenate")
    }
}

/// The files of an output. No two have the same name, for the second would replace the first.
#[derive(Default)]
struct Files {
    all: Vec<(PathBuf, Vec<u8>)>,
    names: BTreeSet<PathBuf>,
}

impl Files {
    fn take(&mut self, bytes: Vec<u8>, named: impl Fn(&[String]) -> PathBuf, at: &[String]) -> PathBuf {
        let numbered = (2..=usize::MAX).map(|number| named(&[at, &[number.to_string()]].concat()));
        let free = iter::once(named(at)).chain(numbered).find(|path| self.names.insert(path.clone()));
        let path = free.unwrap_or_default();
        self.all.push((path.clone(), bytes));
        path
    }
}

/// Whether a text is a file: where nothing is known of it, a URL that holds one is.
fn is_file(schema: &Json) -> bool {
    match schema.get("type").and_then(Json::as_str) {
        None => true,
        Some(_) => schema.get("format").and_then(Json::as_str) == Some("uri"),
    }
}

/// A text as it is, else JSON on one line.
fn printed(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn writer(output: Json, destination: Option<&str>) -> Writer {
        let schemas = json!({ "Output": output, "File": { "type": "string", "format": "uri" } });
        let text = json!({ "components": { "schemas": schemas } }).to_string();
        let schema = Schema { text, inputs: None, training: None };
        Writer::new(Some(&schema), false, destination.map(PathBuf::from))
    }

    fn names(written: &Written) -> Vec<String> {
        written.files.iter().map(|(path, _)| path.display().to_string()).collect()
    }

    const PNG: &str = "data:image/png;base64,AAEC";

    #[test]
    fn texts_are_printed_as_they_are_and_values_as_json() {
        let plain = |output: Json, value: Json| writer(output, None).whole(&value).text;
        assert_eq!(plain(json!({"type": "string"}), json!("a\nb")), "a\nb\n");
        assert_eq!(plain(json!({"type": "string"}), json!(PNG)), format!("{PNG}\n"));
        assert_eq!(plain(json!({"type": "integer"}), json!(3)), "3\n");
        assert_eq!(plain(json!({"type": "array", "items": {"type": "integer"}}), json!([1])), "[\n  1\n]\n");
        assert_eq!(plain(json!({}), json!(null)), "");
        let iterator = json!({"type": "array", "items": {"type": "string"}, "x-cog-array-type": "iterator"});
        assert_eq!(plain(iterator.clone(), json!(["a", "b"])), "a\nb\n");
        let mut joined = iterator;
        joined["x-cog-array-display"] = json!("concatenate");
        assert_eq!(plain(joined, json!(["a", "b"])), "ab\n");
    }

    #[test]
    fn files_are_named_by_what_they_are() {
        let one = json!({"$ref": "#/components/schemas/File"});
        let many = json!({"type": "array", "items": one});
        let named = |output: &Json, destination, value: Json| names(&writer(output.clone(), destination).whole(&value));
        assert_eq!(named(&one, None, json!(PNG)), ["output.png"]);
        assert_eq!(named(&one, Some("a/cat.jpg"), json!(PNG)), ["a/cat.jpg"]);
        assert_eq!(named(&one, Some("cat"), json!(PNG)), ["cat"]);
        assert_eq!(named(&many, Some("cat"), json!([PNG])), ["cat.0.png"]);
        let alike = json!({"x/y": PNG, "x_y": PNG, "z": {"x": PNG}, "z.x": PNG});
        assert_eq!(
            named(&json!({}), None, alike),
            ["output.x_y.png", "output.x_y.2.png", "output.z.x.png", "output.z_x.png"]
        );
        assert_eq!(named(&many, None, json!([PNG, PNG])), ["output.0.png", "output.1.png"]);
        assert_eq!(named(&many, Some("a.b/cat.jpg"), json!([PNG])), ["a.b/cat.0.jpg"]);
        assert_eq!(named(&json!({}), None, json!({"x": {"../y": PNG}, "z": 1})), ["output.x.___y.png"]);
        assert_eq!(named(&one, None, json!("https://a.example/b.png")), [""; 0]);
        assert_eq!(writer(many, None).whole(&json!([PNG, PNG])).text, "output.0.png\noutput.1.png\n");
    }

    #[test]
    fn an_output_that_is_declared_is_missed_when_it_is_not_there() {
        let promises = |output: Json| writer(output, None).promises();
        assert!(promises(json!({"type": "string"})) && promises(json!({"$ref": "#/components/schemas/File"})));
        assert!(!promises(json!({"title": "Output"})) && !promises(json!({"type": "string", "nullable": true})));
    }

    #[test]
    fn a_destination_takes_what_would_be_printed() {
        let written = writer(json!({"type": "string"}), Some("a.txt")).whole(&json!("hi"));
        assert_eq!(written, Written { text: String::new(), files: vec![("a.txt".into(), b"hi\n".to_vec())] });
    }

    #[test]
    fn pieces_are_printed_unless_they_are_files() {
        let iterator = |items: Json| json!({"type": "array", "items": items, "x-cog-array-type": "iterator"});
        assert!(writer(iterator(json!({"type": "string"})), None).prints_pieces());
        assert!(!writer(iterator(json!({"type": "string"})), Some("a")).prints_pieces());
        assert!(!writer(iterator(json!({"$ref": "#/components/schemas/File"})), None).prints_pieces());
        assert!(!writer(json!({"type": "array", "items": {"type": "string"}}), None).prints_pieces());
    }
}
