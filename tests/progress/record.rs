//! A line of a record → an [`Event`]: what BuildKit's Go client writes for `--progress=rawjson`, and events of our own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard_buildkit_proto::google::protobuf::Timestamp;
use bollard_buildkit_proto::moby::buildkit::v1::{StatusResponse, Vertex, VertexLog, VertexStatus, VertexWarning};
use bollard_buildkit_proto::pb::ProgressGroup;
use cogpack::build::progress::Event;
use serde_json::Value;

pub fn read(record: &str) -> Vec<Event> {
    record.lines().map(|line| event(&serde_json::from_str(line).unwrap())).collect()
}

fn event(line: &Value) -> Event {
    let sent = &line["sent"];
    if sent.is_object() {
        let number = |name: &str| sent[name].as_u64().unwrap();
        return Event::Sent { context: text(sent, "context"), entries: number("entries"), bytes: number("bytes") };
    }
    let large = &line["large"];
    if large.is_object() {
        let largest = list(large, "largest", |it| (text(it, "path"), it["bytes"].as_u64().unwrap()));
        return Event::Large { context: text(large, "context"), bytes: large["bytes"].as_u64().unwrap(), largest };
    }
    Event::Status(Box::new(StatusResponse {
        vertexes: list(line, "vertexes", vertex),
        statuses: list(line, "statuses", status),
        logs: list(line, "logs", log),
        warnings: list(line, "warnings", warning),
    }))
}

fn vertex(it: &Value) -> Vertex {
    let group = &it["progressGroup"];
    Vertex {
        digest: text(it, "digest"),
        inputs: list(it, "inputs", |input| input.as_str().unwrap().to_owned()),
        name: text(it, "name"),
        cached: it["cached"].as_bool().unwrap_or(false),
        started: time(it, "started"),
        completed: time(it, "completed"),
        error: text(it, "error"),
        progress_group: group.is_object().then(|| ProgressGroup {
            id: text(group, "id"),
            name: text(group, "name"),
            weak: group["weak"].as_bool().unwrap_or(false),
        }),
    }
}

fn status(it: &Value) -> VertexStatus {
    VertexStatus {
        id: text(it, "id"),
        vertex: text(it, "vertex"),
        name: text(it, "name"),
        current: it["current"].as_i64().unwrap_or(0),
        total: it["total"].as_i64().unwrap_or(0),
        timestamp: time(it, "timestamp"),
        started: time(it, "started"),
        completed: time(it, "completed"),
    }
}

fn log(it: &Value) -> VertexLog {
    VertexLog {
        vertex: text(it, "vertex"),
        timestamp: time(it, "timestamp"),
        stream: it["stream"].as_i64().unwrap_or(0),
        msg: STANDARD.decode(text(it, "data")).unwrap(),
    }
}

fn warning(it: &Value) -> VertexWarning {
    VertexWarning {
        vertex: text(it, "vertex"),
        level: it["level"].as_i64().unwrap_or(0),
        short: STANDARD.decode(text(it, "short")).unwrap(),
        detail: list(it, "detail", |line| STANDARD.decode(line.as_str().unwrap()).unwrap()),
        url: text(it, "url"),
        ..VertexWarning::default()
    }
}

fn text(it: &Value, name: &str) -> String {
    it[name].as_str().unwrap_or_default().to_owned()
}

fn list<T>(it: &Value, name: &str, read: impl Fn(&Value) -> T) -> Vec<T> {
    it[name].as_array().map(|values| values.iter().map(read).collect()).unwrap_or_default()
}

/// `2026-03-01T10:00:02.5Z`: records are all of one day.
fn time(it: &Value, name: &str) -> Option<Timestamp> {
    const DAY: i64 = 1_772_323_200;
    let text = it[name].as_str()?;
    let clock = text.strip_prefix("2026-03-01T").unwrap().strip_suffix('Z').unwrap();
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let parts: Vec<i64> = clock.split(':').map(|part| part.parse().unwrap()).collect();
    let nanos = format!("{fraction:0<9}").parse().unwrap();
    Some(Timestamp { seconds: DAY + parts[0] * 3600 + parts[1] * 60 + parts[2], nanos })
}
