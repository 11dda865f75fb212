//! Text → [`ast::Ast`], and back: the parser over `grammar/block.pest` and the formatter.

pub mod ast;
mod dump;
mod error;
mod format;
mod grammar;
mod indent;
mod lexer;
mod mistake;
mod parse;
mod scan;

pub use dump::dump;
pub use format::format;
pub use mistake::words::RESERVED;
pub use parse::parse;
