//! `tests/plans/cases/NAME/plan.json`: plans as other programs write them; `error` beside a plan holds words of the
//! error it must give.

use cogpack::llb::lower::{Options, lower};
use cogpack::plan::model::{Copy, Input, OperationKind};
use cogpack::plan::write::to_json;

use crate::{entries, errors, folder, load, text};

#[test]
fn every_case_is_read_or_refused_as_it_says() {
    let cases = entries(&folder("plans/cases"));
    assert!(cases.len() >= 35, "{}", cases.len());
    for case in cases {
        let (plan, found) = load(&text(&case.join("plan.json")));
        let expected = case.join("error");
        if expected.exists() {
            let words = text(&expected);
            assert!(plan.is_none(), "{} was accepted", case.display());
            let errors = errors(&found);
            for word in words.lines() {
                assert!(errors.iter().any(|error| error.contains(word)), "{}: {errors:?}", case.display());
            }
        } else {
            assert!(plan.is_some(), "{}: {:?}", case.display(), errors(&found));
        }
    }
}

#[test]
fn what_is_written_is_read_as_it_was() {
    for case in entries(&folder("plans/cases")) {
        let (Some(plan), _) = load(&text(&case.join("plan.json"))) else { continue };
        let written = to_json(&plan);
        let (again, found) = load(&written);
        assert_eq!(again.as_ref(), Some(&plan), "{}: {:?}", case.display(), errors(&found));
        assert_eq!(to_json(&again.unwrap()), written);
    }
}

#[test]
fn a_phase_without_stages_is_the_one_before_it_in_copies_and_mounts_too() {
    let (plan, _) = load(&text(&folder("plans/cases/phase-falls-back/plan.json")));
    let plan = plan.unwrap();
    let stage = |name: &str| Input::Stage { stage: name.to_owned() };
    assert_eq!(plan.stages[2].source, stage("sys"));
    let OperationKind::Copy(copy) = &plan.stages[3].operations[0].kind else { panic!("no copy") };
    assert_eq!(copy.from, stage("deps"));
}

/// The copies of a plan, each after it was lowered.
fn lowered_copies(plan: &str) -> String {
    let (plan, found) = load(plan);
    let plan = plan.unwrap_or_else(|| panic!("{:?}", errors(&found)));
    let definition = lower(&plan, &Options::default()).unwrap_or_else(|found| panic!("{found:?}")).definition;
    let json: serde_json::Value = serde_json::from_str(&cogpack::llb::json::to_json(&definition)).unwrap();
    let ops = json["ops"].as_array().unwrap().iter();
    let actions = ops.filter_map(|op| op["op"]["file"]["actions"].as_array()).flatten();
    actions.map(|action| &action["copy"]).filter(|copy| !copy.is_null()).map(|copy| format!("{copy}\n")).collect()
}

