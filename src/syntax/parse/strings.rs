//! What the grammar read as a string → [`StrLit`]: escapes, interpolations, the common indent of `"""…"""`.

use pest::iterators::Pair;

use crate::source::Span;
use crate::syntax::ast::{StrLit, StrPart, StrStyle};
use crate::syntax::grammar::Rule;
use crate::syntax::indent;
use crate::syntax::parse::Reader;

impl Reader<'_> {
    pub(super) fn string(&mut self, pair: Pair<'_, Rule>) -> Option<StrLit> {
        self.string_at(pair, 0)
    }

    pub(super) fn string_at(&mut self, pair: Pair<'_, Rule>, height: usize) -> Option<StrLit> {
        let span = self.span(&pair);
        let style = match pair.as_rule() {
            Rule::plain => StrStyle::Plain,
            Rule::multi => StrStyle::Multi,
            Rule::raw => StrStyle::Raw,
            _ => return None,
        };
        let mut parts = Vec::new();
        if style == StrStyle::Raw {
            let text = pair.as_str();
            let inside = Span { start: span.start + 1, end: span.end - 1, ..span };
            push_text(&mut parts, &text[1..text.len() - 1], inside);
        }
        for part in pair.into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::plain_text => push_text(&mut parts, part.as_str(), span),
                Rule::multi_text => push_text(&mut parts, &part.as_str().replace("\r\n", "\n"), span),
                Rule::escape | Rule::multi_escape => push_text(&mut parts, unescaped(part.as_str()), span),
                _ => parts.push(self.interpolation(part, span, height)?),
            }
        }
        if style == StrStyle::Multi {
            indent::strip(&mut parts);
        }
        Some(StrLit { style, parts, span })
    }

    fn interpolation(&mut self, pair: Pair<'_, Rule>, span: Span, height: usize) -> Option<StrPart> {
        let mut inner = pair.into_inner();
        let raw = inner.peek()?.as_rule() == Rule::k_raw;
        if raw {
            inner.next();
        }
        let expr = self.expr_at(inner.next()?, height)?;
        Some(StrPart::Interp { raw, expr, span })
    }
}

fn unescaped(escape: &str) -> &str {
    match escape {
        "\\n" => "\n",
        "\\t" => "\t",
        _ => &escape[1..],
    }
}

/// Adds text; neighbouring texts are one, empty texts are left out.
fn push_text(parts: &mut Vec<StrPart>, text: &str, at: Span) {
    if text.is_empty() {
        return;
    }
    if let Some(StrPart::Text { value, span }) = parts.last_mut() {
        value.push_str(text);
        *span = span.to(at);
        return;
    }
    parts.push(StrPart::Text { value: text.to_owned(), span: at });
}
