//! Packages that lie in the project are installed, by uv and by pip, and are there when the image runs.

use std::fs;

use tempfile::TempDir;

use crate::cogpack::command;
use crate::engine::{self, Engine, skip};

const ABOUT: &str = r#"[project]
name = "tones"
version = "1.0"

[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"
"#;

#[test]
fn a_package_of_the_project_is_installed_on_docker_20() {
    check(engine::docker_20(), "20");
}

#[test]
fn a_package_of_the_project_is_installed_on_docker_26() {
    check(engine::docker_26(), "26");
}

fn check(engine: Option<Engine>, name: &str) {
    let Some(engine) = engine else { return };
    if engine.registry.is_none() {
        return skip(&format!("packages of the project: {} has no registry with the base images", engine.name));
    }
    for requirement in ["./libs", "-e ./libs"] {
        for without in ["pip", "uv"] {
            assert_eq!(printed(&engine, name, requirement, without), "440\n", "{requirement} without {without}");
        }
    }
}

/// What the image of a project with one requirement prints.
fn printed(engine: &Engine, name: &str, requirement: &str, without: &str) -> String {
    let project = TempDir::new().unwrap();
    let write = |path: &str, text: &str| {
        let path = project.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(".python-version", "3.11\n");
    write("requirements.txt", &format!("{requirement}\n"));
    write("main.py", "import tones\n\nprint(tones.A4)\n");
    write("libs/pyproject.toml", ABOUT);
    write("libs/tones/__init__.py", "A4 = 440\n");
    let tag = format!("docker.io/cogpack-test/packages-{name}:latest");
    let mut build = command(engine);
    build.arg("build").arg(project.path()).args(["-t", &tag, "--without", without, "--progress", "plain"]);
    let built = build.output().unwrap();
    assert!(built.status.success(), "{}: {}", engine.name, String::from_utf8_lossy(&built.stderr));
    let ran = engine.docker().args(["run", "--rm", &tag]).output().unwrap();
    let _ = engine.docker().args(["rmi", "-f", &tag]).output();
    String::from_utf8(ran.stdout).unwrap()
}
