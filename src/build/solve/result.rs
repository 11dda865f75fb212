//! What is built → the result that a job ends with: files, and the images' configs beside them.

use indexmap::IndexMap;
use serde_json::{Value, json};

use crate::build::solve::gateway::{Files, Reference};
use crate::build::solve::target::Prepared;
use crate::plan::model::Platform;

/// The config of an image. An exporter attribute of that name is lost on a Docker Engine; as metadata of the result it is not.
const CONFIG: &str = "containerimage.config";
/// The config of its base, by which the exporter knows the layers whose times it leaves alone.
const BASE_CONFIG: &str = "containerimage.base.config";
/// The platforms of several images.
const PLATFORMS: &str = "refs.platforms";

/// The files and the metadata of one image, or of several.
pub(super) fn of(built: Vec<(Prepared, Reference)>) -> (Files, IndexMap<String, Vec<u8>>) {
    let mut metadata = IndexMap::new();
    let several = built.len() > 1;
    let mut files = IndexMap::new();
    let mut platforms: Vec<Value> = Vec::new();
    for (prepared, reference) in built {
        let id = name(&prepared.platform);
        let suffix = if several { format!("/{id}") } else { String::new() };
        metadata.insert(format!("{CONFIG}{suffix}"), prepared.config.to_json().into_bytes());
        if let Some(base) = prepared.base {
            metadata.insert(format!("{BASE_CONFIG}{suffix}"), base);
        }
        let Platform { os, arch, variant } = &prepared.platform;
        let mut platform = json!({ "architecture": arch, "os": os });
        if let Some(variant) = variant {
            platform["variant"] = json!(variant);
        }
        platforms.push(json!({ "ID": id, "Platform": platform }));
        files.insert(id, reference);
    }
    if several {
        metadata.insert(PLATFORMS.to_owned(), json!({ "Platforms": platforms }).to_string().into_bytes());
        (Files::Many(files), metadata)
    } else {
        (Files::One(files.into_values().next().flatten()), metadata)
    }
}

/// `linux/arm/v7`
fn name(platform: &Platform) -> String {
    let variant = platform.variant.iter().map(|variant| format!("/{variant}"));
    format!("{}/{}{}", platform.os, platform.arch, variant.collect::<String>())
}
