//! The schema of a project, read when it is first asked for: [`Predictor`].

use std::cell::OnceCell;
use std::fmt;

use crate::diagnostic::Sink;
use crate::project::Project;
use crate::schema::{self, Schema};
use crate::source::SourceMap;

/// A project's predictor. It is read at most once, and only if a block asks: most projects pay nothing for it.
pub struct Predictor<'a> {
    project: &'a Project,
    sources: &'a SourceMap,
    read: OnceCell<(Option<Schema>, Sink)>,
}

impl<'a> Predictor<'a> {
    /// The predictor that `cog.yaml` names, not read yet.
    pub fn new(project: &'a Project, sources: &'a SourceMap) -> Self {
        Self { project, sources, read: OnceCell::new() }
    }

    /// What it takes and gives; `None` when there is none, or it cannot be read.
    pub fn schema(&self) -> Option<&Schema> {
        let read = || {
            let mut sink = Sink::new();
            (schema::read(self.project, self.sources, &mut sink), sink)
        };
        self.read.get_or_init(read).0.as_ref()
    }

    /// What was read, if anybody asked.
    pub fn asked(&self) -> Option<&Schema> {
        self.read.get()?.0.as_ref()
    }

    /// Tells what was found on the way, if anybody asked.
    pub fn report(&self, sink: &mut Sink) {
        let found = self.read.get().map(|(_, found)| found.diagnostics()).unwrap_or_default();
        found.iter().for_each(|found| sink.push(found.clone()));
    }
}

impl fmt::Debug for Predictor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Predictor").field("read", &self.read.get().is_some()).finish_non_exhaustive()
    }
}
