//! One simple command as it is being read: which word comes next, and whether it is run as code.

use crate::check::shell::heredoc::HereDocument;
use crate::check::shell::word::Word;

/// What the next word is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Position {
    /// The name of a program, an assignment or a keyword.
    #[default]
    Command,
    /// As before when the slot before it is nothing, else an argument.
    MaybeCommand,
    Argument,
    ForName,
    ForIn,
}

/// How far a `case` was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Subject,
    In,
    Pattern,
    Body,
}

/// What the redirection operator just read does with its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Redirection {
    File,
    Descriptor,
    HereString,
    HereDocument { strips_tabs: bool, at: usize },
}

/// Slots of a finished word that turn out not to be plain words, and why.
pub(super) type Refusal = Option<(Vec<usize>, &'static str)>;

/// A list of commands within one pair of parentheses, and the simple command being read.
#[derive(Clone, Debug, Default)]
pub(super) struct Command {
    pub(super) word: Word,
    pub(super) position: Position,
    pub(super) redirection: Option<Redirection>,
    pub(super) cases: Vec<Case>,
    pub(super) heredocs: Vec<HereDocument>,
    /// The slots of the word before this one.
    pub(super) previous_slots: Vec<usize>,
    /// It stands in an argument that is run as code.
    pub(super) inherited: Option<String>,
    /// All its arguments are code.
    runs_arguments: Option<String>,
    /// Letters of options whose argument is code.
    letters: &'static str,
    /// A shell was named, or something that could be one.
    may_be_shell: bool,
    /// A program was named that runs the program named next.
    prefixed: bool,
    /// This many words that follow are code.
    code_words: usize,
    /// What the code words belong to.
    code_option: String,
    /// `sed` and `awk`: the first operand is code.
    operand: Option<&'static str>,
    skips_operand: bool,
}

const SHELLS: [&str; 10] = ["sh", "bash", "dash", "zsh", "ash", "ksh", "mksh", "busybox", "fish", "su"];
const PREFIXES: [&str; 17] = [
    "exec", "command", "builtin", "env", "nohup", "sudo", "time", "nice", "xargs", "setsid", "stdbuf", "timeout",
    "gosu", "chroot", "doas", ".", "source",
];
const ALWAYS_CODE: [&str; 6] = ["eval", "trap", "alias", "ssh", "watch", "parallel"];
const OPENING: [&str; 9] = ["if", "then", "else", "elif", "while", "until", "do", "{", "!"];
const CLOSING: [&str; 3] = ["fi", "done", "}"];

/// Options in one word beyond this many letters are none.
const LONGEST_CLUSTER: usize = 64;

/// Letters of options after which a program expects code.
fn code_letters(program: &str) -> Option<&'static str> {
    let stem = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    Some(match stem {
        "python" | "pypy" => "c",
        "perl" | "julia" => "eE",
        "ruby" | "lua" | "luajit" | "R" | "Rscript" | "sed" | "gsed" => "e",
        "node" | "nodejs" | "bun" | "deno" => "ep",
        "php" => "r",
        "env" => "S",
        _ if SHELLS.contains(&stem) => "c",
        _ => return None,
    })
}

impl Command {
    pub(super) fn within(inherited: Option<String>) -> Self {
        Self { inherited, ..Self::default() }
    }

    /// What runs the current word as code, if anything does.
    pub(super) fn code(&self) -> Option<String> {
        if self.inherited.is_some() {
            return self.inherited.clone();
        }
        if self.runs_arguments.is_some() {
            return self.runs_arguments.clone();
        }
        if self.code_words > 0 {
            return Some(self.code_option.clone());
        }
        let text = self.word.text.as_str();
        if let Some(option) = self.code_option_of(text) {
            return Some(option);
        }
        if self.position != Position::Argument || self.skips_operand || text.starts_with('-') {
            return None;
        }
        self.operand.map(str::to_owned)
    }

