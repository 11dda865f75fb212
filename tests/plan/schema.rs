//! `docs/plan.schema.json` is what the types say, and takes what the reader takes.

use serde_json::{Value, json};

use cogpack::plan::schema::schema;
use cogpack::plan::write::to_json;

use crate::{entries, folder, load, text};

fn path() -> std::path::PathBuf {
    folder("../docs/plan.schema.json")
}

#[test]
fn the_published_schema_is_up_to_date() {
    if std::env::var_os("COGPACK_WRITE_SCHEMA").is_some() {
        std::fs::write(path(), schema()).unwrap();
    }
    assert_eq!(
        text(&path()),
        schema(),
        "docs/plan.schema.json is old: run `COGPACK_WRITE_SCHEMA=1 cargo test --test plan schema`"
    );
}

pub fn validator() -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(&schema()).unwrap()).unwrap()
}

pub fn complaints(validator: &jsonschema::Validator, plan: &Value) -> Vec<String> {
    validator.iter_errors(plan).map(|error| format!("{}: {error}", error.instance_path)).collect()
}

#[test]
fn plans_that_are_read_and_plans_that_are_written_fit_the_schema() {
    let validator = validator();
    let mut plans: Vec<_> = entries(&folder("plans/cases")).iter().map(|case| case.join("plan.json")).collect();
    plans.push(folder("plans/python-app.json"));
    for path in plans {
        let written = text(&path);
        let (plan, _) = load(&written);
        let Some(plan) = plan else { continue };
        let read = serde_json::from_str(&written).unwrap();
        assert_eq!(complaints(&validator, &read), Vec::<String>::new(), "{}", path.display());
        let written = serde_json::from_str(&to_json(&plan)).unwrap();
        assert_eq!(complaints(&validator, &written), Vec::<String>::new(), "{} as written", path.display());
    }
}

#[test]
fn the_right_examples_of_the_pages_fit_the_schema_and_wrong_shapes_do_not() {
    let validator = validator();
    let codes = cogpack::diagnostic::code::ALL.iter().filter(|code| code.name.starts_with("cogpack::plan::"));
    for code in codes.filter(|code| code.alias < "E0850") {
        let fences = crate::pages::fences(code.page);
        let right: Value = serde_json::from_str(fences[1]).unwrap();
        assert_eq!(complaints(&validator, &right), Vec::<String>::new(), "{}", code.alias);
        let shape = ["E0802", "E0803", "E0804", "E0805", "E0807", "E0808", "E0809", "E0810", "E0812"];
        if shape.contains(&code.alias) {
            let wrong: Value = serde_json::from_str(fences[0]).unwrap();
            assert!(!validator.is_valid(&wrong), "{} fits", code.alias);
        }
    }
}

#[test]
fn every_small_change_that_fits_the_schema_has_a_shape_that_is_read() {
    let validator = validator();
    let stage = |operation: Value| {
        json!({"platform": {"os": "linux", "arch": "amd64"},
               "stages": [{"id": "a", "source": {"scratch": true}, "operations": [operation]}]})
    };
    let cases = [
        (json!({"command": "x", "mounts": null, "env": null, "network": null}), true),
        (json!({"command": "x", "mounts": [{"source": {"auto": true}, "target": "/m"}]}), true),
        (json!({"command": "x", "mounts": [{"type": "cache"}]}), false),
        (json!({"command": "x", "mounts": [{"type": "tape", "target": "/m"}]}), false),
        (json!({"vars": {}}), true),
        (json!({"vars": {"A": 1}}), false),
        (json!({"dest": "/f", "data": null, "mode": null}), true),
        (json!({"dest": "/f", "data": "", "mode": 4096}), false),
        (json!({"dest": "/f"}), false),
        (json!({"op": "rm", "path": "/f"}), true),
        (json!({"path": "/f"}), false),
        (json!({"env": ["A=1"]}), false),
        (json!({}), false),
        (json!({"op": "layer", "stage": "a", "path": "/f"}), false),
        (json!({"from": {"scratch": true}, "src": ["/"], "dest": "/x", "patterns": null}), true),
        (json!({"from": {"scratch": true, "image": "x"}, "src": ["/"], "dest": "/x"}), false),
    ];
    for (operation, fits) in cases {
        let plan = stage(operation.clone());
        assert_eq!(validator.is_valid(&plan), fits, "{operation}: {:?}", complaints(&validator, &plan));
        let (_, found) = load(&plan.to_string());
        let about_shape = |found: &cogpack::diagnostic::Diagnostic| ("E0802".."E0813").contains(&found.code.alias);
        assert_eq!(!found.iter().any(about_shape), fits, "{operation}: {found:?}");
    }
}
