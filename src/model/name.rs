//! What the command line calls a model: [`Named`].

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

/// What a model is called, once it is known what is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// An OCI layout, or an archive of one, or of Docker's.
    Archive(PathBuf),
    /// An image of the engine, or of a registry.
    Image {
        /// As it was written: a name, an id, a digest.
        shown: String,
        /// The full reference; none when it can only be an id.
        reference: Option<String>,
    },
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Archive(path) => write!(f, "{}", path.display()),
            Self::Image { shown, .. } => f.write_str(shown),
        }
    }
}

/// Where a model came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A project, built.
    Project,
    /// An archive or a layout, loaded into the engine.
    Archive,
    /// The engine had it.
    Engine,
    /// A registry, from which the engine fetched it.
    Registry,
}
