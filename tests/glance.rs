//! What is said of a block without reading it is what its `detect` says.

mod support;

use std::collections::BTreeMap;

use cogpack::compile::{self, Options};
use cogpack::diagnostic::Sink;
use cogpack::eval::{Evaluator, Facts};
use cogpack::project::Project;
use cogpack::project::disk::DiskTree;
use cogpack::project::memory::MemoryTree;
use cogpack::resolve::glance;
use cogpack::source::{SourceMap, shipped};

#[test]
fn a_block_that_is_not_read_takes_no_part() {
    let (sources, mut sink) = (SourceMap::new(), Sink::new());
    let hir = compile::all_blocks(Box::new(MemoryTree::new()), &Options::default(), &sources, &mut sink);
    let mut left_out = 0;
    for folder in support::projects() {
        let project = Project::read(Box::new(DiskTree::open(&folder).unwrap()), &sources, &mut sink);
        for shipped in shipped::BLOCKS {
            let Some(decision) = glance::left_out(*shipped, &project) else { continue };
            let block = &hir.blocks[shipped.stem()];
            let detect = block.detect.as_ref().unwrap();
            let platform = ("linux", "amd64");
            let facts = Facts { project: &project, sources: &sources, platform, predictor: None, resolved: None };
            let evaluator = Evaluator::new(&hir, facts, &block.lets, block.frame);
            assert!(!evaluator.bool(detect).unwrap(), "{} in {}", decision.name, folder.display());
            let file = sources.file(detect.span.file);
            assert_eq!(decision.predicate.as_deref(), Some(&file.text[detect.span.range()]));
            let place = format!("{}:{}", file.name, file.position(detect.span.start).line);
            assert_eq!(decision.place, Some(place));
            left_out += 1;
        }
    }
    let provided = BTreeMap::from([("python-packages", "uv")]);
    let lines = Project::read(Box::new(MemoryTree::from_iter([("requirements.txt", "numpy")])), &sources, &mut sink);
    let pip = glance::provided_by(shipped::block("pip").unwrap(), &lines, &provided).unwrap();
    assert_eq!(pip.reason, "`uv` provides the same");
    assert_eq!(glance::certain(shipped::block("uv").unwrap(), &lines), ["python-packages"]);
    let none = Project::read(Box::new(MemoryTree::new()), &sources, &mut sink);
    assert!(glance::provided_by(shipped::block("pip").unwrap(), &none, &provided).is_none());
    assert!(left_out > 100, "most blocks take no part in most projects: {left_out}");
}
