//! Whether what is to be written can be written: looked at before anything starts, and changed in nothing.

use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use crate::cli::exit::Problem;
use crate::source::disk::words;

/// Standard output.
pub const STDOUT: &str = "-";

/// A place where a file can be written. `what` is how the command line names it.
pub fn file(what: &str, path: &Path) -> Result<(), Problem> {
    if path.as_os_str().is_empty() {
        return Err(Problem::usage(format!("`{what}` names no file")).help("give the path of a file"));
    }
    if path.is_dir() {
        return Err(refused(what, path, "it is a directory").help("give the path of a file in it"));
    }
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return Err(refused(what, path, "it is no file, but a folder that does not exist")
            .help("give the path of a file, without a `/` at its end"));
    }
    // It is written beside what is there, through a link too, and takes its place; a pipe or a device is written to.
    let resolved = path.canonicalize();
    if resolved.is_ok() {
        writable(what, path, path)?;
    }
    if resolved.as_ref().is_ok_and(|there| !there.is_file()) {
        return Ok(());
    }
    let parent = parent(resolved.as_deref().unwrap_or(path));
    if !parent.is_dir() {
        return Err(refused(what, path, "its folder does not exist")
            .help(format!("make the folder first: `mkdir -p {}`", parent.display())));
    }
    writable(what, path, &parent)
}

/// A place where a directory can be written; it may be there already.
pub fn directory(what: &str, path: &Path) -> Result<(), Problem> {
    if path.as_os_str().is_empty() || path == Path::new(STDOUT) {
        return Err(Problem::usage(format!("`{what}` names no folder")).help("give the path of a folder"));
    }
    if path.is_dir() {
        return writable(what, path, path);
    }
    if path.symlink_metadata().is_ok() {
        return Err(refused(what, path, "it is no directory").help("give the path of a folder"));
    }
    // Folders on the way are made.
    let nearest = path.ancestors().skip(1).find(|above| above.as_os_str().is_empty() || above.exists());
    let nearest = nearest.filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !nearest.is_dir() {
        return Err(refused(what, path, &format!("`{}` is no directory", nearest.display())));
    }
    writable(what, path, nearest)
}

/// The path by which two places are compared.
pub fn absolute(path: &Path) -> PathBuf {
    let resolved = parent(path).canonicalize().ok().zip(path.file_name());
    resolved.map_or_else(
        || std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
        |(parent, name)| parent.join(name),
    )
}

fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn writable(what: &str, path: &Path, place: &Path) -> Result<(), Problem> {
    access(place, Access::WRITE_OK).map_err(|error| refused(what, path, &words(&error.into())))
}

fn refused(what: &str, path: &Path, reason: &str) -> Problem {
    Problem::usage(format!("cannot write `{}` (`{what}`): {reason}", path.display()))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test makes the files")]
mod tests {
    use super::*;

    #[test]
    fn a_file_needs_a_folder_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(file("--iidfile", &folder.path().join("id")), Ok(()));
        let found = |path: &Path| file("--iidfile", path).unwrap_err().message;
        assert!(found(folder.path()).ends_with("it is a directory"));
        assert!(found(&folder.path().join("a/id")).ends_with("its folder does not exist"));
        assert!(found(Path::new("")).contains("names no file"));
        assert!(!folder.path().join("id").exists(), "nothing is made");
        assert!(found(&folder.path().join("id/")).ends_with("a folder that does not exist"));
        let at = |name: &str| folder.path().join(name);
        std::os::unix::fs::symlink("nowhere/id", at("link")).unwrap();
        std::fs::write(at("there"), "").unwrap();
        for path in [at("there"), at("link"), "/dev/null".into()] {
            assert_eq!(file("--iidfile", &path), Ok(()), "{}", path.display());
        }
    }

    #[test]
    fn a_directory_may_be_there_or_not() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "").unwrap();
        for name in ["", "new", "new/below"] {
            assert_eq!(directory("--output", &folder.path().join(name)), Ok(()), "{name}");
        }
        assert!(
            directory("--output", &folder.path().join("file")).unwrap_err().message.ends_with("it is no directory")
        );
        assert!(directory("--output", &folder.path().join("file/below")).is_err());
        assert!(directory("--output", Path::new(STDOUT)).is_err());
        assert_eq!(directory("--output", Path::new("out-that-is-not-there")), Ok(()));
    }

    #[test]
    fn one_place_has_one_name() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, around) =
            (folder.path().join("a"), folder.path().join("./../").join(folder.path().file_name().unwrap()));
        assert_eq!(absolute(&plain), absolute(&around.join("a")));
    }
}
