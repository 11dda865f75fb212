//! Plans → definitions and image configs.
#![expect(clippy::expect_used, clippy::panic, reason = "a plan of a test that cannot be lowered is a failure")]

#[path = "llb/plans.rs"]
mod plans;

use std::collections::BTreeSet;

use cogpack::diagnostic::code;
use cogpack::llb::config::ImageConfig;
use cogpack::llb::definition::Definition;
use cogpack::llb::graph::{COPY_PATTERNS, Caps};
use cogpack::llb::json::to_json;
use cogpack::llb::lower::{Lowered, Options, lower};
use cogpack::plan::model::*;
use indexmap::IndexMap;
use plans::*;
use serde_json::Value;

fn options() -> Options {
    let config = ImageConfig::from_json("debian:12", BASE).expect("a config");
    Options { image_configs: IndexMap::from([("debian:12".to_owned(), config)]), ..Options::default() }
}

const BASE: &str = r#"{
    "architecture": "amd64", "os": "linux", "created": "2026-01-01T00:00:00Z", "author": "someone",
    "rootfs": { "type": "layers", "diff_ids": [] },
    "config": {
        "Env": ["PATH=/usr/bin:/bin", "LANG=C.UTF-8"], "WorkingDir": "/home", "User": "nobody", "Cmd": ["sh"],
        "Entrypoint": null, "Labels": { "base": "yes" }, "ExposedPorts": { "80/tcp": {} },
        "Healthcheck": { "Test": ["CMD", "true"] }, "OnBuild": []
    }
}"#;

fn lowered(plan: &Plan) -> Lowered {
    lower(plan, &options()).unwrap_or_else(|found| panic!("{found:?}"))
}

/// The decoded ops.
fn ops(definition: &Definition) -> Vec<Value> {
    let json: Value = serde_json::from_str(&to_json(definition)).expect("JSON");
    json["ops"].as_array().expect("ops").clone()
}

fn of_kind(definition: &Definition, kind: &str) -> Vec<Value> {
    ops(definition).into_iter().filter(|op| op["kind"] == kind).collect()
}

/// The digests of the ops of a kind.
fn digests(definition: &Definition, kind: &str) -> Vec<String> {
    of_kind(definition, kind).iter().map(|op| op["digest"].as_str().unwrap_or_default().to_owned()).collect()
}

/// A plan beside what it is lowered to.
fn shown(plan: &Plan, options: &Options) -> String {
    let lowered = lower(plan, options).unwrap_or_else(|found| panic!("{found:?}"));
    let stages: Vec<String> = plan.stages.iter().map(|it| serde_json::to_string(it).expect("JSON")).collect();
    format!("{}\n----\n{}----\n{}", stages.join("\n"), to_json(&lowered.definition), lowered.config.to_json())
}

fn codes(plan: &Plan) -> Vec<&'static str> {
    let found = lower(plan, &options()).expect_err("findings");
    found.iter().map(|it| it.code.alias).collect()
}

#[test]
fn a_command_with_every_mount() {
    let command = Exec {
        env: vec!["A=own".to_owned()],
        network: Some(Network::None),
        mounts: vec![
            Mount::Bind { source: context(), path: Some("/sub".to_owned()), target: "/ro".to_owned(), readonly: true },
            Mount::Bind { source: scratch(), path: None, target: "/rw".to_owned(), readonly: false },
            Mount::Cache { id: None, target: "/cache".to_owned(), sharing: Sharing::Locked },
            Mount::Tmpfs { target: "/tmp".to_owned(), size: Some(1024) },
            Mount::Secret { id: "one".to_owned(), target: None, env: None, optional: false },
            Mount::Secret { id: "two".to_owned(), target: None, env: Some("TWO".to_owned()), optional: true },
            Mount::Ssh { id: None },
        ],
        ..command("set -e\nmake all")
    };
    let plan = plan([Stage {
        dir: Some("/w".to_owned()),
        ..stage("app", image("debian:12"), [op(OperationKind::Exec(command))])
    }]);
    insta::assert_snapshot!(shown(&plan, &options()));
}

#[test]
fn files_are_written_in_order() {
    let plan = plan([stage(
        "files",
        scratch(),
        [
            mkdir("/a/b", Some("1000:1000")),
            workdir("/a"),
            mkfile("/a/c/d", b"text"),
            rm("/a/*.tmp", true),
            copy(Copy {
                chown: Some("5".to_owned()),
                chmod: Some("0755".to_owned()),
                patterns: Patterns { include: vec!["*.py".to_owned()], exclude: vec!["x".to_owned()] },
                create_dest_path: true,
                ..copying(context(), &["a.py", "b.py"], "/dest/")
            }),
            copy(Copy {
                optional: true,
                contents_only: true,
                ..copying(context_only(&["req.txt"]), &["req.txt"], "/r/")
            }),
        ],
    )]);
    insta::assert_snapshot!(shown(&plan, &options()));
}

