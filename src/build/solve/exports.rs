//! Where an image goes → what the daemon's exporters are told.

use bollard_buildkit_proto::moby::buildkit::v1::Exporter;
use indexmap::IndexMap;

use crate::build::engine::Engine;
use crate::build::error;
use crate::build::failure::Failure;
use crate::build::request::{Output, OutputKind, Request, is_yes};
use crate::build::solve::ask::ask;

/// The exporters of a request, in its order.
pub(super) async fn exporters(engine: &Engine, request: &Request) -> Result<Vec<Exporter>, Failure> {
    let exporters: Vec<Exporter> =
        request.outputs.iter().map(|output| exporter(engine, request, output)).collect::<Result<_, _>>()?;
    if exporters.len() > 1 && !ask(engine).await?.has_several_exports() {
        return Err(Failure::refused(error::one_output(&engine.name)));
    }
    if !request.attestations.is_empty() {
        engine.features.can_attest(&ask(engine).await?)?;
    }
    Ok(exporters)
}

fn exporter(engine: &Engine, request: &Request, output: &Output) -> Result<Exporter, Failure> {
    let mut kind = engine.features.exporter(output)?;
    let has_platforms = request.targets.len() > 1;
    if has_platforms && kind == "moby" {
        engine.features.can_keep_platforms()?;
    }
    if kind == "docker" && (has_platforms || !request.attestations.is_empty()) {
        return Err(Failure::refused(error::one_image(has_platforms)));
    }
    let mut attributes = output.attributes.clone();
    if matches!(output.kind, OutputKind::Image | OutputKind::Oci) {
        attributes.entry("oci-mediatypes".to_owned()).or_insert_with(|| "true".to_owned());
    }
    if let Some(epoch) = request.epoch {
        attributes.entry("source-date-epoch".to_owned()).or_insert_with(|| epoch.to_string());
        // Files that are in no layer of their own have no times to rewrite.
        if matches!(output.kind, OutputKind::Image | OutputKind::Docker | OutputKind::Oci)
            && !attributes.contains_key("unpack")
        {
            attributes.entry("rewrite-timestamp".to_owned()).or_insert_with(|| "true".to_owned());
        }
    }
    // `moby` always unpacks, which the daemon refuses beside new times, and gives every name a tag, without which an image is
    // pushed by its digest. `image` puts the image into the same store, and the Docker Engine unpacks it when it first runs.
    let rewrites = attributes.get("rewrite-timestamp").is_some_and(|value| is_yes(value));
    if (rewrites || output.is_set("push-by-digest")) && kind == "moby" && engine.features.exporters.contains("image") {
        kind = "image".to_owned();
    }
    Ok(Exporter { r#type: kind, attrs: attributes.into_iter().collect() })
}

/// What the daemon adds to the image beside files: attestations.
pub(super) fn attributes(request: &Request) -> IndexMap<String, String> {
    request
        .attestations
        .iter()
        .map(|(kind, attributes)| {
            let value: Vec<String> = attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
            (format!("attest:{kind}"), value.join(","))
        })
        .collect()
}
