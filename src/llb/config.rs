//! [`ImageConfig`]: what an image says about how it runs, in the form of the OCI image specification.
//!
//! That of the result is its base's, then what the stages left, then the plan's export.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::llb::error;
use crate::llb::graph::state::Values;
use crate::plan::model::{Empty, Export, Platform};

/// An OCI image config. What is not known here is kept as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageConfig {
    /// `amd64`, `arm64`
    pub architecture: String,
    /// `linux`
    pub os: String,
    /// `v7`, `v8`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// How it runs.
    #[serde(deserialize_with = "null_is_default")]
    pub config: RunConfig,
    /// Everything else, by name.
    #[serde(flatten)]
    pub rest: BTreeMap<String, Value>,
}

/// How an image runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct RunConfig {
    /// A name or number, with or without `:GROUP`.
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// `PORT/PROTOCOL` to an empty object.
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub exposed_ports: BTreeMap<String, Value>,
    /// `NAME=VALUE`
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// What always runs.
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "Vec::is_empty")]
    pub entrypoint: Vec<String>,
    /// What runs unless something else is asked for.
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "Vec::is_empty")]
    pub cmd: Vec<String>,
    /// Paths to empty objects.
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub volumes: BTreeMap<String, Value>,
    /// Absolute.
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "String::is_empty")]
    pub working_dir: String,
    /// Name to value.
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Such as `SIGTERM`.
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "String::is_empty")]
    pub stop_signal: String,
    /// How the engine asks whether it is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<Value>,
    /// The shell of commands.
    #[serde(deserialize_with = "null_is_default", skip_serializing_if = "Vec::is_empty")]
    pub shell: Vec<String>,
    /// Everything else, by name.
    #[serde(flatten)]
    pub rest: BTreeMap<String, Value>,
}

/// Docker writes what is absent as `null`.
fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

/// Where the last stage started.
#[derive(Clone, Copy)]
pub(super) enum Base<'a> {
    /// At no image.
    None,
    /// At an image without known config.
    Unknown,
    /// At an image.
    Image(&'a ImageConfig),
}

/// What a base has that is not true of an image built on it, or that only the engine can know.
const OF_THE_BASE_ONLY: [&str; 8] =
    ["created", "rootfs", "moby.buildkit.cache.v0", "container", "container_config", "docker_version", "id", "parent"];

impl ImageConfig {
    /// Reads the config of `image`.
    #[expect(clippy::result_large_err, reason = "a finding is rare, and made once for an image")]
    pub fn from_json(image: &str, json: &str) -> Result<Self, Diagnostic> {
        serde_json::from_str(json).map_err(|why| error::image_config(image, &why))
    }

    /// As JSON, the same for the same config.
    pub fn to_json(&self) -> String {
        // Maps with text keys only: writing them into memory does not fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Sets what commands on this image start from: variables and directory. The user is the image's alone.
    pub(super) fn apply(&self, values: &mut Values) {
        for line in &self.config.env {
            let (name, value) = line.split_once('=').unwrap_or((line, ""));
            if !name.is_empty() {
                values.env.set(name, value);
            }
        }
        if !self.config.working_dir.is_empty() {
            values.enter(&self.config.working_dir);
        }
    }

    /// The config of an image: `base`, then what its last stage left, then `export`.
    pub(super) fn of_image(platform: &Platform, base: Base, left: &Values, export: &Export) -> Self {
        let mut image = match base {
            Base::Image(base) => base.clone(),
            Base::None | Base::Unknown => Self::default(),
        };
        image.architecture.clone_from(&platform.arch);
        image.os.clone_from(&platform.os);
        image.variant.clone_from(&platform.variant);
        image.rest.retain(|name, _| !OF_THE_BASE_ONLY.contains(&name.as_str()));
        let config = &mut image.config;
        config.env = with_variables(&config.env, left.env.iter());
        // Without the base's config, `/` may mean that nothing set it: the base's own then has to win.
        if !(matches!(base, Base::Unknown) && left.dir == "/") {
            config.working_dir.clone_from(&left.dir);
        }
        config.export(export);
        image
    }
}

impl RunConfig {
    fn export(&mut self, export: &Export) {
        self.env = with_variables(&self.env, export.env.iter().map(|line| line.split_once('=').unwrap_or((line, ""))));
        self.labels.extend(export.labels.iter().map(|(name, value)| (name.clone(), value.clone())));
        let ports = export.exposed_ports.iter();
        self.exposed_ports.extend(ports.map(|(port, Empty {})| (port.clone(), Value::Object(serde_json::Map::new()))));
        for (own, given) in [(&mut self.entrypoint, &export.entrypoint), (&mut self.cmd, &export.cmd)] {
            if !given.is_empty() {
                own.clone_from(given);
            }
        }
        for (own, given) in [(&mut self.working_dir, &export.working_dir), (&mut self.user, &export.user)] {
            if let Some(given) = given {
                own.clone_from(given);
            }
        }
    }
}

/// `lines` with `changes`: a name that is there keeps its place, others go to the end.
fn with_variables<'a>(lines: &'a [String], changes: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let mut by_name: IndexMap<&str, &str> =
        lines.iter().map(|line| line.split_once('=').unwrap_or((line, ""))).collect();
    by_name.extend(changes);
    by_name.into_iter().filter(|(name, _)| !name.is_empty()).map(|(name, value)| format!("{name}={value}")).collect()
}
