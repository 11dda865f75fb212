//! What `cogpack compile` asks of the system: no network, no other program, and no file outside the project.
//!
//! Needs `strace`; where it is not installed the tests say so and pass.
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "the test starts strace and reads its log")]
#![expect(clippy::disallowed_macros, reason = "a skipped test says why")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use std::path::{Component, Path, PathBuf};
use std::process::Command;

/// What the loader, the C library and Rust's runtime look at: the bounds of the stack before `main`, and whether memory
/// that is given back may be used by others. A link with an absolute path makes us ask where the open project lies. Output
/// goes to /dev/null.
const SYSTEM: &[&str] = &[
    "/lib",
    "/lib64",
    "/usr/lib",
    "/etc/ld.so.cache",
    "/etc/ld.so.preload",
    "/proc/self/maps",
    "/proc/self/fd",
    "/proc/sys/vm/overcommit_memory",
    "/proc/self/cgroup",
    "/proc/self/mountinfo",
    "/sys/fs/cgroup",
    "/dev/null",
];

/// One call of the log: `openat(3</tmp/x>, "cog.yaml", O_RDONLY) = 4`.
#[derive(Debug)]
struct Call {
    name: String,
    line: String,
}

impl Call {
    fn parse(line: &str) -> Option<Self> {
        let line = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        let (name, _) = line.split_once('(')?;
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        is_name.then(|| Self { name: name.to_owned(), line: line.to_owned() })
    }

    /// The path it is about: relative ones from the directory whose descriptor comes before, or from `here`.
    fn path(&self, here: &Path) -> Option<PathBuf> {
        let arguments = &self.line[self.name.len() + 1..];
        let (before, rest) = arguments.split_once('"')?;
        let (path, _) = rest.split_once('"')?;
        let directory = before.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(path, _)| path);
        Some(normal(&directory.map_or(here, Path::new).join(path)))
    }
}

/// Without `.` and `..`; links stay.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

/// The calls of a command about files, processes and the network, and how it ended; `None` where there is no strace.
fn calls(arguments: &[&str], here: &Path) -> Option<(Vec<Call>, Option<i32>)> {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let traced = Command::new("strace")
        .args(["-f", "-y", "-s", "4096", "-e", "trace=network,process,file", "-o"])
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_cogpack"))
        .args(arguments)
        .current_dir(here)
        .env_remove("LD_LIBRARY_PATH")
        .output();
    let Ok(output) = traced else {
        println!("skipped: strace is not installed");
        return None;
    };
    let stderr = String::from_utf8_lossy(&output.stderr);
    if stderr.contains("PTRACE_TRACEME") || stderr.contains("ptrace") {
        println!("skipped: strace may not trace here: {stderr}");
        return None;
    }
    let text = std::fs::read_to_string(log).unwrap();
    let calls: Vec<Call> = text.lines().filter_map(Call::parse).collect();
    assert!(calls.iter().any(|call| call.name == "execve"), "strace logs what it should: {text}");
    Some((calls, output.status.code()))
}

/// Panics at a call that is about anything but the project, `given` paths and what every program loads.
fn assert_stays_inside(calls: &[Call], here: &Path, given: &[&Path]) {
    let mut programs = 0;
    for call in calls {
        match call.name.as_str() {
            "execve" => programs += 1,
            "clone" | "clone3" => assert!(call.line.contains("CLONE_THREAD"), "a process is started: {}", call.line),
            "exit" | "exit_group" | "arch_prctl" | "getcwd" => {}
            // A look at what is open already.
            _ if call.line.contains("AT_EMPTY_PATH") => {}
            _ => {
                let path = call.path(here).unwrap_or_else(|| panic!("neither of a file nor allowed: {}", call.line));
                let system = SYSTEM.iter().map(Path::new);
                let allowed = system.chain(given.iter().copied()).any(|allowed| path.starts_with(allowed));
                assert!(allowed, "{} looks at {}", call.line, path.display());
            }
        }
    }
    assert_eq!(programs, 1, "only cogpack itself is started");
}

