//! The places of one finding → the lines to show, safe to print and cut to size, as miette reads them.
//!
//! An [`Excerpt`] holds only the lines around the places, from any number of files, one after the other in one range
//! of offsets. So one report labels several files, and a file of 10 MB costs as little as a small one.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::visible::one_line;
use super::window::{Line, cut};
use super::{LONGEST_LABEL, Style};
use crate::diagnostic::{Diagnostic, Label};
use crate::source::{FileId, Position, SourceFile, SourceMap};

/// How many lines before and after a place are shown with it.
const CONTEXT: usize = 1;
/// A place over more lines than this is shown by its first line.
const MOST_LINES: usize = 12;
/// How many related places are shown.
const MOST_RELATED: usize = 8;
/// Room for line numbers, frames and arrows beside a line.
const MARGIN: usize = 16;
/// A line is never cut shorter than this.
const SHORTEST_LINE: usize = 40;
/// Nor is more of it shown than this, however wide the terminal.
const LONGEST_LINE: usize = 300;

/// The lines to show and the labels in them.
#[derive(Debug)]
pub(super) struct Excerpt {
    pieces: Vec<Piece>,
    /// Where the labels that start at an offset of the excerpt start in their file.
    starts: BTreeMap<usize, Position>,
    /// The labels, in offsets of the excerpt.
    pub labels: Vec<LabeledSpan>,
    /// How many related places were left out.
    pub left_out: usize,
}

/// Consecutive lines of one file.
#[derive(Debug)]
struct Piece {
    name: String,
    /// Where it begins among all pieces.
    offset: usize,
    /// The number of its first line, from 0.
    line: usize,
    /// Its lines, each with a `\n`.
    text: String,
}

/// A label whose range lies in its file's text, on character boundaries, and not too long.
struct Place {
    file: Arc<SourceFile>,
    id: FileId,
    range: Range<usize>,
    text: String,
    primary: bool,
}

/// Lines by the offset at which they start.
type Lines = BTreeMap<usize, usize>;

impl Excerpt {
    /// What to show of a finding; nothing when it has no place.
    pub(super) fn new(found: &Diagnostic, sources: &SourceMap, style: &Style) -> Self {
        let related = found.related.iter().take(MOST_RELATED).map(|label| (label, false));
        let places: Vec<Place> = (found.primary.iter().map(|label| (label, true)).chain(related))
            .map(|(label, primary)| Place::new(label, primary, sources, style))
            .collect();
        let mut excerpt = Self {
            pieces: Vec::new(),
            starts: BTreeMap::new(),
            labels: Vec::new(),
            left_out: found.related.len().saturating_sub(MOST_RELATED),
        };
        let mut files: Vec<FileId> = Vec::new();
        for place in &places {
            if !files.contains(&place.id) {
                files.push(place.id);
                let here: Vec<&Place> = places.iter().filter(|other| other.id == place.id).collect();
                excerpt.add_file(&here, style);
            }
        }
        excerpt
    }

    /// Adds the lines around the places of one file.
    fn add_file(&mut self, places: &[&Place], style: &Style) {
        let Some(first) = places.first() else { return };
        let text: &str = &first.file.text;
        let mut lines = Lines::new();
        for place in places {
            add_lines(&mut lines, text, &place.range);
        }
        let limit = style.width.saturating_sub(MARGIN).clamp(SHORTEST_LINE, LONGEST_LINE);
        let mut shown: Vec<(Line, usize)> = Vec::new();
        for group in groups(&lines, first.range.start) {
            self.start_piece(&first.file, group.first().map_or(0, |line| line.start), style);
            for Range { start, end } in group {
                let source = start..without_return(text, start, end);
                let line = cut(text, source, anchor(places, start..end), limit, style.unicode);
                if let Some(piece) = self.pieces.last_mut() {
                    let offset = piece.offset + piece.text.len();
                    piece.text.push_str(&line.text);
                    piece.text.push('\n');
                    shown.push((line, offset));
                }
            }
        }
        shown.sort_by_key(|(line, _)| line.source.start);
        for place in places {
            self.add_label(place, &shown);
        }
    }

    fn start_piece(&mut self, file: &SourceFile, start: usize, style: &Style) {
        // One byte between two pieces, so that no label of one touches the other.
        let offset = self.pieces.last().map_or(0, |piece| piece.offset + piece.text.len() + 1);
        let at = file.position(u32::try_from(start).unwrap_or(u32::MAX));
        self.pieces.push(Piece {
            name: one_line(&file.name, LONGEST_LABEL, style.unicode),
            offset,
            line: at.line.saturating_sub(1) as usize,
            text: String::new(),
        });
    }

