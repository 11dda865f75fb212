//! Versions and constraints on them: text → [`Version`], [`Constraint`].
//!
//! Imports no other room, so that the checker (literals), the project (requirements) and the resolver share one
//! meaning.

mod comparator;
mod constraint;
mod grammar;
mod interval;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

pub use comparator::{Comparator, Operator};
pub use constraint::Constraint;
pub use interval::Interval;

/// The longest text that is read as a version or a constraint, in bytes.
const LONGEST: usize = 1000;

/// The largest number within a version. One more still fits, so that the next version can always be named.
const LARGEST: u64 = i64::MAX as u64;

/// A version, ordered as PEP 440 orders them and kept as it was written: `3.10` is not `3.1`.
///
/// Equality, order and hash go by meaning: `v1.2`, `1.2` and `1.2.0` are equal, and print as they were written.
#[derive(Clone, Debug)]
pub struct Version {
    parsed: pep440_rs::Version,
    written: String,
}

/// Why a text is not a version or a constraint; its text completes the sentence "`x` is not a …: ".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Invalid {
    /// What is wrong with it, and where it can be said, what to write.
    pub reason: String,
}

impl Invalid {
    fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

impl Version {
    /// Reads a version: `3.12`, `2.1.0+cu118`, `8.9.2.26`, `v20.1.0`, `1.2.3-beta.1`.
    ///
    /// npm's `-alpha.N`, `-beta.N` and `-rc.N` are PEP 440's `aN`, `bN` and `rcN`. Where the two differ PEP 440 holds:
    /// `1.2.3-1` comes after `1.2.3`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let written = text.trim();
        if written.len() > LONGEST {
            return Err(Invalid::because(format!("it is longer than {LONGEST} characters")));
        }
        let parsed: pep440_rs::Version = written.parse().map_err(|_| Invalid::because(why_not_a_version(written)))?;
        let suffixes = [Some(parsed.epoch()), parsed.pre().map(|pre| pre.number), parsed.post(), parsed.dev()];
        if parsed.release().iter().copied().chain(suffixes.into_iter().flatten()).any(|number| number >= LARGEST) {
            return Err(Invalid::because("a number in it is too large"));
        }
        Ok(Self { parsed, written: written.into() })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The first number: 3 of `3.12.1`.
    pub fn major(&self) -> u64 {
        self.parsed.release().first().copied().unwrap_or(0)
    }

    /// The second number, if one is written: 12 of `3.12.1`, none of `20`.
    pub fn minor(&self) -> Option<u64> {
        self.parsed.release().get(1).copied()
    }

    /// The first two numbers, or the one there is: `3.12` of `3.12.1`, `20` of `20`.
    pub fn major_minor(&self) -> String {
        match self.minor() {
            Some(minor) => format!("{}.{minor}", self.major()),
            None => self.major().to_string(),
        }
    }

    /// Its local label: `cu118` of `2.1.0+cu118`.
    pub fn label(&self) -> Option<String> {
        let label: Vec<String> = self.parsed.local().iter().map(ToString::to_string).collect();
        (!label.is_empty()).then(|| label.join("."))
    }

    /// As it was written, but for the local label: `2.1.0` of `2.1.0+cu118`.
    pub fn without_label(&self) -> String {
        self.written.split('+').next().unwrap_or_default().to_owned()
    }

    /// Whether it is an alpha, beta, release candidate or development version.
    pub fn is_prerelease(&self) -> bool {
        self.parsed.any_prerelease()
    }

    /// The numbers of the release, as many as are written: 8, 9, 2, 26 of `8.9.2.26`.
    pub fn release(&self) -> Vec<u64> {
        self.parsed.release().to_vec()
    }

    /// As PEP 440 spells it: `1.2.3b1` for `v1.2.3-beta.1`.
    pub fn to_pep440(&self) -> String {
        self.parsed.to_string()
    }

    fn from_parsed(parsed: pep440_rs::Version) -> Self {
        let written = parsed.to_string();
        Self { parsed, written }
    }

    /// Numbers with dots alone: no prerelease, post release, development release or local label.
    fn is_plain(&self) -> bool {
        !self.is_prerelease() && self.parsed.post().is_none() && !self.parsed.is_local()
    }
}

/// Tells the common mistakes apart, for the text of an [`Invalid`].
fn why_not_a_version(text: &str) -> &'static str {
    if text.is_empty() {
        return "it is empty; a version is numbers with dots, such as `3.12`";
    }
    if text.chars().filter(char::is_ascii_digit).count() >= 19 && text.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return "a number in it is too large";
    }
    if text.starts_with(['<', '>', '=', '!', '~', '^']) {
        return "a version has no operator; write the numbers alone, such as `3.12`";
    }
    if text.split('.').any(|part| matches!(part, "*" | "x" | "X")) {
        return "a version has no wildcard; write all its numbers, such as `3.12.4`";
    }
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return "a name is no version; write numbers with dots, such as `3.12`";
    }
    if text.contains('-') {
        return "after its numbers it may have `-alpha.1`, `-beta.1`, `-rc.1` or a label such as `+cu118`, nothing else";
    }
    "a version is numbers with dots, such as `3.12`"
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.parsed == other.parsed
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parsed.cmp(&other.parsed)
    }
}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parsed.hash(state);
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

#[cfg(test)]
mod tests;
