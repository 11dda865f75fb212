//! Where images go: into files, folders and registries; and what is left when they do not get there.

use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;

use crate::cogpack::command;
use crate::engine::{self, Engine};

const PLAN: &str = r#"{
 "platform": {"os": "linux", "arch": "amd64"},
 "stages": [{"id": "one", "source": {"scratch": true}, "operations": [{"dest": "/made", "data": "aGVsbG8K", "mode": 420}]}]
}"#;

const FAILS: &str = r#"{
 "platform": {"os": "linux", "arch": "amd64"},
 "stages": [
  {"id": "one", "source": {"scratch": true}, "operations": [{"dest": "/made", "data": "aGVsbG8K", "mode": 420}]},
  {"id": "two", "source": {"scratch": true}, "operations": [{"from": {"stage": "one"}, "src": ["/none"], "dest": "/x"}]}
 ]
}"#;

fn work() -> TempDir {
    let work = TempDir::new().unwrap();
    std::fs::write(work.path().join("plan.json"), PLAN).unwrap();
    std::fs::write(work.path().join("fails.json"), FAILS).unwrap();
    work
}

fn build(engine: &Engine, work: &Path, plan: &str, arguments: &[&str]) -> Output {
    let mut command = command(engine);
    command.args(["build", "--progress", "quiet", "--plan", plan]).args(arguments);
    command.current_dir(work).output().unwrap()
}

fn good(engine: &Engine, work: &Path, arguments: &[&str]) -> String {
    let built = build(engine, work, "plan.json", arguments);
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success() && said.is_empty(), "{} {arguments:?}: {said}", engine.name);
    String::from_utf8(built.stdout).unwrap().trim().to_owned()
}

/// Takes an image out of the engine's store, if it is there.
fn remove(engine: &Engine, image: &str) {
    engine.docker().args(["rmi", image]).output().unwrap();
}

fn engines() -> impl Iterator<Item = Engine> {
    [engine::docker_26(), engine::buildkit()].into_iter().flatten()
}

#[test]
fn an_image_as_a_folder_has_all_its_blobs_and_an_index_that_names_it() {
    for engine in engines().filter(|engine| engine.writes_oci) {
        let work = work();
        let folder = work.path().join("a/b");
        good(&engine, work.path(), &["-o", "type=oci,tar=false,dest=a/b"]);
        let id = good(
            &engine,
            work.path(),
            &["-o", "type=oci,tar=false,dest=a/b", "-t", "x", "-t", "y:2", "--iidfile", "id"],
        );
        assert_eq!(std::fs::read_to_string(work.path().join("id")).unwrap(), id);
        let json = |path: &Path| -> Value { serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap() };
        let blob =
            |it: &Value| folder.join("blobs/sha256").join(it["digest"].as_str().unwrap().trim_start_matches("sha256:"));
        let index = json(&folder.join("index.json"));
        let called = |it: &Value| {
            ["io.containerd.image.name", "org.opencontainers.image.ref.name"].map(|key| it["annotations"][key].clone())
        };
        let names: Vec<_> = index["manifests"].as_array().unwrap().iter().map(called).collect();
        let named = |name: &str, tag: &str| [Value::from(name), Value::from(tag)];
        let latest = [Value::Null, Value::from("latest")];
        assert_eq!(names, [latest, named("docker.io/library/x:latest", "latest"), named("docker.io/library/y:2", "2")]);
        let inspected = command(&engine).args(["images", "inspect", "a/b"]).current_dir(work.path()).output().unwrap();
        assert!(inspected.status.success(), "{}", String::from_utf8_lossy(&inspected.stderr));
        let manifest = json(&blob(&index["manifests"][1]));
        let ids = [&index["manifests"][1]["digest"], &manifest["config"]["digest"]];
        assert!(ids.contains(&&Value::from(id.as_str())), "{}: {id} {ids:?}", engine.name);
        for part in manifest["layers"].as_array().unwrap().iter().chain([&manifest["config"]]) {
            assert_eq!(std::fs::metadata(blob(part)).unwrap().len(), part["size"].as_u64().unwrap(), "{}", engine.name);
        }
    }
}

#[test]
fn an_image_is_pushed_by_its_digest() {
    for engine in engines() {
        let Some(registry) = &engine.registry else { continue };
        let work = work();
        let name = format!("{registry}/cogpack-test/by-digest");
        good(&engine, work.path(), &["-o", "type=image,push-by-digest=true", "-t", &name, "--metadata-file", "said"]);
        let said: Value = serde_json::from_slice(&std::fs::read(work.path().join("said")).unwrap()).unwrap();
        let digest = said["containerimage.digest"].as_str().unwrap();
        good(&engine, work.path(), &["--cache-from", &format!("{name}@{digest}"), "-o", "type=cacheonly"]);
        remove(&engine, &format!("{name}@{digest}"));
    }
}

#[test]
fn an_id_that_is_asked_for_is_that_of_an_image() {
    for engine in [engine::docker_20(), engine::docker_26(), engine::buildkit()].into_iter().flatten() {
        let work = work();
        let id = good(&engine, work.path(), &["--iidfile", "id"]);
        assert_eq!(std::fs::read_to_string(work.path().join("id")).unwrap(), id);
        let inspected = engine.docker().args(["image", "inspect", &id]).output().unwrap();
        assert!(inspected.status.success(), "{}: {}", engine.name, String::from_utf8_lossy(&inspected.stderr));
        remove(&engine, &id);
    }
}