    /// The option that a word is, when code follows it: `-c` of any command, `-ec` of a shell, `-pe` of perl.
    fn code_option_of(&self, text: &str) -> Option<String> {
        for long in ["--command", "--eval", "--print", "--split-string", "--expression"] {
            let rest = text.strip_prefix(long);
            if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('=')) {
                return Some(long.into());
            }
        }
        let cluster = text.strip_prefix(['-', '+']).filter(|cluster| !cluster.starts_with('-'))?;
        if cluster == "c" {
            return Some("-c".into());
        }
        let letters = if self.letters.is_empty() && self.may_be_shell { "c" } else { self.letters };
        cluster.chars().take(LONGEST_CLUSTER).find(|&c| letters.contains(c)).map(|letter| format!("-{letter}"))
    }

    /// A `;`, `&`, `|`, a newline or a parenthesis: a new simple command begins.
    pub(super) fn begin(&mut self) {
        let (cases, heredocs) = (std::mem::take(&mut self.cases), std::mem::take(&mut self.heredocs));
        *self = Self { cases, heredocs, inherited: self.inherited.take(), ..Self::default() };
    }

    /// The current word ends here.
    pub(super) fn finish_word(&mut self) -> Refusal {
        if !self.word.begun {
            return None;
        }
        let word = std::mem::take(&mut self.word);
        if let Some(redirection) = self.redirection.take() {
            return self.finish_redirection(redirection, word);
        }
        let refusal = match self.cases.last().copied() {
            Some(Case::Subject | Case::In | Case::Pattern) => self.finish_case_word(&word),
            _ => self.finish_plain(&word),
        };
        self.previous_slots = word.slots;
        refusal
    }

    fn finish_redirection(&mut self, redirection: Redirection, word: Word) -> Refusal {
        let reason = match redirection {
            Redirection::File => return None,
            Redirection::Descriptor => "after `>&` or `<&` it would be a file descriptor",
            Redirection::HereString => "`<<<` is not known to every shell",
            Redirection::HereDocument { strips_tabs, at } => {
                let unclear = word.expands;
                self.heredocs.push(HereDocument {
                    delimiter: word.text,
                    quoted: word.quoted,
                    strips_tabs,
                    unclear,
                    at,
                });
                "the end mark of a here-document cannot be interpolated"
            }
        };
        Some((word.slots, reason))
    }

    fn finish_case_word(&mut self, word: &Word) -> Refusal {
        let case = self.cases.last_mut()?;
        match case {
            Case::Subject => *case = Case::In,
            Case::In if word.is("in") => *case = Case::Pattern,
            Case::In => return Some((word.slots.clone(), "`in` is expected here")),
            Case::Pattern if word.is("esac") => {
                self.cases.pop();
                self.position = Position::Command;
            }
            Case::Pattern | Case::Body => {}
        }
        None
    }

    fn finish_plain(&mut self, word: &Word) -> Refusal {
        match self.position {
            Position::ForName => {
                self.position = Position::ForIn;
                return Some((word.slots.clone(), "it would name a variable"));
            }
            Position::ForIn => {
                self.position = if word.is("do") { Position::Command } else { Position::Argument };
                return Some((word.slots.clone(), "`in` is expected here"));
            }
            Position::Command | Position::MaybeCommand => self.finish_command_word(word),
            Position::Argument => self.finish_argument(word),
        }
        None
    }

    fn finish_command_word(&mut self, word: &Word) {
        if word.assigns {
            return;
        }
        if !word.quoted && !word.expands && !self.prefixed {
            match word.text.as_str() {
                "case" => return self.cases.push(Case::Subject),
                "for" => return self.position = Position::ForName,
                "esac" if self.cases.last() == Some(&Case::Body) => {
                    self.cases.pop();
                    return;
                }
                text if OPENING.contains(&text) || CLOSING.contains(&text) => return,
                _ => {}
            }
        }
        let Some(text) = word.literal() else {
            self.may_be_shell = true;
            // It may be nothing; then the next word is the command.
            self.position = if word.may_vanish() { Position::MaybeCommand } else { Position::Argument };
            return;
        };
        let program = text.rsplit('/').next().unwrap_or(text);
        self.note_program(program);
        self.note_option(text);
        if ALWAYS_CODE.contains(&program) {
            self.runs_arguments = Some(program.into());
        }
        let belongs_to_prefix =
            text.starts_with(['-', '+']) || text.contains('=') || text.starts_with(|c: char| c.is_ascii_digit());
        if PREFIXES.contains(&program) {
            self.prefixed = true;
            self.position = Position::Command;
        } else if !(self.prefixed && belongs_to_prefix) {
            self.position = Position::Argument;
        }
    }

    fn finish_argument(&mut self, word: &Word) {
        let consumed = self.code_words > 0;
        let Some(text) = word.literal() else {
            let may_be_option = word.text.starts_with('-') || word.may_vanish();
            if !may_be_option {
                self.code_words = self.code_words.saturating_sub(1);
            }
            if !self.skips_operand && !may_be_option {
                self.operand = None;
            }
            self.skips_operand = false;
            return;
        };
        let option = text.starts_with(['-', '+']);
        if consumed && option && self.may_be_shell {
            self.code_words += text.matches(['o', 'O']).count();
            return;
        }
        self.code_words = self.code_words.saturating_sub(1);
        if !consumed {
            self.note_option(text);
        }
        if matches!(text, "-exec" | "-execdir" | "-ok" | "-okdir") {
            self.position = Position::Command;
        }
        self.note_operand(text);
        self.note_program(text.rsplit('/').next().unwrap_or(text));
    }

    fn note_option(&mut self, text: &str) {
        if let Some(option) = self.code_option_of(text).filter(|_| !text.contains('=')) {
            let names = if self.may_be_shell { text.matches(['o', 'O']).count() } else { 0 };
            self.code_words = 1 + names;
            self.code_option = option;
        }
    }

    fn note_program(&mut self, program: &str) {
        if let Some(letters) = code_letters(program) {
            self.letters = letters;
            self.may_be_shell |= SHELLS.contains(&program);
        }
        self.operand = match program {
            "sed" | "gsed" => Some("sed"),
            "awk" | "gawk" | "mawk" | "nawk" => Some("awk"),
            _ => return,
        };
        self.skips_operand = false;
    }

    /// Keeps track of the script of `sed` and `awk`, which is the first operand unless an option gave it.
    fn note_operand(&mut self, text: &str) {
        if self.skips_operand {
            self.skips_operand = false;
        } else if matches!((self.operand, text), (Some("awk"), "-v" | "-F" | "-i" | "--assign" | "--field-separator")) {
            self.skips_operand = true;
        } else if matches!(text, "-e" | "-f" | "--expression" | "--file") || !text.starts_with('-') {
            self.operand = None;
        }
    }
}
