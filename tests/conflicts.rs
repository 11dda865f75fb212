//! `tests/models/conflict-*`: whole projects that ask for what does not fit together → the fewest requirements that conflict,
//! each in its file, what the catalogs know of it, and the nearest change. The snapshots hold the files and the finding.

mod support;

use std::path::Path;

use cogpack::compile::{self, Options};
use cogpack::diagnostic::render::{self, Format, Style};
use cogpack::diagnostic::{Severity, Sink};
use cogpack::project::disk::DiskTree;
use cogpack::source::SourceMap;

/// The files of a project, one after the other.
fn shown(folder: &Path) -> String {
    let mut shown = String::new();
    for (name, text) in support::fixture::files(folder) {
        shown.push_str(&format!("=== {name}\n{text}"));
    }
    shown
}

#[test]
fn each_conflict_is_told_by_the_fewest_facts() {
    let projects = support::conflicts();
    assert!(projects.len() >= 30, "{}", projects.len());
    insta::with_settings!({snapshot_path => "snapshots/conflicts", prepend_module_to_snapshot => false}, {
        for folder in projects {
            let (sources, mut sink) = (SourceMap::new(), Sink::new());
            let tree = Box::new(DiskTree::open(&folder).unwrap());
            assert!(compile::compile(tree, &Options::default(), &sources, &mut sink).is_none(), "{}", folder.display());
            let found = sink.diagnostics();
            let errors: Vec<_> = found.iter().filter(|found| found.severity == Severity::Error).collect();
            assert_eq!(errors.len(), 1, "{}", folder.display());
            let told = render::render(found, &sources, Format::Full, &Style::PLAIN);
            let name = folder.file_name().unwrap().to_string_lossy().replace("conflict-", "");
            insta::assert_snapshot!(name, format!("{}\n{told}", shown(&folder)));
        }
    });
}
