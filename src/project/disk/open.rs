//! A root directory and a clean path → the open file: resolved name by name from the root, without leaving it.
//!
//! Every name is opened relative to its already opened directory and without following links; links are read and
//! resolved here. So a link that is put in place meanwhile is refused instead of followed, and a path costs one look and
//! one open per name. Pipes, sockets and devices are never opened.

use std::ffi::CStr;
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags};
use rustix::io::Errno;

use crate::project::tree::{DEPTH_LIMIT, FileKind};

/// As many links as Linux follows on one path.
const LINK_LIMIT: usize = 40;

/// The directory that nothing leaves.
#[derive(Debug)]
pub struct Root {
    fd: OwnedFd,
    given: PathBuf,
    /// Where it really lies, looked up at the first link to an absolute path: below it such a link stays inside.
    path: OnceLock<Option<PathBuf>>,
}

/// What a path leads to.
pub enum Found {
    /// A regular file, open for reading.
    File(File),
    /// A directory.
    Directory(OwnedFd),
    /// A pipe, a socket, a device.
    Other,
    /// Nothing.
    Missing,
}

/// Why a path is not looked at.
pub enum Refusal {
    /// A link leads out.
    Outside,
    /// The system said no.
    Failed(Errno),
    /// We say no.
    Because(&'static str),
}

impl Root {
    /// Opens the directory; links on the way to it are followed.
    pub fn open(directory: &Path) -> Result<Self, Refusal> {
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(CWD, directory, flags, Mode::empty()).map_err(|error| match error {
            Errno::NOENT => Refusal::Because("there is no such directory"),
            Errno::NOTDIR => Refusal::Because("it is not a directory"),
            error => Refusal::Failed(error),
        })?;
        Ok(Self { fd, given: directory.to_owned(), path: OnceLock::new() })
    }

    /// Where the directory really lies. Linux tells it of what is open; elsewhere each name on the way is looked at.
    #[expect(clippy::disallowed_methods, reason = "this is project::disk, where paths are resolved")]
    fn path(&self) -> Result<&Path, Refusal> {
        let opened = format!("/proc/self/fd/{}", self.fd.as_raw_fd());
        let really = || std::fs::read_link(opened).or_else(|_| std::fs::canonicalize(&self.given));
        let path = self.path.get_or_init(|| really().ok());
        path.as_deref().ok_or(Refusal::Because("its place cannot be told"))
    }

    /// What a clean path leads to.
    pub fn find(&self, path: &str) -> Result<Found, Refusal> {
        let mut way = Way { root: self, inside: Vec::new(), ahead: Vec::new(), links: 0 };
        way.push(path.as_bytes());
        while let Some(name) = way.ahead.pop() {
            if let Some(end) = way.step(&name)? {
                return Ok(if way.ahead.is_empty() { end } else { Found::Missing });
            }
        }
        match way.inside.pop() {
            Some(directory) => Ok(Found::Directory(directory)),
            None => self.fd.try_clone().map(Found::Directory).map_err(|_| Refusal::Because("too many open files")),
        }
    }
}

/// A path that is being resolved.
struct Way<'r> {
    root: &'r Root,
    /// The open directories below the root that lead to here; none of them is a link.
    inside: Vec<OwnedFd>,
    /// The names to go, the next one last.
    ahead: Vec<Vec<u8>>,
    links: usize,
}

impl Way<'_> {
    fn push(&mut self, path: &[u8]) {
        let names = path.split(|byte| *byte == b'/').filter(|name| !matches!(*name, b"" | b"."));
        self.ahead.extend(names.rev().map(<[u8]>::to_vec));
    }

    fn here(&self) -> BorrowedFd<'_> {
        self.inside.last().unwrap_or(&self.root.fd).as_fd()
    }

    /// Goes one name further; what ends the way is returned.
    fn step(&mut self, name: &[u8]) -> Result<Option<Found>, Refusal> {
        if name == b".." {
            return self.inside.pop().map(|_| None).ok_or(Refusal::Outside);
        }
        let look = match rustix::fs::statat(self.here(), name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(look) => look,
            Err(Errno::NOENT | Errno::NOTDIR | Errno::NAMETOOLONG) => return Ok(Some(Found::Missing)),
            Err(error) => return Err(Refusal::Failed(error)),
        };
        match FileType::from_raw_mode(look.st_mode) {
            FileType::Symlink => self.follow(name).map(|()| None),
            FileType::Directory => {
                if self.inside.len() >= DEPTH_LIMIT {
                    return Err(Refusal::Because("it lies too deep"));
                }
                let directory = self.enter(name, OFlags::DIRECTORY)?;
                self.inside.push(directory);
                Ok(None)
            }
            FileType::RegularFile => self.enter(name, OFlags::NONBLOCK).and_then(regular).map(Some),
            _ => Ok(Some(Found::Other)),
        }
    }

    fn enter(&self, name: &[u8], flags: OFlags) -> Result<OwnedFd, Refusal> {
        let flags = flags | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
        rustix::fs::openat(self.here(), name, flags, Mode::empty()).map_err(|error| match error {
            Errno::LOOP | Errno::MLINK | Errno::NOTDIR | Errno::NXIO => Refusal::Because("it changed meanwhile"),
            error => Refusal::Failed(error),
        })
    }

    fn follow(&mut self, name: &[u8]) -> Result<(), Refusal> {
        self.links += 1;
        if self.links > LINK_LIMIT {
            return Err(Refusal::Because("it leads through too many links"));
        }
        let target = rustix::fs::readlinkat(self.here(), name, Vec::new()).map_err(Refusal::Failed)?;
        let target = Path::new(std::ffi::OsStr::from_bytes(target.to_bytes()));
        if target.is_absolute() {
            let below = target.strip_prefix(self.root.path()?).map_err(|_| Refusal::Outside)?;
            self.inside.clear();
            self.push(below.as_os_str().as_bytes());
        } else {
            self.push(target.as_os_str().as_bytes());
        }
        Ok(())
    }
}

/// The opened file, if it still is a regular one.
fn regular(fd: OwnedFd) -> Result<Found, Refusal> {
    let look = rustix::fs::fstat(&fd).map_err(Refusal::Failed)?;
    match FileType::from_raw_mode(look.st_mode) {
        FileType::RegularFile => Ok(Found::File(File::from(fd))),
        _ => Err(Refusal::Because("it changed meanwhile")),
    }
}

/// How large a file is; `None`: it is gone.
pub fn size_of(directory: &OwnedFd, name: &str) -> Option<u64> {
    rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW).ok()?.st_size.try_into().ok()
}

/// What an entry is; `None` when it is gone. Some file systems do not tell in a listing.
pub fn kind_of(directory: &OwnedFd, name: &CStr, told: FileType) -> Result<Option<FileKind>, Errno> {
    let kind = match told {
        FileType::Unknown => match rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(look) => FileType::from_raw_mode(look.st_mode),
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error),
        },
        told => told,
    };
    Ok(Some(match kind {
        FileType::RegularFile => FileKind::File,
        FileType::Directory => FileKind::Directory,
        FileType::Symlink => FileKind::Link,
        _ => FileKind::Other,
    }))
}
