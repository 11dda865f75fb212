//! What a request takes of a context: the context's own `.dockerignore` first, then the daemon's patterns.
//!
//! The rules are those of fsutil's filter: what matches an include pattern and no exclude pattern is sent, and a directory
//! also when something in it is. Directories are not looked into when nothing in them can be sent.

use crate::ignore::{Ignore, InvalidPattern, Matched};

/// What the daemon wants of a context.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Only what matches one of these; everything if there is none.
    pub include: Vec<String>,
    /// Nothing that matches one of these.
    pub exclude: Vec<String>,
    /// These and what links lead to from there, as more to include.
    pub follow: Vec<String>,
}

/// Decides on entries.
#[derive(Debug)]
pub struct Filter {
    ignore: Ignore,
    /// Paths that `ignore` does not leave out.
    named: Vec<String>,
    include: Ignore,
    exclude: Ignore,
}

/// What matched a directory, for what lies in it.
#[derive(Clone, Debug, Default)]
pub struct Inherited {
    ignore: Matched,
    include: Matched,
    exclude: Matched,
}

/// What becomes of an entry.
#[derive(Debug)]
pub struct Verdict {
    /// It may leave this machine.
    pub leaves: bool,
    /// The daemon's patterns take it.
    pub wanted: bool,
    /// Something in it may be sent, if it is a directory.
    pub enter: bool,
    /// What matched.
    pub matched: Inherited,
}

impl Filter {
    /// From a context's `.dockerignore`, the paths that are sent nevertheless, and the daemon's patterns.
    pub fn new(
        ignore: Ignore,
        named: &[String],
        include: &[String],
        exclude: &[String],
    ) -> Result<Self, InvalidPattern> {
        let asked = |name: &&String| include.iter().any(|pattern| clean(pattern) == clean(name));
        let named = named.iter().filter(asked).map(|name| clean(name).to_owned()).collect();
        let include = Ignore::from_patterns(include.iter().map(String::as_str))?;
        let exclude = Ignore::from_patterns(exclude.iter().map(String::as_str))?;
        Ok(Self { ignore, named, include, exclude })
    }

    /// Whether and how an entry takes part, given what matched its directory.
    pub fn judge(&self, path: &str, parent: &Inherited) -> Verdict {
        let (left_out, ignore, open) = self.left_out(path, &parent.ignore);
        let (included, include) = match self.include.is_empty() {
            true => (true, Matched::default()),
            false => self.include.matches_in(path, &parent.include),
        };
        let (excluded, exclude) = self.exclude.matches_in(path, &parent.exclude);
        let enter = open
            && (included || self.include.may_begin_below(path))
            && (!excluded || self.exclude.may_match_below(path));
        let matched = Inherited { ignore, include, exclude };
        Verdict { leaves: !left_out, wanted: included && !excluded, enter, matched }
    }

    /// Whether it stays here, what matched it, and whether something below may leave.
    fn left_out(&self, path: &str, parent: &Matched) -> (bool, Matched, bool) {
        if self.named.iter().any(|name| name == path) {
            return (false, Matched::default(), true);
        }
        let (left_out, matched) = self.ignore.matches_in(path, parent);
        let leads_to_named = || self.named.iter().any(|name| lies_below(name, path));
        let open = !left_out || self.ignore.may_match_below(path) || leads_to_named();
        (left_out, matched, open)
    }
}

fn lies_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
}

/// A name as plans and patterns may write it.
fn clean(name: &str) -> &str {
    name.trim_start_matches("./").trim_matches('/')
}
