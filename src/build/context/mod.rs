//! [`Context`]: a directory that a build reads → the files BuildKit is sent.

use std::path::PathBuf;

use crate::ignore::Ignore;

/// A local file tree given to a build.
#[derive(Clone, Debug)]
pub struct Context {
    /// The directory.
    pub directory: PathBuf,
    /// What of it stays here: its `.dockerignore`.
    pub ignore: Ignore,
}
