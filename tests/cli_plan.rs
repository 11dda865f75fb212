//! `cogpack compile --plan FILE`: what it finds in plans of others, where, and what it makes of them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::disallowed_methods, reason = "the test reads fixtures and writes files for the command")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Output;

use cogpack::llb::definition::Definition;
use cogpack::llb::json::to_json;
use serde_json::Value;

/// A plan that has only fields which Go writes: no tags, no version, `null` for what is empty.
const GO: &str = r#"{
  "platform": {"os": "linux", "arch": "amd64"},
  "stages": [
    {"id": "base", "name": "", "phaseKey": "build.00-base", "source": {"image": "debian:12"}, "operations": null,
     "env": ["A=1"], "dir": "/src", "provides": null},
    {"id": "app", "phaseKey": "build.04-app-deps", "source": {"auto": true}, "operations": [
      {"command": "make", "mounts": [{"source": {"local": "context"}, "target": "/m"}]},
      {"from": {"local": "context"}, "src": ["a.py"], "dest": "/src/", "chown": "", "patterns": {"include": null, "exclude": null},
       "createDestPath": true},
      {"vars": {"B": "2"}},
      {"dest": "/src/made", "data": "bQ==", "mode": 420}
    ]}
  ],
  "export": {"tags": null, "labels": null, "entrypoint": null, "cmd": ["run"], "exposed_ports": null, "working_dir": ""},
  "contexts": {"context": {"name": "context", "source_block": "source", "description": "", "metadata": null}}
}"#;

/// What a plan that is read must not say, and the fixtures that say it.
const REFUSED: [&str; 9] = [
    "E0821_unknown-stage",
    "E0806_not-exactly-one-input",
    "E0822_reads-itself",
    "E0822_stages-in-a-circle",
    "E0824_not-a-variable",
    "E0825_path-not-allowed",
    "E0802_unknown-field",
    "E0506_duplicate-name",
    "E0505_trailing-comma",
];

