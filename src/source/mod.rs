//! The texts that are compiled, and places in them: files → [`SourceMap`], [`FileId`], [`Span`].
//!
//! Every text that a message may point into is added to one [`SourceMap`]: blocks, `cog.yaml`, `pyproject.toml`,
//! requirements, a plan that is read.

pub mod disk;
pub mod shipped;

use std::sync::{Arc, PoisonError, RwLock};

use line_index::{LineIndex, TextSize};

/// Names one text of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A range of bytes in one text: `start` inclusive, `end` exclusive, both on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text it lies in.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { file, start: clamp(start), end: clamp(end) }
    }

    /// From the start of `self` to the end of `other`; both lie in one file.
    pub fn to(self, other: Self) -> Self {
        Self { end: other.end.max(self.end), ..self }
    }

    /// The bytes as a range that slices the file's text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// One text and the name that messages call it by.
#[derive(Debug)]
pub struct SourceFile {
    /// Relative to the project, with `/`; shipped blocks are named as in the repository.
    pub name: String,
    /// What the file holds.
    pub text: Arc<str>,
    lines: std::sync::OnceLock<LineIndex>,
}

/// A place for people: both numbers count from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The character in the line, from 1.
    pub column: u32,
}

impl SourceFile {
    /// Line and column of a byte offset; an offset past the end is the end.
    pub fn position(&self, offset: u32) -> Position {
        let index = self.lines.get_or_init(|| LineIndex::new(&self.text));
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let at = index.line_col(TextSize::new(u32::try_from(offset).unwrap_or(u32::MAX)));
        let line_start = offset - at.col as usize;
        let column = self.text[line_start..offset].chars().count();
        Position { line: at.line + 1, column: u32::try_from(column).unwrap_or(u32::MAX).saturating_add(1) }
    }

    /// The byte at a position; `None` when the text has no such place.
    pub fn offset(&self, position: Position) -> Option<usize> {
        let index = self.lines.get_or_init(|| LineIndex::new(&self.text));
        let line = index.line(position.line.checked_sub(1)?)?;
        let start = usize::from(line.start());
        let text = self.text.get(start..usize::from(line.end()))?;
        let columns = usize::try_from(position.column.checked_sub(1)?).ok()?;
        let within = text.char_indices().map(|(offset, _)| offset).chain([text.len()]).nth(columns)?;
        Some(start + within)
    }
}

/// All texts of one run. Texts are only added, so that facts can be read on demand through a shared reference.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: RwLock<Vec<Arc<SourceFile>>>,
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text under a display name and says how to call it.
    pub fn add(&self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        let id = FileId(u32::try_from(files.len()).unwrap_or(u32::MAX));
        files.push(Arc::new(SourceFile { name: name.into(), text: text.into(), lines: std::sync::OnceLock::new() }));
        id
    }

    /// The text that `id` names. Ids come from this map's own [`SourceMap::add`].
    pub fn file(&self, id: FileId) -> Arc<SourceFile> {
        Arc::clone(&self.files.read().unwrap_or_else(PoisonError::into_inner)[id.0 as usize])
    }

    /// The text of that name that was added last.
    pub fn find(&self, name: &str) -> Option<FileId> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let index = files.iter().rposition(|file| file.name == name)?;
        u32::try_from(index).ok().map(FileId)
    }

    /// The bytes of a span as text.
    pub fn text(&self, span: Span) -> String {
        self.file(span.file).text.get(span.range()).unwrap_or_default().to_owned()
    }
}
