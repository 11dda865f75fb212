//! The files of a project, each read, named in the source map, and parsed at most once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::project::data::{self, Data, Format};
use crate::project::error;
use crate::project::tree::{self, Tree};
use crate::source::{FileId, SourceMap};

type Parsed = Result<Option<Rc<Data>>, Diagnostic>;

/// A tree, and what was read of it.
pub struct Documents {
    tree: Box<dyn Tree>,
    ids: RefCell<BTreeMap<String, FileId>>,
    parsed: RefCell<Vec<(Format, BTreeMap<String, Parsed>)>>,
}

impl Documents {
    /// Nothing read yet.
    pub fn new(tree: Box<dyn Tree>) -> Self {
        Self { tree, ids: RefCell::default(), parsed: RefCell::default() }
    }

    /// The files.
    pub fn tree(&self) -> &dyn Tree {
        &*self.tree
    }

    /// The text of a file; `None` when there is none.
    pub fn text(&self, path: &str) -> Result<Option<Arc<str>>, Diagnostic> {
        self.tree.read(path).map_err(|error| error::file::tree(&error, None))
    }

    /// The text of a file and its id.
    pub fn file(&self, sources: &SourceMap, path: &str) -> Result<Option<(FileId, Arc<str>)>, Diagnostic> {
        let Some(text) = self.text(path)? else {
            return Ok(None);
        };
        let path = tree::clean(path).map_err(|error| error::file::tree(&error, None))?;
        let mut ids = self.ids.borrow_mut();
        let id = *ids.entry(path.clone()).or_insert_with(|| sources.add(path, Arc::clone(&text)));
        Ok(Some((id, text)))
    }

    /// A file as a document; `None` when there is none.
    pub fn document(&self, sources: &SourceMap, format: Format, path: &str) -> Parsed {
        let key = tree::clean(path).map_err(|error| error::file::tree(&error, None))?;
        let known = |(of, documents): &(Format, BTreeMap<String, Parsed>)| {
            if *of == format { documents.get(&key).cloned() } else { None }
        };
        if let Some(parsed) = self.parsed.borrow().iter().find_map(known) {
            return parsed;
        }
        let parsed = self.parse(sources, format, &key);
        let mut all = self.parsed.borrow_mut();
        match all.iter_mut().find(|(of, _)| *of == format) {
            Some((_, documents)) => {
                documents.insert(key, parsed.clone());
            }
            None => all.push((format, BTreeMap::from([(key, parsed.clone())]))),
        }
        parsed
    }

    fn parse(&self, sources: &SourceMap, format: Format, path: &str) -> Parsed {
        let Some((file, text)) = self.file(sources, path)? else {
            return Ok(None);
        };
        data::parse(format, file, &text).map(|data| Some(Rc::new(data))).map_err(|error| error.diagnostic())
    }
}
