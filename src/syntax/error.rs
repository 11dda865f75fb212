//! The diagnostics that the scan and the tree builder find, one constructor a code. Those about text that does not fit
//! the grammar are in [`crate::syntax::mistake`].

use crate::diagnostic::Diagnostic;
use crate::diagnostic::code;
use crate::source::Span;
use crate::syntax::lexer::FrameKind;
use crate::syntax::scan::{MAX_DEPTH, MAX_FILE};

/// E0101: text that does not fit; `found` and `expected` are in words.
pub fn unexpected(span: Span, found: &str, expected: &str) -> Diagnostic {
    Diagnostic::error(code::SYNTAX_UNEXPECTED, format!("expected {expected}, found {found}"))
        .at(span, format!("expected {expected}"))
}

/// E0102: the file is larger than any block needs to be.
pub fn file_too_large(span: Span, len: usize) -> Diagnostic {
    Diagnostic::error(code::SYNTAX_FILE_SIZE, format!("the file has {len} bytes; at most {MAX_FILE} are read"))
        .at(span, "")
        .help("split it into several `.block` files")
}

/// E0103: too many brackets are open at once, or an expression is too long.
pub fn nested_too_deeply(span: Span) -> Diagnostic {
    Diagnostic::error(code::SYNTAX_DEPTH, "this is nested too deeply")
        .at(span, "")
        .help(format!("at most {MAX_DEPTH} brackets may be open at one place: give parts of it a name with `let`"))
}

/// E0104: a character that shows a reader something else than what is compiled.
pub fn forbidden_character(span: Span, character: char) -> Diagnostic {
    let code_point = u32::from(character);
    let help = match character {
        '\r' => "end lines with a line feed, or with a carriage return and a line feed",
        _ if character.is_control() => "remove it; a file holds text, tabs and line breaks",
        _ => "remove it: it changes the direction of the text around it, so that a reader sees something else",
    };
    Diagnostic::error(code::SYNTAX_CHARACTER, format!("the character U+{code_point:04X} may not stand in a file"))
        .at(span, "here")
        .help(help)
}

/// E0105: a string without its closing quotes.
pub fn unclosed_string(span: Span, text: &str) -> Diagnostic {
    let (quote, help) = if text.starts_with("\"\"\"") {
        ("\"\"\"", "close it with `\"\"\"`")
    } else if text.starts_with('\'') {
        ("'", "close it with `'` on the same line; text of several lines stands in `\"\"\"…\"\"\"`")
    } else {
        ("\"", "close it with `\"` on the same line; text of several lines stands in `\"\"\"…\"\"\"`")
    };
    let first = text.lines().next().unwrap_or_default();
    let span = Span { end: span.start.saturating_add(u32::try_from(first.len()).unwrap_or(u32::MAX)), ..span };
    Diagnostic::error(code::SYNTAX_UNCLOSED_STRING, format!("the string that begins with `{quote}` is not closed"))
        .at(span, "begins here")
        .help(help)
}

/// E0106: a bracket that nothing closes.
pub fn unclosed_bracket(span: Span, kind: FrameKind) -> Diagnostic {
    let (open, close) = match kind {
        FrameKind::Bracket => ("[", "]"),
        FrameKind::Paren => ("(", ")"),
        FrameKind::Interpolation => ("${", "}"),
        _ => ("{", "}"),
    };
    Diagnostic::error(code::SYNTAX_UNCLOSED_BRACKET, format!("this `{open}` is not closed"))
        .at(span, "opened here")
        .help(format!("add the `{close}` that belongs to it"))
}

/// E0107: a closing bracket that nothing opens.
pub fn stray_bracket(span: Span, bracket: &str) -> Diagnostic {
    Diagnostic::error(code::SYNTAX_STRAY_BRACKET, format!("this `{bracket}` closes nothing"))
        .at(span, "")
        .help("remove it, or look above for a bracket that was closed too early")
}

/// E0107: a closing bracket of another kind than the open one.
pub fn mismatched_bracket(span: Span, bracket: &str, opened: Option<Span>) -> Diagnostic {
    let found = Diagnostic::error(
        code::SYNTAX_STRAY_BRACKET,
        format!("this `{bracket}` does not fit the bracket that is open"),
    )
    .at(span, "")
    .help("close brackets in the order they were opened, each with its own kind");
    match opened {
        Some(opened) => found.related(opened, "this one is open"),
        None => found,
    }
}

