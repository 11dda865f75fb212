//! The model `everything` uses each construct of the language: what its expressions give, and the vertex of its command
//! with every mount, as snapshots. `tests/models.rs` shows its plan.
#![expect(clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use cogpack::compile::{self, Compilation, Options};
use cogpack::llb;
use cogpack::plan::model::OperationKind;

fn compiled() -> Compilation {
    let project = support::root().join("tests/models/everything");
    compile::directory(&project, &Options::default()).unwrap_or_else(|failure| panic!("{failure}"))
}

#[test]
fn every_expression_gives_its_value() {
    let mut texts = String::new();
    for stage in compiled().plan.stages.iter().filter(|stage| stage.id.starts_with("facts-")) {
        for operation in &stage.operations {
            if let OperationKind::Mkfile(file) = &operation.kind {
                texts += &format!("==> {}\n{}\n", file.dest, String::from_utf8_lossy(&file.data));
            }
        }
    }
    insta::assert_snapshot!("texts", texts);
}

#[test]
fn every_mount_reaches_the_vertex() {
    let lowered = compile::lower(&compiled()).unwrap_or_else(|found| panic!("{found:?}"));
    let json: serde_json::Value = serde_json::from_str(&llb::json::to_json(&lowered.definition)).unwrap();
    let ops = json["ops"].as_array().unwrap();
    let command = ops.iter().find(|op| op["op"]["exec"]["meta"]["args"][2] == "make all").unwrap();
    insta::assert_snapshot!("mounts", serde_json::to_string_pretty(&command["op"]).unwrap());
}
