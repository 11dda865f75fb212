//! What holds for every plan: the graph is closed and in order, digests are those of the bytes, and the same plan gives
//! the same bytes. Plans are drawn from a fixed seed.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "what does not decode is a failure")]

#[expect(dead_code, reason = "other tests use the rest")]
#[path = "llb/plans.rs"]
mod plans;

use std::collections::{BTreeMap, BTreeSet};

use bollard_buildkit_proto::pb;
use cogpack::llb::definition::{Definition, Digest};
use cogpack::llb::json::to_json;
use cogpack::llb::lower::{Options, lower};
use cogpack::llb::wire::{Body, Op};
use cogpack::plan::model::*;
use plans::*;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use prost::Message as _;

/// Anything to read from: a stage before the reader, or a source.
fn input() -> impl Strategy<Value = (u8, Index)> {
    (0..7u8, any::<Index>())
}

fn as_input((kind, place): (u8, Index), before: usize) -> Input {
    match kind {
        0 => scratch(),
        1 => image(["debian:12", "alpine"][place.index(2)]),
        2 => context_only(&["a", "b"][..place.index(3)]),
        3 => Input::Url { url: format!("https://h.example/{}", place.index(2)), sha256: None },
        4 => Input::Git { git: "https://h.example/r".to_owned(), reference: None },
        _ if before == 0 => scratch(),
        _ => from_stage(&format!("s{}", place.index(before))),
    }
}

#[derive(Clone, Debug)]
enum Step {
    Run(Vec<((u8, Index), bool)>),
    Copy((u8, Index), usize),
    Env(bool),
    Mkfile,
    Workdir,
    Layer(Index),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        prop::collection::vec((input(), any::<bool>()), 0..3).prop_map(Step::Run),
        (input(), 0..3usize).prop_map(|(from, many)| Step::Copy(from, many)),
        any::<bool>().prop_map(Step::Env),
        Just(Step::Mkfile),
        Just(Step::Workdir),
        any::<Index>().prop_map(Step::Layer),
    ]
}

fn as_operation(step: Step, at: usize, before: usize) -> Operation {
    match step {
        Step::Run(mounts) => {
            let mounts = mounts.into_iter().enumerate().map(|(place, (from, readonly))| Mount::Bind {
                source: as_input(from, before),
                path: None,
                target: format!("/m{place}"),
                readonly,
            });
            op(OperationKind::Exec(Exec { mounts: mounts.collect(), ..command(&format!("run {at}")) }))
        }
        Step::Copy(from, many) => copy(copying(as_input(from, before), &["a", "b", "c"][..many], "/srv/x")),
        Step::Env(again) => env(&[("A", if again { "1" } else { "2" })]),
        Step::Mkfile => mkfile("/etc/x/y", b"z"),
        Step::Workdir => workdir("/w"),
        Step::Layer(_) if before == 0 => workdir("/w"),
        Step::Layer(place) => layer(&format!("s{}", place.index(before))),
    }
}

fn plan_strategy() -> impl Strategy<Value = Plan> {
    let stage = (input(), prop::collection::vec(step(), 0..5), any::<bool>());
    prop::collection::vec(stage, 1..12).prop_map(|stages| {
        plan(stages.into_iter().enumerate().map(|(at, (source, steps, is_export))| {
            let operations = steps.into_iter().map(|step| as_operation(step, at, at)).collect::<Vec<_>>();
            Stage {
                phase: if is_export { phase("export.02-app") } else { None },
                writes: vec!["/srv".to_owned()],
                ..stage_of(at, as_input(source, at), operations)
            }
        }))
    })
}

fn stage_of(at: usize, source: Input, operations: Vec<Operation>) -> Stage {
    plans::stage(&format!("s{at}"), source, operations)
}

/// Runs a check over plans of a fixed seed, with and without merge and diff.
fn for_every_plan(check: impl Fn(&Plan, &Definition)) {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner =
        TestRunner::new_with_rng(Config { cases: 300, failure_persistence: None, ..Config::default() }, rng);
    let strategy = (plan_strategy(), any::<bool>());
    let outcome = runner.run(&strategy, |(plan, merge_diff)| {
        let options = Options { merge_diff, ..Options::default() };
        let first = lower(&plan, &options).expect("a valid plan");
        check(&plan, &first.definition);
        let again = lower(&plan, &options).expect("a valid plan");
        assert_eq!(first.definition.to_bytes(), again.definition.to_bytes());
        assert_eq!(first.config.to_json(), again.config.to_json());
        Ok(())
    });
    outcome.unwrap();
}

fn decode(bytes: &[u8]) -> Op {
    Op::decode(bytes).expect("an op")
}

#[test]
fn inputs_stand_before_users_and_everything_is_reached() {
    for_every_plan(|_, definition| {
        let mut before = BTreeSet::new();
        let mut used = BTreeSet::new();
        for bytes in &definition.ops {
            for input in decode(bytes).inputs {
                assert!(before.contains(&input.digest), "an input is not there yet");
                used.insert(input.digest);
            }
            assert!(before.insert(Digest::of(bytes).to_string()), "an op is there twice");
        }
        let terminal = definition.ops.last().map(|bytes| Digest::of(bytes).to_string());
        let unused: Vec<_> = before.iter().filter(|it| !used.contains(*it)).collect();
        assert_eq!(unused, terminal.iter().collect::<Vec<_>>(), "only the terminal has no user");
        let described: BTreeSet<String> = definition.metadata.keys().cloned().collect();
        assert_eq!(described, before, "every op has metadata, and nothing else has");
    });
}

