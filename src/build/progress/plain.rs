//! `plain`: lines that only ever grow, in BuildKit's form: `#5 [stage] words`, `#5 0.312 output`, `#5 DONE 1.2s`.
//!
//! One step at a time has the floor: its lines are printed as they come. Steps that end are printed at once; a step
//! that runs gets the floor when nobody has it, when it waited long, or when it says much more than the one that has it.

use std::time::Duration;

use indexmap::IndexMap;

use crate::build::progress::Out;
use crate::build::progress::model::{Change, Line, Model, Status, Vertex};
use crate::build::progress::text::{bytes, one_line};
use crate::build::progress::time::Time;
use crate::diagnostic::render::{Style, visible_whole};

/// Nobody waits longer for the floor.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Nobody has it for less, unless it ends.
const SHORTEST_TURN: Duration = Duration::from_secs(5);
/// What waits to be printed is printed when it gets larger than this.
const MOST_WAITING: usize = 256 << 10;
/// How far something must get until it is told again, and how long it must take.
const LEAST_SHARE: f64 = 0.05;
const LEAST_PAUSE: Duration = Duration::from_secs(5);

pub(super) struct Plain {
    out: Out,
    style: Style,
    steps: Vec<Step>,
    floor: Option<Floor>,
    numbers: u32,
    /// Something was printed.
    began: bool,
    /// Nothing more comes.
    closing: bool,
}

/// Who has the floor, and since when.
#[derive(Clone, Copy)]
struct Floor {
    step: usize,
    since: Option<Time>,
}

/// What was printed of a step, and what was not yet.
#[derive(Default)]
struct Step {
    number: u32,
    /// Something is to be said.
    fresh: bool,
    /// It was said how it ended.
    ended: bool,
    /// What waits, and since when.
    waiting: Vec<Waiting>,
    waiting_bytes: usize,
    waits_since: Option<Time>,
    /// Lines since it has the floor.
    count: usize,
    /// Statuses that changed.
    statuses: Vec<String>,
    told: IndexMap<String, Told>,
}

enum Waiting {
    Line(Line),
    Warning(String),
}

/// What was said of a status last.
struct Told {
    at: Option<Time>,
    current: u64,
}

impl Plain {
    pub fn new(out: Out, style: Style) -> Self {
        Self { out, style, steps: Vec::new(), floor: None, numbers: 0, began: false, closing: false }
    }

    /// Says something that belongs to no step.
    pub fn note(&mut self, lines: &[String]) {
        if !lines.is_empty() {
            self.interrupt();
            self.out.put(&format!("{}\n", lines.join("\n")));
        }
    }

    pub fn update(&mut self, model: &Model, changes: Vec<Change>, now: Option<Time>) {
        for change in changes {
            match change {
                Change::Step(step) => self.step(step).fresh = true,
                Change::Status(step, id) => {
                    let step = self.step(step);
                    step.fresh = true;
                    if !step.statuses.contains(&id) {
                        step.statuses.push(id);
                    }
                }
                Change::Line(step, line) => self.wait(model, step, line.text.len(), line.at, Waiting::Line(line)),
                Change::Warning(step, text) => self.wait(model, step, text.len(), now, Waiting::Warning(text)),
            }
        }
        self.print(model, now);
    }

    /// Says all that is left, also of steps that never ended.
    pub fn finish(&mut self, model: &Model, now: Option<Time>) {
        self.closing = true;
        for index in 0..self.steps.len() {
            let step = &self.steps[index];
            let is_due = model.at(index).is_some_and(Vertex::is_completed) && !step.ended;
            if is_due || !step.waiting.is_empty() {
                self.print_step(model, index, now);
            }
        }
    }

    fn step(&mut self, index: usize) -> &mut Step {
        if self.steps.len() <= index {
            self.steps.resize_with(index + 1, Step::default);
        }
        &mut self.steps[index]
    }

    fn wait(&mut self, model: &Model, index: usize, bytes: usize, at: Option<Time>, what: Waiting) {
        let step = self.step(index);
        step.fresh = true;
        step.waiting.push(what);
        step.waiting_bytes += bytes;
        step.count += 1;
        step.waits_since = step.waits_since.or(at);
        if step.waiting_bytes > MOST_WAITING {
            self.print_step(model, index, at);
        }
    }

    fn print(&mut self, model: &Model, now: Option<Time>) {
        let has_floor = self.floor.map(|floor| floor.step);
        let first = has_floor.into_iter().filter(|step| self.steps.get(*step).is_some_and(|step| step.fresh));
        let ended = (0..self.steps.len())
            .filter(|step| Some(*step) != has_floor && self.steps[*step].fresh)
            .filter(|step| model.at(*step).is_some_and(Vertex::is_completed));
        for step in first.chain(ended).collect::<Vec<_>>() {
            self.print_step(model, step, now);
        }
        if let Some(next) = self.next(model, now) {
            self.print_step(model, next, now);
        }
    }

