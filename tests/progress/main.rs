//! Recorded builds, in the form of `rawjson`, → what each view shows of them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::disallowed_methods, reason = "records are files")]

mod failure;
mod record;
mod tty;

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bollard_buildkit_proto::google::protobuf::Timestamp;
use bollard_buildkit_proto::moby::buildkit::v1::{StatusResponse, Vertex, VertexLog, VertexStatus, VertexWarning};
use bollard_buildkit_proto::pb::ProgressGroup;
use cogpack::build::progress::{
    Circumstances, Event, Kind, Model, Outcome, Screen, Summary, show, terminal_view, view,
};
use cogpack::diagnostic::render::Style;
use proptest::prelude::*;

/// What was written, for whoever asks later.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Written {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn shown(kind: Kind, events: &[Event]) -> (String, Model) {
    let written = Written::default();
    let mut view = view(kind, Style::PLAIN, Box::new(written.clone()));
    for event in events {
        view.handle(event);
    }
    let model = view.finish();
    (written.text(), model)
}

fn each_record(check: impl Fn(&Path, Vec<Event>)) {
    insta::glob!("*.jsonl", |path| check(path, record::read(&std::fs::read_to_string(path).unwrap())));
}

#[test]
fn a_cached_step_stays_one_when_its_layer_is_fetched_later() {
    let at = |seconds| Some(Timestamp { seconds, nanos: 0 });
    let group = ProgressGroup { id: "one".into(), name: "one".into(), weak: false };
    let vertex = |cached, seconds| Vertex {
        digest: "sha256:1".into(),
        name: "run".into(),
        cached,
        started: at(seconds),
        completed: at(seconds + 1),
        progress_group: Some(group.clone()),
        ..Vertex::default()
    };
    let event =
        |vertex| Event::Status(Box::new(StatusResponse { vertexes: vec![vertex], ..StatusResponse::default() }));
    let (_, model) = shown(Kind::Plain, &[event(vertex(true, 1)), event(vertex(false, 5))]);
    let summary = Summary::new(&model, Outcome::default());
    assert_eq!((summary.cached, summary.steps), (1, 1));
}

#[test]
fn plain_shows_a_build_as_lines() {
    each_record(|_, events| insta::assert_snapshot!(shown(Kind::Plain, &events).0));
}

#[test]
fn rawjson_says_what_the_daemon_said() {
    each_record(|path, events| {
        let text = shown(Kind::RawJson, &events).0;
        let recorded = std::fs::read_to_string(path).unwrap();
        let statuses = recorded.lines().filter(|line| line.contains("vertex")).map(str::to_owned);
        let printed = text.lines().filter(|line| line.contains("vertex")).map(str::to_owned);
        assert_eq!(printed.collect::<Vec<_>>(), statuses.collect::<Vec<_>>());
    });
}

#[test]
fn a_summary_says_what_came_out_and_where_the_time_went() {
    each_record(|_, events| {
        let model = shown(Kind::Quiet, &events).1;
        let outcome = Outcome {
            names: vec!["docker.io/x/y:1".to_owned()],
            digest: Some(format!("sha256:{}", "7".repeat(64))),
            plans: Vec::new(),
            sizes: [("torch-install".to_owned(), 202_000_000)].into_iter().collect(),
            base: Some(45_000_000),
        };
        let summary = Summary::new(&model, outcome);
        let json = serde_json::to_string_pretty(&summary).unwrap();
        insta::assert_snapshot!(format!("{}\n{}\n{json}\n", summary.line(), summary.table()));
    });
}

#[test]
fn the_usual_form_is_live_only_on_a_terminal_that_can() {
    let on = Circumstances { is_terminal: true, term: Some("xterm"), is_ci: false };
    assert_eq!(on.usual(), Kind::Tty);
    assert_eq!(Circumstances { term: None, ..on }.usual(), Kind::Tty);
    for off in [
        Circumstances { is_terminal: false, ..on },
        Circumstances { term: Some("dumb"), ..on },
        Circumstances { is_ci: true, ..on },
    ] {
        assert_eq!(off.usual(), Kind::Plain);
    }
}

#[test]
fn a_view_whose_reader_went_away_goes_on() {
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    for kind in [Kind::Plain, Kind::Tty, Kind::RawJson] {
        let mut view = view(kind, Style::PLAIN, Box::new(Gone));
        for event in record::read(include_str!("success.jsonl")) {
            view.handle(&event);
            view.tick(Duration::ZERO);
        }
        assert_eq!(view.finish().vertices().len(), 6);
    }
}

#[tokio::test]
async fn a_build_lasts_from_when_it_began_whatever_began_before() {
    let at = |seconds| Some(Timestamp { seconds, nanos: 0 });
    let vertex = |digest: &str, started| Vertex {
        digest: digest.into(),
        started: at(started),
        completed: at(started + 1),
        ..Vertex::default()
    };
    let (events, received) = tokio::sync::mpsc::unbounded_channel();
    for vertex in [vertex("sha256:1", 1000), vertex("sha256:2", 5000)] {
        let status = StatusResponse { vertexes: vec![vertex], ..StatusResponse::default() };
        events.send(Event::Status(Box::new(status))).unwrap();
    }
    drop(events);
    let model = show(received, view(Kind::Quiet, Style::PLAIN, Box::new(Written::default()))).await;
    assert!(model.elapsed() < Duration::from_secs(1000), "{:?}", model.elapsed());
}

