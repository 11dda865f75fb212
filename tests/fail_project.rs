//! `tests/fail/project/CODE_case/`: projects with mistakes → exactly the findings that their comments expect.
//!
//! `# error: E0530` at the end of a line expects that error there, `# warning: E0547` that warning; two on one line are
//! two such comments. The snapshots show the messages.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test that cannot read its fixtures fails")]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use cogpack::diagnostic::{Diagnostic, Severity, Sink};
use cogpack::project::Project;
use cogpack::project::disk::DiskTree;
use cogpack::source::{SourceMap, Span};

/// `error E0530 cog.yaml:3`
type Expectation = String;

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fail/project");
    let mut fixtures: Vec<_> = root.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    fixtures.sort();
    fixtures
}

fn expected(directory: &Path, root: &Path, found: &mut BTreeSet<Expectation>) {
    for entry in directory.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            expected(&path, root, found);
            continue;
        }
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        for (number, line) in std::fs::read_to_string(&path).unwrap().lines().enumerate() {
            for comment in line.split("# ").skip(1) {
                if let Some((severity, code)) = comment.trim().split_once(": ") {
                    found.insert(format!("{severity} {code} {name}:{}", number + 1));
                }
            }
        }
    }
}

fn severity(found: &Diagnostic) -> &'static str {
    match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn read(directory: &Path) -> (SourceMap, Vec<Diagnostic>) {
    let sources = SourceMap::new();
    let mut sink = Sink::new();
    Project::read(Box::new(DiskTree::open(directory).unwrap()), &sources, &mut sink);
    (sources, sink.into_diagnostics())
}

fn line(sources: &SourceMap, span: Span) -> String {
    let file = sources.file(span.file);
    format!("{}:{}", file.name, file.position(span.start).line)
}

fn rendered(sources: &SourceMap, found: &Diagnostic) -> String {
    let mut text = format!("{} {:?} {}\n", severity(found), found.code, found.message);
    for label in found.primary.iter().chain(&found.related) {
        writeln!(text, "  {} `{}` {}", line(sources, label.span), sources.text(label.span), label.text).unwrap();
    }
    if let Some(help) = &found.help {
        writeln!(text, "  help: {help}").unwrap();
    }
    text
}

#[test]
fn each_mistake_is_found_where_it_is_and_nothing_else() {
    for fixture in fixtures() {
        let name = fixture.file_name().unwrap().to_string_lossy().into_owned();
        let (sources, diagnostics) = read(&fixture);
        let mut wanted = BTreeSet::new();
        expected(&fixture, &fixture, &mut wanted);
        let found: BTreeSet<_> = diagnostics
            .iter()
            .map(|found| {
                let place = found.primary.as_ref().map(|label| line(&sources, label.span)).unwrap_or_default();
                format!("{} {:?} {place}", severity(found), found.code)
            })
            .collect();
        assert_eq!(found, wanted, "{name}");
        let code = name.split('_').next().unwrap();
        assert!(wanted.iter().any(|line| line.contains(code)), "{name} does not expect its code");
        let text: String = diagnostics.iter().map(|found| rendered(&sources, found)).collect();
        insta::with_settings!({ snapshot_path => "snapshots/fail_project", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, text);
        });
    }
}

#[test]
fn every_code_of_this_part_has_a_fixture() {
    let names: Vec<_> =
        fixtures().iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    for code in cogpack::diagnostic::code::ALL.iter().filter(|code| ("E0520".."E0600").contains(&code.alias)) {
        assert!(names.iter().any(|name| name.starts_with(code.alias)), "{} has no fixture", code.alias);
    }
}
