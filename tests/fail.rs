//! Every file in `tests/fail` has exactly the errors it says, at the lines it says, in the words of its snapshot.
//!
//! `# error: CODE` at the end of a line expects that code there; on a line of its own, on the next line.

use std::collections::BTreeSet;
use std::path::Path;

use cogpack::diagnostic::{Diagnostic, Sink};
use cogpack::source::SourceMap;
use cogpack::syntax;

/// Runs the passes that a single file can go through.
fn diagnose(name: &str, text: &str) -> (SourceMap, Vec<Diagnostic>) {
    let sources = SourceMap::new();
    let file = sources.add(name, text);
    let mut sink = Sink::new();
    syntax::parse(&sources, file, &mut sink);
    (sources, sink.into_diagnostics())
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
        if std::env::var_os("NO_SNAPSHOTS").is_none() {
            let shown = format!("{}\n----\n{}", text.trim_end(), rendered(&sources, &diagnostics));
            insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(shown) });
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen >= 30);
}

#[test]
fn every_code_of_a_room_has_a_fixture() {
    let mut missing = Vec::new();
    for code in cogpack::diagnostic::code::ALL {
        let room = code.name.split("::").nth(1).unwrap_or_default();
        // Rooms whose fixtures are not single files have tests of their own; a file of E0102 would be too large to keep.
        if !["syntax", "check"].contains(&room) || !Path::new("tests/fail").join(room).is_dir() || code.alias == "E0102"
        {
            continue;
        }
        let prefix = format!("{}_", code.alias);
        let has = std::fs::read_dir(Path::new("tests/fail").join(room))
            .unwrap()
            .any(|entry| entry.unwrap().file_name().to_string_lossy().starts_with(&prefix));
        if !has {
            missing.push(code.alias);
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}
