//! Blocks that are right: they check without a finding, and what becomes of them is as the snapshots show.

use std::collections::BTreeMap;

use cogpack::check::{self, Environment, Sources, Unit};
use cogpack::diagnostic::Sink;
use cogpack::source::SourceMap;
use cogpack::syntax;

#[path = "world/mod.rs"]
mod world;

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
        assert_eq!(world::rendered(&sources, sink.diagnostics()), "", "{}", path.display());
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
    assert_eq!(world::rendered(&sources, sink.diagnostics()), "");
    assert_eq!(hir.stacks["web"].blocks.len(), 1);
}
