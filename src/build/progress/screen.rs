//! [`Screen`]: a terminal that is written to with escape sequences, and asked for its size each time.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::TermLike;

/// A terminal. What is written goes out at once when it is flushed, so that nobody sees half of it.
pub struct Screen {
    inner: Mutex<Inner>,
    size: Box<dyn Fn() -> Option<(u16, u16)> + Send + Sync>,
}

struct Inner {
    writer: Box<dyn Write + Send>,
    waiting: Vec<u8>,
}

/// What is taken for the size of a terminal that does not know it: rows, columns.
const USUAL: (u16, u16) = (24, 80);

impl Screen {
    /// Writes to `writer`, which is a terminal of the size that `size` says: rows, columns.
    pub fn new(writer: Box<dyn Write + Send>, size: impl Fn() -> Option<(u16, u16)> + Send + Sync + 'static) -> Self {
        Self { inner: Mutex::new(Inner { writer, waiting: Vec::new() }), size: Box::new(size) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, text: &str) -> io::Result<()> {
        self.inner().waiting.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn moved(&self, by: usize, letter: char) -> io::Result<()> {
        if by > 0 { self.put(&format!("\u{1b}[{by}{letter}")) } else { Ok(()) }
    }

    fn size(&self) -> (u16, u16) {
        (self.size)().filter(|(rows, columns)| *rows > 0 && *columns > 0).unwrap_or(USUAL)
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Screen")
    }
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        self.size().1
    }

    fn height(&self) -> u16 {
        self.size().0
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.moved(n, 'A')
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.moved(n, 'B')
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.moved(n, 'C')
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.moved(n, 'D')
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.put(&format!("{text}\r\n"))
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.put(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.put("\r\u{1b}[2K")
    }

    fn flush(&self) -> io::Result<()> {
        let Inner { writer, waiting } = &mut *self.inner();
        let text = std::mem::take(waiting);
        writer.write_all(&text).and_then(|()| writer.flush())
    }
}
