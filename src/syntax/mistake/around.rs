//! A place in a file → the tokens around it, and the statement and the braces it stands in.

use crate::source::Span;
use crate::syntax::grammar::Rule;
use crate::syntax::lexer::{Lexer, Token, TokenKind};
use crate::syntax::mistake::Place;
use crate::syntax::mistake::words::{self, Site};

/// What stands around a place that does not fit.
#[derive(Debug)]
pub struct Around<'t> {
    place: Place<'t>,
    tokens: Vec<Token>,
    here: usize,
    expected: &'t [Rule],
}

impl<'t> Around<'t> {
    /// Reads from the start of the item to a little behind the place.
    pub fn new(place: Place<'t>, expected: &'t [Rule]) -> Self {
        let mut tokens = Vec::new();
        let mut here = None;
        for token in Lexer::new(place.text, place.item).filter(|token| token.kind != TokenKind::Comment) {
            if here.is_none() && token.end > place.at {
                here = Some(tokens.len());
            }
            tokens.push(token);
            if here.is_some_and(|here| tokens.len() > here + 8) {
                break;
            }
        }
        let here = here.unwrap_or(tokens.len());
        Self { place, tokens, here, expected }
    }

    /// Whether one of these rules would have fitted.
    pub fn expects(&self, rules: &[Rule]) -> bool {
        self.expected.iter().any(|rule| rules.contains(rule))
    }

    /// All rules that would have fitted.
    pub fn expected(&self) -> &[Rule] {
        self.expected
    }

    /// Whether a value would have fitted.
    pub fn expects_value(&self) -> bool {
        self.expects(&[Rule::expr, Rule::postfix, Rule::int, Rule::list, Rule::paren])
    }

    /// Whether what stands before the place is a whole value, so that it could go on with an operator.
    pub fn behind_value(&self) -> bool {
        let Some(token) = self.token(-1) else { return false };
        match token.kind {
            TokenKind::Number | TokenKind::QuoteClose | TokenKind::Raw => true,
            TokenKind::Close => self.text(-1) != "}",
            TokenKind::Word => {
                let word = self.text(-1);
                !words::RESERVED.contains(&word) || matches!(word, "none" | "true" | "false") || self.text(-2) == "."
            }
            _ => false,
        }
    }

    fn index(&self, ahead: isize) -> Option<usize> {
        self.here.checked_add_signed(ahead)
    }

    /// The token `ahead` of the place; 0 is the one that does not fit.
    pub fn token(&self, ahead: isize) -> Option<Token> {
        self.tokens.get(self.index(ahead)?).copied()
    }

