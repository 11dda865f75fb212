//! Whole projects → plan and LLB: the corpus of real configurations, the examples, and the models.
#![expect(clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use cogpack::compile::{self, Options};
use cogpack::plan::describe::describe;
use sha2::{Digest as _, Sha256};

/// What a project compiles to, short enough to be read: the decisions, the plan for people, and the digest of the LLB.
fn summary(project: &std::path::Path) -> String {
    let compiled = compile::directory(project, &Options::default()).unwrap_or_else(|failure| panic!("{failure}"));
    let lowered = compile::lower(&compiled).unwrap_or_else(|found| panic!("{found:?}"));
    let metadata = &compiled.metadata;
    let versions: Vec<String> = metadata
        .dependencies
        .iter()
        .map(|(name, dependency)| format!("{name} {}", dependency.version.as_deref().unwrap_or("?")))
        .collect();
    let warnings: Vec<String> =
        compiled.warnings.iter().map(|found| format!("{} {}\n", found.code.alias, found.message)).collect();
    let digest = Sha256::digest(lowered.definition.to_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "stack {}\nblocks {}\nversions {}\n{}\n{}\nllb sha256:{digest}\nconfig {}\n",
        metadata.stack,
        metadata.blocks.join(", "),
        versions.join(", "),
        warnings.concat(),
        describe(&compiled.plan),
        lowered.config.to_json(),
    )
}

#[test]
fn every_whole_project_compiles_to_the_plan_it_should() {
    let projects = support::projects();
    assert!(projects.len() >= 15, "eleven of the corpus and four examples at least: {projects:?}");
    for project in projects {
        let name = project.strip_prefix(support::root()).unwrap().to_string_lossy().replace('/', "-");
        insta::assert_snapshot!(name, summary(&project));
    }
}

#[test]
fn metadata_has_the_lines_that_are_installed_at_the_versions_that_a_lock_fixes() {
    let project = support::root().join("tests/models/beside-a-lock");
    let compiled = compile::directory(&project, &Options::default()).unwrap_or_else(|failure| panic!("{failure}"));
    let packages = &compiled.metadata.python_packages;
    assert_eq!(packages.index_urls, ["https://packages.example/simple"]);
    assert_eq!(packages.requirements, ["colorama>=0.4", "numpy==2.1.3", "requests[socks]==2.32.3"]);
}

#[test]
fn a_block_dropped_into_a_project_joins_the_plan() {
    let block = b"block hello { phase build.app-build { stage say { run \"echo hello\" } } }";
    let without = support::project(&[("main.py", b"")]);
    let with = support::project(&[("main.py", b""), ("blocks/hello.block", block)]);
    let blocks = |folder: &tempfile::TempDir| {
        compile::directory(folder.path(), &Options::default())
            .unwrap_or_else(|failure| panic!("{failure}"))
            .metadata
            .blocks
    };
    assert!(!blocks(&without).contains(&"hello".to_owned()));
    assert!(blocks(&with).contains(&"hello".to_owned()));
}

#[test]
fn a_project_block_replaces_the_shipped_one_of_its_name() {
    let source = b"block source { phase export.app { stage mine { mkdir \"/mine\" } } }";
    let project = support::project(&[("main.py", b""), ("blocks/source.block", source)]);
    let compiled =
        compile::directory(project.path(), &Options::default()).unwrap_or_else(|failure| panic!("{failure}"));
    assert!(compiled.plan.stages.iter().any(|stage| stage.id == "source-mine"));
    assert!(!compiled.plan.stages.iter().any(|stage| stage.id == "source-files"));
    let decision = compiled.metadata.trace.blocks.iter().find(|decision| decision.name == "source").unwrap();
    assert!(decision.reason.contains("instead of the shipped one"), "{}", decision.reason);
}

#[test]
fn every_stage_and_operation_says_where_it_comes_from() {
    for project in support::projects() {
        let compiled = compile::directory(&project, &Options::default()).unwrap();
        for stage in &compiled.plan.stages {
            let origins = stage.operations.iter().map(|operation| &operation.origin).chain([&stage.origin]);
            for origin in origins {
                let origin = origin.as_ref().unwrap_or_else(|| panic!("{}: {}", project.display(), stage.id));
                let text = compiled.sources.get(&origin.file).unwrap_or_else(|| panic!("no text of {}", origin.file));
                let (first, last) = (origin.line as usize, origin.end_line as usize);
                assert!(0 < first && first <= last && last <= text.lines().count(), "{origin:?}");
            }
        }
    }
}

#[test]
fn what_shipped_blocks_provide_is_known_before_they_are_read() {
    let sources = cogpack::source::SourceMap::new();
    let mut sink = cogpack::diagnostic::Sink::new();
    let tree = Box::new(cogpack::project::memory::MemoryTree::new());
    let hir = compile::all_blocks(tree, &Options::default(), &sources, &mut sink);
    assert_eq!(sink.diagnostics(), [], "shipped blocks check without a finding");
    let provided =
        hir.blocks.values().flat_map(|block| block.provides.iter().map(|provide| provide.name.text.as_str()));
    let provided: std::collections::BTreeSet<&str> = provided.collect();
    assert_eq!(provided, cogpack::source::shipped::CAPABILITIES.iter().copied().collect());
}

#[test]
fn blocks_that_ship_are_formatted() {
    use cogpack::source::shipped;
    for shipped in [shipped::STACKS, shipped::BLOCKS, &[shipped::PRELUDE]].into_iter().flatten() {
        let sources = cogpack::source::SourceMap::new();
        let file = sources.add(shipped.path, shipped.text);
        let ast = cogpack::syntax::parse(&sources, file, &mut cogpack::diagnostic::Sink::new());
        assert_eq!(cogpack::syntax::format(&sources, &ast), shipped.text, "{}: run `make fmt`", shipped.path);
    }
}
