//! The shell text of a `run` step, in pieces with slots between them → where each slot stands, and what is not closed.
//!
//! A slot is where an interpolation will put [`quote`]d words. The lexer reads POSIX shell text far enough to say
//! whether such a word stays one word there. It is conservative: only at [`Place::Word`] is a quoted word safe, and
//! where shells disagree or the text is unusual the place is [`Place::Unclear`]. It is linear in the text.

mod command;
mod expansion;
mod heredoc;
mod lexer;
mod quote;
mod word;

pub use quote::{quote, unexpanded_variable};

/// A part of the shell text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Literal text.
    Text(&'a str),
    /// An interpolation.
    Slot,
}

/// Where an interpolation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// What surrounds it.
    pub place: Place,
    /// Blanks, operators or the ends of the text on both sides, and none, one or many words may stand there.
    pub alone: bool,
    /// The first thing of its word: a leading `-` would make an option of it.
    pub leads: bool,
    /// It is part of the word that names the program to run.
    pub command: bool,
}

/// What surrounds an interpolation. Only [`Place::Word`] is safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Outside of quotes, whole or part of a word: an argument, an assigned value, the target of a redirection.
    Word,
    /// Within `'…'`.
    SingleQuotes,
    /// Within `"…"`.
    DoubleQuotes,
    /// Within `` `…` ``.
    Backquotes,
    /// In the body of a here-document.
    HereDocument,
    /// After a `#`.
    Comment,
    /// Within the shell's own `${…}`.
    ParameterExpansion,
    /// Within `$((…))`.
    Arithmetic,
    /// In an argument that is run as code; names what runs it: `eval`, `trap`, `-c`, `sed`.
    CodeArgument(String),
    /// It cannot be told what the word would become; the text completes "it is refused here: ".
    Unclear(&'static str),
}

/// Something wrong with the shell text itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The piece it starts in: an index into the pieces given.
    pub piece: usize,
    /// Where in that piece it starts, in bytes.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
}

/// What [`lex`] finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lexed {
    /// One for each [`Piece::Slot`], in order.
    pub slots: Vec<Slot>,
    /// Quotes, substitutions and here-documents that are not closed.
    pub problems: Vec<Problem>,
}

/// Says for each slot where it stands.
pub fn lex(pieces: &[Piece<'_>]) -> Lexed {
    lexer::Lexer::new(pieces).run()
}

#[cfg(test)]
mod against_sh;
#[cfg(test)]
mod tests;
