//! Files in memory → [`Tree`]: for tests and for those who use the compiler as a library.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::project::tree::{self, FileKind, Tree, TreeEntry, TreeError};

/// A project that lies in memory. Directories exist because files lie in them.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    files: BTreeMap<String, Arc<str>>,
}

impl MemoryTree {
    /// A project without files.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with one more file; a path that leads out of the project is never found.
    pub fn with(mut self, path: &str, text: impl Into<Arc<str>>) -> Self {
        self.files.insert(tree::clean(path).unwrap_or_else(|_| path.to_owned()), text.into());
        self
    }
}

impl<P: AsRef<str>, T: Into<Arc<str>>> FromIterator<(P, T)> for MemoryTree {
    fn from_iter<I: IntoIterator<Item = (P, T)>>(files: I) -> Self {
        files.into_iter().fold(Self::new(), |tree, (path, text)| tree.with(path.as_ref(), text))
    }
}

impl Tree for MemoryTree {
    fn list(&self, directory: &str) -> Result<Arc<[TreeEntry]>, TreeError> {
        let directory = tree::clean(directory)?;
        let prefix = if directory.is_empty() { directory } else { format!("{directory}/") };
        let mut kinds = BTreeMap::new();
        for path in self.files.range(prefix.clone()..).map(|(path, _)| path) {
            let Some(below) = path.strip_prefix(&prefix) else { break };
            let (name, kind) = match below.split_once('/') {
                Some((name, _)) => (name, FileKind::Directory),
                None => (below, FileKind::File),
            };
            kinds.insert(name.to_owned(), kind);
        }
        Ok(kinds.into_iter().map(|(name, kind)| TreeEntry { name, kind }).collect())
    }

    fn read(&self, path: &str) -> Result<Option<Arc<str>>, TreeError> {
        Ok(self.files.get(&tree::clean(path)?).cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> MemoryTree {
        [("cog.yaml", "build: {}\n"), ("a/b.py", ""), ("a/c/d.py", "x"), ("a-b", "")].into_iter().collect()
    }

    #[test]
    fn a_directory_lists_its_entries_by_name_bytes() {
        let names = |directory| -> Vec<String> {
            project().list(directory).unwrap().iter().map(|entry| format!("{} {:?}", entry.name, entry.kind)).collect()
        };
        assert_eq!(names(""), ["a Directory", "a-b File", "cog.yaml File"]);
        assert_eq!(names("a"), ["b.py File", "c Directory"]);
        assert_eq!(names("./a/c/"), ["d.py File"]);
        assert!(names("a/b.py").is_empty());
        assert!(names("none").is_empty());
    }

    #[test]
    fn a_missing_file_is_none_and_a_path_that_leads_out_is_an_error() {
        assert_eq!(project().read("a/c/d.py").unwrap().as_deref(), Some("x"));
        assert_eq!(project().read("a/c").unwrap(), None);
        assert_eq!(project().read("../x"), Err(TreeError::Outside { path: "../x".into() }));
        assert_eq!(project().list("/etc"), Err(TreeError::Outside { path: "/etc".into() }));
    }
}
