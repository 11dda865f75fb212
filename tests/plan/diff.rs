//! The difference of two plans, as lines and as JSON.

use serde_json::{Value, json};

use cogpack::plan::diff::lines::to_text;
use cogpack::plan::diff::{Change, PlanDiff, diff};
use cogpack::plan::model::Plan;

use crate::{entries, errors, folder, load, text};

fn app() -> Value {
    serde_json::from_str(&text(&folder("plans/python-app.json"))).unwrap()
}

fn plan(json: &Value) -> Plan {
    let (plan, found) = load(&json.to_string());
    plan.unwrap_or_else(|| panic!("{:?}", errors(&found)))
}

fn changed(change: impl Fn(&mut Value)) -> PlanDiff {
    let mut new = app();
    change(&mut new);
    diff(&plan(&app()), &plan(&new))
}

#[test]
fn a_plan_does_not_differ_from_itself() {
    for case in entries(&folder("plans/cases")) {
        if let (Some(plan), _) = load(&text(&case.join("plan.json"))) {
            assert!(diff(&plan, &plan).is_empty(), "{}", case.display());
        }
    }
}

#[test]
fn where_a_block_statement_stands_is_no_difference() {
    let moved = changed(|plan| {
        plan["stages"][0]["operations"][0]["origin"]["line"] = json!(99);
        plan["stages"][1]["origin"] =
            json!({"block": "b", "file": "f", "line": 1, "column": 1, "end_line": 1, "end_column": 2});
    });
    assert_eq!(to_text(&moved), "");
    assert_eq!(serde_json::to_value(&moved).unwrap(), json!({}));
}

#[test]
fn every_kind_of_difference_is_told() {
    let found = changed(|plan| {
        plan["platform"]["arch"] = json!("arm64");
        let stages = plan["stages"].as_array_mut().unwrap();
        stages[0]["operations"][0]["command"] = json!(
            "set -e\napt-get update -qq\napt-get install -qqy --no-install-recommends git\nrm -rf /var/lib/apt/lists/*\n"
        );
        stages[1]["operations"][1]["vars"] = json!({"PIP_NO_INPUT": "1", "VIRTUAL_ENV": "/venv"});
        stages[2]["operations"][0]["data"] = json!("bnVtcHk9PTIuMi4wCnBpbGxvdz09MTEuMC4wCg==");
        stages[2]["operations"].as_array_mut().unwrap().remove(1);
        stages[3]["operations"][0]["mounts"][0]["readonly"] = json!(true);
        stages[3]["operations"][0]["mounts"][2]["id"] = json!("uv-2");
        stages[3]["operations"][0]["env"] =
            json!(["UV_PROJECT_ENVIRONMENT=/venv", "UV_LINK_MODE=hardlink", "UV_OFFLINE=1"]);
        stages[3]["operations"].as_array_mut().unwrap().insert(0, json!({"op": "mkdir", "path": "/app"}));
        stages[4]["source"] = json!({"scratch": true});
        stages[4]["name"] = json!("Start");
        stages[6]["operations"][0]["patterns"]["exclude"] = json!([".cog", ".git", "**/__pycache__"]);
        stages.insert(2, json!({"id": "extra", "phaseKey": "build.03-framework-deps", "source": {"image": "registry.example/cuda:12"}, "operations": [{"command": "true"}]}));
        plan["export"]["cmd"] = json!(["python", "-m", "app"]);
        plan["export"]["labels"]["note"] = json!("new");
        plan["export"].as_object_mut().unwrap().remove("user");
        plan["contexts"]["weights"] = json!({"name": "weights"});
    });
    insta::assert_snapshot!(to_text(&found));
    insta::assert_json_snapshot!(found.stages[0]);
}

#[test]
fn a_stage_that_only_moved_is_told_so_and_removed_ones_stand_where_they_were() {
    let image = |id: &str| json!({"id": id, "source": {"scratch": true}});
    let of = |ids: &[&str]| {
        let stages: Vec<Value> = ids.iter().map(|id| image(id)).collect();
        plan(&json!({"platform": {"os": "linux", "arch": "amd64"}, "stages": stages}))
    };
    let found = diff(&of(&["a", "b", "c", "d"]), &of(&["d", "a", "e", "c"]));
    let told: Vec<(&str, Change)> = found.stages.iter().map(|stage| (stage.id.as_str(), stage.change)).collect();
    assert_eq!(told, [("d", Change::Moved), ("e", Change::Added), ("b", Change::Removed)]);
    assert_eq!(
        to_text(&found),
        "~ stage d moved\n+ stage e\n+   source scratch true\n- stage b\n-   source scratch true\n"
    );
}

#[test]
fn large_plans_are_compared_quickly() {
    let big = |seed: usize| {
        let line = |index: usize| format!("{}\n", (index * 7919 + seed) % 20_011);
        let command: String = (0..20_000).map(line).collect();
        let operations: Vec<Value> = (0..3_000).map(|index| json!({"command": line(index)})).collect();
        let stages: Vec<Value> = (0..5_000)
            .map(|index| json!({"id": format!("s{}", (index * 31 + seed) % 5_000), "source": {"scratch": true}}))
            .collect();
        let mut all = vec![json!({"id": "long", "source": {"scratch": true}, "operations": [{"command": command}]})];
        all.push(json!({"id": "many", "source": {"scratch": true}, "operations": operations}));
        all.extend(stages);
        plan(&json!({"platform": {"os": "linux", "arch": "amd64"}, "stages": all}))
    };
    let (old, new) = (big(1), big(7));
    let begin = std::time::Instant::now();
    assert!(!diff(&old, &new).is_empty());
    assert!(begin.elapsed() < std::time::Duration::from_secs(10), "{:?}", begin.elapsed());
}
