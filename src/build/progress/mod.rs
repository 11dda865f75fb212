//! What happens while an image is built: [`Event`]s → what people and scripts see.
//!
//! ```text
//!  Event ─fold→ Model ┬─ plain, rawjson → a stream of text
//!                     ├─ frame → tty → a block that is drawn again and again
//!                     ├─ summary, errors, after the build
//! ```
//!
//! **Invariant:** times that are shown are the daemon's. Between two events, [`show`] says how long nothing came, and how long
//! it all lasts, because a daemon that shares a step between builds tells when the first of them began it.

mod frame;
mod model;
mod plain;
mod rawjson;
mod screen;
mod summary;
mod text;
mod time;
mod tty;

pub use model::{Group, Model, Sent, Status, Vertex};
pub use screen::Screen;
pub use summary::{Outcome, Part, Summary};
pub use text::bytes;
pub(in crate::build) use time::rfc3339;
pub use time::{Time, short};

use std::io::Write;
use std::time::Duration;

use bollard_buildkit_proto::moby::buildkit::v1::StatusResponse;
use indicatif::TermLike;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

use crate::build::progress::model::Change;
use crate::build::progress::plain::Plain;
use crate::build::progress::rawjson::RawJson;
use crate::build::progress::text::one_line;
use crate::build::progress::tty::Tty;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::Style;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The daemon reports vertices, their progress, their output.
    Status(Box<StatusResponse>),
    /// So much of a context was sent so far.
    Sent {
        /// The context.
        context: String,
        /// Entries that were looked at: files, directories, links.
        entries: u64,
        /// Bytes of file content.
        bytes: u64,
    },
    /// A context is large.
    Large {
        /// The context.
        context: String,
        /// Bytes of file content in it.
        bytes: u64,
        /// What is largest in it: paths from its root, with their bytes.
        largest: Vec<(String, u64)>,
    },
    /// Something worth knowing that stops nothing.
    Warning(Box<Diagnostic>),
}

/// Where events go.
pub type Events = tokio::sync::mpsc::UnboundedSender<Event>;

/// How a build is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Lines that only ever grow.
    Plain,
    /// A block at the end of a terminal, drawn again and again.
    Tty,
    /// The messages of the daemon, one JSON object a line.
    RawJson,
    /// Warnings only.
    Quiet,
}

/// How often a view is told that time passes.
const TICK: Duration = Duration::from_millis(100);

/// Shows a build.
pub struct View {
    model: Model,
    form: Form,
    /// How long ago the last event came.
    waited: Duration,
}

enum Form {
    Plain(Plain),
    Tty(Tty),
    RawJson(RawJson),
    Quiet(Out),
}

/// What the user, the environment and stderr say of how to show a build.
#[derive(Clone, Copy, Debug, Default)]
pub struct Circumstances<'a> {
    /// stderr is a terminal.
    pub is_terminal: bool,
    /// `TERM`.
    pub term: Option<&'a str>,
    /// `CI` is set.
    pub is_ci: bool,
}

impl Circumstances<'_> {
    /// The form when nothing is asked for.
    pub fn usual(&self) -> Kind {
        if self.is_terminal && !self.is_ci && self.term.is_none_or(|term| term != "dumb") {
            Kind::Tty
        } else {
            Kind::Plain
        }
    }
}

/// Makes a view that writes to `writer`.
pub fn view(kind: Kind, style: Style, writer: Box<dyn Write + Send>) -> View {
    let out = Out { writer: Some(writer) };
    let form = match kind {
        Kind::Plain => Form::Plain(Plain::new(out, style)),
        Kind::Tty => {
            let columns = u16::try_from(style.width).ok();
            let screen = Screen::new(Box::new(out), move || columns.map(|columns| (24, columns)));
            Form::Tty(Tty::new(Box::new(screen), style))
        }
        Kind::RawJson => Form::RawJson(RawJson::new(out)),
        Kind::Quiet => Form::Quiet(out),
    };
    View::new(form)
}

/// Makes a view that draws on a terminal: [`Kind::Tty`], for a terminal that may change its size.
pub fn terminal_view(style: Style, terminal: Box<dyn TermLike>) -> View {
    View::new(Form::Tty(Tty::new(terminal, style)))
}

