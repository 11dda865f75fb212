//! `cogpack lock`, `--locked`, `plan --why` and `explain --detect`: what they write and print.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "the test reads what was written")]

mod support;

use std::io::{BufRead as _, Write as _};
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
    assert_eq!(run(&["lock", "--offline"], project).0, Some(0));
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

const DIGEST: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";

/// A registry on this machine that has every image, with one digest, and answers so many requests: its address.
fn registry(requests: usize) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answers = std::thread::spawn(move || {
        let answer = |_| {
            let (mut stream, _) = listener.accept().unwrap();
            let lines = std::io::BufReader::new(&mut stream).lines().map(Result::unwrap);
            let asked: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0";
            write!(stream, "{head}\r\ndocker-content-digest: {DIGEST}\r\n\r\n").unwrap();
            asked[0].clone()
        };
        (0..requests).map(answer).collect()
    });
    (address, answers)
}

/// A service on images of a registry: one to build on, one to run on.
fn service(registry: &str) -> tempfile::TempDir {
    let image = |name: &str| {
        format!(
            "[[image]]\nname = \"{name}\"\nreference = \"{registry}/{name}:3\"\nplatforms = [\"linux/amd64\"]\n\
             env = [\"LANG=C.UTF-8\"]\n[image.packages]\npython = {{ version = \"3.12.11\", path = \"/usr/bin/python3\" }}\n\
             uv = {{ version = \"0.9.0\" }}\n"
        )
    };
    let settings = format!("base = {{ build = \"one\", runtime = \"two\" }}\n{}{}", image("one"), image("two"));
    support::project(&[("main.py", b""), ("requirements.txt", b"pillow\n"), ("cogpack.toml", settings.as_bytes())])
}

#[test]
fn images_start_from_the_digests_that_were_locked_and_no_registry_is_asked_again() {
    let (address, answers) = registry(2);
    let folder = service(&address);
    let project = folder.path();
    assert_eq!(run(&["lock", "-q"], project), (Some(0), String::new(), String::new()));
    let mut asked = answers.join().unwrap();
    asked.sort();
    assert_eq!(asked, ["HEAD /v2/one/manifests/3 HTTP/1.1", "HEAD /v2/two/manifests/3 HTTP/1.1"]);
    let lock = project.join("cogpack.lock");
    let text = std::fs::read_to_string(&lock).unwrap();
    insta::assert_snapshot!(text.replace(&address, "REGISTRY"));

    let (code, plan, told) = run(&["plan", "--locked"], project);
    assert_eq!((code, told.as_str()), (Some(0), ""));
    insta::assert_snapshot!(plan.replace(&address, "REGISTRY"));
    let (code, llb, _) = run(&["compile", "--emit", "llb-json"], project);
    assert_eq!(code, Some(0));
    for name in ["one", "two"] {
        assert!(llb.contains(&format!("docker-image://{address}/{name}:3@{DIGEST}")), "{llb}");
    }
    // What is known of an image is known of it by its digest, too.
    let (_, config, _) = run(&["compile", "--emit", "image-config"], project);
    assert!(config.contains("LANG=C.UTF-8"), "{config}");

    // The registry is gone: the lock is left as it is.
    let (code, _, told) = run(&["lock", "--format", "short"], project);
    assert_eq!((code, told.matches("error[E1308]").count()), (Some(1), 2), "{told}");
    assert_eq!(std::fs::read_to_string(&lock).unwrap(), text);
    let (_, _, told) = run(&["lock"], project);
    assert!(told.contains("`cogpack lock --offline`"), "{told}");
}

#[test]
fn a_lock_with_digests_must_have_those_of_all_images_and_no_others() {
    let folder = service("registry.example");
    let project = folder.path();
    assert_eq!(run(&["lock", "--offline"], project).0, Some(0));
    assert_eq!(run(&["plan", "--locked"], project).0, Some(0));
    let lock = project.join("cogpack.lock");
    let versions = std::fs::read_to_string(&lock).unwrap();
    let write = |digests: &str| std::fs::write(&lock, format!("{versions}\n[digests]\n{digests}")).unwrap();
    write(&format!("\"registry.example/one:3\" = \"{DIGEST}\"\n\"registry.example/one:2\" = \"{DIGEST}\"\n"));
    let (code, _, told) = run(&["plan", "--locked", "--format", "short"], project);
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(told);
    let (code, plan, _) = run(&["plan"], project);
    assert_eq!(code, Some(0));
    assert!(plan.contains(&format!("registry.example/one:3@{DIGEST}")), "{plan}");
    write("\"registry.example/one:3\" = \"latest\"\n");
    let (code, _, told) = run(&["plan", "--format", "short"], project);
    assert_eq!(code, Some(1));
    assert!(told.contains("E0861") && told.contains("no digest of `registry.example/one:3`"), "{told}");
    let (code, printed, told) = run(&["lock", "--offline"], project);
    assert_eq!((code, printed.as_str()), (Some(0), ""), "it is written anew: {told}");
    assert!(told.starts_with("wrote ") && told.ends_with("cogpack.lock\n"), "{told}");
}

#[test]
fn why_leads_from_a_name_to_the_file_that_asks() {
    let folder = model();
    let mut all = String::new();
    for name in ["Torch", "pillow", "cuda", "uv-sync", "apt", "source", "/venv", "/src/predict.py"] {
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
        ("", "name a package, a block, a stage, a phase, or an absolute path"),
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
