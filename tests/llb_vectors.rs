//! The graphs of BuildKit's own Go client, built again: the same bytes, metadata and source info.
//!
//! `tests/llb/vectors/NAME/` holds `scenario.json` (the graph in plain terms), `llb.pb` (Go's bytes) and `llb.json` (the
//! same, decoded). `COGPACK_LLB_VECTORS=DIR` runs another folder of the same form.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    reason = "the harness reads fixtures, and a fixture that cannot be read is a failure"
)]

#[path = "llb/build.rs"]
mod build;
#[path = "llb/go_plan.rs"]
mod go_plan;
#[path = "llb/scenario.rs"]
mod scenario;
#[path = "llb/shlex.rs"]
mod shlex;

use std::path::{Path, PathBuf};

use cogpack::llb::definition::Definition;
use cogpack::llb::json::to_json;
use scenario::Scenario;

/// Every folder with a vector.
fn vectors() -> Vec<PathBuf> {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/llb/vectors");
    let folder = std::env::var("COGPACK_LLB_VECTORS").unwrap_or_else(|_| own.to_owned());
    let mut found: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{folder}: {error}"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.join("scenario.json").exists())
        .collect();
    found.sort();
    assert!(!found.is_empty(), "{folder} holds no vectors");
    found
}

fn build(vector: &Path) -> Definition {
    let text = std::fs::read_to_string(vector.join("scenario.json")).expect("scenario.json");
    let scenario: Scenario =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", vector.display()));
    match scenario.kind.as_str() {
        "plan" => go_plan::definition(&scenario),
        kind => {
            assert_eq!(kind, "graph", "{}", scenario.name);
            build::definition(&scenario)
        }
    }
}

fn golden(vector: &Path) -> Vec<u8> {
    std::fs::read(vector.join("llb.pb")).expect("llb.pb")
}

#[test]
fn every_graph_has_the_go_clients_ops_metadata_and_source() {
    let vectors = vectors();
    let mut differ = Vec::new();
    for vector in &vectors {
        let name = vector.file_name().expect("a name").to_string_lossy().into_owned();
        let ours = build(vector);
        let bytes = golden(vector);
        let theirs = Definition::from_bytes(&bytes).expect("llb.pb decodes");
        for (what, is_same) in [
            ("ops", ours.ops == theirs.ops),
            ("metadata", ours.metadata == theirs.metadata),
            ("source", ours.source == theirs.source),
            ("bytes", ours.to_bytes() == bytes),
        ] {
            if !is_same {
                differ.push(format!("{name}: {what}"));
            }
        }
    }
    assert!(differ.is_empty(), "of {} vectors these differ:\n{}", vectors.len(), differ.join("\n"));
}

#[test]
fn json_is_that_of_the_vectors() {
    for vector in vectors() {
        let want = std::fs::read_to_string(vector.join("llb.json")).expect("llb.json");
        let definition = Definition::from_bytes(&golden(&vector)).expect("llb.pb decodes");
        assert_eq!(to_json(&definition), want, "{}", vector.display());
    }
}
