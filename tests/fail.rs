//! Every file in `tests/fail` has exactly the errors it says, at the lines it says, in the words of its snapshot.
//!
//! `# error: CODE` at the end of a line expects that code there; on a line of its own, on the next line.
#![expect(clippy::disallowed_methods, reason = "fixtures are read from the disk")]

use std::collections::{BTreeMap, BTreeSet};

use cogpack::check::{self, Sources, Unit};
use cogpack::diagnostic::{Diagnostic, Sink};
use cogpack::source::{FileId, SourceMap};
use cogpack::syntax;
use cogpack::syntax::ast::Ast;

#[path = "world/mod.rs"]
mod world;

/// Runs the passes that a single file can go through.
fn diagnose(name: &str, text: &str) -> (SourceMap, Vec<Diagnostic>) {
    let sources = SourceMap::new();
    let file = sources.add(name, text);
    let mut sink = Sink::new();
    let ast = syntax::parse(&sources, file, &mut sink);
    if !sink.has_errors() {
        check(file, &ast, &mut sink);
    }
    (sources, sink.into_diagnostics())
}

/// Checks one file; `use "./self.block"` means the file itself.
fn check(file: FileId, ast: &Ast, sink: &mut Sink) {
    let units = [Unit { ast, from_project: true }];
    let uses = BTreeMap::from([((file, "./self.block".to_owned()), file)]);
    let sources = Sources { units: &units, libraries: &[], prelude: &[], uses: &uses };
    check::check(&sources, &world::environment(), sink);
}

fn expected(text: &str) -> BTreeSet<(u32, String)> {
    let mut found = BTreeSet::new();
    for (number, line) in (1..).zip(text.split('\n')) {
        let Some((before, codes)) = line.split_once("# error: ") else { continue };
        let line = if before.trim().is_empty() { number + 1 } else { number };
        found.extend(codes.split_whitespace().map(|code| (line, code.to_owned())));
    }
    found
}

fn line(sources: &SourceMap, diagnostic: &Diagnostic) -> u32 {
    let Some(label) = &diagnostic.primary else { return 0 };
    sources.file(label.span.file).position(label.span.start).line
}

fn rendered(sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for found in diagnostics {
        let place = found.primary.as_ref().map(|label| {
            let file = sources.file(label.span.file);
            let (start, end) = (file.position(label.span.start), file.position(label.span.end));
            format!("{}:{}-{}:{} {}", start.line, start.column, end.line, end.column, label.text)
        });
        text += &format!("{} {}\n  at {}\n", found.code.alias, found.message, place.unwrap_or_default().trim_end());
        if let Some(help) = &found.help {
            text += &format!("  help: {help}\n");
        }
    }
    text
}

#[test]
fn every_fixture_fails_as_it_says() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    insta::glob!("fail/*/*.block", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (sources, diagnostics) = diagnose(&name, &text);
        let found: BTreeSet<_> = diagnostics.iter().map(|d| (line(&sources, d), d.code.alias.to_owned())).collect();
        let expected = expected(&text);
        assert!(!expected.is_empty(), "{name} expects no error");
        if found != expected {
            wrong.push(format!("{name}: expected {expected:?}, found\n{}", rendered(&sources, &diagnostics)));
        }
        seen += 1;
        let shown = format!("{}\n----\n{}", text.trim_end(), rendered(&sources, &diagnostics));
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(shown) });
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen >= 30);
}
