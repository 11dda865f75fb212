//! How long lowering takes: a plan of 100 stages is to take less than a millisecond.
//!
//! `COGPACK_BENCH_STAGES=N` also lowers one chain of N stages once, and prints the time.
#![expect(clippy::expect_used, reason = "a plan of a bench that cannot be lowered is a failure")]
#![expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "the bench reads its size and prints")]

#[expect(dead_code, reason = "tests use the rest")]
#[path = "../tests/llb/plans.rs"]
mod plans;

use std::hint::black_box;

use cogpack::llb::lower::{Options, lower};
use cogpack::plan::model::*;
use criterion::{Criterion, criterion_group, criterion_main};
use plans::*;

/// Stages that follow each other, each with an assignment, a command with a mount, a copy and a file.
fn typical(stages: usize) -> Plan {
    plan((0..stages).map(|at| {
        let source = if at == 0 { image("debian:12") } else { from_stage(&format!("s{}", at - 1)) };
        let mount = Mount::Cache { id: None, target: "/root/.cache".to_owned(), sharing: Sharing::Locked };
        let operations = [
            env(&[("STEP", &at.to_string())]),
            op(OperationKind::Exec(Exec { mounts: vec![mount], ..command(&format!("make step{at}")) })),
            copy(copying(context_only(&["pyproject.toml"]), &["pyproject.toml"], "/src/")),
            mkfile("/etc/step", b"step"),
        ];
        stage(&format!("s{at}"), source, operations)
    }))
}

fn chain(stages: usize) -> Plan {
    plan((0..stages).map(|at| {
        let source = if at == 0 { image("debian:12") } else { from_stage(&format!("s{}", at - 1)) };
        stage(&format!("s{at}"), source, [run(&format!("step {at}"))])
    }))
}

fn lower_plans(criterion: &mut Criterion) {
    let plan = typical(100);
    let options = Options::default();
    criterion.bench_function("lower 100 stages", |bencher| bencher.iter(|| lower(black_box(&plan), &options)));
    let lowered = lower(&plan, &options).expect("a valid plan");
    criterion.bench_function("write 100 stages", |bencher| bencher.iter(|| black_box(&lowered.definition).to_bytes()));
    if let Some(stages) = std::env::var("COGPACK_BENCH_STAGES").ok().and_then(|text| text.parse().ok()) {
        let plan = chain(stages);
        let before = std::time::Instant::now();
        let bytes = lower(&plan, &options).expect("a valid plan").definition.to_bytes();
        println!("{stages} stages: {} bytes in {:?}", bytes.len(), before.elapsed());
    }
}

criterion_group!(benches, lower_plans);
criterion_main!(benches);
