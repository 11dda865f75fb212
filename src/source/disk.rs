//! A path given by the user → the text of the file: blocks, plans, catalogs.
//!
//! Links are followed: the user named the file. What the project holds is read by `project::disk` instead.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Why a file was not read; completes the sentence "cannot read `x`: ".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is nothing at the path.
    #[error("there is no such file")]
    Missing,
    /// It is a directory.
    #[error("it is a directory")]
    Directory,
    /// It is a pipe, a socket, or a device.
    #[error("it is not a regular file")]
    NotRegular,
    /// It is larger than the caller reads.
    #[error("it is larger than {limit} bytes")]
    TooLarge {
        /// The most that is read.
        limit: u64,
    },
    /// It is not text.
    #[error("it is not UTF-8: byte {offset} does not belong to a character")]
    NotText {
        /// The first byte that does not fit.
        offset: usize,
    },
    /// The system said no.
    #[error("{reason}")]
    Unreadable {
        /// The system's words.
        reason: String,
    },
}

/// Reads a file of at most `limit` bytes.
pub fn read_text(path: &Path, limit: u64) -> Result<String, ReadError> {
    let file = open(path)?;
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge { limit });
    }
    String::from_utf8(bytes).map_err(|error| ReadError::NotText { offset: error.utf8_error().valid_up_to() })
}

/// Opens a regular file. The opened file is looked at, not the path, so that nothing can change in between; a pipe does
/// not block.
fn open(path: &Path) -> Result<File, ReadError> {
    let do_not_block = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let flags = do_not_block.bits().try_into().unwrap_or_default();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename => ReadError::Missing,
        // What sockets and devices without a driver answer.
        _ if error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error()) => ReadError::NotRegular,
        _ => unreadable(&error),
    })?;
    let kind = file.metadata().map_err(|error| unreadable(&error))?.file_type();
    match (kind.is_file(), kind.is_dir()) {
        (true, _) => Ok(file),
        (_, true) => Err(ReadError::Directory),
        _ => Err(ReadError::NotRegular),
    }
}

fn unreadable(error: &std::io::Error) -> ReadError {
    ReadError::Unreadable { reason: words(error) }
}

/// The system's words as messages hold them: lower case, without its number.
pub fn words(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split_once(" (os error").map_or(text.as_str(), |(words, _)| words);
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests make the files they read")]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_the_limit() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.block");
        std::fs::write(&path, "blöck").unwrap();
        assert_eq!(read_text(&path, 6).as_deref(), Ok("blöck"));
        assert_eq!(read_text(&path, 5), Err(ReadError::TooLarge { limit: 5 }));
        std::os::unix::fs::symlink("a.block", directory.path().join("link")).unwrap();
        assert_eq!(read_text(&directory.path().join("link"), 6).as_deref(), Ok("blöck"));
    }

    #[test]
    fn what_is_no_text_file_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        std::fs::write(at("binary"), b"abc\xff").unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, at("pipe"), rustix::fs::Mode::from_bits_truncate(0o600)).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        std::os::unix::fs::symlink("loop", at("loop")).unwrap();
        let reason = |path: &Path| read_text(path, 100).unwrap_err().to_string();
        assert_eq!(reason(&at("none")), "there is no such file");
        assert_eq!(reason(&at("binary/below")), "there is no such file");
        assert_eq!(reason(directory.path()), "it is a directory");
        assert_eq!(reason(&at("binary")), "it is not UTF-8: byte 3 does not belong to a character");
        assert_eq!(reason(&at("pipe")), "it is not a regular file");
        assert_eq!(reason(&at("socket")), "it is not a regular file");
        assert_eq!(reason(Path::new("/dev/zero")), "it is not a regular file");
        assert!(reason(&at("loop")).starts_with("too many levels of symbolic links"));
    }
}
