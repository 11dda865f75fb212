//! [`Context`]: a directory that a build reads → the files BuildKit is sent.
//!
//! ```text
//!  directory ─walk→ entries in the protocol's order ─┐
//!              └ filter: what is left out            ├─send→ packets
//!  what the daemon asks for ─table→ files to read ───┘
//! ```
//!
//! Whatever links a context holds, and whoever changes them meanwhile, nothing outside it is read: see `root`.

mod entry;
mod error;
mod filter;
mod follow;
mod report;
mod root;
mod send;
mod table;
mod walk;

use std::path::PathBuf;

use indexmap::IndexMap;

use crate::build::request::Request;
use crate::ignore::Ignore;
use crate::plan::model::Input;
use crate::plan::visit;

pub(super) use filter::Asked;
pub(super) use report::Report;
pub(super) use root::{Root, split};
pub(super) use send::{Packets, send};

/// A local file tree given to a build.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The directory.
    pub directory: PathBuf,
    /// What of it stays here: its `.dockerignore`.
    pub ignore: Ignore,
    /// Paths that the plan names without wildcards. They are sent to a step that asks for just them, even if `ignore`
    /// leaves them out.
    pub named: Vec<String>,
}

impl Context {
    /// A directory, without what `ignore` leaves out.
    pub fn new(directory: impl Into<PathBuf>, ignore: Ignore) -> Self {
        Self { directory: directory.into(), ignore, named: Vec::new() }
    }

    /// The same, where the patterns among these that have no wildcards are sent although `ignore` leaves them out.
    pub fn naming<'p>(mut self, patterns: impl IntoIterator<Item = &'p str>) -> Self {
        let plain = |pattern: &&str| !pattern.contains(['*', '?', '[', '\\', '!', '^']);
        self.named.extend(patterns.into_iter().filter(plain).map(str::to_owned));
        self
    }
}

/// The contexts of a build. What its plans name is sent to the steps that ask for just that.
pub(super) fn of_request(request: &Request) -> IndexMap<String, Context> {
    let mut contexts = request.contexts.clone();
    let stages = request.targets.iter().flat_map(|target| target.plan.stages.iter().enumerate());
    for (input, _) in stages.flat_map(|(index, stage)| visit::inputs(index, stage)) {
        if let Input::Local { local, include } = input
            && let Some(context) = contexts.get_mut(local)
        {
            let known = std::mem::take(context);
            *context = known.naming(include.iter().map(String::as_str));
        }
    }
    contexts
}