#[test]
fn a_build_that_fails_leaves_no_folder_behind() {
    for engine in [engine::docker_20(), engine::docker_26(), engine::buildkit()].into_iter().flatten() {
        let work = work();
        let outputs: &[&[&str]] = &[
            &["-o", "type=local,dest=new/out"],
            &["-o", "type=oci,tar=false,dest=new/image"],
            &["-o", "type=tar,dest=image.tar"],
            &["-o", "type=cacheonly", "--cache-to", "type=local,dest=new/cache"],
            &["-o", "type=oci,dest=image.tar", "--cache-to", "type=local,dest=new/cache"],
        ];
        for output in outputs {
            let failed = build(&engine, work.path(), "fails.json", output);
            assert!(matches!(failed.status.code(), Some(1 | 3)), "{} {output:?}", engine.name);
            let left: Vec<_> = std::fs::read_dir(work.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
            assert_eq!(left.len(), 2, "{} {output:?}: {left:?}", engine.name);
        }
    }
}

#[test]
fn what_an_engine_cannot_put_into_an_image_is_refused() {
    let engines = [engine::docker_20(), engine::docker_26(), engine::buildkit()].into_iter().flatten();
    for engine in engines.filter(|engine| engine.registry.is_some()) {
        let work = work();
        let cases: [(&[&str], bool); 4] = [
            (&["--provenance", "-t", "cogpack-test/attested"], engine.writes_oci),
            (&["--provenance=false", "-o", "type=cacheonly"], true),
            (&["--provenance", "-o", "type=docker,dest=image.tar"], false),
            (&["--provenance", "-o", "type=oci,dest=image.tar"], engine.writes_oci),
        ];
        for (arguments, can) in cases {
            let built = build(&engine, work.path(), "plan.json", arguments);
            let said = String::from_utf8_lossy(&built.stderr);
            assert_eq!(built.status.code(), Some(if can { 0 } else { 1 }), "{} {arguments:?}: {said}", engine.name);
        }
        remove(&engine, "cogpack-test/attested");
    }
}

/// A project that needs no network and no Python.
const BLOCKS: &str = "stack tiny {
  detect { exists(\"tiny.txt\") }
  blocks [tiny]
}

block tiny {
  phase export.app {
    stage make {
      mkdir \"/made\"
    }
  }
}
";

#[test]
fn a_plan_that_needs_a_privilege_says_so_before_the_build() {
    let Some(engine) = engine::docker_26() else { return };
    let Some(registry) = &engine.registry else { return };
    let work = work();
    let plan = r#"{"platform": {"os": "linux", "arch": "amd64"}, "stages": [{"id": "one",
        "source": {"image": "REGISTRY/base/busybox:latest"}, "operations": [{"command": "true", "network": "host"}]}]}"#;
    std::fs::write(work.path().join("host.json"), plan.replace("REGISTRY", registry)).unwrap();
    let refused = build(&engine, work.path(), "host.json", &["-o", "type=cacheonly"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(2) && said.contains("add `--allow network.host`"), "{said}");
    for option in [["--allow", "network.host"], ["--network", "host"], ["--network", "none"]] {
        let built = build(&engine, work.path(), "host.json", &[&["-o", "type=cacheonly"], &option[..]].concat());
        assert!(built.status.success(), "{option:?}: {}", String::from_utf8_lossy(&built.stderr));
    }
}

#[test]
fn a_plan_that_no_engine_takes_whole_says_so() {
    for engine in [engine::docker_20(), engine::docker_26(), engine::buildkit()].into_iter().flatten() {
        let work = work();
        for (millions, code) in [(5, 3), (20, 1)] {
            let plan = PLAN.replace("aGVsbG8K", &"eHh4".repeat(millions * 1_000_000 / 3));
            std::fs::write(work.path().join("large.json"), plan).unwrap();
            let built = build(&engine, work.path(), "large.json", &["-o", "type=cacheonly"]);
            let said = String::from_utf8_lossy(&built.stderr);
            let is_told = said.contains("put large ones into a context");
            // A daemon of its own takes more than the one in Docker.
            assert!(
                built.status.success() && code == 3 || built.status.code() == Some(code) && is_told,
                "{}: {said}",
                engine.name
            );
        }
    }
}

#[test]
fn platforms_that_an_output_cannot_hold_are_refused() {
    for engine in [engine::docker_20(), engine::docker_26()].into_iter().flatten() {
        let Some(registry) = &engine.registry else { continue };
        let work = TempDir::new().unwrap();
        std::fs::create_dir(work.path().join("blocks")).unwrap();
        std::fs::write(work.path().join("blocks/tiny.block"), BLOCKS).unwrap();
        std::fs::write(work.path().join("tiny.txt"), "").unwrap();
        let base = format!("{registry}/base/busybox:latest");
        let two = ["build", "--platform", "linux/amd64,arm64", "--progress", "quiet", "--base", &base];
        let cases = [
            ("type=image", engine.writes_oci),
            ("type=docker,dest=image.tar", false),
            ("type=tar,dest=files.tar", true),
            ("type=local,dest=files", true),
        ];
        for (output, can) in cases {
            let built = command(&engine).args(two).args(["-o", output]).current_dir(work.path()).output().unwrap();
            let said = String::from_utf8_lossy(&built.stderr);
            assert_eq!(built.status.code(), Some(if can { 0 } else { 1 }), "{} {output}: {said}", engine.name);
            assert!(said.contains("is for `linux/amd64`, and the build is for `linux/arm64`") || !can, "{said}");
        }
    }
}
