//! The words of an option line → the options of requirements files.

use std::ops::Range;

use crate::project::packages::line::{Line, Word};

/// What an option is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `-r`: another requirements file.
    Requirements,
    /// `-c`: a constraints file.
    Constraints,
    /// `-e`: a requirement that is installed in place.
    Editable,
    /// `-i`: the index.
    Index,
    /// One more index.
    ExtraIndex,
    /// `-f`: a page or a folder with archives.
    FindLinks,
    /// Anything else that concerns all lines.
    Other,
    /// What belongs to one requirement.
    OfRequirement,
}

/// An option that was read.
pub struct Given {
    /// What it is about.
    pub kind: Kind,
    /// Its long name.
    pub name: &'static str,
    /// Its value; empty when it takes none.
    pub value: Word,
    /// Where it stands in the line, with its value.
    pub range: Range<usize>,
}

/// Why words are not options.
pub enum Fault {
    /// No such option.
    Unknown(Word),
    /// A value is missing, or is there and must not be.
    Value(&'static str, bool, Range<usize>),
    /// A word that no option takes.
    Stray(Word),
}

struct Known {
    long: &'static str,
    short: Option<&'static str>,
    takes: bool,
    kind: Kind,
}

const fn known(long: &'static str, short: Option<&'static str>, takes: bool, kind: Kind) -> Known {
    Known { long, short, takes, kind }
}

const OPTIONS: &[Known] = &[
    known("--requirement", Some("-r"), true, Kind::Requirements),
    known("--constraint", Some("-c"), true, Kind::Constraints),
    known("--editable", Some("-e"), true, Kind::Editable),
    known("--index-url", Some("-i"), true, Kind::Index),
    known("--extra-index-url", None, true, Kind::ExtraIndex),
    known("--find-links", Some("-f"), true, Kind::FindLinks),
    known("--trusted-host", None, true, Kind::Other),
    known("--no-binary", None, true, Kind::Other),
    known("--only-binary", None, true, Kind::Other),
    known("--use-feature", None, true, Kind::Other),
    known("--no-index", None, false, Kind::Other),
    known("--pre", None, false, Kind::Other),
    known("--prefer-binary", None, false, Kind::Other),
    known("--require-hashes", None, false, Kind::Other),
    known("--hash", None, true, Kind::OfRequirement),
    known("--config-settings", Some("-C"), true, Kind::OfRequirement),
    known("--config-setting", None, true, Kind::OfRequirement),
    known("--global-option", None, true, Kind::OfRequirement),
    known("--build-option", None, true, Kind::OfRequirement),
    known("--install-option", None, true, Kind::OfRequirement),
];

/// The long names of all options.
pub fn names() -> Vec<&'static str> {
    OPTIONS.iter().map(|known| known.long).collect()
}

/// Reads the options of a line from an offset on. An editable's value goes on to its marker's end.
pub fn read(line: &Line, from: usize) -> Result<Vec<Given>, Fault> {
    let mut words = line.words(from).into_iter().peekable();
    let mut options: Vec<Given> = Vec::new();
    while let Some(word) = words.next() {
        if !word.text.starts_with('-') {
            match options.last_mut().filter(|option| option.kind == Kind::Editable) {
                Some(editable) => {
                    editable.value.text.push(' ');
                    editable.value.text.push_str(&word.text);
                    editable.value.range.end = word.range.end;
                    editable.range.end = word.range.end;
                    continue;
                }
                None => return Err(Fault::Stray(word)),
            }
        }
        let Some((known, attached)) = find(&word) else {
            return Err(Fault::Unknown(word));
        };
        let value = match (known.takes, attached) {
            (true, Some(value)) if !value.text.is_empty() => value,
            (true, None) => words
                .next_if(|next| !next.text.starts_with('-') && !next.text.is_empty())
                .ok_or(Fault::Value(known.long, true, word.range.clone()))?,
            (true, Some(_)) => return Err(Fault::Value(known.long, true, word.range)),
            (false, None) => Word { text: String::new(), range: word.range.end..word.range.end },
            (false, Some(_)) => return Err(Fault::Value(known.long, false, word.range)),
        };
        let range = word.range.start..value.range.end;
        options.push(Given { kind: known.kind, name: known.long, value, range });
    }
    Ok(options)
}

/// The option that a word is, with a value that is attached to it: `--name=value`, `-rvalue`.
fn find(word: &Word) -> Option<(&'static Known, Option<Word>)> {
    let attached = |length: usize| {
        // Quotes taken off shorten the text, so the place of a quoted value is that of the word.
        let quoted = word.range.len() != word.text.len();
        let start = if quoted { word.range.start } else { word.range.start + length };
        Word { text: word.text[length..].to_owned(), range: start..word.range.end }
    };
    OPTIONS.iter().find_map(|known| {
        let rest = word.text.strip_prefix(known.long);
        let short = known.short.and_then(|short| word.text.strip_prefix(short).map(|rest| (short, rest)));
        match (rest, short) {
            (Some(""), _) | (_, Some((_, ""))) => Some((known, None)),
            (Some(rest), _) if rest.starts_with('=') => Some((known, Some(attached(known.long.len() + 1)))),
            (_, Some((short, _))) => Some((known, Some(attached(short.len())))),
            _ => None,
        }
    })
}
