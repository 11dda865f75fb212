//! Diagnostics and the texts they point into → what is printed: reports for people, or JSON and SARIF for machines.
//!
//! Pure: whether there are colours, and how wide the terminal is, comes in as a [`Style`]. Findings are put in the order in
//! which people read, whatever pass found them: by file and place, and what has no place last.
//!
//! **Invariant:** no control character of the input, nothing invisible, and nothing that reorders text gets out raw, in
//! any format.

mod excerpt;
mod full;
mod json;
mod sarif;
mod short;
mod visible;
mod window;

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::SourceMap;

/// How many findings are reported in full; the rest get a line each.
const MOST_REPORTS: usize = 50;
/// How many get a line each after those; the rest are only counted.
const MOST_LINES: usize = 200;
/// How many characters of a message, and of a help, are shown.
const LONGEST_MESSAGE: usize = 1000;
/// How many lines of output are shown: the last ones.
const MOST_OUTPUT: usize = 40;
/// How many characters of the words beside a place, and of a file's name, are shown.
const LONGEST_LABEL: usize = 240;

/// What the output looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Reports with snippets, for people.
    Full,
    /// One line a finding, as compilers have written them for decades.
    Short,
    /// One JSON document; `docs/diagnostics-format.md` describes it.
    Json,
    /// One SARIF 2.1.0 log with one run.
    Sarif,
}

/// What the terminal can show. Only [`Format::Full`] and pages of `explain` look at all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether colours are used.
    pub colour: bool,
    /// Whether frames and marks may be other than ASCII. Text from files stays as it is.
    pub unicode: bool,
    /// Columns.
    pub width: usize,
}

impl Style {
    /// No colours, 100 columns: for files, pipes and tests.
    pub const PLAIN: Self = Self { colour: false, unicode: true, width: 100 };
}

impl Default for Style {
    fn default() -> Self {
        Self::PLAIN
    }
}

/// Prints findings, in the order of file and place. Each text format ends with a line end, and is empty when there are no findings; [`Format::Json`]
/// and [`Format::Sarif`] are whole documents in any case.
pub fn render(diagnostics: &[Diagnostic], sources: &SourceMap, format: Format, style: &Style) -> String {
    let shown = in_order(diagnostics);
    match format {
        Format::Full => full::full(&shown, sources, style),
        Format::Short => shown.iter().map(|found| short::line(found, sources, style)).collect(),
        Format::Json => visible::json_document(&json::document(&shown, sources)),
        Format::Sarif => visible::json_document(&sarif::log(&shown, sources)),
    }
}

/// File by file, as they were read, from top to bottom; what has no place comes last, as it often follows from the others.
/// Errors and warnings are mixed; what stands at one place stays in the order it was found.
fn in_order(diagnostics: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut shown = diagnostics.to_vec();
    shown.sort_by_key(|found| {
        let place = found.primary.as_ref().map(|label| (label.span.file, label.span.start));
        (place.is_none(), place)
    });
    shown
}

/// A text from outside with nothing hidden left in it, for lines that are no findings.
pub fn visible(text: &str) -> String {
    visible::many_lines(text, LONGEST_MESSAGE, true)
}

/// As [`visible`], of any length: each line end and tab stays, all else that is hidden is made visible.
pub fn visible_whole(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            _ => visible::push_visible(&mut out, c, true),
        }
    }
    out
}

/// How many there are, for people: `2 errors, 1 warning`; empty when there are none.
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let (errors, warnings) = count(diagnostics);
    [(errors, "error"), (warnings, "warning")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| format!("{count} {noun}{}", if count == 1 { "" } else { "s" }))
        .collect::<Vec<_>>()
        .join(", ")
}

/// How many errors, how many warnings.
fn count(diagnostics: &[Diagnostic]) -> (usize, usize) {
    let errors = diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
    (errors, diagnostics.len() - errors)
}

/// The lines of output that are shown.
fn output(found: &Diagnostic) -> impl Iterator<Item = &str> {
    found.output[found.output.len().saturating_sub(MOST_OUTPUT)..].iter().map(String::as_str)
}

/// The word that stands in front of a message.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
