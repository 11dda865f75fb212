//! What `cogpack plan` prints for people.

use cogpack::plan::describe::describe;

use crate::{errors, folder, load, text};

#[test]
fn a_whole_plan_is_nice_to_read() {
    let (plan, found) = load(&text(&folder("plans/python-app.json")));
    assert!(found.is_empty(), "{:?}", errors(&found));
    let shown = describe(&plan.unwrap());
    let widest = shown.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{widest:?}");
    insta::assert_snapshot!(shown);
}

#[test]
fn control_characters_are_shown_and_not_written() {
    let plan = r#"{"platform": {"os": "linux", "arch": "amd64"}, "stages": [
        {"id": "a", "source": {"image": "debian:12"}, "operations": [{"command": "printf '\u001b[31m'"}]}]}"#;
    let shown = describe(&load(plan).0.unwrap());
    assert!(shown.contains("run printf '␛[31m'"), "{shown}");
}
