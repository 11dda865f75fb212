//! The Python requirements of a project, from every file that may hold them, merged by name.
//!
//! Read are, in this order: `build.python_packages` of `cog.yaml`; the file that `build.python_requirements` names, or
//! `requirements.txt` when `cog.yaml` names no packages at all (Cog would install none then, Railpack those of
//! `requirements.txt`); `pyproject.toml`; `Pipfile` and its lock; the locks of uv, Poetry and PDM; `.python-version`.

mod gather;
mod index;
mod line;
mod lock;
mod marker;
mod option;
mod pipfile;
mod poetry;
mod pyproject;
mod python;
mod requirement;
mod requirements;

use indexmap::IndexMap;

use crate::project::config::Located;
use crate::source::Span;
use crate::version::{Constraint, Version};

pub use gather::read;
pub use marker::Marker;

/// Every Python requirement of a project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Packages {
    /// By normalized name (PEP 503); several sources of one name are merged. What can never be installed on Linux is not
    /// among them. Packages that only a lock names have no requirements.
    pub by_name: IndexMap<String, Package>,
    /// The lines of a requirements file that installs all of them, in the order they were found. Paths are the project's.
    pub lines: Vec<Located<String>>,
    /// Extra index URLs, in the order they were found; one that `--index-url` names is the first.
    pub indexes: Vec<Located<String>>,
    /// Indexes that one package is taken from, and no other for that, by its normalized name.
    pub own_indexes: IndexMap<String, Vec<Located<String>>>,
    /// Options that concern all lines, as a requirements file takes them: `--pre`, `--find-links URL`.
    pub options: Vec<Located<String>>,
    /// The lines of a constraints file: what `-c` names.
    pub constraints: Vec<Located<String>>,
    /// What the project says about Python itself: `requires-python`, `.python-version`, poetry's `python`.
    pub python: Vec<PythonRequirement>,
}

/// All that is asked of one package.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Package {
    /// Every requirement, with its place.
    pub requirements: Vec<Requirement>,
    /// The version that a lock fixes, with its place.
    pub locked: Option<Located<Version>>,
}

/// One requirement on a package.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// The versions that will do; `None`: any, or one told by a URL.
    pub constraint: Option<Constraint>,
    /// Extras, normalized, sorted.
    pub extras: Vec<String>,
    /// When it applies; `None`: always.
    pub marker: Option<Marker>,
    /// Where it is written.
    pub span: Span,
}

/// What a file says about the version of Python.
#[derive(Clone, Debug, PartialEq)]
pub struct PythonRequirement {
    /// The versions that will do.
    pub constraint: Constraint,
    /// Whether it chooses within what others allow (`.python-version`) or limits (`requires-python`).
    pub chooses: bool,
    /// Where it is written.
    pub span: Span,
}

impl Packages {
    /// Whether the project asks for a package, itself or through a lock. Any spelling of the name will do.
    pub fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(&normalize(name))
    }

    /// What is asked of a package: all its requirements and its locked version, joined with "and". `None` when it is not
    /// asked for.
    pub fn constraint(&self, name: &str) -> Option<Constraint> {
        let package = self.by_name.get(&normalize(name))?;
        let asked = package.requirements.iter().filter_map(|requirement| requirement.constraint.clone());
        let locked = package.locked.iter().map(|locked| Constraint::exact(&locked.value));
        Some(asked.chain(locked).reduce(|all, next| all.and(&next)).unwrap_or_else(Constraint::any))
    }
}

/// A package's name as PEP 503 compares them: lower case, each run of `-`, `_` and `.` one `-`.
pub fn normalize(name: &str) -> String {
    let mut normalized = String::with_capacity(name.len());
    for character in name.trim().chars() {
        match character {
            '-' | '_' | '.' if normalized.ends_with('-') => {}
            '-' | '_' | '.' => normalized.push('-'),
            _ => normalized.extend(character.to_lowercase()),
        }
    }
    normalized
}

#[cfg(test)]
mod tests;
