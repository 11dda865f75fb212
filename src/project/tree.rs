//! The files of a project as the compiler sees them: relative paths with `/`, nothing outside, no link followed out.

use std::sync::Arc;

/// The most bytes of one file that the compiler reads, but for locks.
pub const FILE_LIMIT: u64 = 4 << 20;

/// The most bytes of a lock that the compiler reads. It lists every build of every package, so that of a large workspace has several MiB.
pub const LOCK_LIMIT: u64 = 32 << 20;

/// The files that are locks, by name.
pub const LOCKS: &[&str] = &["uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock"];

/// The most directories below each other that the compiler enters.
pub const DEPTH_LIMIT: usize = 128;

/// What lies at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, not followed.
    Link,
    /// A socket, a pipe, a device.
    Other,
}

/// An entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeEntry {
    /// Its name, without the directory.
    pub name: String,
    /// What it is.
    pub kind: FileKind,
}

/// Why a file of the project could not be used. `path` is relative to the project.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// The operating system said no.
    #[error("cannot read `{path}`: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// The system's words.
        reason: String,
    },
    /// It is larger than the compiler reads.
    #[error("`{path}` is larger than {}", size(*.limit))]
    TooLarge {
        /// The file.
        path: String,
        /// The most that is read.
        limit: u64,
    },
    /// It is not text.
    #[error("`{path}` is not UTF-8: byte {offset} does not belong to a character")]
    NotText {
        /// The file.
        path: String,
        /// The first byte that does not fit.
        offset: usize,
    },
    /// A link on the way leads out of the project.
    #[error("`{path}` leads out of the project")]
    Outside {
        /// The file.
        path: String,
    },
}

/// A project's directory. Everything is read at most once, so that one run sees one state.
pub trait Tree {
    /// The entries of a directory (`""` is the project), sorted by name bytes; empty when there is no such directory.
    fn list(&self, directory: &str) -> Result<Arc<[TreeEntry]>, TreeError>;

    /// The text of a file; `None` when there is none. A link inside the project is followed, one that leads out is an
    /// error.
    fn read(&self, path: &str) -> Result<Option<Arc<str>>, TreeError>;

    /// The sizes in bytes of the regular files in a directory, by name; of none where nobody knows.
    fn sizes(&self, _directory: &str) -> Vec<(String, u64)> {
        Vec::new()
    }

    /// The files met so far whose names are not UTF-8, with such bytes written out; listings leave them out.
    fn unnameable(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A path as trees name files: no `.`, no empty parts. An absolute path and one with `..` lead out.
pub fn clean(path: &str) -> Result<String, TreeError> {
    let outside = || TreeError::Outside { path: path.to_owned() };
    if path.starts_with('/') {
        return Err(outside());
    }
    let mut cleaned = String::with_capacity(path.len());
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err(outside()),
            name => {
                if !cleaned.is_empty() {
                    cleaned.push('/');
                }
                cleaned.push_str(name);
            }
        }
    }
    Ok(cleaned)
}

/// A number of bytes, as a message has it.
pub fn size(bytes: u64) -> String {
    if bytes.is_multiple_of(1 << 20) { format!("{} MiB", bytes >> 20) } else { format!("{bytes} bytes") }
}

/// The directory that a clean path lies in, and its name there.
pub fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The path of `name` in `directory`.
pub fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}
