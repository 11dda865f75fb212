//! Patterns and a [`Tree`] → the files that match: `exists` and `glob` of the language.
//!
//! - `*` and `?` match within a name, `[a-z]` and `[!a-z]` one character, `{a,b}` either, `\` takes the next character as
//!   it is. `?` and `[…]` are for ASCII: globset matches bytes, and `é` has two.
//! - `**` as a whole part stands for any number of directories, also none; elsewhere it is `*`.
//! - A wildcard at the start of a name does not match a leading dot: `.*` finds hidden files, `*` does not.
//! - `**` does not go into hidden directories, `node_modules`, `__pycache__`, or `venv`.
//! - What follows a wildcard does not go through links. A plain name does, as long as they stay in the project.
//! - A pattern whose last part has a wildcard finds files and links; one that ends in `/`, only directories; one that ends
//!   in a plain name, whatever has the name.
//!
//! Only directories in which the pattern can match are listed: `*.py` lists the project, `src/**/*.py` what lies below
//! `src`, and a path without wildcards the one directory that it lies in.

mod pattern;

use std::collections::BTreeSet;

use crate::project::tree::{self, DEPTH_LIMIT, FileKind, Tree, TreeEntry, TreeError};
use pattern::{Part, Wanted, Way};

/// Directories that `**` does not go into, beside hidden ones: what lies in them was installed or generated.
const NOT_ENTERED: [&str; 3] = ["__pycache__", "node_modules", "venv"];

/// Why nothing could be said about a pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GlobError {
    /// It is not a pattern.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A directory could not be listed.
    #[error(transparent)]
    Tree(#[from] TreeError),
}

/// A text that is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is not a pattern: {reason}")]
pub struct PatternError {
    /// The text.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

/// What a pattern matches, and what finding it took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Sorted by bytes.
    pub paths: BTreeSet<String>,
    /// How many entries of directories were looked at.
    pub looked_at: usize,
}

/// The first file that one of the patterns matches; patterns are tried in their order, files of one in that of [`glob`].
pub fn exists<P: AsRef<str>>(tree: &dyn Tree, patterns: &[P]) -> Result<Option<String>, GlobError> {
    for pattern in patterns {
        if let Some(found) = search(tree, pattern.as_ref())?.paths.pop_first() {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// All that a pattern matches, sorted by bytes.
pub fn glob(tree: &dyn Tree, pattern: &str) -> Result<Vec<String>, GlobError> {
    Ok(search(tree, pattern)?.paths.into_iter().collect())
}

/// Whether a text is a pattern; it may be one without wildcards.
pub fn check(pattern: &str) -> Result<(), PatternError> {
    pattern::parse(pattern).map(drop)
}

/// As [`glob`], and tells how much there was to look at.
pub fn search(tree: &dyn Tree, pattern: &str) -> Result<Found, GlobError> {
    let mut found = Found::default();
    for way in pattern::parse(pattern)? {
        let mut search = Search { tree, way: &way, found: &mut found, seen: BTreeSet::new() };
        search.step(String::new(), 0, 0)?;
    }
    Ok(found)
}

struct Search<'s> {
    tree: &'s dyn Tree,
    way: &'s Way,
    found: &'s mut Found,
    /// Directories and the parts that were tried in them: several `**` come by one place on many ways.
    seen: BTreeSet<(String, usize)>,
}

impl Search<'_> {
    /// Tries the parts from `index` on in a directory. Recursion is bounded: a step goes one part or one directory
    /// further.
    fn step(&mut self, directory: String, index: usize, depth: usize) -> Result<(), TreeError> {
        if !self.seen.insert((directory.clone(), index)) {
            return Ok(());
        }
        if depth > DEPTH_LIMIT {
            return Err(TreeError::Unreadable { path: directory, reason: "it lies too deep".to_owned() });
        }
        let last = index + 1 == self.way.parts.len();
        match self.way.parts.get(index) {
            None => Ok(()),
            Some(Part::Path(path)) if last => self.look_up(&tree::join(&directory, path)),
            Some(Part::Path(path)) => self.step(tree::join(&directory, path), index + 1, depth + 1),
            Some(Part::Name(matcher)) => {
                let entries = self.tree.list(&directory)?;
                self.found.looked_at += entries.len();
                for entry in entries.iter().filter(|entry| matcher.matches(&entry.name)) {
                    let path = tree::join(&directory, &entry.name);
                    if last {
                        self.take(path, entry.kind);
                    } else if entry.kind == FileKind::Directory {
                        self.step(path, index + 1, depth + 1)?;
                    }
                }
                Ok(())
            }
            Some(Part::Directories) => {
                if !last {
                    self.step(directory.clone(), index + 1, depth)?;
                }
                let entries = self.tree.list(&directory)?;
                self.found.looked_at += entries.len();
                for entry in entries.iter() {
                    let path = tree::join(&directory, &entry.name);
                    if last && !entry.name.starts_with('.') {
                        self.take(path.clone(), entry.kind);
                    }
                    if is_entered(entry) {
                        self.step(path, index, depth + 1)?;
                    }
                }
                Ok(())
            }
        }
    }

    fn take(&mut self, path: String, kind: FileKind) {
        if (kind == FileKind::Directory) == (self.way.wanted == Wanted::Directories) {
            self.found.paths.insert(path);
        }
    }

    /// A plain path is looked up in the one directory that it lies in.
    fn look_up(&mut self, path: &str) -> Result<(), TreeError> {
        let (directory, name) = tree::split(path);
        let entries = self.tree.list(directory)?;
        // Comparing names is cheap beside matching them.
        self.found.looked_at += entries.len() / 16;
        let entry = entries.iter().find(|entry| entry.name == name);
        let wanted = entry.is_some_and(|entry| match self.way.wanted {
            Wanted::Directories => entry.kind == FileKind::Directory,
            Wanted::Files => true,
        });
        if wanted {
            self.found.paths.insert(path.to_owned());
        }
        Ok(())
    }
}

fn is_entered(entry: &TreeEntry) -> bool {
    entry.kind == FileKind::Directory && !entry.name.starts_with('.') && !NOT_ENTERED.contains(&entry.name.as_str())
}

#[cfg(test)]
mod tests;
