//! `tests/plans/composer.json`: what `auto` and `phase` mean, and which inputs are one input.

use serde_json::{Value, json};

use cogpack::plan::model::{Input, OperationKind};

use crate::{errors, folder, load, text};

fn table() -> Value {
    serde_json::from_str(&text(&folder("plans/composer.json"))).unwrap()
}

/// The plan's JSON of one case: each input becomes a copy from it.
fn plan_of(stages: &[Value]) -> String {
    let stage = |stage: &Value| {
        let copy = |input: &Value| json!({"from": input, "src": ["/f"], "dest": "/f"});
        let operations: Vec<Value> = stage["inputs"].as_array().into_iter().flatten().map(copy).collect();
        json!({"id": stage["id"], "phaseKey": stage["phase"], "source": stage["source"], "operations": operations})
    };
    let stages: Vec<Value> = stages.iter().map(stage).collect();
    json!({"platform": {"os": "linux", "arch": "amd64"}, "stages": stages}).to_string()
}

#[test]
fn auto_and_phase_are_resolved_as_in_the_table() {
    let table = table();
    let cases = table["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 21);
    for case in cases {
        let title = case["title"].as_str().unwrap();
        let (plan, found) = load(&plan_of(case["stages"].as_array().unwrap()));
        if let Some(error) = case["error"].as_str() {
            assert!(plan.is_none(), "{title}: accepted");
            assert!(errors(&found).iter().any(|found| found.contains(error)), "{title}: {:?}", errors(&found));
            continue;
        }
        let plan = plan.unwrap_or_else(|| panic!("{title}: {:?}", errors(&found)));
        let expected = case["expect"].as_array().unwrap();
        assert_eq!(plan.stages.len(), expected.len(), "{title}");
        for (stage, expected) in plan.stages.iter().zip(expected) {
            let as_json = |input: &Input| serde_json::to_value(input).unwrap();
            assert_eq!(stage.id, expected["id"], "{title}");
            assert_eq!(as_json(&stage.source), expected["source"], "{title}: {}", stage.id);
            let inputs: Vec<Value> = stage
                .operations
                .iter()
                .filter_map(|operation| match &operation.kind {
                    OperationKind::Copy(copy) => Some(as_json(&copy.from)),
                    _ => None,
                })
                .collect();
            assert_eq!(inputs, expected["inputs"].as_array().cloned().unwrap_or_default(), "{title}: {}", stage.id);
        }
    }
}

#[test]
fn an_input_is_exactly_one_kind() {
    let table = table();
    let inputs = table["inputs"].as_array().unwrap();
    assert_eq!(inputs.len(), 15);
    for entry in inputs {
        let stages = [
            json!({"id": "s", "phase": "build.01-system-deps", "source": {"scratch": true}}),
            json!({"id": "t", "phase": "export.00-base", "source": entry["input"]}),
        ];
        let (plan, found) = load(&plan_of(&stages));
        assert_eq!(plan.is_some(), entry["valid"], "{}: {:?}", entry["input"], errors(&found));
    }
}
