//! `tests/golden/*.json`: what sets of requirements must resolve to, through `cogpack plan --json`.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "the test reads its cases")]

mod support;

use serde_json::Value;

/// `cog.yaml` and `requirements.txt` of a case.
fn project(case: &Value) -> tempfile::TempDir {
    let mut config = format!("build:\n  gpu: {}\n", case["gpu"]);
    for (key, name) in [("python", "python_version"), ("cuda", "cuda"), ("cudnn", "cudnn")] {
        if let Some(version) = case[key].as_str() {
            config.push_str(&format!("  {name}: \"{version}\"\n"));
        }
    }
    let lines: Vec<&str> = case["requirements"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let requirements = lines.join("\n") + "\n";
    support::project(&[("cog.yaml", config.as_bytes()), ("requirements.txt", requirements.as_bytes())])
}

/// What of a case is not as it should be.
fn wrong(case: &Value) -> Vec<String> {
    let folder = project(case);
    let output = support::run(&["plan", "--json", folder.path().to_str().unwrap()]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let expect = case["expect"].as_object().unwrap();
    if expect.contains_key("error") {
        let words = case["expect"]["must_mention"].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
        let mut wrong: Vec<String> =
            words.filter(|word| !told.contains(word)).map(|word| format!("`{word}` is not in: {told}")).collect();
        if output.status.code() != Some(1) {
            wrong.push(format!("it ended with {:?}", output.status.code()));
        }
        return wrong;
    }
    if !output.status.success() {
        return vec![told];
    }
    let metadata = &serde_json::from_slice::<Value>(&output.stdout).unwrap()["metadata"];
    let mut wrong = Vec::new();
    for (key, wanted) in expect {
        let found = match key.as_str() {
            "base_image" => &metadata["base_image"]["build"],
            "index" | "pip" => &metadata["python_packages"],
            name => &metadata["dependencies"][name]["version"],
        };
        let has = |list: &str, wanted: &Value| found[list].as_array().unwrap().contains(wanted);
        let fits = match key.as_str() {
            "index" => has("index_urls", wanted),
            "pip" => match wanted.as_array() {
                Some(lines) => lines.iter().all(|line| has("requirements", line)),
                None => has("requirements", wanted),
            },
            _ => found == wanted,
        };
        if !fits {
            wrong.push(format!("{key}: wanted {wanted}, found {found}"));
        }
    }
    wrong
}

#[test]
fn every_set_of_requirements_resolves_as_it_must() {
    let mut cases: Vec<Value> = Vec::new();
    for name in ["resolutions", "others"] {
        let text = std::fs::read_to_string(support::root().join(format!("tests/golden/{name}.json"))).unwrap();
        let read: Value = serde_json::from_str(&text).unwrap();
        cases.extend(read["cases"].as_array().unwrap().iter().cloned());
    }
    assert!(cases.len() >= 31, "{}", cases.len());
    let failed: Vec<String> = cases
        .iter()
        .map(|case| (case["id"].as_str().unwrap(), wrong(case)))
        .filter(|(_, wrong)| !wrong.is_empty())
        .map(|(id, wrong)| format!("{id}: {}", wrong.join("; ")))
        .collect();
    if !failed.is_empty() {
        panic!("{}", failed.join("\n"));
    }
}