fn compile(directory: &Path, args: &[&str]) -> Output {
    support::cogpack().current_dir(directory).arg("compile").args(args).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(directory: &Path, args: &[&str]) -> Value {
    let output = compile(directory, args);
    assert!(output.status.success(), "{args:?}: {}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn entries(folder: &str) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(support::root().join(folder)).unwrap();
    let mut entries: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

#[test]
fn what_a_plan_must_not_say_is_shown_in_the_plan() {
    let folder = support::root().join("tests/fail/plan");
    for name in REFUSED {
        let plan = format!("{name}.json");
        let output = compile(&folder, &["--plan", &plan, "--emit=llb"]);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{name}: {}", stderr(&output));
        insta::with_settings!({ snapshot_path => "snapshots/cli_plan", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, stderr(&output));
        });
    }
}

/// `CODE LINE:COLUMN` of each finding in the short format.
fn told(stderr: &str) -> Vec<String> {
    let told = |line: &str| {
        let (place, rest) = line.split_once(": ").unwrap();
        let place = place.split_once(".json:").unwrap().1;
        let code = &rest[rest.find('[').unwrap() + 1..rest.find(']').unwrap()];
        format!("{code} {place}")
    };
    stderr.lines().filter(|line| line.contains(".json:")).map(told).collect()
}

#[test]
fn every_broken_plan_is_refused_by_the_command_too() {
    let folder = support::root().join("tests/fail/plan");
    for plan in entries("tests/fail/plan").iter().filter(|path| path.extension().is_some_and(|it| it == "json")) {
        let name = plan.file_name().unwrap().to_str().unwrap();
        let output = compile(&folder, &["--plan", name, "--emit=llb", "--format=short"]);
        let only_warns = name.starts_with("E0815") || name.starts_with("E0839");
        assert_eq!(output.status.code(), Some(i32::from(!only_warns)), "{name}: {}", stderr(&output));
        let expected = std::fs::read_to_string(plan.with_extension("expect")).unwrap();
        let mut expected: Vec<&str> = expected.lines().map(|line| line.split_once('-').unwrap().0).collect();
        let shown = stderr(&output);
        let mut told = told(&shown);
        (expected.sort_unstable(), told.sort_unstable());
        assert_eq!(told, expected, "{name}");
    }
}

#[test]
fn plans_with_the_fields_of_go_alone_are_lowered() {
    let folder = support::project(&[("plan.json", GO.as_bytes())]);
    let read = json(folder.path(), &["--plan", "plan.json"]);
    assert_eq!(read["stages"][1]["source"], serde_json::json!({ "stage": "base" }));
    let llb = json(folder.path(), &["--plan", "plan.json", "--emit=llb-json"]);
    let kinds: Vec<&str> = llb["ops"].as_array().unwrap().iter().map(|op| op["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["source", "source", "exec", "file", "file"], "{llb:#}");
    let meta = &llb["ops"][2]["op"]["exec"]["meta"];
    assert_eq!(meta["args"], serde_json::json!(["/bin/sh", "-c", "make"]));
    assert_eq!(meta["cwd"], "/src");
    for case in entries("tests/plans/cases").iter().filter(|case| !case.join("error").exists()) {
        json(case, &["--plan", "plan.json", "--emit=llb-json"]);
    }
}

#[test]
fn llb_as_json_is_what_the_protobuf_holds() {
    for case in entries("tests/plans/cases").iter().filter(|case| !case.join("error").exists()) {
        let bytes = compile(case, &["--plan", "plan.json", "--emit=llb"]).stdout;
        let text = compile(case, &["--plan", "plan.json", "--emit=llb-json"]).stdout;
        // `tests/llb_vectors.rs` holds `to_json` against the form of the vectors.
        assert_eq!(to_json(&Definition::from_bytes(&bytes).unwrap()), String::from_utf8(text).unwrap());
    }
}

#[test]
fn the_config_of_a_base_image_may_be_given() {
    let config = br#"{"architecture": "amd64", "os": "linux", "config": {"Env": ["X=y"], "WorkingDir": "/home", "User": "app"}}"#;
    let folder = support::project(&[("plan.json", GO.as_bytes()), ("base.json", config), ("bad.json", b"{")]);
    let given = ["--plan", "plan.json", "--image-config", "debian:12=base.json"];
    let image = json(folder.path(), &[&given[..], &["--emit=image-config"]].concat());
    assert_eq!(image["config"]["User"], "app");
    assert_eq!(image["config"]["Env"], serde_json::json!(["X=y", "A=1", "B=2"]));
    let llb = json(folder.path(), &[&given[..], &["--emit=llb-json"]].concat());
    assert_eq!(llb["ops"][2]["op"]["exec"]["meta"]["env"], serde_json::json!(["X=y", "A=1"]));
    for (entry, words) in
        [("debian:12", "names no file"), ("debian:12=bad.json", "debian:12"), ("debian:12=none.json", "none.json")]
    {
        let output = compile(folder.path(), &["--plan", "plan.json", "--image-config", entry]);
        assert!(stderr(&output).is_empty(), "a plan that is only printed needs no config");
        let output = compile(folder.path(), &["--plan", "plan.json", "--emit=llb-json", "--image-config", entry]);
        assert_eq!(output.status.code(), Some(2), "{entry}");
        assert!(stderr(&output).contains(words), "{entry}: {}", stderr(&output));
    }
}

#[test]
fn local_sources_are_marked_only_when_that_is_asked_for() {
    let folder = support::project(&[("plan.json", GO.as_bytes())]);
    let attributes = |args: &[&str]| {
        let llb = json(folder.path(), &[&["--plan", "plan.json", "--emit=llb-json"], args].concat());
        let ops = llb["ops"].as_array().unwrap().clone();
        let local = ops.iter().find(|op| op["op"]["source"]["identifier"] == "local://context").unwrap();
        local["op"]["source"]["attrs"]["local.unique"].clone()
    };
    assert_eq!(attributes(&[]), Value::Null);
    assert_eq!(attributes(&["--local-unique", "build-7"]), "build-7");
}
