//! The bodies of here-documents: from the line after `<<END` to the line `END`.

use crate::check::shell::Place;
use crate::check::shell::lexer::{Item, Lexer};

/// A here-document whose body is still to come.
#[derive(Clone, Debug)]
pub(super) struct HereDocument {
    pub(super) delimiter: String,
    pub(super) quoted: bool,
    pub(super) strips_tabs: bool,
    /// Its end mark is not literal.
    pub(super) unclear: bool,
    /// The item at which it was opened.
    pub(super) at: usize,
}

impl Lexer {
    /// Reads the bodies that the line just ended has opened.
    pub(super) fn read_here_documents(&mut self) {
        for document in std::mem::take(&mut self.command.heredocs) {
            self.open_heredocs = self.open_heredocs.saturating_sub(1);
            if document.unclear {
                return self.give_up("the end mark of a here-document before it is not literal");
            }
            self.read_body(&document);
            if self.gave_up() {
                return;
            }
        }
    }

    fn read_body(&mut self, document: &HereDocument) {
        let mut continued = false;
        while self.at < self.items.len() {
            let line = self.read_line();
            let text = if document.strips_tabs { line.text.trim_start_matches('\t') } else { &line.text };
            let is_end = !line.has_slot && text == document.delimiter;
            if is_end && continued {
                return self.give_up("a here-document before it ends after a `\\` at the end of a line");
            }
            if is_end {
                return;
            }
            if !document.quoted {
                if opens_expansion(&line.text) {
                    return self.give_up("a here-document before it holds an expansion over several lines");
                }
                let backslashes = line.text.chars().rev().take_while(|&c| c == '\\').count();
                continued = backslashes % 2 == 1;
            }
        }
        self.report(document.at, format!("the here-document `{}` is not closed", document.delimiter));
    }

    /// Takes a line and its newline; slots in it stand in a here-document.
    fn read_line(&mut self) -> Line {
        let mut line = Line::default();
        while let Some(&item) = self.items.get(self.at) {
            self.at += 1;
            match item {
                Item::Char('\n') => break,
                Item::Char(c) => line.text.push(c),
                Item::Slot => {
                    line.has_slot = true;
                    self.refuse(Place::HereDocument);
                }
            }
        }
        line
    }
}

#[derive(Default)]
struct Line {
    text: String,
    has_slot: bool,
}

/// Whether a line of a body that is expanded may open an expansion that it does not close.
fn opens_expansion(line: &str) -> bool {
    let count = |c: char| line.matches(c).count();
    (line.contains("$(") && count('(') != count(')'))
        || (line.contains("${") && count('{') != count('}'))
        || count('`') % 2 == 1
}
