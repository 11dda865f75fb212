//! Cost grows with the input and no faster: double the project takes about double the time.
//!
//! Bounds are generous, for a debug build on a busy machine; `benches/process.py` measures the release build.
#![expect(clippy::panic, reason = "a test that cannot go on fails")]

#[path = "scale/mod.rs"]
mod synthetic;

use std::time::Duration;

use cogpack::compile::{self, Compilation, Options};
use cogpack::diagnostic::Sink;
use cogpack::project::memory::MemoryTree;
use cogpack::source::SourceMap;

/// The most that double the input may cost.
const MOST_RATIO: f64 = 3.5;
/// Of so many runs the fastest counts.
const RUNS: usize = 3;

fn compiled(tree: &MemoryTree) -> Compilation {
    let mut sink = Sink::new();
    let compiled = compile::compile(Box::new(tree.clone()), &Options::default(), &SourceMap::new(), &mut sink);
    compiled.unwrap_or_else(|| panic!("{:?}", sink.diagnostics()))
}

/// The processor time of this thread so far: what else the machine does is no part of it.
fn spent() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// The fastest of some runs, and its result.
fn fastest<T>(work: impl Fn() -> T) -> (Duration, T) {
    let timed = || {
        let started = spent();
        let result = work();
        (spent().saturating_sub(started), result)
    };
    (1..RUNS).fold(timed(), |best, _| {
        let next = timed();
        if next.0 < best.0 { next } else { best }
    })
}

/// Fails when double the size costs much more than double the time.
fn assert_linear(what: &str, size: usize, once: Duration, twice: Duration) {
    let ratio = twice.as_secs_f64() / once.as_secs_f64();
    assert!(ratio < MOST_RATIO, "{what}: {once:?} for {size}, {ratio:.2} times as much for {}", 2 * size);
}

#[test]
fn compiling_and_lowering_double_the_blocks_takes_about_double_the_time() {
    const PARTS: usize = 60;
    let measured = [PARTS, 2 * PARTS].map(|parts| {
        let tree: MemoryTree = synthetic::project(parts).into_iter().collect();
        let (compiling, compilation) = fastest(|| compiled(&tree));
        let (lowering, lowered) = fastest(|| compile::lower(&compilation));
        let lowered = lowered.unwrap_or_else(|found| panic!("{found:?}"));
        assert!(lowered.definition.to_bytes().len() > parts * 1000, "each part is in the image");
        let of_parts = compilation.plan.stages.iter().filter(|stage| stage.id.starts_with("part-")).count();
        assert_eq!(of_parts, parts * 10, "each part has ten stages");
        (compiling, lowering)
    });
    let [once, twice] = measured;
    assert_linear("compiling", PARTS, once.0, twice.0);
    assert_linear("lowering", PARTS, once.1, twice.1);
}

/// One block of one file: `before`, then `item` for each number, then `after`.
fn one_file(before: &str, item: impl Fn(usize) -> String, after: &str, count: usize) -> MemoryTree {
    let items: String = (0..count).map(item).collect();
    [("main.py", String::new()), ("blocks/big.block", format!("{before}{items}{after}"))].into_iter().collect()
}

fn assert_one_file_is_linear(what: &str, count: usize, make: impl Fn(usize) -> MemoryTree) {
    let [once, twice] = [count, 2 * count].map(|count| {
        let tree = make(count);
        fastest(|| {
            let mut sink = Sink::new();
            compile::compile(Box::new(tree.clone()), &Options::default(), &SourceMap::new(), &mut sink).is_some()
        })
        .0
    });
    assert_linear(what, count, once, twice);
}

#[test]
fn one_block_with_double_the_stages_takes_about_double_the_time() {
    let stage = |number| format!("stage s{number} {{ run \"echo {number}\" }}\n");
    assert_one_file_is_linear("stages", 1500, |count| {
        one_file("block big { phase build.app-build {\n", stage, "} }", count)
    });
}

#[test]
fn one_stage_with_double_the_steps_takes_about_double_the_time() {
    let step = |number| format!("run \"echo {number}\"\n");
    assert_one_file_is_linear("steps", 2000, |count| {
        one_file("block big { phase build.app-build { stage s {\n", step, "} } }", count)
    });
}

#[test]
fn double_the_lets_take_about_double_the_time() {
    let chained = |number| format!("let x{} = x{number}\n", number + 1);
    assert_one_file_is_linear("lets", 1500, |count| {
        let last = format!("detect {{ x{count} == 1 }} }}");
        one_file("block big {\nlet x0 = 1\n", chained, &last, count)
    });
}

#[test]
fn double_the_mistakes_take_about_double_the_time() {
    let unknown = |number| format!("let x{number} = y{number}\n");
    assert_one_file_is_linear("mistakes", 1000, |count| one_file("block big {\n", unknown, "}", count));
}

#[test]
fn double_the_requirements_take_about_double_the_time() {
    const LINES: usize = 2000;
    let [once, twice] = [LINES, 2 * LINES].map(|lines| {
        let requirements: String = (0..lines).map(|n| format!("package-{n}==1.{n}\n")).collect();
        let tree: MemoryTree = [("requirements.txt".to_owned(), requirements)].into_iter().collect();
        fastest(|| compiled(&tree)).0
    });
    assert_linear("requirements", LINES, once, twice);
}