#[test]
fn compiling_looks_at_nothing_but_the_project_and_starts_nothing() {
    for emit in ["plan", "llb"] {
        for project in support::projects() {
            let arguments = ["compile", project.to_str().unwrap(), "--emit", emit, "-o", "/dev/null"];
            let Some((calls, code)) = calls(&arguments, Path::new("/")) else { return };
            assert_eq!(code, Some(0), "{} compiles", project.display());
            assert!(calls.iter().any(|call| call.path(&project).is_some_and(|path| path.starts_with(&project))));
            assert_stays_inside(&calls, Path::new("/"), &[&project]);
        }
    }
}

#[test]
fn given_block_files_and_folders_are_read_and_nothing_beside_them() {
    let project = support::project(&[("main.py", b"")]);
    let given = support::project(&[
        ("folder/one.block", b"block one { phase build.app-build { stage s { run \"one\" } } }"),
        ("two.block", b"block two { phase build.app-build { stage s { run \"two\" } } }"),
        ("other/three.block", b"not looked at"),
    ]);
    let (folder, file) = (given.path().join("folder"), given.path().join("two.block"));
    let [project_text, folder_text, file_text] = [project.path(), &folder, &file].map(|path| path.to_str().unwrap());
    let arguments = ["compile", project_text, "--blocks", folder_text, "--blocks", file_text, "-o", "/dev/null"];
    let Some((calls, code)) = calls(&arguments, Path::new("/")) else { return };
    assert_eq!(code, Some(0));
    assert_stays_inside(&calls, Path::new("/"), &[project.path(), &folder, &file]);
}

#[test]
fn images_whose_digests_are_locked_are_not_asked_for() {
    let files: &[(&str, &[u8])] = &[("cog.yaml", b"build: {python_version: \"3.12\"}\n"), ("main.py", b"")];
    let project = support::project(files);
    let path = project.path().to_str().unwrap();
    assert_eq!(support::run(&["lock", "--offline", path]).status.code(), Some(0));
    let lock = project.path().join("cogpack.lock");
    let versions = std::fs::read_to_string(&lock).unwrap();
    let base = versions.lines().find_map(|line| line.strip_prefix("build = ")).unwrap();
    let digest = "1".repeat(64);
    std::fs::write(&lock, format!("{versions}\n[digests]\n{base} = \"sha256:{digest}\"\n")).unwrap();
    let plan = support::run(&["compile", path]);
    assert!(String::from_utf8(plan.stdout).unwrap().contains(&format!("@sha256:{digest}")));
    let Some((calls, code)) = calls(&["compile", path, "-o", "/dev/null"], Path::new("/")) else { return };
    assert_eq!(code, Some(0));
    assert_stays_inside(&calls, Path::new("/"), &[project.path()]);
}

#[test]
fn a_project_in_the_current_directory_is_found_without_a_look_around() {
    let project = support::project(&[("cog.yaml", b"build: {python_version: \"3.12\"}\n"), ("main.py", b"")]);
    let Some((calls, code)) = calls(&["compile", "-o", "/dev/null"], project.path()) else { return };
    assert_eq!(code, Some(0));
    assert_stays_inside(&calls, project.path(), &[project.path()]);
}

#[test]
fn a_link_that_leads_out_is_not_followed() {
    let project = support::project(&[("main.py", b"")]);
    std::os::unix::fs::symlink("/etc/passwd", project.path().join("pyproject.toml")).unwrap();
    std::os::unix::fs::symlink("/etc", project.path().join("blocks")).unwrap();
    let arguments = ["compile", project.path().to_str().unwrap(), "-o", "/dev/null"];
    let Some((calls, code)) = calls(&arguments, Path::new("/")) else { return };
    assert_eq!(code, Some(1), "it is an error");
    assert_stays_inside(&calls, Path::new("/"), &[project.path()]);
}
