//! A [`Tree`] and an [`Ignore`] → the files that the build context sends.

use crate::ignore::{Ignore, Matched};
use crate::project::tree::{DEPTH_LIMIT, FileKind, Tree, TreeError, join};

/// An entry that a walk came by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked {
    /// Relative to the project.
    pub path: String,
    /// What it is; never [`FileKind::Other`].
    pub kind: FileKind,
}

/// What the context sends: directories before what lies in them, siblings by name bytes. Links are sent as they are and
/// not entered; pipes, sockets and devices are not sent. A directory that is left out is sent when an exception takes
/// something in it back in.
pub fn walk(tree: &dyn Tree, ignore: &Ignore) -> Result<Vec<Walked>, TreeError> {
    let mut walk = Walk { tree, ignore, sent: Vec::new() };
    walk.enter("", &Matched::default(), 0)?;
    Ok(walk.sent)
}

struct Walk<'t> {
    tree: &'t dyn Tree,
    ignore: &'t Ignore,
    sent: Vec<Walked>,
}

impl Walk<'_> {
    /// Recursion is bounded by [`DEPTH_LIMIT`].
    fn enter(&mut self, directory: &str, matched: &Matched, depth: usize) -> Result<(), TreeError> {
        if depth > DEPTH_LIMIT {
            return Err(TreeError::Unreadable { path: directory.to_owned(), reason: "it lies too deep".to_owned() });
        }
        for entry in self.tree.list(directory)?.iter().filter(|entry| entry.kind != FileKind::Other) {
            let path = join(directory, &entry.name);
            let (left_out, matched) = self.ignore.matches_in(&path, matched);
            let before = self.sent.len();
            if !left_out || (entry.kind == FileKind::Directory && self.ignore.may_match_below(&path)) {
                self.sent.push(Walked { path: path.clone(), kind: entry.kind });
                if entry.kind == FileKind::Directory {
                    self.enter(&path, &matched, depth + 1)?;
                }
                if left_out && self.sent.len() == before + 1 {
                    self.sent.pop();
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::memory::MemoryTree;

    fn sent(ignored: &str, files: &[&str]) -> Vec<String> {
        let tree: MemoryTree = files.iter().map(|path| (*path, "")).collect();
        let walked = walk(&tree, &Ignore::parse(ignored).unwrap()).unwrap();
        walked.into_iter().map(|found| found.path).collect()
    }

    #[test]
    fn directories_come_before_what_lies_in_them_and_siblings_by_bytes() {
        let files = ["b", "a/z", "a/b/c", "a-b", "B"];
        assert_eq!(sent("", &files), ["B", "a", "a/b", "a/b/c", "a/z", "a-b", "b"]);
    }

    #[test]
    fn what_is_left_out_is_not_sent_unless_an_exception_takes_it_back() {
        let files = [".git/config", "data/big.bin", "data/keep/small.bin", "data/other/x", "main.py"];
        assert_eq!(sent(".git\ndata\n", &files), ["main.py"]);
        let kept = ["data", "data/keep", "data/keep/small.bin", "main.py"];
        assert_eq!(sent(".git\ndata\n!data/keep\n", &files), kept);
        assert_eq!(sent("*\n!**/*.py", &files), ["main.py"]);
        assert!(sent("**", &files).is_empty());
    }

    #[test]
    fn a_tree_without_end_is_an_error() {
        struct Endless;
        impl Tree for Endless {
            fn list(&self, _: &str) -> Result<std::sync::Arc<[crate::project::tree::TreeEntry]>, TreeError> {
                let kind = FileKind::Directory;
                Ok([crate::project::tree::TreeEntry { name: "d".into(), kind }].into())
            }
            fn read(&self, _: &str) -> Result<Option<std::sync::Arc<str>>, TreeError> {
                Ok(None)
            }
        }
        assert!(walk(&Endless, &Ignore::default()).unwrap_err().to_string().ends_with("it lies too deep"));
    }
}
