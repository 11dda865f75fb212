//! A string literal → its text: as it was written, but for the indent of `"""…"""`.

use crate::syntax::ast::{StrLit, StrPart, StrStyle};
use crate::syntax::format::{Formatter, indent};
use crate::syntax::indent as common;

impl Formatter<'_> {
    /// The literal; the lines of `"""…"""` are indented one level deeper than their statement.
    pub(super) fn string(&self, literal: &StrLit, level: usize) -> String {
        let source = &self.text[literal.span.range()];
        if literal.style != StrStyle::Multi || !source.contains('\n') {
            return source.to_owned();
        }
        let mut parts = self.written_parts(literal);
        let blank = |text: &str| text.bytes().all(|byte| matches!(byte, b' ' | b'\t'));
        let begins = matches!(parts.first(), Some(StrPart::Text { value, .. })
            if value.split_once('\n').is_some_and(|(first, _)| blank(first)));
        let ends = matches!(parts.last(), Some(StrPart::Text { value, .. })
            if value.rsplit_once('\n').is_some_and(|(_, last)| blank(last)));
        common::strip(&mut parts);

        let prefix = indent(level + 1);
        let mut text = String::from("\"\"\"");
        // A line gets its indent when the first thing on it that is not a line break is written.
        let mut line_begins = false;
        if begins {
            text.push('\n');
            line_begins = true;
        }
        for part in &parts {
            match part {
                StrPart::Text { value, .. } => {
                    for (number, line) in value.split('\n').enumerate() {
                        if number > 0 {
                            text.push('\n');
                            line_begins = true;
                        }
                        if line_begins && !line.is_empty() {
                            text.push_str(&prefix);
                            line_begins = false;
                        }
                        text.push_str(line);
                    }
                }
                StrPart::Interp { span, .. } => {
                    if line_begins {
                        text.push_str(&prefix);
                        line_begins = false;
                    }
                    text.push_str(&self.text[span.range()].replace("\r\n", "\n"));
                }
            }
        }
        if ends {
            text.push_str(&prefix);
        }
        text.push_str("\"\"\"");
        text
    }

    /// The parts with their escapes as they stand in the file.
    fn written_parts(&self, literal: &StrLit) -> Vec<StrPart> {
        let range = literal.span.range();
        let mut parts = Vec::new();
        let mut at = range.start + 3;
        for part in &literal.parts {
            if let StrPart::Interp { span, .. } = part {
                self.push_written(&mut parts, literal, at..span.start as usize);
                parts.push(part.clone());
                at = span.end as usize;
            }
        }
        self.push_written(&mut parts, literal, at..range.end - 3);
        parts
    }

    fn push_written(&self, parts: &mut Vec<StrPart>, literal: &StrLit, range: std::ops::Range<usize>) {
        if !range.is_empty() {
            let value = self.text[range].replace("\r\n", "\n");
            parts.push(StrPart::Text { value, span: literal.span });
        }
    }
}
