//! A daemon in this process asks for contexts.

mod daemon;
mod filters;

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags};

use crate::build::progress::Event;
use crate::diagnostic::code;
use daemon::{Daemon, Wants};

/// A directory with these files; a path that ends in `/` is a directory, `a -> b` a link.
fn tree(entries: &[&str]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for entry in entries {
        make(directory.path(), entry);
    }
    directory
}

fn make(directory: &Path, entry: &str) {
    let (path, target) = entry.split_once(" -> ").map_or((entry, None), |(path, target)| (path, Some(target)));
    let place = directory.join(path);
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    match target {
        Some(target) => symlink(target, place).unwrap(),
        None if path.ends_with('/') => std::fs::create_dir_all(place).unwrap(),
        None => std::fs::write(place, format!("content of {path}")).unwrap(),
    }
}

#[tokio::test]
async fn parents_come_first_and_siblings_by_bytes() {
    let tree = tree(&["b", "a/z", "a/b/c", "a-b", "B", "a.d/", "é"]);
    let received = Daemon::of(&tree).sync(Wants::Everything).await;
    assert_eq!(received.paths(), ["B", "a", "a/b", "a/b/c", "a/z", "a-b", "a.d", "b", "é"]);
    assert_eq!(received.text("a/b/c"), "content of a/b/c");
    assert_eq!(received.files.len(), 6);
    assert!(received.ended_well());
}

#[tokio::test]
async fn a_context_that_the_build_has_not_is_not_found() {
    let tree = tree(&["a"]);
    let status = Daemon::of(&tree).ask(&[("dir-name", "other")], Wants::Everything).await.status.unwrap();
    assert_eq!(status.code(), tonic::Code::NotFound);
}

#[tokio::test]
async fn what_an_entry_is_arrives_as_go_writes_it() {
    let tree = tree(&["dir/file", "link -> ../../etc/passwd"]);
    let at = |path: &str| tree.path().join(path);
    std::fs::set_permissions(at("dir/file"), PermissionsExt::from_mode(0o4750)).unwrap();
    std::fs::set_permissions(at("dir"), PermissionsExt::from_mode(0o1777)).unwrap();
    rustix::fs::mkfifoat(CWD, at("pipe"), Mode::from_raw_mode(0o600)).unwrap();
    let received = Daemon::of(&tree).sync(Wants::Everything).await;
    let modes: Vec<_> = received.stats.iter().map(|stat| (stat.path.as_str(), stat.mode)).collect();
    let expected = [
        ("dir", 1 << 31 | 1 << 20 | 0o777),
        ("dir/file", 1 << 23 | 0o750),
        ("link", 1 << 27 | 0o777),
        ("pipe", 1 << 25 | 0o600),
    ];
    assert_eq!(modes, expected);
    assert_eq!(received.stat("link").linkname, "../../etc/passwd");
    assert!(received.stats.iter().all(|stat| (stat.uid, stat.gid) == (0, 0)));
    let modified = std::fs::metadata(at("dir/file")).unwrap().modified().unwrap();
    let modified = modified.duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    assert_eq!(received.stat("dir/file").mod_time as u128, modified);
    assert_eq!(received.stat("dir/file").size, 19);
}

#[tokio::test]
async fn files_of_every_size_arrive_whole() {
    let tree = tree(&[]);
    let sizes = [0, 1, 32 << 10, (32 << 10) + 1, 64 << 10, 3_000_000];
    for size in sizes {
        let bytes: Vec<u8> = (0..size).map(|place| (place * 7 + size) as u8).collect();
        std::fs::write(tree.path().join(size.to_string()), bytes).unwrap();
    }
    std::fs::File::create(tree.path().join("sparse")).unwrap().set_len(5_000_000).unwrap();
    let received = Daemon::of(&tree).sync(Wants::Everything).await;
    for size in sizes {
        assert_eq!(received.files[&size.to_string()], std::fs::read(tree.path().join(size.to_string())).unwrap());
    }
    assert!(received.files["sparse"].iter().all(|byte| *byte == 0) && received.files["sparse"].len() == 5_000_000);
    assert!(received.ended_well());
}

