//! A context's directory and a filter → its entries in the order of the protocol: directories before what lies in them,
//! siblings by name bytes.
//!
//! Each directory is opened by its path from the top and closed before its own directories are: so depth costs no open
//! files. Nothing recurses.

use std::collections::BTreeMap;
use std::ffi::CStr;
use std::os::fd::OwnedFd;

use bollard_buildkit_proto::fsutil::types::Stat;
use rustix::fs::{AtFlags, Dir, FileType};
use rustix::io::Errno;

use crate::build::context::entry::{self, Inode, Look};
use crate::build::context::error;
use crate::build::context::filter::{Filter, Inherited, Verdict};
use crate::build::context::root::Root;
use crate::diagnostic::Diagnostic;

/// Why a walk ended early.
#[derive(Debug)]
pub enum Stop {
    /// Nobody takes what it finds.
    Unwanted,
    /// Something is wrong with the context.
    Failed(Box<Diagnostic>),
}

/// What takes the entries.
pub trait Take {
    /// An entry to be sent.
    fn entry(&mut self, stat: Stat, look: Look) -> Result<(), Stop>;

    /// Something that is not sent, and worth a word.
    fn warn(&mut self, found: Diagnostic);
}

/// Goes through a context.
pub struct Walk<'w> {
    context: &'w str,
    root: &'w Root,
    filter: &'w Filter,
    take: &'w mut dyn Take,
    /// The first name of each file that has several.
    names: BTreeMap<Inode, String>,
    ahead: Vec<Directory>,
}

/// A directory that is gone through.
struct Directory {
    /// Empty for the context itself.
    path: String,
    entries: std::vec::IntoIter<Entry>,
    leaves: bool,
    wanted: bool,
    /// What to send, until it is sent.
    unsent: Option<Box<(Stat, Look)>>,
}

/// Something in a directory.
struct Entry {
    name: Box<str>,
    look: Look,
    leaves: bool,
    wanted: bool,
    enter: bool,
    more: Option<Box<More>>,
}

/// What most entries have not.
#[derive(Default)]
struct More {
    matched: Inherited,
    link: String,
    attributes: Vec<(String, Vec<u8>)>,
}

impl<'w> Walk<'w> {
    /// Prepares it; `context` is the name for messages.
    pub fn new(context: &'w str, root: &'w Root, filter: &'w Filter, take: &'w mut dyn Take) -> Self {
        Self { context, root, filter, take, names: BTreeMap::new(), ahead: Vec::new() }
    }

    /// Finds everything.
    pub fn run(mut self) -> Result<(), Stop> {
        let entries = self.list("", &Inherited::default(), true)?;
        let top = Directory { path: String::new(), entries, leaves: true, wanted: true, unsent: None };
        self.ahead.push(top);
        while let Some(directory) = self.ahead.last_mut() {
            match directory.entries.next() {
                Some(entry) => {
                    let path = join(&directory.path, &entry.name);
                    self.meet(path, entry)?;
                }
                None => drop(self.ahead.pop()),
            }
        }
        Ok(())
    }

    fn meet(&mut self, path: String, entry: Entry) -> Result<(), Stop> {
        let Entry { look, leaves, wanted, enter, more, .. } = entry;
        let send = leaves && wanted;
        if let Some(kind) = unsendable(look.kind()) {
            if send {
                self.take.warn(error::special(self.context, &path, kind));
            }
            return Ok(());
        }
        if leaves {
            self.let_directories_leave()?;
        }
        if send {
            self.send_directories()?;
        }
        let mut more = more.map(|more| *more).unwrap_or_default();
        if look.kind() != FileType::Directory {
            return if send { self.send(path, look, more) } else { Ok(()) };
        }
        let matched = std::mem::take(&mut more.matched);
        let mut directory = Directory { path, entries: Vec::new().into_iter(), leaves, wanted, unsent: None };
        if send {
            self.send(directory.path.clone(), look, more)?;
        } else {
            let stat = stat(directory.path.clone(), look, more.link, more.attributes);
            directory.unsent = Some(Box::new((stat, look)));
        }
        if enter {
            directory.entries = self.list(&directory.path, &matched, send)?;
            self.ahead.push(directory);
        }
        Ok(())
    }

    /// What leaves takes along the directories that it lies in; one that the daemon wants is sent for its own sake.
    fn let_directories_leave(&mut self) -> Result<(), Stop> {
        let first = self.ahead.iter().rposition(|directory| directory.leaves).map_or(0, |place| place + 1);
        for directory in &mut self.ahead[first..] {
            directory.leaves = true;
        }
        match self.ahead[first..].iter().rposition(|directory| directory.wanted) {
            Some(last) => self.send_to(first + last),
            None => Ok(()),
        }
    }

