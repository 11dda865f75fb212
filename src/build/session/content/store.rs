//! A folder in the layout of OCI → its blobs by digest. Nothing outside of it is read or written, whatever links are in it.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use rustix::fs::{AtFlags, FileType, FlockOperation, Mode};
use rustix::io::Errno;

use crate::build::context::{Root, split};
use crate::build::session::content::unfinished::{Unfinished, remove_left};
use crate::build::session::made::Made;

/// Where blobs are.
const BLOBS: &str = "blobs/sha256";

/// How long another build may take to remove a folder.
const WAIT: Duration = Duration::from_millis(5);
const MOST_WAITS: usize = 20;

/// How often a folder is made again that another build removed at that very moment.
const MOST_AGAIN: usize = 100;

/// The name of a blob: `sha256:` and 64 hex digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest(String);

impl Digest {
    /// Reads one; none if it is no digest of this kind.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix("sha256:")?;
        let is_hex = hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_hex.then(|| Self(hex.to_owned()))
    }

    /// That of a sha256.
    pub fn of_hash(hash: &[u8]) -> Self {
        Self(hash.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn path(&self) -> String {
        format!("{BLOBS}/{}", self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.0)
    }
}

/// The folder.
#[derive(Debug)]
pub struct Store {
    root: Root,
    /// What was made to write to it, and goes again when nothing is written.
    made: Option<Directories>,
    /// Whether a folder that was made is of no use yet, whatever came into it.
    is_half_done: AtomicBool,
}

/// Directories that were made.
#[derive(Debug)]
struct Directories {
    folder: Made,
    /// That of the blobs, in the folder.
    blobs: bool,
}

impl Store {
    /// Opens it for reading.
    pub fn open(folder: &Path) -> io::Result<Self> {
        Ok(Self { root: Root::open(folder)?, made: None, is_half_done: AtomicBool::new(false) })
    }

    /// Opens it for writing; it is made if it is missing, until nothing came into it. What killed processes left is removed.
    pub fn create(folder: &Path) -> io::Result<Self> {
        let mut last = io::Error::other("other builds make and remove it");
        for _ in 0..MOST_AGAIN {
            match Self::make(folder) {
                Ok(Some(store)) => return Ok(store),
                Ok(None) => {}
                // On the way to it, too, something may go that was just there.
                Err(error) if error.kind() == io::ErrorKind::NotFound => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    /// None if another build removed it meanwhile.
    fn make(folder: &Path) -> io::Result<Option<Self>> {
        let made = Made::directory(folder)?;
        let mut store = Self::open(folder)?;
        if !store.is_used()? {
            return Ok(None);
        }
        let blobs = !store.has_blobs();
        store.made = Some(Directories { folder: made, blobs });
        store.blobs()?;
        remove_left(&store.root.directory("")?)?;
        Ok(Some(store))
    }

    /// Tells others that the folder is in use. False: one of them just removed it.
    fn is_used(&self) -> io::Result<bool> {
        let directory = self.root.as_fd();
        // Where directories cannot be locked, nobody removes one. Who has it for longer than a removal takes is no build: the one
        // that started this may have, to keep others from the folder.
        for _ in 0..MOST_WAITS {
            match rustix::fs::flock(directory, FlockOperation::NonBlockingLockShared) {
                Err(Errno::WOULDBLOCK) => std::thread::sleep(WAIT),
                _ => break,
            }
        }
        Ok(rustix::fs::fstat(directory)?.st_nlink > 0)
    }

    fn has_blobs(&self) -> bool {
        self.root.directory(BLOBS).is_ok()
    }

    /// Whether a folder that was made is of no use yet, and goes again with all that is in it.
    pub fn set_half_done(&self, is: bool) {
        self.is_half_done.store(is, Relaxed);
    }

    /// A blob and its size; none if there is no such file.
    pub fn blob(&self, digest: &Digest) -> io::Result<Option<(File, u64)>> {
        self.file(&digest.path())
    }

    /// The size of a blob.
    pub fn size(&self, digest: &Digest) -> io::Result<Option<u64>> {
        Ok(self.blob(digest)?.map(|(_, size)| size))
    }

    /// A file in the folder, and its size; none if there is no such file.
    pub fn file(&self, path: &str) -> io::Result<Option<(File, u64)>> {
        let file = match self.root.file(path) {
            Ok(file) => file,
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let look = rustix::fs::fstat(&file)?;
        let is_file = FileType::from_raw_mode(look.st_mode) == FileType::RegularFile;
        Ok(is_file.then(|| (file.into(), u64::try_from(look.st_size).unwrap_or(0))))
    }

    /// Begins a file.
    pub fn begin(&self) -> io::Result<Unfinished> {
        Unfinished::create(self.root.directory("")?)
    }

    /// Puts a blob that is whole in its place.
    pub fn put(&self, blob: Unfinished) -> io::Result<Digest> {
        let digest = blob.digest();
        blob.put(self.blobs()?, &digest.0)?;
        Ok(digest)
    }

    /// Puts another file of the layout in its place, whole.
    pub fn put_file(&self, name: &str, data: &[u8]) -> io::Result<()> {
        let mut file = self.begin()?;
        file.write(data)?;
        file.put(self.root.directory("")?, name)
    }

    /// The folder itself.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The directory of the blobs, made if it is missing.
    fn blobs(&self) -> io::Result<std::os::fd::OwnedFd> {
        for path in ["blobs", BLOBS] {
            let (parent, name) = split(path);
            match rustix::fs::mkdirat(self.root.directory(parent)?, name, Mode::from_raw_mode(0o777)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(self.root.directory(BLOBS)?)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let Some(mut made) = self.made.take() else { return };
        let directory = self.root.as_fd();
        if rustix::fs::flock(directory, FlockOperation::NonBlockingLockExclusive).is_err() {
            // Another build writes here too.
            made.folder.keep();
            return;
        }
        if self.is_half_done.load(Relaxed) {
            made.folder.remove_with_content();
        } else if made.blobs
            && let Ok(blobs) = self.root.directory("blobs")
        {
            // Directories that are not empty stay.
            let _ = rustix::fs::unlinkat(blobs, "sha256", AtFlags::REMOVEDIR);
            let _ = rustix::fs::unlinkat(directory, "blobs", AtFlags::REMOVEDIR);
        }
        // While the folder is ours alone.
        drop(made);
    }
}
