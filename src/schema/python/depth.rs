//! The text of a Python file → whether it nests so deeply that its tree could not be walked.
//!
//! The parser makes its own stack larger as it needs; dropping and walking a tree recurses on ours. A tree is no deeper
//! than the tokens that stand between separators, over all open brackets and indented blocks.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::Mode;
use ruff_python_parser::lexer::lex;

/// Python's own limit for brackets.
const BRACKETS: usize = 200;

/// Python's own limit for blocks.
const BLOCKS: usize = 100;

/// Tokens between separators, over all open brackets. A text of 500 pieces that `+` joins has 1,000.
const TOKENS: usize = 1_500;

/// The first line, from 1, up to which a text nests too deeply.
pub fn too_deep(text: &str) -> Option<usize> {
    if !exceeds(text) {
        return None;
    }
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).chain([text.len()]).collect();
    Some(ends.partition_point(|end| !exceeds(&text[..*end])).min(ends.len() - 1) + 1)
}

/// Whether a text nests too deeply; once it does, so does every longer one.
fn exceeds(text: &str) -> bool {
    let mut lexer = lex(text, Mode::Module);
    let mut open: Vec<usize> = Vec::new();
    let (mut here, mut outside, mut blocks) = (0_usize, 0_usize, 0_usize);
    loop {
        match lexer.next_token() {
            TokenKind::EndOfFile => return false,
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                open.push(here + 1);
                outside += here + 1;
                here = 0;
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                here = open.pop().unwrap_or(here);
                outside = outside.saturating_sub(here);
            }
            TokenKind::Comma => here = 0,
            TokenKind::Semi | TokenKind::Newline => {
                (here, outside) = (0, 0);
                open.clear();
            }
            TokenKind::Indent => blocks += 1,
            TokenKind::Dedent => blocks = blocks.saturating_sub(1),
            TokenKind::Comment | TokenKind::NonLogicalNewline | TokenKind::String => {}
            _ => here += 1,
        }
        if open.len() > BRACKETS || blocks > BLOCKS || here + outside > TOKENS {
            return true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_no_depth() {
        let flat = format!("x = [{}]\n", "f(1, a.b), ".repeat(5_000));
        let long = format!("x = ({})\n", "'text'\n".repeat(5_000));
        let lines = "a = b + c\n".repeat(5_000);
        for text in [flat, long, lines, "if a:\n  if b:\n    pass\n".into(), String::new()] {
            assert_eq!(too_deep(&text), None);
        }
    }

    #[test]
    fn depth_of_every_kind_is_found_where_it_is() {
        let nested: String = (0..150).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect();
        assert_eq!(too_deep(&nested), Some(102));
        for (open, times) in [("(", 300), ("[", 300), ("-", 2_000), ("not ", 2_000), ("lambda: ", 2_000)] {
            let text = format!("a = 1\nx = {}1\n", open.repeat(times));
            assert_eq!(too_deep(&text), Some(2), "{open}");
        }
        for link in ["1 + ", "a.b.", "1 ** ", "f()", "1 if 1 else ", "a[0]"] {
            assert_eq!(too_deep(&format!("\n\n{}1", link.repeat(3_000))), Some(3), "{link}");
        }
    }
}
