//! Mistakes in expressions that have a code of their own: operators and forms of other languages.

use crate::diagnostic::{Diagnostic, code};
use crate::syntax::lexer::TokenKind;
use crate::syntax::mistake::around::Around;
use crate::syntax::mistake::words::Site;

/// E0112: `c ? a : b` and `?.`.
pub fn question_mark(around: &Around<'_>) -> Option<Diagnostic> {
    if around.text(0) != "?" {
        return None;
    }
    if around.text(1) == "." {
        let message = "there is no `?.`";
        let help = "write `.`: reading what is absent gives `none`, for which `??` has another value";
        return Some(
            Diagnostic::error(code::SYNTAX_TERNARY, message).at(around.span(0).to(around.span(1)), "").help(help),
        );
    }
    let help = "write `a if condition else b`; for a value that may be `none`, write `value ?? other`";
    Some(Diagnostic::error(code::SYNTAX_TERNARY, "there is no `?` operator").at(around.span(0), "").help(help))
}

/// E0113: `&&`, `||`, `!`.
pub fn foreign_operator(around: &Around<'_>) -> Option<Diagnostic> {
    let (written, ours, len) = match (around.text(0), around.text(1)) {
        ("&", "&") => ("&&", "and", 1),
        ("|", "|") => ("||", "or", 1),
        ("!", "=") => return None,
        ("!", _) => ("!", "not", 0),
        _ => return None,
    };
    Some(
        Diagnostic::error(code::SYNTAX_FOREIGN_OPERATOR, format!("`{written}` is not an operator"))
            .at(around.span(0).to(around.span(len)), format!("write `{ours}`"))
            .help(format!("write `{ours}`")),
    )
}

/// E0114: `+`, `-`, `*`, `/`, `%`.
pub fn arithmetic(around: &Around<'_>) -> Option<Diagnostic> {
    let operator = around.text(0);
    let found = matches!(operator, "+" | "-" | "*" | "/" | "%") && around.behind_value() && !around.begins_line(0);
    if !found {
        return None;
    }
    let help = match operator {
        "+" => "put strings together with `\"${a}${b}\"`, and lists with `[for x in a { x }, for x in b { x }]`",
        "/" => "put paths together in a string: `\"${a}/${b}\"`",
        _ => "numbers are not calculated with; write the result",
    };
    Some(
        Diagnostic::error(code::SYNTAX_ARITHMETIC, format!("there is no operator `{operator}`"))
            .at(around.span(0), "")
            .help(help),
    )
}

/// E0116: `[e for x in xs]`.
pub fn comprehension(around: &Around<'_>) -> Option<Diagnostic> {
    let site = around.site(0);
    if around.text(0) != "for" || !around.behind_value() || !matches!(site, Site::List | Site::Arguments) {
        return None;
    }
    Some(
        Diagnostic::error(code::SYNTAX_COMPREHENSION, "in a list, `for` stands before what it repeats")
            .at(around.span(0), "")
            .help("write `[for x in list { x }]`"),
    )
}

/// E0121: `=` in a condition.
pub fn single_equals(around: &Around<'_>) -> Option<Diagnostic> {
    if around.text(0) != "=" || around.text(1) == "=" || !around.behind_value() || around.site(0) == Site::Arguments {
        return None;
    }
    let condition = matches!(around.site(0), Site::Detect | Site::Function | Site::Interpolation | Site::List)
        || matches!(around.statement_word(), "when" | "for" | "let")
        || expects_operator(around);
    condition.then(|| {
        Diagnostic::error(code::SYNTAX_SINGLE_EQUALS, "`=` does not compare")
            .at(around.span(0), "write `==`")
            .help("write `==` to ask whether two values are equal")
    })
}

fn expects_operator(around: &Around<'_>) -> bool {
    use crate::syntax::grammar::Rule;
    around.expects(&[Rule::operator]) && !around.expects(&[Rule::equals])
}

/// E0125: `x[0]`.
pub fn index(around: &Around<'_>) -> Option<Diagnostic> {
    if around.text(0) != "[" || !around.touches(0) || !around.behind_value() {
        return None;
    }
    let keyed = around.token(1).is_some_and(|token| matches!(token.kind, TokenKind::QuoteOpen | TokenKind::Raw));
    let help = if keyed {
        "read a value of data with its dotted name: `data.string(\"project.name\")`"
    } else {
        "lists are read whole: repeat something for each element with `for x in list { … }`"
    };
    Some(Diagnostic::error(code::SYNTAX_INDEX, "values have no index").at(around.span(0), "").help(help))
}
