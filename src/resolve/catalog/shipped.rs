//! The text of a catalog that ships → [`Catalog`], whose rows are read later.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::resolve::catalog::{Catalog, Details, Release};
use crate::resolve::quick::{self, Value};
use crate::version::Constraint;

/// How each row begins.
const START: &str = "{ version = \"";

impl Catalog {
    /// Reads a catalog that ships. `None` when it is not written as these are.
    pub fn shipped(text: &'static str) -> Option<Self> {
        let sections = quick::read(text)?;
        let mut catalog = Self::default();
        for (key, value) in &sections.first()?.entries {
            let owned = || value.texts().into_iter().map(str::to_owned).collect();
            match *key {
                "name" => catalog.name = value.text()?.to_owned(),
                "package" => catalog.package = value.text()? == "true",
                "others" => catalog.others = value.text()? == "true",
                "images" => catalog.images = value.text()? == "true",
                "precision" => catalog.precision = value.text()?.parse().ok(),
                "prefer" => catalog.prefer = Constraint::parse(value.text()?).ok(),
                "needs" => catalog.needs = owned(),
                "brings" => catalog.brings = owned(),
                "used_by" => catalog.used_by = owned(),
                "columns" => catalog.columns = owned(),
                "versions" => catalog.releases.extend(value.texts().into_iter().map(|version| shelved(version, ""))),
                "release" => {
                    let Value::Rows(rows) = value else { return None };
                    catalog.releases.extend(quick::rows(rows).filter_map(|row| {
                        let version = row.strip_prefix(START)?.split('"').next()?;
                        Some(shelved(version, row))
                    }));
                }
                _ => return None,
            }
        }
        Some(catalog)
    }
}

fn shelved(version: &'static str, row: &'static str) -> Release {
    Release { written: Cow::Borrowed(version), row, version: OnceLock::new(), details: OnceLock::new(), span: None }
}

/// What a row says besides the version.
pub(super) fn details(row: &str) -> Option<Details> {
    let mut details = Details::default();
    for (key, value) in quick::row(row)? {
        let constraints = || {
            let read =
                |(name, value): &(&str, Value)| Some(((*name).to_owned(), Constraint::parse(value.text()?).ok()?));
            value.entries().iter().map(read).collect::<Option<_>>()
        };
        match key {
            "version" => {}
            "requires" => details.requires = constraints()?,
            "gpu" => details.gpu = constraints()?,
            "brings_with" => details.brings_with = Some(value.text()?.to_owned()),
            column => {
                details.columns.insert(column.to_owned(), value.text()?.to_owned());
            }
        }
    }
    Some(details)
}
