//! The projects in `tests/corpus` → what the compiler knows of them: config, packages, the label's JSON.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its fixtures fails")]

use std::fmt::Write;
use std::path::Path;

use cogpack::diagnostic::Sink;
use cogpack::project::Project;
use cogpack::project::disk::DiskTree;
use cogpack::source::{SourceMap, Span};

fn place(sources: &SourceMap, span: Span) -> String {
    let file = sources.file(span.file);
    format!("{}:{}", file.name, file.position(span.start).line)
}

/// A project in a compact form: one line a fact.
fn describe(directory: &Path) -> String {
    let sources = SourceMap::new();
    let mut sink = Sink::new();
    let tree = DiskTree::open(directory).unwrap();
    let project = Project::read(Box::new(tree), &sources, &mut sink);
    let packages = &project.packages;
    let mut text = String::new();
    let at = |span| place(&sources, span);
    for found in sink.diagnostics() {
        let place = found.primary.as_ref().map(|label| at(label.span)).unwrap_or_default();
        writeln!(text, "{:?} {:?} {place}: {}", found.severity, found.code, found.message).unwrap();
    }
    writeln!(text, "json {}", project.config.to_json()).unwrap();
    for python in &packages.python {
        let verb = if python.chooses { "chooses" } else { "limits" };
        writeln!(text, "python {verb} {} {}", python.constraint, at(python.span)).unwrap();
    }
    for line in &packages.lines {
        writeln!(text, "line {} {}", line.value, at(line.span)).unwrap();
    }
    for (name, package) in &packages.by_name {
        write!(text, "package {name}").unwrap();
        for asked in &package.requirements {
            let constraint = asked.constraint.as_ref().map_or_else(|| "*".to_owned(), ToString::to_string);
            write!(text, " asked {constraint} {:?} {}", asked.extras, at(asked.span)).unwrap();
        }
        if let Some(locked) = &package.locked {
            write!(text, " locked {} {}", locked.value, at(locked.span)).unwrap();
        }
        text.push('\n');
    }
    text
}

#[test]
fn every_project_of_the_corpus_is_read() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut names: Vec<_> = corpus.read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names.len(), 11);
    for name in names {
        let directory = corpus.join(&name);
        insta::with_settings!({ snapshot_path => "snapshots/corpus", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name.to_string_lossy().into_owned(), describe(&directory));
        });
    }
}
