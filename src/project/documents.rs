//! The files of a project, each read, named in the source map, and parsed at most once.

#![expect(clippy::result_large_err, reason = "a finding is rare, and made once for a file")]

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
        self.tree.read(path).map_err(|error| error::file(&error, None))
    }

    /// The text of a file and its id.
    pub fn file(&self, sources: &SourceMap, path: &str) -> Result<Option<(FileId, Arc<str>)>, Diagnostic> {
        let Some(text) = self.text(path)? else {
            return Ok(None);
        };
        let path = tree::clean(path).map_err(|error| error::file(&error, None))?;
        let mut ids = self.ids.borrow_mut();
        let id = *ids.entry(path.clone()).or_insert_with(|| sources.add(path, Arc::clone(&text)));
        Ok(Some((id, text)))
    }

    /// A file as a document; `None` when there is none.
    pub fn document(&self, sources: &SourceMap, format: Format, path: &str) -> Parsed {
        let key = tree::clean(path).map_err(|error| error::file(&error, None))?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::memory::MemoryTree;
    use crate::project::tree::{TreeEntry, TreeError};

    #[test]
    fn a_document_is_parsed_once_and_has_one_id() {
        let tree: MemoryTree = [("a/b.toml", "x = 1"), ("c.json", "{")].into_iter().collect();
        let documents = Documents::new(Box::new(tree));
        let sources = SourceMap::new();
        let first = documents.document(&sources, Format::Toml, "a/b.toml").unwrap().unwrap();
        let again = documents.document(&sources, Format::Toml, "./a//b.toml").unwrap().unwrap();
        assert!(Rc::ptr_eq(&first, &again));
        let (id, _) = documents.file(&sources, "a/b.toml").unwrap().unwrap();
        assert_eq!(id, first.span.file);
        assert_eq!(documents.document(&sources, Format::Toml, "none.toml"), Ok(None));
        let broken = documents.document(&sources, Format::Json, "c.json").unwrap_err();
        assert_eq!(documents.document(&sources, Format::Json, "c.json").unwrap_err(), broken);
        assert_eq!(sources.file(broken.primary.unwrap().span.file).name, "c.json");
    }

    /// A tree whose files cannot be read, each for the reason that its name says.
    struct Broken;

    impl Tree for Broken {
        fn list(&self, _: &str) -> Result<Arc<[TreeEntry]>, TreeError> {
            Ok(Arc::from([]))
        }

        fn read(&self, path: &str) -> Result<Option<Arc<str>>, TreeError> {
            let path = path.to_owned();
            Err(match path.as_str() {
                "unreadable" => TreeError::Unreadable { path, reason: "no".into() },
                "large" => TreeError::TooLarge { path, limit: 1 },
                "bytes" => TreeError::NotText { path, offset: 0 },
                _ => TreeError::Outside { path },
            })
        }
    }

    #[test]
    fn what_the_tree_says_has_a_code() {
        let documents = Documents::new(Box::new(Broken));
        let code = |path| documents.text(path).unwrap_err().code.alias;
        assert_eq!(["unreadable", "large", "bytes", "link"].map(code), ["E0501", "E0502", "E0503", "E0504"]);
        assert_eq!(code("../x"), "E0504");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told_where_it_is_named() {
        let mut sink = crate::diagnostic::Sink::new();
        crate::project::Project::read(Box::new(Broken), &SourceMap::new(), &mut sink);
        let files = ["cog.yaml", "cogpack.toml", "requirements.txt", "pyproject.toml", "uv.lock", ".python-version"];
        for file in files {
            assert!(sink.diagnostics().iter().any(|found| found.message.contains(file)), "{file}");
        }
    }
}
