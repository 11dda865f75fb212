//! Directories as they come, and as someone hostile would make them.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use super::*;
use crate::project::tree::FileKind;

fn write(directory: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = directory.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn temporary(files: &[(&str, &str)]) -> (tempfile::TempDir, DiskTree) {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), files);
    let tree = DiskTree::open(directory.path()).unwrap();
    (directory, tree)
}

fn text(tree: &DiskTree, path: &str) -> Option<String> {
    tree.read(path).unwrap().map(|text| text.to_string())
}

fn names(tree: &DiskTree, directory: &str) -> Vec<String> {
    tree.list(directory).unwrap().iter().map(|entry| entry.name.clone()).collect()
}

fn outside(path: &str) -> TreeError {
    TreeError::Outside { path: path.into() }
}

fn unreadable(path: &str, reason: &str) -> TreeError {
    TreeError::Unreadable { path: path.into(), reason: reason.into() }
}

#[test]
fn files_are_read_and_a_missing_file_is_none() {
    let (_guard, tree) = temporary(&[("cog.yaml", "build:\n"), ("src/deep/er.py", "x = 1")]);
    assert_eq!(text(&tree, "cog.yaml").as_deref(), Some("build:\n"));
    assert_eq!(text(&tree, "./src//deep/er.py").as_deref(), Some("x = 1"));
    assert_eq!(text(&tree, "none.py"), None);
    assert_eq!(text(&tree, "cog.yaml/below"), None);
    assert_eq!(text(&tree, &"x".repeat(5000)), None);
    assert_eq!(tree.read("src"), Err(unreadable("src", "it is a directory")));
    assert_eq!(tree.read(""), Err(unreadable("", "it is a directory")));
}

#[test]
fn directories_are_listed_by_name_bytes_and_a_missing_one_is_empty() {
    let (guard, tree) = temporary(&[("b", ""), ("B", ""), ("a/x", ""), ("a-b", ""), ("é", "")]);
    symlink("b", guard.path().join("link")).unwrap();
    let listing: Vec<_> = tree.list("").unwrap().iter().map(|entry| (entry.name.clone(), entry.kind)).collect();
    let expected = [
        ("B", FileKind::File),
        ("a", FileKind::Directory),
        ("a-b", FileKind::File),
        ("b", FileKind::File),
        ("link", FileKind::Link),
        ("é", FileKind::File),
    ];
    assert_eq!(listing, expected.map(|(name, kind)| (name.to_owned(), kind)));
    assert!(names(&tree, "none").is_empty());
    assert!(names(&tree, "b").is_empty());
}

#[test]
fn one_run_sees_one_state() {
    let (guard, tree) = temporary(&[("a", "before")]);
    assert_eq!(names(&tree, ""), ["a"]);
    assert_eq!(text(&tree, "a").as_deref(), Some("before"));
    write(guard.path(), &[("a", "after"), ("b", "new")]);
    assert_eq!(names(&tree, "."), ["a"]);
    assert_eq!(text(&tree, "./a").as_deref(), Some("before"));
    assert_eq!(text(&tree, "b"), None);
}

#[test]
fn paths_that_lead_out_are_refused() {
    let (_guard, tree) = temporary(&[("a/b", "")]);
    for path in ["..", "../x", "a/../../x", "a/../a/b", "/etc/passwd", "/"] {
        assert_eq!(tree.read(path), Err(outside(path)));
        assert_eq!(tree.list(path), Err(outside(path)));
    }
    assert!(tree.read("a/b\0c").is_err());
}

#[test]
fn links_inside_are_followed_and_links_out_are_refused() {
    let (guard, tree) = temporary(&[("real/file", "inside"), ("real/sub/file", "deeper")]);
    let at = |name: &str| guard.path().join(name);
    symlink("real/file", at("to_file")).unwrap();
    symlink("real", at("to_directory")).unwrap();
    symlink("../../real/file", at("real/sub/up_and_down")).unwrap();
    symlink(fs::canonicalize(guard.path()).unwrap().join("real/file"), at("absolute")).unwrap();
    symlink("nowhere", at("dangling")).unwrap();
    symlink("/etc/passwd", at("out")).unwrap();
    symlink("/etc", at("directory_out")).unwrap();
    symlink("..", at("parent")).unwrap();
    symlink("real/../../x", at("sly")).unwrap();
    symlink(fs::canonicalize(guard.path()).unwrap().join("../x"), at("sly_absolute")).unwrap();

    for path in ["to_file", "to_directory/file", "real/sub/up_and_down", "absolute"] {
        assert_eq!(text(&tree, path).as_deref(), Some("inside"), "{path}");
    }
    assert_eq!(names(&tree, "to_directory"), ["file", "sub"]);
    assert_eq!(text(&tree, "dangling"), None);
    for path in ["out", "directory_out/passwd", "parent", "parent/x", "sly", "sly_absolute"] {
        assert_eq!(tree.read(path), Err(outside(path)), "{path}");
    }
    assert_eq!(tree.list("directory_out"), Err(outside("directory_out")));
}

