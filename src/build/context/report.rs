//! How much of a context was sent → events: about ten a second, and one at the end.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::build::progress::{Event, Events};
use crate::diagnostic::Diagnostic;

/// A context whose files are more than so many bytes is worth a word.
const LARGE: u64 = 100_000_000;

/// How many of the largest things are named.
const NAMED: usize = 5;

const PAUSE: Duration = Duration::from_millis(100);

/// Counts for one context, over all that the daemon asks of it.
#[derive(Debug)]
pub struct Report {
    context: String,
    events: Events,
    entries: AtomicU64,
    bytes: AtomicU64,
    last: Mutex<Instant>,
}

impl Report {
    /// Nothing was sent yet.
    pub fn new(context: impl Into<String>, events: Events) -> Self {
        let (entries, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { context: context.into(), events, entries, bytes, last: Mutex::new(Instant::now()) }
    }

    /// The context's name.
    pub fn context(&self) -> &str {
        &self.context
    }

    /// The daemon was told of so many entries more.
    pub fn add_entries(&self, entries: u64) {
        self.entries.fetch_add(entries, Relaxed);
        self.say_at_times();
    }

    /// So many bytes more were sent.
    pub fn add_bytes(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Relaxed);
        self.say_at_times();
    }

    /// Says how far it is.
    pub fn say(&self) {
        let (entries, bytes) = (self.entries.load(Relaxed), self.bytes.load(Relaxed));
        // Nobody may be listening.
        let _ = self.events.send(Event::Sent { context: self.context.clone(), entries, bytes });
    }

    /// Says that something is odd.
    pub fn warn(&self, found: Diagnostic) {
        let _ = self.events.send(Event::Warning(Box::new(found)));
    }

    /// Says what is large in a context, if it is.
    pub fn say_sizes(&self, sizes: Sizes) {
        let Sizes { mut largest, total, .. } = sizes.closed();
        if total > LARGE {
            largest.truncate(NAMED);
            let _ = self.events.send(Event::Large { context: self.context.clone(), bytes: total, largest });
        }
    }

    fn say_at_times(&self) {
        // Whoever finds it locked leaves it to the other.
        if let Ok(mut last) = self.last.try_lock()
            && last.elapsed() >= PAUSE
        {
            *last = Instant::now();
            self.say();
        }
    }
}

/// The sizes of what lies at the top of a context. A walk meets all of one thing before the next.
#[derive(Debug, Default)]
pub struct Sizes {
    name: String,
    size: u64,
    largest: Vec<(String, u64)>,
    total: u64,
}

impl Sizes {
    /// Counts a file.
    pub fn add(&mut self, path: &str, size: u64) {
        let top = path.split('/').next().unwrap_or_default();
        if top != self.name {
            self.close();
            top.clone_into(&mut self.name);
        }
        self.size = self.size.saturating_add(size);
        self.total = self.total.saturating_add(size);
    }

    fn close(&mut self) {
        let (name, size) = (std::mem::take(&mut self.name), std::mem::take(&mut self.size));
        if size > 0 {
            let place = self.largest.partition_point(|(_, larger)| *larger >= size);
            if place < NAMED {
                self.largest.insert(place, (name, size));
                self.largest.truncate(NAMED);
            }
        }
    }

    fn closed(mut self) -> Self {
        self.close();
        self
    }
}
