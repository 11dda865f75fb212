//! `cogpack.lock`: the versions, base images and digests of images of a resolution as text, and what of it no longer holds.

mod digests;

use std::collections::BTreeMap;
use std::rc::Rc;

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostic, Sink, code};
use crate::plan::metadata::Metadata;
use crate::plan::model::Plan;
use crate::project::Project;
use crate::project::data::{Data, DataKind, Format};
use crate::source::{SourceMap, Span};
use digests::Digests;
pub use digests::images;

/// The file, in the project.
pub const FILE: &str = "cogpack.lock";

/// The table of digests.
const DIGESTS: &str = "digests";

/// The form that is written.
const FORM: &str = "1";

/// What is locked, by table and key.
type Locked = BTreeMap<(&'static str, String), String>;

/// The text of the lock, with the digests of images by their references.
pub fn to_text(metadata: &Metadata, digests: &BTreeMap<String, String>) -> String {
    let mut text = format!(
        "# Written by `cogpack lock`. `--locked` fails when something would be chosen otherwise.\nform = \"{FORM}\"\n"
    );
    let mut table = "";
    let digests = digests.iter().map(|(reference, digest)| ((DIGESTS, reference.clone()), digest.clone()));
    for ((of, key), value) in locked(metadata).into_iter().chain(digests) {
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

/// The lock of a project.
#[derive(Clone, Debug)]
pub struct Lock {
    document: Rc<Data>,
    digests: Digests,
}

impl Lock {
    /// Reads it; none where there is none.
    ///
    /// # Errors
    ///
    /// It cannot be read, is written in another form, or has a digest that is none.
    pub fn read(project: &Project, sources: &SourceMap) -> Result<Option<Self>, Box<Diagnostic>> {
        let Some(document) = project.document(sources, Format::Toml, FILE)? else { return Ok(None) };
        if !matches!(document.get("form").map(|form| &form.kind), Some(DataKind::String(form)) if form == FORM) {
            let message = format!("`{FILE}` is not written in form {FORM}");
            return Err(Box::new(drift(&message, Some(document.span), "of another form")));
        }
        let digests = Digests::read(&document)?;
        Ok(Some(Self { document, digests }))
    }

    /// Finds what is chosen and differs from it.
    pub fn check(&self, metadata: &Metadata, sink: &mut Sink) {
        let mut chosen = locked(metadata);
        for table in ["base", "dependencies"] {
            let Some(DataKind::Map(entries)) = self.document.get(table).map(|data| &data.kind) else { continue };
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
                    None => sink.push(takes_no_part(key, entry.key_span)),
                }
            }
        }
        for ((_, key), value) in chosen {
            sink.push(drift(&format!("`{key}` is not locked, and `{value}` would be taken"), None, ""));
        }
    }

    /// Finds the images of a plan that it has no digest of, and those that take no part. One without digests locks versions alone.
    pub fn check_images(&self, plan: &Plan, sink: &mut Sink) {
        self.digests.check(plan, sink);
    }

    /// Gives the images of a plan the digests that it has of them, and what is known of them by reference, too.
    pub fn pin<T>(&self, plan: &mut Plan, known: &mut IndexMap<String, T>) {
        self.digests.pin(plan);
        *known = std::mem::take(known).into_iter().map(|(name, it)| (self.digests.pinned(name), it)).collect();
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

fn takes_no_part(key: &str, span: Span) -> Diagnostic {
    drift(&format!("`{key}` is locked and takes no part"), Some(span), "locked here")
}

/// E0861: there is no lock.
pub fn missing() -> Diagnostic {
    Diagnostic::error(code::LOCK_DRIFT, format!("the project has no `{FILE}`")).help("write it with `cogpack lock`")
}
