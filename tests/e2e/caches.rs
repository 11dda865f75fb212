//! Steps that one engine kept are there on another one, which never ran them: in a folder, in a registry, in the image itself.

use std::path::Path;
use std::process::Output;
use std::time::{SystemTime, UNIX_EPOCH};

use tempfile::TempDir;

use crate::cogpack::{self, Build, command};
use crate::engine::{self, Engine, Own, skip};
use crate::image::Kind;

/// Two steps that never come out the same, on top of what `NONCE` says.
const PLAN: &str = r#"{
 "platform": {"os": "linux", "arch": "amd64"},
 "stages": [{"id": "one", "source": {"image": "REGISTRY/base/busybox:latest"}, "operations": [
  {"command": "echo NONCE; head -c 100000 /dev/urandom > /random"},
  {"command": "sha256sum /random > /sum"}
 ]}],
 "contexts": {}
}"#;

/// Steps that are the same on engines of all ages.
const FILES: &str = r#"{
 "platform": {"os": "linux", "arch": "amd64"},
 "stages": [{"id": "one", "source": {"image": "REGISTRY/base/busybox:latest"}, "operations": [
  {"dest": "/NONCE", "data": "aGVsbG8K", "mode": 420}
 ]}],
 "contexts": {}
}"#;

/// A build folder with a plan that no engine has seen.
fn unseen(plan: &str, registry: &str) -> (TempDir, String) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let nonce = format!("{}-{now}", std::process::id());
    let work = TempDir::new().unwrap();
    let plan = plan.replace("REGISTRY", registry).replace("NONCE", &nonce);
    std::fs::write(work.path().join("plan.json"), plan).unwrap();
    (work, nonce)
}

fn build(engine: &Engine, work: &Path, options: &[&str]) -> Build {
    let arguments: Vec<String> = ["--plan", "plan.json"].iter().chain(options).map(|it| (*it).to_owned()).collect();
    let build = cogpack::build(engine, work, "caches", &arguments, &[]);
    assert_eq!(build.code, Some(0), "{}: {}", engine.name, build.output);
    build
}

fn random(build: &Build) -> Vec<u8> {
    match &build.image().unwrap().find("/random").unwrap().kind {
        Kind::File(data) => data.clone(),
        other => panic!("{other:?}"),
    }
}

/// Builds on one engine and keeps the steps, then on the other with what was kept.
fn check(first: &Engine, second: &Engine, to: &str, from: &str) {
    let Some(registry) = &first.registry else { return };
    let (work, nonce) = unseen(PLAN, registry);
    let filled = |text: &str| text.replace("REGISTRY", registry).replace("NONCE", &nonce);
    let kept = build(first, work.path(), &[&filled(to)]);
    assert!(kept.output.contains("(0 of 2 steps cached)"), "{}: {}", first.name, kept.output);
    let again = build(second, work.path(), &[&filled(from)]);
    assert!(again.output.contains("(all steps cached)"), "{} after {}: {}", second.name, first.name, again.output);
    assert!(random(&kept) == random(&again), "{}: a step ran again", second.name);
}

#[test]
fn steps_that_were_kept_are_there_on_another_engine() {
    let (Some(docker), Some(fresh)) = (engine::docker_26(), Own::buildkit("caches")) else { return };
    for (to, from) in [
        ("--cache-to=type=local,dest=cache", "--cache-from=type=local,src=cache"),
        ("--cache-to=type=local,dest=cache,mode=max,tag=a", "--cache-from=type=local,src=cache,tag=a"),
        (
            "--cache-to=type=registry,ref=REGISTRY/cogpack-test/cache:NONCE,mode=max",
            "--cache-from=REGISTRY/cogpack-test/cache:NONCE",
        ),
    ] {
        check(&docker, &fresh.engine, to, from);
        check(&fresh.engine, &docker, to, from);
    }
}

#[test]
fn steps_that_an_image_keeps_are_there_on_another_engine() {
    let (Some(docker), Some(fresh)) = (engine::docker_26(), Own::docker_26("inline")) else { return };
    let Some(registry) = &docker.registry else { return };
    let (work, nonce) = unseen(PLAN, registry);
    let image = format!("{registry}/cogpack-test/inline:{nonce}");
    let arguments = ["build", "--plan", "plan.json", "--cache-to=type=inline", "--push", "-t", &image];
    let pushed = run(&docker, work.path(), &arguments);
    assert!(pushed.status.success(), "{}", String::from_utf8_lossy(&pushed.stderr));
    let again = build(&fresh.engine, work.path(), &[&format!("--cache-from={image}")]);
    assert!(again.output.contains("(all steps cached)"), "{}", again.output);
}

fn run(engine: &Engine, work: &Path, arguments: &[&str]) -> Output {
    command(engine).args(arguments).current_dir(work).output().unwrap()
}

#[test]
fn docker_20_reads_a_folder_and_refuses_to_write_one() {
    let (Some(old), Some(new)) = (engine::docker_20(), engine::docker_26()) else { return };
    let Some(registry) = &new.registry else {
        skip("caches of Docker 20.10: there is no registry with base images");
        return;
    };
    let (work, nonce) = unseen(FILES, registry);
    let refused =
        run(&old, work.path(), &["build", "--plan", "plan.json", "--cache-to=type=local,dest=cache", "-t", "x"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(1) && said.contains("error[E1005]"), "{said}");
    assert!(!work.path().join("cache").exists());
    build(&new, work.path(), &["--cache-to=type=local,dest=cache"]);
    let again = build(&old, work.path(), &["--cache-from=type=local,src=cache"]);
    // It does not tell which steps are those of stages.
    let step = again.output.lines().find(|line| line.ends_with("[one] write /NONCE".replace("NONCE", &nonce).as_str()));
    let number = step.and_then(|line| line.split(' ').next()).unwrap_or_else(|| panic!("{}", again.output));
    assert!(again.output.contains(&format!("\n{number} CACHED\n")), "{}", again.output);
}

/// What is in the folder goes on being of use, and a build without it runs its steps.
#[test]
fn a_build_that_fails_leaves_the_cache_that_was_there() {
    let Some(engine) = engine::docker_26() else { return };
    let Some(registry) = &engine.registry else { return };
    let (work, _) = unseen(PLAN, registry);
    let caches = ["--cache-from=type=local,src=cache", "--cache-to=type=local,dest=cache"];
    let first = build(&engine, work.path(), &caches);
    assert!(first.output.contains("warning[E1026]"), "{}", first.output);
    let index = std::fs::read(work.path().join("cache/index.json")).unwrap();
    let plan = std::fs::read_to_string(work.path().join("plan.json")).unwrap();
    std::fs::write(work.path().join("plan.json"), plan.replace("sha256sum", "false #")).unwrap();
    let failed = run(&engine, work.path(), &["build", "--plan", "plan.json", caches[0], caches[1]]);
    assert_eq!(failed.status.code(), Some(3), "{}", String::from_utf8_lossy(&failed.stderr));
    assert_eq!(std::fs::read(work.path().join("cache/index.json")).unwrap(), index);
    let left = std::fs::read_dir(work.path().join("cache")).unwrap().count();
    assert_eq!(left, 3, "blobs, index.json, oci-layout");
}
