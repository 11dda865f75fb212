//! One shell word as it is being read.

/// What is known of a word so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Word {
    /// Something of it was read; `''` counts.
    pub(super) begun: bool,
    /// Its literal characters, quotes removed.
    pub(super) text: String,
    /// It holds quotes or backslashes: no keyword, no assignment.
    pub(super) quoted: bool,
    /// It holds expansions or slots: its text is not all of it.
    pub(super) expands: bool,
    /// `NAME=` was read: the rest is a value.
    pub(super) assigns: bool,
    /// Its slots, as indices.
    pub(super) slots: Vec<usize>,
    /// A character that no variable's name has was read.
    is_no_name: bool,
    open_bracket: bool,
    open_brace: bool,
    tilde: bool,
}

impl Word {
    /// A character outside of quotes.
    pub(super) fn push(&mut self, c: char) {
        match c {
            '[' => self.open_bracket = true,
            ']' => self.open_bracket = false,
            '{' => self.open_brace = true,
            '}' => self.open_brace = false,
            '~' => self.tilde = true,
            '/' | ':' | '=' => self.tilde = false,
            _ => {}
        }
        self.begun = true;
        self.is_no_name |= c != '_' && !c.is_ascii_alphanumeric();
        self.text.push(c);
    }

    /// A character within quotes or after a backslash.
    pub(super) fn push_quoted(&mut self, c: char) {
        self.begun = true;
        self.quoted = true;
        self.text.push(c);
    }

    /// A quote opens or closes.
    pub(super) fn quote(&mut self) {
        self.begun = true;
        self.quoted = true;
    }

    /// An expansion begins.
    pub(super) fn expand(&mut self) {
        self.begun = true;
        self.expands = true;
    }

    /// Its whole text, when there is nothing else to it.
    pub(super) fn literal(&self) -> Option<&str> {
        (!self.expands).then_some(self.text.as_str())
    }

    /// Whether it is all expansions or slots, outside of quotes: it may become no word, or several.
    pub(super) fn may_vanish(&self) -> bool {
        self.expands && self.text.is_empty() && !self.quoted
    }

    /// Whether it is this word without quotes, as keywords must be.
    pub(super) fn is(&self, keyword: &str) -> bool {
        !self.quoted && !self.expands && self.text == keyword
    }

    /// Whether its text so far could be the name of a variable.
    pub(super) fn is_name_so_far(&self) -> bool {
        !self.quoted && !self.is_no_name
    }

    /// Why a slot at this point of the word would not be plain text.
    pub(super) fn refuses_slot(&self) -> Option<&'static str> {
        if self.open_bracket {
            return Some("it stands within the brackets of a pattern");
        }
        if self.open_brace {
            return Some("it stands within braces, which some shells expand");
        }
        self.tilde.then_some("after `~` it would name a user")
    }
}
