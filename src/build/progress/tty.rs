//! `tty`: a block at the end of the terminal that is drawn again and again.
//!
//! Rows that ended stay in the block while there is room; then the oldest go up, for good, one by one.

use std::collections::BTreeSet;
use std::io;

use indicatif::TermLike;

use crate::build::progress::frame::{Frame, Room, columns, frame};
use crate::build::progress::model::Model;
use crate::build::progress::time::Time;
use crate::diagnostic::render::Style;

pub(super) struct Tty {
    terminal: Box<dyn TermLike>,
    style: Style,
    /// The lines of the block as it stands there.
    drawn: Vec<String>,
    /// The rows that went up.
    gone: BTreeSet<String>,
    /// Lines that go up with the next drawing.
    above: Vec<String>,
    /// Nobody reads the terminal any more.
    broken: bool,
}

impl Tty {
    pub fn new(terminal: Box<dyn TermLike>, style: Style) -> Self {
        Self { terminal, style, drawn: Vec::new(), gone: BTreeSet::new(), above: Vec::new(), broken: false }
    }

    /// Says something that belongs to no row.
    pub fn note(&mut self, lines: Vec<String>) {
        self.above.extend(lines);
    }

    /// Draws what is so now.
    pub fn draw(&mut self, model: &Model, now: Option<Time>) {
        let room = self.room();
        let Frame { ended, live } = frame(model, now, room, &self.style);
        let mut above = std::mem::take(&mut self.above);
        let mut rows: Vec<(String, String)> = ended.into_iter().filter(|(key, _)| !self.gone.contains(key)).collect();
        let most = room.rows.saturating_sub(live.len());
        for (key, line) in rows.drain(..rows.len().saturating_sub(most)) {
            above.push(line);
            self.gone.insert(key);
        }
        let block = rows.into_iter().map(|(_, line)| line).chain(live).collect();
        self.replace(&above, block);
    }

    /// Leaves the rows that ended, and nothing else.
    pub fn finish(&mut self, model: &Model, now: Option<Time>) {
        let ended = frame(model, now, self.room(), &self.style).ended;
        let mut above = std::mem::take(&mut self.above);
        above.extend(ended.into_iter().filter(|(key, _)| !self.gone.contains(key)).map(|(_, line)| line));
        self.replace(&above, Vec::new());
    }

    /// The block never fills the terminal: where it began could scroll out, and could not be drawn over.
    fn room(&self) -> Room {
        let rows = usize::from(self.terminal.height()).saturating_sub(1).max(1);
        Room { rows, columns: usize::from(self.terminal.width()).max(2) }
    }

    fn replace(&mut self, above: &[String], block: Vec<String>) {
        if self.broken || above.is_empty() && block == self.drawn {
            return;
        }
        self.broken = self.write(above, &block).is_err();
        self.drawn = block;
    }

    fn write(&self, above: &[String], block: &[String]) -> io::Result<()> {
        // A terminal that got narrower since has broken the lines that are too long for it.
        let width = usize::from(self.terminal.width()).max(1);
        let height = |line: &String| columns(line).div_ceil(width).max(1);
        let old: usize = self.drawn.iter().map(height).sum();
        self.terminal.move_cursor_up(old.min(usize::from(self.terminal.height()).saturating_sub(1)))?;
        let new = above.len() + block.len();
        for line in above.iter().chain(block) {
            self.terminal.clear_line()?;
            self.terminal.write_line(line)?;
        }
        for _ in new..old {
            self.terminal.clear_line()?;
            self.terminal.write_line("")?;
        }
        self.terminal.move_cursor_up(old.saturating_sub(new))?;
        self.terminal.flush()
    }
}
