//! A file that is on its way: under a name of its own until it is whole, and locked, so that those whose process was killed
//! are known from those that somebody still writes.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use rustix::fs::{AtFlags, Dir, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};

use crate::build::session::content::store::Digest;

/// How all of their names begin.
const PREFIX: &str = ".cogpack-cache-";

/// How many names are tried.
const MOST_NAMES: u32 = 1000;

/// The number of the last one of this process.
static LAST: AtomicU64 = AtomicU64::new(0);

/// A file that is on its way. It is removed unless it is [put](Self::put) in its place.
pub struct Unfinished {
    directory: OwnedFd,
    name: String,
    file: File,
    written: u64,
    hasher: Sha256,
}

impl Unfinished {
    /// Begins one in this directory.
    pub fn create(directory: OwnedFd) -> io::Result<Self> {
        for _ in 0..MOST_NAMES {
            let name = format!("{PREFIX}{}-{}", std::process::id(), LAST.fetch_add(1, Relaxed));
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let file = match rustix::fs::openat(&directory, &name, flags, Mode::from_raw_mode(0o666)) {
                Ok(file) => file,
                Err(Errno::EXIST) => continue,
                Err(error) => return Err(error.into()),
            };
            // Between the two, another process may have taken it for one that was left.
            if is_locked(&file) && rustix::fs::fstat(&file)?.st_nlink > 0 {
                return Ok(Self { directory, name, file: file.into(), written: 0, hasher: Sha256::new() });
            }
        }
        Err(io::Error::other("too many files are on their way"))
    }

    /// How much is there.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Adds content.
    pub fn write(&mut self, data: &[u8]) -> io::Result<()> {
        self.file.write_all(data)?;
        self.hasher.update(data);
        self.written += data.len() as u64;
        Ok(())
    }

    /// Begins again.
    pub fn clear(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        rustix::fs::seek(&self.file, rustix::fs::SeekFrom::Start(0))?;
        self.hasher = Sha256::new();
        self.written = 0;
        Ok(())
    }

    /// The digest of what is there.
    pub fn digest(&self) -> Digest {
        Digest::of_hash(&self.hasher.clone().finalize())
    }

    /// Gives it its name in a directory of the same file system. What had that name is replaced.
    pub fn put(mut self, directory: impl AsFd, name: &str) -> io::Result<()> {
        self.file.sync_data()?;
        rustix::fs::renameat(&self.directory, &self.name, directory, name)?;
        self.name.clear();
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.name.is_empty() {
            let _ = rustix::fs::unlinkat(&self.directory, &self.name, AtFlags::empty());
        }
    }
}

/// Locks a file, unless somebody has it; where files cannot be locked, nobody removes what others left.
fn is_locked(file: &OwnedFd) -> bool {
    !matches!(rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive), Err(Errno::WOULDBLOCK))
}

/// Removes what killed processes left in a directory.
pub fn remove_left(directory: &OwnedFd) -> io::Result<()> {
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        if !name.to_bytes().starts_with(PREFIX.as_bytes()) {
            continue;
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let Ok(file) = rustix::fs::openat(directory, name, flags, Mode::empty()) else { continue };
        if rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
            let _ = rustix::fs::unlinkat(directory, name, AtFlags::empty());
        }
    }
    Ok(())
}
