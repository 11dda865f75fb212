//! Text → [`Token`]s, in one pass without recursion: knows strings, the interpolations in them, comments and brackets.
//!
//! It does not know statements. [`crate::syntax::scan`] reads whole files with it before the grammar does;
//! the parser finds the borders of statements with it, and the words about mistakes look at what stands around one.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A name or keyword.
    Word,
    /// Digits and whatever name characters follow them.
    Number,
    /// `{`, `[`, `(` or the `${` of an interpolation.
    Open,
    /// `}`, `]`, `)`.
    Close,
    /// The opening quotes of `"…"` or `"""…"""`.
    QuoteOpen,
    /// The closing quotes of `"…"` or `"""…"""`.
    QuoteClose,
    /// A whole `'…'`.
    Raw,
    /// Any other character, one a token.
    Symbol,
    /// From `#` to the end of the line.
    Comment,
    /// A `"…"` or `'…'` whose line, or a `"""…"""` whose file, ends before it; the token begins at its quotes.
    UnclosedString,
    /// A closing bracket that nothing opens.
    Stray,
    /// A closing bracket of another kind than the open one.
    Mismatch,
    /// `\` and a character that does not follow it in `"…"`.
    BadEscape,
    /// `<<EOT` with the lines up to `EOT`.
    HereDoc,
}

/// A piece of text.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Offset of its first byte.
    pub start: usize,
    /// Offset after its last byte.
    pub end: usize,
    /// How many brackets and strings are open around it; an opening token is outside of what it opens.
    pub depth: usize,
}

/// What is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// `{`
    Brace,
    /// `[`
    Bracket,
    /// `(`
    Paren,
    /// `${`
    Interpolation,
    /// `"`
    Plain,
    /// `"""`
    Multi,
}

/// Something that is open, and where it was opened.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// What is open.
    pub kind: FrameKind,
    /// Offset of its opening token.
    pub start: usize,
}

/// Reads tokens one after the other.
#[derive(Debug)]
pub struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    frames: Vec<Frame>,
    open_lines: usize,
    after_interpolation: bool,
    here_documents: usize,
}

/// Whether a byte may stand inside a name.
pub fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

