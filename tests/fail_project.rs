//! `tests/fail/project/CODE_case/`: projects with mistakes → exactly the findings that their comments expect.
//!
//! `tests/support/fixture.rs` tells how comments expect. The snapshots show the messages.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::path::{Path, PathBuf};

use cogpack::diagnostic::{Diagnostic, Sink};
use cogpack::project::Project;
use cogpack::project::disk::DiskTree;
use cogpack::source::SourceMap;
use support::fixture;

fn fixtures() -> Vec<PathBuf> {
    fixture::folders(&support::root().join("tests/fail/project"))
}

fn read(directory: &Path) -> (SourceMap, Vec<Diagnostic>) {
    let sources = SourceMap::new();
    let mut sink = Sink::new();
    Project::read(Box::new(DiskTree::open(directory).unwrap()), &sources, &mut sink);
    (sources, sink.into_diagnostics())
}

#[test]
fn each_mistake_is_found_where_it_is_and_nothing_else() {
    for folder in fixtures() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let (sources, diagnostics) = read(&folder);
        let wanted = fixture::expected(&folder);
        assert_eq!(fixture::told(&sources, &diagnostics), wanted, "{name}");
        let code = name.split('_').next().unwrap();
        assert!(wanted.iter().any(|line| line.contains(code)), "{name} does not expect its code");
        let text: String = diagnostics.iter().map(|found| fixture::rendered(&sources, found)).collect();
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