#[tokio::test]
async fn a_daemon_may_ask_for_nothing_or_for_everything_at_the_end() {
    let tree = tree(&["a", "b/c"]);
    let mut daemon = Daemon::of(&tree);
    let received = daemon.sync(Wants::Nothing).await;
    assert!(received.files.is_empty() && received.stats.len() == 3 && received.ended_well());
    let received = daemon.sync(Wants::EverythingAtTheEnd).await;
    assert!(received.files.len() == 2 && received.ended_well());
}

#[tokio::test]
async fn ten_thousand_files_arrive() {
    let tree = tree(&[]);
    for directory in 0..10 {
        std::fs::create_dir(tree.path().join(directory.to_string())).unwrap();
        for file in 0..1000 {
            std::fs::write(tree.path().join(format!("{directory}/{file}")), format!("{directory}.{file}")).unwrap();
        }
    }
    let mut daemon = Daemon::of(&tree);
    let received = daemon.sync(Wants::Everything).await;
    assert!(received.ended_well());
    assert_eq!((received.stats.len(), received.files.len()), (10_010, 10_000));
    assert!(received.files.iter().all(|(path, content)| path.replace('/', ".").as_bytes() == content));
    let sent: Vec<_> = daemon
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Sent { entries, bytes, .. } => Some((entries, bytes)),
            _ => None,
        })
        .collect();
    let bytes: usize = received.files.values().map(Vec::len).sum();
    assert_eq!(sent.last(), Some(&(10_011, bytes as u64)));
    assert!(sent.len() < 200 && sent.is_sorted(), "{}", sent.len());
}

#[tokio::test]
async fn the_second_name_of_a_file_is_a_link_to_the_first_that_is_sent() {
    let tree = tree(&["a/one", "left-out", "other"]);
    let at = |path: &str| tree.path().join(path);
    std::fs::hard_link(at("a/one"), at("a/two")).unwrap();
    std::fs::hard_link(at("left-out"), at("x")).unwrap();
    std::fs::hard_link(at("left-out"), at("y")).unwrap();
    let received = Daemon::ignoring(&tree, "left-out").sync(Wants::Everything).await;
    let links: Vec<_> = received.stats.iter().map(|stat| (stat.path.as_str(), stat.linkname.as_str())).collect();
    assert_eq!(links, [("a", ""), ("a/one", ""), ("a/two", "a/one"), ("other", ""), ("x", ""), ("y", "x")]);
    assert_eq!(received.text("x"), "content of left-out");
}

#[tokio::test]
async fn sockets_stay_here_with_a_word() {
    let tree = tree(&["a"]);
    let _socket = std::os::unix::net::UnixListener::bind(tree.path().join("s")).unwrap();
    let mut daemon = Daemon::of(&tree);
    assert_eq!(daemon.sync(Wants::Everything).await.paths(), ["a"]);
    let warnings: Vec<_> = daemon
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Warning(found) => Some(found.message),
            _ => None,
        })
        .collect();
    assert_eq!(warnings, ["`s` of the context `context` is a socket and is not sent"]);
    let mut daemon = Daemon::ignoring(&tree, "s");
    daemon.sync(Wants::Everything).await;
    assert!(!daemon.events().iter().any(|event| matches!(event, Event::Warning(_))));
}