impl<'t> Lexer<'t> {
    /// Starts at an offset that lies in code, not in a string.
    pub fn new(text: &'t str, at: usize) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at,
            frames: Vec::new(),
            open_lines: 0,
            after_interpolation: false,
            here_documents: 0,
        }
    }

    /// What is open now, outermost first.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// Forgets what is open.
    pub fn close_all(&mut self) {
        self.frames.clear();
        self.open_lines = 0;
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn rest_starts_with(&self, prefix: &str) -> bool {
        self.bytes[self.at..].starts_with(prefix.as_bytes())
    }

    fn token(&mut self, kind: TokenKind, len: usize) -> Token {
        let start = self.at;
        self.at = (self.at + len).min(self.bytes.len());
        Token { kind, start, end: self.at, depth: self.frames.len() }
    }

    fn open(&mut self, kind: FrameKind, token: TokenKind, len: usize) -> Token {
        let token = self.token(token, len);
        self.frames.push(Frame { kind, start: token.start });
        self.open_lines += usize::from(kind == FrameKind::Plain);
        self.after_interpolation = kind == FrameKind::Interpolation;
        token
    }

    fn pop(&mut self) -> Option<Frame> {
        let frame = self.frames.pop()?;
        self.open_lines -= usize::from(frame.kind == FrameKind::Plain);
        Some(frame)
    }

    /// The outermost `"…"` cannot go on after this line: everything from it on is closed.
    fn unclosed_line(&mut self) -> Token {
        let outer = self.frames.iter().position(|frame| frame.kind == FrameKind::Plain).unwrap_or_default();
        let start = self.frames.get(outer).map_or(self.at, |frame| frame.start);
        while self.frames.len() > outer {
            self.pop();
        }
        Token { kind: TokenKind::UnclosedString, start, end: self.at, depth: self.frames.len() }
    }

    fn in_string(&mut self, kind: FrameKind) -> Option<Token> {
        while let Some(byte) = self.byte(0) {
            match byte {
                b'"' if kind == FrameKind::Plain || self.rest_starts_with("\"\"\"") => {
                    self.pop();
                    return Some(self.token(TokenKind::QuoteClose, if kind == FrameKind::Plain { 1 } else { 3 }));
                }
                b'$' if self.byte(1) == Some(b'{') => {
                    return Some(self.open(FrameKind::Interpolation, TokenKind::Open, 2));
                }
                b'\\' if self.rest_starts_with("\\${") => self.at += 3,
                b'\\' if kind == FrameKind::Plain => match self.byte(1) {
                    Some(b'"' | b'\\' | b'n' | b't') => self.at += 2,
                    Some(b'\n' | b'\r') | None => self.at += 1,
                    Some(_) => {
                        let next = self.text[self.at + 1..].chars().next().map_or(0, char::len_utf8);
                        return Some(self.token(TokenKind::BadEscape, 1 + next));
                    }
                },
                b'\n' if self.open_lines > 0 => return Some(self.unclosed_line()),
                _ => self.at += 1,
            }
        }
        None
    }

    fn here_document(&mut self) -> Option<Token> {
        // Each one may search the whole rest of the text for its end.
        self.here_documents += 1;
        if self.here_documents > 8 {
            return None;
        }
        let rest = self.text[self.at..].strip_prefix("<<")?;
        let rest = rest.trim_start_matches(['-', '~']);
        let tag_text = rest.trim_start_matches(['"', '\'']);
        let len = tag_text.bytes().take_while(|byte| is_name_byte(*byte)).count();
        if !tag_text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_') {
            return None;
        }
        let tag = &tag_text[..len];
        let body = self.at + self.text[self.at..].find('\n')?;
        let mut offset = body + 1;
        for line in self.text[offset..].split_inclusive('\n') {
            if line.trim() == tag {
                return Some(self.token(TokenKind::HereDoc, offset + line.trim_end().len() - self.at));
            }
            offset += line.len();
        }
        Some(self.token(TokenKind::HereDoc, body - self.at))
    }

    fn closing(&mut self, byte: u8) -> Token {
        let Some(frame) = self.frames.last().copied() else { return self.token(TokenKind::Stray, 1) };
        let fits = match frame.kind {
            FrameKind::Brace | FrameKind::Interpolation => byte == b'}',
            FrameKind::Bracket => byte == b']',
            FrameKind::Paren => byte == b')',
            FrameKind::Plain | FrameKind::Multi => false,
        };
        if fits {
            self.pop();
            return self.token(TokenKind::Close, 1);
        }
        // A bracket closes what was left open inside of those it belongs to.
        let opener = match byte {
            b'}' => FrameKind::Brace,
            b']' => FrameKind::Bracket,
            _ => FrameKind::Paren,
        };
        let inside = self
            .frames
            .iter()
            .rposition(|frame| matches!(frame.kind, FrameKind::Interpolation | FrameKind::Plain | FrameKind::Multi));
        let known = self.frames.iter().rposition(|frame| frame.kind == opener);
        match known.filter(|known| Some(*known) > inside) {
            Some(known) => self.frames.truncate(known),
            // `["a")`: the wrong one was typed.
            None if frame.kind != FrameKind::Brace && byte != b'}' => {
                self.pop();
            }
            None => {}
        }
        self.token(TokenKind::Mismatch, 1)
    }

    fn raw(&mut self) -> Token {
        let end = self.bytes[self.at + 1..].iter().position(|byte| matches!(byte, b'\'' | b'\n'));
        match end {
            Some(len) if self.bytes[self.at + 1 + len] == b'\'' => self.token(TokenKind::Raw, len + 2),
            Some(len) => self.token(TokenKind::UnclosedString, len + 1),
            None => self.token(TokenKind::UnclosedString, self.bytes.len()),
        }
    }

    fn in_code(&mut self, byte: u8) -> Token {
        let after_interpolation = std::mem::take(&mut self.after_interpolation);
        match byte {
            b'#' if !(after_interpolation && self.byte(1).is_some_and(|next| !next.is_ascii_whitespace())) => {
                let len = self.bytes[self.at..].iter().position(|byte| *byte == b'\n');
                let line = &self.text[self.at..len.map_or(self.bytes.len(), |len| self.at + len)];
                self.token(TokenKind::Comment, line.trim_end_matches('\r').len())
            }
            b'"' if self.rest_starts_with("\"\"\"") => self.open(FrameKind::Multi, TokenKind::QuoteOpen, 3),
            b'"' => self.open(FrameKind::Plain, TokenKind::QuoteOpen, 1),
            b'\'' => self.raw(),
            b'{' => self.open(FrameKind::Brace, TokenKind::Open, 1),
            b'[' => self.open(FrameKind::Bracket, TokenKind::Open, 1),
            b'(' => self.open(FrameKind::Paren, TokenKind::Open, 1),
            b'}' | b']' | b')' => self.closing(byte),
            b'<' if self.byte(1) == Some(b'<') => match self.here_document() {
                Some(token) => token,
                None => self.token(TokenKind::Symbol, 1),
            },
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let len = self.bytes[self.at..].iter().take_while(|byte| is_name_byte(**byte)).count();
                self.token(TokenKind::Word, len)
            }
            b'0'..=b'9' => {
                let name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
                let len = self.bytes[self.at..].iter().take_while(name).count();
                self.token(TokenKind::Number, len)
            }
            _ => {
                let len = self.text[self.at..].chars().next().map_or(1, char::len_utf8);
                self.token(TokenKind::Symbol, len)
            }
        }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        if let Some(Frame { kind: kind @ (FrameKind::Plain | FrameKind::Multi), .. }) = self.frames.last().copied() {
            if let Some(token) = self.in_string(kind) {
                return Some(token);
            }
        } else {
            while let Some(byte) = self.byte(0) {
                match byte {
                    b'\n' if self.open_lines > 0 => return Some(self.unclosed_line()),
                    b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                    _ => return Some(self.in_code(byte)),
                }
                self.after_interpolation = false;
            }
        }
        let string = self.frames.iter().position(|frame| matches!(frame.kind, FrameKind::Plain | FrameKind::Multi))?;
        let start = self.frames[string].start;
        while self.frames.len() > string {
            self.pop();
        }
        Some(Token { kind: TokenKind::UnclosedString, start, end: self.bytes.len(), depth: self.frames.len() })
    }
}
