//! `uv.lock`, `poetry.lock`, `pdm.lock` → the versions that they fix, by name.

use indexmap::IndexMap;

use crate::project::config::Located;
use crate::project::data::{Data, DataKind, Entry, Format};
use crate::project::mistake;
use crate::project::packages::gather::Gather;
use crate::project::packages::requirement::Parsed;
use crate::project::packages::{marker, normalize};
use crate::version::{Constraint, Version};

const LOCKS: &[&str] = &["uv.lock", "poetry.lock", "pdm.lock"];

/// Reads every lock that is there. All three tools write a `[[package]]` with `name` and `version` for each package.
pub fn read(gather: &mut Gather) {
    for lock in LOCKS {
        match gather.documents.document(gather.sources, Format::Toml, lock) {
            Ok(Some(data)) => read_lock(gather, &data),
            Ok(None) => {}
            Err(found) => gather.sink.push(found),
        }
    }
}

fn read_lock(gather: &mut Gather, data: &Data) {
    let Some(DataKind::List(packages)) = data.get("package").map(|packages| &packages.kind) else {
        return;
    };
    let mut locked: IndexMap<String, Vec<Located<Version>>> = IndexMap::new();
    for package in packages.iter().filter_map(entries) {
        let (Some(name), Some(at)) = (text(package, "name"), package.get("version")) else {
            continue;
        };
        let Some(written) = text(package, "version").filter(|_| !is_project(package) && may_apply(package)) else {
            continue;
        };
        match Version::parse(written) {
            Ok(value) => {
                let versions = locked.entry(normalize(name)).or_default();
                if !versions.iter().any(|known| known.value == value) {
                    versions.push(Located { value, span: at.value.span });
                }
            }
            Err(_) => gather.sink.push(mistake::version_invalid(name, written, at.value.span)),
        }
    }
    for (name, versions) in locked {
        fix(gather, name, versions);
    }
}

/// One version is the version. Of several, for other versions of Python or other machines, each may be it.
fn fix(gather: &mut Gather, name: String, mut versions: Vec<Located<Version>>) {
    let Some(first) = versions.first().cloned() else {
        return;
    };
    if versions.len() == 1 {
        gather.packages.by_name.entry(name).or_default().locked = versions.pop();
        return;
    }
    let any = versions.iter().map(|version| format!("=={}", version.value)).collect::<Vec<_>>().join(" || ");
    let constraint = Constraint::parse(&any).ok();
    gather.ask(
        Parsed { name: Some(name), constraint, extras: Vec::new(), applies: true, marker: None, text: String::new() },
        first.span,
    );
}

fn entries(package: &Data) -> Option<&IndexMap<String, Entry>> {
    match &package.kind {
        DataKind::Map(entries) => Some(entries),
        _ => None,
    }
}

fn text<'a>(package: &'a IndexMap<String, Entry>, key: &str) -> Option<&'a str> {
    match &package.get(key)?.value.kind {
        DataKind::String(text) => Some(text),
        _ => None,
    }
}

/// Whether an entry is the project itself, or a member of its workspace: uv lists these too.
fn is_project(package: &IndexMap<String, Entry>) -> bool {
    let source = package.get("source").and_then(|source| entries(&source.value));
    source.is_some_and(|source| source.contains_key("virtual") || source.contains_key("editable"))
}

/// Whether a lock's marker lets an entry in on Linux: uv's `resolution-markers`, Poetry's `markers`, PDM's `marker`.
fn may_apply(package: &IndexMap<String, Entry>) -> bool {
    let holds = |text: &str| marker::parse(text).map_or(true, |tree| marker::may_apply(&tree));
    let single = ["marker", "markers"].iter().filter_map(|key| text(package, key)).all(holds);
    let several = package.get("resolution-markers").is_none_or(|markers| match &markers.value.kind {
        DataKind::List(markers) => markers.iter().any(|marker| match &marker.kind {
            DataKind::String(text) => holds(text),
            _ => true,
        }),
        _ => true,
    });
    single && several
}
