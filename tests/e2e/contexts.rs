//! What is in an image of a project is the project's own, however alike another one is that is built at the same time;
//! and what disappears while it is sent fails the build.

use std::fs::{self, FileTimes};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use tempfile::TempDir;

use crate::cogpack::{self, command};
use crate::engine::{self, Engine, skip};
use crate::image::Kind;

/// How many are built at a time.
const PROJECTS: usize = 8;
/// How many files a project has.
const FILES: usize = 40;
/// The size of each.
const SIZE: usize = 4096;
/// How many rounds are built, unless `COGPACK_ROUNDS` says so.
const ROUNDS: usize = 2;

const PLAN: &str = r#"{
 "platform": {"os": "linux", "arch": "amd64"},
 "stages": [{"id": "one", "source": {"image": "REGISTRY/base/busybox:latest"}, "operations": [
  {"from": {"local": "context"}, "src": ["."], "dest": "/copied/"},
  {"from": {"local": "context"}, "src": ["dir/3.txt", "dir/4.txt"], "dest": "/some/"},
  {"command": "mkdir /seen && cp -r /m/. /seen/", "mounts": [{"source": {"local": "context"}, "target": "/m"}]}
 ]}],
 "contexts": {"context": {"name": "context", "source_block": "suite", "description": "files", "metadata": {}}}
}"#;

#[test]
fn builds_at_the_same_time_see_their_own_files_on_docker_20() {
    race(engine::docker_20(), "20");
}

#[test]
fn builds_at_the_same_time_see_their_own_files_on_docker_26() {
    race(engine::docker_26(), "26");
}

#[test]
fn builds_at_the_same_time_see_their_own_files_on_buildkit() {
    race(engine::buildkit(), "bk");
}

fn race(engine: Option<Engine>, name: &str) {
    let Some(engine) = engine else { return };
    let Some(plan) = with_registry(&engine, "builds at the same time") else { return };
    let rounds = std::env::var("COGPACK_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
    for round in 0..rounds {
        let problems: Vec<String> = thread::scope(|scope| {
            let (engine, plan) = (&engine, &plan);
            let builds: Vec<_> = (0..PROJECTS)
                .map(|project| {
                    scope.spawn(move || own_files_problems(engine, plan, &format!("race-{name}-{project}"), round))
                })
                .collect();
            builds.into_iter().flat_map(|build| build.join().unwrap()).collect()
        });
        assert!(problems.is_empty(), "{}, round {round}:\n{}", engine.name, problems.join("\n"));
    }
}

fn with_registry(engine: &Engine, what: &str) -> Option<String> {
    let Some(registry) = &engine.registry else {
        skip(&format!("{what}: {} has no registry with base images", engine.name));
        return None;
    };
    Some(PLAN.replace("REGISTRY", registry))
}

/// What an image holds that is not its project's. Every project has files of the same names, sizes and times.
fn own_files_problems(engine: &Engine, plan: &str, name: &str, round: usize) -> Vec<String> {
    let work = TempDir::new().unwrap();
    let context = work.path().join("context");
    fs::create_dir_all(context.join("dir")).unwrap();
    let content = format!("{name} {round:04} ").repeat(SIZE).into_bytes()[..SIZE].to_vec();
    for number in 0..FILES {
        let folder = if number % 2 == 0 { context.clone() } else { context.join("dir") };
        write(&folder.join(format!("{number}.txt")), &content);
    }
    write(&context.join("dir/4.txt"), &content);
    fs::write(work.path().join("plan.json"), plan).unwrap();
    let arguments = ["--plan", "plan.json", "--context", "context=context"].map(str::to_owned);
    let build = cogpack::build(engine, work.path(), name, &arguments, &[]);
    let Some(image) = build.image() else {
        return vec![format!("{name} ended with {:?}: {}", build.code, build.output.trim())];
    };
    let own = |path: &str| ["copied/", "some/", "seen/"].iter().any(|folder| path.starts_with(folder));
    let files: Vec<_> = image.files().filter(|(path, file)| own(path) && matches!(file.kind, Kind::File(_))).collect();
    let mut problems = Vec::new();
    if files.len() != 2 * (FILES + 1) + 2 {
        problems.push(format!("{name}: {} files", files.len()));
    }
    for (path, file) in files {
        if file.kind != Kind::File(content.clone()) {
            problems.push(format!("{name}: {path} is not its own"));
        }
    }
    problems
}

fn write(path: &Path, content: &[u8]) {
    fs::write(path, content).unwrap();
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_500_000_000)).unwrap();
}

