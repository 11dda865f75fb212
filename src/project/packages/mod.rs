//! The Python requirements of a project, from every file that may hold them, merged by name.

use indexmap::IndexMap;

use crate::project::config::Located;
use crate::source::Span;
use crate::version::{Constraint, Version};

/// Every Python requirement of a project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Packages {
    /// By normalized name (PEP 503); several sources of one name are merged.
    pub by_name: IndexMap<String, Package>,
    /// The lines of a requirements file that installs all of them, in the order they were found.
    pub lines: Vec<Located<String>>,
    /// Extra index URLs, in the order they were found.
    pub indexes: Vec<Located<String>>,
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
