//! A whole file, before the grammar reads it → its comments and the borders of its items, or what makes it unreadable.
//!
//! One linear pass without recursion. It refuses what the grammar must never see: files that are too large, nesting that
//! would overflow the stack, and characters that show a reader something else than what is compiled.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Sink};
use crate::source::{FileId, Span};
use crate::syntax::ast::Comment;
use crate::syntax::error;
use crate::syntax::lexer::{Frame, FrameKind, Lexer, Token, TokenKind};

/// The largest file that is read, in bytes.
pub const MAX_FILE: usize = 1 << 20;
/// How many brackets, strings and interpolations may be open at one place.
pub const MAX_DEPTH: usize = 64;
const MAX_CHARACTERS_REPORTED: usize = 10;
/// Behind this many mistakes in brackets and strings, the rest of a file says nothing about its statements.
const MAX_TROUBLE: usize = 25;

/// What a scan found.
#[derive(Debug, Default)]
pub struct Scan {
    /// Every comment, in order.
    pub comments: Vec<Comment>,
    /// The text of each item, without the comments around it.
    pub items: Vec<Range<usize>>,
    /// Offsets of what was reported already: a statement that holds one is not diagnosed again.
    pub trouble: Vec<usize>,
    /// Whether the file must not be read further.
    pub refused: bool,
}

/// Scans a file.
pub fn scan(file: FileId, text: &str, sink: &mut Sink) -> Scan {
    let mut scan = Scan::default();
    if text.len() > MAX_FILE {
        sink.push(error::file_too_large(Span::new(file, 0, 0), text.len()));
        return Scan { refused: true, ..scan };
    }
    for (offset, character) in forbidden_characters(text).take(MAX_CHARACTERS_REPORTED) {
        sink.push(error::forbidden_character(Span::new(file, offset, offset + character.len_utf8()), character));
        scan.refused = true;
    }
    if scan.refused {
        return scan;
    }
    Scanner {
        file,
        text,
        sink,
        scan,
        start: None,
        end: 0,
        head: "",
        line_first: true,
        swallowed: false,
        misindented: None,
    }
    .run()
}

/// Control characters other than tabs and line ends, and characters that change the direction of text.
fn forbidden_characters(text: &str) -> impl Iterator<Item = (usize, char)> {
    let bytes = text.as_bytes();
    let suspicious = bytes.iter().enumerate().filter(|(at, byte)| match **byte {
        b'\t' | b'\n' => false,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        // The lead bytes of U+0080-00BF, U+0600-063F and U+2000-2FFF.
        0..=0x1f | 0x7f | 0xc2 | 0xd8 | 0xe2 => true,
        _ => false,
    });
    suspicious.filter_map(move |(at, _)| {
        let character = text.get(at..)?.chars().next()?;
        let refused = character.is_control()
            || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{61c}');
        refused.then_some((at, character))
    })
}

struct Scanner<'t, 's> {
    file: FileId,
    text: &'t str,
    sink: &'s mut Sink,
    scan: Scan,
    /// Where the item that is open began.
    start: Option<usize>,
    /// Where its last token ended.
    end: usize,
    /// Its first word.
    head: &'t str,
    line_first: bool,
    /// Whether a string that is not closed took the rest of the file.
    swallowed: bool,
    /// The first bracket whose closing one stands further left than its line: likely the one that is not closed.
    misindented: Option<Frame>,
}

