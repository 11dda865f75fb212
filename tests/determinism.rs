//! Same input, same bytes: fresh processes with another environment and another locale give one digest.
//!
//! `COGPACK_RUNS=200` sets how many processes each project gets; the default keeps the test short.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::disallowed_methods, reason = "the environment says how long the test runs")]

mod support;

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

const LOCALES: [&str; 4] = ["C", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8"];

fn emitted(project: &str, emit: &str, run: usize) -> Vec<u8> {
    let mut command = support::cogpack();
    let noise = (0..8).map(|index| (format!("NOISE_{}", (index * 7 + run * 13) % 31), format!("{run}.{index}")));
    command
        .envs(noise)
        .env("LC_ALL", LOCALES[run % LOCALES.len()])
        .env("TZ", if run.is_multiple_of(2) { "UTC" } else { "Asia/Tokyo" });
    let output = command.args(["compile", project, "--emit", emit, "--quiet"]).output().unwrap();
    assert!(output.status.success(), "{project}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn fresh_processes_with_other_environments_give_one_digest() {
    let runs: usize = std::env::var("COGPACK_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(6);
    for project in support::projects() {
        let project = project.to_string_lossy().into_owned();
        for emit in ["plan", "llb"] {
            let digests: BTreeSet<Vec<u8>> =
                (0..runs).map(|run| Sha256::digest(emitted(&project, emit, run)).to_vec()).collect();
            assert_eq!(digests.len(), 1, "{project} --emit={emit} differs between {runs} runs");
        }
    }
}

#[test]
fn the_project_compiles_the_same_from_another_place() {
    let files: &[(&str, &[u8])] = &[("main.py", b""), ("requirements.txt", b"numpy==2.2.1\n")];
    let (one, other) = (support::project(files), support::project(files));
    let emit = |folder: &tempfile::TempDir| emitted(&folder.path().to_string_lossy(), "llb", 0);
    assert_eq!(emit(&one), emit(&other));
}
