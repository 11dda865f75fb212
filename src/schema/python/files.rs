//! Paths of Python files → [`Module`]s, each read and parsed at most once.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use ruff_python_ast::{ModModule, Stmt};
use ruff_text_size::{Ranged, TextRange};

use crate::project::Project;
use crate::schema::python::depth;
use crate::schema::{Found, error};
use crate::source::{FileId, SourceMap, Span};

/// The most files of a project that are read for one schema.
pub const MOST_FILES: usize = 64;

/// A Python file.
#[derive(Debug)]
pub struct Module {
    /// From the project's directory, with `/`.
    pub path: String,
    /// Its text's id.
    pub file: FileId,
    /// Its text.
    pub text: Arc<str>,
    /// Its tree.
    pub syntax: ModModule,
    /// Whether it says `from __future__ import annotations`.
    pub postponed: bool,
}

impl PartialEq for Module {
    fn eq(&self, other: &Self) -> bool {
        self.file == other.file
    }
}

impl Module {
    /// Whether nothing is in it but comments.
    pub fn is_empty(&self) -> bool {
        self.syntax.body.is_empty()
    }

    /// A place in it.
    pub fn span(&self, range: TextRange) -> Span {
        Span::new(self.file, range.start().to_usize(), range.end().to_usize())
    }

    /// The place of a node.
    pub fn span_of(&self, node: &impl Ranged) -> Span {
        self.span(node.range())
    }

    /// The directory it lies in.
    pub fn directory(&self) -> &str {
        crate::project::tree::split(&self.path).0
    }
}

/// The Python files of a project. What is loaded stays where it is, so that trees can be borrowed while more are loaded.
pub struct Files<'p> {
    project: &'p Project,
    sources: &'p SourceMap,
    modules: Vec<OnceCell<Module>>,
    known: RefCell<BTreeMap<String, Option<usize>>>,
}

impl<'p> Files<'p> {
    /// Nothing loaded yet.
    pub fn new(project: &'p Project, sources: &'p SourceMap) -> Self {
        let modules = std::iter::repeat_with(OnceCell::new).take(MOST_FILES).collect();
        Self { project, sources, modules, known: RefCell::default() }
    }

    /// The project.
    pub fn project(&self) -> &'p Project {
        self.project
    }

    /// A file, parsed; `None` when there is none.
    ///
    /// # Errors
    ///
    /// It cannot be read, is not Python, nests too deeply, or is one file too many.
    pub fn load(&self, path: &str) -> Found<Option<&Module>> {
        let path = crate::project::tree::clean(path).map_err(|error| crate::project::error::file(&error, None))?;
        if let Some(known) = self.known.borrow().get(&path) {
            return Ok(known.and_then(|index| self.modules[index].get()));
        }
        let Some(text) = self.project.text(&path)? else {
            self.known.borrow_mut().insert(path, None);
            return Ok(None);
        };
        let used = self.known.borrow().values().flatten().count();
        let Some(cell) = self.modules.get(used) else {
            return Err(error::too_many_files(&path));
        };
        let module = parse(&path, text, self.sources)?;
        self.known.borrow_mut().insert(path, Some(used));
        Ok(Some(cell.get_or_init(|| module)))
    }

    /// Those that are loaded.
    pub fn loaded(&self) -> impl Iterator<Item = &Module> {
        self.modules.iter().map_while(OnceCell::get)
    }

    /// Whether there is such a directory: a package without `__init__.py`.
    pub fn has_directory(&self, path: &str) -> bool {
        self.project.tree().list(path).is_ok_and(|entries| !entries.is_empty())
    }
}

fn parse(path: &str, text: Arc<str>, sources: &SourceMap) -> Found<Module> {
    // To Python, all lines end with `\n`, also those of a text in three quotes.
    let text = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text };
    let file = sources.add(path, Arc::clone(&text));
    if let Some(line) = depth::too_deep(&text) {
        let start = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        return Err(error::too_deep(Span::new(file, start, start)));
    }
    let parsed = ruff_python_parser::parse_module(&text).map_err(|found| {
        let range = found.location;
        let end = text.len();
        let span = Span::new(file, range.start().to_usize().min(end), range.end().to_usize().min(end));
        error::syntax(path, &found.error.to_string(), span)
    })?;
    let syntax = parsed.into_syntax();
    let postponed = syntax.body.iter().any(postpones);
    Ok(Module { path: path.to_owned(), file, text, syntax, postponed })
}

fn postpones(statement: &Stmt) -> bool {
    let Stmt::ImportFrom(import) = statement else { return false };
    import.module.as_ref().is_some_and(|module| module.as_str() == "__future__")
        && import.names.iter().any(|name| name.name.as_str() == "annotations")
}
