//! `cogpack.lock`: the versions and base images of a resolution as text, and what of it no longer holds.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Sink, code};
use crate::plan::metadata::Metadata;
use crate::project::Project;
use crate::project::data::{Data, DataKind, Format};
use crate::source::{SourceMap, Span};

/// The file, in the project.
pub const FILE: &str = "cogpack.lock";

/// The form that is written.
const FORM: &str = "1";

/// What is locked, by table and key.
type Locked = BTreeMap<(&'static str, String), String>;

/// The text of the lock.
pub fn to_text(metadata: &Metadata) -> String {
    let mut text = format!(
        "# Written by `cogpack lock`. `--locked` fails when something would be chosen otherwise.\nform = \"{FORM}\"\n"
    );
    let mut table = "";
    for ((of, key), value) in locked(metadata) {
        if of != table {
            text.push_str(&format!("\n[{of}]\n"));
            table = of;
        }
        text.push_str(&format!("{} = {}\n", quoted_key(&key), toml::Value::from(value)));
    }
    text
}

fn quoted_key(key: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if !key.is_empty() && key.bytes().all(plain) { key.to_owned() } else { toml::Value::from(key).to_string() }
}

fn locked(metadata: &Metadata) -> Locked {
    let mut locked = Locked::new();
    locked.insert(("base", "build".into()), metadata.base_image.build.clone());
    locked.insert(("base", "runtime".into()), metadata.base_image.runtime.clone());
    for (name, dependency) in &metadata.dependencies {
        let Some(version) = &dependency.version else { continue };
        let build = dependency.build.as_ref().map(|build| format!("+{build}")).unwrap_or_default();
        locked.insert(("dependencies", name.clone()), format!("{version}{build}"));
    }
    locked
}

/// Finds what differs from the lock of the project. A lock that is missing is an error.
pub fn check(metadata: &Metadata, project: &Project, sources: &SourceMap, sink: &mut Sink) {
    let document = match project.document(sources, Format::Toml, FILE) {
        Ok(Some(document)) => document,
        Ok(None) => return sink.push(missing()),
        Err(found) => return sink.push(found),
    };
    if !matches!(document.get("form").map(|form| &form.kind), Some(DataKind::String(form)) if form == FORM) {
        sink.push(drift(&format!("`{FILE}` is not written in form {FORM}"), Some(document.span), "of another form"));
        return;
    }
    let mut chosen = locked(metadata);
    for table in ["base", "dependencies"] {
        let Some(DataKind::Map(entries)) = document.get(table).map(|data| &data.kind) else { continue };
        for (key, entry) in entries {
            let is = chosen.remove(&(table, key.clone()));
            let was = text(&entry.value);
            match is {
                Some(is) if was == Some(is.as_str()) => {}
                Some(is) => sink.push(drift(
                    &format!("`{key}` is locked at `{}`, and `{is}` would be taken", was.unwrap_or("?")),
                    Some(entry.value.span),
                    "locked here",
                )),
                None => {
                    sink.push(drift(
                        &format!("`{key}` is locked and takes no part"),
                        Some(entry.key_span),
                        "locked here",
                    ));
                }
            }
        }
    }
    for ((_, key), value) in chosen {
        sink.push(drift(&format!("`{key}` is not locked, and `{value}` would be taken"), None, ""));
    }
}

fn text(data: &Data) -> Option<&str> {
    match &data.kind {
        DataKind::String(text) => Some(text),
        _ => None,
    }
}

/// E0861: what would be chosen is not what is locked.
fn drift(message: &str, span: Option<Span>, label: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error(code::LOCK_DRIFT, message)
        .help("run `cogpack lock` to lock what is chosen now, or take back what changed it");
    match span {
        Some(span) => diagnostic.at(span, label),
        None => diagnostic,
    }
}

fn missing() -> Diagnostic {
    Diagnostic::error(code::LOCK_DRIFT, format!("the project has no `{FILE}`")).help("write it with `cogpack lock`")
}
