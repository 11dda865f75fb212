//! Fixtures that are folders: what their comments expect, and findings as lines that people can compare.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use cogpack::diagnostic::{Diagnostic, Severity};
use cogpack::source::{SourceMap, Span};

/// `error E0530 cog.yaml:3`
pub type Expectation = String;

/// The folders in a folder of fixtures, sorted.
pub fn folders(root: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<_> = root.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

/// What the comments of all files below `directory` expect: `# error: E0530` at the end of a line expects that error
/// there, `# warning: E0547` that warning; two on one line are two such comments.
pub fn expected(directory: &Path) -> BTreeSet<Expectation> {
    let mut found = BTreeSet::new();
    for (name, text) in files(directory) {
        for (number, line) in text.lines().enumerate() {
            for comment in line.split("# ").skip(1) {
                if let Some((severity @ ("error" | "warning"), code)) = comment.trim().split_once(": ") {
                    found.insert(format!("{severity} {code} {name}:{}", number + 1));
                }
            }
        }
    }
    found
}

/// Every file below `directory` by its path there, sorted.
pub fn files(directory: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(folder) = open.pop() {
        for path in folders(&folder) {
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(directory).unwrap().to_str().unwrap().to_owned();
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// What was found, as fixtures expect it.
pub fn told(sources: &SourceMap, diagnostics: &[Diagnostic]) -> BTreeSet<Expectation> {
    let tell = |found: &Diagnostic| {
        let place = found.primary.as_ref().map(|label| line(sources, label.span)).unwrap_or_default();
        format!("{} {:?} {place}", severity(found), found.code)
    };
    diagnostics.iter().map(tell).collect()
}

/// A finding with its places and its help.
pub fn rendered(sources: &SourceMap, found: &Diagnostic) -> String {
    let mut text = format!("{} {:?} {}\n", severity(found), found.code, found.message);
    for label in found.primary.iter().chain(&found.related) {
        writeln!(text, "  {} `{}` {}", place(sources, label.span), sources.text(label.span), label.text).unwrap();
    }
    if let Some(help) = &found.help {
        writeln!(text, "  help: {help}").unwrap();
    }
    text
}

fn severity(found: &Diagnostic) -> &'static str {
    match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// `cog.yaml:3:5-3:9`
fn place(sources: &SourceMap, span: Span) -> String {
    let end = sources.file(span.file).position(span.end);
    let start = sources.file(span.file).position(span.start);
    format!("{}:{}:{}-{}:{}", sources.file(span.file).name, start.line, start.column, end.line, end.column)
}

fn line(sources: &SourceMap, span: Span) -> String {
    let file = sources.file(span.file);
    format!("{}:{}", file.name, file.position(span.start).line)
}
