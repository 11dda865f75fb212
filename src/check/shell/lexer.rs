//! The lexer: items → slots and problems. A stack of what is open stands in for recursion.

use crate::check::shell::command::{Case, Command, Position, Redirection, Refusal};
use crate::check::shell::{Lexed, Piece, Place, Problem, Slot};

/// How many quotes and substitutions may be open within each other.
const DEEPEST: usize = 64;

/// A character of the text, or a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Char(char),
    Slot,
}

/// What is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Open {
    /// `$(`
    Substitution,
    /// `(`
    Subshell,
    DoubleQuotes,
    SingleQuotes,
    /// `$'`, which shells read differently.
    DollarQuotes,
    /// `${`
    Parameter,
    /// `$((`, with the parentheses open within.
    Arithmetic(usize),
    Backquotes,
}

/// Reads shell text from the front to the back, each item once.
pub(super) struct Lexer {
    pub(super) items: Vec<Item>,
    /// Where each item comes from: piece and offset.
    origins: Vec<(usize, usize)>,
    /// The next item.
    pub(super) at: usize,
    pub(super) open: Vec<(Open, usize)>,
    /// The innermost list of commands, and those around it.
    pub(super) command: Command,
    outer: Vec<Command>,
    /// Here-documents whose body is still to come, in all lists.
    pub(super) open_heredocs: usize,
    /// Why the next item, a slot, is not plain text.
    pub(super) glued: Option<&'static str>,
    given_up: Option<&'static str>,
    found: Lexed,
}

