//! `[[catalog.NAME.release]]` → releases.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::diagnostic::Sink;
use crate::project::config::Located;
use crate::project::decode::{Table, Value};
use crate::project::mistake;
use crate::project::settings::world::{ReleaseRow, rows, text};
use crate::source::Span;
use crate::version::{Constraint, Version};

/// Reads `[catalog]`.
pub fn read(value: &Value, sink: &mut Sink) -> Vec<ReleaseRow> {
    let mut releases = Vec::new();
    let Some(catalogs) = Table::open(value, sink) else { return releases };
    for field in catalogs.fields() {
        let catalog = Located { value: field.key.to_owned(), span: field.key_span };
        let Some(table) = Table::read(&field.value, &["release"], sink) else { continue };
        let Some(list) = table.required("release", sink) else { continue };
        let mut seen: BTreeMap<Version, Span> = BTreeMap::new();
        for row in rows(&list, sink) {
            let Some(row) = release(&catalog, &row, sink) else { continue };
            match seen.insert(row.version.value.clone(), row.version.span) {
                Some(first) => {
                    let written = row.version.value.to_string();
                    sink.push(mistake::name_twice("the release", &written, row.version.span, first));
                }
                None => releases.push(row),
            }
        }
    }
    releases
}

fn release(catalog: &Located<String>, value: &Value, sink: &mut Sink) -> Option<ReleaseRow> {
    let table = Table::open(value, sink)?;
    let version = table.required("version", sink).and_then(|value| version(&value, sink));
    let mut columns = IndexMap::new();
    let mut whole = true;
    for field in table.fields().filter(|field| !["version", "requires", "gpu"].contains(&field.key)) {
        match text(&field.value, sink) {
            Some(text) if field.key == "index" && !is_url(&text.value) => {
                sink.push(mistake::index_url(&text.value, text.span));
                whole = false;
            }
            Some(text) => drop(columns.insert(field.key.to_owned(), (field.key_span, text.value))),
            None => whole = false,
        }
    }
    let requires = constraints(&table, "requires", sink);
    let gpu = constraints(&table, "gpu", sink);
    whole.then_some(())?;
    Some(ReleaseRow {
        catalog: catalog.clone(),
        version: version?,
        columns,
        requires: requires?,
        gpu: gpu?,
        span: value.data.span,
    })
}

fn is_url(text: &str) -> bool {
    (text.starts_with("https://") || text.starts_with("http://")) && !text.contains(char::is_whitespace)
}

/// A version in quotes: a number would lose its zeros in other tools.
pub fn version(value: &Value, sink: &mut Sink) -> Option<Located<Version>> {
    let written = text(value, sink)?;
    match Version::parse(&written.value) {
        Ok(version) => Some(Located { value: version, span: written.span }),
        Err(invalid) => {
            sink.push(mistake::constraint_invalid(&written.value, &invalid.reason, written.span));
            None
        }
    }
}

fn constraints(table: &Table, key: &str, sink: &mut Sink) -> Option<IndexMap<String, (Span, Constraint)>> {
    let Some(value) = table.value(key) else { return Some(IndexMap::new()) };
    let names = Table::open(&value, sink)?;
    let read: Vec<Option<_>> = names
        .fields()
        .map(|field| Some((field.key.to_owned(), (field.key_span, field.value.constraint(sink)?.value))))
        .collect();
    read.into_iter().collect()
}