/// Each plan has beside it what the image must hold, in the collection it comes from.
#[test]
fn copies_take_what_the_cases_expect() {
    let mut shown = String::new();
    for case in entries(&folder("plans/cases")).iter().filter(|case| !case.join("error").exists()) {
        let copies = lowered_copies(&text(&case.join("plan.json")));
        if !copies.is_empty() {
            shown.push_str(&format!("{}\n{copies}\n", case.file_name().unwrap().to_str().unwrap()));
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_copy_without_op_means_what_it_means_in_go() {
    let read = |operation: &str| -> Copy {
        let plan = format!(
            r#"{{"platform": {{"os": "linux", "arch": "amd64"}}, "stages": [{{"id": "a", "source": {{"scratch": true}},
                "operations": [{{{operation} "from": {{"local": "files"}}, "dest": "/f/"}}]}}]}}"#
        );
        let (plan, found) = load(&plan);
        let plan = plan.unwrap_or_else(|| panic!("{:?}", errors(&found)));
        let OperationKind::Copy(copy) = plan.stages[0].operations[0].kind.clone() else { panic!("no copy") };
        copy
    };
    for (operation, contents_only, optional) in [
        (r#""src": ["dir"],"#, true, false),
        (r#""src": ["dir"], "contentsOnly": null,"#, true, false),
        (r#""src": ["dir"], "contentsOnly": false,"#, false, false),
        (r#""src": ["*.whl", "lib/?"],"#, true, true),
        (r#""src": ["*.whl", "dir"],"#, true, false),
        (r#""src": ["*.whl"], "optional": false,"#, true, false),
        (r#""op": "copy", "src": ["dir"],"#, false, false),
        (r#""op": "copy", "src": ["*.whl"],"#, false, false),
        (r#""op": "copy", "src": ["*.whl"], "contentsOnly": true, "optional": true,"#, true, true),
    ] {
        let copy = read(operation);
        assert_eq!((copy.contents_only, copy.optional), (contents_only, optional), "{operation}");
    }
}

#[test]
fn commands_that_the_image_does_not_reach_are_warned_of() {
    let (plan, found) = load(&text(&folder("plans/cases/branch-not-built/plan.json")));
    assert!(plan.is_some());
    let warned: Vec<&str> = found.iter().map(|found| found.message.as_str()).collect();
    assert_eq!(warned.len(), 2, "{warned:?}");
    assert!(warned[0].contains("`branch` never runs") && warned[1].contains("`tool` never runs"), "{warned:?}");
}

/// The ids and sources of a plan with these stages, of which each is `id phase`; `-` is no phase.
fn lined_up(stages: &[&str]) -> Vec<String> {
    let stage = |text: &&str| {
        let (id, phase) = text.split_once(' ').unwrap();
        let phase = if phase == "-" { "null".to_owned() } else { format!("\"{phase}\"") };
        let source = if id == "first" { r#"{"scratch": true}"# } else { "null" };
        format!(r#"{{"id": "{id}", "phaseKey": {phase}, "source": {source}}}"#)
    };
    let stages: Vec<String> = stages.iter().map(stage).collect();
    let plan = format!(r#"{{"platform": {{"os": "linux", "arch": "amd64"}}, "stages": [{}]}}"#, stages.join(","));
    let (plan, found) = load(&plan);
    let plan = plan.unwrap_or_else(|| panic!("{:?}", errors(&found)));
    let told = plan.stages.iter().map(|stage| match &stage.source {
        Input::Stage { stage: source } => format!("{} from {source}", stage.id),
        _ => stage.id.clone(),
    });
    told.collect()
}

#[test]
fn a_stage_without_a_phase_stays_behind_the_one_it_stands_behind() {
    assert_eq!(lined_up(&["first -", "b -", "c -"]), ["first", "b from first", "c from b"]);
    assert_eq!(
        lined_up(&["x export.02-app", "y -", "first build.00-base", "z -"]),
        ["first", "z from first", "x from z", "y from x"]
    );
    assert_eq!(lined_up(&["first -", "x export.02-app", "b build.00-base"]), ["first", "b from first", "x from b"]);
}

#[test]
fn contexts_that_are_not_declared_are_declared_when_none_is() {
    let plan = |contexts: &str| {
        load(&format!(
            r#"{{"platform": {{"os": "linux", "arch": "amd64"}}, {contexts} "stages": [{{"id": "a", "source": {{"scratch": true}},
                "operations": [{{"from": {{"local": "files"}}, "src": ["/"], "dest": "/f/"}}]}}]}}"#
        ))
    };
    for none in ["", r#""contexts": null,"#, r#""contexts": {},"#, r#""contexts": {"files": {}},"#] {
        let (plan, found) = plan(none);
        let contexts = plan.unwrap_or_else(|| panic!("{none}: {:?}", errors(&found))).contexts;
        assert_eq!(contexts.len(), 1);
        assert_eq!(contexts["files"].name, "files");
    }
    let (refused, _) = plan(r#""contexts": {"other": {}},"#);
    assert!(refused.is_none());
}
