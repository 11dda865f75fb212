//! The history of an image: one entry for each layer, without the commands that made them.
//!
//! The engine makes up an entry for a layer that has none, from the whole command. An entry too many it marks as empty.

use bollard_buildkit_proto::google::protobuf::Timestamp;
use serde_json::{Value, json};

use crate::build::progress::rfc3339;
use crate::llb::config::ImageConfig;
use crate::llb::layers::Layer;

/// Who made a layer, where it is not the base image's.
pub const COMMENT: &str = "cogpack";

/// Gives `config`, which has the history of its base, an entry for each layer that has none yet.
///
/// `base` is the base's config as the engine has it, `layers` what the image is made of. With an epoch, in seconds since 1970,
/// image and new layers were made then: engines before BuildKit 0.11 are not told of it in another way.
pub(super) fn complete(config: &mut ImageConfig, base: Option<&[u8]>, layers: &[Layer], epoch: Option<i64>) {
    let created = epoch.map(|seconds| rfc3339(&Timestamp { seconds, nanos: 0 }));
    let entry = |created_by: &str| {
        let mut entry = json!({ "created_by": created_by, "comment": COMMENT });
        if let Some(created) = &created {
            entry["created"] = json!(created);
        }
        entry
    };
    let mut history = match config.rest.remove("history") {
        Some(Value::Array(history)) => history,
        _ => Vec::new(),
    };
    let base_layers = base.map_or(0, layer_count);
    let told = history.iter().filter(|entry| entry.get("empty_layer") != Some(&Value::Bool(true))).count();
    history.extend((told..base_layers).map(|_| entry("base image")));
    let own = match layers.split_first() {
        Some((Layer::Image(_), own)) => own,
        _ => layers,
    };
    for layer in own {
        let created_by = match layer {
            Layer::Stage(name) => name,
            // How many layers it has is not known here; the engine tells of them and of all after them.
            Layer::Image(_) => break,
        };
        history.push(entry(created_by));
    }
    if let Some(created) = &created {
        config.rest.insert("created".to_owned(), json!(created));
    }
    config.rest.insert("history".to_owned(), Value::Array(history));
}

fn layer_count(config: &[u8]) -> usize {
    let config: Value = serde_json::from_slice(config).unwrap_or_default();
    config.pointer("/rootfs/diff_ids").and_then(Value::as_array).map_or(0, Vec::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(base_history: &str, diff_ids: usize, layers: &[Layer]) -> Vec<String> {
        let base = format!(
            r#"{{"history": {base_history}, "rootfs": {{"diff_ids": [{}]}}}}"#,
            vec!["\"sha256:0\""; diff_ids].join(",")
        );
        let mut config = ImageConfig::from_json("base", &base).unwrap();
        complete(&mut config, Some(base.as_bytes()), layers, None);
        let entries = config.rest["history"].as_array().unwrap();
        entries.iter().map(|entry| entry["created_by"].as_str().unwrap_or("?").to_owned()).collect()
    }

    fn stage(name: &str) -> Layer {
        Layer::Stage(name.to_owned())
    }

    #[test]
    fn each_layer_has_one_entry_that_names_its_stage() {
        let layers = [Layer::Image("base".into()), stage("pip-install"), stage("source-copy")];
        assert_eq!(history(r#"[{"created_by": "ADD"}]"#, 1, &layers), ["ADD", "pip-install", "source-copy"]);
    }

    #[test]
    fn with_an_epoch_image_and_layers_were_made_then() {
        let mut config = ImageConfig::default();
        complete(&mut config, None, &[stage("own")], Some(1_700_000_000));
        assert_eq!(config.rest["created"], "2023-11-14T22:13:20Z");
        assert_eq!(config.rest["history"][0]["created"], "2023-11-14T22:13:20Z");
    }

    #[test]
    fn layers_that_the_base_says_nothing_of_keep_their_place() {
        let layers = [Layer::Image("base".into()), stage("own")];
        let told = r#"[{"created_by": "ADD"}, {"created_by": "ENV", "empty_layer": true}]"#;
        assert_eq!(history(told, 3, &layers), ["ADD", "ENV", "base image", "base image", "own"]);
    }

    #[test]
    fn nothing_is_made_up_above_an_image_of_unknown_layers() {
        let layers = [stage("a"), Layer::Image("other".into()), stage("b")];
        assert_eq!(history("[]", 0, &layers), ["a"]);
    }
}