    fn add_label(&mut self, place: &Place, shown: &[(Line, usize)]) {
        let line_of = |offset: usize| shown.iter().rev().find(|(line, _)| line.source.start <= offset);
        let (Some((first, first_at)), Some((last, last_at))) = (line_of(place.range.start), line_of(place.range.end))
        else {
            return;
        };
        let start = first_at + first.start_of(place.range.start);
        let end = if place.range.is_empty() { start } else { (last_at + last.end_of(place.range.end)).max(start) };
        self.starts.entry(start).or_insert_with(|| place.position());
        let text = Some(place.text.clone()).filter(|text| !text.is_empty());
        let span = SourceSpan::from((start, end - start));
        self.labels.push(if place.primary {
            LabeledSpan::new_primary_with_span(text, span)
        } else {
            LabeledSpan::new_with_span(text, span)
        });
    }
}

impl Place {
    fn new(label: &Label, primary: bool, sources: &SourceMap, style: &Style) -> Self {
        let file = sources.file(label.span.file);
        let mut text = one_line(&label.text, LONGEST_LABEL, style.unicode);
        let start = file.text.floor_char_boundary(label.span.start as usize);
        let end = file.text.ceil_char_boundary(label.span.end as usize).max(start);
        let mut range = start..end;
        let source = &file.text[range.clone()];
        // What ends with a line ends on that line.
        if let Some(rest) = source.strip_suffix('\n') {
            range.end = start + rest.strip_suffix('\r').unwrap_or(rest).len();
        }
        if let Some((newline, _)) = source.match_indices('\n').nth(MOST_LINES - 1)
            && start + newline < range.end
        {
            let last = file.position(u32::try_from(range.end).unwrap_or(u32::MAX)).line;
            let separator = if text.is_empty() { "" } else { " " };
            text.push_str(&format!("{separator}(up to line {last})"));
            range.end = start + source.find('\n').unwrap_or(source.len());
            range.end = without_return(&file.text, start, range.end);
        }
        Self { id: label.span.file, file, range, text, primary }
    }

    fn position(&self) -> Position {
        self.file.position(u32::try_from(self.range.start).unwrap_or(u32::MAX))
    }
}

/// Adds the lines that a range touches, with those around them.
fn add_lines(lines: &mut Lines, text: &str, range: &Range<usize>) {
    let mut start = line_start(text, range.start);
    for _ in 0..CONTEXT {
        start = line_start(text, start.saturating_sub(1));
    }
    let mut after = 0;
    loop {
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        lines.insert(start, end);
        if start > range.end || line_start(text, range.end) == start {
            after += 1;
        }
        // A file's last line end starts no further line, unless the place is there.
        let at_the_end = end == text.len() || (end + 1 == text.len() && range.end < text.len());
        if after > CONTEXT || at_the_end {
            return;
        }
        start = end + 1;
    }
}

/// Consecutive lines together, in order, but first the group that holds the main place.
fn groups(lines: &Lines, main: usize) -> Vec<Vec<Range<usize>>> {
    let mut groups: Vec<Vec<Range<usize>>> = Vec::new();
    for (&start, &end) in lines {
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(|before| before.end + 1 == start) => group.push(start..end),
            _ => groups.push(std::iter::once(start..end).collect()),
        }
    }
    let first = groups.iter().position(|group| group.iter().any(|line| (line.start..=line.end).contains(&main)));
    if let Some(group) = first.map(|index| groups.remove(index)) {
        groups.insert(0, group);
    }
    groups
}

fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind('\n').map_or(0, |at| at + 1)
}

/// The end of a line, without the `\r` of a `\r\n`.
fn without_return(text: &str, start: usize, end: usize) -> usize {
    if end > start && text.as_bytes()[end - 1] == b'\r' { end - 1 } else { end }
}

/// What of a line must be seen when not all of it can: where a place starts, or ends, or the line itself.
fn anchor(places: &[&Place], line: Range<usize>) -> usize {
    let inside = |offset: &usize| (line.start..=line.end).contains(offset);
    let starts = places.iter().map(|place| place.range.start).find(inside);
    starts.or_else(|| places.iter().map(|place| place.range.end).find(inside)).unwrap_or(line.start)
}

impl SourceCode for Excerpt {
    /// Gives the whole piece that a label lies in; without context lines, where the label starts in its file.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let holds = |piece: &&Piece| {
            (piece.offset..piece.offset + piece.text.len()).contains(&span.offset())
                && span.offset() + span.len() <= piece.offset + piece.text.len()
        };
        let piece = self.pieces.iter().find(holds).ok_or(MietteError::OutOfBounds)?;
        let start = if before == 0 { self.starts.get(&span.offset()) } else { None };
        let (line, column) = match start {
            Some(at) => (at.line.saturating_sub(1) as usize, at.column.saturating_sub(1) as usize),
            None => (piece.line, 0),
        };
        let data = piece.text.as_bytes();
        let lines = data.iter().filter(|byte| **byte == b'\n').count();
        let all = SourceSpan::from((piece.offset, data.len()));
        Ok(Box::new(MietteSpanContents::new_named(piece.name.clone(), data, all, line, column, lines)))
    }
}