#[tokio::test]
async fn odd_names_arrive_and_names_that_are_no_text_are_an_error() {
    use std::os::unix::ffi::OsStrExt;
    let tree = tree(&["a b", "a\nb", "*", "\\", "ünï", "☃/☃"]);
    let received = Daemon::of(&tree).sync(Wants::Everything).await;
    assert_eq!(received.paths(), ["*", "\\", "a\nb", "a b", "ünï", "☃", "☃/☃"]);
    let odd = std::ffi::OsStr::from_bytes(b"od\xffd");
    std::fs::write(tree.path().join(odd), "").unwrap();
    let mut daemon = Daemon::of(&tree);
    let received = daemon.sync(Wants::Everything).await;
    assert!(!received.ended_well());
    let found = daemon.finding();
    assert_eq!(found.code, code::CONTEXT_NAME);
    assert!(found.message.contains("`od\\xffd`"), "{}", found.message);
    assert!(Daemon::ignoring(&tree, "od*").sync(Wants::Everything).await.ended_well());
    std::fs::remove_file(tree.path().join(odd)).unwrap();
    symlink(odd, tree.path().join("link")).unwrap();
    let mut daemon = Daemon::of(&tree);
    daemon.sync(Wants::Everything).await;
    assert_eq!(daemon.finding().code, code::CONTEXT_NAME);
}

// ------------------------------------------------------------------------------------------------------ what goes wrong

/// What happens when a file is changed between being told of and being asked for.
async fn changed(change: fn(&Path)) -> (daemon::Received, crate::diagnostic::Diagnostic) {
    let tree = tree(&["a", "dir/file", "z"]);
    std::fs::write(tree.path().join("dir/file"), [b'x'; 100_000]).unwrap();
    let mut daemon = Daemon::of(&tree);
    let received = daemon.sync(Wants::After("dir/file".to_owned(), Box::new(|| change(tree.path())))).await;
    assert!(!received.ended_well());
    let words = received.error.clone().unwrap();
    let found = daemon.finding();
    assert_eq!(words, found.message);
    assert_eq!(received.status.as_ref().unwrap().message(), words);
    (received, found)
}

#[tokio::test]
async fn a_file_that_changes_before_it_is_sent_fails_the_build_with_its_name() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 7] = [
        ("shrinks", |root| std::fs::write(root.join("dir/file"), "x").unwrap()),
        ("grows", |root| std::fs::write(root.join("dir/file"), [b'x'; 200_000]).unwrap()),
        ("vanishes", |root| std::fs::remove_file(root.join("dir/file")).unwrap()),
        ("is rewritten", |root| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            std::fs::write(root.join("dir/file"), [b'y'; 100_000]).unwrap();
        }),
        ("becomes a link", |root| {
            std::fs::remove_file(root.join("dir/file")).unwrap();
            symlink("/etc/passwd", root.join("dir/file")).unwrap();
        }),
        ("lies in what became a link", |root| {
            std::fs::rename(root.join("dir"), root.join("gone")).unwrap();
            symlink("gone", root.join("dir")).unwrap();
        }),
        ("becomes a pipe", |root| {
            std::fs::remove_file(root.join("dir/file")).unwrap();
            rustix::fs::mkfifoat(CWD, root.join("dir/file"), Mode::from_raw_mode(0o644)).unwrap();
        }),
    ];
    for (what, change) in changes {
        let (received, found) = changed(change).await;
        assert_eq!(found.code, code::CONTEXT_CHANGED, "{what}");
        assert!(found.message.contains("`dir/file`"), "{what}: {}", found.message);
        assert!(!received.files.contains_key("dir/file"), "{what}");
    }
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_sent_is_never_finished() {
    let tree = tree(&[]);
    let path = tree.path().join("large");
    std::fs::write(&path, vec![b'x'; 30_000_000]).unwrap();
    let mut daemon = Daemon::of(&tree);
    let change = Box::new(move || {
        let file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        std::io::Write::write_all(&mut &file, b"more").unwrap();
    });
    let received = daemon.sync(Wants::DuringData(change)).await;
    assert!(!received.ended_well() && !received.files.contains_key("large"));
    assert_eq!(daemon.finding().code, code::CONTEXT_CHANGED);
}

#[tokio::test]
async fn what_cannot_be_read_fails_the_build_with_its_name() {
    let tree = tree(&["dir/secret", "dir/other"]);
    std::fs::set_permissions(tree.path().join("dir/secret"), PermissionsExt::from_mode(0o0)).unwrap();
    if std::fs::File::open(tree.path().join("dir/secret")).is_ok() {
        return; // Root reads everything.
    }
    let mut daemon = Daemon::of(&tree);
    assert!(!daemon.sync(Wants::Everything).await.ended_well());
    let found = daemon.finding();
    assert_eq!(found.code, code::CONTEXT_UNREADABLE);
    assert!(found.message.contains("`dir/secret`"));
    assert!(Daemon::ignoring(&tree, "**/secret").sync(Wants::Everything).await.ended_well());
}

