//! `rawjson`: the daemon's messages, one JSON object a line, in the shape of BuildKit's Go client (`client.SolveStatus`),
//! which existing tools read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard_buildkit_proto::google::protobuf::Timestamp;
use bollard_buildkit_proto::moby::buildkit::v1::{StatusResponse, Vertex, VertexLog, VertexStatus, VertexWarning};
use bollard_buildkit_proto::pb;
use serde_json::{Map, Value, json};

use crate::build::progress::time::rfc3339;
use crate::build::progress::{Event, Out, notes};

pub(super) struct RawJson {
    out: Out,
}

impl RawJson {
    pub fn new(out: Out) -> Self {
        Self { out }
    }

    pub fn write(&mut self, event: &Event) {
        let object = match event {
            Event::Status(response) => object(response),
            // The daemon tells of its own side of a transfer.
            Event::Sent { .. } => return,
            Event::Large { .. } | Event::Warning(_) => own_warning(&notes(event)),
        };
        // JSON escapes line ends and controls below 32; the others may stand in names.
        self.out.put(&format!("{}\n", escaped(&object.to_string())));
    }
}

/// One of ours, in the form of the daemon's.
fn own_warning(lines: &[String]) -> Value {
    let (short, detail) = lines.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    let mut warning = Object::default();
    warning.number("level", 1);
    warning.bytes("short", short.as_bytes());
    warning.list("detail", detail.iter().map(|line| Value::from(STANDARD.encode(line))).collect());
    json!({ "warnings": [warning.0] })
}

fn object(response: &StatusResponse) -> Value {
    let StatusResponse { vertexes, statuses, logs, warnings } = response;
    let mut all = Object::default();
    all.list("vertexes", vertexes.iter().map(vertex).collect());
    all.list("statuses", statuses.iter().map(status).collect());
    all.list("logs", logs.iter().map(log).collect());
    all.list("warnings", warnings.iter().map(warning).collect());
    Value::Object(all.0)
}

fn vertex(it: &Vertex) -> Value {
    let mut all = Object::default();
    all.text("digest", &it.digest);
    all.list("inputs", it.inputs.iter().map(|input| json!(input)).collect());
    all.text("name", &it.name);
    all.time("started", it.started.as_ref());
    all.time("completed", it.completed.as_ref());
    if it.cached {
        all.0.insert("cached".to_owned(), json!(true));
    }
    all.text("error", &it.error);
    if let Some(group) = &it.progress_group {
        let mut words = Object::default();
        words.text("id", &group.id);
        words.text("name", &group.name);
        if group.weak {
            words.0.insert("weak".to_owned(), json!(true));
        }
        all.0.insert("progressGroup".to_owned(), Value::Object(words.0));
    }
    Value::Object(all.0)
}

fn status(it: &VertexStatus) -> Value {
    let mut all = Object::default();
    all.0.insert("id".to_owned(), json!(it.id));
    all.text("vertex", &it.vertex);
    all.text("name", &it.name);
    all.number("total", it.total);
    all.0.insert("current".to_owned(), json!(it.current));
    all.time("timestamp", it.timestamp.as_ref());
    all.time("started", it.started.as_ref());
    all.time("completed", it.completed.as_ref());
    Value::Object(all.0)
}

fn log(it: &VertexLog) -> Value {
    let mut all = Object::default();
    all.text("vertex", &it.vertex);
    all.number("stream", it.stream);
    all.0.insert("data".to_owned(), json!(STANDARD.encode(&it.msg)));
    all.time("timestamp", it.timestamp.as_ref());
    Value::Object(all.0)
}

fn warning(it: &VertexWarning) -> Value {
    let mut all = Object::default();
    all.text("vertex", &it.vertex);
    all.number("level", it.level);
    all.bytes("short", &it.short);
    all.list("detail", it.detail.iter().map(|line| json!(STANDARD.encode(line))).collect());
    all.text("url", &it.url);
    if let Some(info) = &it.info {
        let mut source = Object::default();
        source.text("filename", &info.filename);
        source.bytes("data", &info.data);
        source.text("language", &info.language);
        all.0.insert("sourceInfo".to_owned(), Value::Object(source.0));
    }
    all.list("range", it.ranges.iter().map(range).collect());
    Value::Object(all.0)
}

fn range(it: &pb::Range) -> Value {
    let position =
        |it: Option<&pb::Position>| it.map_or(Value::Null, |it| json!({ "line": it.line, "character": it.character }));
    json!({ "start": position(it.start.as_ref()), "end": position(it.end.as_ref()) })
}

/// An object without what is empty, as Go's `omitempty` writes it.
#[derive(Default)]
struct Object(Map<String, Value>);

impl Object {
    fn text(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.0.insert(name.to_owned(), json!(value));
        }
    }

    fn bytes(&mut self, name: &str, value: &[u8]) {
        self.text(name, &STANDARD.encode(value));
    }

    fn number(&mut self, name: &str, value: i64) {
        if value != 0 {
            self.0.insert(name.to_owned(), json!(value));
        }
    }

    fn list(&mut self, name: &str, values: Vec<Value>) {
        if !values.is_empty() {
            self.0.insert(name.to_owned(), Value::Array(values));
        }
    }

    fn time(&mut self, name: &str, value: Option<&Timestamp>) {
        if let Some(stamp) = value {
            self.0.insert(name.to_owned(), json!(rfc3339(stamp)));
        }
    }
}

/// JSON in which characters that a terminal may act on are escapes. They can only stand inside its strings.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}') {
            let mut units = [0; 2];
            out.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}
