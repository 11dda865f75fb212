//! What an image must be, as `tests/plans/README.md` says it, and an image → what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::image::{File, Image, Kind};

/// The fields of `case.json` that are about the image.
#[derive(Deserialize)]
pub struct Expectation {
    #[serde(default)]
    config: BTreeMap<String, Value>,
    #[serde(default)]
    files: BTreeMap<String, Wanted>,
    #[serde(default)]
    absent: Vec<String>,
    /// Texts that are in no layer and not in the config; `{contexts}` is where the contexts lay.
    #[serde(default)]
    nowhere: Vec<String>,
}

/// What a path must hold.
#[derive(Deserialize)]
#[serde(untagged)]
enum Wanted {
    Content(String),
    Details(Box<Details>),
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Details {
    r#type: Option<String>,
    content: Option<String>,
    contains: Option<String>,
    hex: Option<String>,
    sha256: Option<String>,
    mode: Option<String>,
    uid: Option<u64>,
    gid: Option<u64>,
    target: Option<String>,
}

/// What `Env` must be.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct WantedEnv {
    exact: Option<Vec<String>>,
    present: Vec<String>,
    /// Names or whole entries.
    absent: Vec<String>,
}

impl Expectation {
    /// Everything that is wrong with the image. `contexts`: the folder that held them.
    pub fn problems(&self, image: &Image, contexts: &str) -> Vec<String> {
        let mut problems = Vec::new();
        for (key, wanted) in &self.config {
            config_problems(key, wanted, &image.config, &mut problems);
        }
        for (path, wanted) in &self.files {
            match image.find(path) {
                None => problems.push(format!("{path} is missing")),
                Some(file) => wanted.problems(path, file, &mut problems),
            }
        }
        problems.extend(
            self.absent.iter().filter(|path| image.find(path).is_some()).map(|path| format!("{path} is there")),
        );
        let config = image.config.to_string();
        for text in &self.nowhere {
            let text = text.replace("{contexts}", contexts);
            let holds = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
            if holds(config.as_bytes()) {
                problems.push(format!("`{text}` is in the config"));
            }
            problems.extend(
                (0..image.layers.len())
                    .filter(|&at| holds(&image.layers[at]))
                    .map(|at| format!("`{text}` is in layer {at}")),
            );
        }
        problems
    }
}

impl Wanted {
    fn problems(&self, path: &str, file: &File, problems: &mut Vec<String>) {
        let plain;
        let wanted = match self {
            Self::Content(content) => {
                plain = Details { content: Some(content.clone()), ..Details::default() };
                &plain
            }
            Self::Details(details) => details,
        };
        let (kind, target, data) = match &file.kind {
            Kind::File(data) => ("file", None, data.as_slice()),
            Kind::Folder => ("dir", None, [].as_slice()),
            Kind::Link(target) => ("symlink", Some(target.clone()), [].as_slice()),
            Kind::Other => ("other", None, [].as_slice()),
        };
        let text = String::from_utf8_lossy(data).into_owned();
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let mut compare = |what: &str, wanted: Option<String>, have: Option<String>| {
            if wanted.is_some() && wanted != have {
                problems.push(format!("{path}: {what} is {have:?}, not {wanted:?}"));
            }
        };
        compare("type", Some(wanted.r#type.clone().unwrap_or_else(|| "file".to_owned())), Some(kind.to_owned()));
        compare("content", wanted.content.clone(), Some(text.clone()));
        compare("hex", wanted.hex.clone(), Some(hex(data)));
        compare("sha256", wanted.sha256.clone(), Some(hex(&Sha256::digest(data))));
        compare("mode", wanted.mode.clone(), Some(format!("{:04o}", file.mode)));
        compare("uid", wanted.uid.map(|uid| uid.to_string()), Some(file.uid.to_string()));
        compare("gid", wanted.gid.map(|gid| gid.to_string()), Some(file.gid.to_string()));
        compare("target", wanted.target.clone(), target);
        if wanted.contains.as_ref().is_some_and(|part| !text.contains(part)) {
            problems.push(format!("{path}: {text:?} does not contain {:?}", wanted.contains));
        }
    }
}

/// A key in lower case is one of the image's; others are of its `config`.
fn config_problems(key: &str, wanted: &Value, config: &Value, problems: &mut Vec<String>) {
    let have = if key.starts_with(|first: char| first.is_lowercase()) { &config[key] } else { &config["config"][key] };
    let holds = match key {
        "Env" => return env_problems(&serde_json::from_value(wanted.clone()).unwrap(), have, problems),
        "Labels" => wanted.as_object().unwrap().iter().all(|(label, value)| have.get(label) == Some(value)),
        "ExposedPorts" => wanted.as_array().unwrap().iter().all(|port| have.get(port.as_str().unwrap()).is_some()),
        _ => have == wanted || is_nothing(have) && is_nothing(wanted),
    };
    if !holds {
        problems.push(format!("{key} is {have}, not {wanted}"));
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty)
}

fn env_problems(wanted: &WantedEnv, have: &Value, problems: &mut Vec<String>) {
    let entries: Vec<String> = serde_json::from_value::<Option<_>>(have.clone()).unwrap().unwrap_or_default();
    let names: Vec<&str> = entries.iter().map(|entry| entry.split('=').next().unwrap()).collect();
    if names.iter().collect::<BTreeSet<_>>().len() != names.len() {
        problems.push(format!("Env has a name twice: {entries:?}"));
    }
    if wanted.exact.as_ref().is_some_and(|exact| *exact != entries) {
        problems.push(format!("Env is {entries:?}, not {:?}", wanted.exact));
    }
    problems.extend(
        wanted
            .present
            .iter()
            .filter(|entry| !entries.contains(entry))
            .map(|entry| format!("Env lacks {entry}: {entries:?}")),
    );
    let there = |entry: &&String| names.contains(&entry.as_str()) || entries.contains(entry);
    problems.extend(wanted.absent.iter().filter(there).map(|entry| format!("Env has {entry}: {entries:?}")));
}
