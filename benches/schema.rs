//! How long the schema of a predictor takes: short ones, and one of 5,000 lines.
//!
//! `cargo bench --bench schema`

#[path = "../tests/python/mod.rs"]
mod python;

use std::hint::black_box;

use cogpack::diagnostic::Sink;
use cogpack::project::Project;
use cogpack::project::memory::MemoryTree;
use cogpack::schema;
use cogpack::source::SourceMap;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

fn schemas(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("schema");
    for lines in [50, 500, 5_000] {
        let files = if lines < 2_000 { small(lines) } else { python::project(lines) };
        let length: usize = files.iter().map(|(_, text)| text.len()).sum();
        let tree: MemoryTree = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let sources = SourceMap::new();
        let project = Project::read(Box::new(tree), &sources, &mut Sink::new());
        group.throughput(Throughput::Bytes(length as u64));
        group.bench_function(BenchmarkId::from_parameter(lines), |bencher| {
            bencher.iter(|| {
                let mut sink = Sink::new();
                let read = schema::read(&project, &SourceMap::new(), &mut sink);
                assert!(read.is_some(), "{:?}", sink.diagnostics());
                black_box(read)
            });
        });
    }
    group.finish();
}

/// A short predictor, with functions up to the length.
fn small(lines: usize) -> Vec<(String, String)> {
    let text = "from cog import BaseRunner, Input\n\n\nclass Runner(BaseRunner):\n    def run(self, text: str = Input(default=\"x\")) -> str:\n        return text\n";
    let more: String = (0..lines / 5).map(|number| format!("\n\ndef f{number}(a, b=1):\n    return a + b\n")).collect();
    let config = "run: predict.py:Runner\n".to_owned();
    vec![("cog.yaml".into(), config), ("predict.py".into(), format!("{text}{more}"))]
}

criterion_group!(benches, schemas);
criterion_main!(benches);
