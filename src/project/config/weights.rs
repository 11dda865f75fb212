//! `weights:` in `cog.yaml` → [`Weight`]s: names of their own, folders of their own.

use std::collections::BTreeMap;

use crate::diagnostic::Sink;
use crate::project::config::{Located, Weight, WeightSource};
use crate::project::data::DataKind;
use crate::project::decode::{Table, Value};
use crate::project::{mistake, path};
use crate::source::Span;

/// Reads `weights` of the whole file.
pub fn read(table: &Table, sink: &mut Sink) -> Vec<Weight> {
    let items = table.items("weights", sink);
    let weights: Vec<Weight> = items.iter().filter_map(|item| read_weight(item, sink)).collect();
    check_names(&weights, sink);
    check_targets(&weights, sink);
    weights
}

fn read_weight(value: &Value, sink: &mut Sink) -> Option<Weight> {
    let table = Table::read(value, &["name", "target", "source"], sink)?;
    let name = table.required("name", sink).and_then(|name| read_name(&name, sink));
    let target = table.required("target", sink).and_then(|target| read_target(&target, sink));
    let sources = table.required("source", sink).map(|source| read_sources(&source, sink)).unwrap_or_default();
    let (name, target) = (name?, target?);
    (!sources.is_empty()).then_some(Weight { name, target, sources })
}

fn read_name(value: &Value, sink: &mut Sink) -> Option<Located<String>> {
    let name = value.filled(sink)?;
    let word =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !name.value.split(['.', '_', '-']).all(word) {
        sink.push(mistake::weight_name(&name.value, name.span));
        return None;
    }
    Some(name)
}

fn read_target(value: &Value, sink: &mut Sink) -> Option<Located<String>> {
    let target = value.filled(sink)?;
    if path::in_image(&target.value).is_none_or(|path| path == "/") {
        sink.push(mistake::image_path(&value.path, &target.value, target.span));
        return None;
    }
    Some(target)
}

fn read_sources(value: &Value, sink: &mut Sink) -> Vec<WeightSource> {
    if !matches!(value.data.kind, DataKind::List(_)) {
        return read_source(value, sink).into_iter().collect();
    }
    let items = value.items(sink);
    if items.is_empty() {
        sink.push(mistake::value_empty(&value.path, value.data.span));
    }
    items.iter().filter_map(|item| read_source(item, sink)).collect()
}

fn read_source(value: &Value, sink: &mut Sink) -> Option<WeightSource> {
    let table = Table::read(value, &["uri", "include", "exclude"], sink)?;
    let include = read_patterns(&table, "include", sink);
    let exclude = read_patterns(&table, "exclude", sink);
    let uri = table.required("uri", sink)?.filled(sink)?;
    Some(WeightSource { uri, include, exclude })
}

fn read_patterns(table: &Table, key: &str, sink: &mut Sink) -> Vec<Located<String>> {
    let mut patterns = table.strings(key, sink);
    patterns.retain(|pattern| {
        let valid = !pattern.value.trim_start().starts_with('!') && !pattern.value.contains('\\');
        if !valid {
            sink.push(mistake::weight_pattern(&pattern.value, pattern.span));
        }
        valid
    });
    patterns
}

fn check_names(weights: &[Weight], sink: &mut Sink) {
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    for weight in weights {
        if let Some(earlier) = first.get(weight.name.value.as_str()) {
            sink.push(mistake::name_twice("the name", &weight.name.value, weight.name.span, *earlier));
        } else {
            first.insert(&weight.name.value, weight.name.span);
        }
    }
}

/// No target may be another, lie in another, or hold another.
fn check_targets(weights: &[Weight], sink: &mut Sink) {
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for weight in weights {
        // With the `/` at its end a folder sorts right before what lies in it.
        let Some(folder) = path::in_image(&weight.target.value).map(|path| format!("{path}/")) else {
            continue;
        };
        let inner = seen.range(folder.clone()..).next().filter(|(other, _)| other.starts_with(&folder));
        let outer = folder.char_indices().filter(|(_, character)| *character == '/');
        let outer = outer.filter_map(|(at, _)| seen.get_key_value(&folder[..=at])).next();
        if let Some((_, earlier)) = inner.or(outer) {
            sink.push(mistake::weight_overlap(&weight.target.value, weight.target.span, *earlier));
        }
        seen.entry(folder).or_insert(weight.target.span);
    }
}
