//! What the caller decides, over what `cogpack.toml` says.
#![expect(clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use cogpack::compile::{self, Compilation, Options};
use cogpack::resolve::{BaseChoice, Choices, ParamChoice};

const PYTHON: &[(&str, &[u8])] = &[("main.py", b""), ("requirements.txt", b"requests\n")];

fn compile(files: &[(&str, &[u8])], choices: Choices) -> Compilation {
    let project = support::project(files);
    let options = Options { choices, ..Options::default() };
    compile::directory(project.path(), &options).unwrap_or_else(|failure| panic!("{failure}"))
}

fn with(more: &[(&'static str, &'static [u8])]) -> Vec<(&'static str, &'static [u8])> {
    PYTHON.iter().chain(more).copied().collect()
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn has(compiled: &Compilation, block: &str) -> bool {
    compiled.metadata.blocks.iter().any(|name| name == block)
}

#[test]
fn of_two_that_provide_the_same_the_first_of_the_list_takes_part() {
    let compiled = compile(PYTHON, Choices::default());
    assert!(has(&compiled, "uv") && !has(&compiled, "pip"));
    let decision = compiled.metadata.trace.blocks.iter().find(|decision| decision.name == "pip").unwrap();
    assert_eq!((decision.chosen, decision.reason.as_str()), (false, "`uv` provides the same"));
}

#[test]
fn one_that_is_named_goes_before_the_list() {
    let compiled = compile(PYTHON, Choices { with: names(&["pip"]), ..Choices::default() });
    assert!(has(&compiled, "pip") && !has(&compiled, "uv"));
    let compiled = compile(PYTHON, Choices { without: names(&["uv"]), ..Choices::default() });
    assert!(has(&compiled, "pip") && !has(&compiled, "uv"));
}

#[test]
fn one_block_says_what_the_image_starts() {
    let compiled = compile(PYTHON, Choices::default());
    assert!(has(&compiled, "python-app") && !has(&compiled, "cog"));
    let compiled = compile(PYTHON, Choices { with: names(&["cog", "cog-sdk"]), ..Choices::default() });
    assert!(has(&compiled, "cog") && !has(&compiled, "python-app"));
    assert_eq!(compiled.plan.export.cmd, ["python", "-m", "cog.server.http"]);
    let own = b"block mine { provides program export { cmd [\"./start\"] } }";
    let compiled = compile(&with(&[("blocks/mine.block", own)]), Choices::default());
    assert_eq!(compiled.plan.export.cmd, ["./start"]);
}

#[test]
fn the_projects_block_goes_before_the_stacks() {
    let own = b"block mine { provides python-packages }";
    let compiled = compile(&with(&[("blocks/mine.block", own)]), Choices::default());
    assert!(has(&compiled, "mine") && !has(&compiled, "uv") && !has(&compiled, "pip"));
}

#[test]
fn the_caller_goes_over_the_file() {
    let files = with(&[("cogpack.toml", b"with = [\"pip\"]\nwithout = [\"uv\"]\n")]);
    assert!(has(&compile(&files, Choices::default()), "pip"));
    let other = Choices { with: names(&["uv"]), without: names(&["pip"]), ..Choices::default() };
    let compiled = compile(&files, other);
    assert!(has(&compiled, "uv") && !has(&compiled, "pip"));
}

#[test]
fn what_ships_and_is_not_of_this_stack_may_be_left_out_and_set() {
    let own = b"stack own { blocks [] }";
    let settings = b"without = [\"uv\"]\n[params.uv]\nlink_mode = \"copy\"\n";
    let compiled = compile(&[("blocks/own.block", own), ("cogpack.toml", settings)], Choices::default());
    assert_eq!(compiled.metadata.stack, "own");
}

#[test]
fn set_goes_over_the_file_and_the_last_one_counts() {
    let set = |value: &str| ParamChoice { block: "uv".into(), param: "link_mode".into(), value: value.into() };
    let files = with(&[("cogpack.toml", b"[params.uv]\nlink_mode = \"symlink\"\n")]);
    let mode = |choices| {
        let plan = format!("{:?}", compile(&files, choices).plan);
        ["symlink", "hardlink", "clone"].into_iter().find(|mode| plan.contains(&format!("UV_LINK_MODE={mode}")))
    };
    assert_eq!(mode(Choices::default()), Some("symlink"));
    assert_eq!(mode(Choices { set: vec![set("clone"), set("hardlink")], ..Choices::default() }), Some("hardlink"));
}

#[test]
fn a_stack_that_replaces_the_shipped_one_is_told() {
    let own = b"stack python { blocks [source] }";
    let compiled = compile(&with(&[("blocks/own.block", own)]), Choices::default());
    assert_eq!(compiled.metadata.blocks, ["source"]);
    assert!(compiled.metadata.trace.stacks[0].reason.contains("instead of the shipped one"));
}

#[test]
fn every_requirement_keeps_its_origin() {
    let files: &[(&str, &[u8])] = &[
        ("cog.yaml", b"build:\n  python_version: \"3.12\"\n"),
        ("pyproject.toml", b"[project]\nname = \"x\"\nversion = \"1\"\nrequires-python = \">=3.10\"\n"),
        (".python-version", b"3.11\n"),
        ("blocks/mine.block", b"block mine { depends { python = \"<3.14\" } }"),
    ];
    let compiled = compile(files, Choices::default());
    let python = &compiled.metadata.dependencies["python"];
    assert!(python.version.as_ref().unwrap().starts_with("3.12."), "cog.yaml chooses, not .python-version");
    let origins: Vec<_> = python.requirements.iter().map(|asked| asked.origin.as_str()).collect();
    assert_eq!(origins, ["blocks/mine.block:1", "cog.yaml:2", "pyproject.toml:4"]);
}

const GPU: &[(&str, &[u8])] =
    &[("cog.yaml", b"build: {gpu: true, python_version: '3.11'}\n"), ("requirements.txt", b"torch\n")];

fn on(build: &str, runtime: Option<&str>) -> Choices {
    let base = Some(BaseChoice { build: build.into(), runtime: runtime.map(str::to_owned) });
    Choices { base, ..Choices::default() }
}

#[test]
fn a_base_image_that_is_named_decides_what_is_built_for() {
    let compiled = compile(GPU, on("cuda-12.4.1-cudnn9-devel-ubuntu22.04", None));
    let metadata = &compiled.metadata;
    assert_eq!(metadata.base_image.build, "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04");
    assert_eq!(metadata.base_image.runtime, "nvidia/cuda:12.4.1-base-ubuntu22.04");
    assert_eq!(metadata.dependencies["torch"].build.as_deref(), Some("cu124"));
    let compiled = compile(GPU, on("nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04", Some("registry.example/ours:1")));
    assert_eq!(compiled.metadata.base_image.runtime, "registry.example/ours:1");
    assert_eq!(compiled.metadata.dependencies["torch"].build.as_deref(), Some("cu121"));
}

#[test]
fn a_base_image_of_which_nothing_is_known_gets_all_that_is_needed() {
    let compiled = compile(PYTHON, on("registry.example/ours:1", None));
    assert_eq!(compiled.metadata.base_image.build, "registry.example/ours:1");
    assert!(compiled.plan.stages.iter().any(|stage| stage.id == "python-install"));
    assert!(compiled.image_configs.is_empty(), "the engine knows its config");
    let files = with(&[("cogpack.toml", b"base = \"python-3.12-slim\"\n")]);
    let compiled = compile(&files, Choices::default());
    assert_eq!(compiled.metadata.base_image.build, "docker.io/library/python:3.12-slim");
    assert_eq!(compiled.metadata.dependencies["python"].version.as_deref(), Some("3.12.11"));
}

#[test]
fn a_base_image_of_docker_hub_is_known_however_it_is_spelled() {
    for name in ["python:3.12-slim", "library/python:3.12-slim", "docker.io/library/python:3.12-slim"] {
        let compiled = compile(PYTHON, on(name, None));
        assert_eq!(compiled.metadata.base_image.build, "docker.io/library/python:3.12-slim", "{name}");
        assert_eq!(compiled.metadata.dependencies["python"].version.as_deref(), Some("3.12.11"), "{name}");
    }
    let compiled = compile(GPU, on("docker.io/nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", None));
    assert_eq!(compiled.metadata.dependencies["torch"].build.as_deref(), Some("cu124"));
}
