//! The command as people and scripts use it: exit codes, streams, files.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::disallowed_methods, reason = "the test looks at the files that commands write")]

mod support;

use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};

const MODEL: &[(&str, &[u8])] = &[
    ("cog.yaml", b"build:\n  python_version: \"3.12\"\nrun: run.py:Runner\n"),
    ("run.py", b"class Runner:\n    def run(self, text: str) -> str:\n        return text\n"),
];

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn run_in(directory: &Path, args: &[&str]) -> Output {
    support::cogpack().current_dir(directory).args(args).output().unwrap()
}

#[test]
fn compile_prints_the_plan_and_nothing_else_on_stdout() {
    let project = support::project(MODEL);
    let output = run_in(project.path(), &["compile"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    let plan: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(plan["version"], 1);
    assert!(!stdout(&output).contains(&*project.path().to_string_lossy()), "no host paths in a plan");
}

#[test]
fn the_project_is_looked_for_upwards() {
    let project = support::project(MODEL);
    let below = project.path().join("a/b");
    std::fs::create_dir_all(&below).unwrap();
    let (here, above) = (run_in(&below, &["compile"]), run_in(project.path(), &["compile"]));
    assert_eq!(here.status.code(), Some(0), "{}", stderr(&here));
    assert_eq!(stdout(&here), stdout(&above));
}

#[test]
fn a_mistake_in_the_project_is_exit_1_and_leaves_the_output_file_alone() {
    let project = support::project(&[("cog.yaml", b"build:\n  gpuu: true\n")]);
    let file = project.path().join("plan.json");
    std::fs::write(&file, "before").unwrap();
    let output = run_in(project.path(), &["compile", "-o", "plan.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("did you mean `gpu`?"), "{}", stderr(&output));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "before");
}

#[test]
fn bad_usage_is_exit_2_with_what_to_do() {
    let project = support::project(MODEL);
    let calls: &[(&[&str], &str)] = &[
        (&["compile", "--emit=nothing"], "possible values"),
        (&["compile", "no-such-folder"], "no-such-folder"),
        (&["compile", "--set", "uv"], "--set BLOCK.PARAM=VALUE"),
        (&["compile", "--platform", "plan9/mips"], "linux/amd64"),
        (&["compile", "--plan", "missing.json"], "missing.json"),
        (&["explain", "E9999"], "cogpack explain"),
        (&["blocks", "pyton"], "did you mean `python`?"),
        (&["frobnicate"], "unrecognized"),
        (&["push"], "`cogpack push NAME`"),
        (&["exec"], "`cogpack run -- CMD`"),
        (&["predict", "./no-such-folder"], "there is no file or directory"),
        (&["predict", "My Model"], "names of images are in lower case"),
        (&["predict", "--gpus", "some"], "`device=0,1`"),
        (&["predict", "-e", "=x"], "`--env NAME=VALUE`"),
        (&["predict", "--json", "no-such-file"], "cannot read `no-such-file`"),
        (&["run"], "CMD"),
        (&["build", "--load"], "cogpack build -t NAME"),
        (&["build", "-t", "Model"], "names are in lower case: `model`"),
        (&["build", "-o", "type=oic,dest=x"], "did you mean `oci`?"),
        (&["build", "--cache-to", "type=registry,ref=a,mode=mxa"], "did you mean `max`?"),
        (&["build", "--secret", "id=x,src=no-such-file"], "no such file"),
        (&["compile", "--platform", "linux/amd64,linux/arm64"], "name one `--platform`"),
        (&["lint"], "`cogpack check` finds"),
        (&["compile", "-o", "no-such-folder/plan.json"], "its folder does not exist"),
        (&["compile", "-o", "."], "it is a directory"),
    ];
    for (args, expected) in calls {
        let output = run_in(project.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{args:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{args:?}");
    }
}

#[test]
fn what_predicts_nothing_is_told_before_anything_starts() {
    let config: &[u8] = b"build:\n  python_version: \"3.11\"\n";
    let project = support::project(&[("cog.yaml", config), ("main.py", b"print()\n")]);
    for command in ["predict", "train"] {
        let output = run_in(project.path(), &[command, "-i", "s=a"]);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).contains("error[E1210]"), "{}", stderr(&output));
    }
}

#[test]
fn names_from_the_command_line_get_suggestions() {
    let project = support::project(MODEL);
    for (args, expected) in [
        (["--stack", "pyton"], "did you mean `python`?"),
        (["--without", "sorce"], "did you mean `source`?"),
        (["--set", "uv.link_moed=copy"], "did you mean `link_mode`?"),
        (["--set", "uv-tool.sorce=pypi"], "did you mean `source`?"),
    ] {
        let output = run_in(project.path(), &["compile", args[0], args[1]]);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(stderr(&output).contains(expected), "{args:?}: {}", stderr(&output));
    }
}

#[test]
fn a_param_changes_the_plan() {
    let project = support::project(MODEL);
    let plan = stdout(&run_in(project.path(), &["compile", "--set", "uv-tool.source=pypi"]));
    assert!(plan.contains("pip install"), "{plan}");
    assert!(!plan.contains("ghcr.io/astral-sh/uv"), "{plan}");
}

#[test]
fn a_plan_that_is_read_lowers_to_what_its_project_does() {
    let project = support::project(MODEL);
    assert!(run_in(project.path(), &["compile", "-o", "plan.json"]).status.success());
    let again = run_in(project.path(), &["compile", "--plan", "plan.json"]);
    assert_eq!(stdout(&again), std::fs::read_to_string(project.path().join("plan.json")).unwrap());
    let config =
        |args: &[&str]| stdout(&run_in(project.path(), &[&["compile", "--emit", "image-config"], args].concat()));
    assert_eq!(config(&["--plan", "plan.json"]), config(&[]));
    // The texts of blocks are not in a plan, so only what is built is the same.
    let digests = |args: &[&str]| {
        let output = run_in(project.path(), &[&["compile", "--emit", "llb-json"], args].concat());
        let definition: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
        let ops = definition["ops"].as_array().unwrap();
        ops.iter().map(|op| op["digest"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(digests(&["--plan", "plan.json"]), digests(&[]));
    assert!(run_in(project.path(), &["compile", "--plan", "plan.json", "--emit", "llb"]).status.success());
}

#[test]
fn findings_are_documents_for_machines() {
    let project = support::project(&[("cog.yaml", b"build:\n  gpuu: true\n")]);
    for (format, key) in [("json", "diagnostics"), ("sarif", "runs")] {
        let output = run_in(project.path(), &["check", "--format", format]);
        assert_eq!(output.status.code(), Some(1));
        let document: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert!(document[key].as_array().is_some_and(|found| !found.is_empty()), "{document}");
    }
    let short = run_in(project.path(), &["check", "--format", "short"]);
    assert!(stderr(&short).starts_with("cog.yaml:2:3: error["), "{}", stderr(&short));
}

#[test]
fn check_says_when_nothing_is_wrong() {
    let project = support::project(MODEL);
    let output = run_in(project.path(), &["check"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "no problems found\n");
    assert_eq!(stderr(&run_in(project.path(), &["check", "--quiet"])), "");
}

#[test]
fn check_warns_of_large_files_that_are_no_weights() {
    let project = support::project(MODEL);
    let file = std::fs::File::create(project.path().join("model.safetensors")).unwrap();
    file.set_len(300 << 20).unwrap();
    let output = run_in(project.path(), &["check"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let told = stderr(&output);
    assert!(told.contains("warning[E0513]") && told.contains("`model.safetensors` (0.3 GB)"), "{told}");
    std::fs::write(project.path().join(".dockerignore"), "*.safetensors\n").unwrap();
    assert_eq!(stderr(&run_in(project.path(), &["check"])), "no problems found\n");
}

#[test]
fn check_takes_block_files_alone() {
    let project = support::project(&[
        ("good.block", b"block good { detect { exists(\"x\") } }"),
        ("bad.block", b"block bad { detect { nothing } }"),
    ]);
    assert_eq!(run_in(project.path(), &["check", "good.block"]).status.code(), Some(0));
    let bad = run_in(project.path(), &["check", "bad.block"]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(stderr(&bad).contains("bad.block"), "{}", stderr(&bad));
}

#[test]
fn fmt_formats_checks_and_shows_the_difference() {
    let project = support::project(&[("blocks/a.block", b"block a {detect {exists( \"x\" )}}\n")]);
    let file = project.path().join("blocks/a.block");
    let before = std::fs::read_to_string(&file).unwrap();
    let check = run_in(project.path(), &["fmt", "--check", "blocks"]);
    assert_eq!(check.status.code(), Some(1));
    assert!(stderr(&check).contains("would format"), "{}", stderr(&check));
    let diff = run_in(project.path(), &["fmt", "--diff", "blocks/a.block"]);
    assert!(stdout(&diff).contains("\n-block a {detect"), "{}", stdout(&diff));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before, "--check and --diff change nothing");
    assert_eq!(run_in(project.path(), &["fmt", "blocks"]).status.code(), Some(0));
    assert_ne!(std::fs::read_to_string(&file).unwrap(), before);
    assert_eq!(run_in(project.path(), &["fmt", "--check", "blocks"]).status.code(), Some(0));
}

#[test]
fn fmt_takes_the_block_files_of_a_folder_and_of_the_folders_in_it() {
    let project = support::project(&[
        ("cogpack.toml", b"blocks = [\"tools\", \"own/a.block\"]\n"),
        ("tools/a.block", b"block   tool { }"),
        ("own/a.block", b"block   own { }"),
        ("own/.hidden/b.block", b"block   hidden { }"),
    ]);
    let check = |args: &[&str]| stderr(&run_in(project.path(), &[&["fmt", "--check"], args].concat()));
    assert_eq!(check(&["."]).matches("would format").count(), 2, "{}", check(&["."]));
    assert_eq!(check(&[]).matches("would format").count(), 2, "{}", check(&[]));
}

#[test]
fn fmt_reads_stdin_and_leaves_broken_files_alone() {
    let mut child = support::cogpack().args(["fmt", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"block a {detect {exists( \"x\" )}}").unwrap();
    let formatted = child.wait_with_output().unwrap();
    assert!(stdout(&formatted).contains("exists(\"x\")"), "{}", stdout(&formatted));
    let project = support::project(&[("broken.block", b"block {")]);
    let output = run_in(project.path(), &["fmt", "broken.block"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(std::fs::read(project.path().join("broken.block")).unwrap(), b"block {");
}

#[test]
fn a_plan_is_read_from_stdin() {
    let compile = |plan: &[u8]| {
        let mut command = support::cogpack();
        command.args(["compile", "--plan", "-", "--emit", "llb-json"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(plan).unwrap();
        child.wait_with_output().unwrap()
    };
    let plan = br#"{"platform": {"os": "linux", "arch": "amd64"}, "stages": [{"id": "a", "source": {"scratch": true},
        "operations": [{"dest": "/made", "data": "aGVsbG8K"}]}]}"#;
    let compiled = compile(plan);
    assert!(compiled.status.success() && stdout(&compiled).contains("/made"), "{}", stderr(&compiled));
    let broken = compile(b"{");
    assert_eq!((broken.status.code(), stderr(&broken).contains("standard input:1:1")), (Some(1), true));
}

#[test]
fn options_that_people_know_from_docker_say_what_to_write() {
    let project = support::project(&[("cog.yaml", b"")]);
    let said = |args: &[&str]| stderr(&run_in(project.path(), &[&["build"], args].concat()));
    for (args, help) in [
        (&["--build-arg", "A=1"][..], "--set BLOCK.PARAM=VALUE"),
        (&["--target", "x"], "--without BLOCK"),
        (&["--label", "a=b"], "`export` sets labels"),
        (&["https://git.example/a.git"], "clone or unpack it"),
        (&["cog.yaml"], "give the directory that it is in: `.`"),
        (&[".", "--context", "a=b"], "add `--plan FILE`"),
    ] {
        assert!(said(args).contains(help), "{args:?}: {}", said(args));
    }
}

#[test]
fn fmt_says_when_there_is_nothing_to_format() {
    let project = support::project(&[("main.py", b""), ("empty/note.txt", b"")]);
    let own = run_in(project.path(), &["fmt"]);
    assert_eq!((own.status.code(), stderr(&own).contains("this project has no block files")), (Some(0), true));
    assert_eq!(stderr(&run_in(project.path(), &["fmt", "empty"])), "`empty` has no files called `*.block`\n");
}

#[test]
fn a_file_in_another_encoding_is_told_with_what_to_do() {
    let project = support::project(&[("a.block", b"\xff\xfeb\0l\0")]);
    let output = run_in(project.path(), &["check", "a.block"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("save it as UTF-8"), "{}", stderr(&output));
}

#[test]
fn blocks_lists_shows_and_prints_json() {
    let project = support::project(&[("main.py", b""), ("blocks/own.block", b"## Mine.\nblock own { }\n")]);
    let list = stdout(&run_in(project.path(), &["blocks"]));
    assert!(list.starts_with("own"), "the project's first: {list}");
    assert!(list.contains("uv-tool"), "{list}");
    let page = stdout(&run_in(project.path(), &["blocks", "uv"]));
    assert!(page.contains("link_mode: string = \"copy\""), "{page}");
    assert!(
        list.contains("run-commands    The commands of cog.yaml: `build.run` and `build.pre_install`.\n"),
        "{list}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&stdout(&run_in(project.path(), &["blocks", "--json"]))).unwrap();
    assert_eq!(json[0]["name"], "own");
}

#[test]
fn explain_prints_pages_and_lists_codes() {
    let page = stdout(&support::run(&["explain", "e0101"]));
    assert!(page.contains("E0101"), "{page}");
    assert!(stdout(&support::run(&["explain"])).lines().count() > 100);
}

#[test]
fn diff_tells_what_changed_between_projects() {
    let old = support::project(MODEL);
    let new = support::project(MODEL);
    std::fs::write(new.path().join("requirements.txt"), "numpy==2.2.1\n").unwrap();
    let paths = [old.path().to_string_lossy().into_owned(), new.path().to_string_lossy().into_owned()];
    let same = support::run(&["diff", &paths[0], &paths[0]]);
    assert_eq!((same.status.code(), stdout(&same).as_str()), (Some(0), ""));
    let output = support::run(&["diff", "--exit-code", &paths[0], &paths[1]]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("+ stage uv-sync"), "{}", stdout(&output));
    let json: serde_json::Value =
        serde_json::from_str(&stdout(&support::run(&["diff", "--json", &paths[0], &paths[1]]))).unwrap();
    assert!(json.is_object());
}

#[test]
fn init_starts_a_project_that_compiles_and_never_overwrites() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run_in(folder.path(), &["init"]).status.code(), Some(0));
    assert_eq!(run_in(folder.path(), &["init", "--block", "hello"]).status.code(), Some(0));
    let plan = run_in(folder.path(), &["compile"]);
    assert_eq!(plan.status.code(), Some(0), "{}", stderr(&plan));
    assert!(stdout(&plan).contains("hello-greet"));
    std::fs::write(folder.path().join("cog.yaml"), "mine").unwrap();
    assert_eq!(run_in(folder.path(), &["init"]).status.code(), Some(2));
    assert_eq!(run_in(folder.path(), &["init", "--block", "hello"]).status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(folder.path().join("cog.yaml")).unwrap(), "mine");
    assert_eq!(run_in(folder.path(), &["init", "--block", "../x"]).status.code(), Some(2));
    let elsewhere = run_in(folder.path(), &["init", "a project"]);
    assert!(stderr(&elsewhere).ends_with("`cogpack predict 'a project' -i s=world`\n"), "{}", stderr(&elsewhere));
    let linked = folder.path().join("linked");
    std::fs::create_dir(&linked).unwrap();
    std::os::unix::fs::symlink("nowhere", linked.join("run.py")).unwrap();
    assert_eq!(run_in(&linked, &["init"]).status.code(), Some(2));
    assert!(!linked.join("cog.yaml").exists());
}

#[test]
fn push_tells_what_is_wrong_with_the_name_in_the_config() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("cog.yaml"), "image: Team/Model\n").unwrap();
    let wrong = run_in(folder.path(), &["push"]);
    assert_eq!(wrong.status.code(), Some(1), "{}", stderr(&wrong));
    assert!(stderr(&wrong).contains("E0540"), "{}", stderr(&wrong));
    std::fs::write(folder.path().join("cog.yaml"), "build: {}\n").unwrap();
    let unnamed = run_in(folder.path(), &["push"]);
    assert_eq!(unnamed.status.code(), Some(2));
    assert!(stderr(&unnamed).contains("nothing says where the image goes"), "{}", stderr(&unnamed));
}

#[test]
fn a_prediction_that_could_not_be_written_is_told_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run_in(folder.path(), &["init"]).status.code(), Some(0));
    for (place, why) in [("missing/out.png", "its folder does not exist"), (".", "it is a directory")] {
        let output = run_in(folder.path(), &["predict", "-i", "s=a", "-o", place]);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).starts_with(&format!("error: cannot write `{place}`: {why}\n")), "{}", stderr(&output));
    }
}

#[test]
fn what_says_how_a_project_is_built_is_refused_for_an_image() {
    let folder = tempfile::tempdir().unwrap();
    for option in ["--platform=linux/arm64", "--no-cache", "--set=python.version=3.11", "--secret=id=a"] {
        let output = run_in(folder.path(), &["predict", "some-image", option]);
        assert_eq!(output.status.code(), Some(2), "{option}: {}", stderr(&output));
        assert!(stderr(&output).contains("`some-image` is an image"), "{option}: {}", stderr(&output));
    }
}

#[test]
fn output_that_cannot_be_written_is_no_success() {
    let Ok(full) = std::fs::File::options().write(true).open("/dev/full") else { return };
    let output = support::cogpack().arg("explain").stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).starts_with("error: cannot write standard output: no space left"), "{}", stderr(&output));
}

#[test]
fn init_says_what_a_new_block_does() {
    let folder = support::project(&[("main.py", b"")]);
    let told = |name: &str| stderr(&run_in(folder.path(), &["init", "--block", name]));
    assert!(told("hello").contains("it takes part in the next"), "{}", told("other"));
    assert!(told("uv").contains("it takes the place of the block `uv` that ships"));
    assert!(told("base").contains("`base` cannot be a block's name"));
    assert!(!folder.path().join("blocks/base.block").exists());
    std::fs::write(folder.path().join("cogpack.toml"), "blocks = ['tools']").unwrap();
    std::fs::create_dir(folder.path().join("tools")).unwrap();
    assert!(told("late").contains("add `blocks/late.block` to its `blocks`"));
}

#[test]
fn completions_are_printed_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(stdout(&support::run(&["completions", shell])).contains("cogpack"), "{shell}");
    }
}

#[test]
fn verbose_says_what_the_passes_do_on_stderr_only() {
    let project = support::project(MODEL);
    let quiet = run_in(project.path(), &["compile"]);
    let verbose = run_in(project.path(), &["compile", "-v"]);
    assert_eq!(stdout(&verbose), stdout(&quiet));
    assert!(stderr(&verbose).contains("stack"), "{}", stderr(&verbose));
    let debug =
        support::cogpack().current_dir(project.path()).arg("compile").env("COGPACK_DEBUG", "1").output().unwrap();
    assert!(stderr(&debug).lines().count() > stderr(&verbose).lines().count(), "{}", stderr(&debug));
}
