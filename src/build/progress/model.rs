//! [`Model`]: what happened so far. [`Event`]s are folded into it; views, the summary and errors read it.

use std::collections::VecDeque;
use std::time::Duration;

use bollard_buildkit_proto::moby::buildkit::v1::{self as wire, StatusResponse};
use indexmap::IndexMap;

use crate::build::progress::Event;
use crate::build::progress::text::{Lines, one_line};
use crate::build::progress::time::Time;
use crate::diagnostic::Diagnostic;

/// How many of a step's last lines are kept.
const KEPT_LINES: usize = 20;
/// How many characters of each.
const KEPT_CHARACTERS: usize = 1000;

/// What happened so far.
#[derive(Clone, Debug, Default)]
pub struct Model {
    vertices: IndexMap<String, Vertex>,
    /// What was sent of each context.
    pub sent: IndexMap<String, Sent>,
    /// What is worth knowing.
    pub warnings: Vec<Diagnostic>,
    first: Option<Time>,
    now: Option<Time>,
    /// The build did not begin before, whenever the steps did that it shares with others.
    began: Option<Time>,
}

/// A step of the daemon.
#[derive(Clone, Debug, Default)]
pub struct Vertex {
    /// The digest of its op.
    pub digest: String,
    /// What it is called.
    pub name: String,
    /// The steps it is one of.
    pub group: Option<Group>,
    /// Whether its result was there already.
    pub cached: bool,
    /// Whether that was ever so: when its layer is fetched from a cache elsewhere, it is reported again as any transfer.
    pub was_cached: bool,
    /// Why it failed; empty when it did not.
    pub error: String,
    /// Transfers, pulls and the like, by their ids.
    pub statuses: IndexMap<String, Status>,
    /// What the daemon warns of.
    pub warnings: Vec<String>,
    /// A step may run several times: what it needs is looked at first.
    periods: Vec<Period>,
    completed: bool,
    /// By stream.
    output: [Lines; 2],
    log: VecDeque<String>,
}

/// Steps that are shown as one: those of a stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The stage.
    pub id: String,
    /// What it is called.
    pub name: String,
}

/// From when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Period {
    start: Time,
    end: Option<Time>,
}

impl Period {
    pub fn start(&self) -> Time {
        self.start
    }

    pub fn end(&self) -> Option<Time> {
        self.end
    }
}

/// How far something in a step is.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// How much is done: bytes, where there is a total, mostly.
    pub current: u64,
    /// How much there is to do; 0: unknown.
    pub total: u64,
    /// When this was so.
    pub at: Option<Time>,
    /// When it began.
    pub started: Option<Time>,
    /// When it ended.
    pub completed: Option<Time>,
}

/// What was sent of a context.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Entries that were looked at.
    pub entries: u64,
    /// Bytes of file content.
    pub bytes: u64,
}

/// What an event changed; steps are named by their position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// A step is new, began, ended.
    Step(usize),
    /// Something in a step got further.
    Status(usize, String),
    /// A step wrote a line.
    Line(usize, Line),
    /// The daemon warns of something in a step.
    Warning(usize, String),
}

/// A line of output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// When it ended.
    pub at: Option<Time>,
    /// Safe to print.
    pub text: String,
}

impl Model {
    /// The steps, in the order in which the daemon named them.
    pub fn vertices(&self) -> impl ExactSizeIterator<Item = &Vertex> {
        self.vertices.values()
    }

    /// The step with this digest.
    pub fn vertex(&self, digest: &str) -> Option<&Vertex> {
        self.vertices.get(digest)
    }

    /// The first step that failed of itself, not because the build was stopped.
    pub fn failed(&self) -> Option<&Vertex> {
        self.vertices().find(|vertex| vertex.has_failed())
    }

    /// The steps that run, the one that began last at the end.
    pub fn running(&self) -> Vec<&Vertex> {
        let mut running: Vec<&Vertex> = self.vertices().filter(|vertex| vertex.is_running()).collect();
        running.sort_by_key(|vertex| vertex.running_since());
        running
    }

