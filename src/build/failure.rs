//! [`Failure`]: why there is no image, by how the process has to end.

use crate::diagnostic::Diagnostic;

/// Why there is no image.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The request or the project is wrong; nothing was started.
    Refused(Vec<Diagnostic>),
    /// The engine ran the build, and a step, a transfer or an export failed.
    Build(Vec<Diagnostic>),
    /// There is no engine, or it broke.
    Engine(Vec<Diagnostic>),
    /// The user stopped it.
    Interrupted,
}

impl Failure {
    /// A request that this engine cannot do.
    pub fn refused(found: Diagnostic) -> Self {
        Self::Refused(vec![found])
    }

    /// A build that failed.
    pub fn build(found: Diagnostic) -> Self {
        Self::Build(vec![found])
    }

    /// An engine that is missing or broke.
    pub fn engine(found: Diagnostic) -> Self {
        Self::Engine(vec![found])
    }

    /// What was found.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        match self {
            Self::Refused(found) | Self::Build(found) | Self::Engine(found) => found,
            Self::Interrupted => &[],
        }
    }
}