/// A build side with a chain of two stages and an export side that takes both and a copy.
fn layered(first: &str, second: &str, runtime: &str) -> Plan {
    let writes = |stage: Stage, path: &str| Stage { writes: vec![path.to_owned()], ..stage };
    let copied = copy(copying(from_stage("two"), &["/src"], "/src"));
    let export = stage("app", image(runtime), [layer("one"), layer("two"), copied]);
    plan([
        writes(stage("one", image("debian:12"), [run(first)]), "/venv"),
        writes(stage("two", from_stage("one"), [run(second)]), "/opt/x"),
        Stage { phase: phase("export.02-app"), ..export },
    ])
}

#[test]
fn layers_are_diffs_in_one_merge() {
    insta::assert_snapshot!(shown(&layered("one", "two", "debian:12"), &options()));
}

#[test]
fn layers_are_copies_from_the_last_of_a_chain_where_the_engine_has_no_diff() {
    let options = Options { merge_diff: false, ..options() };
    insta::assert_snapshot!(shown(&layered("one", "two", "debian:12"), &options));
}

/// Two stages that write one place, each the layer of an export stage of its own.
fn upgraded() -> Plan {
    let writes = |stage: Stage| Stage { writes: vec!["/venv".to_owned()], ..stage };
    let export = |stage: Stage| Stage { phase: phase("export.01-runtime"), ..stage };
    plan([
        writes(stage("one", image("debian:12"), [run("one")])),
        writes(stage("two", from_stage("one"), [run("two")])),
        export(stage("first", image("debian:12"), [layer("one"), env(&[("A", "1")])])),
        export(stage("second", from_stage("first"), [layer("two")])),
    ])
}

/// The copies in the files ops of a definition, each with the op that it reads.
fn copies(plan: &Plan) -> usize {
    let options = Options { merge_diff: false, ..options() };
    to_json(&lower(plan, &options).expect("it is lowered").definition).matches("\"copy\": {").count()
}

#[test]
fn stages_of_layers_have_one_copy_of_what_a_chain_writes_where_the_engine_has_no_diff() {
    assert_eq!(copies(&upgraded()), 1);
}

#[test]
fn a_stage_of_layers_that_another_reads_has_its_own_copy_where_the_engine_has_no_diff() {
    let mut plan = upgraded();
    plan.stages[3].operations.push(copy(copying(from_stage("first"), &["/venv/old"], "/old")));
    assert_eq!(copies(&plan), 3);
}

#[test]
fn a_layer_depends_on_its_stage_alone() {
    let before = digests(&lowered(&layered("one", "two", "debian:12")).definition, "diff");
    let later_changed = digests(&lowered(&layered("one", "TWO", "debian:12")).definition, "diff");
    let base_changed = digests(&lowered(&layered("one", "two", "debian:13")).definition, "diff");
    assert_eq!(before.len(), 2);
    assert_eq!(before[0], later_changed[0]);
    assert_ne!(before[1], later_changed[1]);
    assert_eq!(before, base_changed);
}

#[test]
fn a_layer_of_a_stage_that_changes_nothing_adds_nothing() {
    let plan = plan([
        stage("empty", image("debian:12"), [env(&[("A", "1")])]),
        stage("app", image("debian:12"), [layer("empty"), layer("empty")]),
    ]);
    let definition = lowered(&plan).definition;
    assert_eq!(ops(&definition).len(), 1, "{}", to_json(&definition));
}

#[test]
fn a_copy_into_the_image_is_made_by_itself_where_that_is_safe() {
    let copied = |change: &dyn Fn(&mut Copy)| {
        let mut it = copying(context(), &["a"], "/src/");
        change(&mut it);
        let export = stage("app", image("debian:12"), [copy(it)]);
        let plan = plan([Stage { phase: phase("export.02-app"), ..export }]);
        !of_kind(&lowered(&plan).definition, "merge").is_empty()
    };
    assert!(copied(&|_| {}));
    assert!(copied(&|it| it.chown = Some("1000:0".to_owned())));
    assert!(!copied(&|it| it.chown = Some("app".to_owned())), "the name is looked up in the base");
    assert!(!copied(&|it| it.dest = "/lib/x".to_owned()), "`/lib` may be a link");
    assert!(!copied(&|it| it.dest = "/tmp/x".to_owned()), "`/tmp` has permissions of its own");
    assert!(!copied(&|it| it.dest = "/".to_owned()));
}

