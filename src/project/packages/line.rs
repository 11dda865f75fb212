//! The text of a requirements file → its logical lines: continuations joined, comments gone, each byte's place known.

use std::ops::Range;

use crate::source::{FileId, Span};

/// A logical line.
pub struct Line {
    /// Its text, without blanks at the ends.
    pub text: String,
    /// Where parts of the text begin, and where these lie in the file.
    pieces: Vec<(usize, usize)>,
    place: Span,
}

/// A word of a line.
#[derive(Clone, Debug)]
pub struct Word {
    /// Its text, quotes taken off.
    pub text: String,
    /// Where it stands in the line, with its quotes.
    pub range: Range<usize>,
}

impl Line {
    /// A line that stands as one value in a document.
    pub fn of_value(text: &str, place: Span) -> Self {
        Self { text: without_comment(text).trim().to_owned(), pieces: Vec::new(), place }
    }

    /// Where a part of the line lies in the file.
    pub fn span(&self, range: Range<usize>) -> Span {
        if self.pieces.is_empty() {
            return self.place;
        }
        let start = self.offset(range.start);
        let end = self.offset(range.end.saturating_sub(1)) + 1;
        Span::new(self.place.file, start, end.max(start))
    }

    /// Where the whole line lies.
    pub fn place(&self) -> Span {
        self.place
    }

    fn offset(&self, at: usize) -> usize {
        let after = self.pieces.partition_point(|(start, _)| *start <= at);
        let piece = self.pieces.get(after.saturating_sub(1));
        piece.map_or(0, |(start, place)| place + at.saturating_sub(*start))
    }

    /// The words of a part of the line, as a shell splits them: blanks between, quotes around.
    pub fn words(&self, from: usize) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        let mut open: Option<char> = None;
        let mut inside = false;
        for (at, character) in self.text.char_indices().skip_while(|(at, _)| *at < from) {
            if open.is_none() && character.is_whitespace() {
                inside = false;
                continue;
            }
            if !inside {
                words.push(Word { text: String::new(), range: at..at });
                inside = true;
            }
            let Some(word) = words.last_mut() else { continue };
            word.range.end = at + character.len_utf8();
            match (open, character) {
                (Some(quote), _) if quote == character => open = None,
                (None, '"' | '\'') => open = Some(character),
                _ => word.text.push(character),
            }
        }
        words
    }
}

/// Splits a requirements file. As pip does, a comment ends a continued line.
pub fn split(file: FileId, text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut open = Open::default();
    let mut start = text.len() - text.trim_start_matches('\u{feff}').len();
    while start < text.len() {
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let physical = text[start..end].strip_suffix('\r').unwrap_or(&text[start..end]);
        let content = without_comment(physical);
        match content.strip_suffix('\\') {
            Some(content) if content.len() + 1 == physical.len() => open.push(content, start),
            _ => {
                open.push(content, start);
                lines.extend(std::mem::take(&mut open).close(file));
            }
        }
        start = end + 1;
    }
    lines.extend(open.close(file));
    lines
}

/// A logical line that is not complete yet.
#[derive(Default)]
struct Open {
    text: String,
    pieces: Vec<(usize, usize)>,
}

impl Open {
    fn push(&mut self, content: &str, at: usize) {
        let blanks = if self.text.is_empty() { content.len() - content.trim_start().len() } else { 0 };
        let content = &content[blanks..];
        if !content.is_empty() {
            self.pieces.push((self.text.len(), at + blanks));
            self.text.push_str(content);
        }
    }

    fn close(mut self, file: FileId) -> Option<Line> {
        self.text.truncate(self.text.trim_end().len());
        let length = self.text.len();
        self.pieces.retain(|(start, _)| *start < length);
        if self.text.is_empty() {
            return None;
        }
        let mut line = Line { text: self.text, pieces: self.pieces, place: Span::new(file, 0, 0) };
        line.place = line.span(0..length);
        Some(line)
    }
}

/// A line up to a `#` that begins it or stands behind a blank.
fn without_comment(line: &str) -> &str {
    let mut before = ' ';
    for (at, character) in line.char_indices() {
        if character == '#' && before.is_whitespace() {
            return &line[..at];
        }
        before = character;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;

    fn texts(text: &str) -> Vec<String> {
        let file = SourceMap::new().add("requirements.txt", text);
        split(file, text).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn comments_and_blank_lines_are_gone() {
        assert_eq!(texts("# one\n\n  a==1  # two\nb#c\n\tc # d"), ["a==1", "b#c", "c"]);
    }

    #[test]
    fn continuations_are_joined_whatever_the_line_ends() {
        assert_eq!(
            texts("\u{feff}a==1 \\\r\n    --hash=x \\\r\n    --hash=y\r\nb"),
            ["a==1     --hash=x     --hash=y", "b"]
        );
        assert_eq!(texts("a \\\n# comment\nb"), ["a", "b"]);
        assert_eq!(texts("a \\"), ["a"]);
    }

    #[test]
    fn each_part_of_a_line_knows_its_place() {
        let text = "# é\n  torch==2 \\\n    --hash=abc # c\n";
        let sources = SourceMap::new();
        let file = sources.add("requirements.txt", text);
        let lines = split(file, text);
        let words = lines[0].words(0);
        let found: Vec<_> = words.iter().map(|word| sources.text(lines[0].span(word.range.clone()))).collect();
        assert_eq!(found, ["torch==2", "--hash=abc"]);
        assert_eq!(sources.text(lines[0].place()), "torch==2 \\\n    --hash=abc");
    }

    #[test]
    fn quotes_hold_words_together() {
        let line = Line::of_value("-C \"a b\"  'c'd", Span::new(SourceMap::new().add("x", ""), 0, 0));
        let words: Vec<_> = line.words(0).into_iter().map(|word| word.text).collect();
        assert_eq!(words, ["-C", "a b", "cd"]);
    }
}
