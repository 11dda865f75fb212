//! A directory that files come into → nothing is written outside it, whatever the names and links that come or are there.
//!
//! Every path is checked by its names, and every directory on the way is opened without following links. What is there
//! already is replaced by renaming, so that no link is written through.

use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Timespec, Timestamps};
use rustix::io::Errno;

use crate::build::context::{Root, split};
use crate::build::session::made::Made;

/// The directory.
pub struct Place {
    root: Root,
    made: Made,
    temporary: u64,
}

/// A file that is written under another name.
pub struct Unfinished {
    directory: OwnedFd,
    temporary: String,
    name: String,
    file: OwnedFd,
}

/// When and with what permissions.
#[derive(Clone, Copy, Debug)]
pub struct Meta {
    /// Go's `FileMode`.
    pub mode: u32,
    /// Nanoseconds since 1970.
    pub modified: i64,
}

impl Meta {
    fn permissions(self) -> Mode {
        let special = [(1 << 23, Mode::SUID), (1 << 22, Mode::SGID), (1 << 20, Mode::SVTX)];
        let set = special.into_iter().filter(|(bit, _)| self.mode & bit != 0);
        set.fold(Mode::from_raw_mode(self.mode & 0o777), |mode, (_, bit)| mode | bit)
    }

    fn times(self) -> Timestamps {
        let time = Timespec {
            tv_sec: self.modified.div_euclid(1_000_000_000),
            tv_nsec: self.modified.rem_euclid(1_000_000_000),
        };
        Timestamps { last_access: time, last_modification: time }
    }
}

impl Place {
    /// Opens it; it is made if it is missing, and goes again unless it is [kept](Self::keep).
    pub fn open(directory: &Path) -> std::io::Result<Self> {
        let made = Made::directory(directory)?;
        Ok(Self { root: Root::open(directory)?, made, temporary: 0 })
    }

    /// All of it came.
    pub fn keep(&mut self) {
        self.made.keep();
    }

    fn directory_of<'p>(&self, path: &'p str) -> Result<(OwnedFd, &'p str), Errno> {
        let (directory, name) = split(path);
        Ok((self.root.directory(directory)?, name))
    }

    fn temporary(&mut self) -> String {
        self.temporary += 1;
        format!(".cogpack-{}-{}", std::process::id(), self.temporary)
    }

    /// Makes a directory, or takes the one that is there. Until [`Self::finish_directory`] we may write to it.
    pub fn directory(&mut self, path: &str) -> Result<(), Errno> {
        let (parent, name) = self.directory_of(path)?;
        match rustix::fs::statat(&parent, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(there) if FileType::from_raw_mode(there.st_mode) == FileType::Directory => {}
            Ok(_) => {
                rustix::fs::unlinkat(&parent, name, AtFlags::empty())?;
                rustix::fs::mkdirat(&parent, name, Mode::RWXU)?;
            }
            Err(Errno::NOENT) => rustix::fs::mkdirat(&parent, name, Mode::RWXU)?,
            Err(error) => return Err(error),
        }
        let directory = self.root.directory(path)?;
        let mode = Mode::from_raw_mode(rustix::fs::fstat(&directory)?.st_mode);
        if mode.contains(Mode::RWXU) { Ok(()) } else { rustix::fs::fchmod(&directory, mode | Mode::RWXU) }
    }

    /// Gives a directory its permissions and time, when nothing more comes into it.
    pub fn finish_directory(&self, path: &str, meta: Meta) -> Result<(), Errno> {
        let directory = self.root.directory(path)?;
        rustix::fs::fchmod(&directory, meta.permissions())?;
        rustix::fs::futimens(&directory, &meta.times())
    }

    /// Begins a file.
    pub fn file(&mut self, path: &str) -> Result<Unfinished, Errno> {
        let (directory, name) = self.directory_of(path)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let (temporary, file) =
            self.make(|temporary| rustix::fs::openat(&directory, temporary, flags, Mode::RUSR | Mode::WUSR))?;
        Ok(Unfinished { directory, temporary, name: name.to_owned(), file })
    }

    /// Makes a link.
    pub fn link(&mut self, path: &str, target: &str, meta: Meta) -> Result<(), Errno> {
        let (directory, name) = self.directory_of(path)?;
        let (temporary, ()) = self.make(|temporary| rustix::fs::symlinkat(target, &directory, temporary))?;
        // Not every file system keeps the time of a link.
        let _ = rustix::fs::utimensat(&directory, &temporary, &meta.times(), AtFlags::SYMLINK_NOFOLLOW);
        put(&directory, &temporary, name)
    }

    /// Makes a pipe.
    pub fn pipe(&mut self, path: &str, meta: Meta) -> Result<(), Errno> {
        let (directory, name) = self.directory_of(path)?;
        let (temporary, ()) = self.make(|temporary| rustix::fs::mkfifoat(&directory, temporary, meta.permissions()))?;
        put(&directory, &temporary, name)
    }

    /// Gives a file that is there another name.
    pub fn second_name(&mut self, path: &str, first: &str) -> Result<(), Errno> {
        let (directory, name) = self.directory_of(path)?;
        let (from, first) = self.directory_of(first)?;
        let (temporary, ()) =
            self.make(|temporary| rustix::fs::linkat(&from, first, &directory, temporary, AtFlags::empty()))?;
        put(&directory, &temporary, name)?;
        // Renaming one name of a file to another one of it does nothing.
        match rustix::fs::unlinkat(&directory, &temporary, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Makes something under a name that is not taken.
    fn make<T>(&mut self, make: impl Fn(&str) -> Result<T, Errno>) -> Result<(String, T), Errno> {
        loop {
            let temporary = self.temporary();
            match make(&temporary) {
                Ok(made) => return Ok((temporary, made)),
                Err(Errno::EXIST) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Puts what is finished in its place. An empty directory there gives way, others do not.
fn put(directory: &OwnedFd, temporary: &str, name: &str) -> Result<(), Errno> {
    let mut done = rustix::fs::renameat(directory, temporary, directory, name);
    if let Err(Errno::ISDIR | Errno::EXIST | Errno::NOTEMPTY) = done {
        done = rustix::fs::unlinkat(directory, name, AtFlags::REMOVEDIR)
            .and_then(|()| rustix::fs::renameat(directory, temporary, directory, name));
    }
    if done.is_err() {
        let _ = rustix::fs::unlinkat(directory, temporary, AtFlags::empty());
    }
    done
}

impl Drop for Place {
    fn drop(&mut self) {
        self.made.remove_with_content();
    }
}

impl Unfinished {
    /// Adds content.
    pub fn write(&self, mut data: &[u8]) -> Result<(), Errno> {
        while !data.is_empty() {
            match rustix::io::write(&self.file, data) {
                Ok(written) => data = data.get(written..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Puts it in its place.
    pub fn finish(mut self, meta: Meta) -> Result<(), Errno> {
        rustix::fs::fchmod(&self.file, meta.permissions())?;
        rustix::fs::futimens(&self.file, &meta.times())?;
        put(&self.directory, &std::mem::take(&mut self.temporary), &self.name)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.temporary.is_empty() {
            let _ = rustix::fs::unlinkat(&self.directory, &self.temporary, AtFlags::empty());
        }
    }
}
