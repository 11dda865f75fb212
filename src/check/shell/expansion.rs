//! What stands within quotes, `${…}`, `$((…))` and backquotes, and what a `$` begins.

use crate::check::shell::Place;
use crate::check::shell::lexer::{Item, Lexer, Open};

impl Lexer {
    /// A slot within quotes, an expansion or arithmetic.
    fn quoted_slot(&mut self, place: Place) {
        let place = self.command.code().map(Place::CodeArgument).or_else(|| self.enclosing()).unwrap_or(place);
        self.glued = None;
        self.refuse(place);
        self.at += 1;
    }

    /// A newline within quotes or an expansion.
    fn inner_newline(&mut self) {
        if self.open_heredocs > 0 {
            self.give_up("the line that opens a here-document goes on within quotes");
        }
    }

    /// A `$`, outside of single quotes.
    pub(super) fn dollar(&mut self) {
        let outside = matches!(self.open.last(), None | Some((Open::Substitution | Open::Subshell, _)));
        let in_parameter = matches!(self.open.last(), Some((Open::Parameter, _)));
        let quotes_count = outside || (in_parameter && !self.within_double_quotes());
        let next = match self.peek(1) {
            Some(Item::Char(c)) => c,
            Some(Item::Slot) => {
                self.glued = Some("a `$` stands right before it");
                self.command.word.push('$');
                self.at += 1;
                return;
            }
            None => '\0',
        };
        self.command.word.begun = true;
        match next {
            '(' | '{' | '*' | '@' | '#' | '?' | '-' | '$' | '!' => self.command.word.expand(),
            _ if next == '_' || next.is_ascii_alphanumeric() => self.command.word.expand(),
            _ => {}
        }
        match next {
            '(' if self.next_is(2, '(') => self.push_open(Open::Arithmetic(0), 3),
            '(' => self.push_open(Open::Substitution, 2),
            '{' => self.push_open(Open::Parameter, 2),
            '[' => self.give_up("`$[` is arithmetic for some shells"),
            '\'' if quotes_count => {
                self.command.word.quote();
                self.push_open(Open::DollarQuotes, 2);
            }
            _ if next == '_' || next.is_ascii_alphanumeric() => self.variable(),
            '*' | '@' | '#' | '?' | '-' | '$' | '!' => self.at += 2,
            _ => {
                self.command.word.push('$');
                self.at += 1;
            }
        }
    }

    /// `$NAME`: more letters right after it would belong to the name.
    fn variable(&mut self) {
        self.at += 1;
        while let Some(Item::Char(c)) = self.peek(0) {
            if c != '_' && !c.is_ascii_alphanumeric() {
                return;
            }
            self.at += 1;
        }
        if self.peek(0) == Some(Item::Slot) {
            self.glued = Some("it would become part of the variable's name before it; put that name in braces");
        }
    }

    pub(super) fn in_double_quotes(&mut self) {
        let Some(item) = self.peek(0) else { return };
        let Item::Char(c) = item else { return self.quoted_slot(Place::DoubleQuotes) };
        match c {
            '"' => self.pop_open(1),
            '$' => self.dollar(),
            '`' => {
                self.command.word.expand();
                self.push_open(Open::Backquotes, 1);
            }
            '\\' => self.quoted_backslash(),
            _ => {
                if c == '\n' {
                    self.inner_newline();
                }
                self.command.word.push_quoted(c);
                self.at += 1;
            }
        }
    }

    /// A backslash and what it protects, within double quotes or an expansion.
    fn quoted_backslash(&mut self) {
        match self.peek(1) {
            Some(Item::Char(c)) => {
                if c == '\n' {
                    self.inner_newline();
                } else {
                    if !"$`\"\\".contains(c) {
                        self.command.word.push_quoted('\\');
                    }
                    self.command.word.push_quoted(c);
                }
                self.at += 2;
            }
            _ => self.at += 1,
        }
    }

    pub(super) fn in_single_quotes(&mut self) {
        let Some(item) = self.peek(0) else { return };
        let Item::Char(c) = item else { return self.quoted_slot(Place::SingleQuotes) };
        if c == '\'' {
            return self.pop_open(1);
        }
        if c == '\n' {
            self.inner_newline();
        }
        if c == '\\' && matches!(self.open.last(), Some((Open::DollarQuotes, _))) {
            return self.give_up("`$'…'` with a backslash before it is not known to every shell");
        }
        self.command.word.push_quoted(c);
        self.at += 1;
    }

    pub(super) fn in_parameter(&mut self) {
        let Some(item) = self.peek(0) else { return };
        let Item::Char(c) = item else { return self.quoted_slot(Place::ParameterExpansion) };
        match c {
            '}' => return self.pop_open(1),
            '$' => return self.dollar(),
            '`' => return self.push_open(Open::Backquotes, 1),
            '\\' => return self.quoted_backslash(),
            '\'' | '"' if self.within_double_quotes() => {
                return self.give_up("quotes within `\"${…}\"` are read differently by shells");
            }
            '\'' => return self.push_open(Open::SingleQuotes, 1),
            '"' => return self.push_open(Open::DoubleQuotes, 1),
            '\n' => self.inner_newline(),
            _ => {}
        }
        self.at += 1;
    }

    fn within_double_quotes(&self) -> bool {
        let around = self.open.iter().rev().find(|(open, _)| !matches!(open, Open::Parameter | Open::Arithmetic(_)));
        matches!(around, Some((Open::DoubleQuotes, _)))
    }

    pub(super) fn in_arithmetic(&mut self, depth: usize) {
        let Some(item) = self.peek(0) else { return };
        let Item::Char(c) = item else { return self.quoted_slot(Place::Arithmetic) };
        match (c, depth) {
            ('(', _) => self.set_depth(depth + 1),
            (')', 0) if self.next_is(1, ')') => return self.pop_open(2),
            (')', 0) => return self.give_up("`$((` before it may not be arithmetic; put a blank between"),
            (')', _) => self.set_depth(depth - 1),
            ('$', _) => return self.dollar(),
            ('`', _) => return self.push_open(Open::Backquotes, 1),
            ('\\', _) => return self.quoted_backslash(),
            ('\'' | '"' | '#', _) => return self.give_up("quotes within `$((…))` are read differently by shells"),
            ('\n', _) => self.inner_newline(),
            _ => {}
        }
        self.at += 1;
    }

    fn set_depth(&mut self, depth: usize) {
        if let Some((open, _)) = self.open.last_mut() {
            *open = Open::Arithmetic(depth);
        }
    }

    pub(super) fn in_backquotes(&mut self) {
        let Some(item) = self.peek(0) else { return };
        let Item::Char(c) = item else { return self.quoted_slot(Place::Backquotes) };
        match c {
            '`' => return self.pop_open(1),
            '\\' => return self.quoted_backslash(),
            '\n' => self.inner_newline(),
            _ => {}
        }
        self.at += 1;
    }
}
