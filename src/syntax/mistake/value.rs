//! Mistakes where a value or a name should stand: quotes left out, numbers of other forms, words that are taken.

use crate::diagnostic::{Diagnostic, code};
use crate::syntax::error;
use crate::syntax::grammar::Rule;
use crate::syntax::lexer::TokenKind;
use crate::syntax::mistake::around::Around;
use crate::syntax::mistake::words::{self, Site};

/// E0136: `${NAME:-value}` and the like.
pub fn shell_expansion(around: &Around<'_>) -> Option<Diagnostic> {
    if around.site(0) != Site::Interpolation {
        return None;
    }
    let opener = around.opener(0)?;
    let behind_name = opener == -2 && around.is_word(-1) && around.touches(0);
    let operator = matches!(around.text(0), ":" | "%" | "/" | "^" | "," | "@" | "-" | "=" | "?" | "+");
    let alone = opener == -1 && matches!(around.text(0), "!" | "@" | "*" | "?" | "$") && around.touches(0);
    let negation = around.text(0) == "!" && around.text(1) == "=";
    ((behind_name && operator || alone) && !negation)
        .then(|| error::shell_expansion(around.span(opener).to(around.span(0))))
}

/// E0124: a path, a version or a reference without quotes.
pub fn missing_quotes(around: &Around<'_>) -> Option<Diagnostic> {
    let symbol = around.token(0).is_some_and(|token| token.kind == TokenKind::Symbol);
    if !symbol {
        return None;
    }
    let starts = matches!(around.text(0), "/" | "." | "~" | "*" | "@" | ">" | "<" | "=" | "^" | "$" | "-" | "?");
    let begins = starts && (around.expects_value() || around.expects(&[Rule::plain, Rule::multi, Rule::raw]));
    let goes_on = matches!(around.text(0), "/" | ":" | "@" | "*" | "." | "~" | "$" | "%") && around.touches(0);
    let goes_on = goes_on && around.behind_value() && (around.touches(1) || around.text(0) == "*");
    let path_follows = around.text(0) == "/" && around.behind_value() && !around.touches(0) && around.touches(1);
    if !begins && !goes_on && !path_follows {
        return None;
    }
    let mut span = around.span_of_run(0);
    let mut back = 0;
    while goes_on
        && around.touches(back)
        && around
            .token(back - 1)
            .is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::Number | TokenKind::Symbol))
    {
        back -= 1;
        span = around.span(back).to(span);
    }
    let text = around.slice(span);
    Some(
        Diagnostic::error(code::SYNTAX_MISSING_QUOTES, format!("`{text}` needs quotes"))
            .at(span, "")
            .help(format!("write `\"{text}\"`")),
    )
}

/// E0126: `{a = 1}` as a value.
pub fn record(around: &Around<'_>) -> Option<Diagnostic> {
    let value = around.text(0) == "{" && (around.expects_value() || around.text(-1) == "=");
    value.then(|| {
        Diagnostic::error(code::SYNTAX_RECORD, "values in braces do not exist")
            .at(around.span(0), "")
            .help("give each value a name of its own with `let`, or read it from a file with `toml`, `yaml` or `json`")
    })
}

/// E0131: numbers of other forms.
pub fn number(around: &Around<'_>) -> Option<Diagnostic> {
    let is_number = |ahead: isize| around.token(ahead).is_some_and(|token| token.kind == TokenKind::Number);
    let sign = matches!(around.text(0), "-" | "+") && around.expects_value() && is_number(1) && around.touches(1);
    let own = is_number(0) && around.expects_value();
    (sign || own).then(|| {
        let span = around.span_of_run(0);
        error::number(span, around.slice(span))
    })
}

/// E0132: a mode that is not `0` and octal digits.
pub fn mode(around: &Around<'_>) -> Option<Diagnostic> {
    if !around.expects(&[Rule::octal]) {
        return None;
    }
    let span = around.span_of_run(0);
    let text = around.slice(span);
    let digits = text.trim_start_matches("0o").trim_start_matches('0');
    let octal = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    let help = match octal {
        true => format!("write `0{digits:0>3}`"),
        false => "write `0` and three or four octal digits, such as `0755`, without quotes".to_owned(),
    };
    Some(Diagnostic::error(code::SYNTAX_MODE, "a mode is `0` and octal digits").at(span, "").help(help))
}

/// E0109: a word of the language where a name is declared, or said as a value.
pub fn reserved(around: &Around<'_>) -> Option<Diagnostic> {
    let word = around.text(0);
    let taken = around.is_word(0) && words::RESERVED.contains(&word);
    if !taken || !(around.expects(&[Rule::ident]) || around.expects_value() || around.expects(&[Rule::fn_param])) {
        return None;
    }
    let role = match around.text(-1) {
        "let" => "a value",
        "param" => "a param",
        "fn" => "a function",
        "for" => "what `for` repeats",
        // `mount cache id "x" "/PATH"`: an option before what it belongs to.
        "cache" | "tmpfs" if around.statement_word() == "mount" => return None,
        _ if around.expects(&[Rule::fn_param]) || !around.expects_value() => "a parameter",
        // A statement begins where the value is missing.
        _ if around.begins_line(0) && !around.site(0).statements().is_empty() => return None,
        _ => "a value",
    };
    Some(error::reserved_word(around.span(0), word, role))
}

/// E0138: something else than a name where one is declared.
pub fn name(around: &Around<'_>) -> Option<Diagnostic> {
    let named = around.expects(&[Rule::name, Rule::ident, Rule::variable]) && !around.expects_value();
    let token = around.token(0)?;
    let found = match token.kind {
        TokenKind::QuoteOpen | TokenKind::Raw => "names stand without quotes",
        TokenKind::Number => "names begin with a letter",
        TokenKind::Symbol if !around.text(0).is_ascii() => "names are made of ASCII letters, digits, `_` and `-`",
        TokenKind::Symbol if around.text(0) == "$" => "names stand without `$`",
        _ => return None,
    };
    let foreign = !around.text(0).is_ascii();
    (named || foreign).then(|| {
        Diagnostic::error(code::SYNTAX_NAME, found).at(around.span(0), "").help(match token.kind {
            TokenKind::QuoteOpen | TokenKind::Raw => "remove the quotes: strings are values, and this is a name",
            _ => "a name is a letter or `_`, then letters, digits, `_` and `-`",
        })
    })
}
