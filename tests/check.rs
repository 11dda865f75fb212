//! Blocks that are right: they check without a finding, and what becomes of them is as the snapshots show.

#![expect(clippy::disallowed_methods, reason = "a test that cannot read its fixtures fails")]

use std::collections::BTreeMap;

use cogpack::check::{self, Environment, Sources, Unit};
use cogpack::diagnostic::{Diagnostic, Sink};
use cogpack::source::SourceMap;
use cogpack::syntax;

#[path = "world/mod.rs"]
mod world;

/// Findings as lines that a person can compare.
fn rendered(sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for found in diagnostics {
        let place = |span: cogpack::source::Span| {
            let file = sources.file(span.file);
            let (start, end) = (file.position(span.start), file.position(span.end));
            format!("{}:{}-{}:{}", start.line, start.column, end.line, end.column)
        };
        text += &format!("{} {}\n", found.code.alias, found.message);
        if let Some(label) = &found.primary {
            text += format!("  at {} {}", place(label.span), label.text).trim_end();
            text += "\n";
        }
        for label in &found.related {
            text += &format!("  and {} {}\n", place(label.span), label.text);
        }
        if let Some(help) = &found.help {
            text += &format!("  help: {help}\n");
        }
    }
    text
}

#[test]
fn every_pass_fixture_checks_without_a_finding() {
    insta::glob!("pass/check/*.block", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let sources = SourceMap::new();
        let file = sources.add(path.file_name().unwrap().to_string_lossy(), text.as_str());
        let mut sink = Sink::new();
        let ast = syntax::parse(&sources, file, &mut sink);
        let units = [Unit { ast: &ast, from_project: true }];
        let none = BTreeMap::new();
        let all = Sources { units: &units, libraries: &[], prelude: &[], uses: &none };
        let hir = check::check(&all, &world::environment(), &mut sink);
        assert_eq!(rendered(&sources, sink.diagnostics()), "", "{}", path.display());
        let shown = format!("{}\n----\n{}", text.trim_end(), check::dump(&hir));
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(shown) });
    });
}

#[test]
fn stacks_are_checked_alone_when_their_blocks_are_known_by_name() {
    let sources = SourceMap::new();
    let file = sources.add("stack.block", "stack web { detect { exists(\"a\") } blocks [later] }");
    let mut sink = Sink::new();
    let ast = syntax::parse(&sources, file, &mut sink);
    let units = [Unit { ast: &ast, from_project: false }];
    let none = BTreeMap::new();
    let all = Sources { units: &units, libraries: &[], prelude: &[], uses: &none };
    let environment = Environment { known_blocks: ["later".to_owned()].into(), ..Environment::default() };
    let hir = check::check_stacks(&all, &environment, &mut sink);
    assert_eq!(rendered(&sources, sink.diagnostics()), "");
    assert_eq!(hir.stacks["web"].blocks.len(), 1);
}

/// What is found in a text, warnings too; `use "./self.block"` means the text itself.
fn found(text: &str) -> (Vec<&'static str>, String) {
    let sources = SourceMap::new();
    let file = sources.add("example.block", text);
    let mut sink = Sink::new();
    let ast = syntax::parse(&sources, file, &mut sink);
    let units = [Unit { ast: &ast, from_project: true }];
    let uses = BTreeMap::from([((file, "./self.block".to_owned()), file)]);
    let all = Sources { units: &units, libraries: &[], prelude: &[], uses: &uses };
    check::check(&all, &world::environment(), &mut sink);
    let codes = sink.diagnostics().iter().map(|found| found.code.alias).collect();
    (codes, rendered(&sources, sink.diagnostics()))
}

#[test]
fn the_example_of_every_page_has_its_finding_and_the_fix_has_none() {
    for code in cogpack::diagnostic::code::ALL.iter().filter(|code| code.name.starts_with("cogpack::check::")) {
        let examples: Vec<&str> =
            code.page.split("```block\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        let [example, fixed] = examples.as_slice() else { panic!("{code:?} has {} examples", examples.len()) };
        let (codes, rendered) = found(example);
        assert!(codes.contains(&code.alias), "{code:?} is not found in its example:\n{example}\n{rendered}");
        let (_, rendered) = found(fixed);
        assert_eq!(rendered, "", "{code:?}: the fix is not right:\n{fixed}");
    }
}
