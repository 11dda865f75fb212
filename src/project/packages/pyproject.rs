//! `pyproject.toml` → what it asks for: `[project]` (uv, PDM, Poetry 2 and every other tool), then Poetry's own table.
//! Optional dependencies and groups are for other times than running the project, and left alone.

use std::collections::BTreeSet;

use crate::project::data::Format;
use crate::project::decode::{Table, Value};
use crate::project::packages::gather::Gather;
use crate::project::packages::{PythonRequirement, index, poetry, requirement};

/// Reads `pyproject.toml`, if there is one.
pub fn read(gather: &mut Gather) {
    let data = match gather.documents.document(gather.sources, Format::Toml, "pyproject.toml") {
        Ok(Some(data)) => data,
        Ok(None) => return,
        Err(found) => return gather.sink.push(found),
    };
    let at = |path: &str| data.get(path).map(|data| Value { data, path: path.to_owned() });
    let project = at("project").and_then(|value| Table::open(&value, gather.sink));
    let named = project.map(|project| read_project(gather, &project)).unwrap_or_default();
    if let Some(table) = at("tool.poetry.dependencies").and_then(|value| Table::open(&value, gather.sink)) {
        poetry::read(gather, &table, &named);
    }
    index::read(gather, &data);
}

/// Reads `[project]`; the names of its dependencies.
fn read_project(gather: &mut Gather, project: &Table) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    if let Some(python) = project.value("requires-python").and_then(|value| value.constraint(gather.sink)) {
        let requirement = PythonRequirement { constraint: python.value, chooses: false, span: python.span };
        gather.packages.python.push(requirement);
    }
    for text in project.strings("dependencies", gather.sink) {
        match requirement::parse(text.value.trim(), "") {
            Ok(parsed) => {
                names.extend(parsed.name.clone());
                gather.add(parsed, text.span);
            }
            Err(fault) => gather.refuse(&text.value, &fault, text.span),
        }
    }
    names
}
