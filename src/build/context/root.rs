//! A directory and a path in it → what is open there, without leaving the directory and without following any link.
//!
//! Linux is asked for just that (`openat2`). Where it cannot do it, each name is opened relative to its already opened
//! directory.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags};
use rustix::io::Errno;

/// The directory that nothing leaves.
#[derive(Debug)]
pub struct Root {
    fd: OwnedFd,
}

impl Root {
    /// Opens the directory; links on the way to it are followed, because the user named it.
    pub fn open(directory: &Path) -> Result<Self, Errno> {
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        let fd = rustix::fs::openat(CWD, directory, DIRECTORY, Mode::empty())?;
        Ok(Self { fd })
    }

    /// Opens a directory in it; `""` is itself.
    pub fn directory(&self, path: &str) -> Result<OwnedFd, Errno> {
        self.enter(path, DIRECTORY)
    }

    /// Opens a file for reading. What is there need not be one, so look at it; pipes do not block.
    pub fn file(&self, path: &str) -> Result<OwnedFd, Errno> {
        self.enter(path, FILE)
    }

    /// Where a link points; `None` if there is no link.
    pub fn link(&self, path: &str) -> Result<Option<Vec<u8>>, Errno> {
        let (directory, name) = split(path);
        let directory = self.directory(directory)?;
        let look = rustix::fs::statat(&directory, name, AtFlags::SYMLINK_NOFOLLOW)?;
        if FileType::from_raw_mode(look.st_mode) != FileType::Symlink {
            return Ok(None);
        }
        rustix::fs::readlinkat(&directory, name, Vec::new()).map(|target| Some(target.into_bytes()))
    }

    /// The directory itself.
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    fn enter(&self, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
        let flags = flags | OFlags::NOFOLLOW;
        if path.is_empty() {
            return rustix::fs::openat(&self.fd, ".", flags, Mode::empty());
        }
        match self.beneath(path, flags) {
            // An old kernel, a sandbox that does not know the call, a directory that moved meanwhile.
            Err(Errno::NOSYS | Errno::PERM | Errno::AGAIN | Errno::INVAL) => self.by_names(path, flags),
            done => done,
        }
    }

    #[cfg(target_os = "linux")]
    fn beneath(&self, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
        use rustix::fs::ResolveFlags;
        let inside = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        rustix::fs::openat2(&self.fd, path, flags, Mode::empty(), inside)
    }

    #[cfg(not(target_os = "linux"))]
    fn beneath(&self, _: &str, _: OFlags) -> Result<OwnedFd, Errno> {
        Err(Errno::NOSYS)
    }

    fn by_names(&self, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
        let (directories, name) = split(path);
        let mut here: Option<OwnedFd> = None;
        for directory in directories.split('/').filter(|name| !name.is_empty()) {
            let from = here.as_ref().map_or(self.fd.as_fd(), AsFd::as_fd);
            here = Some(open_name(from, directory, DIRECTORY | OFlags::NOFOLLOW)?);
        }
        open_name(here.as_ref().map_or(self.fd.as_fd(), AsFd::as_fd), name, flags)
    }
}

const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
const FILE: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

fn open_name(directory: impl AsFd, name: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
    if name == ".." || name.contains('/') {
        return Err(Errno::XDEV);
    }
    rustix::fs::openat(directory, name, flags, Mode::empty())
}

/// The directory and the name.
pub fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}
