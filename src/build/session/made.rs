//! Directories that are made for what comes into them. They go again when nothing comes.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The directories, each behind the one that it lies in.
#[derive(Debug, Default)]
pub(super) struct Made(Vec<PathBuf>);

impl Made {
    /// Makes a directory, and those above it, where they are missing.
    pub fn directory(path: &Path) -> io::Result<Self> {
        let is_missing = |path: &&Path| !path.as_os_str().is_empty() && !path.exists();
        let missing: Vec<&Path> = path.ancestors().take_while(is_missing).collect();
        let mut made = Self::default();
        for directory in missing.into_iter().rev() {
            match std::fs::create_dir(directory) {
                Ok(()) => made.0.push(directory.to_owned()),
                // Somebody else was as quick, and it is theirs.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && directory.is_dir() => {}
                Err(error) => return Err(error),
            }
        }
        if path.as_os_str().is_empty() || path.is_dir() { Ok(made) } else { Err(ErrorKind::NotADirectory.into()) }
    }

    /// They stay.
    pub fn keep(&mut self) {
        self.0.clear();
    }

    /// Removes the innermost one with all that is in it, if it was made here, and then as dropping does.
    pub fn remove_with_content(&mut self) {
        if let Some(innermost) = self.0.pop() {
            // What cannot be removed stays; why the build failed is what people are told.
            let _ = std::fs::remove_dir_all(innermost);
        }
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for directory in self.0.iter().rev() {
            // One that is not empty is of use to somebody.
            if std::fs::remove_dir(directory).is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test makes the files")]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_goes_while_it_is_empty_and_what_was_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (there, new) = (folder.path().join("there"), folder.path().join("there/a/b"));
        std::fs::create_dir(&there).unwrap();
        drop(Made::directory(&new).unwrap());
        assert!(there.is_dir() && !there.join("a").exists());
        drop(Made::directory(&there).unwrap());
        assert!(there.is_dir());
        let made = Made::directory(&new).unwrap();
        std::fs::write(there.join("a/file"), "").unwrap();
        drop(made);
        assert!(!new.exists() && there.join("a/file").exists());
    }

    #[test]
    fn what_is_to_stay_stays_and_what_is_half_done_goes() {
        let folder = tempfile::tempdir().unwrap();
        let (a, c) = (folder.path().join("a"), folder.path().join("c/d"));
        Made::directory(&a).unwrap().keep();
        assert!(a.is_dir());
        let mut made = Made::directory(&c).unwrap();
        std::fs::write(c.join("half"), "").unwrap();
        made.remove_with_content();
        drop(made);
        assert!(!folder.path().join("c").exists());
        Made::directory(&a).unwrap().remove_with_content();
        assert!(a.is_dir(), "it was there before");
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert!(Made::directory(&folder.path().join("file")).is_err());
        assert!(Made::directory(&folder.path().join("file/x")).is_err());
    }
}
