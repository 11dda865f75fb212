//! `[[image]]` and `[[pair]]` → base images. What they say becomes variables, commands and references of builds, so all of it
//! is looked at.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::diagnostic::Sink;
use crate::project::config::{self, Located};
use crate::project::decode::Table;
use crate::project::settings::world::described::{Described, Written};
use crate::project::settings::world::{PairRow, release, rows, text, texts};
use crate::project::{mistake, path};
use crate::source::Span;

const KEYS: &[&str] = &["name", "reference", "platforms", "env", "workdir", "user", "entrypoint", "cmd", "packages"];

/// Whether a text can be the reference of an image.
pub fn is_reference(text: &str) -> bool {
    config::is_image(text)
}

/// Whether a text names an image or is a reference; tells when it is neither.
pub fn is_named(named: &Located<String>, sink: &mut Sink) -> bool {
    let is = is_name(&named.value) || is_reference(&named.value);
    if !is {
        sink.push(mistake::image_name(&named.value, named.span));
    }
    is
}

fn is_name(name: &str) -> bool {
    name.len() <= 128 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// Reads `[[image]]`.
pub fn read_images(table: &Table, sink: &mut Sink) -> Vec<Described<Written>> {
    let mut images: Vec<Located<Described<Written>>> = Vec::new();
    let rows = table.value("image").map(|list| rows(&list, sink)).unwrap_or_default();
    for row in rows {
        let Some(image) = Table::read(&row, KEYS, sink).and_then(|table| image(&table, sink)) else { continue };
        match images.iter().find(|known| known.value.name == image.value.name) {
            Some(first) => sink.push(mistake::name_twice("the image", &image.value.name, image.span, first.span)),
            None => images.push(image),
        }
    }
    images.into_iter().map(|image| image.value).collect()
}

/// Reads `[[pair]]`.
pub fn read_pairs(table: &Table, images: &[Described<Written>], sink: &mut Sink) -> Vec<PairRow> {
    let mut pairs = Vec::new();
    let Some(list) = table.value("pair") else { return pairs };
    for row in rows(&list, sink) {
        let Some(table) = Table::read(&row, &["build", "runtime"], sink) else { continue };
        let mut side = |key: &str| {
            let name = table.required(key, sink).and_then(|value| text(&value, sink))?;
            let place = images.iter().position(|image| image.name == name.value);
            if place.is_none() {
                let known: Vec<&str> = images.iter().map(|image| image.name.as_str()).collect();
                sink.push(mistake::image_unknown(&name.value, &known, name.span));
            }
            place
        };
        if let (Some(build), Some(runtime)) = (side("build"), side("runtime")) {
            pairs.push((build, runtime));
        }
    }
    pairs
}

/// An image, and where its name is.
fn image(table: &Table, sink: &mut Sink) -> Option<Located<Described<Written>>> {
    let name = table.required("name", sink).and_then(|value| text(&value, sink));
    let name = name.filter(|name| {
        let is = is_name(&name.value);
        if !is {
            sink.push(mistake::image_name(&name.value, name.span));
        }
        is
    });
    let reference = table.required("reference", sink).and_then(|value| text(&value, sink));
    let reference = reference.filter(|reference| {
        let is = is_reference(&reference.value);
        if !is {
            sink.push(mistake::image_name(&reference.value, reference.span));
        }
        is
    });
    let platforms = table.required("platforms", sink).and_then(|_| platforms(table, sink));
    let env = env(table, sink);
    let packages = packages(table, sink);
    let (entrypoint, cmd) = (texts(table, "entrypoint", sink), texts(table, "cmd", sink));
    let (workdir, user) = (optional(table, "workdir", sink), optional(table, "user", sink));
    let workdir = workdir.filter(|workdir| workdir.as_ref().is_none_or(|path| is_in_image("workdir", path, sink)));
    let values = |list: Vec<Located<String>>| list.into_iter().map(|item| item.value).collect();
    let name = name?;
    let image = Described {
        name: name.value,
        reference: reference?.value,
        platforms: platforms?,
        env: env?,
        workdir: workdir?.map(|path| path.value),
        user: user?.map(|user| user.value),
        entrypoint: values(entrypoint?),
        cmd: values(cmd?),
        packages: packages?,
    };
    Some(Located { value: image, span: name.span })
}

/// A text that may be absent; nothing when it is wrong.
fn optional(table: &Table, key: &str, sink: &mut Sink) -> Option<Option<Located<String>>> {
    match table.value(key) {
        Some(value) => text(&value, sink).map(Some),
        None => Some(None),
    }
}

fn is_in_image(what: &str, named: &Located<String>, sink: &mut Sink) -> bool {
    let is = path::in_image(&named.value).is_some() && !named.value.contains('$');
    if !is {
        sink.push(mistake::image_path(what, &named.value, named.span));
    }
    is
}

fn platforms(table: &Table, sink: &mut Sink) -> Option<Vec<String>> {
    let named = texts(table, "platforms", sink)?;
    if named.is_empty() {
        sink.push(mistake::value_empty("platforms", table.value("platforms").map_or(table.span, |it| it.data.span)));
        return None;
    }
    let mut whole = true;
    for platform in &named {
        let word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if !platform.value.split_once('/').is_some_and(|(os, arch)| word(os) && word(arch)) {
            sink.push(mistake::platform(&platform.value, platform.span));
            whole = false;
        }
    }
    whole.then(|| named.into_iter().map(|platform| platform.value).collect())
}

/// `NAME=VALUE` each. A search path holds absolute directories alone: an empty or a relative one is the directory that
/// somebody happens to be in.
fn env(table: &Table, sink: &mut Sink) -> Option<Vec<String>> {
    let entries = texts(table, "env", sink)?;
    let mut whole = true;
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    for entry in &entries {
        let Some((name, value)) = entry.value.split_once('=').filter(|(name, _)| config::is_variable(name)) else {
            sink.push(mistake::environment_entry(&entry.value, entry.span));
            whole = false;
            continue;
        };
        let is_search_path = name.ends_with("PATH") && name != "PYTHONPATH" || name == "PATH";
        if is_search_path && !value.split(':').all(|part| path::in_image(part).is_some() && !part.contains('$')) {
            sink.push(mistake::image_path(name, value, entry.span));
            whole = false;
        }
        if let Some(before) = first.insert(name, entry.span) {
            sink.push(mistake::name_twice("the variable", name, entry.span, before));
            whole = false;
        }
    }
    whole.then(|| entries.into_iter().map(|entry| entry.value).collect())
}

fn packages(table: &Table, sink: &mut Sink) -> Option<IndexMap<String, Written>> {
    let Some(value) = table.value("packages") else { return Some(IndexMap::new()) };
    let fields = Table::open(&value, sink)?;
    let mut packages = IndexMap::new();
    let mut whole = true;
    for field in fields.fields() {
        let name = field.key.strip_prefix("apt:").unwrap_or(field.key);
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_name) {
            sink.push(mistake::block_name("package", field.key, field.key_span));
            whole = false;
            continue;
        }
        let table = Table::read(&field.value, &["version", "path"], sink);
        let version = table.as_ref().and_then(|table| match table.value("version") {
            Some(value) => release::version(&value, sink).map(|version| Some(version.value.to_string())),
            None => Some(None),
        });
        let path = table.as_ref().and_then(|table| optional(table, "path", sink));
        let path = path.filter(|path| path.as_ref().is_none_or(|path| is_in_image("path", path, sink)));
        match (version, path) {
            (Some(version), Some(path)) => {
                packages.insert(field.key.to_owned(), (version, path.map(|path| path.value)));
            }
            _ => whole = false,
        }
    }
    whole.then_some(packages)
}
