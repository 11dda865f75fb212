//! What include and exclude patterns and followed paths take of a context: the rules of fsutil, as its tests show them.

use super::daemon::Daemon;
use super::tree;
use crate::build::context::Context;
use crate::ignore::Ignore;

/// Keys and values, and the paths that are sent, separated by blanks.
type Cases = &'static [(&'static [(&'static str, &'static str)], &'static str)];

async fn check(entries: &[&str], cases: Cases) {
    let tree = tree(entries);
    let mut daemon = Daemon::of(&tree);
    for (told, expected) in cases {
        assert_eq!(daemon.list(told).await.join(" "), *expected, "{told:?}");
    }
}

const INCLUDE: &str = "include-patterns";
const EXCLUDE: &str = "exclude-patterns";
const FOLLOW: &str = "followpaths";

#[tokio::test]
async fn include_patterns_take_what_matches_and_its_parents() {
    let cases: Cases = &[
        (&[(INCLUDE, "bar")], "bar bar/foo"),
        (&[(INCLUDE, "bar/foo")], "bar bar/foo"),
        (&[(INCLUDE, "b*")], "bar bar/foo"),
        (&[(INCLUDE, "bar/f*")], "bar bar/foo"),
        (&[(INCLUDE, "bar/g*")], ""),
        (&[(INCLUDE, "f*")], "foo2"),
        (&[(INCLUDE, "b*/f*")], "bar bar/foo"),
        (&[(INCLUDE, "b*/foo")], "bar bar/foo"),
        (&[(INCLUDE, "b*/")], "bar bar/foo"),
        (&[(INCLUDE, "./bar/../foo2")], "foo2"),
        (&[(INCLUDE, "/foo2")], ""),
        (&[(INCLUDE, "foo2"), (INCLUDE, "bar/foo")], "bar bar/foo foo2"),
        (&[(INCLUDE, "bar"), (INCLUDE, "!bar/foo")], "bar"),
        (&[(INCLUDE, "*"), (EXCLUDE, "bar")], "foo2"),
        (&[(INCLUDE, "*"), (EXCLUDE, "bar/foo")], "bar foo2"),
        (&[(INCLUDE, "bar/foo"), (EXCLUDE, "bar/foo")], ""),
        (&[(INCLUDE, "fo%6F2"), ("include-patterns-encoded", "1")], "foo2"),
        (&[(INCLUDE, "fo%6F2")], ""),
    ];
    check(&["bar/foo", "foo2"], cases).await;
}

#[tokio::test]
async fn patterns_come_escaped_or_as_they_are() {
    let cases: Cases = &[
        (&[(INCLUDE, "%C3%BC+%C3%AF"), (INCLUDE, "100%25"), ("include-patterns-encoded", "1")], "100% ü ï"),
        (&[(INCLUDE, "ü ï"), (INCLUDE, "100%")], "100% ü ï"),
        (&[(EXCLUDE, "ü*"), (EXCLUDE, "%zz"), ("exclude-patterns-encoded", "0")], "100%"),
    ];
    check(&["ü ï", "100%"], cases).await;
}

#[tokio::test]
async fn two_stars_take_any_depth() {
    let tree = ["a/b/baz/", "a/b/bar/foo", "a/b/bar/fop", "bar/foo", "baz/", "foo2", "foo/bar/bee"];
    let cases: Cases = &[
        (
            &[(INCLUDE, "**")],
            "a a/b a/b/bar a/b/bar/foo a/b/bar/fop a/b/baz bar bar/foo baz foo foo/bar foo/bar/bee foo2",
        ),
        (&[(INCLUDE, "**/bar")], "a a/b a/b/bar a/b/bar/foo a/b/bar/fop bar bar/foo foo foo/bar foo/bar/bee"),
        (&[(INCLUDE, "**/bar/foo")], "a a/b a/b/bar a/b/bar/foo bar bar/foo"),
        (
            &[(INCLUDE, "**/b*")],
            "a a/b a/b/bar a/b/bar/foo a/b/bar/fop a/b/baz bar bar/foo baz foo foo/bar foo/bar/bee",
        ),
        (&[(INCLUDE, "**/bar/f*")], "a a/b a/b/bar a/b/bar/foo a/b/bar/fop bar bar/foo"),
        (&[(INCLUDE, "**/bar/g*")], ""),
        (&[(INCLUDE, "**/f*")], "a a/b a/b/bar a/b/bar/foo a/b/bar/fop bar bar/foo foo foo/bar foo/bar/bee foo2"),
        (&[(INCLUDE, "**/b*/f*")], "a a/b a/b/bar a/b/bar/foo a/b/bar/fop bar bar/foo"),
        (&[(INCLUDE, "**/foo/**")], "foo foo/bar foo/bar/bee"),
        (&[(INCLUDE, "**/baz")], "a a/b a/b/baz baz"),
    ];
    check(&tree, cases).await;
}

#[tokio::test]
async fn exclude_patterns_leave_out_what_no_exception_takes_back() {
    let cases: Cases = &[
        (&[(EXCLUDE, "foo*"), (EXCLUDE, "!foo/bar2")], "bar foo foo/bar2"),
        (&[(EXCLUDE, "foo"), (EXCLUDE, "!foo/d/*.c")], "bar foo foo/d foo/d/x.c foo2"),
        (&[(EXCLUDE, "foo"), (EXCLUDE, "!**/*.c")], "bar foo foo/d foo/d/x.c foo2"),
        (&[(EXCLUDE, "**"), (EXCLUDE, "!foo/d")], "foo foo/d foo/d/e foo/d/e/f foo/d/x.c"),
        (&[(EXCLUDE, "**/d"), (EXCLUDE, "!foo/d/e/none")], "bar foo foo/bar2 foo2"),
        (&[(EXCLUDE, "#bar")], "bar foo foo/bar2 foo/d foo/d/e foo/d/e/f foo/d/x.c foo2"),
    ];
    check(&["bar", "foo2", "foo/bar2", "foo/d/x.c", "foo/d/e/f"], cases).await;
}