    /// The latest moment the daemon told of.
    pub fn now(&self) -> Option<Time> {
        self.now
    }

    /// From the first to the last moment the daemon told of.
    pub fn elapsed(&self) -> Duration {
        self.elapsed_until(self.now)
    }

    /// From the first moment the daemon told of, or from when the build began.
    pub fn elapsed_until(&self, now: Option<Time>) -> Duration {
        self.first.max(self.began).zip(now).map_or(Duration::ZERO, |(first, now)| now.since(first))
    }

    /// Learns that the build lasts so long by now. A step that another build began first is told with its own times, which
    /// may lie long before.
    pub(super) fn lasts(&mut self, so_far: Duration) {
        self.began = self.began.max(self.now.map(|now| now.before(so_far)));
    }

    /// Folds an event in, for who reads the model only.
    pub fn fold(&mut self, event: &Event) {
        self.apply(event);
    }

    pub(super) fn at(&self, index: usize) -> Option<&Vertex> {
        self.vertices.get_index(index).map(|(_, vertex)| vertex)
    }

    /// Folds an event in.
    pub(super) fn apply(&mut self, event: &Event) -> Vec<Change> {
        let mut changes = Vec::new();
        match event {
            Event::Status(status) => self.status(status, &mut changes),
            Event::Sent { context, entries, bytes } => {
                self.sent.insert(context.clone(), Sent { entries: *entries, bytes: *bytes });
            }
            Event::Large { .. } => {}
            Event::Warning(found) => self.warnings.push((**found).clone()),
        }
        changes
    }

    /// Lines without an end, when nothing more comes.
    pub(super) fn close(&mut self) -> Vec<Change> {
        let mut changes = Vec::new();
        for index in 0..self.vertices.len() {
            self.flush(index, &mut changes);
        }
        changes
    }

    fn status(&mut self, response: &StatusResponse, changes: &mut Vec<Change>) {
        for message in &response.vertexes {
            let index = self.index(&message.digest);
            let ends = message.completed.is_some();
            if self.step(index, message) {
                changes.push(Change::Step(index));
            }
            // Its output may come later in the same message.
            if ends && !response.logs.iter().any(|log| log.vertex == message.digest) {
                self.flush(index, changes);
            }
        }
        for message in &response.statuses {
            let index = self.index(&message.vertex);
            self.progress(index, message);
            changes.push(Change::Status(index, message.id.clone()));
        }
        for message in &response.warnings {
            let index = self.index(&message.vertex);
            let text = one_line(&String::from_utf8_lossy(&message.short));
            self.vertices[index].warnings.push(text.clone());
            changes.push(Change::Warning(index, text));
        }
        for message in &response.logs {
            self.log(message, changes);
        }
        for message in response.vertexes.iter().filter(|message| message.completed.is_some()) {
            let index = self.index(&message.digest);
            self.flush(index, changes);
        }
    }

    fn index(&mut self, digest: &str) -> usize {
        match self.vertices.get_index_of(digest) {
            Some(index) => index,
            None => {
                let vertex = Vertex { digest: digest.to_owned(), ..Vertex::default() };
                self.vertices.insert_full(digest.to_owned(), vertex).0
            }
        }
    }

    /// Whether it said something new.
    fn step(&mut self, index: usize, message: &wire::Vertex) -> bool {
        let (started, completed) = (time(message.started.as_ref()), time(message.completed.as_ref()));
        self.saw(started);
        self.saw(completed);
        let vertex = &mut self.vertices[index];
        let before = (vertex.periods.clone(), vertex.completed, vertex.cached, vertex.error.len(), vertex.name.len());
        vertex.name = one_line(&message.name);
        if let Some(group) = &message.progress_group {
            vertex.group = Some(Group { id: group.id.clone(), name: one_line(&group.name) });
        }
        vertex.cached = message.cached;
        vertex.was_cached |= message.cached;
        vertex.error.clone_from(&message.error);
        vertex.completed = completed.is_some();
        if let Some(start) = started.or(completed) {
            match vertex.periods.iter_mut().find(|period| period.start == start) {
                Some(period) => period.end = completed.or(period.end),
                None => vertex.periods.push(Period { start, end: completed }),
            }
        }
        before != (vertex.periods.clone(), vertex.completed, vertex.cached, vertex.error.len(), vertex.name.len())
    }

