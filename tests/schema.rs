//! `tests/schema/NAME/`: projects whose documents equal those of Cog 0.19.3, but for what `differences.toml` explains.
//!
//! `tests/schema/oracle.py` writes what Cog says: `cog-0.19.3.json`, or `cog-0.19.3.txt` where it refuses the project.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::disallowed_methods, reason = "the test reads its fixtures")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cogpack::diagnostic::Sink;
use cogpack::project::Project;
use cogpack::project::disk::DiskTree;
use cogpack::schema::{self, Input, Problem, ProblemKind, Schema};
use cogpack::source::SourceMap;
use serde::Deserialize;
use serde_json::Value as Json;
use support::fixture;

/// The entries of `differences.toml`.
#[derive(Deserialize)]
struct Differences {
    difference: Vec<Difference>,
}

/// Places of one project's document that differ from Cog's, and why.
#[derive(Deserialize)]
struct Difference {
    project: String,
    at: Vec<String>,
    reason: String,
}

fn folder() -> PathBuf {
    support::root().join("tests/schema")
}

fn projects() -> Vec<PathBuf> {
    fixture::folders(&folder()).into_iter().filter(|path| path.is_dir()).collect()
}

fn name(project: &Path) -> String {
    project.file_name().unwrap().to_string_lossy().into_owned()
}

fn read(project: &Path) -> (Option<Schema>, String) {
    let sources = SourceMap::new();
    let mut sink = Sink::new();
    let tree = DiskTree::open(project).unwrap();
    let read = Project::read(Box::new(tree), &sources, &mut Sink::new());
    let schema = schema::read(&read, &sources, &mut sink);
    (schema, sink.diagnostics().iter().map(|found| fixture::rendered(&sources, found)).collect())
}

/// The places at which two documents differ.
fn differ(ours: &Json, theirs: &Json, at: &str, found: &mut BTreeSet<String>) {
    match (ours, theirs) {
        (Json::Object(ours), Json::Object(theirs)) => {
            for key in ours.keys().chain(theirs.keys()) {
                let at = format!("{at}/{}", key.replace('/', "~1"));
                match (ours.get(key), theirs.get(key)) {
                    (Some(ours), Some(theirs)) => differ(ours, theirs, &at, found),
                    _ => drop(found.insert(at)),
                }
            }
        }
        (ours, theirs) if ours != theirs => drop(found.insert(at.to_owned())),
        _ => {}
    }
}

