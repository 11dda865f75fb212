//! What several tests share: the repository's whole projects, and running the built command on them.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    dead_code,
    reason = "tests read the repository and start the command; no test uses all of this"
)]

pub mod fixture;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whole projects that must compile: the corpus, the examples, and the models; sorted.
pub fn projects() -> Vec<PathBuf> {
    let mut projects = Vec::new();
    for folder in ["tests/corpus", "examples", "tests/models"] {
        let Ok(entries) = std::fs::read_dir(root().join(folder)) else { continue };
        projects.extend(entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()));
    }
    projects.retain(|path| !is_conflict(path));
    projects.sort();
    projects
}

/// Whole projects that ask for what does not fit together; sorted.
pub fn conflicts() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("tests/models")).unwrap();
    let mut projects: Vec<PathBuf> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| is_conflict(path)).collect();
    projects.sort();
    projects
}

fn is_conflict(project: &Path) -> bool {
    project.file_name().is_some_and(|name| name.to_string_lossy().starts_with("conflict-"))
}

/// The built command, with an environment in which nothing changes its output.
pub fn cogpack() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cogpack"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

/// Runs the command and gives back what it printed.
pub fn run(args: &[&str]) -> Output {
    cogpack().args(args).output().unwrap()
}

/// A folder that is removed in the end, filled with files.
pub fn project(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}