impl<'t> Scanner<'t, '_> {
    fn run(mut self) -> Scan {
        let mut lexer = Lexer::new(self.text, self.text.len() - self.text.trim_start_matches('\u{feff}').len());
        let mut before = 0;
        let mut opened = Vec::new();
        while let Some(token) = lexer.next() {
            if lexer.frames().len() > MAX_DEPTH {
                self.report(token.start, error::nested_too_deeply(self.span(token.start, token.end)));
                return Scan { refused: true, items: Vec::new(), ..self.scan };
            }
            self.line_first = before == 0 || self.text[before.min(token.start)..token.start].contains('\n');
            before = token.end;
            if token.kind == TokenKind::Comment {
                let doc = self.text[token.start..].starts_with("##");
                self.scan.comments.push(Comment { span: self.span(token.start, token.end), doc });
                continue;
            }
            let open = opened.last().copied();
            self.indentation(token, &mut opened, lexer.frames());
            if self.unbalanced_item(token) && token.depth > 0 {
                self.unclosed(&opened);
                lexer.close_all();
                opened.clear();
                self.finish_item();
            }
            self.mistake(token, open);
            if self.scan.trouble.len() >= MAX_TROUBLE {
                return Scan { refused: true, items: Vec::new(), ..self.scan };
            }
            self.borders(token, lexer.frames().is_empty());
        }
        // Behind a string that goes on to the end of the file, no bracket could be closed.
        if !opened.is_empty() && !self.swallowed {
            self.unclosed(&opened);
        }
        self.finish_item();
        self.scan
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    fn report(&mut self, at: usize, diagnostic: Diagnostic) {
        self.scan.trouble.push(at);
        self.sink.push(diagnostic);
    }

    /// `block name {` at the very start of a line stands inside nothing, whatever is still open.
    fn unbalanced_item(&self, token: Token) -> bool {
        if token.kind != TokenKind::Word || !(token.start == 0 || self.text[..token.start].ends_with('\n')) {
            return false;
        }
        let mut rest = self.text[token.end..].lines().next().unwrap_or_default().split_ascii_whitespace();
        match &self.text[token.start..token.end] {
            "block" | "stack" => rest.nth(1).is_some_and(|brace| brace.starts_with('{')),
            "fn" => rest.next().is_some_and(|name| name.contains('(')),
            "use" => rest.next().is_some_and(|path| path.starts_with(['"', '\''])),
            _ => false,
        }
    }

    fn indentation(&mut self, token: Token, opened: &mut Vec<Frame>, frames: &[Frame]) {
        if token.kind == TokenKind::Close && self.line_first && self.misindented.is_none() {
            let closes = opened.last().copied();
            if closes.is_some_and(|frame| self.indent(frame.start) > self.indent(token.start)) {
                self.misindented = closes;
            }
        }
        opened.clear();
        opened.extend_from_slice(frames);
    }

    fn indent(&self, at: usize) -> usize {
        let line = self.text[..at].rfind('\n').map_or(0, |line_break| line_break + 1);
        self.text[line..at].len() - self.text[line..at].trim_start().len()
    }

    fn unclosed(&mut self, opened: &[Frame]) {
        let Some(frame) = self.misindented.take().or_else(|| opened.last().copied()) else { return };
        let len = if frame.kind == FrameKind::Interpolation { 2 } else { 1 };
        let span = self.span(frame.start, frame.start + len);
        self.report(frame.start, error::unclosed_bracket(span, frame.kind));
        // The item holds a mistake wherever it is cut.
        if let Some(start) = self.start {
            self.scan.trouble.push(start);
        }
    }

    /// `open` is the bracket that was open before the token.
    fn mistake(&mut self, token: Token, open: Option<Frame>) {
        let span = self.span(token.start, token.end);
        let text = &self.text[token.start..token.end];
        let found = match token.kind {
            TokenKind::UnclosedString => {
                self.swallowed = token.end == self.text.len();
                error::unclosed_string(span, text)
            }
            TokenKind::Stray => error::stray_bracket(span, text),
            TokenKind::Mismatch => {
                let opened = open.map(|frame| self.span(frame.start, frame.start + 1));
                error::mismatched_bracket(span, text, opened)
            }
            TokenKind::BadEscape => error::unknown_escape(span, text),
            TokenKind::HereDoc => error::here_document(self.span(token.start, token.start + 2)),
            TokenKind::Symbol if text == "#" => error::shell_expansion(span),
            _ => return,
        };
        self.report(token.start, found);
    }

    fn borders(&mut self, token: Token, closed: bool) {
        if token.kind == TokenKind::Stray {
            return;
        }
        let text = &self.text[token.start..token.end];
        let heads = ["block", "stack", "fn", "use"];
        let begins = token.depth == 0 && token.kind == TokenKind::Word && self.line_first && heads.contains(&text);
        if begins {
            self.finish_item();
        }
        if self.start.is_none() {
            self.start = Some(token.start);
            self.head = text;
        }
        self.end = token.end;
        let ends = match token.kind {
            TokenKind::Close => text == "}",
            TokenKind::QuoteClose | TokenKind::Raw => self.head == "use",
            _ => false,
        };
        if closed && ends {
            self.finish_item();
        }
    }

    fn finish_item(&mut self) {
        if let Some(start) = self.start.take() {
            self.scan.items.push(start..self.end);
        }
    }
}
