//! `tests/fail/{eval,resolve,compose,schema}/CODE_case/`: whole projects that do not compile → exactly the findings that their
//! comments expect, and the files and the messages together as a snapshot.
//!
//! `tests/support/fixture.rs` tells how comments expect. Where no comment can stand, a file `EXPECT` has the same as
//! lines: `error E0702 `, `error E0602 data.json:1`. A file `OPTIONS` says what the command line would.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::disallowed_methods, reason = "the test reads its fixtures")]

mod support;

use std::path::{Path, PathBuf};

use cogpack::compile::{self, Options};
use cogpack::diagnostic::{Diagnostic, Sink};
use cogpack::project::disk::DiskTree;
use cogpack::resolve::{Choices, ParamChoice};
use cogpack::source::SourceMap;
use serde::Deserialize;
use support::fixture;

/// The codes that projects of these folders show.
const CODES: [(&str, std::ops::Range<&str>); 4] = [
    ("eval", "E0600".."E0700"),
    ("resolve", "E0700".."E0800"),
    ("compose", "E0851".."E0900"),
    ("schema", "E1101".."E1200"),
];

/// A file `OPTIONS`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Given {
    stack: Option<String>,
    with: Vec<String>,
    without: Vec<String>,
    /// `BLOCK.PARAM=VALUE`
    set: Vec<String>,
    /// `--locked`
    locked: bool,
    /// `linux/amd64`
    platform: Option<String>,
}

fn options(folder: &Path) -> Options {
    let text = std::fs::read_to_string(folder.join("OPTIONS")).unwrap_or_default();
    let given: Given = toml::from_str(&text).unwrap();
    let set = |entry: &String| {
        let (name, value) = entry.split_once('=').unwrap();
        let (block, param) = name.split_once('.').unwrap();
        ParamChoice { block: block.into(), param: param.into(), value: value.into() }
    };
    let set = given.set.iter().map(set).collect();
    let choices = Choices { stack: given.stack, with: given.with, without: given.without, set, ..Choices::default() };
    let mut options = Options { choices, locked: given.locked, ..Options::default() };
    if let Some((os, arch)) = given.platform.as_ref().and_then(|platform| platform.split_once('/')) {
        options.platform = (os.into(), arch.into());
    }
    options
}

fn fixtures(room: &str) -> Vec<PathBuf> {
    fixture::folders(&support::root().join("tests/fail").join(room))
}

fn compile(folder: &Path) -> (SourceMap, Vec<Diagnostic>) {
    let sources = SourceMap::new();
    let mut sink = Sink::new();
    let tree = DiskTree::open(folder).unwrap();
    compile::compile(Box::new(tree), &options(folder), &sources, &mut sink);
    (sources, sink.into_diagnostics())
}

#[test]
fn each_mistake_is_found_where_it_is_and_nothing_else() {
    let mut wrong = Vec::new();
    for folder in CODES.iter().flat_map(|(room, _)| fixtures(room)) {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let (sources, diagnostics) = compile(&folder);
        let text: String = diagnostics.iter().map(|found| fixture::rendered(&sources, found)).collect();
        let mut wanted = fixture::expected(&folder);
        let more = std::fs::read_to_string(folder.join("EXPECT")).unwrap_or_default();
        wanted.extend(more.lines().map(|line| if line.contains(':') { line.into() } else { format!("{line} ") }));
        let found = fixture::told(&sources, &diagnostics);
        let code = name.split('_').next().unwrap();
        if found != wanted || !wanted.iter().any(|line| line.contains(code)) {
            wrong.push(format!("{name}: wanted {wanted:#?}, found\n{text}"));
            continue;
        }
        let files = fixture::files(&folder);
        let shown: String = files.iter().map(|(name, text)| format!("=== {name}\n{}\n", text.trim_end())).collect();
        insta::with_settings!({ snapshot_path => "snapshots/fail_compile", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, format!("{shown}\n{text}"));
        });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_of_these_rooms_has_a_fixture() {
    for (room, codes) in CODES {
        let names: Vec<_> =
            fixtures(room).iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
        for code in cogpack::diagnostic::code::ALL.iter().filter(|code| codes.contains(&code.alias)) {
            assert!(names.iter().any(|name| name.starts_with(code.alias)), "{} has no fixture", code.alias);
        }
    }
}
