//! Text → [`ast::Ast`], and back: the parser over `grammar/block.pest` and the formatter.

pub mod ast;
mod error;
mod grammar;
mod indent;
mod lexer;
mod mistake;
mod parse;
mod scan;

pub use mistake::words::RESERVED;
pub use parse::parse;
/// stub
pub mod dump {
    /// stub
    pub fn dump(_: &super::ast::Ast) -> String {
        String::new()
    }
}
/// stub
pub fn format(_: &crate::source::SourceMap, _: &ast::Ast) -> String {
    String::new()
}
