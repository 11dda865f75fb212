//! `tests/plans/cases/`: each plan is built on each engine, and the image is what `case.json` says.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::Deserialize;
use tempfile::TempDir;

use crate::cogpack;
use crate::engine::{self, Engine, skip};
use crate::expectation::Expectation;

/// The registry in the plans, which stands for the engine's.
const REGISTRY: &str = "registry.example/";
/// What ends in one of these is a crash, whatever was expected: our own code for a bug, and those of a panic and of signals.
const CRASHES: [i32; 4] = [70, 101, 134, 139];

/// `case.json`.
#[derive(Deserialize)]
struct Case {
    /// Names of contexts, each with its folder.
    #[serde(default)]
    contexts: BTreeMap<String, String>,
    /// Links to make, which are not kept in the repository: path -> target.
    #[serde(default)]
    links: BTreeMap<String, String>,
    #[serde(default)]
    secrets: BTreeMap<String, String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// How often it is built, each time from another folder, and with the same digest.
    #[serde(default = "once")]
    builds: usize,
    /// It fails, with one of these exit codes.
    #[serde(default)]
    exit: Vec<i32>,
    /// One of these texts is in what it says then.
    #[serde(default)]
    says: Vec<String>,
    #[serde(flatten)]
    expectation: Expectation,
}

fn once() -> usize {
    1
}

#[test]
fn each_plan_becomes_its_image_on_docker_20() {
    run_all(engine::docker_20());
}

#[test]
fn each_plan_becomes_its_image_on_docker_26() {
    run_all(engine::docker_26());
}

#[test]
fn each_plan_becomes_its_image_on_buildkit() {
    run_all(engine::buildkit());
}

fn run_all(engine: Option<Engine>) {
    let Some(engine) = engine else { return };
    let mut problems = Vec::new();
    for folder in cases() {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let plan = fs::read_to_string(folder.join("plan.json")).unwrap();
        if engine.registry.is_none() && plan.contains(REGISTRY) {
            skip(&format!("the plan {name}: {} has no registry with its base image", engine.name));
            continue;
        }
        problems.extend(run(&engine, &folder, name, &plan).into_iter().map(|problem| format!("{name}: {problem}")));
    }
    assert!(problems.is_empty(), "{}:\n{}", engine.name, problems.join("\n"));
}

/// The folders of the cases, by name.
fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans/cases");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert_eq!(cases.len(), 54);
    cases
}

/// What is wrong with a case's images.
fn run(engine: &Engine, folder: &Path, name: &str, plan: &str) -> Vec<String> {
    let case: Case = serde_json::from_str(&fs::read_to_string(folder.join("case.json")).unwrap()).unwrap();
    let mut digests = Vec::new();
    for _ in 0..case.builds {
        let work = TempDir::new().unwrap();
        let arguments = stage(
            &case,
            folder,
            work.path(),
            &plan.replace(REGISTRY, &format!("{}/", engine.registry.as_deref().unwrap_or(""))),
        );
        let env: Vec<(String, String)> = case.env.clone().into_iter().collect();
        let build = cogpack::build(engine, work.path(), name, &arguments, &env);
        if !case.exit.is_empty() {
            return failure_problems(&case, folder, build.code, &build.output);
        }
        if !engine.writes_oci && build.is_refused() {
            skip(&format!("the plan {name}: {} cannot do it, and refuses it before anything runs", engine.name));
            return Vec::new();
        }
        if build.has_no_archive {
            skip(&format!("the image of the plan {name}: {} writes no archive of one without layers", engine.name));
            return Vec::new();
        }
        let Some(image) = build.image() else {
            return vec![format!("ended with {:?}: {}", build.code, build.output.trim())];
        };
        let mut problems = case.expectation.problems(&image, work.path().to_str().unwrap());
        if !engine.writes_oci {
            problems.retain(|problem| !is_left_mount_point(problem, plan));
        }
        if !problems.is_empty() {
            return problems;
        }
        digests.push(image.digest);
    }
    digests.dedup();
    if digests.len() > 1 { vec![format!("builds from several folders differ: {digests:?}")] } else { Vec::new() }
}

/// BuildKit before 0.11 leaves the empty directory in which something was mounted.
fn is_left_mount_point(problem: &str, plan: &str) -> bool {
    problem.strip_suffix(" is there").is_some_and(|path| plan.contains(&format!(r#""target": "{path}""#)))
}

fn failure_problems(case: &Case, folder: &Path, code: Option<i32>, output: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if code.is_none_or(|code| CRASHES.contains(&code) || !case.exit.contains(&code)) {
        problems.push(format!("ended with {code:?}, not with one of {:?}: {}", case.exit, output.trim()));
    }
    // What the plan's reader says of it, too, which the tests of plans check without an engine.
    let words = fs::read_to_string(folder.join("error")).unwrap_or_default();
    problems.extend(
        words.lines().filter(|word| !output.contains(word)).map(|word| format!("does not say `{word}`: {output}")),
    );
    if !case.says.is_empty() && !case.says.iter().any(|text| output.contains(text)) {
        problems.push(format!("says none of {:?}: {}", case.says, output.trim()));
    }
    problems
}

/// Lays plan, contexts and secrets out in a folder → the arguments that name them.
fn stage(case: &Case, folder: &Path, work: &Path, plan: &str) -> Vec<String> {
    let file = work.join("plan.json");
    fs::write(&file, plan).unwrap();
    let mut arguments = vec!["--plan".to_owned(), file.display().to_string()];
    for (name, below) in &case.contexts {
        copy(&folder.join(below), &work.join(below));
        arguments.extend(["--context".to_owned(), format!("{name}={}", work.join(below).display())]);
    }
    for (path, target) in &case.links {
        std::os::unix::fs::symlink(target, work.join(path)).unwrap();
    }
    for (id, value) in &case.secrets {
        let file = work.join(format!("secret-{id}"));
        fs::write(&file, value).unwrap();
        arguments.extend(["--secret".to_owned(), format!("id={id},src={}", file.display())]);
    }
    arguments
}

/// Copies a folder. Modes are the same on every machine, whatever its umask; times are the same in every case, so that an
/// engine that tells contexts apart by size and time alone mixes them up.
fn copy(from: &Path, to: &Path) {
    use std::os::unix::fs::PermissionsExt;

    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let copied = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &copied);
            continue;
        }
        fs::copy(entry.path(), &copied).unwrap();
        fs::set_permissions(&copied, fs::Permissions::from_mode(0o644)).unwrap();
        let file = fs::File::options().write(true).open(&copied).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_500_000_000)).unwrap();
    }
    fs::set_permissions(to, fs::Permissions::from_mode(0o755)).unwrap();
}
