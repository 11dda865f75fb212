//! Patterns against small projects, and which directories they list.

use std::cell::RefCell;
use std::sync::Arc;

use super::*;
use crate::project::memory::MemoryTree;

const FILES: [&str; 17] = [
    ".env",
    ".git/hooks/pre.py",
    ".venv/lib/site.py",
    "README.md",
    "a{b}.txt",
    "cog.yaml",
    "data[1].csv",
    "node_modules/x/index.js",
    "predict.py",
    "src/.hidden/y.py",
    "src/__pycache__/z.py",
    "src/app.py",
    "src/lib/deep/er.py",
    "src/lib/util.py",
    "src/lib/util.rs",
    "star*.txt",
    "über.py",
];

fn project() -> MemoryTree {
    FILES.into_iter().map(|path| (path, "")).collect()
}

fn found(pattern: &str) -> Vec<String> {
    glob(&project(), pattern).unwrap()
}

#[test]
fn wildcards_match_within_a_name() {
    assert_eq!(found("*.py"), ["predict.py", "über.py"]);
    assert_eq!(found("ü?er.py"), ["über.py"]);
    assert_eq!(found("[a-q]*.py"), ["predict.py"]);
    assert_eq!(found("[!a-c]*.py"), ["predict.py", "über.py"]);
    assert_eq!(found("src/*.py"), ["src/app.py"]);
    assert_eq!(found("*/*.py"), ["src/app.py"]);
    assert_eq!(found("src/lib/util.*"), ["src/lib/util.py", "src/lib/util.rs"]);
    assert_eq!(found("./src//lib/./util.p?"), ["src/lib/util.py"]);
    assert!(found("*.PY").is_empty());
    assert!(found("none/*").is_empty());
}

#[test]
fn two_stars_go_through_directories_but_not_hidden_or_generated_ones() {
    assert_eq!(found("**/*.py"), ["predict.py", "src/app.py", "src/lib/deep/er.py", "src/lib/util.py", "über.py"]);
    assert_eq!(found("src/**/util.*"), ["src/lib/util.py", "src/lib/util.rs"]);
    assert_eq!(found("src/**/**/app.py"), ["src/app.py"]);
    assert_eq!(found("src/lib/**"), ["src/lib/deep/er.py", "src/lib/util.py", "src/lib/util.rs"]);
    assert_eq!(found("**/deep/**/er.py"), ["src/lib/deep/er.py"]);
    assert_eq!(found("s**c/app.py"), ["src/app.py"]);
    assert!(found("**/index.js").is_empty());
    assert_eq!(found("node_modules/**/index.js"), ["node_modules/x/index.js"]);
    assert_eq!(found(".venv/**/*.py"), [".venv/lib/site.py"]);
}

#[test]
fn hidden_files_are_found_only_when_the_pattern_names_the_dot() {
    assert!(!found("*").contains(&".env".to_owned()));
    assert_eq!(found(".*"), [".env"]);
    assert_eq!(found(".e?v"), [".env"]);
    assert!(found("?env").is_empty());
    assert!(found("[.]env").is_empty());
    assert_eq!(found("src/.*/*.py"), ["src/.hidden/y.py"]);
}

#[test]
fn braces_are_choices() {
    assert_eq!(found("{predict,train}.py"), ["predict.py"]);
    assert_eq!(found("src/{app.py,lib/util.{py,rs}}"), ["src/app.py", "src/lib/util.py", "src/lib/util.rs"]);
    assert_eq!(found("cog.y{,a}ml"), ["cog.yaml"]);
    assert_eq!(found("{*.md,**/*.md}"), ["README.md"]);
}

#[test]
fn a_backslash_takes_the_next_character_as_it_is() {
    assert_eq!(found("star\\*.txt"), ["star*.txt"]);
    assert_eq!(found("a\\{b\\}.txt"), ["a{b}.txt"]);
    assert_eq!(found("data\\[1\\].c*"), ["data[1].csv"]);
    assert_eq!(found("a[{]b[}].txt"), ["a{b}.txt"]);
}

