//! What moby's documentation and tests say of its patterns.

use super::*;

fn ignore(lines: &str) -> Ignore {
    Ignore::parse(lines).unwrap()
}

/// Patterns in lines, a path, whether it is left out.
const CASES: &[(&str, &str, bool)] = &[
    // plain text
    ("abc.def", "abc.def", true),
    ("abc.def", "abcZdef", false),
    ("docs", "docs/README.md", true),
    ("docs/", "docs/README.md", true),
    ("docs", "other/docs", false),
    ("a(b)c/def", "a(b)c/def", true),
    ("a.|)$(}+{bc", "a.|)$(}+{bc", true),
    ("dist/x-2.4.0rc3+g08acad9.whl", "dist/x-2.4.0rc3+g08acad9.whl", true),
    // `*` and `?`
    ("*", "file", true),
    ("*", "dir/file", true),
    ("*.go", "main.go", true),
    ("*.go", "cmd/main.go", false),
    ("a/*.txt", "a/dir/file.txt", false),
    ("a/*.txt", "a/file.txt", true),
    ("a*b*c*d*e*/f", "axbxcxdxexxx/f", true),
    ("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", false),
    (".*", ".foo", true),
    (".*", "foo", false),
    ("abc?def", "abcZdef", true),
    ("abc?def", "abcdef", false),
    ("a?b", "a/b", false),
    ("a?b", "a☺b", true),
    // classes
    ("a[b-d]e", "ace", true),
    ("a[b-d]e", "aae", false),
    ("a[^b-d]e", "aze", true),
    ("a[^b]c", "a/c", true),
    ("[a-ζ]*", "α", true),
    ("a[!b]c", "a!c", true),
    ("a[\\]]c", "a]c", true),
    ("a]c*", "a]cd", true),
    // `**`
    ("**", "dir/file", true),
    ("**/", "file", true),
    ("**/**", "dir/file", true),
    ("dir/**", "dir/dir2/file", true),
    ("abc/**", "abc", false),
    ("**/dir", "dir/file", true),
    ("**/dir2/*", "dir/dir2/file", true),
    ("**/dir2/**", "dir/dir2/dir3/file", true),
    ("**/.foo", "bar.foo", false),
    ("**/.foo", "a/.foo", true),
    ("**file", "dir/dir/file", true),
    ("**file", "dir/otherfile", true),
    ("**/file*txt", "dir/dir/file.txt", true),
    ("**file*", "otherfile1", false),
    ("**/**/*.txt", "file.txt", true),
    ("**/**/*.txt2", "dir/dir/file.txt", false),
    ("a**/*.txt", "a/dir/dir/file.txt", true),
    ("a**b", "axb", false),
    ("a**b", "ax/b", true),
    ("a/*.txt**", "a/file.txt", true),
    ("**/*.py", "a.py", true),
    // escapes and `^`
    ("a\\*b", "a*b", true),
    ("a\\*b", "acb", false),
    ("a\\\\", "a\\", true),
    ("^a*", "ab", true),
    ("^a", "^a", true),
    ("b^a*", "b^a", false),
    // order and exceptions
    ("docs\n!docs/README.md", "docs/README.md", false),
    ("docs\n!docs/README.md", "docs/other.md", true),
    ("!main.go\n*.go", "main.go", true),
    ("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true),
    ("*.md\n!README*.md\nREADME-secret.md", "README-x.md", false),
    ("*.md\nREADME-secret.md\n!README*.md", "README-secret.md", false),
    ("**\n!util/docker/web", "util/docker/web/foo", false),
    ("**\n!util/docker/web\nutil/docker/web/foo", "util/docker/web/foo", true),
    ("**\n!dist/*.whl", "dist/a.whl", false),
    ("!!x", "x", false),
    // lines
    ("/abs", "abs", true),
    ("//abs/../other/./x/", "other/x", true),
    ("../x", "x", false),
    ("/../x", "x", true),
    (".", "x", false),
    ("/", "x", false),
    ("# comment\n  spaced  ", "spaced", true),
    (" # no comment", "# no comment", true),
    ("\u{feff}#comment\nx", "comment", false),
    ("\u{feff}first\r\nsecond\r\n", "first", true),
    ("first\r\nsecond\r\n", "second", true),
    ("*\n! /kept/abs", "kept/abs", false),
    ("", "x", false),
];

#[test]
fn patterns_match_as_in_a_docker_build() {
    for (lines, path, left_out) in CASES {
        assert_eq!(ignore(lines).matches(path), *left_out, "{lines:?} {path:?}");
    }
}

#[test]
fn matching_from_directory_to_directory_gives_the_same() {
    for (lines, path, left_out) in CASES {
        let ignore = ignore(lines);
        let mut matched = Matched::default();
        let mut last = false;
        for (end, _) in path.match_indices('/').chain([(path.len(), "")]) {
            (last, matched) = ignore.matches_in(&path[..end], &matched);
        }
        assert_eq!(last, *left_out, "{lines:?} {path:?}");
    }
}

#[test]
fn a_directory_that_an_exception_names_is_looked_into() {
    let ignore = ignore("*\n!a/b/c.txt\n!lib/**/x\n!*/y\n");
    for (directory, enters) in [("a", true), ("a/b", true), ("lib/deep/er", true), ("other", true)] {
        assert_eq!(ignore.may_match_below(directory), enters, "{directory}");
    }
    let ignore = super::Ignore::parse("*\n!a/b\nz/*").unwrap();
    for (directory, enters) in [("a", true), ("a/b", true), ("a/b/c", true), ("a/x", false), ("b", false), ("z", false)]
    {
        assert_eq!(ignore.may_match_below(directory), enters, "{directory}");
    }
}

#[test]
fn lines_that_are_no_patterns_are_all_told_with_their_place() {
    let text = "\u{feff}ok\n  a[  \n!\n# [\n!/\nb\\\n[]a]\n[a-]\n[-a]\n[z-a]é\n[^]\n";
    let invalid = Ignore::parse(text).unwrap_err();
    let found: Vec<_> = invalid.iter().map(|found| (&text[found.range.clone()], found.reason)).collect();
    let expected = [
        ("a[", "a `[` is never closed"),
        ("!", "nothing follows the `!`"),
        ("!/", "nothing follows the `!`"),
        ("b\\", "nothing follows the `\\`"),
        ("[]a]", "a character is missing in `[…]`"),
        ("[a-]", "a character is missing in `[…]`"),
        ("[-a]", "a character is missing in `[…]`"),
        ("[z-a]é", "a range in `[…]` ends before it begins"),
        ("[^]", "a character is missing in `[…]`"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_pattern_made_to_take_long_does_not() {
    let started = std::time::Instant::now();
    let ignore = ignore(&format!("{}b\n{}b", "a*".repeat(200), "**/a".repeat(200)));
    assert!(!ignore.matches(&"a".repeat(2000)));
    assert!(!ignore.matches(&"a/".repeat(1000)));
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
