//! `Pipfile` and `Pipfile.lock` → requirements. With a lock, its lines are what is installed, and the Pipfile only asks.

use std::collections::BTreeSet;

use crate::project::data::{Data, DataKind, Format};
use crate::project::decode::{Table, Value};
use crate::project::packages::gather::Gather;
use crate::project::packages::{PythonRequirement, normalize, poetry, requirement};

/// What Pipenv calls the index that installers use anyway.
const USUAL_INDEX: &str = "pypi";

/// Reads both, if they are there.
pub fn read(gather: &mut Gather) {
    let lock = document(gather, Format::Json, "Pipfile.lock");
    let named = lock.map(|lock| read_lock(gather, &lock)).unwrap_or_default();
    let Some(data) = document(gather, Format::Toml, "Pipfile") else { return };
    let at = |path: &str| data.get(path).map(|data| Value { data, path: path.to_owned() });
    if let Some(table) = at("packages").and_then(|value| Table::open(&value, gather.sink)) {
        poetry::read(gather, &table, &named);
    }
    let python = at("requires.python_full_version").or_else(|| at("requires.python_version"));
    if let Some(python) = python.and_then(|value| value.constraint(gather.sink)) {
        let requirement = PythonRequirement { constraint: python.value, chooses: false, span: python.span };
        gather.packages.python.push(requirement);
    }
    for (index, source) in at("source").map(|value| value.items(gather.sink)).unwrap_or_default().iter().enumerate() {
        let Some(table) = Table::open(source, gather.sink) else { continue };
        let name = table.string("name", gather.sink);
        if name.is_some_and(|name| name.value == USUAL_INDEX) {
            continue;
        }
        if let Some(url) = table.string("url", gather.sink) {
            gather.add_index(&url.value, index == 0, url.span);
        }
    }
}

fn document(gather: &mut Gather, format: Format, name: &str) -> Option<std::rc::Rc<Data>> {
    match gather.documents.document(gather.sources, format, name) {
        Ok(found) => found,
        Err(found) => {
            gather.sink.push(found);
            None
        }
    }
}

/// `default` of the lock: a line for each package. The names that it fixes.
fn read_lock(gather: &mut Gather, lock: &Data) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let Some(DataKind::Map(packages)) = lock.get("default").map(|data| &data.kind) else { return names };
    for (name, entry) in packages {
        let text = |key: &str| match entry.value.get(key).map(|data| &data.kind) {
            Some(DataKind::String(text)) => Some(text.as_str()),
            _ => None,
        };
        // What has no version comes from an address, which the Pipfile says too.
        let Some(version) = text("version") else { continue };
        let marker = text("markers").map(|marker| format!(" ; {marker}")).unwrap_or_default();
        let line = format!("{name}{version}{marker}");
        match requirement::parse(&line, "") {
            Ok(parsed) => {
                names.insert(normalize(name));
                gather.add(parsed, entry.key_span);
            }
            Err(fault) => gather.refuse(&line, &fault, entry.key_span),
        }
    }
    names
}
