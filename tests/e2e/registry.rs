//! Images of a real registry → what is known of them, and how it differs from what is said of them.

use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;

use crate::cogpack::command;
use crate::engine::{self, Engine, skip};

const PLATFORM: &str = if cfg!(target_arch = "aarch64") { "linux/arm64" } else { "linux/amd64" };

fn run(engine: &Engine, project: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command(engine).args(arguments).current_dir(project).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn an_image_of_a_registry_is_read_and_compared_with_what_is_said_of_it() {
    let Some(engine) = engine::docker_26() else { return };
    let Some(registry) = &engine.registry else { return skip("images of a registry: there is none") };
    let project = TempDir::new().unwrap();
    let reference = format!("{registry}/library/python:3.13-slim");

    let inspect = ["images", "inspect", &reference, "--platform", PLATFORM];
    let (code, printed, said) = run(&engine, project.path(), &[&inspect[..], &["--json"]].concat());
    assert_eq!((code, said.as_str()), (Some(0), ""));
    let document: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(document["reference"], reference);
    assert!(document["digest"].as_str().unwrap().starts_with("sha256:"));
    let python = document["packages"]["python"]["version"].as_str().unwrap();
    assert!(python.starts_with("3.13."), "{python}");
    let debian = document["packages"].as_object().unwrap().iter().filter(|(name, _)| name.starts_with("apt:"));
    assert!(debian.clone().count() > 20, "{printed}");
    assert!(debian.into_iter().all(|(_, package)| package["source"] == "dpkg" && package["version"].is_string()));

    let (code, printed, said) = run(&engine, project.path(), &inspect);
    assert_eq!(code, Some(0), "{said}");
    let verify = ["images", "verify", &reference, &reference, "--platform", PLATFORM];
    std::fs::write(project.path().join("cogpack.toml"), &printed).unwrap();
    let (code, _, said) = run(&engine, project.path(), &verify);
    assert_eq!(code, Some(0), "{said}");
    std::fs::write(project.path().join("cogpack.toml"), printed.replace(python, "3.13.999")).unwrap();
    let (code, _, said) = run(&engine, project.path(), &verify);
    assert_eq!(code, Some(1));
    assert!(said.contains(&format!("`python` is {python}, not 3.13.999")), "{said}");

    let (code, _, said) =
        run(&engine, project.path(), &["images", "inspect", &format!("{registry}/library/python:none")]);
    assert_eq!(code, Some(1));
    assert!(said.contains("E1309"), "{said}");
}

/// Debian's Python is no release of the catalog, and another would have to be downloaded.
const DESCRIBED: &str = r#"
[[image]]
name = "described"
reference = "REFERENCE"
platforms = ["PLATFORM"]

[image.packages]
python = { version = "3.11.13", path = "/usr/local/bin/python3" }
uv = { path = "/usr/local/bin/uv" }
"#;

#[test]
fn an_image_is_built_from_the_digest_that_was_locked() {
    for engine in [engine::docker_20(), engine::docker_26(), engine::buildkit()].into_iter().flatten() {
        let Some(registry) = &engine.registry else {
            skip(&format!("locked images: {} has no registry", engine.name));
            continue;
        };
        let project = TempDir::new().unwrap();
        let write = |name: &str, text: &str| std::fs::write(project.path().join(name), text).unwrap();
        let reference = format!("{registry}/library/python:3.11");
        write("cogpack.toml", &DESCRIBED.replace("REFERENCE", &reference).replace("PLATFORM", PLATFORM));
        write(".python-version", "3.11\n");
        write("main.py", "print('hello')\n");
        write("requirements.txt", "");

        let choices = ["--base", &reference, "--platform", PLATFORM];
        let (code, _, said) = run(&engine, project.path(), &[&["lock"], &choices[..]].concat());
        assert_eq!(code, Some(0), "{said}");
        let lock = std::fs::read_to_string(project.path().join("cogpack.lock")).unwrap();
        let digest = lock.lines().find_map(|line| line.strip_prefix(&format!("\"{reference}\" = "))).unwrap();
        let digest = digest.trim_matches('"');
        let build = ["build", "--locked", "--progress", "plain"];
        let (code, _, said) = run(&engine, project.path(), &[&build[..], &choices].concat());
        assert_eq!(code, Some(0), "{}: {said}", engine.name);
        assert!(said.contains(digest), "{}: {said}", engine.name);

        write("cogpack.lock", &lock.replace(digest, &format!("sha256:{}", "1".repeat(64))));
        let (code, _, said) = run(&engine, project.path(), &[&build[..], &choices].concat());
        assert_eq!(code, Some(3), "{}: {said}", engine.name);
    }
}
