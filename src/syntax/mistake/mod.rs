//! A place where the text does not fit the grammar → what is wrong there, in words, and what to do.
//!
//! Each kind of mistake that people who know other tools make has a function that recognises it from the tokens around
//! the place, and a code; the first that does wins. What none recognises is E0101.

mod around;
mod expected;
mod expression;
mod foreign;
mod statement;
mod value;
pub mod words;

use around::Around;

use crate::diagnostic::Diagnostic;
use crate::source::FileId;
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

type Recognise = fn(&Around<'_>) -> Option<Diagnostic>;

/// From what is certain at first sight to what needs more to go on.
const MISTAKES: &[Recognise] = &[
    value::shell_expansion,
    statement::foreign_comment,
    statement::dockerfile_line,
    foreign::typographic_quotes,
    foreign::bare_command,
    foreign::two_words,
    foreign::string_prefix,
    foreign::return_statement,
    foreign::data_file,
    statement::foreign_import,
    statement::else_if,
    statement::if_statement,
    statement::phase_key,
    value::mode,
    expression::question_mark,
    expression::foreign_operator,
    expression::comprehension,
    statement::copy_shape,
    statement::assignment,
    expression::single_equals,
    value::number,
    value::record,
    expression::index,
    statement::separator,
    value::missing_quotes,
    expression::arithmetic,
    statement::missing_braces,
    value::reserved,
    value::name,
    statement::misplaced,
    statement::unknown,
];

/// Says what is wrong.
pub fn explain(place: Place<'_>, expected: &[Rule]) -> Diagnostic {
    let around = Around::new(place, expected);
    MISTAKES.iter().find_map(|recognise| recognise(&around)).unwrap_or_else(|| expected::unexpected(&around))
}
