//! An output that comes piece by piece → stdout.
//!
//! Pieces are printed on a thread of their own: a reader that is slow, as a pager is, must not keep an interrupt from being heard.

use serde_json::Value as Json;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::cli::exit::Problem;
use crate::cli::output::Output;
use crate::model::{Watch, Writer};

/// Prints an output as it comes.
pub struct Pieces<'a> {
    writer: &'a Writer,
    printer: Printer,
    printed: bool,
}

struct Printer {
    pieces: UnboundedSender<String>,
    printing: JoinHandle<Option<Problem>>,
}

impl<'a> Pieces<'a> {
    /// For outputs that this writer shows.
    pub fn new(writer: &'a Writer) -> Self {
        Self { writer, printer: Printer::new(), printed: false }
    }

    /// Waits until all of it is printed; whether there was any, and why it could not be.
    pub async fn end(self) -> (bool, Option<Problem>) {
        let Printer { pieces, printing } = self.printer;
        if self.printed {
            // A reader that went away ends nothing.
            let _ = pieces.send(self.writer.last().to_owned());
        }
        drop(pieces);
        (self.printed, printing.await.ok().flatten())
    }
}

impl Watch for Pieces<'_> {
    fn piece(&mut self, piece: &Json) -> bool {
        self.printed = true;
        self.printer.pieces.send(self.writer.piece(piece)).is_ok()
    }
}

impl Printer {
    fn new() -> Self {
        let (pieces, mut waiting) = unbounded_channel::<String>();
        let printing = spawn_blocking(move || {
            while let Some(piece) = waiting.blocking_recv() {
                match Output::piece(piece.as_bytes()) {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(problem) => return Some(problem),
                }
            }
            None
        });
        Self { pieces, printing }
    }
}
