//! `cogpack lock`, `--locked`, `plan --why` and `explain --detect`: what they write and print.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "the test reads what was written")]

mod support;

use std::path::Path;

fn run(args: &[&str], project: &Path) -> (Option<i32>, String, String) {
    let args: Vec<&str> = args.iter().copied().chain([project.to_str().unwrap()]).collect();
    let output = support::run(&args);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn model() -> tempfile::TempDir {
    support::project(&[
        ("cog.yaml", b"build: {gpu: true, python_version: '3.12'}\n"),
        ("requirements.txt", b"pillow\ntorch==2.5.1\n"),
    ])
}

#[test]
fn what_was_locked_is_what_is_chosen_until_something_changes() {
    let folder = model();
    let project = folder.path();
    let (code, _, told) = run(&["plan", "--locked", "--format", "short"], project);
    assert_eq!((code, told.as_str()), (Some(1), "error[E0861]: the project has no `cogpack.lock`\n"));
    assert_eq!(run(&["lock"], project), (Some(0), String::new(), String::new()));
    insta::assert_snapshot!(std::fs::read_to_string(project.join("cogpack.lock")).unwrap());
    let (code, _, told) = run(&["plan", "--locked"], project);
    assert_eq!((code, told), (Some(0), String::new()));
    std::fs::write(project.join("requirements.txt"), "torch==2.4.1\ntorchvision\n").unwrap();
    let (code, _, told) = run(&["plan", "--locked", "--format", "short"], project);
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(told);
}

#[test]
fn a_lock_of_another_form_is_refused() {
    let folder = model();
    std::fs::write(folder.path().join("cogpack.lock"), "form = \"9\"\n").unwrap();
    let (code, _, told) = run(&["plan", "--locked", "--format", "short"], folder.path());
    assert_eq!(code, Some(1));
    assert!(told.contains("`cogpack.lock` is not written in form 1"), "{told}");
}

#[test]
fn why_leads_from_a_name_to_the_file_that_asks() {
    let folder = model();
    let mut all = String::new();
    for name in ["Torch", "pillow", "cuda", "uv-sync", "/venv", "/src/predict.py"] {
        let (code, printed, _) = run(&["plan", "--why", name], folder.path());
        assert_eq!(code, Some(0), "{name}");
        all.push_str(&format!("--- {name}\n{printed}"));
    }
    insta::assert_snapshot!(all);
    let (code, _, told) = run(&["plan", "--why", "torhc"], folder.path());
    assert_eq!(code, Some(2));
    assert!(told.contains("did you mean `torch`?"), "{told}");
}

#[test]
fn a_name_that_nothing_has_is_told_what_to_ask_instead() {
    let folder = model();
    for (name, instead) in [
        ("", "name a package, a stage, a phase, or an absolute path"),
        ("./predict.py", "did you mean `/src/predict.py`?"),
        ("/opt/nothing", "it is in the base image nvidia/cuda:"),
    ] {
        let (code, printed, told) = run(&["plan", "--why", name], folder.path());
        assert_eq!((code, printed.as_str()), (Some(2), ""), "{name}");
        assert!(told.contains(instead), "{name}: {told}");
    }
    let (_, short, _) = run(&["plan", "--why", "build.framework-deps"], folder.path());
    let (_, long, _) = run(&["plan", "--why", "build.03-framework-deps"], folder.path());
    assert!(short.contains("stage torch-install ") && short == long, "{short}");
    let (_, _, told) = run(&["plan", "--base", "cuda-12.4.1"], folder.path());
    assert!(told.contains("did you mean one of these: `cuda-12.4.1-cudnn9-devel-ubuntu22.04`"), "{told}");
}

#[test]
fn detect_tells_each_predicate_and_what_decided_it() {
    let folder = model();
    let output = support::run(&["explain", "--detect", folder.path().to_str().unwrap()]);
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout));
}