/// E0108: `\` and a character that is no escape.
pub fn unknown_escape(span: Span, escape: &str) -> Diagnostic {
    let help = match escape {
        "\\$" => "write `$` without the backslash; only `${` is escaped, as `\\${`".to_owned(),
        _ => "write `\\\\` for a backslash, or use `'…'`, where nothing is escaped".to_owned(),
    };
    Diagnostic::error(code::SYNTAX_ESCAPE, format!("`{escape}` is not an escape"))
        .at(span, "the escapes are `\\\"` `\\\\` `\\n` `\\t` `\\${`")
        .help(help)
}

/// E0109: a word of the language where a name is declared or said.
pub fn reserved_word(span: Span, word: &str, role: &str) -> Diagnostic {
    Diagnostic::error(code::SYNTAX_RESERVED, format!("`{word}` is a word of the language and cannot name {role}"))
        .at(span, "reserved")
        .help(format!("choose another name, such as `{word}_` or a longer word"))
}

/// E0115: a here-document outside of a string.
pub fn here_document(span: Span) -> Diagnostic {
    Diagnostic::error(code::SYNTAX_HERE_DOCUMENT, "there are no here-documents outside of strings")
        .at(span, "")
        .help("write text of several lines between `\"\"\"` and `\"\"\"`")
}

/// E0117: the word of another language for a literal.
pub fn foreign_literal(span: Span, word: &str, ours: &str) -> Diagnostic {
    Diagnostic::error(code::SYNTAX_FOREIGN_LITERAL, format!("`{word}` is not a word of the language"))
        .at(span, format!("write `{ours}`"))
        .help(format!("write `{ours}`"))
}

/// E0131: a number that is not a plain integer.
pub fn number(span: Span, text: &str) -> Diagnostic {
    let help = if text.contains('.') {
        "versions are strings: write it in quotes"
    } else {
        "write decimal digits only, without a leading zero, `_`, or a sign; the largest is 9223372036854775807"
    };
    Diagnostic::error(code::SYNTAX_NUMBER, format!("`{text}` is not an integer")).at(span, "").help(help)
}

/// E0133: `a < b < c`.
pub fn chained_comparison(first: Span, second: Span) -> Diagnostic {
    Diagnostic::error(code::SYNTAX_CHAINED_COMPARISON, "comparisons do not chain")
        .at(second, "a second comparison")
        .related(first, "the first one")
        .help("join two comparisons with `and`: `a < b and b < c`")
}

/// E0134: `else` without the `if` it belongs to.
pub fn else_without_if(span: Span) -> Diagnostic {
    Diagnostic::error(code::SYNTAX_ELSE, "this `else` belongs to no `if`")
        .at(span, "")
        .help("an expression that chooses is written `value if condition else other`")
}

/// E0134: `a if b if c`.
pub fn if_without_else(first: Span, second: Span) -> Diagnostic {
    Diagnostic::error(code::SYNTAX_ELSE, "a second `if` follows an `if` without `else`")
        .at(second, "the second one")
        .related(first, "the first one")
        .help("join the conditions with `and`, or write `else` between them: `a if b else c if d else e`")
}

/// E0136: a shell's own `${…}` forms.
pub fn shell_expansion(span: Span) -> Diagnostic {
    Diagnostic::error(code::SYNTAX_SHELL_EXPANSION, "`${…}` holds an expression of this language, not a shell's")
        .at(span, "only a shell reads this")
        .help("write `\\${` to hand `${` to the shell as it stands")
}

/// E0137: an option that was given before.
pub fn repeated_option(span: Span, option: &str) -> Diagnostic {
    Diagnostic::error(code::SYNTAX_REPEATED_OPTION, format!("`{option}` is given twice"))
        .at(span, "the second one")
        .help("keep one of them")
}

/// E0101: `not` where only a value can stand.
pub fn not_after_operator(span: Span) -> Diagnostic {
    unexpected(span, "`not`", "a value").help("put it in parentheses: `a == (not b)`")
}