#[test]
fn a_plain_name_finds_directories_too_and_a_slash_only_them() {
    assert_eq!(found("src"), ["src"]);
    assert_eq!(found("src/"), ["src"]);
    assert!(found("cog.yaml/").is_empty());
    assert_eq!(found("src/lib/util.rs"), ["src/lib/util.rs"]);
    assert_eq!(found("*/"), ["node_modules", "src"]);
    assert_eq!(found("src/*/"), ["src/__pycache__", "src/lib"]);
}

#[test]
fn exists_tells_the_first_match_as_evidence() {
    let first = |patterns: &[&str]| exists(&project(), patterns).unwrap();
    assert_eq!(first(&["uv.lock", "*.py", "cog.yaml"]).as_deref(), Some("predict.py"));
    assert_eq!(first(&["uv.lock", "none/*"]), None);
    assert_eq!(first(&[]), None);
}

#[test]
fn what_is_no_pattern_is_told() {
    let reason = |pattern: &str| match glob(&project(), pattern) {
        Err(GlobError::Pattern(error)) => error.reason,
        other => panic!("{pattern}: {other:?}"),
    };
    let many = "{a,b}".repeat(20);
    let deep = "**/a/".repeat(20);
    let nested = format!("{}{}", "{".repeat(50_000), "}".repeat(50_000));
    let patterns = [
        "", ".", "/x", "../x", "a/../b", "\\../x", ".\\./x", "[a", "[z-a]", "{a", "a}", "x\\", "{a,/b}", "{..,b}/x",
        "[a/b]", "[é]", &many, &deep, &nested,
    ];
    let reasons: String = patterns
        .iter()
        .map(|pattern| format!("{:20} {}\n", pattern.chars().take(20).collect::<String>(), reason(pattern)))
        .collect();
    insta::assert_snapshot!(reasons);
}

/// Notes which directories are listed.
struct Watched {
    tree: MemoryTree,
    listed: RefCell<Vec<String>>,
}

impl Tree for Watched {
    fn list(&self, directory: &str) -> Result<Arc<[TreeEntry]>, TreeError> {
        self.listed.borrow_mut().push(directory.to_owned());
        self.tree.list(directory)
    }

    fn read(&self, path: &str) -> Result<Option<Arc<str>>, TreeError> {
        self.tree.read(path)
    }
}

#[test]
fn only_directories_that_can_match_are_listed() {
    let listed = |pattern: &str| {
        let watched = Watched { tree: project(), listed: RefCell::default() };
        glob(&watched, pattern).unwrap();
        watched.listed.into_inner()
    };
    assert_eq!(listed("cog.yaml"), [""]);
    assert_eq!(listed("src/lib/util.py"), ["src/lib"]);
    assert_eq!(listed("*.py"), [""]);
    assert_eq!(listed("src/lib/*.py"), ["src/lib"]);
    assert_eq!(listed("s*/lib/*.py"), ["", "src/lib"]);
    let mut below = listed("src/**/*.rs");
    below.sort();
    below.dedup();
    assert_eq!(below, ["src", "src/lib", "src/lib/deep"]);
}

#[test]
fn links_are_gone_through_only_by_plain_names() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    std::fs::create_dir_all(at("real")).unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test makes its files")]
    std::fs::write(at("real/a.py"), "").unwrap();
    std::os::unix::fs::symlink("real", at("inside")).unwrap();
    std::os::unix::fs::symlink("/etc", at("outside")).unwrap();
    std::os::unix::fs::symlink(".", at("loop")).unwrap();
    let tree = crate::project::disk::DiskTree::open(directory.path()).unwrap();
    assert_eq!(glob(&tree, "**/*.py").unwrap(), ["real/a.py"]);
    assert_eq!(glob(&tree, "*/a.py").unwrap(), ["real/a.py"]);
    assert_eq!(glob(&tree, "inside/*.py").unwrap(), ["inside/a.py"]);
    assert_eq!(glob(&tree, "loop/real/a.py").unwrap(), ["loop/real/a.py"]);
    assert!(matches!(glob(&tree, "outside/passwd"), Err(GlobError::Tree(TreeError::Outside { .. }))));
}
