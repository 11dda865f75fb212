//! An image that was built → the bytes that each stage adds to it, as far as the engine tells.
//!
//! An image's history has an entry for each layer, and ours name their stage. A Docker Engine tells sizes with its entries, unpacked; other
//! engines hand out the manifest, which has sizes as they are pushed, and the config, which has the entries.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use tonic::transport::Channel;

use crate::build::engine::Engine;
use crate::build::request::Request;
use crate::build::session::read_blob;
use crate::build::solve::{Built, HISTORY_COMMENT};

/// How long the engine may take to tell.
const PATIENCE: Duration = Duration::from_secs(3);

/// What an image is made of, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// What stages add, by their ids.
    pub stages: BTreeMap<String, u64>,
    /// What was there: the layers of base images.
    pub base: u64,
}

/// Asks the engine. Of several images it is the sum.
pub async fn sizes(engine: &Engine, request: &Request, built: &Built) -> Option<Sizes> {
    let asked = async {
        // Docker tells of one image of several.
        let told = if request.targets.len() == 1 { from_docker(engine, built).await } else { None };
        match told {
            Some(sizes) => Some(sizes),
            None => from_content(&engine.control().await.ok()?, built.digest.as_deref()?).await,
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.ok().flatten()
}

async fn from_docker(engine: &Engine, built: &Built) -> Option<Sizes> {
    for id in [&built.digest, &built.config_digest].into_iter().flatten() {
        if let Some(history) = engine.docker(&format!("/images/{id}/history")).await {
            return of_docker(&history);
        }
    }
    None
}

async fn from_content(channel: &Channel, digest: &str) -> Option<Sizes> {
    let manifest = read(channel, digest).await?;
    let mut all = Sizes::default();
    for digest in images(&manifest).unwrap_or_else(|| vec![digest.to_owned()]) {
        let manifest = read(channel, &digest).await?;
        let config = read(channel, manifest.pointer("/config/digest")?.as_str()?).await?;
        all.add(of_image(&manifest, &config)?);
    }
    Some(all)
}

async fn read(channel: &Channel, digest: &str) -> Option<Value> {
    serde_json::from_slice(&read_blob(channel, digest).await.ok()?).ok()
}

/// The images of an index, without what is said about them; none if it is that of one image.
fn images(index: &Value) -> Option<Vec<String>> {
    let is_image = |it: &&Value| it.pointer("/platform/os").and_then(Value::as_str) != Some("unknown");
    let images = index.get("manifests")?.as_array()?.iter().filter(is_image);
    images.map(|it| Some(it.get("digest")?.as_str()?.to_owned())).collect()
}

/// What a Docker Engine answers when it is asked for an image's history.
fn of_docker(history: &[u8]) -> Option<Sizes> {
    let history: Vec<Value> = serde_json::from_slice(history).ok()?;
    let entries =
        history.iter().map(|it| Some((text(it, "CreatedBy"), text(it, "Comment"), it.get("Size")?.as_u64()?)));
    entries.collect::<Option<Vec<_>>>().map(Sizes::of)
}

/// What a manifest and its config say together; nothing, when they have not the same number of layers.
fn of_image(manifest: &Value, config: &Value) -> Option<Sizes> {
    let layers = manifest.get("layers")?.as_array()?;
    let is_layer = |it: &&Value| it.get("empty_layer").and_then(Value::as_bool) != Some(true);
    let entries: Vec<&Value> = config.get("history")?.as_array()?.iter().filter(is_layer).collect();
    if layers.len() != entries.len() {
        return None;
    }
    let sized = entries.into_iter().zip(layers);
    let entries =
        sized.map(|(it, layer)| Some((text(it, "created_by"), text(it, "comment"), layer.get("size")?.as_u64()?)));
    entries.collect::<Option<Vec<_>>>().map(Sizes::of)
}

fn text<'v>(entry: &'v Value, key: &str) -> &'v str {
    entry.get(key).and_then(Value::as_str).unwrap_or_default()
}

impl Sizes {
    /// Of entries: by whom, a comment, bytes.
    fn of(entries: Vec<(&str, &str, u64)>) -> Self {
        let mut sizes = Self::default();
        for (created_by, comment, size) in entries {
            // `ID: NAME`
            let stage = created_by.split_once(": ").map_or(created_by, |(stage, _)| stage);
            let sum = if comment == HISTORY_COMMENT {
                sizes.stages.entry(stage.to_owned()).or_default()
            } else {
                &mut sizes.base
            };
            *sum = sum.saturating_add(size);
        }
        sizes
    }

    fn add(&mut self, other: Self) {
        self.base = self.base.saturating_add(other.base);
        for (stage, size) in other.stages {
            let sum = self.stages.entry(stage).or_default();
            *sum = sum.saturating_add(size);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HISTORY: &str = r#"[
        {"Comment": "cogpack", "CreatedBy": "source-copy: Copy the source", "Id": "sha256:1", "Size": 300},
        {"Comment": "cogpack", "CreatedBy": "uv-sync", "Id": "<missing>", "Size": 20},
        {"Comment": "cogpack", "CreatedBy": "uv-sync", "Id": "<missing>", "Size": 1000},
        {"Comment": "", "CreatedBy": "ENV A=b", "Id": "<missing>", "Size": 0},
        {"Comment": "buildkit", "CreatedBy": "uv-sync", "Id": "<missing>", "Size": 5000}
    ]"#;

    fn image(layers: &[u64]) -> Option<Sizes> {
        let layers: Vec<Value> = layers.iter().map(|size| serde_json::json!({ "size": size })).collect();
        let config = serde_json::json!({"history": [
            {"created_by": "ADD base"},
            {"created_by": "ENV A=b", "empty_layer": true},
            {"created_by": "uv-sync", "comment": "cogpack"},
            {"created_by": "uv-sync", "comment": "cogpack"},
            {"created_by": "source-copy: Copy the source", "comment": "cogpack"},
        ]});
        of_image(&serde_json::json!({ "layers": layers }), &config)
    }

    #[test]
    fn each_stage_has_the_sum_of_its_layers() {
        insta::assert_debug_snapshot!(of_docker(HISTORY.as_bytes()), @r#"
        Some(
            Sizes {
                stages: {
                    "source-copy": 300,
                    "uv-sync": 1020,
                },
                base: 5000,
            },
        )
        "#);
        assert_eq!(image(&[5000, 1000, 20, 300]), of_docker(HISTORY.as_bytes()));
    }

    #[test]
    fn what_does_not_fit_together_tells_nothing() {
        assert_eq!(image(&[5000, 1000, 20]), None);
        assert_eq!(of_docker(b"{}"), None);
        assert_eq!(of_docker(br#"[{"CreatedBy": "x"}]"#), None);
    }

    #[test]
    fn attestations_are_no_images() {
        let index = serde_json::json!({"manifests": [
            {"digest": "sha256:1", "platform": {"os": "linux"}},
            {"digest": "sha256:2", "platform": {"os": "unknown"}},
        ]});
        assert_eq!(images(&index), Some(vec!["sha256:1".to_owned()]));
        assert_eq!(images(&serde_json::json!({"layers": []})), None);
    }

    #[test]
    fn several_images_are_added() {
        let mut sizes = image(&[5000, 1000, 20, 300]).unwrap();
        sizes.add(sizes.clone());
        assert_eq!((sizes.base, sizes.stages["uv-sync"]), (10_000, 2040));
    }
}