    /// Its text; empty where there is none.
    pub fn text(&self, ahead: isize) -> &'t str {
        self.token(ahead).map_or("", |token| &self.place.text[token.start..token.end])
    }

    /// What follows the place, from its first character on.
    pub fn rest(&self) -> &'t str {
        self.token(0).map_or("", |token| &self.place.text[token.start..])
    }

    /// Whether the token stands alone as a word.
    pub fn is_word(&self, ahead: isize) -> bool {
        self.token(ahead).is_some_and(|token| token.kind == TokenKind::Word)
    }

    /// Whether it touches the token before it.
    pub fn touches(&self, ahead: isize) -> bool {
        match (self.token(ahead - 1), self.token(ahead)) {
            (Some(before), Some(token)) => before.end == token.start,
            _ => false,
        }
    }

    /// Whether it is the first of its line.
    pub fn begins_line(&self, ahead: isize) -> bool {
        self.index(ahead).is_some_and(|index| self.first_of_line(index))
    }

    fn first_of_line(&self, index: usize) -> bool {
        let Some(token) = self.tokens.get(index) else { return true };
        let before = index.checked_sub(1).and_then(|index| self.tokens.get(index)).map_or(0, |token| token.end);
        self.place.text.get(before..token.start).is_none_or(|gap| gap.contains('\n')) || index == 0
    }

    /// The place of a token.
    pub fn span(&self, ahead: isize) -> Span {
        match self.token(ahead) {
            Some(token) => Span::new(self.place.file, token.start, token.end),
            None => Span::new(self.place.file, self.place.at, self.place.at),
        }
    }

    /// The place of the token, and of what touches it up to the next blank or bracket.
    pub fn span_of_run(&self, ahead: isize) -> Span {
        let span = self.span(ahead);
        let rest = self.place.text.get(span.start as usize..).unwrap_or_default();
        let stops = |c: char| c.is_whitespace() || matches!(c, '{' | '}' | '(' | ')' | '[' | ']' | ',' | '"' | '\'');
        let len = rest.find(stops).unwrap_or(rest.len()).max(span.end as usize - span.start as usize);
        Span::new(self.place.file, span.start as usize, span.start as usize + len)
    }

    /// From the start of a span to the end of its line, without a `{` that ends it.
    pub fn line(&self, span: Span) -> Span {
        let rest = self.place.text.get(span.start as usize..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default().trim_end();
        let line = line.strip_suffix(['{', '}']).unwrap_or(line).trim_end();
        Span::new(self.place.file, span.start as usize, span.start as usize + line.len())
    }

    /// The text of a span.
    pub fn slice(&self, span: Span) -> &'t str {
        self.place.text.get(span.range()).unwrap_or_default()
    }

    /// The bracket that is open around a token, as its distance from the place.
    pub fn opener(&self, ahead: isize) -> Option<isize> {
        let index = self.index(ahead)?;
        let depth = match self.tokens.get(index) {
            Some(token) if token.kind == TokenKind::Close => token.depth + 1,
            Some(token) => token.depth,
            None => 0,
        };
        let opens = |token: &Token| matches!(token.kind, TokenKind::Open | TokenKind::QuoteOpen) && token.depth < depth;
        let found = self.tokens[..index.min(self.tokens.len())].iter().rposition(opens)?;
        isize::try_from(found).ok()?.checked_sub_unsigned(self.here)
    }

    /// What the braces or brackets around a token hold.
    pub fn site(&self, ahead: isize) -> Site {
        let mut ahead = ahead;
        loop {
            let Some(opener) = self.opener(ahead) else { return Site::File };
            match self.text(opener) {
                "${" => return Site::Interpolation,
                "[" => return Site::List,
                "(" => return Site::Arguments,
                "{" => {}
                _ => return Site::Text,
            }
            match words::site_of(self.owner(opener)) {
                Some(site) => return site,
                None if self.opener(opener).is_some_and(|outer| self.text(outer) == "[") => return Site::List,
                None => ahead = opener,
            }
        }
    }

    /// The word whose braces open at a token: `stage` in `stage sync "…" {`.
    pub fn owner(&self, opener: isize) -> &'t str {
        self.statement_of(opener).map_or("", |statement| self.text(statement))
    }

    /// The first word of the statement that the place is in, as its distance from the place.
    pub fn statement(&self) -> Option<isize> {
        self.statement_of(0)
    }

    /// The word of the statement that the place is in.
    pub fn statement_word(&self) -> &'t str {
        self.statement().map_or("", |statement| self.text(statement))
    }

    fn statement_of(&self, ahead: isize) -> Option<isize> {
        let depth = self.token(ahead).map_or(0, |token| token.depth);
        let mut back = ahead - 1;
        while let Some(token) = self.token(back) {
            if token.depth < depth {
                return None;
            }
            let named =
                matches!(self.text(back - 1), "." | "stage" | "block" | "stack" | "phase" | "needs" | "," | "after");
            let free = !named || self.begins_line(back);
            if token.depth == depth && token.kind == TokenKind::Word && words::begins_statement(self.text(back)) {
                // `layer from stage x` and `copy x from stage y` hold words that begin statements elsewhere.
                let inner = matches!(
                    (self.text(back - 1), self.text(back)),
                    ("from", "stage" | "phase") | ("layer", "from") | ("as", "env") | ("uses", "network")
                );
                let input = self.text(back) == "from" && self.inside_copy(back, depth);
                // `needs x when c`
                let condition = self.text(back) == "when" && self.site(back) == Site::Block;
                if free && !inner && !input && !condition {
                    return Some(back);
                }
            }
            back -= 1;
        }
        None
    }

    /// Whether the `from` at `back` belongs to a `copy` or a `mount`.
    fn inside_copy(&self, back: isize, depth: usize) -> bool {
        let mut before = back - 1;
        while let Some(token) = self.token(before).filter(|token| token.depth >= depth) {
            if token.depth == depth && token.kind == TokenKind::Word {
                match self.text(before) {
                    "copy" | "mount" => return true,
                    "to" => return false,
                    word if words::begins_statement(word) && self.text(before - 1) != "." => return false,
                    _ => {}
                }
            }
            before -= 1;
        }
        false
    }

    /// Whether a new item could begin at the place.
    pub fn behind_item(&self) -> bool {
        self.here == 0 || self.begins_line(0) || self.text(-1) == "}"
    }

    /// The first `if` of a line that is not part of a bracket, between the braces before `brace` and it.
    pub fn line_first_if(&self, brace: isize) -> Option<isize> {
        let depth = self.token(brace)?.depth;
        let mut back = brace - 1;
        while let Some(token) = self.token(back).filter(|token| token.depth >= depth) {
            let text = self.text(back);
            if token.depth == depth && (text == "else" || text == "}" || text == "{") {
                return None;
            }
            if token.depth == depth && text == "if" && self.begins_line(back) {
                return Some(back);
            }
            back -= 1;
        }
        None
    }

    /// Tokens of the line from the place on, and whether one of them opens a brace.
    pub fn brace_on_line(&self) -> bool {
        let mut ahead = 0;
        while let Some(token) = self.token(ahead) {
            if ahead > 0 && self.begins_line(ahead) {
                return false;
            }
            if token.kind == TokenKind::Open && self.text(ahead) == "{" {
                return true;
            }
            ahead += 1;
        }
        false
    }
}