#[test]
fn a_stage_of_the_build_side_copies_onto_what_it_has() {
    let plan = plan([stage("app", image("debian:12"), [copy(copying(context(), &["a"], "/src/"))])]);
    assert!(of_kind(&lowered(&plan).definition, "merge").is_empty());
}

#[test]
fn a_branch_that_nothing_reads_has_no_effect() {
    let with = plan([
        stage("base", image("debian:12"), [run("make")]),
        stage("branch", image("alpine"), [run("never")]),
        stage("app", from_stage("base"), [run("more")]),
    ]);
    let without = plan([with.stages[0].clone(), with.stages[2].clone()]);
    assert_eq!(lowered(&with), lowered(&without));
}

#[test]
fn env_directory_and_user_carry_on_and_a_commands_own_env_does_not() {
    let own = op(OperationKind::Exec(Exec { env: vec!["OWN=1".to_owned()], ..command("first") }));
    let plan = plan([
        stage("one", image("debian:12"), [env(&[("A", "1")]), workdir("/w"), user("app"), own]),
        Stage { env: vec!["B=2".to_owned(), "LANG=en".to_owned()], ..stage("two", from_stage("one"), [run("second")]) },
    ]);
    let execs = of_kind(&lowered(&plan).definition, "exec");
    let meta = |at: usize| execs[at]["op"]["exec"]["meta"].clone();
    assert_eq!(meta(0)["env"], serde_json::json!(["PATH=/usr/bin:/bin", "LANG=C.UTF-8", "A=1", "OWN=1"]));
    assert_eq!(meta(1)["env"], serde_json::json!(["PATH=/usr/bin:/bin", "A=1", "B=2", "LANG=en"]));
    assert_eq!((&meta(1)["cwd"], &meta(1)["user"]), (&Value::from("/w"), &Value::from("app")));
}

