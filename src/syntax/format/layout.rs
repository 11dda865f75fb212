//! The segments of a statement → its text, broken where it is too long.

use crate::syntax::ast::Comment;
use crate::syntax::format::expression::fits;
use crate::syntax::format::node::{Entry, Segment};
use crate::syntax::format::{Formatter, indent};

/// Lists shorter than this are broken only when nothing else helps.
const LONG: usize = 40;

impl<'a> Formatter<'a> {
    /// All on one line, but for `"""…"""`.
    pub(super) fn flat_segments(&self, segments: &[Segment<'a>], level: usize) -> String {
        self.joined(segments, level, &vec![false; segments.len()], 0)
    }

    /// The segments with as few breaks as the width allows; `tail` is what follows on the last line.
    pub(super) fn segments(&self, segments: &[Segment<'a>], level: usize, tail: usize) -> String {
        let mut broken: Vec<bool> = segments.iter().map(|segment| self.segment_must_break(segment)).collect();
        let widths: Vec<usize> = segments.iter().map(|segment| self.breakable_width(segment, level)).collect();
        loop {
            let text = self.joined(segments, level, &broken, tail);
            if fits(level * 2, &text, tail) {
                return text;
            }
            let long = (0..segments.len()).filter(|index| !broken[*index] && widths[*index] >= LONG);
            let next = long.max_by_key(|index| widths[*index]).or_else(|| {
                let soft = |index: &usize| !broken[*index] && matches!(segments[*index], Segment::Soft);
                (0..segments.len()).find(soft)
            });
            let next = next.or_else(|| (0..segments.len()).find(|index| !broken[*index] && widths[*index] > 0));
            let Some(next) = next else { return text };
            let soft = matches!(segments[next], Segment::Soft);
            for (index, segment) in segments.iter().enumerate() {
                // All soft places break together.
                broken[index] |= index == next || soft && matches!(segment, Segment::Soft);
            }
        }
    }

    fn joined(&self, segments: &[Segment<'a>], level: usize, broken: &[bool], tail: usize) -> String {
        let mut text = String::new();
        let soft = segments.iter().zip(broken).any(|(segment, broken)| *broken && matches!(segment, Segment::Soft));
        let inner = if soft { level + 1 } else { level };
        for (segment, broken) in segments.iter().zip(broken) {
            let glued = matches!(segment, Segment::Glued(_) | Segment::Soft);
            if !(text.is_empty() || glued || text.ends_with(' ')) {
                text.push(' ');
            }
            let column = text.rsplit('\n').next().map_or(0, |line| line.chars().count());
            let column = if text.contains('\n') { column } else { column + level * 2 };
            match segment {
                Segment::Text(words) => text.push_str(words),
                Segment::Glued(mark) => text.push_str(mark),
                Segment::Expr(expr) if *broken => text.push_str(&self.broken(expr, inner, column, tail)),
                Segment::Expr(expr) => text.push_str(&self.flat(expr, inner)),
                Segment::Str(literal) => text.push_str(&self.string(literal, inner)),
                Segment::Names(names, range) => {
                    let entries: Vec<Entry<'a>> = names.iter().map(Entry::Name).collect();
                    text.push('[');
                    match *broken {
                        true => text.push_str(&self.entry_lines(&entries, range.clone(), inner)),
                        false => text.push_str(&self.flat_entries(&entries, inner)),
                    }
                    text.push(']');
                }
                Segment::Soft if *broken => {
                    text.push('\n');
                    text.push_str(&indent(inner));
                }
                Segment::Soft => {}
            }
        }
        text
    }

    fn segment_must_break(&self, segment: &Segment<'a>) -> bool {
        match segment {
            Segment::Expr(expr) => self.must_break(expr),
            Segment::Names(names, range) => {
                let entries: Vec<Entry<'a>> = names.iter().map(Entry::Name).collect();
                self.broken_by_author(&entries, range.clone())
            }
            _ => false,
        }
    }

    /// How wide a segment is that can be broken; 0 for others.
    fn breakable_width(&self, segment: &Segment<'a>, level: usize) -> usize {
        match segment {
            Segment::Expr(expr) if self.breakable(expr) => self.flat(expr, level).chars().count(),
            Segment::Names(names, _) => names.iter().map(|name| name.name.len() + 2).sum(),
            _ => 0,
        }
    }

    /// Whether a comment has its place in a segment.
    pub(super) fn segment_holds(&self, segment: &Segment<'a>, comment: &Comment) -> bool {
        let at = comment.span.start as usize;
        match segment {
            Segment::Expr(expr) => expr.span.range().contains(&at) && self.holds(expr, at),
            Segment::Str(literal) => literal.span.range().contains(&at),
            Segment::Names(_, range) => range.contains(&at),
            _ => false,
        }
    }
}
