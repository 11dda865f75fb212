//! `[tool.poetry.dependencies]` → requirements, written as PEP 508 has them.

use std::collections::BTreeSet;

use crate::project::config::Located;
use crate::project::data::DataKind;
use crate::project::decode::{Field, Table, Value};
use crate::project::mistake;
use crate::project::packages::gather::Gather;
use crate::project::packages::requirement::{self, Parsed};
use crate::project::packages::{PythonRequirement, normalize};
use crate::version::Constraint;

/// Reads the table. Those `named` in `[project]` too only add to what is asked of them, as in Poetry.
pub fn read(gather: &mut Gather, table: &Table, named: &BTreeSet<String>) {
    for field in table.fields() {
        if field.key == "python" {
            read_python(gather, &field.value);
        } else if !requirement::is_name(field.key) {
            gather.sink.push(mistake::poetry_dependency(
                field.key,
                "this is not the name of a package",
                field.key_span,
            ));
        } else if let DataKind::List(_) = field.value.data.kind {
            for value in field.value.items(gather.sink) {
                read_one(gather, &Field { key: field.key, key_span: field.key_span, value }, named);
            }
        } else {
            read_one(gather, &field, named);
        }
    }
}

fn read_python(gather: &mut Gather, value: &Value) {
    if let Some(python) = read_versions(gather, value) {
        let requirement = PythonRequirement { constraint: python.value, chooses: false, span: python.span };
        gather.packages.python.push(requirement);
    }
}

/// A constraint in Poetry's form, where a bare version is that version alone.
fn read_versions(gather: &mut Gather, value: &Value) -> Option<Located<Constraint>> {
    let written = value.written(gather.sink)?;
    let text = written.value.trim();
    let bare = text.starts_with(|first: char| first.is_ascii_digit())
        && !text.contains(|character: char| character.is_whitespace() || "*,|<>=!~^".contains(character));
    let text = if bare { format!("=={text}") } else { text.replace("||", "|").replace('|', "||") };
    match Constraint::parse(&text) {
        Ok(value) => Some(Located { value, span: written.span }),
        Err(invalid) => {
            gather.sink.push(mistake::constraint_invalid(&written.value, &invalid.reason, written.span));
            None
        }
    }
}

fn read_one(gather: &mut Gather, field: &Field, named: &BTreeSet<String>) {
    let parsed = match field.value.data.kind {
        DataKind::Map(_) => read_table(gather, field),
        _ => read_versions(gather, &field.value)
            .map(|constraint| of_versions(field.key, &[], Some(constraint.value), "")),
    };
    let Some(parsed) = parsed else {
        return;
    };
    let span = field.value.data.span;
    if named.contains(&normalize(field.key)) {
        gather.ask(parsed, span);
    } else {
        gather.add(parsed, span);
    }
}

fn of_versions(name: &str, extras: &[String], constraint: Option<Constraint>, marker: &str) -> Parsed {
    let versions = constraint.as_ref().map(written).unwrap_or_default();
    let extras_text = if extras.is_empty() { String::new() } else { format!("[{}]", extras.join(",")) };
    let marker_text = if marker.is_empty() { String::new() } else { format!(" ; {marker}") };
    Parsed {
        name: Some(normalize(name)),
        constraint: constraint.filter(|constraint| !constraint.is_any()),
        extras: extras.to_vec(),
        applies: true,
        marker: None,
        text: format!("{name}{extras_text}{versions}{marker_text}"),
    }
}

/// A constraint as a requirements file can say it. PEP 440 has no "or": of `^1 || ^3` it is the range from the lowest to
/// the highest, and what is asked of the package by name stays exact.
fn written(constraint: &Constraint) -> String {
    use std::ops::Bound::{Excluded, Included, Unbounded};
    if let Some(specifier) = constraint.as_pep440() {
        return specifier;
    }
    let ranges = constraint.to_ranges();
    let lower = match ranges.first().map(|(lower, _)| lower) {
        Some(Included(version)) => format!(">={}", version.to_pep440()),
        Some(Excluded(version)) => format!(">{}", version.to_pep440()),
        Some(Unbounded) | None => String::new(),
    };
    let upper = match ranges.last().map(|(_, upper)| upper) {
        Some(Included(version)) => format!("<={}", version.to_pep440()),
        // The first development release is where `<4` ends, which shuts out the prereleases of 4 too.
        Some(Excluded(version)) => format!("<{}", version.to_pep440().trim_end_matches(".dev0")),
        Some(Unbounded) | None => String::new(),
    };
    [lower, upper].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(",")
}

