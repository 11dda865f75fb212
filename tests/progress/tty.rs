//! Recorded builds → what stands on a terminal while they run, and after.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use cogpack::build::progress::{Event, Screen, terminal_view};
use cogpack::diagnostic::render::Style;
use indicatif::{InMemoryTerm, TermLike};

use crate::{Written, each_record, record};

/// What stands there after every so many events, and at the end.
fn frames(events: &[Event], rows: u16, columns: u16, every: usize) -> String {
    let terminal = InMemoryTerm::new(rows, columns);
    let mut view = terminal_view(Style::PLAIN, Box::new(terminal.clone()));
    let mut out = String::new();
    for (index, event) in events.iter().enumerate() {
        view.handle(event);
        view.tick(Duration::from_millis(100));
        let contents = terminal.contents();
        if index % every == every - 1 {
            out += &format!("---- after event {}\n{contents}\n", index + 1);
        }
    }
    view.finish();
    out + &format!("---- at the end\n{}\n", terminal.contents())
}

#[test]
fn a_terminal_shows_what_runs_and_keeps_what_ended() {
    each_record(|_, events| insta::assert_snapshot!(frames(&events, 20, 72, events.len().div_ceil(6))));
}

#[test]
fn a_small_terminal_shows_what_fits() {
    each_record(|_, events| insta::assert_snapshot!(frames(&events, 6, 30, events.len().div_ceil(4))));
}

/// A terminal whose size changes, and which notes how far the cursor goes up.
#[derive(Clone, Debug)]
struct Resized {
    inner: InMemoryTerm,
    columns: Arc<AtomicU16>,
    up: Arc<Mutex<Vec<usize>>>,
}

impl TermLike for Resized {
    fn width(&self) -> u16 {
        self.columns.load(Ordering::Relaxed)
    }
    fn height(&self) -> u16 {
        30
    }
    fn move_cursor_up(&self, n: usize) -> std::io::Result<()> {
        self.up.lock().unwrap().push(n);
        self.inner.move_cursor_up(n)
    }
    fn move_cursor_down(&self, n: usize) -> std::io::Result<()> {
        self.inner.move_cursor_down(n)
    }
    fn move_cursor_right(&self, n: usize) -> std::io::Result<()> {
        self.inner.move_cursor_right(n)
    }
    fn move_cursor_left(&self, n: usize) -> std::io::Result<()> {
        self.inner.move_cursor_left(n)
    }
    fn write_line(&self, s: &str) -> std::io::Result<()> {
        self.inner.write_line(s)
    }
    fn write_str(&self, s: &str) -> std::io::Result<()> {
        self.inner.write_str(s)
    }
    fn clear_line(&self) -> std::io::Result<()> {
        self.inner.clear_line()
    }
    fn flush(&self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

#[test]
fn a_terminal_that_gets_narrower_is_drawn_over_from_where_its_block_begins_now() {
    let events = record::read(include_str!("failure.jsonl"));
    let terminal =
        Resized { inner: InMemoryTerm::new(30, 80), columns: Arc::new(AtomicU16::new(80)), up: Arc::default() };
    let mut view = terminal_view(Style::PLAIN, Box::new(terminal.clone()));
    view.handle(&events[2]);
    view.tick(Duration::ZERO);
    terminal.up.lock().unwrap().clear();
    terminal.columns.store(30, Ordering::Relaxed);
    view.tick(Duration::from_secs(1));
    // Two rows of 79 columns take three lines each now; their steps, and the total, one.
    assert_eq!(terminal.up.lock().unwrap()[0], 3 + 1 + 3 + 1 + 1);
}

#[test]
fn nothing_is_written_when_nothing_changed() {
    let events = record::read(include_str!("failure.jsonl"));
    let written = Written::default();
    let screen = Screen::new(Box::new(written.clone()), || Some((24, 80)));
    let mut view = terminal_view(Style::PLAIN, Box::new(screen));
    view.handle(&events[2]);
    view.tick(Duration::ZERO);
    let before = written.text();
    view.tick(Duration::ZERO);
    assert_eq!(written.text(), before);
    view.tick(Duration::from_secs(1));
    assert_ne!(written.text(), before);
}

#[test]
fn colours_are_used_only_where_they_are_wanted() {
    for colour in [false, true] {
        let written = Written::default();
        let screen = Screen::new(Box::new(written.clone()), || None);
        let mut view = terminal_view(Style { colour, ..Style::PLAIN }, Box::new(screen));
        for event in record::read(include_str!("success.jsonl")) {
            view.handle(&event);
            view.tick(Duration::ZERO);
        }
        view.finish();
        let text = written.text();
        assert_eq!(text.contains("\u{1b}[32m✔\u{1b}[0m"), colour, "{text:?}");
        // The cursor moves in any case.
        assert!(text.contains("\u{1b}[2K"), "{text:?}");
    }
}
