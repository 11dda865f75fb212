//! Files that the command line names.
#![expect(clippy::disallowed_methods, reason = "files that the command line names are read and written here")]

use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::cli::exit::{Exit, Problem};
use crate::source::disk::{self, ReadError};

/// The most that is read of a plan or an image config.
const MOST_BYTES: u64 = 256 << 20;

/// The text of a file.
pub fn read(path: &Path) -> Result<String, Problem> {
    disk::read_text(path, MOST_BYTES).map_err(|error| {
        let problem = Problem::usage(format!("cannot read `{}`: {error}", path.display()));
        match error {
            ReadError::NotText { .. } => problem.help("save it as UTF-8; editors call this the encoding of the file"),
            _ => problem,
        }
    })
}

/// Writes a file so that it is there whole or not at all.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let failed = |error: std::io::Error| unwritten(path, &error);
    writable(path)?;
    // A pipe or a device is no file that could be replaced, nor is a name for one that a process has open.
    if is_open_file(path) || std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return std::fs::OpenOptions::new()
            .append(true)
            .open(path)
            .and_then(|mut file| file.write_all(bytes))
            .map_err(failed);
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    // A new file: a link that lies there already, in a project of somebody else's, would lead elsewhere.
    let created = std::fs::OpenOptions::new().write(true).create_new(true).open(&temporary);
    let written = created.and_then(|mut file| file.write_all(bytes)).and_then(|()| std::fs::rename(&temporary, path));
    written.map_err(|error| {
        // The first error is the one to tell.
        let _ = std::fs::remove_file(&temporary);
        failed(error)
    })
}

/// Whether a file may be written there, as far as it can be told before: for what takes long.
pub fn writable(path: &Path) -> Result<(), Problem> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            return Err(Problem::usage(format!("cannot write `{}`: it is a directory", path.display()))
                .help("give the path of a file"));
        }
        Ok(_) => return Ok(()),
        Err(_) => {}
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match std::fs::metadata(folder) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(unwritten(path, &ErrorKind::NotADirectory.into())),
        Err(error) => Err(unwritten(path, &error)),
    }
}

fn unwritten(path: &Path, error: &std::io::Error) -> Problem {
    let reason = match error.kind() {
        ErrorKind::NotFound => "its folder does not exist".to_owned(),
        _ => disk::words(error),
    };
    Problem::usage(format!("cannot write `{}`: {reason}", path.display()))
}

/// `/dev/stdout` and its like: links to what this process has open, which may be a file.
fn is_open_file(path: &Path) -> bool {
    ["/dev/stdout", "/dev/stderr"].iter().any(|it| path == Path::new(it))
        || ["/dev/fd", "/proc"].iter().any(|folder| path.starts_with(folder))
}

/// Writes a file that must not be there yet.
pub fn create(path: &Path, text: &str) -> Result<(), Problem> {
    if is_there(path) {
        let message = format!("`{}` is there already", path.display());
        return Err(Problem { message, help: Some("nothing was changed".into()), exit: Exit::Usage });
    }
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)
            .map_err(|error| Problem::usage(format!("cannot make `{}`: {}", parent.display(), disk::words(&error))))?;
    }
    write(path, text.as_bytes())
}

/// Whether something has this name, be it a link that leads nowhere.
pub fn is_there(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

/// Whether a path names a directory.
pub fn is_directory(path: &Path) -> bool {
    path.is_dir()
}

/// Whether a path names a file.
pub fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// Block files: a file is itself, a folder its `*.block` files, sorted.
pub fn block_files(path: &Path) -> Result<Vec<PathBuf>, Problem> {
    if !is_directory(path) {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path)
        .map_err(|error| Problem::usage(format!("cannot list `{}`: {}", path.display(), disk::words(&error))))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "block"))
        .collect();
    files.sort();
    Ok(files)
}

/// Block files: a file is itself, a folder those in it and in the folders below it, sorted. Hidden folders and links to
/// folders are passed over.
pub fn block_files_below(path: &Path) -> Result<Vec<PathBuf>, Problem> {
    let mut files = block_files(path)?;
    let mut open = vec![path.to_owned()];
    while let Some(folder) = open.pop().filter(|folder| is_directory(folder)) {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok) {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && !entry.file_name().to_string_lossy().starts_with('.') {
                files.extend(block_files(&entry.path())?);
                open.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The text on stdin.
pub fn stdin() -> Result<String, Problem> {
    std::io::read_to_string(std::io::stdin().lock().take(MOST_BYTES))
        .map_err(|error| Problem::usage(format!("cannot read standard input: {}", disk::words(&error))))
}

/// The directory the command was started in.
pub fn here() -> Result<PathBuf, Problem> {
    std::env::current_dir().map_err(|error| Problem::usage(format!("there is no current directory: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_is_written_to_and_not_replaced() {
        use std::os::fd::AsRawFd as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        std::fs::write(&path, "before ").unwrap();
        let open = std::fs::File::options().append(true).open(&path).unwrap();
        let link = PathBuf::from(format!("/proc/self/fd/{}", open.as_raw_fd()));
        write(&link, b"after").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "before after");
        assert!(std::fs::read_link(&link).unwrap().ends_with("log"));
    }

    #[test]
    fn what_cannot_be_written_is_told_before() {
        let folder = tempfile::tempdir().unwrap();
        let why = |path: &str| writable(&folder.path().join(path)).map_err(|problem| problem.message);
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert_eq!((why("new"), why("file"), writable(Path::new("new"))), (Ok(()), Ok(()), Ok(())));
        assert!(why("missing/new").unwrap_err().contains("its folder does not exist"));
        assert!(why("").unwrap_err().contains("it is a directory"));
        assert!(why("file/new").unwrap_err().contains("not a directory"));
    }

    #[test]
    fn a_link_beside_the_output_is_not_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let (victim, output) = (folder.path().join("victim"), folder.path().join("out"));
        std::fs::write(&victim, "kept").unwrap();
        let beside = folder.path().join(format!("out.{}.tmp", std::process::id()));
        std::os::unix::fs::symlink(&victim, beside).unwrap();
        assert!(write(&output, b"new").is_err());
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "kept");
    }
}
