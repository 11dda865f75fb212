//! Where an image goes → what the daemon's exporters are told.

use bollard_buildkit_proto::moby::buildkit::v1::frontend;
use bollard_buildkit_proto::moby::buildkit::v1::{CacheOptions, CacheOptionsEntry, Exporter};
use indexmap::IndexMap;

use crate::build::engine::Engine;
use crate::build::error;
use crate::build::failure::Failure;
use crate::build::request::{Cache, Output, OutputKind, Request};
use crate::build::solve::ask::ask;

/// The exporters of a request, in its order.
pub(super) async fn exporters(engine: &Engine, request: &Request) -> Result<Vec<Exporter>, Failure> {
    let exporters: Vec<Exporter> =
        request.outputs.iter().map(|output| exporter(engine, request, output)).collect::<Result<_, _>>()?;
    if exporters.len() > 1 && !ask(engine).await?.has_several_exports() {
        return Err(Failure::refused(error::one_output(&engine.name)));
    }
    for cache in &request.cache_to {
        engine.features.can_cache(&cache.kind)?;
    }
    Ok(exporters)
}

fn exporter(engine: &Engine, request: &Request, output: &Output) -> Result<Exporter, Failure> {
    let mut kind = engine.features.exporter(output)?;
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
    // `moby` always unpacks, which the daemon refuses beside new times. `image` puts the image into the same store, and the
    // Docker Engine unpacks it when it first runs.
    let rewrites = attributes.get("rewrite-timestamp").is_some_and(|value| value == "true");
    if rewrites && kind == "moby" && engine.features.exporters.contains("image") {
        kind = "image".to_owned();
    }
    Ok(Exporter { r#type: kind, attrs: attributes.into_iter().collect() })
}

/// The caches of a request.
pub(super) fn caches(request: &Request) -> CacheOptions {
    let entry = |cache: &Cache| CacheOptionsEntry {
        r#type: cache.kind.clone(),
        attrs: cache.attributes.clone().into_iter().collect(),
    };
    CacheOptions {
        exports: request.cache_to.iter().map(entry).collect(),
        imports: request.cache_from.iter().map(entry).collect(),
        ..CacheOptions::default()
    }
}

/// The caches that a solve of the gateway reads.
pub(super) fn imports(request: &Request) -> Vec<frontend::CacheOptionsEntry> {
    let entry = |cache: &Cache| frontend::CacheOptionsEntry {
        r#type: cache.kind.clone(),
        attrs: cache.attributes.clone().into_iter().collect(),
    };
    request.cache_from.iter().map(entry).collect()
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