    /// What is sent takes along the directories that it lies in.
    fn send_directories(&mut self) -> Result<(), Stop> {
        match self.ahead.len().checked_sub(1) {
            Some(last) => self.send_to(last),
            None => Ok(()),
        }
    }

    fn send_to(&mut self, last: usize) -> Result<(), Stop> {
        let first = self.ahead[..=last].iter().rposition(|directory| directory.unsent.is_none());
        for directory in &mut self.ahead[first.map_or(0, |first| first + 1)..=last] {
            if let Some(unsent) = directory.unsent.take() {
                let (stat, look) = *unsent;
                self.take.entry(stat, look)?;
            }
        }
        Ok(())
    }

    fn send(&mut self, path: String, look: Look, more: More) -> Result<(), Stop> {
        let has_more_names = look.links > 1 && matches!(look.kind(), FileType::RegularFile | FileType::Fifo);
        let mut stat = stat(path, look, more.link, more.attributes);
        if has_more_names {
            match self.names.entry(look.inode) {
                std::collections::btree_map::Entry::Occupied(first) => stat.linkname.clone_from(first.get()),
                std::collections::btree_map::Entry::Vacant(first) => drop(first.insert(stat.path.clone())),
            }
        }
        self.take.entry(stat, look)
    }

    /// What in a directory matters, in order.
    fn list(&self, path: &str, matched: &Inherited, wanted: bool) -> Result<std::vec::IntoIter<Entry>, Stop> {
        let listed = self.root.directory(path).and_then(|open| Dir::read_from(&open).map(|entries| (open, entries)));
        let (open, names) = match listed {
            Ok(listed) => listed,
            // What is not sent need not be readable.
            Err(Errno::ACCESS | Errno::PERM | Errno::NOENT) if !wanted => return Ok(Vec::new().into_iter()),
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Err(failed(error::changed(self.context, path))),
            Err(error) => return Err(failed(error::unreadable(self.context, path, error))),
        };
        let mut entries = Vec::new();
        for name in names {
            let name = name.map_err(|error| failed(error::unreadable(self.context, path, error)))?;
            if !matches!(name.file_name().to_bytes(), b"." | b"..") {
                entries.extend(self.look_at(&open, name.file_name(), name.file_type(), (path, matched))?);
            }
        }
        entries.sort_unstable_by(|one: &Entry, other| one.name.as_bytes().cmp(other.name.as_bytes()));
        Ok(entries.into_iter())
    }

    /// An entry, if anything is to be done with it. What is gone meanwhile was never there.
    fn look_at(
        &self,
        open: &OwnedFd,
        name: &CStr,
        told: FileType,
        (directory, matched): (&str, &Inherited),
    ) -> Result<Option<Entry>, Stop> {
        let text = name.to_string_lossy();
        let path = join(directory, &text);
        let Verdict { leaves, wanted, enter, matched } = self.filter.judge(&path, matched);
        let may_enter = enter && matches!(told, FileType::Directory | FileType::Unknown);
        if !may_enter && !leaves && !wanted {
            return Ok(None);
        }
        let unreadable = |error| failed(error::unreadable(self.context, &path, error));
        let look = match rustix::fs::statat(open, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(look) => Look::of(&look),
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(unreadable(error)),
        };
        let enter = enter && look.kind() == FileType::Directory;
        if (enter || leaves && wanted) && name.to_str().is_err() {
            let path = join(directory, &name.to_bytes().escape_ascii().to_string());
            return Err(failed(error::not_text(self.context, &path)));
        }
        let mut more = More { matched: if enter { matched } else { Inherited::default() }, ..More::default() };
        if wanted || enter {
            more.attributes = entry::attributes(open, name);
        }
        if look.kind() == FileType::Symlink && wanted {
            let target = rustix::fs::readlinkat(open, name, Vec::new()).map_err(unreadable)?;
            more.link = target.into_string().map_err(|_| failed(error::not_text(self.context, &path)))?;
        }
        let plain = !enter && more.attributes.is_empty() && more.link.is_empty();
        let more = (!plain).then(|| Box::new(more));
        Ok(Some(Entry { name: text.into(), look, leaves, wanted, enter, more }))
    }
}

fn stat(path: String, look: Look, linkname: String, attributes: Vec<(String, Vec<u8>)>) -> Stat {
    Stat { linkname, xattrs: attributes.into_iter().collect(), ..look.to_stat(path) }
}

/// What has no content, and no meaning elsewhere.
fn unsendable(kind: FileType) -> Option<&'static str> {
    match kind {
        FileType::Socket => Some("a socket"),
        FileType::CharacterDevice | FileType::BlockDevice => Some("a device"),
        FileType::Unknown => Some("of an unknown kind"),
        FileType::Directory | FileType::RegularFile | FileType::Symlink | FileType::Fifo => None,
    }
}

fn failed(found: Diagnostic) -> Stop {
    Stop::Failed(Box::new(found))
}

fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}
