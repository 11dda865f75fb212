//! Bytes that steps wrote → lines that are safe to print; numbers of bytes in words.
//!
//! **Invariant:** no control character that a step wrote gets through but a tab.

use crate::diagnostic::render::visible_whole;

/// A line that gets longer than this ends there.
const LONGEST_LINE: usize = 64 << 10;

/// The output of one stream of a step, which comes in pieces of any size.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    partial: Vec<u8>,
    /// The cursor went back to the line's start: what comes next writes over it, unless the line ends.
    returned: bool,
}

impl Lines {
    /// Takes a piece, and gives the lines that end in it.
    pub fn push(&mut self, bytes: &[u8], mut line: impl FnMut(String)) {
        for &byte in bytes {
            match byte {
                b'\n' => line(self.take()),
                b'\r' => self.returned = true,
                _ => {
                    if std::mem::take(&mut self.returned) {
                        self.partial.clear();
                    } else if self.partial.len() >= LONGEST_LINE {
                        line(self.take());
                    }
                    self.partial.push(byte);
                }
            }
        }
    }

    /// What is left: a line without an end.
    pub fn rest(&mut self) -> Option<String> {
        (!self.partial.is_empty()).then(|| self.take())
    }

    /// The line that is being written.
    pub fn partial(&self) -> Option<String> {
        (!self.partial.is_empty()).then(|| clean(&self.partial))
    }

    fn take(&mut self) -> String {
        let text = clean(&self.partial);
        self.partial.clear();
        self.returned = false;
        text
    }
}

/// A line: what terminals would act on (colours, cursor moves) is left out, all else that is hidden is made visible.
fn clean(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut kept = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '\u{1b}' => escape_sequence(rest),
            // What a spinner does: it takes back what it wrote.
            '\u{8}' => {
                kept.pop();
                1
            }
            _ => 0,
        };
        if taken == 0 {
            kept.push(c);
        }
        rest = &rest[taken.max(if taken == 0 { c.len_utf8() } else { 0 })..];
    }
    one_line(&kept)
}

/// The length of the terminal's command that a text begins with; 0 when it is none.
fn escape_sequence(text: &str) -> usize {
    let bytes = text.as_bytes();
    let end_of = |from: usize, is_last: fn(u8) -> bool, is_inside: fn(u8) -> bool| {
        let length = bytes[from..].iter().position(|byte| !is_inside(*byte))?;
        is_last(bytes[from + length]).then_some(from + length + 1)
    };
    let found = match bytes.get(1) {
        Some(b'[') => end_of(2, |byte| (0x40..=0x7e).contains(&byte), |byte| (0x20..=0x3f).contains(&byte)),
        Some(b']') => {
            let bell = end_of(2, |byte| byte == 7, |byte| byte != 7 && byte != 0x1b);
            bell.or_else(|| text[2..].find("\u{1b}\\").map(|at| at + 4))
        }
        Some(b'(' | b')' | b'#' | b'%') => bytes.get(2).filter(|byte| byte.is_ascii_graphic()).map(|_| 3),
        Some(b'7' | b'8' | b'=' | b'>' | b'A'..=b'Z') => Some(2),
        _ => None,
    };
    found.unwrap_or(0)
}

/// A text from outside as one line with nothing hidden in it.
pub(super) fn one_line(text: &str) -> String {
    visible_whole(text).replace('\n', " ")
}

/// `1.50kB`, as BuildKit writes it.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if count < 1000 {
        return format!("{count}B");
    }
    #[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
    let mut number = count as f64 / 1000.0;
    let mut unit = 0;
    while number >= 1000.0 && unit + 1 < UNITS.len() {
        number /= 1000.0;
        unit += 1;
    }
    format!("{number:.2}{}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let mut lines = Lines::default();
        let mut out = Vec::new();
        for piece in pieces {
            lines.push(piece, |line| out.push(line));
        }
        out.extend(lines.rest());
        out
    }

    #[test]
    fn pieces_become_lines() {
        assert_eq!(lines(&[b"a", b"b\nc", b"\r\n\nd"]), ["ab", "c", "", "d"]);
        assert_eq!(lines(&[b"caf\xc3", b"\xa9\n\xff\n"]), ["café", "\u{fffd}"]);
    }

    #[test]
    fn a_line_that_is_written_over_is_shown_as_it_ends() {
        assert_eq!(lines(&[b"10%\r", b"50%\r100%\r\n", b"x\r"]), ["100%", "x"]);
        assert_eq!(lines(&[b"|\x08/\x08-\x08done"]), ["done"]);
    }

    #[test]
    fn commands_to_terminals_are_left_out() {
        assert_eq!(
            lines(&[b"\x1b[1;31mred\x1b[0m \x1b]0;title\x07a\x1b]8;;u\x1b\\b\x1b(Bc\x1b7d\x1b[K"]),
            ["red abcd"]
        );
        assert_eq!(lines(&[b"a\x1b", b"[\x1b[31\n", b"\x1b\n\x9b31m\x07\tb"]), ["a␛[␛[31", "␛", "\u{fffd}31m␇\tb"]);
        assert_eq!(lines(&[b"\x1b[3\xc3\xa9"]), ["␛[3é"]);
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let cut = lines(&[&vec![b'a'; LONGEST_LINE * 2 + 5]]);
        assert_eq!(cut.iter().map(String::len).collect::<Vec<_>>(), [LONGEST_LINE, LONGEST_LINE, 5]);
    }

    #[test]
    fn bytes_are_written_as_buildkit_writes_them() {
        let all = [0, 999, 1000, 1_536_000, 12_345_678_901, u64::MAX].map(bytes);
        assert_eq!(all, ["0B", "999B", "1.00kB", "1.54MB", "12.35GB", "18446.74PB"]);
    }
}