#[test]
fn a_file_that_is_deleted_while_it_is_sent_fails_the_build_on_docker_20() {
    delete(engine::docker_20());
}

#[test]
fn a_file_that_is_deleted_while_it_is_sent_fails_the_build_on_docker_26() {
    delete(engine::docker_26());
}

#[test]
fn a_file_that_is_deleted_while_it_is_sent_fails_the_build_on_buildkit() {
    delete(engine::buildkit());
}

/// Large files go before the one that is deleted, so there is time for it once the first is read.
fn delete(engine: Option<Engine>) {
    let Some(engine) = engine else { return };
    let Some(plan) = with_registry(&engine, "a file that is deleted") else { return };
    let work = TempDir::new().unwrap();
    let context = work.path().join("context");
    fs::create_dir_all(context.join("dir")).unwrap();
    for number in 10..40 {
        let file = fs::File::create(context.join(format!("{number}.bin"))).unwrap();
        file.set_len(4 << 20).unwrap();
    }
    for name in ["dir/3.txt", "dir/4.txt", "zz-last.txt"] {
        fs::write(context.join(name), "here\n").unwrap();
    }
    fs::write(work.path().join("plan.json"), plan).unwrap();
    let first = context.join("10.bin");
    // Reading changes the time only when it is older than that of the last change.
    let unread = SystemTime::UNIX_EPOCH;
    fs::File::open(&first).unwrap().set_times(FileTimes::new().set_accessed(unread)).unwrap();
    let mut build = command(&engine);
    build.args(["build", "--plan", "plan.json", "--context", "context=context", "-t", "cogpack-test/deleted"]);
    let build = build.current_dir(work.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while fs::metadata(&first).unwrap().accessed().unwrap() == unread {
        assert!(Instant::now() < deadline, "{}: nothing is sent", engine.name);
        thread::sleep(Duration::from_millis(1));
    }
    fs::remove_file(context.join("zz-last.txt")).unwrap();
    let ended = build.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(3), "{}: {said}", engine.name);
    let found = said.split("error[").nth(1).unwrap_or_else(|| panic!("{}: {said}", engine.name));
    assert!(found.contains("`zz-last.txt` of the context `context`"), "{}: {said}", engine.name);
}

#[test]
fn a_large_context_says_what_is_large() {
    let Some(engine) = engine::docker_26() else { return };
    let Some(plan) = with_registry(&engine, "a large context") else { return };
    let work = TempDir::new().unwrap();
    let context = work.path().join("context");
    fs::create_dir_all(context.join("dir")).unwrap();
    for (path, size) in [("weights.bin", 80_000_000), ("dir/3.txt", 30_000_000), ("dir/4.txt", 5), ("small", 5)] {
        fs::File::create(context.join(path)).unwrap().set_len(size).unwrap();
    }
    fs::write(work.path().join("plan.json"), plan).unwrap();
    let arguments = ["--plan", "plan.json", "--context", "context=context"].map(str::to_owned);
    let said = cogpack::build(&engine, work.path(), "large", &arguments, &[]).output;
    for line in ["context `context` is large: 110.00MB", "80.00MB  weights.bin", "30.00MB  dir", "`.dockerignore`"] {
        assert!(said.contains(line), "{line}: {said}");
    }
    fs::write(context.join(".dockerignore"), "weights.bin\n").unwrap();
    let said = cogpack::build(&engine, work.path(), "large", &arguments, &[]).output;
    assert!(said.contains("Built ") && !said.contains("is large"), "{said}");
}
