//! Requirements files, as pip reads them → what they ask for. Files that they include are read in their place.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::project::packages::gather::Gather;
use crate::project::packages::line::{self, Line};
use crate::project::packages::option::{self, Fault, Given, Kind};
use crate::project::packages::requirement;
use crate::project::{credentials, mistake, path};
use crate::source::Span;

/// The most files between the first and one that is included.
const DEEPEST: usize = 16;

/// Where a line stands.
struct Place<'a> {
    /// The files from the first to this one.
    chain: &'a [String],
    /// Whether the lines limit packages without asking for them.
    constraining: bool,
    /// Files that were read, and whether as constraints: again, they would say the same.
    done: &'a mut BTreeSet<(bool, String)>,
}

impl Place<'_> {
    fn directory(&self) -> &str {
        self.chain.last().map_or("", |file| path::parent(file))
    }
}

/// Reads a requirements file. It must be there when a place names it.
pub fn read_file(gather: &mut Gather, file: &str, named_at: Option<Span>) {
    let mut done = BTreeSet::new();
    let mut place = Place { chain: &[], constraining: false, done: &mut done };
    read_included(gather, &mut place, file, false, named_at);
}

/// Reads a line that stands alone, such as an element of `build.python_packages`.
pub fn read_line(gather: &mut Gather, line: &Line) {
    let mut done = BTreeSet::new();
    let mut place = Place { chain: &[], constraining: false, done: &mut done };
    read_one(gather, &mut place, line);
}

fn read_included(gather: &mut Gather, place: &mut Place, file: &str, constraining: bool, named_at: Option<Span>) {
    let constraining = constraining || place.constraining;
    if let Some(span) = named_at {
        if place.chain.iter().any(|open| open == file) {
            gather.sink.push(mistake::include_cycle(file, span));
            return;
        }
        if place.chain.len() > DEEPEST {
            gather.sink.push(mistake::include_depth(file, DEEPEST, span));
            return;
        }
    }
    if !place.done.insert((constraining, file.to_owned())) {
        return;
    }
    let (id, text) = match (gather.documents.file(gather.sources, file), named_at) {
        (Ok(Some(found)), _) => found,
        (Ok(None), Some(span)) => return gather.sink.push(mistake::file_missing(file, span)),
        (Ok(None), None) => return,
        (Err(found), Some(span)) => return gather.sink.push(found.at(span, "named here")),
        (Err(found), None) => return gather.sink.push(found),
    };
    let mut chain = place.chain.to_vec();
    chain.push(file.to_owned());
    let mut inner = Place { chain: &chain, constraining, done: place.done };
    for line in line::split(id, &text) {
        read_one(gather, &mut inner, &line);
    }
}

fn read_one(gather: &mut Gather, place: &mut Place, line: &Line) {
    if let Some(character) = line.text.chars().find(|character| character.is_control() && *character != '\t') {
        gather.sink.push(mistake::control_character("line", character, line.place()));
        return;
    }
    let from = options_start(&line.text);
    let options = match option::read(line, from) {
        Ok(options) => options,
        Err(fault) => return refuse_option(gather, line, fault),
    };
    if from == 0 {
        for option in options {
            take_option(gather, place, line, &option);
        }
        return;
    }
    let mut rest = String::new();
    for option in &options {
        if option.kind == Kind::OfRequirement {
            rest.push(' ');
            rest.push_str(&line.text[option.range.clone()]);
        } else {
            take_option(gather, place, line, option);
        }
    }
    read_requirement(gather, place, line, 0..line.text[..from].trim_end().len(), ["", &rest]);
}

/// Where the options of a line begin: at the first word that begins with `-`.
fn options_start(text: &str) -> usize {
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        if character == '-' && before.is_whitespace() && text[at + 1..].starts_with(|next: char| next != ' ') {
            return at;
        }
        before = character;
    }
    text.len()
}

fn read_requirement(gather: &mut Gather, place: &Place, line: &Line, range: Range<usize>, around: [&str; 2]) {
    let text = &line.text[range.clone()];
    match requirement::parse(text, place.directory()) {
        Ok(mut parsed) => {
            parsed.text = format!("{}{}{}", around[0], parsed.text, around[1]);
            if place.constraining {
                gather.constrain(parsed, line.place());
            } else {
                gather.add(parsed, line.place());
            }
        }
        Err(fault) => {
            let wrong = range.start + fault.range.start..range.start + fault.range.end;
            gather.refuse(text, &fault, line.span(wrong));
        }
    }
}

fn take_option(gather: &mut Gather, place: &mut Place, line: &Line, option: &Given) {
    let value = option.value.text.as_str();
    let span = line.span(option.value.range.clone());
    match option.kind {
        Kind::Requirements | Kind::Constraints => match path::inside(place.directory(), value) {
            Some(file) => {
                read_included(gather, place, &file, option.kind == Kind::Constraints, Some(span));
            }
            None => gather.sink.push(mistake::path_outside(value, span)),
        },
        Kind::Editable => read_requirement(gather, place, line, option.value.range.clone(), ["-e ", ""]),
        Kind::Index | Kind::ExtraIndex => gather.add_index(value, option.kind == Kind::Index, span),
        Kind::FindLinks => take_find_links(gather, place, value, span),
        Kind::Other => gather.add_option(format!("{} {value}", option.name).trim_end().to_owned(), span),
        Kind::OfRequirement => gather.sink.push(mistake::requirement_invalid(
            &line.text,
            &format!("`{}` belongs behind a requirement", option.name),
            line.span(option.range.clone()),
        )),
    }
}

fn take_find_links(gather: &mut Gather, place: &Place, value: &str, span: Span) {
    if credentials::are_in(value) {
        gather.sink.push(mistake::url_credentials(span));
    } else if value.contains("://") {
        gather.add_option(format!("--find-links {value}"), span);
    } else {
        match path::inside(place.directory(), value) {
            Some(folder) => gather.add_option(format!("--find-links ./{folder}"), span),
            None => gather.sink.push(mistake::path_outside(value, span)),
        }
    }
}

fn refuse_option(gather: &mut Gather, line: &Line, fault: Fault) {
    gather.sink.push(match fault {
        Fault::Unknown(word) => {
            let name = word.text.split('=').next().unwrap_or_default();
            mistake::option_unknown(name, &option::names(), line.span(word.range))
        }
        Fault::Value(name, takes, range) => mistake::option_value(name, takes, line.span(range)),
        Fault::Stray(word) => mistake::requirement_invalid(
            &line.text,
            &format!("`{}` belongs to no option", word.text),
            line.span(word.range),
        ),
    });
}