#[test]
fn prepending_goes_before_what_is_there() {
    let prepend = |name: &str, values: &[&str]| {
        let values = values.iter().map(|it| (*it).to_owned()).collect();
        op(OperationKind::Env(Env { prepend: IndexMap::from([(name.to_owned(), values)]), ..Env::default() }))
    };
    let operations =
        || [prepend("PATH", &["/venv/bin", "/x"]), prepend("NEW", &["/n"]), prepend("NEW", &["/m"]), run("true")];
    let env_of = |image: Input| {
        let plan = plan([stage("app", image, operations())]);
        of_kind(&lowered(&plan).definition, "exec")[0]["op"]["exec"]["meta"]["env"].clone()
    };
    let path = |rest: &str| format!("PATH=/venv/bin:/x:{rest}");
    assert_eq!(env_of(image("debian:12")), serde_json::json!(["LANG=C.UTF-8", path("/usr/bin:/bin"), "NEW=/m:/n"]));
    let usual = path("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    assert_eq!(env_of(image("unknown")), serde_json::json!([usual, "NEW=/m:/n"]));
}

#[test]
fn equal_inputs_are_one_vertex() {
    let mount =
        || Mount::Bind { source: context_only(&["b", "c"]), path: None, target: "/m".to_owned(), readonly: true };
    let exec = Exec { mounts: vec![mount()], ..command("true") };
    let plan = plan([stage(
        "app",
        image("debian:12"),
        [
            copy(copying(context_only(&["b", "c"]), &["b"], "/b")),
            op(OperationKind::Exec(exec)),
            copy(copying(context(), &["b"], "/c")),
            copy(copying(image("debian:12"), &["b"], "/d")),
        ],
    )]);
    let sources = of_kind(&lowered(&plan).definition, "source");
    let mut names: Vec<&Value> = sources.iter().map(|it| &it["metadata"]["description"]["llb.customname"]).collect();
    names.sort_by_key(|it| it.as_str());
    assert_eq!(names, ["context project", "context project (b, c)", "image debian:12"]);
}

#[test]
fn sources_and_places_are_written() {
    let origin = Origin {
        block: "tool".to_owned(),
        file: "tool.block".to_owned(),
        line: 2,
        column: 3,
        end_line: 2,
        end_column: 9,
    };
    let at = |operation: Operation| Operation { origin: Some(origin.clone()), ..operation };
    let url = Input::Url { url: "https://h.example/t.bin".to_owned(), sha256: Some("A".repeat(64)) };
    let git = Input::Git { git: "https://h.example/r.git".to_owned(), reference: Some("v1".to_owned()) };
    let plan = plan([stage(
        "tool",
        scratch(),
        [at(copy(copying(url, &["t.bin"], "/t"))), at(copy(copying(git, &["."], "/r/")))],
    )]);
    let sources = IndexMap::from([("tool.block".to_owned(), "block tool {\n  copy …\n}\n".into())]);
    insta::assert_snapshot!(shown(&plan, &Options { sources, local_unique: Some("id".to_owned()), ..options() }));
}

#[test]
fn an_engine_without_patterns_in_copies_is_sent_what_they_leave() {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let filtered_by = |include: &[&str], exclude: &[&str], src: &[&str]| {
        let patterns = Patterns { include: texts(include), exclude: texts(exclude) };
        let copy = Copy { patterns, ..copying(context_only(&[]), src, "/src") };
        plan([stage("s", Input::Scratch { scratch: True }, [op(OperationKind::Copy(copy))])])
    };
    let filtered = |src: &str| filtered_by(&[], &["**/*.log"], &[src]);
    let caps = Caps::AllBut(BTreeSet::from([COPY_PATTERNS.to_owned()]));
    let of_old =
        |plan: &Plan| lower(plan, &Options { caps: caps.clone(), ..options() }).expect("a valid plan").definition;
    let old = |src| of_old(&filtered(src));
    let exclusions = |definition: &Definition| {
        let sources = of_kind(definition, "source");
        sources[0]["op"]["source"]["attrs"]["local.excludepatterns"].as_str().map(str::to_owned)
    };
    let needs =
        |definition: &Definition| definition.metadata.values().any(|it| it.caps.iter().any(|cap| cap == COPY_PATTERNS));
    assert_eq!(exclusions(&old(".")).as_deref(), Some(r#"["**/*.log"]"#));
    assert!(!needs(&old(".")));
    // Patterns are those of the folder that is copied, the sender's those of the context. The folder may be a link, to files
    // that no pattern below its name reaches, so one that holds everywhere stays as it is.
    assert!(!needs(&old("part")));
    let folders = of_old(&filtered_by(&["**/*.py"], &["!keep", "**/*.log", "drop"], &["a/", "./b/c"]));
    assert_eq!(exclusions(&folders).as_deref(), Some(r#"["!a/keep","!b/c/keep","**/*.log","a/drop","b/c/drop"]"#));
    let sent = &of_kind(&folders, "source")[0]["op"]["source"]["attrs"]["local.includepattern"];
    assert_eq!(sent.as_str(), Some(r#"["a/**/*.py","b/c/**/*.py"]"#));
    let new = lowered(&filtered(".")).definition;
    assert!(exclusions(&new).is_none() && needs(&new));
}

#[test]
fn the_engine_asks_for_a_context_by_its_key_whatever_people_call_it() {
    let mut named =
        plan([stage("s", Input::Scratch { scratch: True }, [copy(copying(context_only(&[]), &["."], "/"))])]);
    for context in named.contexts.values_mut() {
        context.name = "what people call it".to_owned();
    }
    let found = of_kind(&lowered(&named).definition, "source");
    assert_eq!(found[0]["op"]["source"]["identifier"], "local://project", "{found:?}");
}

#[test]
fn the_config_is_the_bases_then_the_state_then_the_export() {
    let export = Export {
        labels: IndexMap::from([("own".to_owned(), "1".to_owned())]),
        entrypoint: vec!["/entry".to_owned()],
        env: vec!["LANG=de".to_owned(), "E=1".to_owned()],
        exposed_ports: IndexMap::from([("5000/tcp".to_owned(), Empty {})]),
        ..Export::default()
    };
    let stages =
        [stage("app", image("debian:12"), [env(&[("PATH", "/venv/bin"), ("A", "1")]), workdir("/src"), user("app")])];
    let plan = Plan { export, ..plan(stages) };
    let want = r#"{"architecture":"amd64","os":"linux","config":{"User":"nobody","ExposedPorts":{"5000/tcp":{},"80/tcp":{}},"Env":["PATH=/venv/bin","LANG=de","A=1","E=1"],"Entrypoint":["/entry"],"Cmd":["sh"],"WorkingDir":"/src","Labels":{"base":"yes","own":"1"},"Healthcheck":{"Test":["CMD","true"]},"OnBuild":[]},"author":"someone"}"#;
    assert_eq!(lowered(&plan).config.to_json(), want);
}

#[test]
fn without_the_bases_config_only_what_the_plan_sets_is_in_the_config() {
    let of = |source| lowered(&plan([stage("app", source, [run("true")])])).config.to_json();
    assert_eq!(of(image("unknown")), r#"{"architecture":"amd64","os":"linux","config":{}}"#);
    assert_eq!(of(context()), r#"{"architecture":"amd64","os":"linux","config":{"WorkingDir":"/"}}"#);
}

#[test]
fn an_empty_image_has_no_ops() {
    let plan = Plan {
        export: Export { user: Some("1:2".to_owned()), ..Export::default() },
        ..plan([stage("a", scratch(), [])])
    };
    let lowered = lowered(&plan);
    assert_eq!((lowered.definition.ops.len(), lowered.config.config.user.as_str()), (0, "1:2"));
    assert_eq!(to_json(&lowered.definition), "{\n \"ops\": [],\n \"source_infos\": [],\n \"has_source\": false\n}\n");
}

#[test]
fn what_cannot_be_lowered_is_said_all_at_once() {
    let with = |change: &dyn Fn(&mut Copy)| {
        let mut it = copying(context(), &["a"], "/a");
        change(&mut it);
        copy(it)
    };
    let plan = plan([stage(
        "app",
        from_stage("later"),
        [
            with(&|it| it.chown = Some("a:b:c".to_owned())),
            with(&|it| it.chown = Some(String::new())),
            with(&|it| it.chown = Some("4294967295".to_owned())),
            with(&|it| it.chmod = Some("u+x".to_owned())),
            with(&|it| it.chmod = Some("77777".to_owned())),
            with(&|it| it.from = image("No Image")),
            op(OperationKind::Exec(Exec { command: None, ..command("") })),
            layer("nowhere"),
        ],
    )]);
    assert_eq!(codes(&plan), ["E0905", "E0902", "E0902", "E0902", "E0903", "E0903", "E0904", "E0906", "E0905"]);
}

#[test]
fn variables_that_grow_without_measure_are_refused() {
    // Each would be gigabytes.
    let refused = |plan: &Plan| assert_eq!(codes(plan), ["E0907"]);
    let value = "value".repeat(100);
    let one = |number: usize| env(&[(&format!("NAME_{number}"), &value)]);
    let both = |number: usize| [one(number), run("true")];
    refused(&plan([stage("app", image("debian:12"), (0..20_000).flat_map(both))]));
    let chained = |number: usize| {
        let source = if number == 0 { image("debian:12") } else { from_stage(&(number - 1).to_string()) };
        stage(&number.to_string(), source, [one(number), workdir("/w")])
    };
    refused(&plan((0..20_000).map(chained)));
    let more = || IndexMap::from([("PATH".to_owned(), vec![format!("/opt/{value}")])]);
    let prepend = || op(OperationKind::Env(Env { prepend: more(), ..Env::default() }));
    refused(&plan([stage("app", image("debian:12"), (0..20_000).map(|_| prepend()))]));
}

#[test]
fn many_variables_and_few_commands_are_lowered() {
    let variables = (0..20_000).map(|number| env(&[(&format!("NAME_{number}"), "value")]));
    let definition = lowered(&plan([stage("app", image("debian:12"), variables.chain([run("env")]))])).definition;
    assert_eq!(of_kind(&definition, "exec")[0]["op"]["exec"]["meta"]["env"].as_array().expect("env").len(), 20_002);
}

#[test]
fn a_finding_says_where_it_is() {
    let origin =
        Origin { block: "b".to_owned(), file: "b.block".to_owned(), line: 4, column: 5, end_line: 4, end_column: 9 };
    let bad = copy(Copy { chmod: Some("rwx".to_owned()), ..copying(context(), &["a"], "/a") });
    let plan = plan([stage("app", scratch(), [Operation { origin: Some(origin), ..bad }])]);
    let found = lower(&plan, &options()).expect_err("a finding");
    assert_eq!(found[0].message, "`rwx` are no permissions, in stage `app` (b.block:4:5)");
}

#[test]
fn a_config_that_is_not_json_is_refused() {
    let found = ImageConfig::from_json("x", "{ \"config\": { \"Env\": \"A=1\" } }").expect_err("a finding");
    assert_eq!(found.code, code::LLB_IMAGE_CONFIG);
    assert!(ImageConfig::from_json("x", "{ \"config\": null }").is_ok());
}
