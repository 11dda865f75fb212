//! The parser that pest generates from `grammar/block.pest`.

/// The generated parser.
#[derive(pest_derive::Parser)]
#[grammar = "grammar/block.pest"]
pub struct Grammar;
