//! What is wrong with the user's input: [`Diagnostic`], its [`Code`], and the [`Sink`] that collects them.
//!
//! Rooms build diagnostics, one constructor a code; rendering (miette, short, JSON, SARIF) happens in [`render`].

pub mod code;
pub mod explain;
pub mod render;
pub mod secret;
pub mod suggest;

use std::collections::BTreeSet;

use crate::source::Span;
pub use code::Code;

/// How bad it is: an error stops the compilation after the pass that found it, a warning does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The input cannot be compiled.
    Error,
    /// The input compiles, and likely not to what was meant.
    Warning,
}

/// A place and what is to be said about it there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A few words that stand beside the underlined text; may be empty.
    pub text: String,
}

/// One finding about the user's input. Its `Ord` is for sets; [`render`] has the order in which findings are shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// Which finding it is.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong: lower case, names in backticks, no full stop, good enough alone.
    pub message: String,
    /// The main place; absent where there is none, as with a missing file.
    pub primary: Option<Label>,
    /// Other places that belong to it.
    pub related: Vec<Label>,
    /// What a program that failed was, and wrote last: lines. Only messages of builds have it.
    pub output: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error without a place yet.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            primary: None,
            related: Vec::new(),
            output: Vec::new(),
            help: None,
        }
    }

    /// A bug of the compiler: something that its own passes had ruled out.
    pub fn bug(message: impl Into<String>) -> Self {
        Self::error(code::BUG, message).help("this is a bug in Cogpack: please report it, with the files named here")
    }

    /// The same, as a warning: what is wrong stops nothing.
    pub fn into_warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }

    /// A warning without a place yet.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// The main place, with the words that stand beside it.
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.primary = Some(Label { span, text: text.into() });
        self
    }

    /// Another place that belongs to it.
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span, text: text.into() });
        self
    }

    /// What a program wrote.
    pub fn output(mut self, lines: Vec<String>) -> Self {
        self.output = lines;
        self
    }

    /// What to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Collects diagnostics, so that one run reports many.
#[derive(Debug, Default)]
pub struct Sink {
    found: Vec<Diagnostic>,
    seen: BTreeSet<Diagnostic>,
    has_errors: bool,
}

/// How many findings one run keeps: nobody reads more, and a file may hold a million.
const MOST: usize = 50_000;

impl Sink {
    /// An empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a finding; the same finding at the same place is kept once. Behind the first `MOST`, only an error that is
    /// the first one is.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let is_error = diagnostic.severity == Severity::Error;
        if self.found.len() >= MOST && (self.has_errors || !is_error) {
            return;
        }
        self.has_errors |= is_error;
        if self.seen.insert(diagnostic.clone()) {
            self.found.push(diagnostic);
        }
    }

    /// Whether an error is among them.
    pub fn has_errors(&self) -> bool {
        self.has_errors
    }

    /// All of them, in the order they were found.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.found
    }

    /// Hands them over.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;

    #[test]
    fn a_finding_is_kept_once_and_the_order_stays() {
        let file = SourceMap::new().add("a.block", "text");
        let found = |start, message: &str| {
            Diagnostic::error(code::SYNTAX_UNEXPECTED, message).at(Span::new(file, start, start), "")
        };
        let mut sink = Sink::new();
        for diagnostic in [found(3, "b"), found(0, "a"), found(3, "b"), found(1, "b")] {
            sink.push(diagnostic);
        }
        let messages: Vec<_> = sink.diagnostics().iter().map(|found| found.message.as_str()).collect();
        assert_eq!(messages, ["b", "a", "b"]);
        assert!(sink.has_errors());
    }

    #[test]
    fn the_first_error_is_kept_however_many_warnings_come_before_it() {
        let file = SourceMap::new().add("a.block", "text");
        let at = |diagnostic: Diagnostic, number| diagnostic.at(Span::new(file, number, number), "");
        let mut sink = Sink::new();
        for number in 0..MOST + 10 {
            sink.push(at(Diagnostic::warning(code::SYNTAX_UNEXPECTED, "w"), number));
        }
        assert_eq!((sink.diagnostics().len(), sink.has_errors()), (MOST, false));
        sink.push(at(Diagnostic::error(code::SYNTAX_UNEXPECTED, "first"), 0));
        sink.push(at(Diagnostic::error(code::SYNTAX_UNEXPECTED, "second"), 0));
        assert_eq!((sink.diagnostics().len(), sink.has_errors()), (MOST + 1, true));
    }

    #[test]
    fn fifty_thousand_findings_are_collected_at_once() {
        let mut sink = Sink::new();
        for number in 0..50_000 {
            sink.push(Diagnostic::warning(code::SYNTAX_UNEXPECTED, format!("finding {number}")));
        }
        assert_eq!(sink.into_diagnostics().len(), 50_000);
    }
}
