//! A directory on disk → [`Tree`]: listed and read on demand, each directory and each file at most once.
//!
//! Nothing outside the directory is opened, whatever links it holds and whoever changes them meanwhile: see `disk/open.rs`.
//! File names that are not UTF-8 cannot be written in a block, so they are left out of listings;
//! [`DiskTree::unnameable`] tells which were met.

mod lookup;
mod open;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::fs::Dir;

use crate::project::tree::{self, FILE_LIMIT, FileKind, LOCK_LIMIT, LOCKS, Tree, TreeEntry, TreeError};
use crate::source::disk::words;
pub use lookup::find_root;
use open::{Found, Refusal, Root};

/// Room for a file that a project usually holds: more is read in more calls.
const USUAL_SIZE: usize = 8 << 10;

type Listing = Result<Arc<[TreeEntry]>, TreeError>;
type Text = Result<Option<Arc<str>>, TreeError>;

/// The files of a project on disk.
#[derive(Debug)]
pub struct DiskTree {
    root: Root,
    limit: u64,
    seen: Mutex<Seen>,
}

/// All that was read so far.
#[derive(Debug, Default)]
struct Seen {
    listings: BTreeMap<String, Listing>,
    texts: BTreeMap<String, Text>,
    unnameable: BTreeSet<String>,
}

impl DiskTree {
    /// The project in `directory`. The error's path is the directory as given.
    pub fn open(directory: &Path) -> Result<Self, TreeError> {
        let root = Root::open(directory).map_err(|refusal| refused(&directory.display().to_string(), refusal))?;
        Ok(Self { root, limit: FILE_LIMIT, seen: Mutex::default() })
    }

    /// The same files, where larger ones than `limit` bytes are not read, but for locks; at first it is [`FILE_LIMIT`].
    pub fn with_limit(self, limit: u64) -> Self {
        Self { limit, ..self }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn list_now(&self, directory: &str) -> Listing {
        let fd = match self.root.find(directory).map_err(|refusal| refused(directory, refusal))? {
            Found::Directory(fd) => fd,
            Found::Missing | Found::File(_) | Found::Other => return Ok(Arc::from([])),
        };
        let failed = |error| refused(directory, Refusal::Failed(error));
        let mut entries = Vec::new();
        let stream = Dir::read_from(&fd).map_err(failed)?;
        for entry in stream {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            match name.to_str() {
                Ok("." | "..") => {}
                Ok(text) => {
                    if let Some(kind) = open::kind_of(&fd, name, entry.file_type()).map_err(failed)? {
                        entries.push(TreeEntry { name: text.to_owned(), kind });
                    }
                }
                Err(_) => {
                    let path = tree::join(directory, &escape(name.to_bytes()));
                    self.seen().unnameable.insert(path);
                }
            }
        }
        entries.sort_by(|one, other| one.name.as_bytes().cmp(other.name.as_bytes()));
        Ok(entries.into())
    }

    fn read_now(&self, path: &str) -> Text {
        let unreadable = |reason: &str| Err(TreeError::Unreadable { path: path.to_owned(), reason: reason.to_owned() });
        let file = match self.root.find(path).map_err(|refusal| refused(path, refusal))? {
            Found::File(file) => file,
            Found::Missing => return Ok(None),
            Found::Directory(_) => return unreadable("it is a directory"),
            Found::Other => return unreadable("it is not a regular file"),
        };
        let limit = if LOCKS.contains(&tree::split(path).1) { LOCK_LIMIT } else { self.limit };
        let mut bytes = Vec::with_capacity(USUAL_SIZE);
        if let Err(error) = file.take(limit.saturating_add(1)).read_to_end(&mut bytes) {
            return unreadable(&words(&error));
        }
        if bytes.len() as u64 > limit {
            return Err(TreeError::TooLarge { path: path.to_owned(), limit });
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(text.into())),
            Err(error) => Err(TreeError::NotText { path: path.to_owned(), offset: error.utf8_error().valid_up_to() }),
        }
    }

    /// Whether a listing that was read says that there is no such file.
    fn known_missing(&self, path: &str) -> bool {
        let (directory, name) = tree::split(path);
        let seen = self.seen();
        let Some(Ok(entries)) = seen.listings.get(directory) else { return false };
        entries.binary_search_by(|entry| entry.name.as_bytes().cmp(name.as_bytes())).is_err()
    }
}

impl Tree for DiskTree {
    fn list(&self, directory: &str) -> Listing {
        let directory = tree::clean(directory)?;
        if let Some(known) = self.seen().listings.get(&directory) {
            return known.clone();
        }
        let listing = self.list_now(&directory);
        self.seen().listings.entry(directory).or_insert(listing).clone()
    }

    fn read(&self, path: &str) -> Text {
        let path = tree::clean(path)?;
        if let Some(known) = self.seen().texts.get(&path) {
            return known.clone();
        }
        let text = if self.known_missing(&path) { Ok(None) } else { self.read_now(&path) };
        self.seen().texts.entry(path).or_insert(text).clone()
    }

    fn sizes(&self, directory: &str) -> Vec<(String, u64)> {
        let (Ok(entries), Ok(directory)) = (self.list(directory), tree::clean(directory)) else { return Vec::new() };
        let files = entries.iter().filter(|entry| entry.kind == FileKind::File);
        let Ok(Found::Directory(fd)) = self.root.find(&directory) else { return Vec::new() };
        files.filter_map(|entry| Some((entry.name.clone(), open::size_of(&fd, &entry.name)?))).collect()
    }

    /// Sorted; bytes that are no characters are written `\xNN`.
    fn unnameable(&self) -> Vec<String> {
        self.seen().unnameable.iter().cloned().collect()
    }
}

fn refused(path: &str, refusal: Refusal) -> TreeError {
    let path = path.to_owned();
    match refusal {
        Refusal::Outside => TreeError::Outside { path },
        Refusal::Failed(error) => TreeError::Unreadable { path, reason: words(&error.into()) },
        Refusal::Because(reason) => TreeError::Unreadable { path, reason: reason.to_owned() },
    }
}

fn escape(name: &[u8]) -> String {
    let mut escaped = String::new();
    for chunk in name.utf8_chunks() {
        escaped.push_str(chunk.valid());
        for byte in chunk.invalid() {
            escaped.push_str(&format!("\\x{byte:02x}"));
        }
    }
    escaped
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests make the files they read")]
mod tests;