    fn progress(&mut self, index: usize, message: &wire::VertexStatus) {
        let at = time(message.timestamp.as_ref());
        self.saw(at);
        let number = |value: i64| u64::try_from(value).unwrap_or(0);
        let status = Status {
            current: number(message.current),
            total: number(message.total),
            at,
            started: time(message.started.as_ref()),
            completed: time(message.completed.as_ref()),
        };
        self.vertices[index].statuses.insert(message.id.clone(), status);
    }

    fn log(&mut self, message: &wire::VertexLog, changes: &mut Vec<Change>) {
        let at = time(message.timestamp.as_ref());
        self.saw(at);
        let index = self.index(&message.vertex);
        let vertex = &mut self.vertices[index];
        let stream = usize::from(message.stream == 2);
        let log = &mut vertex.log;
        vertex.output[stream].push(&message.msg, |text| {
            keep(log, &text);
            changes.push(Change::Line(index, Line { at, text }));
        });
    }

    fn flush(&mut self, index: usize, changes: &mut Vec<Change>) {
        let at = self.now;
        let vertex = &mut self.vertices[index];
        for output in &mut vertex.output {
            if let Some(text) = output.rest() {
                keep(&mut vertex.log, &text);
                changes.push(Change::Line(index, Line { at, text }));
            }
        }
    }

    fn saw(&mut self, time: Option<Time>) {
        self.first = [self.first, time].into_iter().flatten().min();
        self.now = self.now.max(time);
    }
}

fn keep(log: &mut VecDeque<String>, text: &str) {
    if log.len() == KEPT_LINES {
        log.pop_front();
    }
    log.push_back(text.chars().take(KEPT_CHARACTERS).collect());
}

fn time(stamp: Option<&bollard_buildkit_proto::google::protobuf::Timestamp>) -> Option<Time> {
    stamp.and_then(Time::of)
}

impl Vertex {
    /// Whether it ever began.
    pub fn is_started(&self) -> bool {
        !self.periods.is_empty()
    }

    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        self.is_started() && !self.completed
    }

    /// Whether it ended, for now.
    pub fn is_completed(&self) -> bool {
        self.completed
    }

    /// Whether it was stopped with the build.
    pub fn was_cancelled(&self) -> bool {
        self.error.ends_with("context canceled")
    }

    /// Whether it failed of itself.
    pub fn has_failed(&self) -> bool {
        !self.error.is_empty() && !self.was_cancelled()
    }

    /// Whether it is the daemon's own business.
    pub fn is_internal(&self) -> bool {
        self.name.starts_with("[internal]")
    }

    /// When it began to run, this time.
    pub fn running_since(&self) -> Option<Time> {
        self.periods.last().map(|period| period.start)
    }

    /// How long it ran, until `now` when it runs.
    pub fn took(&self, now: Option<Time>) -> Duration {
        union(self.periods.clone(), now)
    }

    /// Its last lines, the last one at the end.
    pub fn log(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.log.iter().map(String::as_str)
    }

    /// The line that it is writing.
    pub fn partial_line(&self) -> Option<String> {
        self.output.iter().find_map(Lines::partial)
    }

    pub(super) fn periods(&self) -> &[Period] {
        &self.periods
    }
}

/// How much time lies in any of these.
pub(super) fn union(mut periods: Vec<Period>, now: Option<Time>) -> Duration {
    periods.sort_unstable();
    let mut total = Duration::ZERO;
    let mut reached: Option<Time> = None;
    for Period { start, end } in periods {
        let end = end.or(now).unwrap_or(start);
        let start = reached.map_or(start, |reached| start.max(reached));
        total += end.since(start);
        reached = reached.max(Some(end));
    }
    total
}
