//! Recorded builds, in the form of `rawjson`, → what each view shows of them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::disallowed_methods, reason = "records are files")]

mod failure;
mod record;
mod tty;

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use cogpack::build::progress::{Event, Kind, Model, view};
use cogpack::diagnostic::render::Style;

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
fn quiet_shows_nothing() {
    each_record(|_, events| assert_eq!(shown(Kind::Quiet, &events).0, ""));
}
