//! An image of the engine → [`Model`]: everything that is known of it.

use std::collections::BTreeMap;

use bollard::models::ImageInspect;
use serde::Serialize;
use serde_json::Value as Json;

use crate::build::failure::Failure;
use crate::model::docker::{Docker, is_missing};
use crate::model::name::Source;
use crate::schema::Schema;

/// The label of the config, as JSON.
const CONFIG: &str = "run.cog.config";
/// The label of the OpenAPI document.
const SCHEMA: &str = "run.cog.openapi_schema";
/// The label of the version of what built it.
const VERSION: &str = "run.cog.version";
/// What labels begin with that images of Cog before 0.9 have.
const OLD: &str = "org.cogmodel.";

/// The port of Cog's server where the image's environment says no other.
const PORT: u16 = 5000;

/// A model: an image in the engine's store, and what it says of itself.
#[derive(Clone, Debug)]
pub struct Model {
    /// How it was named.
    pub reference: String,
    /// Where it came from.
    pub source: Source,
    /// The engine's id of the image.
    pub id: String,
    /// The names it has in the engine.
    pub names: Vec<String>,
    /// Its digests in registries.
    pub digests: Vec<String>,
    /// Operating system and architecture: `linux/amd64`.
    pub platform: String,
    /// When it was made.
    pub created: Option<String>,
    /// `cog.yaml`, as the image keeps it.
    pub config: Option<Json>,
    /// What it takes and gives.
    pub schema: Option<Schema>,
    /// The version of what built it, as its label says.
    pub version: Option<String>,
    /// The image's config.
    pub image: ImageConfig,
    /// Its labels but those with a config or a document.
    pub labels: BTreeMap<String, String>,
    /// How large it is.
    pub sizes: Sizes,
}

/// What the image's config says of how it runs.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ImageConfig {
    /// What runs first.
    pub entrypoint: Vec<String>,
    /// What runs, or the arguments of it.
    pub cmd: Vec<String>,
    /// `NAME=VALUE`
    pub env: Vec<String>,
    /// Where it runs.
    pub working_dir: String,
    /// As whom.
    pub user: String,
    /// `5000/tcp`
    pub exposed_ports: Vec<String>,
}

/// Sizes, as the engine tells them.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Sizes {
    /// All of it.
    pub bytes: u64,
    /// How many layers.
    pub layers: usize,
}

impl Model {
    /// An image that the engine has; `None` when it has none of that name.
    pub(super) async fn inspect(docker: &Docker, name: &str, source: Source) -> Result<Option<Self>, Failure> {
        match docker.api.inspect_image(name).await {
            Ok(told) => Ok(Some(Self::of(name, source, told))),
            Err(why) if is_missing(&why) => Ok(None),
            // It is no name to Docker.
            Err(bollard::errors::Error::DockerResponseServerError { status_code: 400, .. }) => Ok(None),
            Err(why) => Err(docker.broken(&why)),
        }
    }

    fn of(name: &str, source: Source, told: ImageInspect) -> Self {
        let config = told.config.unwrap_or_default();
        let mut labels: BTreeMap<String, String> = config.labels.unwrap_or_default().into_iter().collect();
        let mut take = |label: &str| {
            let old = label.replace("run.cog.", OLD);
            labels.remove(label).or_else(|| labels.remove(&old))
        };
        let (cog, document, version) = (take(CONFIG), take(SCHEMA), take(VERSION));
        Self {
            reference: name.to_owned(),
            source,
            id: told.id.unwrap_or_else(|| name.to_owned()),
            names: told.repo_tags.unwrap_or_default(),
            digests: told.repo_digests.unwrap_or_default(),
            platform: [told.os, told.architecture].into_iter().flatten().collect::<Vec<_>>().join("/"),
            created: told.created.map(|created| created.to_string()),
            config: cog.and_then(|text| serde_json::from_str(&text).ok()),
            schema: document.and_then(|text| Schema::from_document(&text)),
            version,
            image: ImageConfig {
                entrypoint: config.entrypoint.unwrap_or_default(),
                cmd: config.cmd.unwrap_or_default(),
                env: config.env.unwrap_or_default(),
                working_dir: config.working_dir.unwrap_or_default(),
                user: config.user.unwrap_or_default(),
                exposed_ports: config.exposed_ports.unwrap_or_default(),
            },
            labels,
            sizes: Sizes {
                bytes: told.size.and_then(|size| size.try_into().ok()).unwrap_or_default(),
                layers: told.root_fs.and_then(|files| files.layers).unwrap_or_default().len(),
            },
        }
    }

    /// Whether it says that it predicts: its config names a predictor, its document has inputs, or it has a server's variable.
    pub fn predicts(&self) -> bool {
        let names = |key: &str| self.config.as_ref().and_then(|config| config.get(key)).is_some_and(Json::is_string);
        names("predict")
            || names("run")
            || self.schema.as_ref().is_some_and(|schema| schema.inputs.is_some())
            || self.variable("COG_PREDICT_TYPE_STUB").is_some()
    }

    /// Whether it says that it can be trained.
    pub fn trains(&self) -> bool {
        self.config.as_ref().and_then(|config| config.get("train")).is_some_and(Json::is_string)
            || self.schema.as_ref().is_some_and(|schema| schema.training.is_some())
    }

    /// Whether its config asks for graphics cards.
    pub fn wants_gpus(&self) -> bool {
        let gpu = self.config.as_ref().and_then(|config| config.pointer("/build/gpu"));
        gpu == Some(&Json::Bool(true))
    }

    /// The port that its server listens on, given what its environment gets besides.
    pub fn port(&self, environment: &[String]) -> u16 {
        let set = environment.iter().rev().find_map(|variable| variable.strip_prefix("PORT="));
        set.or_else(|| self.variable("PORT")).and_then(|port| port.parse().ok()).unwrap_or(PORT)
    }

    fn variable(&self, name: &str) -> Option<&str> {
        self.image.env.iter().find_map(|variable| variable.strip_prefix(name)?.strip_prefix('='))
    }
}
