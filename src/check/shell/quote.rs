//! Text → one POSIX shell word; plain text → a variable in it that nothing expands.

use std::ops::Range;

/// Words that a shell takes for its own where a command is expected.
const RESERVED: [&str; 17] = [
    "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in", "select", "then",
    "time", "until", "while",
];

/// The text as one shell word: as it is when it is safe, else in single quotes.
///
/// Words that a shell could take for a keyword or, with what stands before them, for an assignment are quoted too:
/// `if`, `A=b`, `=b`. A pin such as `numpy==1.2` and an option such as `--index=b` are not.
pub fn quote(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    let in_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '+';
    let assigns = word
        .split_once('=')
        .is_some_and(|(name, value)| name.chars().all(in_name) && (name.is_empty() || !value.starts_with('=')));
    if !word.is_empty() && word.chars().all(safe) && !assigns && !RESERVED.contains(&word) {
        return word.into();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The first `$NAME` or `${NAME…` in a text that no shell reads: where it stands, and the name.
pub fn unexpanded_variable(text: &str) -> Option<(Range<usize>, &str)> {
    for (at, _) in text.match_indices('$') {
        let rest = text.get(at + 1..).unwrap_or_default();
        let (inner, braced) = match rest.strip_prefix('{') {
            Some(inner) => (inner, true),
            None => (rest, false),
        };
        let length = inner.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
        let (name, after) = inner.split_at(length);
        if braced {
            let close = after.find('}').map_or(after.len(), |found| found + 1);
            return Some((at..at + 2 + length + close, name));
        }
        if name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic()) {
            return Some((at..at + 1 + length, name));
        }
    }
    None
}
