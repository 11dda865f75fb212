//! Plan JSON as others write it: the cases, the composer's table, broken plans, the schema, differences.

#![expect(clippy::disallowed_methods, reason = "tests read their fixtures")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cases;
mod composer;
mod describe;
mod diff;
mod fail;
mod generated;
mod mutations;
mod pages;
mod schema;

use std::path::{Path, PathBuf};

use cogpack::diagnostic::{Diagnostic, Severity, Sink};
use cogpack::plan::model::Plan;
use cogpack::plan::read::read;
use cogpack::plan::validate::validate;
use cogpack::source::SourceMap;

/// A plan's text → the plan, when nothing is wrong with it, and what was found.
fn load(text: &str) -> (Option<Plan>, Vec<Diagnostic>) {
    let sources = SourceMap::new();
    let file = sources.add("plan.json", text);
    let mut sink = Sink::new();
    let plan = read(file, text, &mut sink).map(|read| {
        validate(&read.plan, &read.places, &mut sink);
        read.plan
    });
    for found in sink.diagnostics() {
        for label in found.primary.iter().chain(&found.related) {
            assert_eq!(label.span.file, file);
            assert!(text.get(label.span.range()).is_some(), "{found:?} points outside of the text");
        }
    }
    (plan.filter(|_| !sink.has_errors()), sink.into_diagnostics())
}

/// The errors as messages.
fn errors(found: &[Diagnostic]) -> Vec<String> {
    let errors = found.iter().filter(|found| found.severity == Severity::Error);
    errors.map(|found| format!("{}: {}", found.code.alias, found.message)).collect()
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// The entries of a folder, by name.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    assert!(!found.is_empty(), "{} is empty", folder.display());
    found
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
