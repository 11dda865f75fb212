//! Places as parsers give them → spans that slice the text.

use std::ops::Range;

use crate::source::{FileId, Span};

/// Every that many characters the byte offset is kept.
const STRIDE: usize = 64;

/// The byte offsets of a text's characters.
pub struct CharOffsets<'t> {
    text: &'t str,
    /// Byte offsets of the characters 0, 64, 128, …; empty when all characters are one byte.
    marks: Vec<usize>,
}

impl<'t> CharOffsets<'t> {
    /// Looks at the text once.
    pub fn new(text: &'t str) -> Self {
        let marks = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().step_by(STRIDE).map(|(offset, _)| offset).collect()
        };
        Self { text, marks }
    }

    /// The byte offset of the character number `index`; past the last one it is the text's end.
    pub fn byte(&self, index: usize) -> usize {
        if self.marks.is_empty() {
            return index.min(self.text.len());
        }
        let Some(start) = self.marks.get(index / STRIDE) else { return self.text.len() };
        let rest = self.text.get(*start..).unwrap_or_default();
        rest.char_indices().nth(index % STRIDE).map_or(self.text.len(), |(offset, _)| start + offset)
    }
}

/// The span of a byte range, moved onto character boundaries inside the text.
pub fn span(file: FileId, text: &str, range: Range<usize>) -> Span {
    let start = floor(text, range.start);
    let end = floor(text, range.end).max(start);
    Span::new(file, start, end)
}

fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_as_bytes() {
        let text = "aé€😀".repeat(100);
        let offsets = CharOffsets::new(&text);
        for (index, (offset, _)) in text.char_indices().enumerate() {
            assert_eq!(offsets.byte(index), offset);
        }
        assert_eq!(offsets.byte(400), text.len());
        assert_eq!(offsets.byte(usize::MAX), text.len());
        assert_eq!(CharOffsets::new("abc").byte(2), 2);
        assert_eq!(CharOffsets::new("abc").byte(9), 3);
    }
}
