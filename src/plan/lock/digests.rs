//! The digests of images in a lock: which images have one, and a plan that starts from these and no others.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostic, Sink};
use crate::plan::lock::{DIGESTS, FILE, drift, takes_no_part, text};
use crate::plan::model::{Input, Plan};
use crate::plan::visit;
use crate::project::data::{Data, DataKind, Entry};
use crate::source::Span;

/// Digests by reference.
#[derive(Clone, Debug, Default)]
pub(super) struct Digests(IndexMap<String, Digest>);

#[derive(Clone, Debug)]
struct Digest {
    text: String,
    span: Span,
}

impl Digests {
    pub fn read(document: &Data) -> Result<Self, Box<Diagnostic>> {
        let Some(DataKind::Map(entries)) = document.get(DIGESTS).map(|data| &data.kind) else {
            return Ok(Self::default());
        };
        let digest = |(reference, entry): (&String, &Entry)| match text(&entry.value).filter(|text| is_digest(text)) {
            Some(text) => Ok((reference.clone(), Digest { text: text.to_owned(), span: entry.key_span })),
            None => Err(Box::new(no_digest(reference, entry))),
        };
        entries.iter().map(digest).collect::<Result<_, _>>().map(Self)
    }

    /// Finds the images without a digest, and the digests without an image.
    pub fn check(&self, plan: &Plan, sink: &mut Sink) {
        if self.0.is_empty() {
            return;
        }
        let images = images(plan);
        for (reference, digest) in self.0.iter().filter(|(reference, _)| !images.contains(*reference)) {
            sink.push(takes_no_part(reference, digest.span));
        }
        for reference in images.iter().filter(|reference| !self.0.contains_key(*reference)) {
            sink.push(drift(&format!("the digest of `{reference}` is not locked"), None, ""));
        }
    }

    pub fn pin(&self, plan: &mut Plan) {
        for input in plan.stages.iter_mut().flat_map(visit::inputs_mut) {
            if let Input::Image { image } = input {
                *image = self.pinned(std::mem::take(image));
            }
        }
    }

    /// A reference with its digest, if it has one here.
    pub fn pinned(&self, reference: String) -> String {
        match self.0.get(&reference) {
            Some(digest) => format!("{reference}@{}", digest.text),
            None => reference,
        }
    }
}

/// The images that a plan starts from or copies from, without those whose digest is in their reference.
pub fn images(plan: &Plan) -> BTreeSet<String> {
    let inputs = plan.stages.iter().enumerate().flat_map(|(index, stage)| visit::inputs(index, stage));
    let references = inputs.filter_map(|(input, _)| match input {
        Input::Image { image } => Some(image.clone()),
        _ => None,
    });
    references.filter(|reference| !reference.contains('@')).collect()
}

fn no_digest(reference: &str, entry: &Entry) -> Diagnostic {
    drift(&format!("`{FILE}` has no digest of `{reference}`"), Some(entry.value.span), "no digest of sha256")
}

fn is_digest(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:");
    hex.is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
}
