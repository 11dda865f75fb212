//! [`Context`]: a directory that a build reads → the files BuildKit is sent.
//!
//! ```text
//!  directory ─walk→ entries in the protocol's order ─┐
//!              └ filter: what is left out            ├─send→ packets
//!  what the daemon asks for ─table→ files to read ───┘
//! ```
//!
//! Whatever links a context holds, and whoever changes them meanwhile, nothing outside it is read: see [`root`].

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

use crate::ignore::Ignore;

pub(super) use filter::Asked;
pub(super) use report::Report;
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
