//! The text of `.dockerignore` → [`Ignore`], which says what the build context leaves out.
//!
//! The rules are those of moby's `patternmatcher` and its `ignorefile` reader, which Docker and BuildKit use:
//!
//! - A byte order mark is skipped. A line that begins with `#` is a comment; with a blank before it, it is a pattern.
//! - A line is trimmed and cleaned like a path: `./a//b/../c/` is `a/c`. One leading `/` is dropped.
//! - `!` begins an exception. The last pattern that matches decides, so order matters.
//! - A pattern that matches a directory matches all that lies below it.
//! - `*` and `?` match within a name, `[a-z]` and `[^a-z]` one character, `\` takes the next character as it is.
//! - `**/` stands for any number of directories, also none; `**` at the end for everything.
//!
//! Two oddities are kept because builds depend on them: a pattern of `**` and plain text matches any path that ends in
//! the text (`**ab` matches `xab`), and `^` outside `[…]` is the path's start when the pattern has wildcards. Not kept:
//! `*` and `?` in `[…]` are themselves here, and `\d` is the letter `d`.

mod pattern;

use std::ops::Range;

use pattern::Matcher;

/// What a context leaves out.
#[derive(Clone, Debug, Default)]
pub struct Ignore {
    patterns: Vec<Pattern>,
}

/// An exception to nothing.
const NO_PATTERN: &str = "nothing follows the `!`";

#[derive(Clone, Debug)]
struct Pattern {
    /// Takes back in what patterns before it leave out.
    exception: bool,
    text: String,
    matcher: Matcher,
}

/// A line that is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is not a pattern: {reason}")]
pub struct InvalidPattern {
    /// The pattern as it is written.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: &'static str,
    /// Where it stands in the text.
    pub range: Range<usize>,
}

/// Which patterns matched a directory. What lies in it is matched with these, as a build does.
#[derive(Clone, Debug, Default)]
pub struct Matched(Vec<bool>);

impl Ignore {
    /// Reads `.dockerignore`; all lines that are no patterns are returned together.
    pub fn parse(text: &str) -> Result<Self, Vec<InvalidPattern>> {
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut start = text.len() - body.len();
        let (mut patterns, mut invalid) = (Vec::new(), Vec::new());
        for line in body.split_inclusive('\n') {
            let written = line.trim();
            if !line.starts_with('#') && !written.is_empty() {
                match Pattern::parse(written) {
                    Ok(pattern) => patterns.push(pattern),
                    Err(reason) => {
                        let at = start + (line.len() - line.trim_start().len());
                        let range = at..at + written.len();
                        invalid.push(InvalidPattern { pattern: written.to_owned(), reason, range });
                    }
                }
            }
            start += line.len();
        }
        if invalid.is_empty() { Ok(Self { patterns }) } else { Err(invalid) }
    }

    /// Takes patterns that are no lines of a file, as BuildKit sends them: `#` begins no comment, a leading `/` stays, and
    /// nothing but blanks is no pattern. The error is the first one that is wrong.
    pub fn from_patterns<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Result<Self, InvalidPattern> {
        let written = patterns.into_iter().map(str::trim).filter(|pattern| !pattern.is_empty());
        let read = |pattern: &str| {
            let cleaned = clean(pattern);
            let (exception, text) = match cleaned.strip_prefix('!') {
                Some(text) => (true, text),
                None => (false, cleaned.as_str()),
            };
            let matcher = if text.is_empty() { Err(NO_PATTERN) } else { Matcher::parse(text) };
            matcher
                .map(|matcher| Pattern { exception, text: text.to_owned(), matcher })
                .map_err(|reason| InvalidPattern { pattern: pattern.to_owned(), reason, range: 0..pattern.len() })
        };
        written.map(read).collect::<Result<_, _>>().map(|patterns| Self { patterns })
    }

    /// Whether there are no patterns.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether a path (relative, clean) or a directory that it lies in is left out.
    pub fn matches(&self, path: &str) -> bool {
        let mut left_out = false;
        for pattern in &self.patterns {
            if pattern.exception == left_out && pattern.matcher.matches_or_parent(path) {
                left_out = !pattern.exception;
            }
        }
        left_out
    }

    /// Whether an entry is left out, given what matched the directory it lies in (nothing for the project itself). As in
    /// a build, a directory counts as matched by an exception only where that exception was needed.
    pub fn matches_in(&self, path: &str, parent: &Matched) -> (bool, Matched) {
        let mut left_out = false;
        let mut matched = vec![false; self.patterns.len()];
        for (index, pattern) in self.patterns.iter().enumerate() {
            let inherited = parent.0.get(index).copied().unwrap_or(false);
            if inherited || (pattern.exception == left_out && pattern.matcher.matches(path)) {
                matched[index] = true;
                left_out = !pattern.exception;
            }
        }
        (left_out, Matched(matched))
    }

    /// Whether an exception can take something below this directory back in, so that it must be looked into although it
    /// is left out.
    pub fn may_match_below(&self, directory: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.exception && pattern.may_match_below(directory))
    }

    /// Whether a pattern that is no exception can match something below this directory that does not match itself.
    pub fn may_begin_below(&self, directory: &str) -> bool {
        self.patterns.iter().any(|pattern| !pattern.exception && pattern.may_match_below(directory))
    }
}

impl Pattern {
    fn parse(written: &str) -> Result<Self, &'static str> {
        let (exception, rest) = match written.strip_prefix('!') {
            Some(rest) => (true, rest.trim()),
            None => (false, written),
        };
        let cleaned = clean(rest);
        let text = if cleaned.len() > 1 { cleaned.strip_prefix('/').unwrap_or(&cleaned) } else { &cleaned };
        if exception && (rest.is_empty() || text == "/") {
            return Err(NO_PATTERN);
        }
        Ok(Self { exception, text: text.to_owned(), matcher: Matcher::parse(text)? })
    }

    /// Compares names up to the first one with a wildcard.
    fn may_match_below(&self, directory: &str) -> bool {
        let mut names = directory.split('/');
        for part in self.text.split('/') {
            let Some(name) = names.next() else { return true };
            if part.contains(['*', '?', '[', '\\', '^']) {
                return true;
            }
            if part != name {
                return false;
            }
        }
        // The exception names this directory or one that it lies in.
        true
    }
}

/// Go's `filepath.Clean`: no empty parts, no `.`, `..` takes back the part before it.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

#[cfg(test)]
mod tests;
