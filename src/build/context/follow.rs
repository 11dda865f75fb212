//! Paths that are followed: each link on the way, and where it leads, become patterns to include.
//!
//! As in fsutil, links are resolved in the context: one that leads out, or to `/`, goes on at the context's top. A name may
//! be a glob; then the links that it matches are followed.

use std::collections::BTreeSet;

use rustix::fs::Dir;
use rustix::io::Errno;

use crate::build::context::root::{Root, split};
use crate::ignore::Ignore;

/// The patterns to include, or none when all of the context is meant. The error is the path that could not be looked at.
pub fn follow(root: &Root, paths: &[String]) -> Result<Vec<String>, (String, Errno)> {
    let mut way = Way { root, resolved: BTreeSet::new(), ahead: Vec::new() };
    for path in paths {
        way.ahead.push(join("", path));
        while let Some(path) = way.ahead.pop() {
            way.walk(&path)?;
        }
    }
    Ok(without_nested(way.resolved))
}

/// Patterns without those that lie below the one before them; none at all when one is the whole context.
pub fn without_nested(sorted: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for path in sorted {
        if path == "." {
            return Vec::new();
        }
        let nested = |last: &String| path.strip_prefix(last.as_str()).is_some_and(|rest| rest.starts_with('/'));
        if !kept.last().is_some_and(nested) {
            kept.push(path);
        }
    }
    kept
}

struct Way<'r> {
    root: &'r Root,
    /// Every link that was met, and what is no link at the end.
    resolved: BTreeSet<String>,
    /// The paths to go.
    ahead: Vec<String>,
}

impl Way<'_> {
    /// Goes along a path up to its first link, or its end.
    fn walk(&mut self, path: &str) -> Result<(), (String, Errno)> {
        if path == "." {
            self.resolved.insert(path.to_owned());
            return Ok(());
        }
        let mut ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        ends.try_fold((), |(), end| {
            let (here, rest) = (&path[..end], &path[end..]);
            let targets = self.targets(here).map_err(|error| Stop::Failed(here.to_owned(), error))?;
            if targets.is_empty() && !rest.is_empty() {
                return Ok(());
            }
            if self.resolved.insert(here.to_owned()) {
                self.ahead.extend(targets.iter().map(|target| join(target, rest)));
            }
            Err(Stop::Done)
        })
        .or_else(|stop| match stop {
            Stop::Done => Ok(()),
            Stop::Failed(path, error) => Err((path, error)),
        })
    }

    /// Where the links lead that a path, whose last name may be a glob, stands for.
    fn targets(&self, path: &str) -> Result<Vec<String>, Errno> {
        let (directory, name) = split(path);
        if !has_wildcards(name) {
            return Ok(self.target(path)?.into_iter().collect());
        }
        let Ok(glob) = Ignore::from_patterns([name]) else { return Ok(Vec::new()) };
        let Some(open) = there(self.root.directory(directory))? else { return Ok(Vec::new()) };
        let mut targets = Vec::new();
        for entry in Dir::read_from(open)? {
            let entry = entry?;
            if let Ok(name) = entry.file_name().to_str()
                && !matches!(name, "." | "..")
                && glob.matches(name)
            {
                targets.extend(self.target(&join(directory, name))?);
            }
        }
        targets.sort();
        Ok(targets)
    }

    /// Where a link leads, from the context's top; `None` if there is no link. What is not UTF-8 is never sent.
    fn target(&self, path: &str) -> Result<Option<String>, Errno> {
        let target = there(self.root.link(path))?.flatten().and_then(|target| String::from_utf8(target).ok());
        Ok(target.map(|target| match target.starts_with('/') {
            true => join("", &target),
            false => join(split(path).0, &target),
        }))
    }
}

enum Stop {
    Done,
    Failed(String, Errno),
}

fn there<T>(found: Result<T, Errno>) -> Result<Option<T>, Errno> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::NAMETOOLONG) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A path below the top, without `.` and `..`; the top is `.`.
fn join(directory: &str, path: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in directory.split('/').chain(path.split('/')) {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    if names.is_empty() { ".".to_owned() } else { names.join("/") }
}

fn has_wildcards(name: &str) -> bool {
    let mut letters = name.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '*' | '?' | '[' => return true,
            _ => {}
        }
    }
    false
}