    /// The step that gets the floor from the one that has it.
    fn next(&self, model: &Model, now: Option<Time>) -> Option<usize> {
        let running = |step: &usize| model.at(*step).is_some_and(Vertex::is_running);
        let loudest = |steps: &mut dyn Iterator<Item = usize>| {
            // The first of several that say as much.
            steps.max_by_key(|step| (self.steps[*step].waiting.len(), std::cmp::Reverse(*step)))
        };
        let Some(floor) = self.floor else { return loudest(&mut (0..self.steps.len()).filter(running)) };
        let mut others = (0..self.steps.len()).filter(|step| *step != floor.step && self.steps[*step].fresh);
        let waited = |step: &usize| {
            let since = self.steps[*step].waits_since.or(model.at(*step).and_then(Vertex::running_since));
            running(step) && now.zip(since).is_some_and(|(now, since)| now.since(since) >= LONGEST_WAIT)
        };
        if let Some(step) = others.clone().find(waited) {
            return Some(step);
        }
        let turn = now.zip(floor.since).map_or(Duration::ZERO, |(now, since)| now.since(since));
        let step = loudest(&mut others.by_ref().filter(running))?;
        let (mine, theirs) = (self.steps[floor.step].count, self.steps[step].waiting.len());
        // The more of the talk is mine, the longer my turn.
        let is_over =
            theirs > 0 && turn.as_secs_f64() * theirs as f64 > SHORTEST_TURN.as_secs_f64() * (mine + theirs) as f64;
        is_over.then_some(step)
    }

    /// Takes the floor from who has it. An empty line stands between two turns.
    fn interrupt(&mut self) {
        if let Some(Floor { step, .. }) = self.floor.take() {
            self.steps[step].count = 0;
            let number = self.steps[step].number;
            self.out.put(&format!("#{number} ...\n"));
        }
        if std::mem::replace(&mut self.began, true) {
            self.out.put("\n");
        }
    }

    fn print_step(&mut self, model: &Model, index: usize, now: Option<Time>) {
        let Some(vertex) = model.at(index) else { return };
        let mut text = String::new();
        if self.floor.is_none_or(|floor| floor.step != index) {
            self.interrupt();
            if self.steps[index].number == 0 {
                self.numbers += 1;
                self.steps[index].number = self.numbers;
            }
            let header = format!("#{} {}", self.steps[index].number, vertex.name);
            text += &if vertex.is_internal() { self.paint("2", &header) } else { header };
            text.push('\n');
            self.floor = Some(Floor { step: index, since: now });
        }
        let step = &mut self.steps[index];
        let (number, start) = (step.number, vertex.running_since());
        step.fresh = false;
        step.waiting_bytes = 0;
        step.waits_since = None;
        for id in std::mem::take(&mut step.statuses) {
            let Some(status) = vertex.statuses.get(&id) else { continue };
            if let Some(words) = words(status, step.told.get(&id)) {
                text += &format!("#{number} {}{words}\n", one_line(&id));
                step.told.insert(id, Told { at: status.at, current: status.current });
            }
        }
        for waiting in std::mem::take(&mut step.waiting) {
            match waiting {
                Waiting::Line(line) => text += &format!("#{number} {}{}\n", clock(line.at, start), line.text),
                Waiting::Warning(words) => text += &format!("#{number} WARN: {words}\n"),
            }
        }
        // A transfer may outlive the step that asked for it.
        let is_open = !self.closing && vertex.statuses.values().any(|status| status.completed.is_none());
        step.ended = vertex.is_completed() && !is_open;
        if step.ended {
            step.count = 0;
            text += &self.end(vertex, number, now);
            self.floor = None;
        }
        self.out.put(&text);
    }

    /// How a step ended.
    fn end(&self, vertex: &Vertex, number: u32, now: Option<Time>) -> String {
        let words = if vertex.was_cancelled() {
            "CANCELED".to_owned()
        } else if vertex.has_failed() {
            let error = visible_whole(&vertex.error);
            self.paint("31", &format!("ERROR: {}", error.trim_end().replace('\n', &format!("\n#{number} "))))
        } else if vertex.cached {
            "CACHED".to_owned()
        } else {
            format!("DONE {:.1}s", vertex.took(now).as_secs_f64())
        };
        format!("#{number} {words}\n")
    }

    fn paint(&self, sgr: &str, text: &str) -> String {
        if self.style.colour { format!("\u{1b}[{sgr}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// How far something is, when that is worth a line.
fn words(status: &Status, told: Option<&Told>) -> Option<String> {
    if let (Some(told), None) = (told, status.completed) {
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let share = |part: u64| if status.total > 0 { part as f64 / status.total as f64 } else { 0.0 };
        let pause = status.at.zip(told.at).map_or(Duration::ZERO, |(at, before)| at.since(before));
        if share(status.current.saturating_sub(told.current)) < LEAST_SHARE && pause < LEAST_PAUSE {
            return None;
        }
    }
    let mut words = match (status.current, status.total) {
        (0, 0) => String::new(),
        (current, 0) => format!(" {}", bytes(current)),
        (current, total) => format!(" {} / {}", bytes(current), bytes(total)),
    };
    if let Some((end, start)) = status.completed.or(status.at).zip(status.started) {
        let seconds = end.since(start).as_secs_f64();
        if seconds > 0.01 {
            words += &format!(" {seconds:.1}s");
        }
    }
    if status.completed.is_some() {
        words += " done";
    }
    Some(words)
}

/// The seconds that a step had run when it wrote a line, in five characters.
fn clock(at: Option<Time>, start: Option<Time>) -> String {
    at.zip(start).map_or(String::new(), |(at, start)| {
        let seconds = format!("{:.3}", at.since(start).as_secs_f64());
        let cut = seconds.get(..5).unwrap_or(&seconds).trim_end_matches('.');
        format!("{cut} ")
    })
}
