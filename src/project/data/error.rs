//! What is wrong with a document, with its place → diagnostics.

use crate::diagnostic::{Code, Diagnostic, code};
use crate::project::tree;
use crate::source::Span;

/// Why a document could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DataError {
    /// Which kind of finding it is.
    pub kind: DataErrorKind,
    /// What is wrong: lower case, no full stop, good enough alone.
    pub message: String,
    /// Where.
    pub span: Span,
    /// The other place that belongs to it: the first of two keys, the anchor of an alias.
    pub other: Option<Span>,
}

/// The kinds of findings about documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataErrorKind {
    /// It is not a document of its format.
    Syntax,
    /// A key stands twice in one table.
    DuplicateKey,
    /// Lists and tables in each other, more than anyone writes.
    TooDeep,
    /// YAML that could mean several things, or that nobody needs here.
    Unsupported,
    /// Aliases that grow without end.
    AliasGrowth,
    /// More text than is read.
    TooLarge,
}

impl DataError {
    pub(super) fn new(kind: DataErrorKind, message: impl Into<String>, span: Span) -> Self {
        Self { kind, message: message.into(), span, other: None }
    }

    pub(super) fn syntax(format: &str, problem: &str, span: Span) -> Self {
        Self::new(DataErrorKind::Syntax, format!("not valid {format}: {problem}"), span)
    }

    pub(super) fn duplicate_key(key: &str, span: Span, first: Option<Span>) -> Self {
        let message = format!("the key `{}` stands twice in one table", shorten(key));
        Self { other: first, ..Self::new(DataErrorKind::DuplicateKey, message, span) }
    }

    pub(super) fn too_deep(span: Span) -> Self {
        let message = format!("lists and tables nest more than {} levels deep", super::DEPTH_LIMIT);
        Self::new(DataErrorKind::TooDeep, message, span)
    }

    pub(super) fn unsupported(what: &str, span: Span) -> Self {
        Self::new(DataErrorKind::Unsupported, format!("{what} in YAML are not supported"), span)
    }

    pub(super) fn alias_growth(span: Span) -> Self {
        let message = format!("the aliases of this file repeat more than {} values", super::COPY_LIMIT);
        Self::new(DataErrorKind::AliasGrowth, message, span)
    }

    pub(super) fn too_large(span: Span, limit: u64) -> Self {
        let message = format!("the file is larger than {}", tree::size(limit));
        Self::new(DataErrorKind::TooLarge, message, span)
    }

    /// The code it is reported under.
    pub fn code(&self) -> Code {
        match self.kind {
            DataErrorKind::Syntax => code::DATA_SYNTAX,
            DataErrorKind::DuplicateKey => code::DATA_DUPLICATE_KEY,
            DataErrorKind::TooDeep => code::DATA_TOO_DEEP,
            DataErrorKind::Unsupported => code::YAML_UNSUPPORTED,
            DataErrorKind::AliasGrowth => code::YAML_ALIAS_GROWTH,
            DataErrorKind::TooLarge => code::FILE_TOO_LARGE,
        }
    }

    /// As an error; who only asks whether a block applies makes it a warning.
    pub fn diagnostic(&self) -> Diagnostic {
        let found = Diagnostic::error(self.code(), &self.message).at(self.span, self.label());
        let found = match self.other {
            Some(other) => found.related(other, "the first is here"),
            None => found,
        };
        match self.help() {
            Some(help) => found.help(help),
            None => found,
        }
    }

    fn label(&self) -> &'static str {
        match self.kind {
            DataErrorKind::Syntax => "here",
            DataErrorKind::DuplicateKey => "stands here again",
            DataErrorKind::TooDeep => "one level too many",
            DataErrorKind::Unsupported => "not supported",
            DataErrorKind::AliasGrowth => "this repetition is too much",
            DataErrorKind::TooLarge => "",
        }
    }

    fn help(&self) -> Option<&'static str> {
        match self.kind {
            DataErrorKind::Syntax => None,
            DataErrorKind::DuplicateKey => Some("keep one of the two"),
            DataErrorKind::TooDeep => Some("write it with fewer levels"),
            DataErrorKind::Unsupported => Some("write the values out: tables with text keys, one document in a file"),
            DataErrorKind::AliasGrowth => Some("write the values out instead of repeating them"),
            DataErrorKind::TooLarge => Some("split the file, or keep what the build needs in a smaller one"),
        }
    }
}

/// A key as a message can hold it.
fn shorten(key: &str) -> String {
    const LONGEST: usize = 60;
    if key.chars().count() <= LONGEST {
        return key.to_owned();
    }
    key.chars().take(LONGEST).chain(['…']).collect()
}
