//! A project's context → the large files in it that `cog.yaml` does not declare as weights.

use crate::diagnostic::{Diagnostic, Sink};
use crate::project::mistake;
use crate::project::read::Project;
use crate::project::tree::{FileKind, Tree, join};
use crate::project::walk::walk;
use crate::source::SourceMap;

/// What a file is at least that is called like weights, and what any other is, in bytes.
const WEIGHTS: u64 = 100 << 20;
const ANY: u64 = 500 << 20;

/// How files with weights end.
const ENDINGS: [&str; 18] = [
    "bin",
    "ckpt",
    "engine",
    "ggml",
    "gguf",
    "h5",
    "hdf5",
    "joblib",
    "msgpack",
    "npy",
    "npz",
    "onnx",
    "pb",
    "pkl",
    "pt",
    "pth",
    "safetensors",
    "tflite",
];

/// A hint, if there are such files. Where nothing of Cog's is, and where the context cannot be read, nobody is told.
pub fn hint(tree: Box<dyn Tree>) -> Option<Diagnostic> {
    let project = Project::read(tree, &SourceMap::new(), &mut Sink::new());
    project.config.file?;
    let mut found = undeclared(&project);
    found.sort_by(|(one, of_one), (other, of_other)| of_other.cmp(of_one).then_with(|| one.cmp(other)));
    (!found.is_empty()).then(|| mistake::large_files(&found))
}

fn undeclared(project: &Project) -> Vec<(String, u64)> {
    let declared: Vec<String> = project.config.weight_sources().filter_map(|(_, source)| source.path()).collect();
    let is_declared = |file: &str| declared.iter().any(|folder| lies_in(file, folder));
    let sent = walk(project.tree(), &project.ignore).unwrap_or_default();
    let mut files: Vec<String> = Vec::new();
    let mut directories = vec![String::new()];
    for entry in sent {
        match entry.kind {
            FileKind::Directory => directories.push(entry.path),
            FileKind::File => files.push(entry.path),
            _ => {}
        }
    }
    files.sort_unstable();
    let sizes = directories.iter().flat_map(|directory| {
        let of_path = |(name, size): (String, u64)| (join(directory, &name), size);
        project.tree().sizes(directory).into_iter().map(of_path).collect::<Vec<_>>()
    });
    sizes
        .filter(|(path, size)| is_large(path, *size) && !is_declared(path) && files.binary_search(path).is_ok())
        .collect()
}

fn is_large(path: &str, size: u64) -> bool {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    size >= ANY || size >= WEIGHTS && ENDINGS.contains(&ending.as_str())
}

/// Whether a file is this one, or lies in this folder.
fn lies_in(file: &str, folder: &str) -> bool {
    folder.is_empty() || file.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test makes the files")]
mod tests {
    use super::*;
    use crate::project::disk::DiskTree;

    /// A project with files of these sizes, all of them empty on the disk.
    fn told(config: &str, ignored: &str, files: &[(&str, u64)]) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("cog.yaml", config), (".dockerignore", ignored)] {
            if !text.is_empty() {
                std::fs::write(folder.path().join(name), text).unwrap();
            }
        }
        for (name, size) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::File::create(path).unwrap().set_len(*size).unwrap();
        }
        hint(Box::new(DiskTree::open(folder.path()).unwrap())).map(|found| found.message)
    }

    const GIB: u64 = 1 << 30;
    const CONFIG: &str = "build: {}\n";

    #[test]
    fn large_files_are_named_from_the_largest() {
        let files = [("w/a.safetensors", WEIGHTS), ("movie.mkv", ANY), ("b.PT", 2 * GIB), ("c.txt", 2 * WEIGHTS)];
        let message = told(CONFIG, "", &files).unwrap();
        let places: Vec<usize> = ["`b.PT` (2.1 GB)", "`movie.mkv`", "`w/a.safetensors`"]
            .iter()
            .map(|words| message.find(words).unwrap_or_else(|| panic!("{message}")))
            .collect();
        assert!(places.is_sorted() && !message.contains("c.txt"), "{message}");
        let many: Vec<(String, u64)> = (0..9).map(|number| (format!("{number}.pt"), GIB)).collect();
        let many: Vec<(&str, u64)> = many.iter().map(|(name, size)| (name.as_str(), *size)).collect();
        assert!(told(CONFIG, "", &many).unwrap().contains("6 more"));
    }

    #[test]
    fn what_is_declared_or_not_sent_is_not_told() {
        let source = |uri: &str| format!("model: m\nweights:\n- {{name: a, target: /w, source: {{uri: {uri}}}}}\n");
        let files = [("w/a.safetensors", GIB)];
        for uri in ["w", "./w/", "file://./w", "w/a.safetensors"] {
            assert_eq!(told(&source(uri), "", &files), None, "{uri}");
        }
        assert!(told(&source("w/a"), "", &files).is_some());
        assert_eq!(told(CONFIG, "w\n", &files), None);
        assert_eq!(told(CONFIG, "**/*.safetensors\n", &files), None);
        assert_eq!(told("", "", &files), None, "no project of Cog's");
        assert_eq!(told(CONFIG, "", &[("a.pt", WEIGHTS - 1)]), None);
    }
}
