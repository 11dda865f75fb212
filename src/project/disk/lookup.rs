//! A directory → the project that it belongs to.

use std::path::{Path, PathBuf};

/// What marks a project's directory.
const MARKS: &[&str] = &["cog.yaml", "cogpack.toml"];

/// As many directories above each other as Cog looks at.
const HIGHEST: usize = 100;

/// The nearest directory from `start` upwards that holds `cog.yaml` or `cogpack.toml`; `start` itself when none does.
pub fn find_root(start: &Path) -> PathBuf {
    let is_root = |directory: &&Path| MARKS.iter().any(|mark| directory.join(mark).is_file());
    if is_root(&start) {
        return start.to_owned();
    }
    #[expect(clippy::disallowed_methods, reason = "this is project::disk, where paths are resolved")]
    let Ok(resolved) = std::fs::canonicalize(start) else {
        return start.to_owned();
    };
    let above = resolved.ancestors().take(HIGHEST).skip(1).find(is_root);
    above.unwrap_or(start).to_owned()
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the tests make directories")]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_marked_directory_above_is_the_root() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        let inner = root.join("a/b/c");
        std::fs::create_dir_all(&inner).unwrap();
        assert_eq!(find_root(&inner), inner);
        std::fs::write(root.join("cog.yaml"), "").unwrap();
        assert_eq!(find_root(&inner), root);
        std::fs::write(root.join("a/b/cogpack.toml"), "").unwrap();
        assert_eq!(find_root(&inner), root.join("a/b"));
        assert_eq!(find_root(&root.join("a")), root);
        assert_eq!(find_root(&inner.join("../../../a/b/c/..")), root.join("a/b/c/../../../a/b/c/.."));
    }

    #[test]
    fn a_directory_that_is_not_there_is_its_own_root() {
        assert_eq!(find_root(Path::new("/no/such/place")), Path::new("/no/such/place"));
    }
}