fn read_table(gather: &mut Gather, field: &Field) -> Option<Parsed> {
    let table = Table::open(&field.value, gather.sink)?;
    if table.value("optional").and_then(|value| value.bool(gather.sink)) == Some(true) {
        return None;
    }
    let refuse = |gather: &mut Gather, reason: &str, span| {
        gather.sink.push(mistake::poetry_dependency(field.key, reason, span));
    };
    let extras = table.strings("extras", gather.sink);
    let names =
        requirement::read_extras(&extras.iter().map(|extra| extra.value.as_str()).collect::<Vec<_>>().join(","));
    let Some(names) = names else {
        refuse(gather, "`extras` holds a text that cannot name an extra", field.value.data.span);
        return None;
    };
    let marker = read_marker(gather, &table);
    if let Some(text) = source(gather, field.key, &table, &names) {
        let text = if marker.is_empty() { text } else { format!("{text} ; {marker}") };
        let parsed = requirement::parse(&text, "");
        let named = |parsed: Parsed| Parsed { name: Some(normalize(field.key)), extras: names, ..parsed };
        return match parsed {
            Ok(parsed) => Some(named(parsed)),
            Err(fault) => {
                gather.refuse(&text, &fault, field.value.data.span);
                None
            }
        };
    }
    let constraint = match table.value("version") {
        Some(value) => Some(read_versions(gather, &value)?.value),
        None => {
            refuse(gather, "it says neither a version nor where it comes from", field.value.data.span);
            return None;
        }
    };
    let mut parsed = of_versions(field.key, &names, constraint, &marker);
    match requirement::parse(&parsed.text, "") {
        Ok(read) => (parsed.applies, parsed.marker) = (read.applies, read.marker),
        Err(fault) => {
            gather.refuse(&parsed.text, &fault, field.value.data.span);
            return None;
        }
    }
    Some(parsed)
}

/// `git`, `url`, `path` or `file` as a requirement without its marker.
fn source(gather: &mut Gather, name: &str, table: &Table, extras: &[String]) -> Option<String> {
    let sink = &mut *gather.sink;
    let extras = if extras.is_empty() { String::new() } else { format!("[{}]", extras.join(",")) };
    if let Some(git) = table.string("git", sink) {
        let reference = ["rev", "tag", "branch", "ref"].iter().find_map(|key| table.string(key, sink));
        let reference = reference.map(|reference| format!("@{}", reference.value)).unwrap_or_default();
        let folder = table.string("subdirectory", sink);
        let folder = folder.map(|folder| format!("#subdirectory={}", folder.value)).unwrap_or_default();
        return Some(format!("{name}{extras} @ git+{}{reference}{folder}", git.value));
    }
    if let Some(url) = table.string("url", sink) {
        return Some(format!("{name}{extras} @ {}", url.value));
    }
    let path = table.string("path", sink).or_else(|| table.string("file", sink))?;
    let path = if path.value.starts_with(['.', '/', '~']) { path.value } else { format!("./{}", path.value) };
    Some(format!("{path}{extras}"))
}

/// `markers`, and `python` and `platform` as markers.
fn read_marker(gather: &mut Gather, table: &Table) -> String {
    let mut parts = Vec::new();
    if let Some(marker) = table.string("markers", gather.sink) {
        parts.push(format!("({})", marker.value));
    }
    if let Some(platform) =
        table.string("platform", gather.sink).filter(|platform| !platform.value.contains(['\'', '"']))
    {
        parts.push(format!("sys_platform == '{}'", platform.value));
    }
    let python = table.value("python").and_then(|value| read_versions(gather, &value));
    let specifiers = python.map(|python| written(&python.value)).unwrap_or_default();
    for specifier in specifiers.split(',').filter(|specifier| !specifier.is_empty()) {
        let operator = specifier.trim_end_matches(|character: char| !"<>=!~".contains(character));
        let version = &specifier[operator.len()..];
        // A whole version is compared with `python_full_version`: `python_version` has two numbers only.
        let variable = if version.split('.').count() > 2 && !version.ends_with('*') {
            "python_full_version"
        } else {
            "python_version"
        };
        parts.push(format!("{variable} {operator} '{version}'"));
    }
    parts.join(" and ")
}
