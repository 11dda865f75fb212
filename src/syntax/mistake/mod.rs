//! A place where the text does not fit the grammar → what is wrong there, in words, and what to do.

pub mod words;

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};
use crate::syntax::error;
use crate::syntax::grammar::Rule;

/// Where the grammar could not go on.
#[derive(Clone, Copy, Debug)]
pub struct Place<'t> {
    /// The file.
    pub file: FileId,
    /// Its text.
    pub text: &'t str,
    /// Where the item around it begins.
    pub item: usize,
    /// The place.
    pub at: usize,
}

/// Says what is wrong.
pub fn explain(place: Place<'_>, expected: &[Rule]) -> Diagnostic {
    error::unexpected(Span::new(place.file, place.at, place.at), "this", &format!("{expected:?}"))
}
