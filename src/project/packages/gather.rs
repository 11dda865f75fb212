//! Requirements as they are found → [`Packages`]: each line once, each name with all that is asked of it.

use std::collections::BTreeSet;

use crate::diagnostic::Sink;
use crate::project::config::{Config, Located};
use crate::project::documents::Documents;
use crate::project::packages::line::Line;
use crate::project::packages::requirement::{Fault, FaultKind, Parsed};
use crate::project::packages::{Packages, Requirement, lock, pipfile, pyproject, python, requirements};
use crate::project::{credentials, mistake, path};
use crate::source::{SourceMap, Span};

/// The most requirements on one package: joining them takes their number squared.
const MOST_ASKED: usize = 1000;

/// Everything that was found so far, and where to look.
pub struct Gather<'a> {
    /// The files.
    pub documents: &'a Documents,
    /// Where texts get their ids.
    pub sources: &'a SourceMap,
    /// Where findings go.
    pub sink: &'a mut Sink,
    /// What was found.
    pub packages: Packages,
    lines: BTreeSet<String>,
    main_index: bool,
    /// Index URLs and options, which begin with `-`.
    known: BTreeSet<String>,
    constraints: Vec<(Parsed, Span)>,
}

/// Reads every Python requirement of a project.
pub fn read(documents: &Documents, sources: &SourceMap, config: &Config, sink: &mut Sink) -> Packages {
    let mut gather = Gather {
        documents,
        sources,
        sink,
        packages: Packages::default(),
        lines: BTreeSet::new(),
        main_index: false,
        known: BTreeSet::new(),
        constraints: Vec::new(),
    };
    for package in &config.build.python_packages {
        requirements::read_line(&mut gather, &Line::of_value(&package.value, package.span));
    }
    match &config.build.python_requirements {
        Some(named) => {
            let inside = path::inside("", &named.value).unwrap_or_default();
            requirements::read_file(&mut gather, &inside, Some(named.span));
        }
        None if config.build.python_packages.is_empty() => {
            requirements::read_file(&mut gather, "requirements.txt", None);
        }
        None => {}
    }
    pyproject::read(&mut gather);
    pipfile::read(&mut gather);
    lock::read(&mut gather);
    python::read(&mut gather);
    gather.finish()
}

impl Gather<'_> {
    /// Adds a requirement.
    pub fn add(&mut self, parsed: Parsed, span: Span) {
        if self.lines.insert(parsed.text.clone()) {
            self.packages.lines.push(Located { value: parsed.text.clone(), span });
        }
        self.ask(parsed, span);
    }

    /// Adds what is asked of a package, without a line to install it.
    pub fn ask(&mut self, parsed: Parsed, span: Span) {
        let Some(name) = parsed.name.filter(|_| parsed.applies) else {
            return;
        };
        let package = self.packages.by_name.entry(name).or_default();
        match package.requirements.len() {
            MOST_ASKED => self.sink.push(mistake::requirement_invalid(
                &parsed.text,
                &format!("the package is asked for more than {MOST_ASKED} times"),
                span,
            )),
            asked if asked > MOST_ASKED => return,
            _ => {}
        }
        let Parsed { constraint, extras, marker, .. } = parsed;
        package.requirements.push(Requirement { constraint, extras, marker, span });
    }

    /// Adds a line of a constraints file: it limits a package, and does not ask for it.
    pub fn constrain(&mut self, parsed: Parsed, span: Span) {
        self.constraints.push((parsed, span));
    }

    /// Adds an index; the main one goes before the others. Of two main ones the first is it.
    pub fn add_index(&mut self, url: &str, main: bool, span: Span) {
        if credentials::are_in(url) {
            self.sink.push(mistake::url_credentials(span));
        } else if self.known.insert(url.to_owned()) {
            let first = main && !self.main_index;
            self.main_index |= main;
            let at = if first { 0 } else { self.packages.indexes.len() };
            self.packages.indexes.insert(at, Located { value: url.to_owned(), span });
        }
    }

    /// Adds an option that concerns all lines.
    pub fn add_option(&mut self, option: String, span: Span) {
        if self.known.insert(option.clone()) {
            self.packages.options.push(Located { value: option, span });
        }
    }

    /// Reports why a text is not a requirement; `place` is that of the part that is wrong.
    pub fn refuse(&mut self, written: &str, fault: &Fault, place: Span) {
        self.sink.push(match &fault.kind {
            FaultKind::Invalid(reason) => mistake::requirement_invalid(written, reason, place),
            FaultKind::Credentials => mistake::url_credentials(place),
            FaultKind::Outside(path) => mistake::path_outside(path, place),
        });
    }

    /// Joins constraints with what the project asks for. A package that it asks for gets the constraint's line too, so
    /// that the lines alone install the right version.
    fn finish(mut self) -> Packages {
        let mut seen = BTreeSet::new();
        for (parsed, span) in std::mem::take(&mut self.constraints) {
            if seen.insert(parsed.text.clone()) {
                self.packages.constraints.push(Located { value: parsed.text.clone(), span });
            }
            let package = parsed.name.as_ref().and_then(|name| self.packages.by_name.get(name));
            if package.is_some_and(|package| !package.requirements.is_empty()) {
                self.add(parsed, span);
            }
        }
        self.packages
    }
}
