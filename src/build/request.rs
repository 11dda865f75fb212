//! [`Request`]: what is to be built, with what, and where it goes. Data only; `cli` fills it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::build::context::Context;
use crate::diagnostic::Label;
use crate::llb::config::ImageConfig;
use crate::plan::model::{Origin, Plan};

/// A build.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// What is built: one for each platform.
    pub targets: Vec<Target>,
    /// The local file trees, by the names that plans use.
    pub contexts: IndexMap<String, Context>,
    /// The secrets, by id.
    pub secrets: IndexMap<String, Secret>,
    /// The ssh agents or keys, by id.
    pub ssh: IndexMap<String, Ssh>,
    /// Where the image goes. Empty: it is built and kept in the engine's cache only.
    pub outputs: Vec<Output>,
    /// Where steps that were done elsewhere come from.
    pub cache_from: Vec<Cache>,
    /// Where steps that were done go.
    pub cache_to: Vec<Cache>,
    /// Whether every step runs again.
    pub no_cache: bool,
    /// Whether image references are asked for again at their registry.
    pub pull: bool,
    /// Seconds since 1970 that all times in the image are set to at most: `SOURCE_DATE_EPOCH`.
    pub epoch: Option<i64>,
    /// Where the parts of plans are written, for messages.
    pub places: Places,
    /// Attestations, by type (`provenance`, `sbom`), with their attributes.
    pub attestations: IndexMap<String, IndexMap<String, String>>,
    /// Docker's config folder, which has the credentials of registries.
    pub docker_config: Option<PathBuf>,
    /// The privileges that steps are given: `network.host`, `security.insecure`.
    pub entitlements: Vec<String>,
}

/// A plan, and what is known besides it.
#[derive(Clone, Debug)]
pub struct Target {
    /// What is built.
    pub plan: Plan,
    /// What metadata says of base images, by the reference that the plan uses. The engine's word is compared with it.
    pub image_configs: IndexMap<String, ImageConfig>,
    /// The texts of the files that origins name.
    pub sources: IndexMap<String, Arc<str>>,
}

/// The most bytes of a secret: the daemon takes no more.
pub const MOST_SECRET_BYTES: u64 = 500 << 10;

/// Knows where origins stand in the texts of this run. Whoever has the texts gives it; without one, nothing stands anywhere.
#[derive(Clone, Default)]
pub struct Places(Option<Arc<Find>>);

type Find = dyn Fn(&Origin) -> Option<Label> + Send + Sync;

impl Places {
    /// Looks origins up so.
    pub fn new(find: impl Fn(&Origin) -> Option<Label> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(find)))
    }

    /// Where an origin stands.
    pub fn label(&self, origin: &Origin) -> Option<Label> {
        self.0.as_ref().and_then(|find| find(origin))
    }
}

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Places")
    }
}

/// Where a secret's value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// In a file.
    File(PathBuf),
    /// In an environment variable of this process.
    Environment(String),
    /// Here.
    Text(Hidden),
}

/// A text that no message shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(pub Arc<str>);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// What answers for an ssh key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ssh {
    /// The agent at this socket.
    Agent(PathBuf),
    /// Private keys in these files.
    Keys(Vec<PathBuf>),
}

/// Where an image goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// In what form.
    pub kind: OutputKind,
    /// What else the exporter is told: `compression`, `annotation.NAME`, `name`, `push`…
    pub attributes: IndexMap<String, String>,
    /// A file (`docker`, `oci`, `tar`) or a directory (`local`) here. `-` is stdout.
    pub destination: Option<PathBuf>,
}

impl Output {
    /// Whether it is an image as a folder, in OCI's layout.
    pub fn is_layout(&self) -> bool {
        let is_archive = self.attributes.get("tar").is_none_or(|value| is_yes(value));
        matches!(self.kind, OutputKind::Docker | OutputKind::Oci) && !is_archive
    }

    /// The names that the image gets.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.attributes.get("name").into_iter().flat_map(|names| names.split(','))
    }

    /// Whether an attribute is switched on.
    pub fn is_set(&self, attribute: &str) -> bool {
        self.attributes.get(attribute).is_some_and(|value| is_yes(value))
    }
}

/// Whether a value is a yes, as Go reads it.
pub fn is_yes(value: &str) -> bool {
    matches!(value, "1" | "t" | "T" | "true" | "TRUE" | "True")
}

/// The forms an image has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// In the engine's image store, or pushed to a registry.
    Image,
    /// An archive that `docker load` reads; without a destination it is loaded.
    Docker,
    /// An OCI archive.
    Oci,
    /// The file system in one archive.
    Tar,
    /// The file system in a directory.
    Local,
}

/// Where steps that were done are kept: `registry`, `local`, `inline`, `gha`, `s3`…
#[derive(Clone, PartialEq, Eq)]
pub struct Cache {
    /// Its type.
    pub kind: String,
    /// `ref`, `mode`, `src`, `dest`… and, of some types, credentials.
    pub attributes: IndexMap<String, String>,
}

impl fmt::Debug for Cache {
    /// Names attributes without their values: some are credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.attributes.keys().collect();
        f.debug_struct("Cache").field("kind", &self.kind).field("attributes", &names).finish()
    }
}