/// Shows what happens until nobody is left to tell of more.
pub async fn show(mut events: UnboundedReceiver<Event>, mut view: View) -> Model {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let began = Instant::now();
    let mut last = began;
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Some(event) => {
                    last = Instant::now();
                    view.handle(&event);
                    view.model.lasts(began.elapsed());
                }
                None => break,
            },
            _ = ticks.tick() => view.tick(last.elapsed()),
        }
    }
    view.finish()
}

impl View {
    fn new(form: Form) -> Self {
        Self { model: Model::default(), form, waited: Duration::ZERO }
    }

    /// Shows what happened.
    pub fn handle(&mut self, event: &Event) {
        self.waited = Duration::ZERO;
        let changes = self.model.apply(event);
        let now = self.model.now();
        match &mut self.form {
            Form::Plain(plain) => {
                plain.note(&notes(event));
                plain.update(&self.model, changes, now);
            }
            Form::Tty(tty) => {
                tty.note(notes(event));
                tty.note(warnings(&self.model, &changes));
            }
            Form::RawJson(raw) => raw.write(event),
            Form::Quiet(out) if matches!(event, Event::Warning(_)) => {
                notes(event).iter().for_each(|line| out.put(&format!("{line}\n")));
            }
            Form::Quiet(_) => {}
        }
    }

    /// Nothing happened since so long.
    pub fn tick(&mut self, waited: Duration) {
        self.waited = waited;
        let now = self.now();
        match &mut self.form {
            Form::Plain(plain) => plain.update(&self.model, Vec::new(), now),
            Form::Tty(tty) => tty.draw(&self.model, now),
            Form::RawJson(_) | Form::Quiet(_) => {}
        }
    }

    /// Nothing more happens. What was left is shown.
    pub fn finish(mut self) -> Model {
        let now = self.now();
        let changes = self.model.close();
        match &mut self.form {
            Form::Plain(plain) => {
                plain.update(&self.model, changes, now);
                plain.finish(&self.model, now);
            }
            Form::Tty(tty) => tty.finish(&self.model, now),
            Form::RawJson(_) | Form::Quiet(_) => {}
        }
        self.model
    }

    /// What happened so far.
    pub fn model(&self) -> &Model {
        &self.model
    }

    fn now(&self) -> Option<Time> {
        self.model.now().map(|now| now.after(self.waited))
    }
}

/// What an event says that belongs to no step: lines for people.
fn notes(event: &Event) -> Vec<String> {
    match event {
        Event::Status(_) | Event::Sent { .. } => Vec::new(),
        Event::Large { context, bytes: size, largest } => {
            let mut lines = vec![format!("context `{}` is large: {}", one_line(context), bytes(*size))];
            lines.extend(largest.iter().map(|(path, size)| format!("  {:>9}  {}", bytes(*size), one_line(path))));
            lines.push("  help: what the build does not need can stay here: name it in `.dockerignore`".to_owned());
            lines
        }
        Event::Warning(found) => {
            let mut lines = vec![format!("warning[{}]: {}", found.code.alias, one_line(&found.message))];
            lines.extend(found.help.as_ref().map(|help| format!("  help: {}", one_line(help))));
            lines
        }
    }
}

/// What the daemon warns of in steps.
fn warnings(model: &Model, changes: &[Change]) -> Vec<String> {
    let words = |change: &Change| match change {
        Change::Warning(step, text) => Some(format!("warning: {}: {text}", model.at(*step)?.name)),
        _ => None,
    };
    changes.iter().filter_map(words).collect()
}

/// Where a view writes. When nobody reads it any more, the build goes on without it.
struct Out {
    writer: Option<Box<dyn Write + Send>>,
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.writer.as_mut().map_or(Ok(bytes.len()), |writer| writer.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.writer.as_mut().map_or(Ok(()), |writer| writer.flush())
    }
}

impl Out {
    fn put(&mut self, text: &str) {
        if let Some(writer) = &mut self.writer
            && writer.write_all(text.as_bytes()).and_then(|()| writer.flush()).is_err()
        {
            self.writer = None;
        }
    }
}
