//! How long the passes take: what ships is parsed and checked, projects are compiled from memory and from disk.
//!
//! `cargo bench --bench compile`; with `-- NAME` only the benches whose name holds it.

#[path = "../tests/scale/mod.rs"]
mod synthetic;

use std::hint::black_box;
use std::path::Path;

use cogpack::compile::{self, Compilation, Options};
use cogpack::diagnostic::Sink;
use cogpack::project::disk::DiskTree;
use cogpack::project::memory::MemoryTree;
use cogpack::project::tree::Tree;
use cogpack::resolve::Library;
use cogpack::source::{SourceMap, shipped};
use cogpack::syntax;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const RESNET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/cog-resnet");

fn compiled(tree: Box<dyn Tree>) -> Option<Compilation> {
    compile::compile(tree, &Options::default(), &SourceMap::new(), &mut Sink::new())
}

fn lowered(tree: Box<dyn Tree>) -> Option<Vec<u8>> {
    compile::lower(&compiled(tree)?).ok().map(|lowered| lowered.definition.to_bytes())
}

fn on_disk() -> Option<Box<dyn Tree>> {
    DiskTree::open(Path::new(RESNET)).ok().map(|tree| Box::new(tree) as Box<dyn Tree>)
}

/// The same files in memory.
fn in_memory() -> MemoryTree {
    [
        ("cog.yaml", include_str!("../tests/corpus/cog-resnet/cog.yaml")),
        ("predict.py", include_str!("../tests/corpus/cog-resnet/predict.py")),
        ("requirements.txt", include_str!("../tests/corpus/cog-resnet/requirements.txt")),
    ]
    .into_iter()
    .collect()
}

fn what_ships(criterion: &mut Criterion) {
    let texts: Vec<&str> = shipped::STACKS.iter().chain(shipped::BLOCKS).map(|shipped| shipped.text).collect();
    let mut group = criterion.benchmark_group("shipped");
    group.throughput(Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum()));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| {
            let (sources, mut sink) = (SourceMap::new(), Sink::new());
            for text in &texts {
                let file = sources.add("shipped.block", *text);
                black_box(syntax::parse(&sources, file, &mut sink));
            }
            assert!(!sink.has_errors());
        });
    });
    group.bench_function("parse and check", |bencher| {
        bencher.iter(|| {
            let mut sink = Sink::new();
            let empty = Box::new(MemoryTree::new());
            let hir = compile::all_blocks(empty, &Options::default(), &SourceMap::new(), &mut sink);
            assert!(!sink.has_errors());
            hir
        });
    });
    group.finish();
    criterion.bench_function("library/images", |bencher| {
        bencher.iter(Library::shipped);
    });
    criterion.bench_function("library/images and all catalogs", |bencher| {
        bencher.iter(|| {
            let library = Library::shipped();
            library.catalogs.names().filter_map(|name| library.catalogs.get(name)).count()
        });
    });
}

fn one_project(criterion: &mut Criterion) {
    let memory = in_memory();
    assert!(lowered(Box::new(memory.clone())).is_some(), "the project compiles");
    let mut group = criterion.benchmark_group("cog-resnet");
    group.bench_function("memory to plan", |bencher| bencher.iter(|| compiled(Box::new(memory.clone()))));
    group.bench_function("memory to llb", |bencher| bencher.iter(|| lowered(Box::new(memory.clone()))));
    group.bench_function("disk to llb", |bencher| bencher.iter(|| on_disk().and_then(lowered)));
    group.finish();
}

/// Doubling the project should take double the time.
fn many_blocks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("synthetic to llb");
    group.sample_size(10);
    for parts in [250, 500, 1000] {
        let tree: MemoryTree = synthetic::project(parts).into_iter().collect();
        assert!(compiled(Box::new(tree.clone())).is_some_and(|compiled| compiled.plan.stages.len() > parts * 10));
        group.throughput(Throughput::Elements(parts as u64));
        group.bench_with_input(BenchmarkId::from_parameter(parts), &tree, |bencher, tree| {
            bencher.iter(|| lowered(Box::new(tree.clone())));
        });
    }
    group.finish();
}

criterion_group!(benches, what_ships, one_project, many_blocks);
criterion_main!(benches);