#[test]
fn every_index_is_in_range() {
    for_every_plan(|_, definition| {
        let ops: BTreeMap<String, Op> =
            definition.ops.iter().map(|bytes| (Digest::of(bytes).to_string(), decode(bytes))).collect();
        for op in ops.values() {
            for input in &op.inputs {
                let outputs = outputs(&ops[&input.digest]);
                assert!((0..outputs).contains(&input.index), "output {} of {outputs}", input.index);
            }
            let inputs = i64::try_from(op.inputs.len()).unwrap();
            let is_input = |index: i64| assert!((-1..inputs).contains(&index), "input {index} of {inputs}");
            match op.body.as_ref() {
                Some(Body::Exec(it)) => it.mounts.iter().for_each(|mount| is_input(mount.input)),
                Some(Body::Merge(it)) => it.inputs.iter().for_each(|it| is_input(it.input)),
                Some(Body::Diff(it)) => {
                    is_input(it.lower.unwrap().input);
                    is_input(it.upper.unwrap().input);
                }
                Some(Body::File(it)) => {
                    for (at, action) in it.actions.iter().enumerate() {
                        let earlier = inputs + i64::try_from(at).unwrap();
                        assert!((-1..earlier).contains(&action.input));
                        assert!((-1..earlier).contains(&action.secondary_input));
                    }
                    let written: Vec<i64> = it.actions.iter().map(|it| it.output).filter(|it| *it >= 0).collect();
                    assert_eq!(written, [0], "the last action is the output");
                }
                _ => {}
            }
        }
    });
}

/// How many outputs an op has.
fn outputs(op: &Op) -> i64 {
    match &op.body {
        Some(Body::Exec(it)) => {
            let is_bind = |it: &&pb::Mount| it.mount_type() == pb::MountType::Bind && it.output >= 0;
            i64::try_from(it.mounts.iter().filter(is_bind).count()).unwrap()
        }
        _ => 1,
    }
}

#[test]
fn a_definition_is_read_back_as_it_was() {
    for_every_plan(|_, definition| {
        let read = Definition::from_bytes(&definition.to_bytes()).expect("a definition");
        assert_eq!(&read, definition);
        // A message leaves out what says nothing.
        let mut told = definition.clone();
        told.source.iter_mut().for_each(|source| source.locations.retain(|_, it| !it.locations.is_empty()));
        let message = definition.to_message().encode_to_vec();
        assert_eq!(Definition::from_bytes(&message).expect("a definition"), told);
        let ops: Vec<Vec<u8>> = read.ops.iter().map(|bytes| decode(bytes).to_bytes()).collect();
        assert_eq!(ops, definition.ops);
        assert_eq!(to_json(&read), to_json(definition));
    });
}

/// A chain of stages, each with a command, an assignment and a mount of the stage before.
fn chain(length: usize) -> Plan {
    plan((0..length).map(|at| {
        let source = if at == 0 { image("debian:12") } else { from_stage(&format!("s{}", at - 1)) };
        stage_of(at, source, vec![run(&format!("step {at}"))])
    }))
}

#[test]
fn a_chain_of_a_hundred_thousand_stages_is_lowered() {
    let lowered = lower(&chain(100_000), &Options::default()).expect("a valid plan");
    assert_eq!(lowered.definition.ops.len(), 100_002);
}

#[test]
fn a_deep_chain_is_shown() {
    let lowered = lower(&chain(5_000), &Options::default()).expect("a valid plan");
    let json: serde_json::Value = serde_json::from_str(&to_json(&lowered.definition)).expect("JSON");
    assert_eq!(json["ops"].as_array().map(Vec::len), Some(5_001));
}

#[test]
fn a_stage_with_many_operations_is_lowered() {
    let operations = (0..20_000).map(|at| if at % 2 == 0 { env(&[("A", "1")]) } else { mkfile("/x", &[1]) }).collect();
    let lowered = lower(&plan([stage_of(0, image("debian:12"), operations)]), &Options::default());
    assert_eq!(lowered.expect("a valid plan").definition.ops.len(), 10_002);
}

#[test]
fn a_plan_that_was_not_validated_gives_findings_and_no_panic() {
    let whole = chain(4);
    for kept in 0..16u32 {
        let stages = whole.stages.iter().enumerate().filter(|(at, _)| kept >> at & 1 == 1).map(|(_, it)| it.clone());
        let broken = plan(stages.rev());
        let _ = lower(&broken, &Options::default());
    }
    let same_id = plan([whole.stages[0].clone(), whole.stages[0].clone()]);
    assert!(lower(&same_id, &Options::default()).is_ok());
    let odd = Stage {
        env: vec!["NOEQUALS".to_owned(), "=".to_owned()],
        dir: Some("../é".to_owned()),
        ..stage_of(
            0,
            scratch(),
            vec![mkfile("", b""), mkdir("", None), rm("..", false), copy(copying(scratch(), &[""], ""))],
        )
    };
    assert!(lower(&plan([odd]), &Options::default()).is_ok());
}
