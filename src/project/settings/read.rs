//! [`Data`] of `cogpack.toml` → [`Settings`], with everything that is wrong in it.
//!
//! To add a key: its name in `KEYS`, a field of [`Settings`], a line in [`Settings::read`].

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::diagnostic::{Sink, secret};
use crate::project::config::{Located, is_variable};
use crate::project::data::{Data, DataKind};
use crate::project::decode::{Table, Value};
use crate::project::settings::{BlockParams, ExportSettings, ParamSetting, Settings, world};
use crate::project::{mistake, path};
use crate::source::FileId;

const KEYS: &[&str] =
    &["stack", "with", "without", "blocks", "params", "export", "base", "catalog", "driver", "image", "pair"];

const EXPORT_KEYS: &[&str] = &["cmd", "entrypoint", "workdir", "user", "expose", "env", "labels"];

impl Settings {
    /// Reads `cogpack.toml`.
    pub fn read(data: &Data, file: FileId, sink: &mut Sink) -> Self {
        let mut settings = Self { file: Some(file), ..Self::default() };
        let Some(table) = Table::read(&Value::root(data), KEYS, sink) else {
            return settings;
        };
        settings.stack = table.value("stack").and_then(|value| read_name(&value, "stack", sink));
        settings.with = read_names(&table, "with", sink);
        settings.without = read_names(&table, "without", sink);
        settings.block_paths = table.value("blocks").map(|value| read_paths(&value, sink));
        settings.params = table.value("params").map(|value| read_params(&value, sink)).unwrap_or_default();
        settings.world = world::read(&table, sink);
        settings.export =
            table.table("export", EXPORT_KEYS, sink).map(|export| read_export(&export, sink)).unwrap_or_default();
        let with: BTreeMap<_, _> = settings.with.iter().map(|with| (with.value.as_str(), with.span)).collect();
        for without in &settings.without {
            if let Some(with) = with.get(without.value.as_str()) {
                sink.push(mistake::with_and_without(&without.value, without.span, *with));
            }
        }
        settings
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn read_name(value: &Value, what: &str, sink: &mut Sink) -> Option<Located<String>> {
    let name = value.filled(sink)?;
    if !is_name(&name.value) {
        sink.push(mistake::block_name(what, &name.value, name.span));
        return None;
    }
    Some(name)
}

fn read_names(table: &Table, key: &str, sink: &mut Sink) -> Vec<Located<String>> {
    let items = table.items(key, sink);
    items.iter().filter_map(|item| read_name(item, "block", sink)).collect()
}

fn read_paths(value: &Value, sink: &mut Sink) -> Vec<Located<String>> {
    let items = value.items(sink);
    let mut paths: Vec<_> = items.iter().filter_map(|item| item.filled(sink)).collect();
    paths.retain(|named| {
        let inside = path::inside("", &named.value).is_some();
        if !inside {
            sink.push(mistake::path_outside(&named.value, named.span));
        }
        inside
    });
    paths
}

fn read_params(value: &Value, sink: &mut Sink) -> IndexMap<String, BlockParams> {
    let mut params = IndexMap::new();
    let Some(blocks) = Table::open(value, sink) else {
        return params;
    };
    for block in blocks.fields() {
        if !is_name(block.key) {
            sink.push(mistake::block_name("block", block.key, block.key_span));
        }
        let Some(values) = Table::open(&block.value, sink) else {
            continue;
        };
        let of_block = params
            .entry(block.key.to_owned())
            .or_insert_with(|| BlockParams { block: block.key_span, values: IndexMap::new() });
        for field in values.fields() {
            if !is_name(field.key) {
                sink.push(mistake::block_name("parameter", field.key, field.key_span));
            }
            if is_clean(&field.value, sink) {
                let value = Located { value: field.value.data.clone(), span: field.value.data.span };
                of_block.values.insert(field.key.to_owned(), ParamSetting { name: field.key_span, value });
            }
        }
    }
    params
}

/// Whether the texts of a parameter hold no control characters but lines and tabs. The checker sees to its type.
fn is_clean(value: &Value, sink: &mut Sink) -> bool {
    match &value.data.kind {
        DataKind::String(_) => value.text(sink).is_some(),
        DataKind::List(_) => {
            let items = value.items(sink);
            items
                .iter()
                .filter(|item| matches!(item.data.kind, DataKind::String(_)))
                .all(|item| item.text(sink).is_some())
        }
        _ => true,
    }
}

fn read_export(table: &Table, sink: &mut Sink) -> ExportSettings {
    ExportSettings {
        cmd: read_command(table, "cmd", sink),
        entrypoint: read_command(table, "entrypoint", sink),
        workdir: table.value("workdir").and_then(|value| read_workdir(&value, sink)),
        user: table.value("user").and_then(|value| value.filled(sink)),
        expose: table.items("expose", sink).iter().filter_map(|item| read_port(item, sink)).collect(),
        env: read_texts(table, "env", sink),
        labels: read_texts(table, "labels", sink),
    }
}

/// A command in its parts; the empty list is one too: it takes away what blocks and the stack set.
fn read_command(table: &Table, key: &str, sink: &mut Sink) -> Option<Located<Vec<String>>> {
    let value = table.value(key)?;
    let words = value.items(sink);
    let texts: Vec<_> = words.iter().filter_map(|word| word.text(sink)).map(|word| word.value).collect();
    (matches!(value.data.kind, DataKind::List(_)) && texts.len() == words.len())
        .then_some(Located { value: texts, span: value.data.span })
}

fn read_workdir(value: &Value, sink: &mut Sink) -> Option<Located<String>> {
    let workdir = value.filled(sink)?;
    if path::in_image(&workdir.value).is_none() {
        sink.push(mistake::image_path(&value.path, &workdir.value, workdir.span));
        return None;
    }
    Some(workdir)
}

fn read_port(value: &Value, sink: &mut Sink) -> Option<Located<u16>> {
    let port = value.int(1..=i64::from(u16::MAX), sink)?;
    Some(Located { value: u16::try_from(port.value).ok()?, span: port.span })
}

fn read_texts(table: &Table, key: &str, sink: &mut Sink) -> IndexMap<String, Located<String>> {
    let mut texts = IndexMap::new();
    let Some(fields) = table.value(key).and_then(|value| Table::open(&value, sink)) else {
        return texts;
    };
    for field in fields.fields() {
        if key == "env" && !is_variable(field.key) {
            sink.push(mistake::env_name(field.key, field.key_span));
            continue;
        }
        if field.key.trim().is_empty() || field.key.chars().any(char::is_control) {
            sink.push(mistake::value_empty(&format!("export.{key}"), field.key_span));
            continue;
        }
        if let Some(text) = field.value.text(sink) {
            if secret::is_in_variable(field.key, &text.value) {
                sink.push(mistake::looks_secret(&format!("the value of `{}`", field.key), text.span));
            }
            texts.insert(field.key.to_owned(), text);
        }
    }
    texts
}
