//! What is said after a build, which the engine has to tell: how large what each stage added is.

use tempfile::TempDir;

use crate::cogpack::command;
use crate::engine::{self, Engine};

/// Two stages, whose layers have a size of their own however they are packed.
const PLAN: &str = r#"{
 "platform": {"os": "linux", "arch": "amd64"},
 "stages": [
  {"id": "one", "source": {"image": "REGISTRY/base/busybox:latest"}, "operations": [
   {"command": "head -c 2000000 /dev/urandom > /2"},
   {"command": "head -c 1000000 /dev/urandom > /1"}]},
  {"id": "two", "name": "The second: more", "source": {"stage": "one"}, "operations": [
   {"command": "head -c 5000000 /dev/urandom > /5"}]}
 ],
 "contexts": {}
}"#;

fn check(engine: Option<Engine>, outputs: &[&[&str]]) {
    let Some(engine) = engine else { return };
    let Some(registry) = &engine.registry else { return };
    let work = TempDir::new().unwrap();
    std::fs::write(work.path().join("plan.json"), PLAN.replace("REGISTRY", registry)).unwrap();
    for output in outputs {
        let output: Vec<String> = output.iter().map(|it| it.replace("REGISTRY", registry)).collect();
        let mut build = command(&engine);
        build.args(["build", "--verbose", "--plan", "plan.json"]).args(&output).current_dir(work.path());
        let ended = build.output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{}: {said}", engine.name);
        for (stage, size) in [("one", "3.0"), ("two", "5.0")] {
            let row = said.lines().rev().find(|line| line.trim_start().starts_with(stage));
            let last = row.and_then(|row| row.split_whitespace().last()).unwrap_or_default();
            assert!(last.starts_with(size) && last.ends_with("MB"), "{}, {output:?}, {stage}: {said}", engine.name);
        }
        assert!(said.contains("steps cached)"), "{said}");
    }
}

#[test]
fn docker_20_tells_what_stages_added() {
    check(engine::docker_20(), &[&["-t", "cogpack-test/summary"]]);
}

#[test]
fn docker_26_tells_what_stages_added() {
    check(engine::docker_26(), &[&["-t", "cogpack-test/summary"], &["-o", "type=oci,dest=image.tar"]]);
}

#[test]
fn buildkit_tells_what_stages_added() {
    let push = &["--push", "-t", "REGISTRY/cogpack-test/summary"][..];
    check(engine::buildkit(), &[push, &["-o", "type=docker,dest=image.tar"]]);
}