#[tokio::test]
async fn a_path_that_no_system_call_takes_fails_the_build_with_its_name() {
    let tree = tree(&["a"]);
    let name = "d".repeat(250);
    let mut here = rustix::fs::open(tree.path(), OFlags::DIRECTORY, Mode::empty()).unwrap();
    for _ in 0..17 {
        rustix::fs::mkdirat(&here, &name, Mode::RWXU).unwrap();
        here = rustix::fs::openat(&here, &name, OFlags::DIRECTORY, Mode::empty()).unwrap();
    }
    let mut daemon = Daemon::of(&tree);
    assert!(!daemon.sync(Wants::Everything).await.ended_well());
    let found = daemon.finding();
    assert_eq!(found.code, code::CONTEXT_UNREADABLE);
    assert!(found.message.contains("/ddd") && found.message.ends_with("file name too long"), "{}", found.message);
    assert!(Daemon::ignoring(&tree, "d*").sync(Wants::Everything).await.ended_well());
}

#[tokio::test]
async fn a_large_context_says_what_is_large() {
    let tree = tree(&["small", "data/a", "data/b/c", "weights"]);
    for (path, size) in [("data/a", 60_000_000), ("data/b/c", 30_000_000), ("weights", 80_000_000)] {
        std::fs::File::create(tree.path().join(path)).unwrap().set_len(size).unwrap();
    }
    std::fs::hard_link(tree.path().join("weights"), tree.path().join("weights-again")).unwrap();
    let large = |events: Vec<Event>| -> Vec<_> {
        let large = events.into_iter().filter_map(|event| match event {
            Event::Large { context, bytes, largest } => Some((context, bytes, largest)),
            _ => None,
        });
        large.collect()
    };
    let mut daemon = Daemon::of(&tree);
    daemon.sync(Wants::Nothing).await;
    let largest = [("data", 90_000_000), ("weights", 80_000_000), ("small", 16)];
    let largest = largest.map(|(path, size)| (path.to_owned(), size)).to_vec();
    assert_eq!(large(daemon.events()), [("context".to_owned(), 170_000_016, largest)]);
    let mut daemon = Daemon::ignoring(&tree, "weights*");
    daemon.sync(Wants::Nothing).await;
    assert_eq!(large(daemon.events()), []);
}

#[tokio::test]
async fn a_directory_that_is_missing_fails_the_build() {
    let tree = tree(&["a"]);
    let mut daemon = Daemon::of(&tree);
    drop(tree);
    assert!(!daemon.sync(Wants::Everything).await.ended_well());
    assert_eq!(daemon.finding().code, code::CONTEXT_DIRECTORY);
}

#[tokio::test]
async fn nothing_is_sent_twice_and_nothing_that_is_no_file() {
    let tree = tree(&["a/b"]);
    for id in [0, 2, u32::MAX] {
        let received = Daemon::of(&tree).sync(Wants::Id(id)).await;
        assert_eq!(received.status.unwrap().code(), tonic::Code::InvalidArgument, "{id}");
    }
}

#[tokio::test]
async fn a_daemon_that_goes_away_leaves_nothing_running() {
    let tree = tree(&[]);
    for file in 0..3000 {
        std::fs::write(tree.path().join(file.to_string()), [b'x'; 4000]).unwrap();
    }
    for after in [0, 1, 100, 3000, 5000] {
        let mut daemon = Daemon::of(&tree);
        daemon.leave_after(after).await;
        // A transfer that still runs holds what it finds.
        let alone = async {
            while daemon.findings_held() > 2 {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(5), alone).await.unwrap();
        assert!(daemon.findings().is_empty());
    }
}
