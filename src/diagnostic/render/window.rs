//! One line of a text → what of it is shown: safe to print, and not wider than asked, around the place that matters.

use crate::diagnostic::secret;
use std::ops::Range;

use super::visible::{columns, ellipsis, push_visible};

/// A line as it is shown.
#[derive(Debug)]
pub(super) struct Line {
    /// The bytes of the whole line in its text, without the line end.
    pub source: Range<usize>,
    /// What is shown.
    pub text: String,
    /// The bytes of the source that are shown, and where each character starts in `text`; the last entry is the end.
    shown: Vec<(usize, usize)>,
}

/// Cuts a line to about `limit` columns around `anchor`, both offsets in `text`. Looks at no more than is shown.
pub(super) fn cut(text: &str, line: Range<usize>, anchor: usize, limit: usize, unicode: bool) -> Line {
    let anchor = anchor.clamp(line.start, line.end);
    let window = window(text, &line, anchor, limit);
    let mut out = String::new();
    if window.start > line.start {
        out.push_str(ellipsis(unicode));
    }
    let mut shown = Vec::new();
    let secrets = secrets(text, &line, &window);
    for (at, c) in text[window.clone()].char_indices() {
        shown.push((window.start + at, out.len()));
        match c {
            _ if secrets.iter().any(|secret| secret.contains(&(window.start + at))) => out.push('*'),
            '\t' => out.push(c),
            _ => push_visible(&mut out, c, unicode),
        }
    }
    shown.push((window.end, out.len()));
    if window.end < line.end {
        out.push_str(ellipsis(unicode));
    }
    Line { source: line, text: out, shown }
}

/// How far beside what is shown a URL may begin or end.
const BESIDE: usize = 512;

/// The user names and passwords of URLs, and what else looks like a secret, in and beside what is shown: a report may end in a log that others read.
fn secrets(text: &str, line: &Range<usize>, window: &Range<usize>) -> Vec<Range<usize>> {
    let start = text.floor_char_boundary(window.start.saturating_sub(BESIDE)).max(line.start);
    let end = text.ceil_char_boundary((window.end + BESIDE).min(text.len())).min(line.end);
    let near = &text[start..end];
    let ends = |c: char| matches!(c, '/' | '?' | '#' | '"' | '\'' | '`') || c.is_whitespace();
    let in_url = |(at, separator): (usize, &str)| {
        let from = at + separator.len();
        let (user, _) = near[from..].split(ends).next()?.rsplit_once('@')?;
        let is_shared = user.starts_with('$') || near[..at].ends_with("ssh") && !user.contains(':');
        (!is_shared).then(|| start + from..start + from + user.len())
    };
    let in_urls = near.match_indices("://").filter_map(in_url);
    in_urls.chain(secret::find(near).into_iter().map(|it| start + it.start..start + it.end)).collect()
}

/// The bytes to show: three quarters of the room after the anchor, the rest before it, and what is left after it.
fn window(text: &str, line: &Range<usize>, anchor: usize, limit: usize) -> Range<usize> {
    let mut room = limit;
    let mut end = forward(text, anchor..line.end, &mut room, limit / 4);
    let mut start = anchor;
    for (at, c) in text[line.start..anchor].char_indices().rev() {
        if columns(c) > room {
            break;
        }
        room -= columns(c);
        start = line.start + at;
    }
    if start == line.start {
        end = forward(text, end..line.end, &mut room, 0);
    }
    start..end
}

/// How far one gets in a range until only `rest` of the room is left.
fn forward(text: &str, range: Range<usize>, room: &mut usize, rest: usize) -> usize {
    for (at, c) in text[range.clone()].char_indices() {
        if columns(c) + rest > *room {
            return range.start + at;
        }
        *room -= columns(c);
    }
    range.end
}

impl Line {
    /// Where in the shown text a place begins that begins at this offset of the source.
    pub(super) fn start_of(&self, offset: usize) -> usize {
        let (first, last) = (self.shown.first(), self.shown.last());
        match (first, last) {
            (Some((source, _)), _) if offset < *source => 0,
            (_, Some((source, shown))) if offset > *source => *shown,
            _ => self.shown_at(offset),
        }
    }

    /// Where in the shown text a place ends that ends at this offset of the source.
    pub(super) fn end_of(&self, offset: usize) -> usize {
        let (first, last) = (self.shown.first(), self.shown.last());
        match (first, last) {
            // All of it lies before what is shown: the mark stands for it.
            (Some((source, shown)), _) if offset <= *source => *shown,
            (_, Some((source, _))) if offset > *source => self.text.len(),
            _ => self.shown_at(offset),
        }
    }

    fn shown_at(&self, offset: usize) -> usize {
        let index = self.shown.partition_point(|(source, _)| *source < offset);
        self.shown.get(index).map_or(self.text.len(), |(_, shown)| *shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_line_is_shown_whole() {
        let line = cut("one\ntwo\nthree", 4..7, 5, 40, true);
        assert_eq!((line.text.as_str(), line.start_of(5), line.end_of(7)), ("two", 1, 3));
    }

    #[test]
    fn offsets_move_with_what_is_escaped() {
        let text = "a\u{202e}b";
        let line = cut(text, 0..text.len(), 0, 40, true);
        assert_eq!(line.text, "a\\u{202e}b");
        assert_eq!((line.start_of(4), line.end_of(5)), (9, 10));
        assert_eq!((line.start_of(1), line.end_of(4)), (1, 9));
    }

    #[test]
    fn user_names_and_passwords_of_urls_are_not_shown() {
        let show = |text: &str| cut(text, 0..text.len(), 0, 80, true).text;
        assert_eq!(show("a = \"https://me:pass@host.example/b\""), "a = \"https://*******@host.example/b\"");
        assert_eq!(
            show("ssh://git@host.example https://$TOKEN@host.example"),
            "ssh://git@host.example https://$TOKEN@host.example"
        );
        assert_eq!(show("ssh://git:key@x https://tok\u{e9}n@x"), "ssh://*******@x https://*****@x");
        assert_eq!(show("- HF_TOKEN=abcd1234"), "- HF_TOKEN=********");
        let long = format!("{} https://{}@x", "a".repeat(1000), "s".repeat(200));
        let line = cut(&long, 0..long.len(), long.len() - 10, 20, true);
        assert_eq!(line.text, "…******************@x");
    }

    #[test]
    fn a_long_line_is_cut_on_both_sides_of_the_anchor() {
        let text = format!("{}X{}", "a".repeat(1000), "b".repeat(1000));
        let line = cut(&text, 0..text.len(), 1000, 20, true);
        assert_eq!(line.text, "…aaaaaXbbbbbbbbbbbbbb…");
        assert_eq!(&line.text[line.start_of(1000)..line.end_of(1001)], "X");
        assert_eq!(&line.text[line.start_of(3)..line.end_of(9)], "…");
        assert_eq!(&line.text[line.start_of(1900)..line.end_of(1901)], "…");
    }

    #[test]
    fn the_end_of_a_long_line_fills_the_room() {
        let text = "a".repeat(1000);
        let line = cut(&text, 0..1000, 1000, 20, false);
        assert_eq!(line.text, "...aaaaaaaaaaaaaaaaaaaa");
        assert_eq!(line.start_of(1000), line.text.len());
    }
}