#[tokio::test]
async fn showing_ends_with_the_events() {
    let (events, received) = tokio::sync::mpsc::unbounded_channel();
    let written = Written::default();
    let shown = tokio::spawn(show(received, view(Kind::Plain, Style::PLAIN, Box::new(written.clone()))));
    for event in record::read(include_str!("failure.jsonl")) {
        events.send(event).unwrap();
    }
    drop(events);
    let model = shown.await.unwrap();
    assert_eq!(model.failed().map(|step| step.name.as_str()), Some("[torch-install] pip install torch==2.5.1"));
    assert!(written.text().contains("exit code: 1"));
}

/// Messages of a daemon that says anything about a few steps.
fn any_events() -> impl Strategy<Value = Vec<Event>> {
    let text = || prop_oneof![any::<String>(), "\\PC{0,9}", Just("\u{1b}[31m\u{9b}\r\u{8}".to_owned())];
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        prop::collection::vec(prop::sample::select(b"\x1b[]0;31m\x07\r\n\x08\x9b\xc2ab".to_vec()), 0..40),
    ];
    let stamp =
        || prop::option::of((any::<i64>(), any::<i32>()).prop_map(|(seconds, nanos)| Timestamp { seconds, nanos }));
    let near = || prop::option::of((0..100_i64).prop_map(|seconds| Timestamp { seconds, nanos: 0 }));
    let digest = || prop::sample::select(vec!["a", "b", "c", ""]).prop_map(str::to_owned);
    let vertex =
        (digest(), text(), any::<bool>(), prop_oneof![stamp(), near()], near(), text(), prop::option::of(text()))
            .prop_map(|(digest, name, cached, started, completed, error, group)| Vertex {
                digest,
                name,
                cached,
                started,
                completed,
                error,
                progress_group: group.map(|id| ProgressGroup { name: id.clone(), id, weak: false }),
                ..Vertex::default()
            });
    let log = (digest(), near(), any::<i64>(), bytes).prop_map(|(vertex, timestamp, stream, msg)| VertexLog {
        vertex,
        timestamp,
        stream,
        msg,
    });
    let status = (digest(), text(), any::<i64>(), any::<i64>(), near(), near()).prop_map(
        |(vertex, id, current, total, timestamp, completed)| VertexStatus {
            vertex,
            id,
            current,
            total,
            timestamp,
            completed,
            ..VertexStatus::default()
        },
    );
    let warning = (digest(), text()).prop_map(|(vertex, short)| VertexWarning {
        vertex,
        short: short.into_bytes(),
        ..VertexWarning::default()
    });
    let few = 0..4;
    let response = (
        prop::collection::vec(vertex, few.clone()),
        prop::collection::vec(status, few.clone()),
        prop::collection::vec(log, few.clone()),
        prop::collection::vec(warning, few),
    );
    let status = response.prop_map(|(vertexes, statuses, logs, warnings)| {
        Event::Status(Box::new(StatusResponse { vertexes, statuses, logs, warnings }))
    });
    let large = (text(), any::<u64>(), text()).prop_map(|(context, bytes, path)| Event::Large {
        context,
        bytes,
        largest: vec![(path, bytes)],
    });
    prop::collection::vec(prop_oneof![8 => status, 1 => large], 0..12)
}

proptest! {
    #[test]
    fn whatever_a_daemon_says_no_control_character_gets_through(events in any_events(), columns in 1..200_u16, rows in 1..40_u16) {
        let hidden = |text: &str| text.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
        for kind in [Kind::Plain, Kind::RawJson, Kind::Quiet] {
            let (text, model) = shown(kind, &events);
            prop_assert!(!hidden(&text), "{text:?}");
            if kind == Kind::RawJson {
                prop_assert!(text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
            }
            let summary = Summary::new(&model, Outcome::default());
            prop_assert!(!hidden(&summary.line()) && !hidden(&summary.table()));
        }
        let written = Written::default();
        let screen = Screen::new(Box::new(written.clone()), move || Some((rows, columns)));
        let mut view = terminal_view(Style::PLAIN, Box::new(screen));
        for event in &events {
            view.handle(event);
            view.tick(Duration::from_millis(50));
        }
        view.finish();
        // The view's own: the cursor up, a line cleared, a line ended.
        let moves = written.text().replace("\u{1b}[2K", "").replace("\r", "");
        let rest = moves.split("\u{1b}[").enumerate().map(|(index, part)| {
            if index == 0 { part } else { part.split_once('A').filter(|(number, _)| number.parse::<u32>().is_ok()).map_or("\u{1b}", |(_, rest)| rest) }
        });
        prop_assert!(!hidden(&rest.collect::<String>()), "{moves:?}");
    }
}

#[test]
fn quiet_shows_nothing_but_warnings() {
    each_record(|_, events| {
        let warns = events.iter().any(|event| matches!(event, Event::Warning(_)));
        let text = shown(Kind::Quiet, &events).0;
        assert!(if warns { text.starts_with("warning[") } else { text.is_empty() }, "{text}");
    });
}