#[test]
fn a_loop_of_links_ends() {
    let (guard, tree) = temporary(&[]);
    symlink("b", guard.path().join("a")).unwrap();
    symlink("a", guard.path().join("b")).unwrap();
    symlink(".", guard.path().join("self")).unwrap();
    assert_eq!(tree.read("a"), Err(unreadable("a", "it leads through too many links")));
    let path = ["self"; 60].join("/");
    assert_eq!(tree.list(&path), Err(unreadable(&path, "it leads through too many links")));
}

#[test]
fn pipes_and_sockets_are_not_opened() {
    let (guard, tree) = temporary(&[]);
    let pipe = guard.path().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::from_bits_truncate(0o600)).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(guard.path().join("socket")).unwrap();
    symlink("pipe", guard.path().join("link")).unwrap();
    let started = Instant::now();
    for path in ["pipe", "socket", "link"] {
        assert_eq!(tree.read(path), Err(unreadable(path, "it is not a regular file")));
    }
    assert!(started.elapsed() < Duration::from_secs(2));
    assert_eq!(tree.list("").unwrap().iter().filter(|entry| entry.kind == FileKind::Other).count(), 2);
}

#[test]
fn names_that_are_not_utf8_are_left_out_and_told() {
    let (guard, tree) = temporary(&[("good", ""), ("line\nbreak", "")]);
    fs::write(guard.path().join(std::ffi::OsStr::from_bytes(b"bad\xff\xc3")), "").unwrap();
    assert_eq!(names(&tree, ""), ["good", "line\nbreak"]);
    assert_eq!(tree.unnameable(), ["bad\\xff\\xc3"]);
}

#[test]
fn a_file_over_the_limit_and_a_file_that_is_not_text_are_errors() {
    let (guard, tree) = temporary(&[("exact", "12345678"), ("over", "123456789")]);
    let tree = tree.with_limit(8);
    fs::write(guard.path().join("binary"), b"ab\xe2\x82x").unwrap();
    fs::write(guard.path().join("large"), vec![b'x'; 10 << 20]).unwrap();
    assert_eq!(text(&tree, "exact").as_deref(), Some("12345678"));
    assert_eq!(tree.read("over"), Err(TreeError::TooLarge { path: "over".into(), limit: 8 }));
    assert_eq!(tree.read("binary"), Err(TreeError::NotText { path: "binary".into(), offset: 2 }));
    let tree = DiskTree::open(guard.path()).unwrap();
    assert_eq!(tree.read("large"), Err(TreeError::TooLarge { path: "large".into(), limit: FILE_LIMIT }));
}

#[test]
fn a_lock_may_be_larger() {
    let (guard, tree) = temporary(&[("app/main.py", "")]);
    fs::write(guard.path().join("app/uv.lock"), vec![b' '; 10 << 20]).unwrap();
    fs::write(guard.path().join("poetry.lock"), vec![b' '; (32 << 20) + 1]).unwrap();
    assert_eq!(text(&tree, "app/uv.lock").map(|text| text.len()), Some(10 << 20));
    let error = tree.read("poetry.lock").unwrap_err();
    assert_eq!(error.to_string(), "`poetry.lock` is larger than 32 MiB");
}

#[test]
fn a_file_that_lies_too_deep_is_an_error() {
    let (guard, tree) = temporary(&[]);
    let path = ["d"; 200].join("/");
    fs::create_dir_all(guard.path().join(&path)).unwrap();
    assert_eq!(tree.list(&path), Err(unreadable(&path, "it lies too deep")));
    assert_eq!(names(&tree, &["d"; 128].join("/")), ["d"]);
}

#[test]
fn only_a_directory_is_a_project() {
    let (guard, _) = temporary(&[("file", "")]);
    let open = |name: &str| DiskTree::open(&guard.path().join(name)).map(drop).unwrap_err().to_string();
    assert!(open("file").ends_with("/file`: it is not a directory"));
    assert!(open("none").ends_with("/none`: there is no such directory"));
}

#[test]
fn a_walk_sends_links_as_they_are_and_leaves_pipes_out() {
    let (guard, tree) = temporary(&[("a/b", ""), ("c", "")]);
    symlink("/etc", guard.path().join("out")).unwrap();
    symlink(".", guard.path().join("a/loop")).unwrap();
    let pipe = guard.path().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::from_bits_truncate(0o600)).unwrap();
    let walked = crate::project::walk::walk(&tree, &crate::ignore::Ignore::default()).unwrap();
    let found: Vec<_> = walked.iter().map(|walked| (walked.path.as_str(), walked.kind)).collect();
    let expected = [
        ("a", FileKind::Directory),
        ("a/b", FileKind::File),
        ("a/loop", FileKind::Link),
        ("c", FileKind::File),
        ("out", FileKind::Link),
    ];
    assert_eq!(found, expected);
}