#[tokio::test]
async fn followed_paths_take_links_and_where_they_lead() {
    let tree = ["bar", "foo/l1 -> /baz/one", "foo/l2 -> /baz/two", "baz/one", "baz/two -> ../bax", "bax", "bay"];
    let cases: Cases = &[
        (&[(FOLLOW, "foo/l*"), (FOLLOW, "bar")], "bar bax baz baz/one baz/two foo foo/l1 foo/l2"),
        (&[(FOLLOW, "foo/l1")], "baz baz/one foo foo/l1"),
        (&[(FOLLOW, "foo/l1"), (INCLUDE, "bay")], "bay baz baz/one foo foo/l1"),
        (&[(FOLLOW, "none/at/all")], ""),
        (&[(FOLLOW, ".")], "bar bax bay baz baz/one baz/two foo foo/l1 foo/l2"),
    ];
    check(&tree, cases).await;
    check(&["foo -> .", "bar", "bay/baz"], &[(&[(FOLLOW, "foo")], "bar bay bay/baz foo")]).await;
    let loops: Cases = &[(&[(FOLLOW, "l1"), (FOLLOW, "l3")], "l1 l2 l3"), (&[(FOLLOW, "l4/x")], "l4")];
    check(&["l1 -> l1", "l2 -> l3", "l3 -> l2", "l4 -> l4/y"], loops).await;
    let outside: Cases = &[(&[(FOLLOW, "dir/l1")], "baz dir dir/l1 foo foo/bar")];
    check(&["dir/l1 -> /foo/bar/baz", "foo/bar -> ../../../", "baz"], outside).await;
    let inside: Cases = &[
        (&[(FOLLOW, "dir/l1"), (FOLLOW, "foo/bar")], "dir dir/l1 foo foo/bar"),
        (&[(FOLLOW, "dir/l2"), (FOLLOW, "foo")], "dir dir/l1 dir/l2 foo foo/bar x"),
    ];
    check(&["dir/l1 -> /foo", "dir/l2 -> /", "foo/bar", "x"], inside).await;
}

#[tokio::test]
async fn what_dockerignore_leaves_out_never_leaves() {
    let tree = tree(&[".env", "src/a.py", "src/a.pyc", "data/x", "data/keep/y", "link -> data/x"]);
    let mut daemon = Daemon::ignoring(&tree, "data\n!data/keep\n.env\n**/*.pyc\n");
    assert_eq!(daemon.list(&[]).await.join(" "), "data data/keep data/keep/y link src src/a.py");
    assert_eq!(daemon.list(&[(INCLUDE, ".env")]).await.join(" "), "");
    assert_eq!(daemon.list(&[(INCLUDE, "data")]).await.join(" "), "data data/keep data/keep/y");
    assert_eq!(daemon.list(&[(FOLLOW, "link")]).await.join(" "), "link");
    assert_eq!(daemon.list(&[(INCLUDE, "**/*.pyc")]).await.join(" "), "");
    // The directory itself is wanted, what in it may leave is not.
    assert_eq!(daemon.list(&[(INCLUDE, "data"), (EXCLUDE, "data/keep/y")]).await.join(" "), "data data/keep");
    assert_eq!(daemon.list(&[(INCLUDE, "src"), (EXCLUDE, "src/a.py")]).await.join(" "), "src");
}

#[tokio::test]
async fn what_a_plan_names_is_sent_to_who_asks_for_just_that() {
    let tree = tree(&["requirements.txt", "deps/uv.lock", "deps/cache/x", "deps/cache/x.tmp", "deps/y", "a"]);
    let ignore = Ignore::parse("requirements.txt\ndeps\n**/*.tmp\n").unwrap();
    let names = ["requirements.txt", "./deps/uv.lock", "deps/cache/", "*.txt", "!a"];
    let mut daemon = Daemon::with(Context::new(tree.path(), ignore).naming(names));
    assert_eq!(daemon.list(&[]).await.join(" "), "a");
    assert_eq!(daemon.list(&[(INCLUDE, "requirements.txt")]).await.join(" "), "requirements.txt");
    assert_eq!(daemon.list(&[(INCLUDE, "deps/uv.lock")]).await.join(" "), "deps deps/uv.lock");
    assert_eq!(daemon.list(&[(INCLUDE, "deps/cache")]).await.join(" "), "deps deps/cache deps/cache/x");
    assert_eq!(daemon.list(&[(INCLUDE, "deps")]).await.join(" "), "");
    assert_eq!(daemon.list(&[(INCLUDE, "*.txt")]).await.join(" "), "");
}

#[tokio::test]
async fn a_pattern_that_is_none_fails_the_build() {
    let tree = tree(&["a"]);
    let mut daemon = Daemon::of(&tree);
    let told = [("dir-name", "context"), (EXCLUDE, "!")];
    assert!(!daemon.ask(&told, super::Wants::Everything).await.ended_well());
    assert_eq!(daemon.finding().code, crate::diagnostic::code::CONTEXT_PATTERN);
}