impl Lexer {
    pub(super) fn new(pieces: &[Piece<'_>]) -> Self {
        let (mut items, mut origins) = (Vec::new(), Vec::new());
        for (piece, content) in pieces.iter().enumerate() {
            match content {
                Piece::Slot => {
                    items.push(Item::Slot);
                    origins.push((piece, 0));
                }
                Piece::Text(text) => {
                    for (offset, c) in text.char_indices() {
                        items.push(Item::Char(c));
                        origins.push((piece, offset));
                    }
                }
            }
        }
        Self {
            items,
            origins,
            at: 0,
            open: Vec::new(),
            command: Command::default(),
            outer: Vec::new(),
            open_heredocs: 0,
            glued: None,
            given_up: None,
            found: Lexed::default(),
        }
    }

    pub(super) fn run(mut self) -> Lexed {
        while self.at < self.items.len() && !self.gave_up() {
            match self.open.last().map(|(open, _)| *open) {
                None | Some(Open::Substitution | Open::Subshell) => self.in_command(),
                Some(Open::DoubleQuotes) => self.in_double_quotes(),
                Some(Open::SingleQuotes | Open::DollarQuotes) => self.in_single_quotes(),
                Some(Open::Parameter) => self.in_parameter(),
                Some(Open::Arithmetic(depth)) => self.in_arithmetic(depth),
                Some(Open::Backquotes) => self.in_backquotes(),
            }
        }
        self.finish()
    }

    fn finish(mut self) -> Lexed {
        if let Some(reason) = self.given_up {
            while let Some(&item) = self.items.get(self.at) {
                self.at += 1;
                if item == Item::Slot {
                    self.refuse(Place::Unclear(reason));
                }
            }
            return self.found;
        }
        if let Some(&(open, at)) = self.open.last() {
            let mark = match open {
                Open::Substitution => "$(",
                Open::Subshell => "(",
                Open::DoubleQuotes => "\"",
                Open::SingleQuotes => "'",
                Open::DollarQuotes => "$'",
                Open::Parameter => "${",
                Open::Arithmetic(_) => "$((",
                Open::Backquotes => "`` ` ``",
            };
            let message = match open {
                Open::Backquotes => format!("{mark} is not closed"),
                _ => format!("`{mark}` is not closed"),
            };
            self.report(at, message);
            return self.found;
        }
        self.finish_word();
        if let Some(document) = self.command.heredocs.first().cloned() {
            self.report(document.at, format!("the here-document `{}` is not closed", document.delimiter));
        }
        self.found
    }

    /// From here on nothing is sure.
    pub(super) fn give_up(&mut self, reason: &'static str) {
        self.given_up = self.given_up.or(Some(reason));
    }

    pub(super) fn gave_up(&self) -> bool {
        self.given_up.is_some()
    }

    pub(super) fn report(&mut self, at: usize, message: String) {
        let (piece, offset) = self.origins.get(at).copied().unwrap_or_default();
        self.found.problems.push(Problem { piece, offset, message });
    }

    /// Notes a slot that is no word.
    pub(super) fn refuse(&mut self, place: Place) {
        self.found.slots.push(Slot { place, alone: false, leads: false, command: false });
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<Item> {
        self.items.get(self.at + ahead).copied()
    }

    pub(super) fn next_is(&self, ahead: usize, c: char) -> bool {
        self.peek(ahead) == Some(Item::Char(c))
    }

    pub(super) fn push_open(&mut self, open: Open, length: usize) {
        if self.open.len() >= DEEPEST {
            return self.give_up("quotes and substitutions are nested too deeply");
        }
        self.open.push((open, self.at));
        self.at += length;
        if matches!(open, Open::Substitution | Open::Subshell) {
            let inner = Command::within(self.command.code());
            self.outer.push(std::mem::replace(&mut self.command, inner));
        }
    }

    pub(super) fn pop_open(&mut self, length: usize) {
        self.open.pop();
        self.at += length;
    }

    /// Code outside of quotes.
    fn in_command(&mut self) {
        let Some(item) = self.peek(0) else { return };
        let Item::Char(c) = item else { return self.slot() };
        match c {
            ' ' | '\t' => {
                self.finish_word();
                self.at += 1;
            }
            '\n' => self.newline(),
            '#' if !self.command.word.begun => self.comment(),
            ';' | '&' | '|' => self.separator(c),
            '(' => self.open_parenthesis(),
            ')' => self.close_parenthesis(),
            '<' | '>' => self.redirection(c),
            '\'' => {
                self.command.word.quote();
                self.push_open(Open::SingleQuotes, 1);
            }
            '"' => {
                self.command.word.quote();
                self.push_open(Open::DoubleQuotes, 1);
            }
            '`' => {
                self.command.word.expand();
                self.push_open(Open::Backquotes, 1);
            }
            '$' => self.dollar(),
            '\\' => self.backslash(),
            _ => self.plain(c),
        }
    }

    fn plain(&mut self, c: char) {
        let word = &mut self.command.word;
        let at_command = matches!(self.command.position, Position::Command | Position::MaybeCommand);
        if c == '=' && at_command && !word.assigns && word.is_name_so_far() {
            if word.slots.is_empty() {
                word.assigns = !word.text.is_empty() && !word.expands;
            } else {
                let slots = word.slots.clone();
                self.mark(Some((slots, "it would name a variable")));
            }
        }
        self.command.word.push(c);
        self.at += 1;
    }

    fn slot(&mut self) {
        let index = self.found.slots.len();
        let ends = match self.peek(1) {
            None => true,
            Some(Item::Char(c)) => " \t\n;&|)".contains(c),
            Some(Item::Slot) => false,
        };
        let command = &self.command;
        let in_case = matches!(command.cases.last(), Some(Case::Subject | Case::In | Case::Pattern));
        let one_word =
            in_case || command.redirection.is_some() || matches!(command.position, Position::ForName | Position::ForIn);
        let leads = !command.word.begun;
        let place = match (self.glued.take(), command.code(), command.word.refuses_slot()) {
            (Some(reason), _, _) => Place::Unclear(reason),
            (_, Some(runner), _) => Place::CodeArgument(runner),
            (_, _, Some(reason)) => Place::Unclear(reason),
            _ => self.enclosing().unwrap_or(Place::Word),
        };
        self.found.slots.push(Slot {
            place,
            alone: leads && ends && !one_word,
            leads,
            command: !one_word && command.position == Position::Command && !command.word.assigns,
        });
        self.command.word.expand();
        self.command.word.slots.push(index);
        self.at += 1;
    }

    /// The innermost expansion around here within which no slot is safe.
    pub(super) fn enclosing(&self) -> Option<Place> {
        self.open.iter().rev().find_map(|(open, _)| match open {
            Open::Parameter => Some(Place::ParameterExpansion),
            Open::Arithmetic(_) => Some(Place::Arithmetic),
            Open::Backquotes => Some(Place::Backquotes),
            _ => None,
        })
    }

    fn finish_word(&mut self) {
        let here_document = matches!(self.command.redirection, Some(Redirection::HereDocument { .. }));
        if here_document && self.command.word.begun {
            self.open_heredocs += 1;
        }
        let refusal = self.command.finish_word();
        self.mark(refusal);
    }

    /// Refuses slots that were taken for words.
    fn mark(&mut self, refusal: Refusal) {
        let Some((slots, reason)) = refusal else { return };
        for index in slots {
            if let Some(slot) = self.found.slots.get_mut(index) {
                slot.place = Place::Unclear(reason);
                slot.alone = false;
            }
        }
    }

    fn newline(&mut self) {
        self.finish_word();
        self.at += 1;
        if self.open_heredocs != self.command.heredocs.len() {
            return self.give_up("the line that opens a here-document goes on within a substitution");
        }
        self.read_here_documents();
        if !matches!(self.command.position, Position::ForName | Position::ForIn) {
            self.command.begin();
        }
    }

    fn comment(&mut self) {
        while let Some(item) = self.peek(0) {
            match item {
                Item::Char('\n') => return,
                Item::Char(_) => {}
                Item::Slot => self.refuse(Place::Comment),
            }
            self.at += 1;
        }
    }

    fn separator(&mut self, c: char) {
        self.finish_word();
        if c == ';' && (self.next_is(1, ';') || self.next_is(1, '&')) {
            match self.command.cases.last_mut() {
                Some(case) if *case == Case::Body => *case = Case::Pattern,
                _ => return self.give_up("`;;` stands outside of a `case`"),
            }
            self.at += if self.next_is(1, ';') && self.next_is(2, '&') { 3 } else { 2 };
            return self.command.begin();
        }
        self.at += 1;
        self.command.begin();
    }

    fn open_parenthesis(&mut self) {
        let glued = self.command.word.begun;
        self.finish_word();
        if self.command.cases.last() == Some(&Case::Pattern) {
            self.at += 1;
            return;
        }
        let slots = std::mem::take(&mut self.command.previous_slots);
        self.mark(Some((slots, "a parenthesis after it would make a function of it")));
        if self.next_is(1, '(') {
            return self.give_up("`((` is arithmetic for some shells; put a blank between");
        }
        // Only `name()` may stand here; a pattern such as `+(…)` is not known to every shell.
        if glued && !self.next_is(1, ')') {
            return self.give_up("a parenthesis is glued to the word before it");
        }
        self.command.begin();
        self.push_open(Open::Subshell, 1);
    }

    fn close_parenthesis(&mut self) {
        self.finish_word();
        if let Some(case @ Case::Pattern) = self.command.cases.last_mut() {
            *case = Case::Body;
            self.at += 1;
            return self.command.begin();
        }
        let Some(&(open, _)) = self.open.last() else {
            self.report(self.at, "`)` closes nothing".into());
            return self.give_up("a `)` before it closes nothing");
        };
        if !self.command.heredocs.is_empty() {
            return self.give_up("a here-document is opened within a substitution on one line");
        }
        if !self.command.cases.is_empty() {
            return self.give_up("a `case` before it has no `esac`");
        }
        self.pop_open(1);
        if let Some(outer) = self.outer.pop() {
            self.command = outer;
        }
        match open {
            Open::Substitution => {}
            _ => self.command.begin(),
        }
    }

    fn redirection(&mut self, c: char) {
        let slots = self.command.word.slots.clone();
        self.mark(Some((slots, "before `<` or `>` it could be the number of a file; put a blank between")));
        self.finish_word();
        if self.command.redirection.is_some() {
            return self.give_up("a redirection before it has no target");
        }
        let here = self.next_is(1, '<') && c == '<';
        let (kind, length) = match (here, self.peek(1), self.peek(2)) {
            (true, _, Some(Item::Char('<'))) => (Redirection::HereString, 3),
            (true, _, Some(Item::Char('-'))) => (Redirection::HereDocument { strips_tabs: true, at: self.at }, 3),
            (true, _, _) => (Redirection::HereDocument { strips_tabs: false, at: self.at }, 2),
            (_, Some(Item::Char('&')), _) => (Redirection::Descriptor, 2),
            (_, Some(Item::Char('(')), _) => {
                return self.give_up("a substitution of a process is not known to every shell");
            }
            (_, Some(Item::Char('>' | '|')), _) => (Redirection::File, 2),
            _ => (Redirection::File, 1),
        };
        self.command.redirection = Some(kind);
        self.at += length;
    }

    fn backslash(&mut self) {
        match self.peek(1) {
            Some(Item::Char('\n')) => self.at += 2,
            Some(Item::Char(c)) => {
                self.command.word.push_quoted(c);
                self.at += 2;
            }
            Some(Item::Slot) => {
                self.glued = Some("a backslash stands right before it");
                self.command.word.quote();
                self.at += 1;
            }
            None => {
                self.command.word.push_quoted('\\');
                self.at += 1;
            }
        }
    }
}
