//! The plan of a project, under review.

use std::path::Path;

use cogpack::compile::{self, Compilation, Options};
use cogpack::plan::describe::describe;
use cogpack::plan::diff::diff;
use cogpack::plan::write::to_json;
use cogpack::resolve::ParamChoice;

#[expect(clippy::panic, reason = "a project that does not compile fails the test")]
fn compiled(options: &Options) -> Compilation {
    compile::directory(Path::new("examples/custom-block"), options).unwrap_or_else(|failure| panic!("{failure}"))
}

/// What the build does: whoever changes it sees the change in the snapshot, and so do those who review it.
#[test]
fn the_plan_is_the_one_that_was_reviewed() {
    let compiled = compiled(&Options::default());
    assert_eq!(compiled.metadata.blocks, ["uv-tool", "python", "python-app", "source", "native"]);
    insta::assert_snapshot!(describe(&compiled.plan));
}

/// The same project gives the same bytes: nothing of the machine or the day is in a plan.
#[test]
fn the_plan_is_the_same_every_time() {
    let [one, other] = [compiled(&Options::default()), compiled(&Options::default())];
    assert_eq!(to_json(&one.plan), to_json(&other.plan));
}

/// A setting changes what it should, and nothing else.
#[test]
fn optimizing_more_changes_only_the_compiler_call() {
    let mut options = Options::default();
    let set = ParamChoice { block: "native".into(), param: "optimize".into(), value: "3".into() };
    options.choices.set.push(set);
    let difference = diff(&compiled(&Options::default()).plan, &compiled(&options).plan);
    let changed: Vec<&str> = difference.stages.iter().map(|stage| stage.id.as_str()).collect();
    assert_eq!(changed, ["native-compile"]);
}
