//! Indexes that `pyproject.toml` names → those that every package may come from, and those that single ones come from.

use indexmap::IndexMap;

use crate::project::config::Located;
use crate::project::data::{Data, DataKind};
use crate::project::decode::{Table, Value};
use crate::project::packages::gather::Gather;
use crate::project::packages::{marker, normalize};

/// Tables of indexes: the key of the table, and how an index says that only those who name it get it.
const INDEXES: &[(&str, &str)] =
    &[("tool.uv.index", "explicit"), ("tool.poetry.source", "priority"), ("tool.pdm.source", "")];

/// Tables in which packages name an index: the key of the table, and that of the index in what stands for a package.
const NAMED: &[(&str, &str)] = &[("tool.uv.sources", "index"), ("tool.poetry.dependencies", "source")];

/// Indexes that have a name.
type Names = IndexMap<String, Located<String>>;

/// Reads all of them.
pub fn read(gather: &mut Gather, data: &Data) {
    let at = |path: &str| data.get(path).map(|data| Value { data, path: path.to_owned() });
    let mut names = Names::new();
    for (path, limited) in INDEXES {
        for index in at(path).map(|value| value.items(gather.sink)).unwrap_or_default() {
            read_index(gather, &index, limited, &mut names);
        }
    }
    for url in at("tool.uv.extra-index-url").map(|value| value.items(gather.sink)).unwrap_or_default() {
        if let Some(url) = url.string(gather.sink) {
            gather.add_index(&url.value, false, url.span);
        }
    }
    if let Some(url) = at("tool.uv.index-url").and_then(|value| value.string(gather.sink)) {
        gather.add_index(&url.value, true, url.span);
    }
    for (path, key) in NAMED {
        if let Some(DataKind::Map(packages)) = data.get(path).map(|data| &data.kind) {
            for (package, entry) in packages {
                take_named(gather, package, &entry.value, key, &names);
            }
        }
    }
}

fn read_index(gather: &mut Gather, index: &Value, limited: &str, names: &mut Names) {
    let Some(table) = Table::open(index, gather.sink) else {
        return;
    };
    let explicit = table.value(limited).is_some_and(|value| match &value.data.kind {
        DataKind::Bool(explicit) => *explicit,
        DataKind::String(priority) => priority == "explicit",
        _ => false,
    });
    let Some(url) = table.string("url", gather.sink) else { return };
    if !explicit {
        gather.add_index(&url.value, false, url.span);
    }
    if let Some(name) = table.value("name").and_then(|name| text(name.data).map(str::to_owned)) {
        names.insert(name, url);
    }
}

/// Takes the index that a package names: in a table, or in several of which markers choose. Whether the tables are as their
/// tool wants them is the tool's business.
fn take_named(gather: &mut Gather, package: &str, data: &Data, key: &str, names: &Names) {
    let tables = match &data.kind {
        DataKind::List(tables) => tables.as_slice(),
        _ => std::slice::from_ref(data),
    };
    for table in tables {
        let of = |key: &str| table.get(key).and_then(text);
        let mut markers = ["marker", "markers"].into_iter().filter_map(of);
        let applies = |text: &str| marker::parse(text).is_ok_and(|marker| marker::may_apply(&marker));
        // What an extra or a group brings is for other times.
        let is_asked = of("extra").is_none() && of("group").is_none() && markers.all(applies);
        if let Some(url) = of(key).and_then(|name| names.get(name)).filter(|_| is_asked) {
            let own = gather.packages.own_indexes.entry(normalize(package)).or_default();
            own.push(url.clone());
        }
    }
}

fn text(data: &Data) -> Option<&str> {
    match &data.kind {
        DataKind::String(text) => Some(text),
        _ => None,
    }
}
