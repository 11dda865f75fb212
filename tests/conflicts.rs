//! `tests/models/conflict-*`: whole projects that ask for what does not fit together → the fewest requirements that conflict,
//! each in its file, what the catalogs know of it, and the nearest change. The snapshots hold the files and the finding.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::path::Path;

use cogpack::compile::{self, Options};
use cogpack::diagnostic::render::{self, Format, Style};
use cogpack::diagnostic::{Diagnostic, Severity, Sink};
use cogpack::project::disk::DiskTree;
use cogpack::project::memory::MemoryTree;
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

/// A change that a finding names: `` `torch` 2.4.0 in `requirements.txt` ``, `` `tensorflow[and-cuda]` in `requirements.txt` ``.
struct Change<'a> {
    name: &'a str,
    version: Option<&'a str>,
    file: &'a str,
}

fn changes(found: &Diagnostic) -> Vec<Change<'_>> {
    let told = found.help.as_deref().unwrap_or_default().lines().find_map(|line| line.split_once("would do: "));
    let Some((_, told)) = told else { return Vec::new() };
    told.split(", or ")
        .map(|told| {
            let [_, name, version, file, ""] = told.split('`').collect::<Vec<_>>()[..] else { panic!("{told}") };
            let version = version.trim().strip_suffix("in").unwrap().trim();
            Change { name, version: Some(version).filter(|version| !version.is_empty()), file }
        })
        .collect()
}

/// The text of a file in which the place that asks for a thing asks for what a change says.
fn changed(text: &str, found: &Diagnostic, sources: &SourceMap, change: &Change<'_>) -> String {
    let name = change.name.split('[').next().unwrap();
    // A finding about one thing alone does not name it at each place.
    let is_alone = found.message.starts_with(&format!("no release of `{name}`"));
    let asks = |label: &str| is_alone || label.starts_with(&format!("asks for `{name}`"));
    let labels = found.primary.iter().chain(&found.related);
    let mut here = labels.filter(|label| sources.file(label.span.file).name == change.file && asks(&label.text));
    let span = here.next().unwrap_or_else(|| panic!("no `{name}` in {}", change.file)).span.range();
    let asked = &text[span.clone()];
    let is_quoted = asked.starts_with(['"', '\'']);
    let asked = asked.trim_matches(['"', '\'']);
    let instead = match change.version {
        None => asked.replacen(name, change.name, 1),
        Some(version) if asked.to_lowercase().starts_with(name) => format!("{name}=={version}"),
        Some(version) if change.file == "pyproject.toml" => format!("=={version}.*"),
        Some(version) => version.to_owned(),
    };
    let instead = if is_quoted { format!("\"{instead}\"") } else { instead };
    format!("{}{instead}{}", &text[..span.start], &text[span.end..])
}

#[test]
fn the_nearest_changes_do() {
    let (mut told, mut failed) = (0, Vec::new());
    for folder in support::conflicts() {
        let files = support::fixture::files(&folder);
        let compiled = |files: &[(String, String)], sources: &SourceMap, sink: &mut Sink| {
            let tree: MemoryTree = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            compile::compile(Box::new(tree), &Options::default(), sources, sink).is_some()
        };
        let (sources, mut sink) = (SourceMap::new(), Sink::new());
        assert!(!compiled(&files, &sources, &mut sink));
        for found in sink.diagnostics() {
            for change in changes(found) {
                told += 1;
                let with = files.iter().map(|(name, text)| match name == change.file {
                    true => (name.clone(), changed(text, found, &sources, &change)),
                    false => (name.clone(), text.clone()),
                });
                let with: Vec<_> = with.collect();
                let (sources, mut sink) = (SourceMap::new(), Sink::new());
                if !compiled(&with, &sources, &mut sink) {
                    let after = render::render(sink.diagnostics(), &sources, Format::Short, &Style::PLAIN);
                    failed.push(format!("{}: {with:?}\n{after}", folder.display()));
                }
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(told >= 50, "{told}");
}
