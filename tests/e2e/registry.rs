//! Images of a real registry → what is known of them, and how it differs from what is said of them.

use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;

use crate::cogpack::command;
use crate::engine::{self, Engine, skip};

fn images(engine: &Engine, project: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } =
        command(engine).arg("images").args(arguments).current_dir(project).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn an_image_of_a_registry_is_read_and_compared_with_what_is_said_of_it() {
    let Some(engine) = engine::docker_26() else { return };
    let Some(registry) = &engine.registry else { return skip("images of a registry: there is none") };
    let project = TempDir::new().unwrap();
    let reference = format!("{registry}/library/python:3.13-slim");
    let platform = ["--platform", if cfg!(target_arch = "aarch64") { "linux/arm64" } else { "linux/amd64" }];

    let inspect = ["inspect", &reference, platform[0], platform[1]];
    let (code, printed, said) = images(&engine, project.path(), &[&inspect[..], &["--json"]].concat());
    assert_eq!((code, said.as_str()), (Some(0), ""));
    let document: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(document["reference"], reference);
    assert!(document["digest"].as_str().unwrap().starts_with("sha256:"));
    let python = document["packages"]["python"]["version"].as_str().unwrap();
    assert!(python.starts_with("3.13."), "{python}");
    let debian = document["packages"].as_object().unwrap().iter().filter(|(name, _)| name.starts_with("apt:"));
    assert!(debian.clone().count() > 20, "{printed}");
    assert!(debian.into_iter().all(|(_, package)| package["source"] == "dpkg" && package["version"].is_string()));

    let (code, printed, said) = images(&engine, project.path(), &inspect);
    assert_eq!(code, Some(0), "{said}");
    let verify = ["verify", &reference, &reference, platform[0], platform[1]];
    std::fs::write(project.path().join("cogpack.toml"), &printed).unwrap();
    let (code, _, said) = images(&engine, project.path(), &verify);
    assert_eq!(code, Some(0), "{said}");
    std::fs::write(project.path().join("cogpack.toml"), printed.replace(python, "3.13.999")).unwrap();
    let (code, _, said) = images(&engine, project.path(), &verify);
    assert_eq!(code, Some(1));
    assert!(said.contains(&format!("`python` is {python}, not 3.13.999")), "{said}");

    let (code, _, said) = images(&engine, project.path(), &["inspect", &format!("{registry}/library/python:none")]);
    assert_eq!(code, Some(1));
    assert!(said.contains("E1309"), "{said}");
}
