//! Text → [`ast::Ast`], and back: the parser over `grammar/block.pest` and the formatter.

pub mod ast;