#[test]
fn documents_equal_those_of_cog_but_for_what_is_explained() {
    let listed: Differences =
        toml::from_str(&std::fs::read_to_string(folder().join("differences.toml")).unwrap()).unwrap();
    let mut explained: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for difference in listed.difference {
        assert!(!difference.reason.is_empty());
        explained.entry(difference.project).or_default().extend(difference.at);
    }
    let (mut equal, mut wrong) = (0, Vec::new());
    for project in projects() {
        let Ok(theirs) = std::fs::read_to_string(project.join("cog-0.19.3.json")) else { continue };
        let theirs: Json = serde_json::from_str(&theirs).unwrap();
        let (schema, findings) = read(&project);
        let name = name(&project);
        let Some(schema) = schema else {
            wrong.push(format!("{name}: {findings}"));
            continue;
        };
        let mut found = BTreeSet::new();
        differ(&serde_json::from_str(&schema.text).unwrap(), &theirs, "", &mut found);
        let expected = explained.remove(&name).unwrap_or_default();
        if found != expected {
            wrong.push(format!("{name}: differs at {found:#?}, explained are {expected:#?}"));
        } else if found.is_empty() {
            equal += 1;
            assert_eq!(schema.text, theirs.to_string(), "{name}: the keys have another order");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(explained.is_empty(), "no such projects: {explained:?}");
    assert!(equal >= 30, "only {equal} documents equal Cog's");
}

#[test]
fn what_cog_does_not_tell_of_is_shown() {
    for project in projects() {
        let (schema, findings) = read(&project);
        let schema = schema.map(|schema| {
            let mut document: Json = serde_json::from_str(&schema.text).unwrap();
            let schemas = document["components"]["schemas"].take();
            let keep = |(name, _): &(String, Json)| {
                !name.ends_with("Request")
                    && !name.ends_with("Response")
                    && !name.ends_with("Error")
                    && name != "Status"
            };
            let Json::Object(schemas) = schemas else { panic!("no schemas") };
            Json::Object(schemas.into_iter().filter(keep).collect())
        });
        let equal = std::fs::read_to_string(project.join("cog-0.19.3.json")).is_ok_and(|theirs| {
            let theirs: Json = serde_json::from_str(&theirs).unwrap();
            read(&project).0.is_some_and(|schema| {
                let theirs = theirs.to_string();
                schema.text == theirs
            })
        });
        if equal && findings.is_empty() {
            continue;
        }
        let document = if equal { "as Cog's".into() } else { serde_json::to_string_pretty(&schema).unwrap() };
        insta::with_settings!({ snapshot_path => "snapshots/schema", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name(&project), format!("{findings}{document}"));
        });
    }
}

/// Values of every kind, to be tried for every input.
fn values() -> Vec<Json> {
    let texts = ["", "a", "b", "x", "oil", "fast", "ab12", "ab12345678901", "Ünï", "1"];
    let numbers = serde_json::json!([-1, 0, 1, 2, 9, 256, 1000, 4_294_967_296_u64, 1.0, 2.5, -0.5, 1e300]);
    let others =
        serde_json::json!([null, true, false, [], [1], ["a"], ["c"], [1, "a"], [[1]], [1.5], [10], {}, {"a": 1}]);
    let texts = texts.into_iter().map(Json::from);
    texts.chain(numbers.as_array().unwrap().clone()).chain(others.as_array().unwrap().clone()).collect()
}

/// A request, and the inputs that are refused.
type Request = (Json, Vec<String>);

/// A request that gives every input, and one for each value of each input; with the inputs that are refused.
fn requests(inputs: &[Input], check: impl Fn(&serde_json::Map<String, Json>) -> Vec<Problem>) -> Vec<Request> {
    let refused = |given: &serde_json::Map<String, Json>| -> Vec<String> {
        let problems = check(given).into_iter();
        problems.filter(|found| found.kind != ProblemKind::Unknown).map(|found| found.field).collect()
    };
    let fits = |name: &str, value: &Json| {
        let alone = serde_json::Map::from_iter([(name.to_owned(), value.clone())]);
        !refused(&alone).iter().any(|field| field == name)
    };
    let mut whole = serde_json::Map::new();
    for input in inputs {
        let choices = input.choices.iter().flatten().cloned();
        let lists = input.choices.iter().map(|choices| Json::Array(choices.clone()));
        let fitting = values().into_iter().chain(choices).chain(lists).find(|value| fits(&input.name, value));
        whole.insert(input.name.clone(), fitting.unwrap_or_else(|| panic!("nothing fits {input:?}")));
    }
    let mut requests = vec![whole.clone(), serde_json::Map::new()];
    for input in inputs.iter().take(12) {
        for value in values() {
            let mut given = whole.clone();
            given.insert(input.name.clone(), value);
            requests.push(given);
        }
    }
    let mut unknown = whole;
    unknown.insert("no such input".into(), Json::Null);
    requests.push(unknown);
    requests.into_iter().map(|given| (refused(&given), given)).map(|(refused, given)| (given.into(), refused)).collect()
}

/// Both endpoints of a project: the schema of their inputs, the inputs, and requests.
fn endpoints(schema: &Schema) -> Vec<(&'static str, Vec<Input>, Vec<Request>)> {
    let mut found = Vec::new();
    if let Some(inputs) = &schema.inputs {
        found.push(("Input", inputs.clone(), requests(inputs, |given| schema.check_input(given))));
    }
    if let Some(inputs) = &schema.training {
        found.push(("TrainingInput", inputs.clone(), requests(inputs, |given| schema.check_training(given))));
    }
    found
}

/// A schema with what its references lead to in their place.
fn inlined(schema: &Json, all: &Json) -> Json {
    match schema {
        Json::Object(object) => match object.get("$ref").and_then(Json::as_str) {
            Some(reference) => inlined(&all[reference.rsplit('/').next().unwrap()], all),
            None => object.iter().map(|(key, value)| (key.clone(), inlined(value, all))).collect(),
        },
        Json::Array(items) => items.iter().map(|item| inlined(item, all)).collect(),
        other => other.clone(),
    }
}

#[test]
fn inputs_are_refused_exactly_where_the_document_refuses_them() {
    let (mut compared, mut wrong) = (0, Vec::new());
    for project in projects() {
        let (Some(schema), _) = read(&project) else { panic!("{} has no schema", project.display()) };
        let document: Json = serde_json::from_str(&schema.text).unwrap();
        let schemas = &document["components"]["schemas"];
        for (key, inputs, requests) in endpoints(&schema) {
            let validator = jsonschema::validator_for(&inlined(&schemas[key], schemas)).unwrap();
            for (given, refused) in requests {
                let mut expected: BTreeSet<String> = validator
                    .iter_errors(&given)
                    .filter_map(|error| error.instance_path.to_string().split('/').nth(1).map(str::to_owned))
                    .collect();
                let missing = |input: &&Input| input.required && given.get(&input.name).is_none();
                expected.extend(inputs.iter().filter(missing).map(|input| input.name.clone()));
                compared += 1;
                if expected != refused.iter().cloned().collect() {
                    wrong.push(format!(
                        "{}: {given}: {refused:?}, and the document refuses {expected:?}",
                        name(&project)
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 5_000, "{compared}");
}

#[test]
fn a_request_that_gives_every_input_is_right_and_an_empty_one_lacks_what_is_required() {
    let folder = std::env::var_os("COGPACK_SCHEMA_REQUESTS").map(PathBuf::from);
    for project in projects() {
        let (Some(schema), _) = read(&project) else { panic!("{} has no schema", project.display()) };
        for (key, inputs, requests) in endpoints(&schema) {
            assert!(requests[0].1.is_empty(), "{}: {:?}", project.display(), requests[0]);
            let required: Vec<&str> =
                inputs.iter().filter(|input| input.required).map(|input| input.name.as_str()).collect();
            assert_eq!(requests[1].1, required, "{}", project.display());
            // For tests/schema/coglet.py.
            if let Some(folder) = &folder {
                let requests: Vec<Json> = requests
                    .iter()
                    .map(|(input, refused)| serde_json::json!({ "input": input, "refused": refused }))
                    .collect();
                let text = serde_json::json!({ "key": key, "document": schema.text, "requests": requests }).to_string();
                std::fs::write(folder.join(format!("{}.{key}.json", name(&project))), text).unwrap();
            }
        }
    }
}

#[test]
fn a_document_that_is_read_again_says_the_same_of_inputs() {
    for project in projects() {
        let (Some(schema), _) = read(&project) else { continue };
        let again = Schema::from_document(&schema.text).unwrap();
        assert_eq!(again, schema, "{}", name(&project));
    }
}
